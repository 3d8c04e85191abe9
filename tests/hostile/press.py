"""The press that misbehaves: its scenarios, its clock, and what it noted of us. Reached from inside its namespace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

CONTROL = "http://93.184.216.34"
# The second press stands behind the canaries of port 80 only.
SECOND = "http://93.184.216.60:8900"
DOMAIN = "press.test"
# Two feeds of one outlet's articles have to be on one host to announce the same addresses.
_TOGETHER = {"same-as-news-a": "same", "same-as-news-b": "same"}

_SLOW_TO_MAKE = ("gzip-bomb", "gzip-bomb2", "deflate-bomb", "feed-20000", "feed-50mb", "page-50mb")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to misbehave; `verdict` is what a machine can check of what is expected."""

    name: str
    kind: str
    """feed or page."""
    expect: str
    verdict: Row = field(default_factory=dict)

    @property
    def vhost(self) -> str:
        """A host of its own, so that politeness to one does not slow the others down."""
        return f"{_TOGETHER.get(self.name, self.name)}.{DOMAIN}"

    @property
    def url(self) -> str:
        return f"http://{self.vhost}/s/{self.name}/{'feed.xml' if self.kind == 'feed' else 'page.html'}"


def _get(path: str, at: str = CONTROL) -> Any:
    return httpx.get(at + path, timeout=60, trust_env=False).raise_for_status().json()


def _post(path: str, at: str = CONTROL) -> None:
    httpx.post(at + path, timeout=60, trust_env=False).raise_for_status()


def scenarios() -> list[Scenario]:
    return [Scenario(**row) for row in _get("/__scenarios__")]


def tick(count: int = 1) -> None:
    """Publish: five new articles on every host's `news`."""
    _post(f"/__tick__?n={count}")


def reset() -> None:
    """Forget what was asked and counted, and what was published.

    The largest answers are made first: the press resolves names as well, and answers nobody while it makes them.
    """
    for name in _SLOW_TO_MAKE:
        kind = "page.html" if name.startswith("page-") else "feed.xml"
        with httpx.stream("GET", f"{CONTROL}/s/{name}/{kind}", headers={"Host": f"{name}.{DOMAIN}"}, timeout=120,
                          trust_env=False):  # fmt: skip
            pass
    _post("/__reset__")
    _post("/__reset__", SECOND)


def report() -> Row:
    found: Row = _get("/__report__")
    return found


def log() -> list[Row]:
    """Every request, the canaries' too."""
    return [*_get("/__log__?since=0"), *(row for row in _get("/__log__?since=0", SECOND) if row.get("canary"))]


def canary_hits() -> list[Row]:
    """What reached an address that nothing may reach."""
    return [row for row in log() if row.get("canary")]


def truth() -> dict[str, set[str]]:
    """For each host that has a `news`, the GUIDs of all it ever showed."""
    return {key.removesuffix("/news"): {row["guid"] for row in rows} for key, rows in _get("/__truth__").items()}


def news(host: str) -> str:
    """The address of a host's living feed."""
    return f"http://{host}/s/news/feed.xml"
