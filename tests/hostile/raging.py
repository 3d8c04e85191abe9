"""Ten healthy feeds beside everything else that is always due: whether they keep their rhythm, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median, quantiles

from tests.hostile import outside, press, rounds, watching
from tests.hostile.house import House, house
from tests.hostile.press import Scenario
from tests.running import until

EVERY = 60.0
TICKS_EVERY = 5
# A feed is never asked more often than every five minutes: read this much late, it keeps its rhythm.
MOST_LATE = 60.0
MINUTES, SOAK_MINUTES = 10, 30


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


def _costly(scenario: Scenario) -> bool:
    """Whether it fails, is slow, or costs much to read; one that asked for patience is not to be asked sooner."""
    marks = ("must_fail", "max_seconds", "bomb", "max_hops", "max_bytes")
    told = scenario.verdict
    return scenario.kind == "feed" and any(told.get(mark) for mark in marks) and not told.get("retry_after")


def rage(minutes: int = MINUTES, again_every: int = 3) -> Iterator[str]:
    """Everything that costs much comes due together every few minutes; ten healthy feeds come due every minute."""
    press.reset()
    scenarios = press.scenarios()
    with outside.serving(scenarios), house() as home, watching.watched(home.run, 2.0) as watch:
        healthy = [press.news(host) for host in rounds.HEALTHY]
        hostile = [one.url for one in scenarios if _costly(one)]
        numbers = rounds.subscribe(home, {url: url for url in (*healthy, *hostile)})
        until(lambda: not set(numbers.values()) - set(home.visits()), 900)
        yield f"{len(numbers)} feeds read for the first time"
        dues: list[float] = []
        for minute in range(minutes):
            if minute % TICKS_EVERY == 0:
                press.tick()
            dues.append(time.time())
            home.make_due(healthy + (hostile if minute % again_every == 0 else []))
            time.sleep(EVERY)
        late = _lateness(home, healthy, dues[:-1])
        cuts = quantiles(late, n=20)
        wrong = "WRONG " if cuts[-1] > MOST_LATE else ""
        yield f"{wrong}{len(healthy)} healthy feeds beside {len(hostile)} hostile ones, {len(late)} visits"
        yield f"late by {median(late):.1f} s (median), {cuts[-1]:.1f} s (19 of 20), {max(late):.1f} s (all)"
        home.settle(patience=300)
        yield from rounds.judge_truth(home)
        yield from rounds.judge_costs(watch, home)


def soak() -> Iterator[str]:
    """The same for longer, for what grows slowly."""
    yield from rage(SOAK_MINUTES, again_every=10)
