"""Where sentences start and end, in French and in the languages around it."""

from __future__ import annotations

import re
from functools import cache

from articles.text.typography import fold
from articles.text.wordlists import lines

# A final mark with the closing marks after it, then a blank or the end; or a point glued to the next sentence
# (« constante.Un mot »), which pasted texts have where a paragraph ended.
_END = re.compile(
    r"(?P<mark>[.!?…]+)(?P<closing>[\s\u00a0\u202f]?[»”\"’)\]]+)?(?P<gap>\s+|$)"
    r"|(?P<glued>(?<=[a-zà-ÿ»\"”)]{2})\.)(?=[A-ZÀ-Ý«“][\w ’'\u00a0])"
)
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*[–—•-]\s)")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)$")
_OPENS = re.compile(r"[\s\u00a0\u202f]*[«“\"'‘(\[–—-]*[\s\u00a0\u202f]*(?:[A-ZÀ-ÝŒÆ0-9]|$)")


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(lines("abbreviations"))


def split(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end) offsets in characters, blanks around them left out.

    An empty line ends a sentence too. Every character that is not blank lies in exactly one sentence.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for part in _PARAGRAPH.finditer(text):
        spans += _in_paragraph(text, start, part.start())
        start = part.end()
    return spans + _in_paragraph(text, start, len(text))


def _in_paragraph(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = start
    for match in _END.finditer(text, start, end):
        if match["glued"] or _ends(text, match, end):
            stop = match.end() if match["glued"] else match.end() - len(match["gap"])
            spans.append((at, stop))
            at = match.end()
    spans.append((at, end))
    return [trimmed for span in spans if (trimmed := _trim(text, *span))]


def _ends(text: str, match: re.Match[str], end: int) -> bool:
    """Whether a final mark really ends a sentence: no abbreviation or initial before it, a fresh start after it."""
    if match.end() >= end:
        return True
    if not _OPENS.match(text, match.end(), end):
        return False
    if match["mark"] != "." or match["closing"]:
        return True
    before = _WORD_BEFORE.search(text, max(0, match.start() - 20), match.start())
    if before is None:
        return True
    word = before[0]
    return not (len(word) == 1 and word.isupper()) and fold(word) not in _abbreviations()


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
