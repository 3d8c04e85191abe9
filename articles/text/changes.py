"""Whether a page says something else than it did: in substance, whatever its typography, counters and time stamps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from articles.text.page_bylines import is_byline, is_date_line
from articles.text.page_phrases import phrases
from articles.text.typography import words

# « 1 284 », « 14 h 32 » and « 3,5 » count as one figure each when a line is held against the lexicon.
_FIGURE = re.compile(r"\d+(?:[  \u00a0\u202f.,:]\d+|\s?h\s?\d+)*")
_STAMP = re.compile(
    r"[(\[]\s*(?:(?:article|texte)\s+)?(?:mise?\s+à\s+jour|màj|maj|actualisée?|modifiée?|updated)\b[^()\[\]]{0,60}[)\]]",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What counts of one reading of a page: two that are equal say the same."""

    title: tuple[str, ...]
    standfirst: tuple[str, ...]
    blocks: tuple[tuple[str, ...], ...]


def said(title: str, standfirst: str, blocks: Iterable[str]) -> Said:
    """The words of a headline, a standfirst and the texts of the blocks, without what changes by itself."""
    kept = (_words(text) for text in blocks if not moves(text))
    return Said(_words(title), _words(standfirst), tuple(filter(None, kept)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(words(_STAMP.sub(" ", text)))


def moves(line: str) -> bool:
    """Whether a line is a counter, an age, a signature, a stamp of the last update or a link to another article."""
    counts = phrases("moving_lines").match(_FIGURE.sub("0", line))
    return bool(counts or is_byline(line) or is_date_line(line) or phrases("boilerplate_lines").match(line))


# Words shorter than this are those of any text.
_TELLING = 5


def kinship(one: Said, other: Said) -> float:
    """From 0 to 1: the share of the longer words of the one that says less which stand in the other as well."""
    fewer, more = sorted((_telling(one), _telling(other)), key=len)
    return len(fewer & more) / len(fewer) if fewer else 1.0


def _telling(said: Said) -> set[str]:
    parts = (said.title, said.standfirst, *said.blocks)
    return {word for part in parts for word in part if len(word) >= _TELLING}
