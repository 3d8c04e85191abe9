"""Runs of words by which texts that repeat each other are found: winnowing, after Schleimer, Wilkerson, Aiken (2003).

Words are compared without case or accents. Digests are the same in every process and on every day.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

from articles.text import wordlists
from articles.text.findings import Span

PRINTED_RUN = 8
NARROWEST = 10
MOST_PRINTS = 96
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Words:
    """A text cut into compared words, with the place of each."""

    words: tuple[str, ...]
    spans: tuple[Span, ...]


@lru_cache(maxsize=128)
def cut(text: str) -> Words:
    """The compared words of a text, in order."""
    matches = list(_WORD.finditer(text))
    return Words(
        tuple(wordlists.unaccented(match.group()) for match in matches), tuple(match.span() for match in matches)
    )


def digests(words: Sequence[str], run: int) -> list[int]:
    """A short digest of every run of words; two runs that differ may share one."""
    return [crc32(" ".join(words[start : start + run]).encode()) for start in range(len(words) - run + 1)]


def winnowed(found: Sequence[int], window: int) -> Iterator[tuple[int, int]]:
    """(place, digest): the smallest of every `window` runs in a row, so that two texts choose the same ones.

    Of equal ones the last; the whole of a text shorter than a window counts as one.
    """
    rising: deque[int] = deque()  # places of digests each smaller than all that follow
    last = -1
    for end, digest in enumerate(found):
        while rising and found[rising[-1]] >= digest:
            rising.pop()
        rising.append(end)
        if rising[0] <= end - window:
            rising.popleft()
        if end >= min(window, len(found)) - 1 and rising[0] != last:
            last = rising[0]
            yield last, found[last]


def prints(text: str) -> tuple[int, ...]:
    """At most MOST_PRINTS fingerprints of a text, signed 64-bit numbers, to be kept and looked up.

    Each stands for a run of PRINTED_RUN words. A long text is winnowed with wider windows, whose choice is a part of
    what narrower ones choose: a long and a short text that share a passage still share prints.
    """
    words = cut(text).words
    keys = [_key(words[start : start + PRINTED_RUN]) for start in range(len(words) - PRINTED_RUN + 1)]
    window = NARROWEST
    while len(chosen := {digest for _, digest in winnowed(keys, window)}) > MOST_PRINTS:
        window += max(1, window // 4)
    return tuple(sorted(chosen))


def _key(run: Sequence[str]) -> int:
    return int.from_bytes(blake2b(" ".join(run).encode(), digest_size=8).digest(), "big", signed=True)
