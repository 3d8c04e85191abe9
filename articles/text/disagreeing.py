"""Figures and dates that articles give differently for one thing. A disagreement that is none is worse than one missed.

Two figures speak of one thing when they have the same unit and count the same noun, when their sentences share enough
telling words (a third of them at least, some right beside the figure unless most are shared), when nothing in the
sentences tells them apart (another year, a second figure of the same unit), and when they are within a factor of FAR.
Two dates do, when they are full dates written in figures, no further apart than MOST_DAYS, each alone in its sentence,
and when their sentences share half of their telling words, a noun or verb beside the date among them. Words are
compared by their first letters, so that « apporte » and « apport » agree.

Values disagree when an outlet gives one that another outlet does not give, and the reverse. One that only rounds
another (« 136 » for « 135,9 », « plus de 1,8 » for « 1,84 ») is told apart as such.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from articles.text import wordlists
from articles.text.findings import Span
from articles.text.typography import fold

FAR = 2.0
NEAR, FEWEST_NEAR = 1.1, 2
"""Figures this near speak of one thing already when they share two telling words right beside them."""
SHARED_FIGURE, SHARED_DATE = 1 / 3, 0.5
FEWEST_FIGURE, FEWEST_DATE = 3, 4
MOSTLY = 0.6
MOST_DAYS = 31
ROUNDED = 0.05
"""How far from the truth « environ », « près de » and « plus de » may be."""
_BESIDE = 6
_STEM = 6
_SHORTEST = 4
_WORD = re.compile(r"[^\W\d_]+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_COUNTED = re.compile(r"[\s\u00a0\u202f]*(?:(?:de |d['’]|des |du )\s*)?([^\W\d_]{3,})")
_RANGE = re.compile(
    r"(?:entre|de)\s+[\d.,\s]*\d\s*(?:(?:milli\w+|%|€|\$|euros?|dollars?|d['’]\w+)\s*){0,3}(?:et|à)\s+$"
)
_RANGE_GOES_ON = re.compile(r"[\s\u00a0\u202f]*(?:et|à)[\s\u00a0\u202f]+\d")
_ABOUT = re.compile(
    r"(?:environ|près d[e'’]|quelque|autour d[e'’]|plus d[e'’]|moins d[e'’]|presque|au moins|une?)[\s\u00a0\u202f]*$",
    re.I,
)
_DATELINE = re.compile(r"^[^a-zà-ÿ\n]{2,40},[\s\u00a0\u202f]*$")


@dataclass(frozen=True, slots=True)
class Told:
    """A value with the words around it; `key` is the caller's, `outlet` tells voices apart.

    `value` is a number, or an ISO date as a number of days; `unit` is "" for dates; `words` are the telling words of
    its sentence, `beside` those next to it; `is_about` says that the text does not claim it to be exact.
    """

    key: Hashable
    outlet: str
    value: float
    unit: str
    counted: str
    words: frozenset[str]
    beside: frozenset[str]
    years: frozenset[str]
    is_alone: bool
    is_about: bool = False


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Values of one thing, in the order given; `is_rounding` when they only round one another."""

    members: tuple[Told, ...]
    is_rounding: bool

    @property
    def outlets(self) -> int:
        return len({one.outlet for one in self.members})


@cache
def _stop() -> frozenset[str]:
    """Words that tell of no thing: small words, names of days and months, measures of time and of number."""
    small = " ".join((*wordlists.lines("grouping_stop_fr"), *wordlists.group("grammar", "times"))).split()
    return frozenset(map(fold, (*small, *wordlists.lines("measure_words"))))


def _telling(text: str) -> frozenset[str]:
    words = (word for word in _WORD.findall(fold(text)) if len(word) >= _SHORTEST)
    return frozenset(word[:_STEM] for word in words if word not in _stop())


def _sentence(bounds: Sequence[Span], at: int) -> Span:
    place = max(0, bisect_right(bounds, at, key=lambda span: span[0]) - 1)
    return bounds[place] if bounds else (0, 0)


def _beside(text: str, sentence: Span, start: int, end: int) -> frozenset[str]:
    before = " ".join(text[sentence[0] : start].split()[-_BESIDE:])
    after = " ".join(text[end : sentence[1]].split()[:_BESIDE])
    return _telling(f"{before} {after}")


def figure(
    key: Hashable, outlet: str, text: str, bounds: Sequence[Span], span: Span, value: float, unit: str, alike: int
) -> Told | None:
    """The figure at `span` of `text`, whose sentences are `bounds`; None for one that cannot be compared.

    `alike` is how many figures of the same unit, this one among them, its sentence holds.
    """
    start, end = span
    sentence = _sentence(bounds, start)
    before, after = text[sentence[0] : start], text[end : sentence[1]]
    if value <= 0 or _RANGE.search(before) or _RANGE_GOES_ON.match(after) or "\t" in text[sentence[0] : sentence[1]]:
        return None
    counted = _counted(text[start:end], after, unit)
    if not unit and not counted:
        return None
    words = _telling(before) | _telling(after)
    about = _ABOUT.search(before) is not None
    years = frozenset(_YEAR.findall(before + after))
    return Told(key, outlet, value, unit, counted, words, _beside(text, sentence, start, end), years, alike == 1, about)


