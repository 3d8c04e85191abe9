"""The one fetcher, built from the settings: every request to the outside goes through it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cache

import redis
from django.conf import settings

from sources.fetching.client import Client, Limits
from sources.fetching.guards import AddressGuard
from sources.fetching.robots import Robots, Rules
from sources.fetching.throttle import Throttle

VERSION = "0.1"


def user_agent() -> str:
    """Who we say we are, with where to write to: the setting, else the site's own address where it has one."""
    contact = settings.PRESSREVIEW_CONTACT or next(iter(settings.CSRF_TRUSTED_ORIGINS), "")
    return f"PressReview/{VERSION} (+{contact})" if contact else f"PressReview/{VERSION}"


def allowed_addresses() -> list[str]:
    """The "host:port" that the guard lets through although they are private."""
    demo = [f"127.0.0.1:{settings.PRESSREVIEW_DEMO_PORT}"] if settings.PRESSREVIEW_DEMO else []
    return [*demo, *settings.PRESSREVIEW_ALLOWED_ADDRESSES]


class _RedisCache:
    """Where the rules of robots.txt are kept for all workers."""

    def __init__(self, server: redis.Redis) -> None:
        self._server = server

    def get(self, key: str) -> str | None:
        value = self._server.get(f"pressreview:{key}")
        return value.decode() if isinstance(value, bytes) else None

    def set(self, key: str, value: str, seconds: int) -> None:
        self._server.set(f"pressreview:{key}", value, ex=max(1, seconds))


class _Pace:
    """The pace that all workers keep at each host; our own machine's allowed addresses need none."""

    def __init__(self, throttle: Throttle, exempt: frozenset[str]) -> None:
        self._throttle = throttle
        self._exempt = exempt

    def slot(self, host: str, gap: float | None = None, patience: float | None = None) -> AbstractContextManager[None]:
        return nullcontext() if host in self._exempt else self._throttle.slot(host, gap, patience)


def kept_rules(url: str) -> Rules | None:
    """What robots.txt says of the host of `url`, as the workers read it last; None when they have not, lately."""
    try:
        return Robots(_RedisCache(_server())).kept(url)
    except redis.RedisError:
        return None  # it is only shown: a page does without


def _server() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=10, socket_connect_timeout=5)


@cache
def client() -> Client:
    """This process's client."""
    server = _server()
    allowed = allowed_addresses()
    own_hosts = frozenset(address.rsplit(":", 1)[0] for address in allowed)
    return Client(
        user_agent=user_agent(),
        limits=Limits(),
        guard=AddressGuard(allowed),
        throttle=_Pace(Throttle(server, gap=settings.PRESSREVIEW_HOST_GAP), own_hosts),
        robots=Robots(_RedisCache(server)),
    )
