"""Politeness to one host, with a real Redis."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from pressreview.embedded import VALKEY_SERVER
from sources.fetching.errors import Busy, Reason
from sources.fetching.throttle import Throttle


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Redis]:
    """A Redis of its own on a socket, gone with the module."""
    path: Path = tmp_path_factory.mktemp("redis") / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(path.parent)]
    process = subprocess.Popen([str(VALKEY_SERVER), *options], stdout=subprocess.DEVNULL)
    client = redis.Redis(unix_socket_path=str(path))
    for _ in range(200):
        if path.exists():
            break
        time.sleep(0.02)
    yield client
    client.close()
    process.terminate()
    process.wait(10)


@pytest.fixture
def store(server: redis.Redis) -> redis.Redis:
    server.flushall()
    return server


def starts(throttle: Throttle, host: str, count: int, gap: float | None = None, hold: float = 0.0) -> list[float]:
    """Times at which `count` requests made one after the other began."""
    found = []
    for _ in range(count):
        with throttle.slot(host, gap):
            found.append(time.monotonic())
            time.sleep(hold)
    return found


def gaps(times: list[float]) -> list[float]:
    return [later - sooner for sooner, later in pairwise(times)]


def test_requests_to_a_host_are_paced(store: redis.Redis) -> None:
    assert all(gap > 0.14 for gap in gaps(starts(Throttle(store, gap=0.15), "exemple.fr", 4)))


def test_hosts_do_not_wait_for_each_other(store: redis.Redis) -> None:
    throttle = Throttle(store, gap=5)
    times = [starts(throttle, f"{number}.exemple.fr", 1)[0] for number in range(5)]
    assert times[-1] - times[0] < 4


def test_a_crawl_delay_above_the_usual_gap_counts_from_the_end(store: redis.Redis) -> None:
    assert all(gap >= 0.4 for gap in gaps(starts(Throttle(store, gap=0.05), "exemple.fr", 3, gap=0.3, hold=0.1)))


def test_no_more_than_two_at_once_across_workers(store: redis.Redis) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def worker() -> None:
        nonlocal running, most
        with Throttle(store, gap=0.01, patience=20).slot("exemple.fr"):
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.15)
            with lock:
                running -= 1

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == 2


def test_a_host_with_a_crawl_delay_is_read_one_at_a_time(store: redis.Redis) -> None:
    throttle = Throttle(store, gap=0.01, patience=0.1)
    with throttle.slot("exemple.fr", 0.05):
        time.sleep(0.06)
        with pytest.raises(Busy), throttle.slot("exemple.fr", 0.05):
            pass


def test_waiting_is_bounded_and_says_when_to_come_back(store: redis.Redis) -> None:
    throttle = Throttle(store, gap=30, patience=0.2)
    starts(throttle, "exemple.fr", 1)
    started = time.monotonic()
    with pytest.raises(Busy) as caught, throttle.slot("exemple.fr"):
        pass
    assert time.monotonic() - started < 10
    assert caught.value.reason is Reason.BUSY
    assert caught.value.retry_after is not None
    assert timedelta(seconds=15) < caught.value.retry_after <= timedelta(seconds=30)
    assert "exemple.fr" in str(caught.value)


def test_the_patience_of_one_visit_can_be_longer(store: redis.Redis) -> None:
    throttle = Throttle(store, gap=0.3, patience=0)
    starts(throttle, "exemple.fr", 1)
    with throttle.slot("exemple.fr", patience=5):
        pass


def test_the_slots_of_killed_workers_come_free(store: redis.Redis) -> None:
    with ExitStack() as killed:
        for _ in range(2):
            killed.enter_context(Throttle(store, gap=0.01, lease=0.4).slot("exemple.fr"))
            time.sleep(0.02)
        held = killed.pop_all()  # nobody gives them back
    with pytest.raises(Busy), Throttle(store, gap=0.01, patience=0).slot("exemple.fr"):
        pass
    time.sleep(0.5)
    with Throttle(store, gap=0.01, patience=0).slot("exemple.fr"):
        pass
    held.close()


def test_a_slot_is_given_back_when_the_fetch_fails(store: redis.Redis) -> None:
    throttle = Throttle(store, gap=0.01, patience=1)
    for _ in range(4):
        with pytest.raises(OSError, match="perdu"), throttle.slot("exemple.fr"):
            raise OSError("perdu")
    assert store.zcard("throttle:exemple.fr:slots") == 0