def _counted(raw: str, after: str, unit: str) -> str:
    """The noun that is counted: people are of a kind (« 2 000 victimes »), a bare number is of something."""
    if unit == "person":
        nouns = _WORD.findall(fold(raw))
        return nouns[-1][:_STEM] if nouns else ""
    if unit:
        return ""
    match = _COUNTED.match(after)
    word = fold(match[1]) if match else ""
    return "" if word in _stop() else word[:_STEM]


def day(
    key: Hashable, outlet: str, text: str, bounds: Sequence[Span], span: Span, value: str, alike: int
) -> Told | None:
    """The date at `span` of `text`; None for one that cannot be compared: no full date, or a dateline's."""
    start, end = span
    raw = text[start:end]
    if len(value) != 10 or not re.search(r"\d", raw) or not re.search(r"[^\W\d_]{3}|/", raw):
        return None
    sentence = _sentence(bounds, start)
    before, after = text[sentence[0] : start], text[end : sentence[1]]
    if _DATELINE.match(text[max(text.rfind("\n", 0, start), -1) + 1 : start]):
        return None
    words = _telling(before) | _telling(after)
    days = float(date.fromisoformat(value).toordinal())
    return Told(key, outlet, days, "", "", words, _beside(text, sentence, start, end), frozenset(), alike == 1)


def figures(told: Sequence[Told]) -> list[Disagreement]:
    """Figures of one thing that disagree, or only round one another; the most told first, roundings last."""
    return _groups(told, _same_figure, is_rounding)


def days(told: Sequence[Told]) -> list[Disagreement]:
    """Dates of one thing that disagree, the most told first."""
    return _groups(told, _same_day, lambda one, other: False)


def _groups(
    told: Sequence[Told], same: Callable[[Told, Told], bool], rounds: Callable[[Told, Told], bool]
) -> list[Disagreement]:
    groups: list[list[Told]] = []
    for one in told:
        home = next((group for group in groups if same(group[0], one)), None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    found = [Disagreement(tuple(group), not _disagree(group, rounds)) for group in groups if _disagree(group)]
    return sorted(found, key=lambda one: (one.is_rounding, -one.outlets))


def _disagree(group: Sequence[Told], rounds: Callable[[Told, Told], bool] = lambda one, other: False) -> bool:
    """Whether two outlets each give a value that the other does not give, and that does not round the other's."""
    by: dict[str, set[float]] = {}
    for one in group:
        by.setdefault(one.outlet, set()).add(one.value)
    return any(
        one.value != other.value
        and one.value not in by[other.outlet]
        and other.value not in by[one.outlet]
        and not rounds(one, other)
        for place, one in enumerate(group)
        for other in group[place + 1 :]
        if one.outlet != other.outlet
    )


def _alike(one: Told, other: Told, fewest: int, share: float) -> bool:
    shared = len(one.words & other.words)
    least = min(len(one.words), len(other.words))
    is_near = bool(one.beside & other.beside) or shared >= MOSTLY * least
    return shared >= fewest and shared >= share * least and is_near


def _same_figure(one: Told, other: Told) -> bool:
    if (one.unit, one.counted) != (other.unit, other.counted) or not (one.is_alone and other.is_alone):
        return False
    if one.years and other.years and not one.years & other.years:
        return False
    ratio = max(one.value, other.value) / min(one.value, other.value)
    if ratio <= NEAR and len(one.beside & other.beside) >= FEWEST_NEAR:
        return True
    return ratio <= FAR and _alike(one, other, FEWEST_FIGURE, SHARED_FIGURE)


def _same_day(one: Told, other: Told) -> bool:
    if not (one.is_alone and other.is_alone) or abs(one.value - other.value) > MOST_DAYS:
        return False
    return len(one.beside & other.beside) >= 2 and _alike(one, other, FEWEST_DATE, SHARED_DATE)


def is_rounding(one: Told, other: Told) -> bool:
    """Whether one of two values rounds the other, or does not claim to be exact and is near it."""
    small, large = sorted((one.value, other.value))
    if (one.is_about or other.is_about) and large <= small * (1 + ROUNDED):
        return True
    return any(_rounds_to(exact, rough) for exact, rough in ((one.value, other.value), (other.value, one.value)))


def _rounds_to(exact: float, rough: float) -> bool:
    """Whether `exact`, written with fewer figures that count, is `rough`: 135.9 is 136, 4.9 is 5, 1.84 is 1.8."""
    figures = len(f"{rough:.12g}".replace(".", "").strip("0") or "0") if rough < 1e12 else 3
    return float(f"{exact:.{figures}g}") == float(f"{rough:.12g}") and exact != rough
