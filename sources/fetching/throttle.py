"""Politeness to one host, shared by all workers: few requests at once, and a pause between them; kept in Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from .errors import Busy

# KEYS: leases, pause. ARGV: token, lease in ms, pause in ms, how many at once. Answers the ms to wait, 0 for a slot.
# The server's clock counts, so that workers on hosts with other clocks agree; a lease of a killed worker runs out.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local pause = redis.call('PTTL', KEYS[2])
if pause > 0 then return pause end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return -1 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[2], '1', 'PX', ARGV[3]) end
return 0
"""
# KEYS: leases, pause. ARGV: token, pause in ms from now on (0: none).
_GIVE_BACK = """
redis.call('ZREM', KEYS[1], ARGV[1])
if tonumber(ARGV[2]) > 0 then redis.call('SET', KEYS[2], '1', 'PX', ARGV[2]) end
"""
_POLL = 0.2


class Throttle:
    """At most `concurrent` requests to a host at once, started at least `gap` seconds apart.

    `lease` (seconds) must exceed the longest fetch: after it a slot is free again even if its worker was killed.
    `patience`: seconds to wait for a slot before Busy is raised.
    """

    def __init__(
        self, redis: Any, *, concurrent: int = 2, gap: float = 1.0, lease: float = 90.0, patience: float = 15.0
    ) -> None:
        self._concurrent = concurrent
        self._gap = gap
        self._lease = int(lease * 1000)
        self._patience = patience
        self._take = redis.register_script(_TAKE)
        self._give_back = redis.register_script(_GIVE_BACK)

    @contextmanager
    def slot(self, host: str, gap: float | None = None, patience: float | None = None) -> Iterator[None]:
        """Hold one of the host's slots; raises Busy, saying when to come back, when none comes free in time.

        With a `gap` above the usual one (a robots.txt's crawl-delay) requests come one by one, and the pause counts
        from the end of each.
        """
        delay = gap if gap is not None and gap > self._gap else 0.0
        keys, token = [f"throttle:{host}:slots", f"throttle:{host}:pause"], uuid4().hex
        self._wait(host, keys, token, delay, self._patience if patience is None else patience)
        try:
            yield
        finally:
            self._give_back(keys=keys, args=[token, int(delay * 1000)])

    def _wait(self, host: str, keys: list[str], token: str, delay: float, patience: float) -> None:
        pause = int((delay or self._gap) * 1000)
        end = time.monotonic() + patience
        while answer := int(self._take(keys=keys, args=[token, self._lease, pause, 1 if delay else self._concurrent])):
            wait = _POLL if answer < 0 else answer / 1000
            if time.monotonic() + wait > end:
                raise Busy(host, timedelta(seconds=max(wait, delay, self._gap)))
            time.sleep(min(wait, 1.0))
