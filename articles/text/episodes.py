"""The episodes of a story: where its coverage falls silent, or begins to speak of something else.

The method is binary segmentation, as for change points in a series, over what text segmentation measures (lexical
cohesion: M. Hearst, "TextTiling", 1997; F. Choi, "Advances in domain independent linear text segmentation", 2000),
with silence as a second witness, as in bursts of a stream (J. Kleinberg, "Bursty and hierarchical structure in
streams", 2002). Every border between two days with coverage is tried. What speaks for it:

- the shift: how much less the two sides share with each other than each shares within itself, from 0 (one subject)
  to 1 (nothing in common). Words are weighed by how few of the story's own articles hold them, so that what the whole
  story is about, say the name of a firm, says nothing. Few articles say little: both means are drawn towards the mean
  of all pairs, as if PRIOR pairs of it had been seen.
- the silence: each day without an article adds A_DAY_OF_SILENCE.

The best border is kept when the two together reach ENOUGH and each side has FEWEST articles, and each side is cut
again in the same way. The answer depends on the articles alone: no chance, no state.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

ENOUGH = 0.45
A_DAY_OF_SILENCE, MOST_SILENCE = 0.06, 0.6
FEWEST = 2
SHORTEST, SMALLEST = 4, 6
"""A story of fewer days, from first to last, or of fewer articles is told in one."""
MOST_EPISODES = 9
MOST_READ = 160
"""In a larger story the first articles of each day speak for it: the cost grows with the square of them."""
PRIOR = 4.0
ALIKE = 0.4
"""Two articles count as no closer than this: copies of one dispatch would make the rest look like something else."""
CENTRAL = 0.8
"""The first article nearly as close to the whole episode as the closest one leads it."""
_TERMS = 40
_NEW = 2.0

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Told:
    """One article: the day it is dated to, and its words with their weights (see articles.text.grouping.terms)."""

    key: Hashable
    day: date
    terms: Vector
    own: float = 1.0
    """The part of its words, from 0 to 1, that stands in no earlier article: copies speak for an episode less."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One episode: its days, first and last included, and which article of it says best what it is about."""

    first_day: date
    last_day: date
    lead: Hashable
    terms: tuple[str, ...]
    """Keys of the words that are new in it, the most telling first; at most _TERMS."""


def cut(told: Sequence[Told], *, held: Sequence[date] = (), held_to: date | None = None) -> tuple[Cut, ...]:
    """The episodes of a story, in order of time; one for a short story, none without an article.

    Articles come in their order of publication.
    `held` are the first days of the episodes that a person arranged up to `held_to`: these borders stand, and up to
    that day there are no others. What was dated before the first of them belongs to the first.
    """
    if not told:
        return ()
    told = sorted(told, key=lambda one: one.day)
    borders = _held_borders(told, held)
    free_from = _place_after(told, held_to) if held_to else 0
    if held_to or _is_long(told):
        start = max([border for border in borders if border <= free_from], default=0)
        borders |= set(_borders(told, start, free_from, MOST_EPISODES - len(borders) - 1))
    edges = [0, *sorted(borders - {0, len(told)}), len(told)]
    return tuple(_described(told, start, end) for start, end in pairwise(edges))


def _is_long(told: Sequence[Told]) -> bool:
    return len(told) >= SMALLEST and (told[-1].day - told[0].day).days + 1 >= SHORTEST


def _place_after(told: Sequence[Told], day: date) -> int:
    """How many articles are dated to this day or before."""
    return sum(one.day <= day for one in told)


def _held_borders(told: Sequence[Told], held: Sequence[date]) -> set[int]:
    return {_place_after(told, day - timedelta(days=1)) for day in sorted(held)[1:]}


def _borders(told: Sequence[Told], start: int, free_from: int, most: int) -> list[int]:
    """Places of new borders at `free_from` or later, within the articles from `start` on."""
    kept = _spoken_for(told[start:])
    pairs = _Pairs([one.terms for one in kept])
    days = [one.day for one in kept]
    first = _place_after(kept, told[free_from - 1].day) if free_from > start else 0
    found: list[int] = []
    waiting = [(0, len(kept))]
    while waiting and len(found) < most:
        options = [(*best, *span) for span in waiting if (best := _best(pairs, days, *span, first))]
        if not options:
            break
        _score, place, begin, end = max(options, key=lambda option: (option[0], -option[1]))
        found.append(place)
        waiting.remove((begin, end))
        waiting += [(begin, place), (place, end)]
    return [_place_after(told, days[place] - timedelta(days=1)) for place in found]


