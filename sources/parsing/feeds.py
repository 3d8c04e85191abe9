"""Feeds of every format to one shape: RSS 0.9x to 2.0, RDF, Atom, JSON Feed and Google's news sitemaps."""

from __future__ import annotations

import json
import logging
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from html import escape
from typing import Any

from lxml import etree

from . import charsets, xmlfeeds
from .identity import identified
from .plaintext import scrub, text_of
from .shapes import MAX_TITLE, NotAFeed, ParsedEntry, ParsedFeed, RawEntry, cleaned
from .urls import clean

__all__ = ["MAX_BYTES", "NotAFeed", "ParsedEntry", "ParsedFeed", "parse"]

log = logging.getLogger(__name__)

MAX_BYTES = 32 * 1024 * 1024
_HEAD = 65_536
_ROOT = re.compile(
    r"<(?P<name>(?:[A-Za-z_][\w.-]*:)?(?P<local>rss|rdf|feed|urlset|sitemapindex|channel))(?=[\s>/])", re.IGNORECASE
)
_NOISE = re.compile(r"<!--(?:.*?-->|.*)|<\?(?:.*?>|.*)|<!\[CDATA\[(?:.*?\]\]>|.*)", re.DOTALL)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
# A drawing may describe itself in RDF.
_NEVER_A_FEED = re.compile(rf"{_PAGE.pattern}|<svg\b", re.IGNORECASE)
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]{0,60})")
_KINDS = {"rss": "rss", "channel": "rss", "rdf": "rdf", "feed": "atom"}
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "damaged gzip data"),
    (b"(\xb5/\xfd", "Zstandard data"),
)


def _inflated(content: bytes) -> bytes:
    """The content without a gzip coat that the transport left on; cut at MAX_BYTES."""
    for _ in range(2):
        if not content.startswith(b"\x1f\x8b"):
            break
        try:
            content = zlib.decompressobj(31).decompress(content, MAX_BYTES)
        except zlib.error:
            break
    return content


def _decoded(content: bytes, headers: Mapping[str, str]) -> str:
    header = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    claims = (charsets.of_content_type(header), charsets.of_xml(content))
    return scrub(charsets.decode(content, [claim for claim in claims if claim]))


def _what_it_is(text: str, content: bytes) -> str:
    for magic, name in _MAGIC:
        if content.startswith(magic):
            return name
    head = _NOISE.sub("", text[:_HEAD]).lstrip()
    element = _ELEMENT.search(head)
    if element and head.startswith("<") and not _PAGE.match(head) and not _PAGE.match(element[0]):
        return f"an XML document of type “{element[1]}”"
    if _PAGE.search(head):
        return "a web page"
    if text.startswith("<"):
        return "another XML document"
    if text.startswith(("{", "[")):
        return "JSON that is no JSON Feed"
    return "plain text" if text.isprintable() else "binary data"


def _root(text: str) -> re.Match[str] | None:
    """The feed's first element, after any blanks, comments or warnings; None when the document is something else."""
    head = text[:_HEAD]
    blanked = _NOISE.sub(lambda match: " " * len(match[0]), head)
    root = _ROOT.search(blanked)
    page = _NEVER_A_FEED.search(blanked)
    return None if root is None or (page and page.start() < root.start()) else root


def _trimmed(text: str, root: re.Match[str]) -> str:
    """From the document type, if any, to the end of the root element: what stands around it is not the feed's."""
    doctype = text.lower().rfind("<!doctype", 0, root.start())
    end = text.rfind(f"</{root['name']}")
    end = text.find(">", end) + 1 if end > 0 else 0
    return text[doctype if doctype >= 0 else root.start() : end or len(text)]


def parse(content: bytes, *, url: str, headers: Mapping[str, str] | None = None) -> ParsedFeed:
    """Read a feed fetched from `url` (the address after redirects) with its response `headers`.

    Raises NotAFeed, with a sentence that says what came instead. A bad entry is left out, and costs no other.
    """
    if not content.strip(b"\0\t\n\r "):
        raise NotAFeed("The answer is empty.")
    content = _inflated(content[: MAX_BYTES + 1])
    if len(content) > MAX_BYTES:
        raise NotAFeed(f"The document is larger than {MAX_BYTES // 1024 // 1024} MB.")
    text = _decoded(content, headers or {}).lstrip("\ufeff\t\n\r ")
    if text.startswith("{"):
        return _json_feed(text, url)
    root = _root(text)
    if root is None:
        raise NotAFeed(f"This is not a feed but {_what_it_is(text, content)}.")
    local = root["local"].lower()
    if local == "sitemapindex":
        raise NotAFeed("This is not a feed but an index of sitemaps.")
    if local == "urlset":
        return _sitemap(_trimmed(text, root), url)
    return _xml_feed(_trimmed(text, root), url, _KINDS[local])


def _finished(
    raws: Iterable[Any], adapt: Callable[[Any], RawEntry], *, base: str, site_url: str, language: str
) -> tuple[ParsedEntry, ...]:
    """The items that can be read, cleaned and identified."""
    entries = []
    for raw in raws:
        try:
            adapted = adapt(raw)
            entries.append((cleaned(adapted, base, language), adapted.guid.strip()))
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
            log.warning("An entry of %s cannot be read: %s: %s", base, type(error).__name__, error)
    return identified(entries, site_url)


