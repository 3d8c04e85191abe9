"""robots.txt (RFC 9309): fetched once a day for each origin, obeyed for pages and feeds alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from protego import Protego

from .errors import FetchError, Reason

TOKEN = "PressReview"  # noqa: S105 - the product token of RFC 9309, no secret
KEEP_SECONDS = 24 * 3600
# A robots.txt that cannot be had forbids everything (RFC 9309, 2.3.1.4), so it is asked for again soon.
RETRY_SECONDS = 600
MAX_DELAY = 120.0
_UNREACHABLE = frozenset({Reason.TIMEOUT, Reason.BAD_ANSWER, Reason.TOO_LARGE})


class Cache(Protocol):
    """Where rules are kept between processes; values are short texts."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, value: str, seconds: int) -> None: ...


class MemoryCache:
    """A cache that lives as long as its process and forgets nothing before; for tests and single commands."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self._values.get(key)

    def set(self, key: str, value: str, seconds: int) -> None:
        self._values[key] = value


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin lets us do."""

    everything: bool | None
    """True: all is allowed; False: nothing is, for now; None: as the parsed file says."""
    parsed: Protego | None = None

    def allows(self, url: str) -> bool:
        """Whether we may fetch this address of the origin."""
        if self.everything is not None or self.parsed is None:
            return bool(self.everything)
        return bool(self.parsed.can_fetch(url, TOKEN))

    @property
    def crawl_delay(self) -> float | None:
        """Seconds asked for between two requests, at most MAX_DELAY; None when nothing is asked."""
        delay = self.parsed.crawl_delay(TOKEN) if self.parsed else None
        return min(float(delay), MAX_DELAY) if delay and delay > 0 else None


def parse(text: str) -> Rules:
    """The rules that a robots.txt states for us."""
    return Rules(None, Protego.parse(text.removeprefix("\ufeff")))


class Robots:
    """The rules of every origin, kept in `cache`."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def rules(self, url: str, fetch: Callable[[str], tuple[int, str]]) -> Rules:
        """Rules for the origin of `url`; `fetch` answers a robots.txt's status and text, or raises FetchError.

        4xx allows everything; 429, 5xx and silence forbid everything for ten minutes. A host that cannot be reached
        at all raises its FetchError, as it would for the page.
        """
        origin = _origin(url)
        kept = self._cache.get(f"robots:{origin}")
        if kept is None:
            kept, seconds = _ask(f"{origin}/robots.txt", fetch)
            self._cache.set(f"robots:{origin}", kept, seconds)
        return _rules(kept)

    def kept(self, url: str) -> Rules | None:
        """The rules for the origin of `url` that are kept, without asking for them; None when none are."""
        kept = self._cache.get(f"robots:{_origin(url)}")
        return None if kept is None else _rules(kept)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _rules(kept: str) -> Rules:
    said = json.loads(kept)
    return parse(said) if isinstance(said, str) else Rules(said)


def _ask(url: str, fetch: Callable[[str], tuple[int, str]]) -> tuple[str, int]:
    """JSON of a robots.txt's text, or of whether everything is allowed; and for how many seconds to keep it."""
    try:
        status, text = fetch(url)
    except FetchError as error:
        if error.reason is Reason.REDIRECTS:  # as if there were none (RFC 9309, 2.3.1.2)
            return json.dumps(True), KEEP_SECONDS
        if error.reason not in _UNREACHABLE:
            raise
        return json.dumps(False), RETRY_SECONDS
    if 200 <= status < 300:
        return json.dumps(text), KEEP_SECONDS
    if 400 <= status < 500 and status != 429:
        return json.dumps(True), KEEP_SECONDS
    return json.dumps(False), RETRY_SECONDS
