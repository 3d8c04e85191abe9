"""Which story each new article joins: the engine's place in the database.

One worker groups at a time, under the lock of one row. The engine stays in this process between calls; the row counts
the changes, so a process whose engine has missed one builds it again from the articles around.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from articles.models import Article, GroupingState, Story, StoryEvent
from articles.text.grouping import Grouper, GroupingArticle, Merge, Placement

logger = logging.getLogger(__name__)

BATCH = 50
WINDOW = timedelta(days=21)
"""An article is compared with those published this long before and after it."""
_STEP = timedelta(days=7)
MOST_IN_MEMORY = 30_000
MOST_PER_LOAD = 12_000
_FIELDS = (
    "id",
    "published_at",
    "published_precision",
    "language",
    "title",
    "standfirst",
    "text",
    "outlet_id",
    "story_id",
)


@dataclass(slots=True)
class _Engine:
    """The grouper with what it holds: the weeks of publication that were loaded into it."""

    generation: int
    grouper: Grouper = field(default_factory=Grouper)
    held: set[int] = field(default_factory=set)
    weeks: set[datetime] = field(default_factory=set)
    recent: bool = False


_engine: _Engine | None = None


def group_batch() -> int:
    """Put up to BATCH waiting articles into stories; how many. 0 as well while another worker is at it."""
    global _engine
    try:
        with transaction.atomic():
            state = GroupingState.objects.select_for_update(skip_locked=True).filter(pk=1).first()
            if state is None:
                return 0
            return _group(state)
    except BaseException:
        _engine = None  # it may hold what was rolled back
        raise


def _group(state: GroupingState) -> int:
    global _engine
    waiting = list(Article.objects.ungrouped().select_related("outlet")[:BATCH])
    if not waiting:
        return 0
    if _engine is None or _engine.generation != state.generation or len(_engine.held) > MOST_IN_MEMORY:
        _engine = _Engine(state.generation)
    touched: set[int] = set()
    for article in waiting:
        _load_around(_engine, article)
        touched.add(_place(_engine.grouper, article))
        _engine.held.add(article.pk)
    touched |= _merge_grown(_engine.grouper)
    for story in Story.objects.filter(pk__in=touched, merged_into=None):
        story.refresh()
    state.generation += 1
    state.save()
    _engine.generation = state.generation
    return len(waiting)


def _load_around(engine: _Engine, article: Article) -> None:
    """Have the grouped articles of the weeks around this one in the engine; the latest ones for an undated article."""
    if article.published_at is None:
        if not engine.recent:
            engine.recent = True
            _load(engine, Article.objects.filter(Q(published_at=None) | Q(seen_at__gte=timezone.now() - WINDOW)))
        return
    missing = [week for week in _weeks(article) if week not in engine.weeks]
    for week in missing:
        engine.weeks.add(week)
        _load(engine, Article.objects.filter(published_at__gte=week, published_at__lt=week + _STEP))
    if missing:
        _load(engine, Article.objects.filter(published_at=None))


def _moment(article: Article) -> datetime | None:
    """When it was published, on the newsroom's clock, where months begin; a year alone is as good as no date."""
    if article.published_at is None or article.published_precision == "year":
        return None
    return timezone.localtime(article.published_at)


def _weeks(article: Article) -> Iterator[datetime]:
    """The Mondays of the weeks to compare with, from before the article to after it."""
    assert article.published_at is not None
    first = (article.published_at - WINDOW).astimezone(UTC)
    span = 2 * WINDOW + (timedelta(days=31) if article.published_precision == "month" else timedelta())
    monday = (first - timedelta(days=first.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    while monday <= first + span:
        yield monday
        monday += _STEP


def _load(engine: _Engine, articles: Any) -> None:
    grouped = articles.filter(grouped_at__isnull=False, story__isnull=False).order_by("sort_at", "id")
    for article in grouped.only(*_FIELDS)[:MOST_PER_LOAD]:
        if article.pk not in engine.held:
            engine.held.add(article.pk)
            engine.grouper.add(_as_input(article), article.story_id)


def _as_input(article: Article) -> GroupingArticle:
    return GroupingArticle(
        id=article.pk,
        published=_moment(article),
        precision=article.published_precision or "second",
        language=article.language,
        title="" if article.title_is_first_sentence else article.title,
        standfirst=article.standfirst,
        text=article.text,
        outlet=str(article.outlet_id or ""),
    )


def _place(grouper: Grouper, article: Article) -> int:
    """Decide, store, then tell the engine; the story's number."""
    given = _as_input(article)
    placement = grouper.decide(given)
    now = timezone.now()
    if placement.is_new:
        story = Story.objects.create(title=article.title, lead=article)
    else:
        story = Story.objects.get(pk=placement.story)
    article.story, article.grouped_at = story, now
    article.save(update_fields=["story", "grouped_at"])
    kind = StoryEvent.Kind.BIRTH if placement.is_new else StoryEvent.Kind.ADDED
    _note(story, kind, now, placement, article)
    grouper.add(given, story.pk)
    return story.pk


def _note(story: Story, kind: str, now: datetime, why: Placement, article: Article) -> None:
    nearest = [[article_id, round(score, 3)] for article_id, score in why.nearest]
    StoryEvent.objects.create(
        story=story, article=article, kind=kind, at=now, score=round(why.score, 3),
        detail={"terms": list(why.terms), "nearest": nearest},
    )  # fmt: skip


def _merge_grown(grouper: Grouper) -> set[int]:
    """Stories that grew together become one; the smaller one's address leads to the other for ever."""
    touched: set[int] = set()
    for proposal in grouper.proposals():
        if isinstance(proposal, Merge) and not touched & {int(proposal.source), int(proposal.target)}:
            _merge(proposal)
            grouper.merge(proposal.source, proposal.target)
            touched |= {int(proposal.source), int(proposal.target)}
    return touched


def _merge(proposal: Merge) -> None:
    source, target = Story.objects.get(pk=proposal.source), Story.objects.get(pk=proposal.target)
    Article.objects.filter(story=source).update(story=target)
    Story.objects.filter(Q(merged_into=source) | Q(pk=source.pk)).update(
        merged_into=target, article_count=0, outlet_count=0
    )
    StoryEvent.objects.create(
        story=target, kind=StoryEvent.Kind.MERGED, at=timezone.now(), score=round(proposal.score, 3),
        detail={"terms": list(proposal.terms), "story": source.pk, "title": source.title},
    )  # fmt: skip
