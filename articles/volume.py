"""What outlets publish: how much, how lately, and what they were first with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, OuterRef, Subquery

from articles import drawing
from articles.counted import Counted, counted
from articles.firsts import first_of
from articles.models import Article, Story
from articles.review import latest_day, published
from sources.models import Feed, Outlet

DAYS = 28
LATEST = 30
MOST_FIRSTS = 8
MOST_ARTICLES_LOOKED_AT, MOST_STORIES_LOOKED_AT = 1000, 400
TOTALS = "articles-by-outlet"


@dataclass(frozen=True, slots=True)
class Volume:
    """Articles per day over DAYS days, oldest first; heights in pixels."""

    last: date
    counts: tuple[int, ...]
    heights: tuple[int, ...]

    @property
    def first(self) -> date:
        return self.last - timedelta(days=len(self.counts) - 1)

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def bars(self) -> list[drawing.Box]:
        """A bar of five pixels each, six apart, on a base of 24."""
        pairs = enumerate(self.heights)
        return [drawing.Box(str(place * 6), str(24 - tall), "5", str(tall)) for place, tall in pairs if tall]


@dataclass(frozen=True, slots=True)
class OutletLine:
    """A row of the list of outlets."""

    outlet: Outlet
    articles: int
    latest: datetime | None
    volume: Volume | None


@dataclass(frozen=True, slots=True)
class OutletPage:
    """Everything that an outlet's page shows."""

    outlet: Outlet
    articles: int
    volume: Volume | None
    latest: tuple[Article, ...]
    firsts: tuple[Story, ...]
    first_count: int
    feeds: tuple[Feed, ...]


def _by_day(last: date, outlets: Iterable[int] | None = None) -> dict[int, dict[date, int]]:
    rows = Article.objects.published(last - timedelta(days=DAYS - 1), last).exclude(outlet=None)
    if outlets is not None:
        rows = rows.filter(outlet__in=list(outlets))
    counts: dict[int, dict[date, int]] = {}
    for outlet, day, n in rows.values_list("outlet_id", "day").annotate(n=Count("*")).order_by():
        counts.setdefault(outlet or 0, {})[day] = n
    return counts


def _volume(last: date, counts: Mapping[date, int], tallest: int = 22) -> Volume:
    days = [last - timedelta(days=DAYS - 1 - place) for place in range(DAYS)]
    series = tuple(counts.get(day, 0) for day in days)
    return Volume(last, series, tuple(drawing.heights(series, tallest)))


def count_totals() -> dict[int, int]:
    """How many articles each outlet has, one pass over the index of outlets."""
    told = Article.objects.exclude(outlet=None).order_by().values_list("outlet_id")
    return {pk: n for pk, n in told.annotate(n=Count("*")) if pk}


def totals() -> Counted[dict[int, int]]:
    """The same, kept for a while in a large archive."""
    return counted(TOTALS, count_totals)


def outlet_lines(articles: Mapping[int, int]) -> list[OutletLine]:
    """Every outlet that is collected or has articles, by name; bars are scaled to each outlet's own maximum."""
    last = latest_day()
    by_day = _by_day(last) if last else {}
    newest = Article.objects.filter(outlet=OuterRef("pk")).order_by("-sort_at").values("sort_at")[:1]
    lines = []
    for outlet in Outlet.objects.annotate(newest=Subquery(newest)):
        latest: datetime | None = vars(outlet)["newest"]
        if latest or outlet.is_active:
            volume = _volume(last, by_day[outlet.pk]) if last and outlet.pk in by_day else None
            lines.append(OutletLine(outlet, articles.get(outlet.pk, 0), latest, volume))
    return lines


def outlet_page(outlet: Outlet) -> OutletPage:
    """The page of an outlet."""
    last = latest_day()
    by_day = _by_day(last, [outlet.pk]) if last else {}
    firsts = _firsts(outlet)
    return OutletPage(
        outlet=outlet,
        articles=outlet.articles.count(),
        volume=_volume(last, by_day[outlet.pk]) if last and outlet.pk in by_day else None,
        latest=tuple(outlet.articles.for_lists().select_related("story").newest_first()[:LATEST]),
        firsts=tuple(firsts[:MOST_FIRSTS]),
        first_count=len(firsts),
        feeds=tuple(outlet.feeds.all()),
    )


def _firsts(outlet: Outlet) -> list[Story]:
    """Stories of several outlets that this one told before the others, among its latest; newest first."""
    lately = outlet.articles.newest_first().values_list("story_id", flat=True)[:MOST_ARTICLES_LOOKED_AT]
    told = Story.objects.current().filter(outlet_count__gt=1, pk__in=set(lately))
    light = told.only("title", "first_at", "last_at")
    stories = {story.pk: story for story in light.order_by("-last_at", "-id")[:MOST_STORIES_LOOKED_AT]}
    histories = published(stories)
    firsts = {pk: first_of(histories[pk]) for pk in stories}
    return [story for pk, story in stories.items() if (first := firsts[pk]) and first.outlet == outlet.pk]
