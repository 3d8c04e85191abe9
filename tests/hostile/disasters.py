"""Kill what can be killed while living feeds publish, and count what is lost, doubled, or late to come back."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator

import psycopg2
import redis

from pressreview import embedded
from tests.hostile import press, rounds
from tests.hostile.house import House, house
from tests.running import processes_of, until

MOST_SECONDS = 120.0
FEEDS = 4
# Many disasters in little time: what a killed worker held comes back after seconds, and hosts are asked at once.
FAST = {"PRESSREVIEW_LEASE_SECONDS": "5", "PRESSREVIEW_HOST_GAP": "0"}
# What a worker's command line says of it.
WORKERS = ("-Q collect", "-Q extract", "-Q group")
BEAT = "celery -A pressreview beat"
# How many disasters of each kind, and how many of them strike one after the other before all has to be back.
Plan = dict[str, tuple[int, int]]
PLAN: Plan = {"worker": (8, 5), "beat": (2, 5), "redis": (5, 2), "postgres": (20, 1), "everything": (3, 1)}


def _pids(home: House, mark: str) -> list[int]:
    return sorted(pid for pid, command in processes_of(home.run.data).items() if mark in command)


def _kill(pids: list[int], number: signal.Signals = signal.SIGKILL) -> str:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue  # it ended by itself meanwhile
    return f"{number.name} to {len(pids)}"


def worker(home: House, rng: random.Random) -> str:
    """One process of the workers: a main process takes its children with it, a child is started again by it."""
    pids = _pids(home, rng.choice(WORKERS))
    return _kill([rng.choice(pids)] if pids else [])


def beat(home: House, rng: random.Random) -> str:
    return _kill(_pids(home, BEAT))


def redis_server(home: House, rng: random.Random) -> str:
    """Killed, so that what was in it is gone; or emptied."""
    if rng.random() < 0.5:
        return _kill(_pids(home, "valkey-server"))
    with redis.Redis.from_url(embedded.redis_url(home.run.data)) as server:
        server.flushall()
    return "flushed"


def postgres(home: House, rng: random.Random) -> str:
    """The main process alone, with SIGKILL or the immediate stop that leaves recovery to the next start."""
    main = int((home.run.data / "postgres" / "postmaster.pid").read_text().split()[0])
    return _kill([main], rng.choice([signal.SIGKILL, signal.SIGQUIT]))


def everything(home: House, rng: random.Random) -> str:
    """The command itself, asked or not, and started again."""
    if rng.random() < 0.5:
        home.run.stop(signal.SIGTERM)
    else:
        home.run.kill()
    home.run.lines.clear()
    home.run.start()
    return "stopped and started"


KINDS: dict[str, Callable[[House, random.Random], str]] = {
    "worker": worker, "beat": beat, "redis": redis_server, "postgres": postgres, "everything": everything,
}  # fmt: skip


def _holds_all(home: House) -> bool:
    """Whether every article that was shown is one here, and nothing waits. False while the database is down."""
    try:
        held = home.ask(
            "SELECT count(*) FILTER (WHERE outcome IN ('article', 'feed_text')), count(*) FROM sources_entry"
        )[0]
        behind = home.ask("SELECT 1 FROM sources_feed WHERE next_fetch_at <= now() OR leased_until > now() LIMIT 1")
    except psycopg2.Error:
        return False
    return not behind and held[0] == held[1] == sum(map(len, press.truth().values()))


def _publish(home: House, urls: list[str], kind: str) -> None:
    """New articles on every living feed, which an administrator asks for at once, or which beat has to find due."""
    press.tick()
    if kind == "beat":
        home.make_due(urls)
        return
    for (number,) in home.ask("SELECT id FROM sources_feed"):
        home.send(f"/sources/fils/{number}/collecter/", {})


def strike(home: House, kind: str, kills: int, urls: list[str], rng: random.Random) -> float:
    """Disasters while new articles are collected; seconds from the last of them until all articles are here."""
    _publish(home, urls, kind)
    for _ in range(kills):
        time.sleep(rng.uniform(0, 4))
        KINDS[kind](home, rng)
    started = time.monotonic()
    until(lambda: _holds_all(home), MOST_SECONDS + 60)
    took = time.monotonic() - started
    until(home.answers, 60)
    return took


def _series(home: House, kind: str, waves: int, kills: int, urls: list[str], rng: random.Random) -> str:
    took = sorted(strike(home, kind, kills, urls, rng) for _ in range(waves))
    late = [f"{seconds:.0f} s" for seconds in took if seconds > MOST_SECONDS]
    again = home.ask("SELECT count(*) FROM sources_entry WHERE tries > 1")[0][0]
    return (
        f"{'WRONG ' if late else ''}{kind}: {waves * kills} times, back after {took[len(took) // 2]:.1f} s (median), "
        f"at most {took[-1]:.1f} s{', too late: ' + ', '.join(late) if late else ''}; {again} pages read anew so far"
    )


def disasters(plan: Plan | None = None, **settings: str) -> Iterator[str]:
    """Fifty workers and beats, Redis, Postgres and the command itself are killed; the truth is compared at the end."""
    press.reset()
    seed = random.randrange(10_000)
    rng = random.Random(seed)
    yield f"seed {seed}"
    with house(**{**FAST, **settings}) as home:
        urls = [press.news(host) for host in rounds.HEALTHY[:FEEDS]]
        rounds.subscribe(home, {f"sain {number}": url for number, url in enumerate(urls)})
        until(lambda: len(home.visits()) == FEEDS and _holds_all(home), 120)
        for kind, (waves, kills) in (plan or PLAN).items():
            yield _series(home, kind, waves, kills, urls, rng)
        yield from rounds.judge_truth(home)
        yield _grouped(home)


def slow_disasters() -> Iterator[str]:
    """The same with the default lease and pace: what people will see."""
    yield from disasters({"worker": (3, 1), "postgres": (2, 1), "redis": (1, 1)},
                         PRESSREVIEW_LEASE_SECONDS="90", PRESSREVIEW_HOST_GAP="1")  # fmt: skip


def _grouped(home: House) -> str:
    left = "SELECT count(*) FROM articles_article WHERE story_id IS NULL"
    until(lambda: home.ask(left)[0][0] == 0, 300)
    wrong = home.ask(
        "SELECT count(*) FROM articles_story s WHERE article_count <> "
        "(SELECT count(*) FROM articles_article a WHERE a.story_id = s.id)"
    )[0][0]
    alone = home.ask(left)[0][0]
    return f"{'WRONG ' if alone or wrong else ''}{alone} articles in no story, {wrong} stories that count wrong"
