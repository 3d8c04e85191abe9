"""The same words in several mouths: quotes that say one thing in variants, and figures that disagree. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from articles.text.typography import words

# Two quotes are variants of one sentence when the shorter shares this part of its words with the longer.
SAME_WORDS = 0.7
FEWEST_WORDS = 5
# Above this, two amounts of one story that nearly agree speak of the same thing; below, the words around must say so.
LARGE = 1_000.0
NEAR, FAR = 1.25, 2.0
CONTEXT = 70
_MONEY = frozenset({"EUR", "USD", "GBP", "CHF", "€", "$", "£"})
_SHORTEST = 5


def families(quotes: Sequence[str]) -> list[list[int]]:
    """Group quotes, given in order of publication, into families of variants: lists of positions, the first seen first.

    A quote joins the family whose first member it shares most words with; short ones stand alone.
    """
    found: list[list[int]] = []
    bags = [frozenset(words(quote)) for quote in quotes]
    for place, bag in enumerate(bags):
        best = max(found, key=lambda family: _shared(bag, bags[family[0]]), default=None)
        if best is not None and _shared(bag, bags[best[0]]) >= SAME_WORDS:
            best.append(place)
        else:
            found.append([place])
    return found


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    fewest = min(len(one), len(other))
    return len(one & other) / fewest if fewest >= FEWEST_WORDS else float(one == other and bool(one))


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with the words around it; `key` is the caller's, `outlet` tells voices apart."""

    key: Hashable
    outlet: str
    value: float
    unit: str
    context: frozenset[str]


def context(text: str, start: int, end: int) -> frozenset[str]:
    """The telling words around a figure at [start, end): long ones, without figures, in its own paragraph."""
    before = text[max(0, start - CONTEXT) : start].rsplit("\n", 1)[-1]
    after = text[end : end + CONTEXT].split("\n", 1)[0]
    return frozenset(word for word in words(f"{before} {after}") if len(word) >= _SHORTEST and not word.isdigit())


def diverging(amounts: Sequence[Amount]) -> list[list[Amount]]:
    """Groups of figures that speak of one thing and of which two outlets give different values, largest group first."""
    groups: list[list[Amount]] = []
    for amount in amounts:
        home = next((group for group in groups if any(_comparable(amount, other) for other in group)), None)
        if home is None:
            groups.append([amount])
        else:
            home.append(amount)
    disagreeing = [group for group in groups if _disagree(group)]
    return sorted(disagreeing, key=lambda group: -len({amount.outlet for amount in group}))


def _comparable(one: Amount, other: Amount) -> bool:
    if _dimension(one.unit) != _dimension(other.unit) or min(one.value, other.value) <= 0:
        return False
    ratio = max(one.value, other.value) / min(one.value, other.value)
    shared = len(one.context & other.context)
    if one.value >= LARGE and ratio <= NEAR:
        return shared >= 1 or one.unit == other.unit
    return ratio <= FAR and shared >= 3


def _dimension(unit: str) -> str:
    return "money" if unit in _MONEY else unit


def _disagree(group: Sequence[Amount]) -> bool:
    """Two outlets give values that the other does not give: one that gives both only converts."""
    said: dict[tuple[float, str], set[str]] = {}
    for amount in group:
        said.setdefault((amount.value, amount.unit), set()).add(amount.outlet)
    return len(said) > 1 and len(set().union(*said.values())) > 1
