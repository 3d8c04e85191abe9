"""Sitemaps (sitemaps.org 0.9, and Google's news extension): what pages a site has, and which further sitemaps."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from lxml import etree

from .dates import PartialDate, parse_date
from .plaintext import collapse, scrub
from .shapes import MAX_DATE, MAX_TITLE
from .urls import clean

MAX_BYTES = 52 * 1024 * 1024
"""A sitemap holds at most 50 MB before compression (sitemaps.org); what is larger is read up to here."""
MAX_ADDRESSES = 50_000
"""The most that one sitemap may hold by the same rule."""
_MAX_CHILDREN = 5_000
_IN_PATH = re.compile(r"/((?:19|20)\d\d)[/-](0[1-9]|1[0-2])(?:[/-](0[1-9]|[12]\d|3[01]))?(?=[/_.-]|$)")
_OURS = frozenset({"url", "sitemap"})
_SAID = frozenset({"loc", "lastmod", "publication_date", "title", "language"})


class NotASitemap(ValueError):
    """The bytes are no sitemap; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """A page that a sitemap lists; every string may be empty."""

    url: str
    title: str
    language: str
    published: PartialDate | None
    """As the news extension says it; a page's last change is no publication."""
    modified: PartialDate | None


@dataclass(frozen=True, slots=True)
class SitemapLink:
    """A further sitemap that an index lists."""

    url: str
    modified: PartialDate | None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one document lists, each address once; `is_cut` says that it lists more than is read."""

    pages: tuple[SitemapPage, ...]
    sitemaps: tuple[SitemapLink, ...]
    is_cut: bool


def _inflated(content: bytes) -> tuple[bytes, bool]:
    """The content without its gzip coat, and whether it was cut: a few kilobytes can hold gigabytes."""
    if content.startswith(b"\x1f\x8b"):
        machine = zlib.decompressobj(31)
        try:
            content = machine.decompress(content, MAX_BYTES + 1)
        except zlib.error as error:
            raise NotASitemap("This is damaged gzip data.") from error
    return content[:MAX_BYTES], len(content) > MAX_BYTES


@lru_cache(4096)  # sitemaps repeat a few days thousands of times
def _date(said: str) -> PartialDate | None:
    return parse_date(said[:MAX_DATE]) if said else None


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _items(content: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Each `url` or `sitemap` of the document with what is said in it; nothing of the others stays in memory."""
    source = BytesIO(content.lstrip(b"\xef\xbb\xbf\0\t\n\r "))
    events = etree.iterparse(
        source, events=("end",), recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    said: dict[str, str] = {}
    try:
        for _, element in events:
            name = _name(element)
            if name in _SAID and _is_own(element):
                said.setdefault(name, collapse(element.text or "")[:MAX_TITLE])
            if name in _OURS:
                yield name, said
                said = {}
            if name in _OURS or element.getparent() is None:
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise NotASitemap(f"This is no sitemap: {scrub(str(error))[:200]}.") from error


def _is_own(element: etree._Element) -> bool:
    """Said of the page itself: not of an image or a video on it."""
    parent = element.getparent()
    return parent is not None and (_name(parent) in _OURS or "news" in element.tag.rpartition("}")[0])


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def read(content: bytes, url: str) -> Sitemap:
    """The pages and further sitemaps that the sitemap at `url` lists, plain or gzipped, up to the protocol's limits.

    Raises NotASitemap for anything else.
    """
    content, is_cut = _inflated(content)
    pages: dict[str, SitemapPage] = {}
    links: dict[str, SitemapLink] = {}
    for name, said in _items(content):
        address = clean(said.get("loc", ""), url)
        if name == "url" and len(pages) < MAX_ADDRESSES and address:
            pages.setdefault(address, _page(address, said))
        elif name == "sitemap" and len(links) < _MAX_CHILDREN and address:
            links.setdefault(address, SitemapLink(address, _date(said.get("lastmod", ""))))
        if len(pages) == MAX_ADDRESSES:
            is_cut = True
            break
    if not pages and not links and not _is_sitemap(content):
        raise NotASitemap("This is no sitemap.")
    return Sitemap(tuple(pages.values()), tuple(links.values()), is_cut)


def _is_sitemap(content: bytes) -> bool:
    return re.search(rb"<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s>/]", content[:65_536]) is not None


def _page(address: str, said: dict[str, str]) -> SitemapPage:
    return SitemapPage(
        url=address,
        title=said.get("title", ""),
        language=said.get("language", "")[:8],
        published=_date(said.get("publication_date", "")),
        modified=_date(said.get("lastmod", "")),
    )


def date_in(url: str) -> str:
    """The date that an address carries in its path, as ISO 8601 to the day or the month; "" without one."""
    found = _IN_PATH.search(url)
    return "-".join(part for part in found.groups() if part) if found else ""
