"""The pages of people and organisations: what they said over time, the stories they are in, who appears with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from articles.models import Entity, FindingChange, Quote, Spelling, Story

LATEST_QUOTES = 60
MOST_STORIES = 20
MOST_TOGETHER = 12
MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class EntityPage:
    """Everything that the page of a name shows."""

    quotes: Sequence[Quote]
    quote_count: int
    article_count: int
    stories: Sequence[tuple[Story, int]]
    together: Sequence[Entity]
    spellings: Sequence[Spelling]
    changes: Sequence[FindingChange]
    """What editors put right of the name, the latest first."""


def ranked(kind: str) -> QuerySet[Entity]:
    """Names of a kind that articles mention, the most quoted first."""
    entities = Entity.objects.current().filter(kind=kind)
    counted = entities.annotate(
        quoted=Count("quotes", filter=Q(quotes__is_hidden=False), distinct=True),
        seen=Count("mentions", filter=Q(mentions__is_hidden=False), distinct=True),
        last=Max("mentions__article__sort_at"),
    )
    return counted.filter(Q(quoted__gt=0) | Q(seen__gt=0)).order_by("-quoted", "-seen", "name")


def page_of(entity: Entity) -> EntityPage:
    """Seven queries, however often the name is mentioned."""
    quotes = entity.quotes.filter(is_hidden=False).select_related("article__outlet", "article__story", "article__entry")
    light = quotes.defer("article__text", "article__blocks", "article__search", "article__entry__content")
    told = Story.objects.current().filter(
        Q(articles__mentions__entity=entity, articles__mentions__is_hidden=False) | Q(articles__quotes__speaker=entity)
    )
    acts = FindingChange.objects.filter(kind=FindingChange.Kind.NAME, row=entity.pk)
    stories = told.annotate(named=Count("articles", distinct=True)).order_by("-last_at", "-id")[:MOST_STORIES]
    return EntityPage(
        quotes=tuple(light.order_by("-article__sort_at", "article_id", "start")[:LATEST_QUOTES]),
        quote_count=quotes.count(),
        article_count=entity.mentions.filter(is_hidden=False).count(),
        stories=tuple((story, int(vars(story)["named"])) for story in stories),
        together=tuple(_together(entity)),
        spellings=tuple(entity.spellings.order_by("shown")),
        changes=tuple(acts.select_related("by", "undone_by")[:MOST_CHANGES]),
    )


def _together(entity: Entity) -> QuerySet[Entity]:
    """The names that stand in the same articles most often."""
    articles = entity.mentions.filter(is_hidden=False).values("article")
    others = Entity.objects.current().exclude(pk=entity.pk).exclude(kind=Entity.Kind.PLACE)
    shared = Count("mentions", filter=Q(mentions__article__in=articles, mentions__is_hidden=False))
    return others.annotate(shared=shared).filter(shared__gt=0).order_by("-shared", "name")[:MOST_TOGETHER]
