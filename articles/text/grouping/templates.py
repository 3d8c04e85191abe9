"""Titles cut from one pattern: « Météo Angers : prévisions du 10 janvier », every town, every day.

What recurs in them tells nothing, however rare it is elsewhere. A pattern is found by itself, never listed: the same
words around other names, or the same words on day after day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from articles.text.grouping.terms import clean, fold, words

# The name of the outlet after the title, and the town or the subject before it.
_OUTLET = re.compile(r"\s[-–|]\s[^-–|]{2,40}$")
_DATELINE = re.compile(r"^[A-ZÀ-Ý][^\s.:]*(?:[ -][^\s.:]+){0,3}[\u00a0\u202f ]?[.:]\s")
_WORDS, _VARIANTS, _DAYS, _DAYS_SPAN = 3, 4, 3, 3
_KEPT = 12


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A title without its names and numbers: the words that stay, and those that were taken out."""

    frame: tuple[str, ...]
    fillers: frozenset[str]


@dataclass(slots=True)
class _Seen:
    fillers: list[frozenset[str]] = field(default_factory=list)
    days: set[int] = field(default_factory=set)
    last: float = 0.0
    is_template: bool = False


def skeleton(title: str) -> Skeleton:
    text = clean(title).strip()
    text = _OUTLET.sub("", text) or text
    dateline = _DATELINE.match(text)
    start = dateline.end() if dateline else 0
    frame: list[str] = []
    fillers = [fold(word) for word, _ in words(text[:start])]
    for word, is_name in words(text[start:]):
        (fillers if is_name or any(char.isdigit() for char in word) else frame).append(fold(word))
    return Skeleton(tuple(frame), frozenset(fillers))


class Templates:
    """The skeletons of the active titles. Days are numbers, moments seconds."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], _Seen] = {}

    def names(self, title: Skeleton) -> frozenset[str] | None:
        """What a title cut from a known pattern names of its own; None for any other title."""
        seen = self._seen.get(title.frame)
        if seen is None or not seen.is_template:
            return None
        own = title.fillers - frozenset.intersection(*seen.fillers)
        return frozenset(word for word in own if not any(char.isdigit() for char in word))

    def see(self, title: Skeleton, day: int | None, moment: float) -> None:
        if len(title.frame) < _WORDS:
            return
        seen = self._seen.setdefault(title.frame, _Seen())
        seen.last = max(seen.last, moment)
        if seen.is_template:
            return
        if len(seen.fillers) < _KEPT and title.fillers not in seen.fillers:
            seen.fillers.append(title.fillers)
        if day is not None:
            seen.days.add(day)
        seen.is_template = _recurs(seen.days) or _varies(seen.fillers)

    def forget(self, before: float) -> None:
        self._seen = {frame: seen for frame, seen in self._seen.items() if seen.last >= before}


def _recurs(days: set[int]) -> bool:
    """The same words day after day: no event is told for so long in one wording."""
    return len(days) >= _DAYS and max(days) - min(days) >= _DAYS_SPAN


def _varies(fillers: list[frozenset[str]]) -> bool:
    """The same words around names that have nothing in common; a title also seen bare is copy, not a pattern."""
    shared = frozenset.intersection(*fillers)
    own = [found - shared for found in fillers]
    apart = sum(len(found) for found in own) == len(frozenset.union(*own))
    return len(own) >= _VARIANTS and apart and all(own)
