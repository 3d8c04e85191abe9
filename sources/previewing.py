"""A feed as it would be collected, before anything is stored: its entries, and what its site lets us do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sources import confined
from sources.fetching.client import Client, FetchError
from sources.fetching.robots import Rules
from sources.parsing import reservation
from sources.parsing.access import is_free
from sources.parsing.reservation import Reservation
from sources.parsing.shapes import ParsedEntry
from sources.parsing.urls import host
from sources.reserving import ask
from sources.subscribing import Preview, preview

ENTRIES = 10
# Their pages are looked at for a paywall: each is a request to the site, a second apart.
PAGES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, as it was understood."""

    entry: ParsedEntry
    is_allowed: bool | None
    """Whether robots.txt lets us read its page; None where that cannot be known."""
    was_read: bool = False
    is_free: bool | None = None
    """What its page, if it was read, says of its paywall."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A feed with its first entries, and what its site says of robots and text mining; None where it says nothing."""

    preview: Preview
    lines: Sequence[Line]
    rules: Rules | None
    reserved: Reservation | None

    @property
    def entries(self) -> Sequence[ParsedEntry]:
        """The entries of the lines."""
        return [line.entry for line in self.lines]

    @property
    def pages_read(self) -> int:
        """How many pages were looked at."""
        return sum(line.was_read for line in self.lines)

    @property
    def walled(self) -> int:
        """How many of these say that they are for subscribers."""
        return sum(line.is_free is False for line in self.lines)

    @property
    def forbidden(self) -> int:
        """How many entries lead to pages that robots.txt keeps us from."""
        return sum(line.is_allowed is False for line in self.lines)


def understand(url: str, client: Client) -> Understood:
    """Read the feed at `url` and a few of its pages, as far as these can be had. Raises as subscribing.preview does."""
    seen = preview(url, client)
    rules = _Rules(client)
    lines: list[Line] = []
    said: list[Reservation | None] = []
    for entry in seen.feed.entries[:ENTRIES]:
        known = rules.of(entry.url)
        line = Line(entry, known.allows(entry.url) if known else None)
        if line.is_allowed and sum(one.was_read for one in lines) < PAGES:
            line, reserved = _looked_at(line, client)
            said.append(reserved)
        lines.append(line)
    site = next((line.entry.url for line in lines if line.entry.url), seen.url)
    return Understood(seen, lines, rules.of(site), _reservation(seen, said, site, client))


class _Rules:
    """The rules of the hosts met in one preview, each asked for once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, Rules | None] = {}

    def of(self, url: str) -> Rules | None:
        name = host(url)
        if name and name not in self._known:
            try:
                self._known[name] = self._client.rules(url)
            except FetchError:
                self._known[name] = None  # the page could not be had either: it is shown as not known
        return self._known.get(name)


def _looked_at(line: Line, client: Client) -> tuple[Line, Reservation | None]:
    try:
        page = client.get(line.entry.url, kind="page")
        said = reservation.of_page(page.text, page.headers)
        return Line(line.entry, line.is_allowed, was_read=True, is_free=is_free(page.text)), said
    except (FetchError, confined.Failed):
        return line, None  # a page that cannot be had says nothing; the entry is shown without it


def _reservation(seen: Preview, said: Sequence[Reservation | None], site: str, client: Client) -> Reservation | None:
    """What pages say, a reservation before its absence; then the feed; then the site's file."""
    pages = sorted((one for one in said if one), key=lambda one: not one.is_reserved)
    if pages or seen.reserved:
        return pages[0] if pages else seen.reserved
    try:
        return ask(site, client)
    except FetchError:
        return None  # the site is being read already: what its file says is noted when it is collected
