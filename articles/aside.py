"""What stands beside a review: who was first this week, the latest edition, and whether the sources answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Max
from django.utils import timezone

from articles.converters import Week
from articles.firsts import first_of
from articles.models import Digest, Story
from articles.review import published
from sources.models import Feed, Outlet

MOST_FIRSTS = 6
MOST_FAILING = 4


@dataclass(frozen=True, slots=True)
class Firsts:
    """How often each outlet came first, and for how many stories nobody can say."""

    week: Week
    outlets: tuple[tuple[Outlet, int], ...]
    undetermined: int
    stories: int

    @property
    def most(self) -> int:
        return self.outlets[0][1] if self.outlets else 0


def _local_midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def firsts_of_week(week: Week, until: date) -> Firsts:
    """Among the stories of several outlets that began in the week, as it stood at the end of the day `until`."""
    begun = Story.objects.current().filter(
        outlet_count__gt=1,
        first_at__gte=_local_midnight(week.first_day),
        first_at__lt=_local_midnight(week.last_day + timedelta(days=1)),
    )
    told = published(begun.values_list("pk", flat=True), until)
    shared = [history for history in told.values() if len({one.outlet for one in history}) > 1]
    found = [first_of(history) for history in shared]
    counted = Counter(first.outlet for first in found if first and first.outlet).most_common(MOST_FIRSTS)
    outlets = Outlet.objects.in_bulk([pk for pk, _count in counted])
    return Firsts(week, tuple((outlets[pk], count) for pk, count in counted if pk), found.count(None), len(shared))


def latest_edition() -> Digest | None:
    """The published edition with the highest number."""
    return Digest.objects.published().first()


@dataclass(frozen=True, slots=True)
class Sources:
    """Whether the feeds answer, now."""

    feeds: int
    failing: tuple[Feed, ...]
    more_failing: int
    last_success: datetime | None

    @property
    def answering(self) -> int:
        return self.feeds - len(self.failing) - self.more_failing


def sources_now() -> Sources:
    """The state of the feeds that are collected; the longest failure first."""
    feeds = Feed.objects.collectable()
    failing = list(feeds.filter(failures__gt=0).select_related("outlet").order_by("failing_since", "id"))
    last = feeds.aggregate(last=Max("last_success_at"))["last"]
    return Sources(feeds.count(), tuple(failing[:MOST_FAILING]), max(len(failing) - MOST_FAILING, 0), last)
