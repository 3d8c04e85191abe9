"""What titles mean, as vectors of a language model, added up by story.

The words of two titles may differ where their sense is one. Only the direction in which a title differs from the
others of its language tells a story apart: the mean of the active titles is taken off before two are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from articles.text.grouping.shapes import Id

Vector = npt.NDArray[np.float32]

DIMENSIONS = 384
_MEAN = Path(__file__).parent.parent / "lexicons" / "grouping_mean_title.txt"
# In the first days the mean is that of titles at large: it counts for this many of a language's own.
_PRIOR = 100.0
_ROWS = 256


def vector(stored: bytes) -> Vector | None:
    """The vector of length one behind its stored form; None for an article without one. ValueError for another size."""
    if not stored:
        return None
    if len(stored) != DIMENSIONS:
        raise ValueError(f"a vector has {DIMENSIONS} components of one byte, not {len(stored)}")
    return unit(np.frombuffer(stored, dtype=np.int8).astype(np.float32))


def store(found: Vector) -> bytes:
    """One signed byte for each component: their proportions are what counts."""
    steps = np.rint(found * (127 / max(1e-9, float(np.abs(found).max()))))
    return bytes(steps.astype(np.int8).tobytes())


def unit(found: Vector) -> Vector:
    """The same direction at length one."""
    length = float(np.sqrt(found @ found))
    return found / length if length else found


@cache
def _mean_title() -> Vector:
    """The mean vector of titles at large, as written by `python -m tests.benchmarks.stories_mean`."""
    lines = _MEAN.read_text(encoding="utf-8").splitlines()
    return np.array([line.split() for line in lines if not line.startswith("#")], dtype=np.float32).ravel()


class Meanings:
    """The vectors of each story added up, one row a story, and the mean of the active titles of each language."""

    def __init__(self) -> None:
        self._rows: dict[Id, int] = {}
        self._free: list[int] = []
        self._held: dict[Id, int] = {}
        self._sums = np.zeros((_ROWS, DIMENSIONS), np.float32)
        self._totals: dict[str, tuple[int, Vector]] = {}

    def apart(self, language: str, found: Vector) -> Vector:
        """How a title differs from the others of its language, at length one."""
        count, total = self._totals.get(language, (0, 0.0))
        return unit(found - (total + _PRIOR * _mean_title()) / (count + _PRIOR))

    def see(self, language: str, found: Vector, sign: int) -> None:
        """Count a title's vector, as the model gave it, in the mean of its language (`sign` 1), or no longer (-1)."""
        count, total = self._totals.get(language, (0, np.zeros(DIMENSIONS, np.float32)))
        self._totals[language] = count + sign, total + sign * found
        if not self._totals[language][0]:
            del self._totals[language]

    def change(self, story: Id, apart: Vector, sign: int) -> None:
        """Put a title, as it stands apart from the others, into a story (`sign` 1), or take it out (-1)."""
        row = self._row(story)
        self._sums[row] += sign * apart
        self._held[story] = self._held.get(story, 0) + sign
        if not self._held[story]:
            self._sums[row] = 0.0
            self._free.append(self._rows.pop(story))
            del self._held[story]

    def of_story(self, story: Id) -> Vector | None:
        """The direction of a story's titles; None for a story without vectors."""
        row = self._rows.get(story)
        return None if row is None else unit(self._sums[row])

    def cosines(self, probe: Vector, stories: Sequence[Id]) -> dict[Id, float]:
        """How near a direction is to each of the stories that have one."""
        known = [story for story in stories if story in self._rows]
        found = self._sums[[self._rows[story] for story in known]]
        lengths = np.sqrt(np.einsum("ij,ij->i", found, found))
        return dict(zip(known, (found @ probe / np.maximum(lengths, 1e-9)).tolist(), strict=True))

    def _row(self, story: Id) -> int:
        if story not in self._rows:
            row = self._free.pop() if self._free else len(self._rows)
            if row >= len(self._sums):
                self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
            self._rows[story] = row
        return self._rows[story]
