"""When a feed is due again: at its own rhythm, not before its server wants us back, and never given up for good."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(days=1)
UNKNOWN = timedelta(hours=1)
# A declared rhythm is often a tool's default ("hourly"), so it slows a feed down this far and no further.
_DECLARED_AT_MOST = timedelta(hours=1)
# Asked twice as often as it speaks, a feed is read half an interval late on average.
_OVERSAMPLING = 2
_JITTER = 0.1


def _rhythm(now: datetime, history: Sequence[datetime]) -> timedelta | None:
    """Mean time between two entries, the present silence included; None without any entry."""
    times = [min(moment, now) for moment in history]
    return (now - min(times)) / len(times) if times else None


def _clamped(interval: timedelta, shortest: timedelta = SHORTEST, longest: timedelta = LONGEST) -> timedelta:
    return max(shortest, min(interval, longest))


def next_due(
    *,
    now: datetime,
    history: Sequence[datetime] = (),
    max_age: timedelta | None = None,
    retry_after: timedelta | None = None,
    ttl: timedelta | None = None,
    failures: int = 0,
    seed: int | str = 0,
    shortest: timedelta | None = None,
    longest: timedelta | None = None,
) -> datetime:
    """The moment of the next visit, between SHORTEST and LONGEST after `now`, or between an outlet's own bounds.

    `history`: times of the feed's latest entries, aware, in any order; those in the future count as now.
    `max_age` and `retry_after` are the server's wishes, `ttl` the feed's; `failures` counts visits in a row that
    failed, each of which doubles the wait. `seed` (the feed's number) spreads feeds that would come due together,
    the same way at every call. `shortest` and `longest` are what an administrator set: they win over `max_age` and
    `ttl`, but not over `retry_after`, and a feed that fails is visited less and less often whatever was set.
    """
    low = shortest or min(SHORTEST, longest or SHORTEST)
    high = longest or max(LONGEST, low)
    most = max(LONGEST, high)
    rhythm = _rhythm(now, history)
    declared = _clamped(ttl or UNKNOWN)
    interval = declared if rhythm is None else max(rhythm / _OVERSAMPLING, min(ttl or SHORTEST, _DECLARED_AT_MOST))
    interval = _clamped(interval, low, high)
    if failures:
        interval = max(interval, SHORTEST * 2 ** min(failures - 1, 20))
    spread = random.Random(f"{seed} {failures} {now.isoformat()}").uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311
    spaced = _clamped(_clamped(interval, low, most) * spread, low, most if failures else high)
    wished = max(min(max_age or low, high), retry_after or low)
    return now + _clamped(max(spaced, wished), low, most)
