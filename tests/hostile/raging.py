"""Ten healthy feeds beside everything else that is always due: whether they keep their rhythm, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median, quantiles

from tests.hostile import outside, press, rounds, watching
from tests.hostile.house import House, house

EVERY = 60.0
TICKS_EVERY = 5
# A feed is never asked more often than every five minutes: read this much late, it keeps its rhythm.
MOST_LATE = 60.0
MINUTES, SOAK_MINUTES = 12, 30


def _lateness(home: House, healthy: list[str], dues: list[float]) -> list[float]:
    """Seconds between the moment a healthy feed was due and the start of the visit that followed."""
    rows = home.ask(
        "SELECT f.url, extract(epoch FROM a.started_at) FROM sources_fetchattempt a JOIN sources_feed f "
        "ON f.id = a.feed_id WHERE f.url = ANY(%s) ORDER BY a.started_at", healthy,
    )  # fmt: skip
    starts: dict[str, list[float]] = {}
    for url, at in rows:
        starts.setdefault(str(url), []).append(float(at))
    late = []
    for url in healthy:
        for due in dues:
            following = [at for at in starts.get(url, []) if at >= due - 1]
            late.append(following[0] - due if following else 999.0)
    return late


def rage(minutes: int = MINUTES, again_every: int = 4) -> Iterator[str]:
    """Everything hostile comes due together every few minutes; ten healthy feeds every minute."""
    press.reset()
    scenarios = press.scenarios()
    with outside.serving(scenarios), house() as home, watching.watched(home.run, 2.0) as watch:
        feeds = rounds.subscriptions(scenarios)
        healthy = [press.news(host) for host in rounds.HEALTHY]
        polite = {one.url for one in scenarios if one.verdict.get("retry_after")}
        hostile = [url for url in feeds.values() if url not in healthy and url not in polite]
        rounds.subscribe(home, feeds)
        dues: list[float] = []
        for minute in range(minutes):
            if minute % TICKS_EVERY == 0:
                press.tick()
            dues.append(time.time())
            home.make_due(healthy + (hostile if minute % again_every == 0 else []))
            time.sleep(EVERY)
        late = _lateness(home, healthy, dues[:-2])
        cuts = quantiles(late, n=20)
        wrong = "WRONG " if cuts[-1] > MOST_LATE else ""
        yield f"{wrong}{len(healthy)} healthy feeds beside {len(hostile)} hostile ones, {len(late)} visits"
        yield f"late by {median(late):.1f} s (median), {cuts[-1]:.1f} s (19 of 20), {max(late):.1f} s (all)"
        yield from rounds.judge_truth(home)
        yield from rounds.judge_costs(watch, home)


def soak() -> Iterator[str]:
    """The same for longer, for what grows slowly."""
    yield from rage(SOAK_MINUTES, again_every=10)
