"""Kill the collecting worker again and again while it collects, then count: `python -m tests.chaos [kills] [seed]`."""

from __future__ import annotations

import os
import random
import signal
import sys
import time

from tests.running import Run, differences, running, until

# What a killed worker held comes back after this long; in real life it is 90 seconds.
LEASE = {"PRESSREVIEW_LEASE_SECONDS": "3"}
PATIENCE = 60.0


def kill_workers(run: Run, kills: int, rng: random.Random, *, only_whole: bool = False) -> int:
    """Kill -9 the collecting worker, or one of its processes, each time it has just got on; how often it was killed.

    It ends early when there is nothing left to collect.
    """
    total = int(str(until_known(run)))
    for done in range(kills):
        before = run.processed()
        if not until(lambda before=before: run.processed() > before or before >= total, PATIENCE):  # type: ignore[misc]
            raise AssertionError(f"after {done} kills nothing was collected for {PATIENCE:.0f} s")
        if run.processed() >= total:
            return done
        time.sleep(rng.uniform(0, 0.15))
        workers = list(run.workers())
        if workers:
            os.kill(workers[0] if only_whole else rng.choice(workers), signal.SIGKILL)
    return kills


def until_known(run: Run) -> object:
    """How many entries there will be, once all feeds are read."""
    assert run.says("feeds read 12/12"), "\n".join(run.lines)
    return run.ask("SELECT count(*) FROM sources_entry")[0][0]


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10_000)
    started = time.monotonic()
    with running(**LEASE) as run:
        killed = kill_workers(run, kills, random.Random(seed))
        finished = run.says("up to date", PATIENCE + 60)
        left = differences(run)
        tries = run.ask("SELECT count(*) FILTER (WHERE tries > 1), max(tries) FROM sources_entry")[0]
        articles = run.ask("SELECT count(*) FROM articles_article")[0][0]
        run.stop(signal.SIGTERM)
    print(f"seed {seed}: {killed} kills, {articles} articles, {time.monotonic() - started:.0f} s")
    print(f"{tries[0]} entries were taken more than once, at most {tries[1]} times")
    print("\n".join(left) if left else "every article exactly once, every entry processed, every story counted right")
    return 0 if finished and not left else 1


if __name__ == "__main__":
    sys.exit(main())
