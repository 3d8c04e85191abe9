"""Synthetic derivations of real texts: what a desk does to agency copy, with the passages that remain known.

Each derived text keeps some sentences of its source, in order or not, changes a few of their words, and sets sentences
of its own between them (taken from an unrelated text).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from articles.text import sentences

Span = tuple[int, int]
_SHORTEST = 14
"""Words under which a kept sentence is too short to prove anything."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derived text and the spans of it that come from the source."""

    text: str
    copied: tuple[Span, ...]


def _sentences(text: str) -> list[str]:
    return [text[start:end].replace("\n", " ") for start, end in sentences.split(text)]


def _retouched(sentence: str, random: Random, changes: int) -> str:
    """Swap, drop or add a few words, none at the ends."""
    words = sentence.split()
    for _ in range(changes):
        place = random.randrange(3, max(4, len(words) - 3))
        edit = random.choice(("swap", "drop", "add"))
        if edit == "drop" and len(words) > 10:
            del words[place]
        elif edit == "add":
            words.insert(place, "notamment")
        elif place < len(words):
            words[place] = "autrement"
    return " ".join(words)


def derive(source: str, filler: str, random: Random) -> Derivation:
    """One derivation: a third to all of the source's sentences, up to two changes in each, fillers between."""
    kept = [sentence for sentence in _sentences(source) if len(sentence.split()) >= _SHORTEST]
    chosen = sorted(random.sample(range(len(kept)), max(1, int(len(kept) * random.uniform(0.3, 1.0)))))
    if random.random() < 0.3:
        random.shuffle(chosen)
    fillers = [sentence for sentence in _sentences(filler) if len(sentence.split()) >= 6]
    pieces: list[tuple[str, bool]] = []
    for index in chosen:
        pieces.append((_retouched(kept[index], random, random.choice((0, 0, 1, 2))), True))
        if fillers and random.random() < 0.5:
            pieces.append((random.choice(fillers), False))
    return _joined(pieces)


def _joined(pieces: list[tuple[str, bool]]) -> Derivation:
    text, copied = "", []
    for piece, is_copied in pieces:
        start = len(text)
        text += piece + " "
        if is_copied:
            copied.append((start, start + len(piece)))
    return Derivation(text.rstrip(), tuple(copied))


def covered(spans: list[Span]) -> set[int]:
    """Characters within any of the spans."""
    return {position for start, end in spans for position in range(start, end)}
