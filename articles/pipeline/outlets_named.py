"""Outlets as the articles name them: what the reading is told of them, and the credits that links give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils import timezone

from articles.models import Article, Credit, KnownOutlet
from articles.text.reading import KnownOutlets
from sources.bell import ring
from sources.models import Outlet

AGAIN = timedelta(days=60)
"""How far back articles are read again when an outlet gets a name."""
MOST_AGAIN = 5000


def outlets_known() -> KnownOutlets:
    """The outlets of the database, each by its name, then its other names."""
    rows = Outlet.objects.order_by("name", "pk").values_list("name", "aliases")
    return tuple((name, *aliases) for name, aliases in rows)


def site_of(address: str) -> str:
    """The host of an address, without « www. »; "" for none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return host.lower().removeprefix("www.")


def credits_by_link(article: Article) -> Iterator[Credit]:
    """A credit, not saved, for each link in the text to the site of one other outlet, where its words stand."""
    if not article.links:
        return
    outlets = list(Outlet.objects.exclude(homepage="").exclude(pk=article.outlet_id or 0))
    shared = Counter(site_of(outlet.homepage) for outlet in outlets)
    own = site_of(article.outlet.homepage) if article.outlet else ""
    by_site = {site: outlet for outlet in outlets if (site := site_of(outlet.homepage)) and shared[site] == 1}
    last = 0
    for words, address in article.links:
        outlet = by_site.get(site_of(address)) if site_of(address) != own else None
        start = article.text.find(words, last)
        if outlet is not None and start >= 0:
            last = start + len(words)
            yield Credit(
                article=article, start=start, end=last, outlet=outlet, name=outlet.name, raw=words[:300], link=address
            )


def note_outlets() -> int:
    """Have recent articles read again that name, or credit, an outlet whose names have changed; how many outlets."""
    known = {row.outlet_id: row.names for row in KnownOutlet.objects.all()}
    changed = 0
    for outlet in Outlet.objects.order_by("pk"):
        names = [outlet.name, *outlet.aliases]
        if known.get(outlet.pk) != names:
            _read_again(outlet, set(names) ^ set(known.get(outlet.pk, [])))
            KnownOutlet.objects.update_or_create(outlet=outlet, defaults={"names": names})
            changed += 1
    if changed:
        ring("articles.analyse_articles")
    return changed


def _read_again(outlet: Outlet, names: set[str]) -> None:
    recent = Article.objects.filter(seen_at__gte=timezone.now() - AGAIN).exclude(analysed_at=None)
    named = set(recent.filter(Q(given_credits__outlet=outlet)).values_list("pk", flat=True)[:MOST_AGAIN])
    for name in sorted(names):
        bare = name.replace('"', " ")
        named |= set(recent.matching(f'"{bare}"').values_list("pk", flat=True)[:MOST_AGAIN])
    Article.objects.filter(pk__in=named).update(analysed_at=None)
