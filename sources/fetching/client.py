"""The one way out to the web: bounded in time, size and hops, to public addresses only, and polite."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import urljoin

import httpcore
import httpx

from sources.parsing import charsets

from . import answers
from .connecting import Deadline, GuardedBackend
from .errors import AddressRefused, Busy, FetchError, Reason
from .guards import AddressGuard
from .robots import MAX_DELAY, Robots, Rules

__all__ = ["AddressRefused", "Busy", "Client", "FetchError", "Limits", "Reason", "Response"]

Kind = Literal["page", "feed"]
Headers = list[tuple[bytes, bytes]]
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")
# RFC 9309 asks parsers for at least 500 KiB.
_ROBOTS_BYTES = 512 * 1024
_ROBOTS_SECONDS = 15.0
_MID_WAY_SECONDS = MAX_DELAY + 30.0
_ACCEPT: Mapping[Kind, str] = {
    "feed": "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5",
    "page": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_NOT_WHOLE = frozenset({205, 206})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost: bytes after decompression, seconds from the first DNS query to the last byte, hops."""

    max_bytes: int = 20 * 1024 * 1024
    deadline: float = 30.0
    max_redirects: int = 8


@dataclass(frozen=True, slots=True)
class Response:
    """A success, or the news that nothing changed (`not_modified`, with an empty body)."""

    url: str
    """Where the body was found, after redirects."""
    requested_url: str
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    not_modified: bool
    permanent_redirect_to: str
    """Where an unbroken chain of permanent redirects from the requested address led; "" when there was none."""
    fetched_at: datetime
    elapsed: float
    """Seconds."""

    @property
    def etag(self) -> str:
        """To be sent back byte for byte; a 304 without one leaves the stored one valid."""
        return self.headers.get("etag", "")

    @property
    def last_modified(self) -> str:
        """To be sent back byte for byte, whatever its format."""
        return self.headers.get("last-modified", "")

    @property
    def max_age(self) -> timedelta | None:
        return answers.max_age(self.headers)

    @property
    def retry_after(self) -> timedelta | None:
        return answers.retry_after(self.headers, self.fetched_at)

    @property
    def text(self) -> str:
        """The body as browsers read a page: byte order mark, header, `meta`, then UTF-8 or Windows-1252."""
        labels = (charsets.of_content_type(self.headers.get("content-type", "")), charsets.of_html(self.body))
        return charsets.decode(self.body, [label for label in labels if label])


class Slots(Protocol):
    """What keeps all workers together polite to one host; see throttle.Throttle."""

    def slot(
        self, host: str, gap: float | None = ..., patience: float | None = ...
    ) -> AbstractContextManager[None]: ...


@dataclass(frozen=True, slots=True)
class _Hop:
    """One request and what came back; the body is read only when it is the one asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def _checked(url: str) -> httpx.URL:
    """The address, parsed; FetchError when it is none that we fetch."""

    def refused(why: str) -> FetchError:
        return FetchError(Reason.BAD_URL, f"{url[:200]!r} cannot be fetched: {why}.", url=url[:2000])

    if len(url) > 4096 or "\\" in url or any(ord(character) < 33 for character in url):
        raise refused("it is not a well-formed web address")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise refused(str(error)) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise refused("only http and https addresses are")
    if not _HOST.fullmatch(parsed.raw_host) or not 0 < (parsed.port or 80) < 65_536:
        raise refused("its host or port cannot exist")
    if parsed.userinfo:
        raise refused("it carries a user name")
    return parsed


def _value(raw: bytes) -> str:
    """A header's value; servers write UTF-8 in headers more often than anything else beyond ASCII."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _folded(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key = name.decode("latin-1").lower()
        headers[key] = f"{headers[key]}, {_value(value)}" if key in headers else _value(value)
    return headers


def _target(address: httpx.URL) -> httpcore.URL:
    scheme, host, path = address.raw_scheme, address.raw_host, address.raw_path
    return httpcore.URL(scheme=scheme, host=host, port=address.port, target=path)


