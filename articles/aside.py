"""What stands beside a review: what was said, who was named, who was first, the latest edition, the sources' state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Max
from django.db.models.functions import Length
from django.utils import timezone

from articles.converters import Week
from articles.firsts import first_of
from articles.models import Digest, Entity, Mention, Quote, Story
from articles.models.article import long_of
from articles.review import Period, Review, published
from sources.models import Feed, Outlet

MOST_SAID = 3
SHORTEST_SAID, LONGEST_SAID = 45, 180
"""Characters of a quote that can stand alone in a narrow column."""
MOST_LOOKED_AT = 300
MOST_PEOPLE = 5
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


def said_in(review: Review) -> tuple[Quote, ...]:
    """A few of the period's direct quotes, one per story, of people whose names are known: great stories first."""
    places = {row.story.pk: place for place, row in enumerate(review.all_rows)}
    quotes = Quote.objects.filter(
        article__story__in=places,
        article__day__gte=review.period.first,
        article__day__lte=review.period.last,
        type=Quote.Type.DIRECT,
        is_hidden=False,
        speaker__kind=Entity.Kind.PERSON,
    )
    fitting = quotes.alias(length=Length("text")).filter(length__gte=SHORTEST_SAID, length__lte=LONGEST_SAID)
    surest = fitting.order_by("-confidence", "id").values_list("article__story", "pk")[:MOST_LOOKED_AT]
    found: dict[int, int] = {}
    for story, pk in surest:
        found.setdefault(story, pk)
    chosen = [found[story] for story in sorted(found, key=places.__getitem__)[:MOST_SAID]]
    shown = Quote.objects.select_related("speaker", "article__outlet").defer(*long_of("article")).in_bulk(chosen)
    return tuple(shown[pk] for pk in chosen if pk in shown)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom articles of the period name, and in how many of them."""

    person: Entity
    articles: int


def people_in(period: Period) -> tuple[Named, ...]:
    """Who is named in the most articles of the period; a single one makes nobody a person of the day."""
    mentions = Mention.objects.filter(
        article__day__gte=period.first,
        article__day__lte=period.last,
        is_hidden=False,
        entity__kind=Entity.Kind.PERSON,
        entity__merged_into=None,
    )
    counted = mentions.values_list("entity").annotate(n=Count("id")).filter(n__gt=1).order_by("-n", "entity")
    rows = list(counted[:MOST_PEOPLE])
    people = Entity.objects.in_bulk([pk for pk, _n in rows])
    return tuple(Named(people[pk], n) for pk, n in rows)


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
    whole = feeds.aggregate(count=Count("*"), last=Max("last_success_at"))
    more = max(len(failing) - MOST_FAILING, 0)
    return Sources(whole["count"], tuple(failing[:MOST_FAILING]), more, whole["last"])
