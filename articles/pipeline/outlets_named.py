"""Outlets as the articles name them: what the reading is told of them, and the credits that links give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
_WORD = re.compile(r"\w+")


def outlets_known() -> KnownOutlets:
    """The outlets of the database, each by its name, then its other names."""
    rows = Outlet.objects.order_by("name", "pk").values_list("name", "aliases")
    return tuple((name, *aliases) for name, aliases in rows)


def place_of(address: str) -> str:
    """The host of an address without « www. », and its path; "" for none."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{host.lower().removeprefix('www.')}{port}{parts.path.rstrip('/')}" if host else ""


def _outlet_at(address: str, by_place: Mapping[str, Outlet | None]) -> Outlet | None:
    """The outlet whose home page is nearest above an address; None where there is none, or several."""
    place = place_of(address)
    while place:
        if place in by_place:
            return by_place[place]
        place = place.rpartition("/")[0]
    return None


def credits_by_link(article: Article) -> Iterator[Credit]:
    """A credit, not saved, for each link in the text to a page of one other outlet, where its words stand."""
    if not article.links:
        return
    by_place: dict[str, Outlet | None] = {}
    for outlet in Outlet.objects.exclude(homepage=""):
        place = place_of(outlet.homepage)
        by_place[place] = None if place in by_place else outlet
    last = 0
    for words, address in article.links:
        found, start = _outlet_at(address, by_place), article.text.find(words, last)
        if start >= 0:
            last = start + len(words)
        if found is not None and found.pk != article.outlet_id and start >= 0:
            yield Credit(
                article=article, start=start, end=last, outlet=found, name=found.name, raw=words[:300], link=address
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
    """Those that hold all the words of a name: more than those that name it, and none of them is missed."""
    recent = Article.objects.filter(seen_at__gte=timezone.now() - AGAIN).exclude(analysed_at=None)
    named = set(recent.filter(Q(given_credits__outlet=outlet)).values_list("pk", flat=True)[:MOST_AGAIN])
    for name in sorted(names):
        words = " ".join(_WORD.findall(name))
        named |= set(recent.matching(words).values_list("pk", flat=True)[:MOST_AGAIN])
    Article.objects.filter(pk__in=named).update(analysed_at=None)
