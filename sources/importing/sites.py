"""One site of a list: look for its feeds, choose one, add it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from sources import subscribing
from sources.fetching.client import Busy, Client, FetchError
from sources.jobs import ImportLine
from sources.models import Feed, Outlet
from sources.parsing.discovery import Candidate
from sources.parsing.feeds import NotAFeed
from sources.parsing.urls import host
from sources.subscribing import AlreadyThere, Found, NotFound, Preview

# A site's candidates are tried in their order until one has entries: each is a request to it.
MOST_TRIED = 4


@dataclass(frozen=True, slots=True)
class Site:
    """What became of a site's address."""

    outcome: str
    note: str = ""
    found: list[dict[str, str]] = field(default_factory=list)
    choice: Preview | None = None
    name: str = ""
    home: str = ""
    feed: Feed | None = None


def explore(line: ImportLine, client: Client) -> Site:
    """Look at the site of a line. Raises FetchError when it cannot be read, NotFound when it has no feed."""
    known = subscribing.known_feed(line.address)
    if known is not None:
        return Site(ImportLine.Outcome.KNOWN, str(AlreadyThere(known)), feed=known)
    found = subscribing.look(line.address, client)
    listed = [{"url": one.url, "title": one.title, "kind": one.kind} for one in found.candidates]
    choice = _chosen(found.candidates, client)
    if choice is None:
        return Site(ImportLine.Outcome.REFUSED, _("None of the feeds that were found has an entry."), listed)
    if choice.known is not None:
        return Site(ImportLine.Outcome.KNOWN, str(AlreadyThere(choice.known)), listed, feed=choice.known)
    return Site(ImportLine.Outcome.ADDED, "", listed, choice, _name(line, found, choice), found.site[:500])


def _chosen(candidates: list[Candidate], client: Client) -> Preview | None:
    """The first that is a feed with entries, or that is here already."""
    for candidate in candidates[:MOST_TRIED]:
        try:
            seen = subscribing.preview(candidate.url, client)
        except Busy:
            raise
        except (FetchError, NotAFeed):
            continue  # a page may name feeds that are no more: the next one is tried
        if seen.known is not None or seen.feed.entries:
            return seen
    return None


def _name(line: ImportLine, found: Found, choice: Preview) -> str:
    return (line.title or found.name or choice.feed.title or host(choice.url).removeprefix("www."))[:120]


def add(site: Site) -> Site:
    """Add the chosen feed to its outlet; call it in the transaction that ends the line."""
    assert site.choice is not None
    said = site.choice.feed
    language = said.language[:2].lower()
    try:
        feed = subscribing.add(
            name=site.name, feed_url=site.choice.url, homepage=site.home, kind=_kind(site.choice.url),
            language=language if language.isalpha() else "fr", title=said.title,
        )  # fmt: skip
    except AlreadyThere as known:
        return Site(ImportLine.Outcome.KNOWN, str(known), site.found, feed=known.feed)
    return Site(site.outcome, "", site.found, feed=feed)


def _kind(feed_url: str) -> str:
    """As the starter pack has it, else technology press."""
    return next((line.kind for line in subscribing.starter_pack() if line.feed == feed_url), Outlet.Kind.TECH.value)


__all__ = ["NotFound", "Site", "add", "explore"]
