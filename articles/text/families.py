"""The same words in several mouths: quotes that say one thing in variants."""

from __future__ import annotations

from collections.abc import Sequence

from articles.text.typography import words

# Two quotes are variants of one sentence when the shorter shares this part of its words with the longer.
SAME_WORDS = 0.7
FEWEST_WORDS = 5


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
