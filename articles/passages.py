"""An article's page at the very words of one finding: marked in the whole text, or in a very short excerpt.

The address names a finding by its letter and number (?mots=f12), never a place: visitors see what the house has read
out already, with a few words around it, and no address lets them read on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.models import Article, CopiedPassage, Credit, Figure, MentionedDate, Quote
from articles.models.findings import Finding

AROUND = 110
LONGEST = 300
_KINDS: dict[str, type[Finding]] = {
    model.letter: model for model in (Quote, Credit, Figure, MentionedDate, CopiedPassage)
}
_ASKED = re.compile(rf"([{''.join(_KINDS)}])(\d{{1,18}})")
_END = re.compile(r"[.!?…]\s|\n")


@dataclass(frozen=True, slots=True)
class Shown:
    """The words of one finding with what stands around them, cut at sentences or whole words."""

    before: str
    words: str
    after: str


def asked(article: Article, code: str) -> Finding | None:
    """The finding of this article that an address names; None for any other."""
    match = _ASKED.fullmatch(code)
    if match is None:
        return None
    rows: Any = _KINDS[match[1]]._default_manager
    found: Finding | None = rows.filter(pk=int(match[2]), article=article, is_hidden=False).first()
    return found


def shown(article: Article, finding: Finding) -> Shown | None:
    """A very short excerpt around a finding; None for copied passages, which are for this newsroom only, and where the
    text was dropped."""
    text, start, end = article.text, finding.start, finding.end
    words = text[start:end]
    most = min(LONGEST, article.outlet.excerpt_characters) if article.outlet else LONGEST
    if isinstance(finding, CopiedPassage) or not words.strip() or article.text_dropped_at or not most:
        return None
    if len(words) > most:
        return Shown("", words[:most].rsplit(" ", 1)[0], " …")
    around = AROUND if most == LONGEST else min(AROUND, (most - len(words)) // 2)
    return Shown(_before(text, start, around), words, _after(text, end, around))


def _before(text: str, start: int, around: int) -> str:
    near = text[max(0, start - around) : start]
    ends = list(_END.finditer(near))
    if ends:
        return near[ends[-1].end() :]
    return near if start <= around else f"… {near.split(' ', 1)[-1]}"


def _after(text: str, end: int, around: int) -> str:
    near = text[end : end + around]
    stop = _END.search(f"{near}\n" if end + around >= len(text) else near)
    if stop:
        return near[: stop.start() + 1].rstrip("\n")
    return f"{near.rsplit(' ', 1)[0]} …"


def body(article: Article, finding: Finding | None) -> list[tuple[str, SafeString]]:
    """The article's blocks as (kind, HTML), the finding's words marked; the first mark bears the anchor."""
    start, end = (finding.start, finding.end) if finding and not article.text_dropped_at else (0, 0)
    at, marked, found = 0, False, []
    for kind, text in article.blocks:
        left, right = max(start - at, 0), min(end - at, len(text))
        if left < right:
            found.append((kind, _marked(text, left, right, is_first=not marked)))
            marked = True
        else:
            found.append((kind, format_html("{}", text)))
        at += len(text) + 2
    return found


def _marked(text: str, start: int, end: int, *, is_first: bool) -> SafeString:
    anchor = SafeString(' id="mots"' if is_first else "")
    return format_html("{}<mark{}>{}</mark>{}", text[:start], anchor, text[start:end], text[end:])
