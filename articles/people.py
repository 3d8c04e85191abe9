"""The pages of people and organisations: what they said over time, the stories they are in, who appears with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from articles.counted import Counted, counted
from articles.models import Entity, FindingChange, Mention, Quote, Spelling, Story

LATEST_QUOTES = 60
MOST_STORIES = 20
MOST_TOGETHER = 12
MOST_CHANGES = 50
NAMES = "names"


@dataclass(frozen=True, slots=True)
class EntityPage:
    """Everything that the page of a name shows."""

    quotes: Sequence[Quote]
    quote_count: int
    article_count: int
    stories: Sequence[tuple[Story, int]]
    together: Sequence[Entity]
    spellings: Sequence[Spelling]
    also: Sequence[str]
    """The spellings other than the name that is shown."""
    changes: Sequence[FindingChange]
    """What editors put right of the name, the latest first."""


def count_names(kind: str) -> list[tuple[int, int, int]]:
    """(number, quotes, articles) of the names of a kind that articles mention, the most quoted first."""
    quoted = _per_name(Quote.objects.filter(speaker__isnull=False), "speaker_id")
    seen = _per_name(Mention.objects.all(), "entity_id")
    names = Entity.objects.current().filter(kind=kind).order_by("name").values_list("pk", flat=True)
    rows = ((pk, quoted.get(pk, 0), seen.get(pk, 0)) for pk in names)
    return sorted((row for row in rows if row[1] or row[2]), key=lambda row: (-row[1], -row[2]))


def _per_name(findings: QuerySet[Any], name: str) -> dict[int, int]:
    """How many of these findings each name has; those that an editor hid do not count."""
    return dict(findings.filter(is_hidden=False).order_by().values_list(name).annotate(n=Count("*")))


def ranked(kind: str) -> Counted[list[tuple[int, int, int]]]:
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


def name_lines(rows: Sequence[tuple[int, int, int]]) -> list[NameLine]:
    """The names of one page of the list."""
    numbers = [pk for pk, _quoted, _seen in rows]
    entities = Entity.objects.in_bulk(numbers)
    lately = Mention.objects.filter(entity__in=numbers, is_hidden=False).order_by().values_list("entity_id")
    last = dict(lately.annotate(last=Max("article__sort_at")))
    return [NameLine(entities[pk], quoted, seen, last.get(pk)) for pk, quoted, seen in rows if pk in entities]


def page_of(entity: Entity) -> EntityPage:
    """Seven queries, however often the name is mentioned."""
    quotes = entity.quotes.filter(is_hidden=False).select_related("article__outlet", "article__story", "article__entry")
    light = quotes.defer("article__text", "article__blocks", "article__search", "article__entry__content")
    told = Story.objects.current().filter(
        Q(articles__mentions__entity=entity, articles__mentions__is_hidden=False) | Q(articles__quotes__speaker=entity)
    )
    spellings = tuple(entity.spellings.order_by("shown"))
    acts = FindingChange.objects.filter(kind=FindingChange.Kind.NAME, row=entity.pk)
    stories = told.annotate(named=Count("articles", distinct=True)).order_by("-last_at", "-id")[:MOST_STORIES]
    return EntityPage(
        quotes=tuple(light.order_by("-article__sort_at", "article_id", "start")[:LATEST_QUOTES]),
        quote_count=quotes.count(),
        article_count=entity.mentions.filter(is_hidden=False).count(),
        stories=tuple((story, int(vars(story)["named"])) for story in stories),
        together=tuple(_together(entity)),
        spellings=spellings,
        also=tuple(spelling.shown for spelling in spellings if spelling.shown != entity.name),
        changes=tuple(acts.select_related("by", "undone_by")[:MOST_CHANGES]),
    )


def _together(entity: Entity) -> QuerySet[Entity]:
    """The names that stand in the same articles most often."""
    articles = entity.mentions.filter(is_hidden=False).values("article")
    others = Entity.objects.current().exclude(pk=entity.pk).exclude(kind=Entity.Kind.PLACE)
    shared = Count("mentions", filter=Q(mentions__article__in=articles, mentions__is_hidden=False))
    return others.annotate(shared=shared).filter(shared__gt=0).order_by("-shared", "name")[:MOST_TOGETHER]
