"""What an administrator does with outlets and feeds: look for them, add, pause, resume, exchange lists of them."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from sources import confined, wording
from sources.bell import ring
from sources.fetching.client import Client, FetchError, Response
from sources.models import Entry, Feed, Outlet
from sources.parsing import opml, reservation
from sources.parsing.discovery import Candidate, discover, guesses, news_sitemaps
from sources.parsing.feeds import NotAFeed, ParsedFeed, parse
from sources.parsing.plaintext import collapse
from sources.parsing.reservation import Reservation
from sources.parsing.urls import canonical, fingerprint, host

STARTER_PACK = Path(__file__).with_name("starter_pack.csv")
# A site that names no feed is asked for this many of the usual addresses: each is a request to it.
GUESSES = 4


class NotFound(Exception):
    """Nothing was found at an address; the message is a sentence."""


class AlreadyThere(Exception):
    """The feed is known. `feed` is it."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(_("This feed is here already, for %(outlet)s.") % {"outlet": feed.outlet.name})
        self.feed = feed


@dataclass(frozen=True, slots=True)
class Found:
    """What a site's address led to."""

    site: str
    name: str
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True)
class Preview:
    """A feed as it was read, without anything being stored; `known` is the same feed where it is here already."""

    url: str
    feed: ParsedFeed
    known: Feed | None
    reserved: Reservation | None = None
    """What the headers say of text and data mining."""


def in_words(error: FetchError | NotAFeed | confined.Failed) -> str:
    """Why an address could not be read, in the reader's language; the error's own sentence is English."""
    if isinstance(error, NotAFeed):
        return _("This address holds no feed.")
    if isinstance(error, confined.Failed):
        return str(error)
    return wording.failure(error.reason, error.status) or _("This address could not be read.")


# --- looking ---------------------------------------------------------------------------------------------------------


def known_feed(url: str) -> Feed | None:
    """The feed that is or was at this address, however it is spelled; None when there is none, or it is no address."""
    wanted = fingerprint(url)
    if not wanted:
        return None
    near = Q(url__icontains=host(url).removeprefix("www."))
    feeds = Feed.objects.select_related("outlet").filter(near | ~Q(former_urls=[]))
    found = [feed for feed in feeds if wanted in map(fingerprint, feed.addresses)]
    return next((feed for feed in found if fingerprint(feed.url) == wanted), found[0] if found else None)


def _read(response: Response) -> ParsedFeed:
    return confined.call(parse, response.body, url=response.url, headers=response.headers)


def preview(url: str, client: Client) -> Preview:
    """Read the feed at `url`. Raises FetchError when it cannot be had, NotAFeed when it is none, or confined.Failed."""
    response = client.get(url, kind="feed")
    address = response.permanent_redirect_to or url
    reserved = reservation.of_headers(response.headers)
    return Preview(address, _read(response), known_feed(address) or known_feed(url), reserved)


def _as_feed(response: Response) -> ParsedFeed | None:
    try:
        return _read(response)
    except NotAFeed:
        return None


def _sitemaps(site: str, client: Client) -> list[Candidate]:
    address = urljoin(site, "/robots.txt")
    try:
        return confined.call(news_sitemaps, client.get(address).text, address)
    except (FetchError, confined.Failed):
        return []  # a site without a robots.txt names no sitemap


def _guessed(site: str, client: Client) -> Iterator[Candidate]:
    """The first of the usual addresses that holds a feed."""
    for address in guesses(site)[:GUESSES]:
        try:
            feed = _as_feed(client.get(address, kind="feed"))
        except (FetchError, confined.Failed):
            continue  # nothing there: that is what a guess is for
        if feed is not None:
            yield Candidate(address, feed.title, feed.kind)
            return


def look(address: str, client: Client) -> Found:
    """The feeds of the site at `address`, or the feed that `address` is itself.

    Raises FetchError or confined.Failed when the address cannot be read, and NotFound when no feed is there.
    """
    response = client.get(address)
    feed = _as_feed(response)
    if feed is not None:
        return Found(feed.site_url or _root(address), feed.title, [Candidate(address, feed.title, feed.kind)])
    candidates = confined.call(discover, response.text, response.url) + _sitemaps(response.url, client)
    candidates = candidates or list(_guessed(response.url, client))
    if not candidates:
        raise NotFound(_("No feed was found on %(site)s. Give the address of the feed itself.") % {"site": address})
    return Found(response.url, _site_name(response.text) or host(response.url), candidates)


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _site_name(html: str) -> str:
    """What the page's title calls the site, before or after the dash."""
    start = html.lower().find("<title")
    opened = html.find(">", start)
    title = collapse(html[opened + 1 : html.find("<", opened)]) if start >= 0 and opened >= 0 else ""
    for dash in (" | ", " - ", " – ", " — ", " : "):
        title = min((part.strip() for part in title.split(dash)), key=len, default=title) or title
    return title[:120]


# --- adding and switching --------------------------------------------------------------------------------------------


def _slug(name: str) -> str:
    """A free address for an outlet of this name."""
    base = slugify(name.replace("’", "-").replace("'", "-"))[:110] or "titre"
    taken = set(Outlet.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)