def _address(link: str, base: str) -> str:
    return clean(link, base) if link.strip() else ""


def _xml_feed(text: str, url: str, kind: str) -> ParsedFeed:
    state = xmlfeeds.run(text, url)
    feed = state.feeddata
    language = xmlfeeds.text(feed, "language")
    site_url = _address(xmlfeeds.link(feed), url)
    return ParsedFeed(
        kind=kind,
        title=xmlfeeds.title(feed),
        site_url=site_url,
        language=language.replace("_", "-")[:8].rstrip("-"),
        ttl=_rhythm(feed),
        hub=_address(xmlfeeds.link_of(feed, "hub"), url),
        items=_finished(
            state.entries[: xmlfeeds.MAX_ENTRIES], xmlfeeds.raw_entry, base=url, site_url=site_url, language=language
        ),
    )


def _rhythm(feed: Any) -> timedelta | None:
    """`ttl` in minutes, or the syndication module's period divided by its frequency (web.resource.org/rss/1.0)."""
    ttl = xmlfeeds.text(feed, "ttl").strip()
    if ttl.isascii() and ttl.isdigit() and 0 < int(ttl[:9]) <= 525_600:
        return timedelta(minutes=int(ttl[:9]))
    hours = _PERIODS.get(xmlfeeds.text(feed, "sy_updateperiod").strip().lower())
    if hours is None:
        return None
    frequency = xmlfeeds.text(feed, "sy_updatefrequency").strip()
    times = int(frequency[:4]) if frequency.isascii() and frequency.isdigit() else 1
    return timedelta(hours=hours) / max(times, 1)


def _string(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _people(data: Mapping[str, Any]) -> tuple[str, ...]:
    people = data.get("authors") if isinstance(data.get("authors"), list) else [data.get("author")]
    return tuple(_string(person, "name") for person in people or [] if isinstance(person, dict))


def _json_entry(item: Mapping[str, Any]) -> RawEntry:
    """An item of JSON Feed 1.0 or 1.1 (jsonfeed.org)."""
    plain, html = _string(item, "content_text"), _string(item, "content_html")
    summary = _string(item, "summary")
    tags = item.get("tags")
    return RawEntry(
        guid=_string(item, "id"),
        link=_string(item, "url") or _string(item, "external_url"),
        title=_string(item, "title"),
        authors=_people(item),
        summary=summary or plain or html,
        summary_is_html=not summary and not plain,
        content=html or escape(plain),
        published=_string(item, "date_published"),
        modified=_string(item, "date_modified"),
        language=_string(item, "language"),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _json_feed(text: str, url: str) -> ParsedFeed:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"This is not a feed but damaged JSON: {error}.") from error
    items = data.get("items")
    if not isinstance(items, list) or not (_string(data, "version") or any(isinstance(item, dict) for item in items)):
        raise NotAFeed("This is not a feed but JSON that is no JSON Feed.")
    site_url, language = _address(_string(data, "home_page_url"), url), _string(data, "language")
    hubs = data.get("hubs") if isinstance(data.get("hubs"), list) else []
    hub = next((_string(one, "url") for one in hubs or [] if isinstance(one, dict)), "")
    return ParsedFeed(
        kind="json",
        title=text_of(_string(data, "title"), html=False, limit=MAX_TITLE),
        site_url=site_url,
        language=language[:8],
        ttl=None,
        hub=_address(hub, url),
        items=_finished(items[: xmlfeeds.MAX_ENTRIES], _json_entry, base=url, site_url=site_url, language=language),
    )


def _said(element: etree._Element) -> dict[str, str]:
    """Text of a sitemap's own elements and of its news extension, by local name, the first of each."""
    found: dict[str, str] = {}
    for child in element.iterdescendants():
        if not isinstance(child.tag, str):
            continue
        namespace, _, name = child.tag.rpartition("}")
        if child.getparent() is element or "news" in namespace:
            found.setdefault(name.lower(), (child.text or "").strip())
    return found


def _sitemap_entry(element: etree._Element) -> RawEntry:
    """A `url` of a sitemap, with the news extension (Google's sitemap-news 0.9) where it has one."""
    said = _said(element)
    return RawEntry(
        guid=said.get("loc", ""),
        link=said.get("loc", ""),
        title=said.get("title", ""),
        published=said.get("publication_date", ""),
        modified=said.get("lastmod", ""),
        language=said.get("language", ""),
        tags=tuple(said.get("keywords", "").split(",")),
    )


def _sitemap(text: str, url: str) -> ParsedFeed:
    root = xmlfeeds.tree(text)
    if root is None:
        raise NotAFeed("This is not a feed but a damaged sitemap.")
    # A sitemap also lists what is no news: all the site's pages, back to its beginning.
    urls = [one for one in root if isinstance(one.tag, str) and "publication_date" in _said(one)]
    if len(root) and not urls:
        raise NotAFeed("This is not a feed but a sitemap without news.")
    names = (_said(one).get("name", "") for one in urls)
    return ParsedFeed(
        kind="sitemap",
        title=next((name for name in names if name), "")[:MAX_TITLE],
        site_url=clean("/", url),
        language="",
        ttl=None,
        hub="",
        items=_finished(urls[: xmlfeeds.MAX_ENTRIES], _sitemap_entry, base=url, site_url="", language=""),
    )
