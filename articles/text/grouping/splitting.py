"""A story that has drifted: two groups of articles that share next to nothing with each other."""

from __future__ import annotations

import math

from articles.text.grouping.shapes import Id
from articles.text.grouping.stories import Index, Member, Story

# Two articles are not a story that drifted; beyond this many, the latest speak for the story.
FEWEST, _MOST = 6, 200
_SMALLEST_PART = 2
_ROUNDS = 6

Vector = dict[str, float]


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {term: weight / length for term, weight in vector.items()}


def _vector(index: Index, member: Member) -> Vector:
    return _unit({term: weight * index.rarity(term) for term, weight in member.weights.items()})


def _mean(vectors: list[Vector]) -> Vector:
    total: Vector = {}
    for vector in vectors:
        for term, weight in vector.items():
            total[term] = total.get(term, 0.0) + weight
    return _unit(total)


def _cosine(one: Vector, other: Vector) -> float:
    """Of two vectors of length one."""
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def halves(story: Story, index: Index) -> tuple[list[Id], float] | None:
    """The smaller of the two groups that tell the story best apart, and their cosine; None when one is too small.

    Two means, from the article furthest from the whole and the one furthest from that: the same answer every time.
    """
    members = list(story.members.values())[-_MOST:]
    vectors = [_vector(index, member) for member in members]
    whole = _mean(vectors)
    first = min(range(len(vectors)), key=lambda place: _cosine(vectors[place], whole))
    second = min(range(len(vectors)), key=lambda place: _cosine(vectors[place], vectors[first]))
    one, other = vectors[first], vectors[second]
    sides: list[bool] = []
    for _ in range(_ROUNDS):
        found = [_cosine(vector, one) > _cosine(vector, other) for vector in vectors]
        if found == sides or len(set(found)) < 2:
            break
        sides = found
        one = _mean([vector for vector, side in zip(vectors, sides, strict=True) if side])
        other = _mean([vector for vector, side in zip(vectors, sides, strict=True) if not side])
    smaller = sum(sides) * 2 <= len(sides)
    part = [member.id for member, side in zip(members, sides, strict=False) if side == smaller]
    return (part, _cosine(one, other)) if len(part) >= _SMALLEST_PART else None
