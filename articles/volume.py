"""What outlets publish: how much, how lately, and what they were first with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max

from articles import drawing
from articles.firsts import first_of
from articles.models import Article, Story
from articles.review import latest_day, published
from sources.models import Feed, Outlet

DAYS = 28
LATEST = 30
MOST_FIRSTS = 8
MOST_STORIES_LOOKED_AT = 400


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


def _counted(last: date, outlets: Iterable[int] | None = None) -> dict[int, dict[date, int]]:
    rows = Article.objects.published(last - timedelta(days=DAYS - 1), last).exclude(outlet=None)
    if outlets is not None:
        rows = rows.filter(outlet__in=list(outlets))
    counts: dict[int, dict[date, int]] = {}
    for outlet, day, n in rows.values_list("outlet_id", "day").annotate(n=Count("id")).order_by():
        counts.setdefault(outlet or 0, {})[day] = n
    return counts


def _volume(last: date, counts: Mapping[date, int], tallest: int = 22) -> Volume:
    days = [last - timedelta(days=DAYS - 1 - place) for place in range(DAYS)]
    series = tuple(counts.get(day, 0) for day in days)
    return Volume(last, series, tuple(drawing.heights(series, tallest)))


def outlet_lines() -> list[OutletLine]:
    """Every outlet that is collected or has articles, by name; bars are scaled to each outlet's own maximum."""
    last = latest_day()
    counted = _counted(last) if last else {}
    told = Article.objects.exclude(outlet=None).values_list("outlet_id")
    totals = {pk: (n, newest) for pk, n, newest in told.annotate(n=Count("id"), newest=Max("sort_at")).order_by()}
    lines = []
    for outlet in Outlet.objects.all():
        total, newest = totals.get(outlet.pk, (0, None))
        if total or outlet.is_active:
            volume = _volume(last, counted[outlet.pk]) if last and outlet.pk in counted else None
            lines.append(OutletLine(outlet, total, newest, volume))
    return lines


def outlet_page(outlet: Outlet) -> OutletPage:
    """The page of an outlet."""
    last = latest_day()
    counted = _counted(last, [outlet.pk]) if last else {}
    firsts = _firsts(outlet)
    return OutletPage(
        outlet=outlet,
        articles=outlet.articles.count(),
        volume=_volume(last, counted[outlet.pk]) if last and outlet.pk in counted else None,
        latest=tuple(outlet.articles.for_lists().select_related("story").newest_first()[:LATEST]),
        firsts=tuple(firsts[:MOST_FIRSTS]),
        first_count=len(firsts),
        feeds=tuple(outlet.feeds.all()),
    )


def _firsts(outlet: Outlet) -> list[Story]:
    """Stories of several outlets that this one told before the others, among its latest; newest first."""
    told = Story.objects.current().filter(outlet_count__gt=1, articles__outlet=outlet).distinct()
    stories = {story.pk: story for story in told.order_by("-last_at", "-id")[:MOST_STORIES_LOOKED_AT]}
    histories = published(stories)
    firsts = {pk: first_of(histories[pk]) for pk in stories}
    return [story for pk, story in stories.items() if (first := firsts[pk]) and first.outlet == outlet.pk]
