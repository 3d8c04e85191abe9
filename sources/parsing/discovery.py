"""Where a site may keep its feeds: what its page declares, what it links to, what robots.txt names, usual paths."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from .plaintext import collapse, scrub
from .urls import clean, fingerprint, host

MAX_CANDIDATES = 50
_MAX_TITLE = 200
# Pieces of text looked at in one link: badly closed links contain all that follow.
_MAX_PIECES = 20
_KINDS = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/rdf+xml": "rdf",
    "application/feed+json": "json",
    "application/json": "json",
}
_JSON_FEED = re.compile(r"feed(?:\.json)?/?$|jsonfeed", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"(?:^|[/._-])(?:rss2?|feeds?|atom|flux(?:-rss)?|syndication)(?:[/._-][\w-]*)?(?:\.(?:xml|rss|atom|rdf|json|php))?/?$"
    r"|\.(?:rss|atom|rdf)$|^/?\?(?:.*&)?feed=(?:rss2?|atom|rdf)\b",
    re.IGNORECASE,
)
_FEED_WORDS = re.compile(r"\b(?:flux|rss|atom|feed)\b", re.IGNORECASE)
# What readers write is no article of the outlet.
_COMMENTS = re.compile(r"\b(?:comments?|commentaires?)\b", re.IGNORECASE)
_NEWS_SITEMAP = re.compile(r"news|actu|article", re.IGNORECASE)
_USUAL_PATHS = (
    "/feed/",
    "/rss",
    "/feed",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/flux",
    "/rss/",
    "/?feed=rss2",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be a feed; only reading it tells."""

    url: str
    title: str
    """As the page calls it, plain text; "" where it does not."""
    kind: str
    """rss, atom, rdf, json, sitemap, or "" where the page does not say."""


def _is_private(address: str) -> bool:
    try:
        return not ipaddress.ip_address(host(address).strip("[]")).is_global
    except ValueError:
        return False


def _kept(found: Iterator[Candidate], page: str) -> list[Candidate]:
    """Each address once; the page itself, bare private addresses and readers' comments left out."""
    kept: dict[str, Candidate] = {}
    for candidate in found:
        mark = fingerprint(candidate.url)
        foreign = urlsplit(candidate.url).netloc != urlsplit(clean(page)).netloc
        if not mark or mark == fingerprint(page) or (foreign and _is_private(candidate.url)):
            continue
        if _COMMENTS.search(candidate.title) or _COMMENTS.search(urlsplit(candidate.url).path):
            continue
        kept.setdefault(mark, candidate)
        if len(kept) == MAX_CANDIDATES:
            break
    return list(kept.values())


def _kind(link: etree._Element) -> str | None:
    kind = (link.get("type") or "").split(";")[0].strip().lower()
    if kind == "application/json" and not _JSON_FEED.search(link.get("href") or ""):
        return None  # the WordPress interface, not a feed
    return _KINDS.get(kind)


def _declared(root: etree._Element, base: str) -> Iterator[Candidate]:
    """Link elements, as the autodiscovery conventions have them."""
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        kind = _kind(link)
        if kind and ("alternate" in relations or "feed" in relations):
            yield Candidate(clean(link.get("href") or "", base), collapse(link.get("title") or "")[:_MAX_TITLE], kind)


def _linked(root: etree._Element, base: str) -> Iterator[Candidate]:
    """Ordinary links whose address looks like a feed's, or whose text says so."""
    for anchor in root.iter("a"):
        href = clean(anchor.get("href") or "", base)
        if not href:
            continue
        parts = urlsplit(href)
        text = collapse(" ".join(str(piece) for piece in islice(anchor.itertext(), _MAX_PIECES)))[:_MAX_TITLE]
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        if _FEED_PATH.search(parts.path) or _FEED_PATH.search(target) or (_FEED_WORDS.search(text) and "xml" in target):
            yield Candidate(href, text or collapse(anchor.get("title") or "")[:_MAX_TITLE], "")


def discover(html: str, url: str) -> list[Candidate]:
    """Feeds that the page at `url` declares or links to, the declared ones first; http(s) addresses only."""
    try:
        root = document_fromstring(scrub(html).encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return []
    bases = [base.get("href") or "" for base in root.iter("base")]
    base = (clean(bases[0], url) if bases and bases[0].strip() else "") or url

    def found() -> Iterator[Candidate]:
        yield from _declared(root, base)
        yield from _linked(root, base)

    return _kept(found(), url)


def news_sitemaps(robots_txt: str, url: str) -> list[Candidate]:
    """Sitemaps that a robots.txt names and whose address promises news."""

    def found() -> Iterator[Candidate]:
        for line in robots_txt.splitlines():
            field, _, value = line.partition(":")
            if field.strip().lower() == "sitemap" and _NEWS_SITEMAP.search(urlsplit(value.strip()).path):
                yield Candidate(clean(value, url), "", "sitemap")

    return _kept(found(), url)


def guesses(url: str) -> list[str]:
    """Addresses at which sites usually keep a feed, most usual first; under the page's own path, then at the root."""
    page = clean(url)
    if not page:
        return []
    folder = urlsplit(page).path.rstrip("/")
    paths = [f"{folder}/feed/", f"{folder}/rss.xml"] if folder else []
    return list(dict.fromkeys(urljoin(page, path) for path in [*paths, *_USUAL_PATHS]))
