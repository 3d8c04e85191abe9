"""The pages of people and organisations: what they said over time, the stories they are in, who appears with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Count, F, Max, QuerySet

from articles.counted import Counted, counted
from articles.models import Article, Entity, FindingChange, Mention, Quote, Spelling, Story
from articles.models.article import long_of

LATEST_QUOTES = 60
MOST_STORIES = 20
MOST_TOGETHER = 12
MOST_CHANGES = 50
_LATEST_FIRST = ("-article__sort_at", "article_id", "start")
NAMES = "names"
HEAVY, AROUND_SECONDS = 2_000, 600
"""From so many articles on, what stands around a name is not counted anew for every reader."""


@dataclass(frozen=True, slots=True)
class EntityPage:
    """Everything that the page of a name shows."""

    quotes: Sequence[Quote]
    quote_count: int
    article_count: int
    stories: Sequence[tuple[Story, int]]
    together: Sequence[tuple[Entity, int]]
    spellings: Sequence[Spelling]
    also: Sequence[str]
    """The spellings other than the name that is shown."""
    changes: Sequence[FindingChange]
    """What editors put right of the name, the latest first."""
    counted_at: datetime | None = None
    """When the stories and the names beside it were counted, where that is not now."""


Row = tuple[int, int, int, datetime | None]
"""A name's number, quotes, articles, and when an article named it last."""


def count_names(kind: str) -> list[Row]:
    """The names of a kind that articles mention, the most quoted first."""
    quoted = _per_name(Quote.objects.filter(speaker__isnull=False), "speaker_id")
    seen = _per_name(Mention.objects.all(), "entity_id")
    mentions = Mention.objects.filter(is_hidden=False, entity__kind=kind).order_by().values_list("entity_id")
    last = dict(mentions.annotate(last=Max("article__sort_at")))
    names = Entity.objects.current().filter(kind=kind).order_by("name").values_list("pk", flat=True)
    rows = ((pk, quoted.get(pk, 0), seen.get(pk, 0), last.get(pk)) for pk in names)
    return sorted((row for row in rows if row[1] or row[2]), key=lambda row: (-row[1], -row[2]))


def _per_name(findings: QuerySet[Any], name: str) -> dict[int, int]:
    """How many of these findings each name has; those that an editor hid do not count."""
    return dict(findings.filter(is_hidden=False).order_by().values_list(name).annotate(n=Count("*")))


def ranked(kind: str) -> Counted[list[Row]]:
    """The same, kept for a while in a large archive."""
    return counted(f"{NAMES}-{kind}", lambda: count_names(kind))


@dataclass(frozen=True, slots=True)
class NameLine:
    """A name in the list."""

    entity: Entity
    quoted: int
    seen: int
    last: datetime | None
    """When an article named it last."""


def name_lines(rows: Sequence[Row]) -> list[NameLine]:
    """The names of one page of the list."""
    entities = Entity.objects.in_bulk([pk for pk, *_numbers in rows])
    return [NameLine(entities[pk], quoted, seen, last) for pk, quoted, seen, last in rows if pk in entities]


def page_of(entity: Entity) -> EntityPage:
    """As many queries, however often the name is mentioned."""
    quotes = entity.quotes.filter(is_hidden=False).select_related("article__outlet", "article__story")
    light = quotes.defer(*long_of("article"))
    is_heavy = entity.mentions.order_by()[:HEAVY].count() == HEAVY
    around = _kept_around(entity) if is_heavy else Counted(around_name(entity))
    stories = Story.objects.in_bulk([pk for pk, _named in around.value.stories])
    others = Entity.objects.in_bulk([pk for pk, _shared in around.value.together])
    spellings = tuple(entity.spellings.order_by("shown"))
    acts = FindingChange.objects.filter(kind=FindingChange.Kind.NAME, row=entity.pk)
    return EntityPage(
        quotes=tuple(light.filter(pk__in=around.value.latest).order_by(*_LATEST_FIRST)),
        quote_count=around.value.quotes,
        article_count=around.value.articles,
        stories=tuple((stories[pk], named) for pk, named in around.value.stories if pk in stories),
        together=tuple((others[pk], shared) for pk, shared in around.value.together if pk in others),
        spellings=spellings,
        also=tuple(spelling.shown for spelling in spellings if spelling.shown != entity.name),
        changes=tuple(acts.select_related("by", "undone_by")[:MOST_CHANGES]),
        counted_at=around.at,
    )


@dataclass(frozen=True, slots=True)
class Around:
    """How much there is of somebody; the latest stories that name them, with how many of their articles do; and who is
    named beside them most, with in how many articles. Everything by its number."""

    articles: int
    quotes: int
    latest: list[int]
    stories: list[tuple[int, int]]
    together: list[tuple[int, int]]


def around_name(entity: Entity) -> Around:
    """What stands around a name, over all the articles that mention or quote it."""
    mentioned = entity.mentions.filter(is_hidden=False).order_by().values("article")
    articles = Article.objects.filter(pk__in=mentioned.union(entity.quotes.order_by().values("article")))
    told = articles.filter(story__merged_into=None, story__article_count__gt=0).order_by().values_list("story_id")
    stories = told.annotate(named=Count("*"), last=Max("story__last_at"))
    latest = stories.order_by(F("last").desc(nulls_last=True), "-story_id")[:MOST_STORIES]
    beside = Mention.objects.filter(article__in=mentioned, is_hidden=False, entity__merged_into=None)
    others = beside.exclude(entity=entity).exclude(entity__kind=Entity.Kind.PLACE).order_by().values_list("entity_id")
    together = others.annotate(shared=Count("*")).order_by("-shared", "entity__name")[:MOST_TOGETHER]
    quotes = entity.quotes.filter(is_hidden=False)
    return Around(
        articles=entity.mentions.filter(is_hidden=False).count(),
        quotes=quotes.count(),
        latest=list(quotes.order_by(*_LATEST_FIRST).values_list("pk", flat=True)[:LATEST_QUOTES]),
        stories=[(pk or 0, named) for pk, named, _last in latest],
        together=list(together),
    )


def _kept_around(entity: Entity) -> Counted[Around]:
    """The same, kept for some minutes in a large archive."""
    return counted(f"around-{entity.pk}", partial(around_name, entity), AROUND_SECONDS)
