"""How much a story matters, by who tells it: one number, whose parts can be said in a sentence.

    voices     = the outlets, each counted by the largest part of an article of its own that stands in no earlier
                 article; one that only copies, say an agency's dispatch, still counts COPY
    importance = voices × (1 + DEPTH × log2(articles ÷ outlets)) × (1 + SPEED × part of the other outlets that came
                 within a day of the first article)
    rank       = log2(importance) + the weeks from 1970 to the latest article

Ranks order stories as importance does when it is halved with every week since the latest article; but a rank does not
change as time passes, so it is stored and indexed. Nothing here knows what a story is about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

COPY = 0.25
OWN = 0.5
"""An outlet has a text of its own when this part of one of its articles stands nowhere before it."""
DEPTH, SPEED = 0.15, 0.25
SOON = timedelta(days=1)
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Voice:
    """One article: its outlet, the part of it that is its own (None when it was not compared yet), its date."""

    outlet: int | None
    own: float | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Importance:
    """The score with what explains it. `soon` counts the outlets that came within a day of the first article."""

    score: float
    outlets: int
    own: int
    articles: int
    soon: int
    rank: float


def weigh(voices: Iterable[Voice]) -> Importance:
    """How much the story matters that these articles tell; of no importance without an article."""
    told = list(voices)
    own: dict[int | None, float] = {}
    first: dict[int | None, datetime] = {}
    for voice in told:
        own[voice.outlet] = max(own.get(voice.outlet, COPY), 1.0 if voice.own is None else voice.own)
        if voice.at is not None:
            first[voice.outlet] = min(first.get(voice.outlet, voice.at), voice.at)
    if not told:
        return Importance(0.0, 0, 0, 0, 0, 0.0)
    soon = sum(at <= min(first.values()) + SOON for at in first.values())
    speed = (soon - 1) / (len(own) - 1) if soon and len(own) > 1 else 0.0
    depth = 1 + DEPTH * math.log2(len(told) / len(own))
    score = sum(own.values()) * depth * (1 + SPEED * speed)
    latest = max((voice.at for voice in told if voice.at is not None), default=None)
    weeks = latest.timestamp() / _WEEK.total_seconds() if latest else 0.0
    return Importance(
        score=score,
        outlets=len(own),
        own=sum(part >= OWN for part in own.values()),
        articles=len(told),
        soon=soon,
        rank=math.log2(score) + weeks,
    )