def _outlet(name: str, homepage: str, kind: str, language: str) -> Outlet:
    """The outlet of this name, made when there is none; an outlet that was switched off is switched on again."""
    outlet = Outlet.objects.filter(name__iexact=name).first()
    if outlet is None:
        return Outlet.objects.create(name=name, slug=_slug(name), homepage=homepage, kind=kind, language=language)
    if not outlet.is_active:
        outlet.is_active = True
        outlet.save(update_fields=["is_active"])
    return outlet


@transaction.atomic
def add(
    *, name: str, feed_url: str, homepage: str = "", kind: str = Outlet.Kind.TECH, language: str = "fr", title: str = ""
) -> Feed:
    """Add a feed to the outlet of this name, which is made when it is new; it is read at once.

    Raises AlreadyThere when an outlet, this one or another, has the feed.
    """
    known = known_feed(feed_url)
    if known is not None:
        raise AlreadyThere(known)
    outlet = _outlet(name.strip(), homepage, kind, language)
    feed = Feed.objects.create(outlet=outlet, url=feed_url, title=title[:300], next_fetch_at=timezone.now())
    ring("sources.collect_due")
    return feed


def collect_now(feed: Feed) -> None:
    """Read the feed as soon as a worker is free."""
    Feed.objects.filter(pk=feed.pk).update(next_fetch_at=timezone.now())
    ring("sources.collect_due")


def pause(feed: Feed) -> None:
    """Stop reading the feed; what it brought stays."""
    Feed.objects.filter(pk=feed.pk, paused_at=None).update(paused_at=timezone.now())


def resume(feed: Feed) -> None:
    """Read the feed again, and at once, also when it was called gone."""
    Feed.objects.filter(pk=feed.pk).update(paused_at=None, gone_at=None, next_fetch_at=timezone.now())
    ring("sources.collect_due")


def try_again(entry: Entry, now: datetime) -> bool:
    """Put an entry that was left out back on the work list; False when it became an article meanwhile."""
    left_out = Entry.objects.filter(pk=entry.pk, outcome=Entry.Outcome.REFUSED)
    changed = left_out.update(
        tries=0, retry_at=now, processed_at=None, leased_until=None, outcome=Entry.Outcome.WAITING, error=""
    )
    ring("articles.extract_pages")
    return bool(changed)


# --- the starter pack ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StarterFeed:
    """A real outlet's feed that can be switched on."""

    name: str
    site: str
    feed: str
    kind: str


@cache
def starter_pack() -> tuple[StarterFeed, ...]:
    """The feeds of the starter pack, in the order of the file."""
    with STARTER_PACK.open(encoding="utf-8", newline="") as file:
        return tuple(StarterFeed(**row) for row in csv.DictReader(file))


@transaction.atomic
def switch_on(urls: Collection[str]) -> int:
    """Collect these feeds of the pack; how many were not collected before."""
    changed = 0
    known = {address: feed for feed in Feed.objects.select_related("outlet").at(urls) for address in feed.addresses}
    for line in starter_pack():
        if line.feed not in urls:
            continue
        feed = known.get(line.feed)
        if feed is None:
            outlet = _outlet(line.name, line.site, line.kind, "fr")
            Feed.objects.create(outlet=outlet, url=line.feed, next_fetch_at=timezone.now())
        elif feed.paused_at or feed.gone_at or not feed.outlet.is_active:
            _outlet(feed.outlet.name, feed.outlet.homepage, feed.outlet.kind, feed.outlet.language)
            resume(feed)
        else:
            continue
        changed += 1
    ring("sources.collect_due")
    return changed


def switch_off(urls: Collection[str]) -> int:
    """Pause these feeds of the pack; how many were collected before."""
    ours = [line.feed for line in starter_pack() if line.feed in urls]
    return Feed.objects.at(ours).filter(paused_at=None).update(paused_at=timezone.now())


# --- lists of feeds --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a list: feeds that are new, and feeds that were here already."""

    new: int
    known: int


def _outlet_name(feed: opml.OpmlFeed) -> str:
    return (feed.title or host(feed.site_url or feed.feed_url).removeprefix("www."))[:120]


@transaction.atomic
def import_opml(content: bytes) -> Imported:
    """Add the feeds of an OPML file; a feed goes to the outlet of its title. Raises ValueError with a sentence."""
    feeds = confined.call(opml.read, content)
    there = {canonical(url) for feed in Feed.objects.only("url", "former_urls") for url in feed.addresses}
    new = 0
    for one in feeds:
        address = canonical(one.feed_url)
        if address in there or len(one.feed_url) > 1000:
            continue
        there.add(address)
        outlet = _outlet(_outlet_name(one), one.site_url[:500], _kind_of(one.folder), "fr")
        Feed.objects.create(outlet=outlet, url=one.feed_url, title=one.title[:300], next_fetch_at=timezone.now())
        new += 1
    ring("sources.collect_due")
    return Imported(new, len(feeds) - new)


def _kind_of(folder: str) -> str:
    """The kind that a folder of ours names, else technology press."""
    return next((kind.value for kind in Outlet.Kind if folder in {kind.value, str(kind.label)}), Outlet.Kind.TECH)


def export_opml(feeds: Iterable[Feed]) -> bytes:
    """The feeds as OPML, one folder for each kind of outlet; their outlets must be loaded."""
    return opml.write(
        opml.OpmlFeed(feed.outlet.name, feed.url, feed.outlet.homepage, str(feed.outlet.get_kind_display()))
        for feed in feeds
    )