def _next(at: str, hop: _Hop) -> str:
    """Where a redirect leads."""
    location = hop.headers.get("location", "").strip()
    if not location:
        raise FetchError(Reason.REDIRECTS, f"{at} redirects to nowhere.", url=at, status=hop.status)
    try:
        return urljoin(at, location).split("#", 1)[0]
    except ValueError as error:
        raise FetchError(Reason.REDIRECTS, f"{at} redirects to {location[:200]!r}: {error}.", url=at) from error


def _insist(url: str, hop: _Hop, *, conditional: bool) -> None:
    """Raise FetchError unless the answer is a whole document or the news that nothing changed."""
    status = hop.status
    if (200 <= status < 300 and status not in _NOT_WHOLE) or (status == 304 and conditional):
        return
    reason, what = Reason.HTTP_ERROR, f"answered with the error {status}"
    if "challenge" in hop.headers.get("cf-mitigated", ""):
        reason, what = Reason.CHALLENGE, "asks whether the reader is human"
    elif status == 410:
        reason, what = Reason.GONE, "is gone for good (410)"
    elif status == 429:
        reason, what = Reason.RATE_LIMITED, "asks us to come less often (429)"
    elif status == 304:
        what = "says that nothing changed, but was not asked (304)"
    elif status in _NOT_WHOLE:
        what = f"sent only a part ({status})"
    wait = answers.retry_after(hop.headers, datetime.now(UTC))
    raise FetchError(reason, f"{url} {what}.", url=url, status=status, retry_after=wait)


