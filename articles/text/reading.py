"""A text laid out for rules: folded letter for letter, marked words masked, cut into paragraphs, sentences, tokens.

Every view keeps the length of the text, so that an offset in one is an offset in all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from articles.text import names, quotes_marks, wordlists
from articles.text.findings import Span

MASK = "█"
_FOLD = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "\u2011": "-", "\u2010": "-"}
)
_WORD = re.compile(r"M(?:M|me|lle)?(?=\.[A-ZÀ-Ý]\w)|\w+(?:[-'.&]\w+)*'?|█+|\S")
_ELISIONS = ("qu'", "l'", "d'", "n'", "s'", "c'", "j'", "m'", "t'", "lorsqu'", "puisqu'", "quoiqu'", "jusqu'")
_SENTENCE_END = re.compile(r"[.!?…]+(?: ?[»”]|[\"'″)\]])*(?=\s|$|[«\"“A-ZÀ-Ý])|\n+")
_ABBREVIATIONS = wordlists.words("abbreviations")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a sign or a run of masked words; `low` is its folded lower-case form."""

    low: str
    start: int
    end: int


def fold(text: str) -> str:
    """Straight apostrophes and plain spaces, without changing any length."""
    return text.translate(_FOLD)


def _mask(plain: str, marked: list[quotes_marks.Marked]) -> str:
    pieces, last = [], 0
    for span in marked:
        hidden = span.end - (plain[span.end - 1] in ".!?…")
        pieces += [plain[last : span.start], MASK * (hidden - span.start)]
        last = hidden
    return "".join([*pieces, plain[last:]])


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    if match.group().startswith("\n"):
        return True
    start, end = match.span()
    word = re.search(r"[\w']*$", text[max(0, start - 12) : start])
    before = word.group() if word else ""
    if match.group()[0] == "." and (before.lower() in _ABBREVIATIONS or (len(before) == 1 and before.isupper())):
        return False
    following = text[end : end + 5].lstrip(' »”"')
    glued = end < len(text) and not text[end].isspace()
    if glued:
        return match.group()[0] in ".?!…" and len(before) > 2 and text[end].isupper() and not before[-1].isupper()
    return not (following[:1].islower() or following[:1] in ",;:)")


def sentence_spans(masked: str) -> list[Span]:
    """Sentences of a masked text: a full stop within marks ends nothing, a line break always does."""
    spans, start = [], 0
    for match in _SENTENCE_END.finditer(masked):
        if not _ends_sentence(masked, match):
            continue
        if masked[start : match.end()].strip():
            spans.append((start, match.end()))
        start = match.end()
    if masked[start:].strip():
        spans.append((start, len(masked)))
    return [_trim(masked, span) for span in spans]


def _trim(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def tokens(text: str, start: int, end: int) -> Iterator[Token]:
    """Words of text[start:end] with elided words parted (« qu'il » is two), signs one by one."""
    for match in _WORD.finditer(text, start, end):
        low, at = match.group().lower(), match.start()
        cut = True
        while cut:
            cut = False
            for elision in _ELISIONS:
                if low.startswith(elision) and len(low) > len(elision):
                    yield Token(elision, at, at + len(elision))
                    low, at, cut = low[len(elision) :], at + len(elision), True
                    break
        yield Token(low, at, match.end())


KnownOutlets = tuple[tuple[str, ...], ...]
"""Outlets that the caller knows: for each, its name, then other ways to write it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text and its views. `plain` is folded, `masked` hides what stands between marks."""

    text: str
    plain: str
    masked: str
    marked: tuple[quotes_marks.Marked, ...]
    sentences: tuple[Span, ...]
    outlets: KnownOutlets = ()

    def sentence_at(self, position: int) -> int:
        """Index of the sentence that holds `position` (or the one before it)."""
        return max(0, bisect_right(self.sentences, (position, len(self.text) + 1)) - 1)

    def paragraph_of(self, position: int) -> Span:
        """The line of the text that holds `position`."""
        start = self.text.rfind("\n", 0, position) + 1
        end = self.text.find("\n", position)
        return start, len(self.text) if end < 0 else end


def _is_known_name(words: str) -> bool:
    """“The Wall Street Journal”: marks around a known name quote nobody."""
    entry = names.known().get(names.key(words)) if len(words) < 40 else None
    return entry is not None and entry.kind == "outlet" and words[:1].isupper()


def read(text: str, outlets: KnownOutlets = ()) -> Reading:
    """Lay `text` out; `outlets` may be named in it beside those of the lexicons."""
    plain = fold(text)
    marked = []
    for span in quotes_marks.scan(text):
        if _is_known_name(plain[span.start : span.end]):
            before, after = " " * (span.start - span.outer_start), " " * (span.outer_end - span.end)
            plain = plain[: span.outer_start] + before + plain[span.start : span.end] + after + plain[span.outer_end :]
        else:
            marked.append(span)
    masked = _mask(plain, marked)
    return Reading(text, plain, masked, tuple(marked), tuple(sentence_spans(masked)), outlets)
