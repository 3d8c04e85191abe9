"""What every feed format is turned into, and how much of each field is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from .dates import PartialDate, parse_date
from .plaintext import collapse, text_of
from .urls import clean

MAX_TITLE = 1_000
MAX_SUMMARY = 10_000
MAX_CONTENT = 500_000
MAX_NAME = 200
MAX_GUID = 1_000
MAX_DATE = 100
MAX_NAMES = 30


class NotAFeed(ValueError):
    """The bytes are no feed; the message is a sentence that says what they are instead."""


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """One item of a feed, in one shape for all formats; every string may be empty.

    `identity` (64 hexadecimal digits) stays the same when the item is fetched again with another GUID, other tracking
    parameters, http for https, or a new title. `alias` is a second identity, "" without one: the GUID's, where no
    other item of the document bears the same. An item whose identity is new but whose alias is known, with the same
    title or the same date as before, is the same article at a new address.
    """

    identity: str
    alias: str
    guid: str
    url: str
    """Absolute http(s) address without tracking parameters."""
    title: str
    """Plain text, as `summary` is."""
    authors: tuple[str, ...]
    summary: str
    content: str
    """HTML as the feed gave it: not sanitised, cut at MAX_CONTENT characters."""
    published: PartialDate | None
    """As said; what the feed calls an update when it gives no other date, or None."""
    modified: PartialDate | None
    language: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed's own description and its items."""

    kind: str
    """rss, rdf, atom, json or sitemap."""
    title: str
    site_url: str
    language: str
    ttl: timedelta | None
    """The rhythm that the feed declares (RSS ttl, or the syndication module)."""
    hub: str
    items: tuple[ParsedEntry, ...]
    """Every item of the document, in its order: empty and repeated ones too."""

    @property
    def entries(self) -> tuple[ParsedEntry, ...]:
        """The items that are articles, each article once."""
        first: dict[str, ParsedEntry] = {}
        for item in self.items:
            if item.identity:
                first.setdefault(item.identity, item)
        return tuple(first.values())


@dataclass(frozen=True, slots=True)
class RawEntry:
    """What a format adapter has read, before cleaning: `title` and `summary` with a flag that says "this is HTML"."""

    guid: str = ""
    link: str = ""
    title: str = ""
    title_is_html: bool = False
    authors: tuple[str, ...] = ()
    summary: str = ""
    summary_is_html: bool = True
    content: str = ""
    published: str = ""
    modified: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()


def _names(values: Iterable[str]) -> tuple[str, ...]:
    found = (collapse(value)[:MAX_NAME] for value in values)
    return tuple(dict.fromkeys(name for name in found if name))[:MAX_NAMES]


def _date(raw: str) -> PartialDate | None:
    return parse_date(raw.strip()[:MAX_DATE]) if raw.strip() else None


def cleaned(raw: RawEntry, base: str, language: str) -> ParsedEntry:
    """The entry in its final form but for its identity, which needs its neighbours."""
    published, modified = _date(raw.published), _date(raw.modified)
    return ParsedEntry(
        identity="",
        alias="",
        guid=collapse(raw.guid)[:MAX_GUID],
        url=clean(raw.link, base) if raw.link.strip() else "",
        title=text_of(raw.title, html=raw.title_is_html, limit=MAX_TITLE),
        authors=_names(raw.authors),
        summary=text_of(raw.summary, html=raw.summary_is_html, limit=MAX_SUMMARY),
        content=raw.content[:MAX_CONTENT],
        published=published or modified,
        modified=modified,
        language=(raw.language or language).replace("_", "-")[:8].rstrip("-"),
        tags=_names(raw.tags),
    )