def _spoken_for(told: Sequence[Told]) -> list[Told]:
    """The articles that are read: all of them, or as many of each day as keep the number in bounds."""
    if len(told) <= MOST_READ:
        return list(told)
    a_day = max(1, MOST_READ // len({one.day for one in told}))
    seen: Counter[date] = Counter()
    kept = []
    for one in told:
        seen[one.day] += 1
        if seen[one.day] <= a_day:
            kept.append(one)
    return kept[: 2 * MOST_READ]


class _Pairs:
    """How alike each two articles are, and sums of that over stretches."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        held = Counter(term for vector in vectors for term in vector)
        rarity = {term: math.log(1 + len(vectors) / count) - math.log(2) for term, count in held.items()}
        units = [_unit({term: weight * rarity[term] for term, weight in vector.items()}) for vector in vectors]
        # sums[i][j]: over all pairs of the first i with the first j
        self.sums = [[0.0] * (len(units) + 1) for _ in range(len(units) + 1)]
        alike = [[0.0] * len(units) for _ in units]
        for i, one in enumerate(units):
            for j in range(i):
                alike[i][j] = alike[j][i] = min(ALIKE, _dot(one, units[j]))
        for i, row in enumerate(alike, 1):
            for j, value in enumerate(row, 1):
                self.sums[i][j] = value + self.sums[i - 1][j] + self.sums[i][j - 1] - self.sums[i - 1][j - 1]

    def between(self, a: int, b: int, c: int, d: int) -> float:
        """The sum over pairs of an article in [a, b) with one in [c, d)."""
        return self.sums[b][d] - self.sums[a][d] - self.sums[b][c] + self.sums[a][c]

    def within(self, a: int, b: int) -> float:
        return self.between(a, b, a, b) / 2


def _unit(vector: Vector) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {term: weight / length for term, weight in vector.items() if weight}


def _dot(one: Vector, other: Vector) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def _best(pairs: _Pairs, days: Sequence[date], start: int, end: int, first: int) -> tuple[float, int] | None:
    """The best border inside [start, end) with its score, at `first` or later; None where none is good enough."""
    places = range(max(start + FEWEST, first), end - FEWEST + 1)
    scored = [
        (shift(pairs, start, place, end) + _silence(days[place - 1], days[place]), place)
        for place in places
        if days[place - 1] < days[place]
    ]
    score, place = max(scored, key=lambda one: (one[0], -one[1]), default=(0.0, 0))
    return (score, place) if score >= ENOUGH else None


def shift(pairs: _Pairs, start: int, place: int, end: int) -> float:
    """How much less the two sides share with each other than within: 0 for one subject, 1 for nothing in common."""
    left, right = place - start, end - place
    mean = 2 * pairs.within(start, end) / ((left + right) * (left + right - 1))

    def drawn(total: float, count: float) -> float:
        return (total + PRIOR * mean) / (count + PRIOR)

    within = drawn(pairs.within(start, place), left * (left - 1) / 2) * drawn(
        pairs.within(place, end), right * (right - 1) / 2
    )
    return 1 - drawn(pairs.between(start, place, place, end), left * right) / math.sqrt(within) if within else 0.0


def _silence(before: date, after: date) -> float:
    return min(MOST_SILENCE, A_DAY_OF_SILENCE * ((after - before).days - 1))


def _described(told: Sequence[Told], start: int, end: int) -> Cut:
    """An episode is led by the first article nearly as close to what sets it apart from the others as the closest."""
    inside, outside = told[start:end], (*told[:start], *told[end:])
    others = Counter(term for one in outside for term in one.terms)
    apart = _mean(inside)
    for term, weight in _mean(outside).items():
        apart[term] = max(0.0, apart.get(term, 0.0) - weight)
    close = [_dot(_unit(one.terms), apart) * (1 + one.own) for one in inside]
    lead = next(one for one, value in zip(inside, close, strict=True) if value >= CENTRAL * max(close))
    return Cut(inside[0].day, inside[-1].day, lead.key, _new_terms(inside, others, len(outside)))


def _mean(told: Sequence[Told]) -> dict[str, float]:
    total: dict[str, float] = {}
    for one in told:
        for term, weight in _unit(one.terms).items():
            total[term] = total.get(term, 0.0) + weight / len(told)
    return total


def _new_terms(inside: Sequence[Told], others: Mapping[str, int], outside: int) -> tuple[str, ...]:
    """Words that several of these articles hold and that the others hold much less."""
    if not outside:
        return ()
    held = Counter(term for one in inside for term in one.terms)
    scores = {}
    for term, count in held.items():
        part = count / len(inside)
        ratio = part / ((others.get(term, 0) + 0.5) / (outside + 1))
        if count >= FEWEST and ratio >= _NEW:
            scores[term] = part * math.log(ratio)
    return tuple(sorted(scores, key=lambda term: (-scores[term], term))[:_TERMS])