@contextmanager
def _explained(url: str, seconds: float) -> Iterator[None]:
    """Turn whatever the network does into a FetchError with a sentence."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise FetchError(Reason.TIMEOUT, f"{url} gave no complete answer within {seconds:g} s.", url=url) from error
    except (httpcore.NetworkError, OSError) as error:
        if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
            raise FetchError(Reason.TLS, f"{url} cannot be reached securely: {error}.", url=url) from error
        raise FetchError(
            Reason.CONNECTION, f"{url} could not be reached: {error or 'connection lost'}.", url=url
        ) from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError) as error:
        raise FetchError(Reason.BAD_ANSWER, f"{url} did not answer in proper HTTP: {error}.", url=url) from error


class Client:
    """Fetches, from any thread. Keeps no cookies, sends no credentials, ignores the proxies of the environment.

    `user_agent` names the application and where to complain ("PressReview/1.0 (+https://…)"). With `throttle` every
    request waits for its turn at the host; with `robots` it obeys the host's robots.txt, redirects included.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        limits: Limits | None = None,
        guard: AddressGuard | None = None,
        throttle: Slots | None = None,
        robots: Robots | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._limits = limits or Limits()
        self._guard = guard or AddressGuard()
        self._throttle = throttle
        self._robots = robots
        self._tls = httpx.create_ssl_context()

    def get(
        self, url: str, *, etag: str = "", last_modified: str = "", accept: str = "", kind: Kind = "page"
    ) -> Response:
        """Fetch `url`, following redirects, each checked anew. Raises FetchError for anything but a whole answer.

        With `etag` or `last_modified` (as an earlier Response gave them) the answer may be `not_modified`.
        """
        headers = self._headers(accept or _ACCEPT[kind], etag, last_modified)
        started = time.monotonic()
        at, hop, permanent_to = self._follow(url, headers, Deadline(self._limits.deadline), self._politely)
        _insist(at, hop, conditional=bool(etag or last_modified))
        return Response(
            url=at,
            requested_url=url,
            status=hop.status,
            headers=hop.headers,
            body=hop.body,
            not_modified=hop.status in (204, 304),
            permanent_redirect_to=permanent_to,
            fetched_at=datetime.now(UTC),
            elapsed=time.monotonic() - started,
        )

    def rules(self, url: str) -> Rules | None:
        """What the robots.txt of the host lets us do there, fetched when it is not kept; None where none is obeyed.

        Raises FetchError when the host cannot be reached.
        """
        return self._robots.rules(url, self._robots_txt) if self._robots is not None else None

    def _headers(self, accept: str, etag: str, last_modified: str) -> Headers:
        pairs = [
            ("User-Agent", self._user_agent),
            ("Accept", accept),
            ("Accept-Language", "fr, en;q=0.5"),
            ("Accept-Encoding", "gzip, deflate"),
            ("If-None-Match", etag),
            ("If-Modified-Since", last_modified),
        ]
        # A validator is what a server once said: a line end in it must not become a header of ours.
        return [(name.encode(), _CONTROLS.sub("", value).strip().encode("utf-8")) for name, value in pairs if value]

    def _follow(
        self, url: str, headers: Headers, deadline: Deadline, visit: Callable[..., _Hop]
    ) -> tuple[str, _Hop, str]:
        """The address that answered, its answer, and where permanent redirects alone led."""
        at, permanent_to, permanent = url, "", True
        for number in range(self._limits.max_redirects + 1):
            # A visit once begun waits for its turn again: given up at a redirect, it would be given up there for ever.
            hop = visit(_checked(at), headers, deadline, patience=_MID_WAY_SECONDS if number else None)
            if hop.status not in _REDIRECTS:
                return at, hop, permanent_to
            at = _next(at, hop)
            permanent = permanent and hop.status in _PERMANENT
            permanent_to = at if permanent else permanent_to
        raise FetchError(Reason.REDIRECTS, f"{url} redirects more than {self._limits.max_redirects} times.", url=url)

    def _politely(self, address: httpx.URL, headers: Headers, deadline: Deadline, *, patience: float | None) -> _Hop:
        """One request, when the host's robots.txt allows it, in its turn."""
        gap = None
        if self._robots is not None:
            before = time.monotonic()
            rules = self._robots.rules(str(address), self._robots_txt)
            deadline.extend(time.monotonic() - before)
            if not rules.allows(str(address)):
                raise FetchError(
                    Reason.ROBOTS, f"The robots.txt of {address.host} keeps us from {address}.", url=str(address)
                )
            gap = rules.crawl_delay
        return self._in_turn(address, headers, deadline, patience=patience, gap=gap)

    def _in_turn(
        self,
        address: httpx.URL,
        headers: Headers,
        deadline: Deadline,
        *,
        patience: float | None,
        gap: float | None = None,
    ) -> _Hop:
        """One request, when politeness to the host allows it."""
        if self._throttle is None:
            return self._exchange(address, headers, deadline)
        before = time.monotonic()
        with self._throttle.slot(address.host, gap, patience):
            deadline.extend(time.monotonic() - before)
            return self._exchange(address, headers, deadline)

    def _robots_txt(self, url: str) -> tuple[int, str]:
        """Status and text of a robots.txt; it is subject to no robots.txt itself."""
        deadline = Deadline(min(self._limits.deadline, _ROBOTS_SECONDS))
        _, hop, _ = self._follow(url, self._headers("text/plain, */*;q=0.5", "", ""), deadline, self._in_turn)
        return hop.status, charsets.decode(hop.body[:_ROBOTS_BYTES])

    def _exchange(self, address: httpx.URL, headers: Headers, deadline: Deadline) -> _Hop:
        """One request on a connection of its own. Bodies of redirects and errors are left unread."""
        url = str(address)
        with (
            _explained(url, deadline.seconds),
            httpcore.ConnectionPool(
                ssl_context=self._tls, network_backend=GuardedBackend(self._guard, deadline), max_connections=1
            ) as pool,
            pool.stream("GET", _target(address), headers=headers) as answer,
        ):
            said = _folded(answer.headers)
            wanted = 200 <= answer.status < 300 and answer.status not in _NOT_WHOLE
            body = answers.read(answer.iter_stream(), said, self._limits.max_bytes, url) if wanted else b""
            return _Hop(answer.status, said, body)
