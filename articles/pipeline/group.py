"""Which story each new article joins: the engine's place in the database.

One worker groups at a time, under the lock of one row. The engine stays in this process between calls; the row counts
the changes, so a process whose engine has missed some catches up with what moved since, and a process that has just
started builds it from the articles around.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from articles.models import Article, GroupingState, Story, StoryEvent, StorySeparation
from articles.text.grouping import Grouper, GroupingArticle, Merge, Placement, Split, vectors
from articles.text.grouping.embedding import available

logger = logging.getLogger(__name__)

BATCH = 50
WINDOW = timedelta(days=21)
"""An article is compared with those published this long before and after it."""
_STEP = timedelta(days=7)
_SKEW = timedelta(minutes=5)
"""By how much the clocks of two workers may differ."""
MOST_IN_MEMORY = 30_000
MOST_PER_LOAD = 12_000
_FIELDS = (
    "id",
    "published_at",
    "published_precision",
    "language",
    "title",
    "title_is_first_sentence",
    "standfirst",
    "text",
    "outlet_id",
    "story_id",
    "vector",
)


@dataclass(slots=True)
class _Engine:
    """The grouper with what it holds: the weeks of publication that were loaded into it."""

    generation: int
    grouper: Grouper = field(default_factory=Grouper)
    held: set[int] = field(default_factory=set)
    weeks: set[datetime] = field(default_factory=set)
    recent: bool = False
    since: datetime = field(default_factory=timezone.now)
    """Up to when it knows what was grouped."""


_engine: _Engine | None = None


def group_batch() -> int:
    """Put up to BATCH waiting articles into stories; how many. 0 as well while another worker is at it."""
    global _engine
    try:
        if settings.PRESSREVIEW_VECTORS and available():
            _give_vectors()
        fresh = _warmed() if _engine is None else None
        with transaction.atomic():
            state = GroupingState.objects.select_for_update(skip_locked=True).filter(pk=1).first()
            if state is None:
                return 0
            _engine = _engine or fresh
            return _group(state)
    except BaseException:
        _engine = None  # it may hold what was rolled back
        raise


def _give_vectors() -> None:
    """Have the model read the next articles before the lock is taken: it takes up to a tenth of a second for each.

    One that is in a story already waits because a person put its headline right: it is read again.
    """
    unread = Article.objects.ungrouped().filter(Q(vector=None) | Q(story__isnull=False))
    waiting = list(unread.only(*_FIELDS)[:BATCH])
    for article, vector in zip(waiting, vectors([as_input(article) for article in waiting]), strict=True):
        article.vector = vector
    Article.objects.bulk_update(waiting, ["vector"])


def _warmed() -> _Engine | None:
    """A new engine that holds what the next articles need: read before the lock is taken, since editors wait for it."""
    generation = GroupingState.objects.filter(pk=1).values_list("generation", flat=True).first()
    engine = _Engine(-1 if generation is None else generation)
    waiting = list(Article.objects.ungrouped().only("published_at", "published_precision")[:BATCH])
    for article in waiting:
        _load_around(engine, article)
    return engine if waiting else None


def _group(state: GroupingState) -> int:
    global _engine
    waiting = list(Article.objects.ungrouped().select_related("outlet", "story")[:BATCH])
    if not waiting:
        return 0
    if _engine is None or len(_engine.held) > MOST_IN_MEMORY:
        _engine = _Engine(state.generation)
    elif _engine.generation != state.generation:
        _catch_up(_engine)
    closed = set(Story.objects.closed().values_list("pk", flat=True))
    touched: set[int] = set()
    for article in waiting:
        _load_around(_engine, article)
        touched |= _place(_engine, article, closed)
    if len(waiting) < BATCH:  # the queue is empty: time to look at the stories as they stand
        touched |= _tend(_engine.grouper)
    for story in Story.objects.filter(pk__in=touched, merged_into=None):
        story.refresh()
    state.generation += 1
    state.save()
    _engine.generation = state.generation
    return len(waiting)


def _catch_up(engine: _Engine) -> None:
    """What other processes and people did since: articles that left, moved, or were grouped in the weeks it holds."""
    now = timezone.now()
    known = _grouped(Article.objects.filter(pk__in=engine.held)).values_list("pk", "story_id")
    stories = {pk: story for pk, story in known if story is not None}
    for gone in sorted(engine.held - stories.keys()):
        engine.grouper.remove(gone)
    engine.held &= stories.keys()
    moved = {pk for pk, story in stories.items() if engine.grouper.story_of(pk) != story}
    changed = Article.objects.filter(Q(pk__in=moved) | Q(grouped_at__gte=engine.since - _SKEW))
    for article in _grouped(changed).only(*_FIELDS):
        if article.pk in engine.held or _is_around(engine, article):
            engine.held.add(article.pk)
            engine.grouper.add(as_input(article), article.story_id or 0)
    engine.since = now


def _is_around(engine: _Engine, article: Article) -> bool:
    """Whether the engine holds the articles of the same week, or the latest ones for an undated article."""
    at = article.published_at
    return at is None or engine.recent or any(week <= at < week + _STEP for week in engine.weeks)


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


def _grouped(articles: QuerySet[Article]) -> QuerySet[Article]:
    return articles.filter(grouped_at__isnull=False, story__isnull=False).order_by("sort_at", "id")


def _load(engine: _Engine, articles: QuerySet[Article]) -> None:
    for article in _grouped(articles).only(*_FIELDS)[:MOST_PER_LOAD]:
        if article.pk not in engine.held:
            engine.held.add(article.pk)
            engine.grouper.add(as_input(article), article.story_id or 0)


def as_input(article: Article) -> GroupingArticle:
    """The article as the engine sees it."""
    return GroupingArticle(
        id=article.pk,
        published=_moment(article),
        precision=article.published_precision or "second",
        language=article.language,
        title="" if article.title_is_first_sentence else article.title,
        standfirst=article.standfirst,
        text=article.text,
        outlet=str(article.outlet_id or ""),
        vector=bytes(article.vector or b""),
    )


def _place(engine: _Engine, article: Article, closed: set[int]) -> set[int]:
    """Decide, store, then tell the engine; the numbers of the stories touched.

    An article that is in a story already waits because a person put its headline or its date right: it is judged
    anew, and stays where it is when the answer is the same, or when a person placed it or closed its story.
    """
    given, grouper, former = as_input(article), engine.grouper, article.story
    if article.pk in engine.held:
        grouper.remove(article.pk)
    if former is not None and (article.placed_by_editor or former.pk in closed):
        story = former
    else:
        banned = article.bans.values_list("story_id", flat=True)
        placement = grouper.decide(given, forbidden=closed | set(banned))
        story = _story_for(article, placement)
        if story != former:
            _note_place(story, placement, article)
    article.story, article.grouped_at = story, timezone.now()
    article.save(update_fields=["story", "grouped_at"])
    if former is not None and former != story:
        _leave(former, story)
    grouper.add(given, story.pk)
    engine.held.add(article.pk)
    return {story.pk} if former is None else {story.pk, former.pk}


def _story_for(article: Article, placement: Placement) -> Story:
    """The story that the engine names; for a new one, the story that the article was alone in keeps its address."""
    if not placement.is_new:
        return Story.objects.get(pk=placement.story)
    if article.story is not None and not article.story.articles.exclude(pk=article.pk).exists():
        return article.story
    return Story.objects.create(title=article.title, lead=article)


def _leave(former: Story, story: Story) -> None:
    """The address of a story that lost its last article leads to where that went, and so do those that led there."""
    if not former.articles.exists():
        gone = Q(pk=former.pk) | Q(merged_into=former)
        Story.objects.filter(gone).update(merged_into=story, article_count=0, outlet_count=0)


def _note_place(story: Story, placement: Placement, article: Article) -> None:
    now, former = timezone.now(), article.story
    kind = StoryEvent.Kind.BIRTH if placement.is_new else StoryEvent.Kind.ADDED
    _note(story, kind, now, placement, article)
    if former is not None:
        told = {"regrouped": True, "story": story.pk, "title": story.title}
        StoryEvent.objects.create(story=former, article=article, kind=StoryEvent.Kind.REMOVED, at=now, detail=told)


def _note(story: Story, kind: str, now: datetime, why: Placement, article: Article) -> None:
    nearest = [[article_id, round(score, 3)] for article_id, score in why.nearest]
    StoryEvent.objects.create(
        story=story, article=article, kind=kind, at=now, score=round(why.score, 3),
        detail={"terms": list(why.terms), "nearest": nearest},
    )  # fmt: skip


def _tend(grouper: Grouper) -> set[int]:
    """Merge stories that grew together and split those that drifted, where no person decided otherwise."""
    touched: set[int] = set()
    for proposal in grouper.proposals():
        stories = {int(proposal.source), int(proposal.target)} if isinstance(proposal, Merge) else {int(proposal.story)}
        if touched & stories or not _is_free(stories):
            continue
        if isinstance(proposal, Merge):
            _merge(proposal)
            grouper.merge(proposal.source, proposal.target)
        else:
            stories.add(_split(proposal, grouper))
        touched |= stories
    return touched


def _is_free(stories: set[int]) -> bool:
    """Whether no person has closed one of these stories, or told two of them apart."""
    if Story.objects.filter(pk__in=stories).exclude(closed_at=None).exists():
        return False
    return len(stories) < 2 or not StorySeparation.objects.filter(first__in=stories, second__in=stories).exists()


def _merge(proposal: Merge) -> None:
    """The smaller story's address leads to the other for ever; the line holds what a person needs to undo it."""
    source, target = Story.objects.get(pk=proposal.source), Story.objects.get(pk=proposal.target)
    moved = [[pk, source.pk, placed] for pk, placed in source.articles.values_list("pk", "placed_by_editor")]
    followers = list(Story.objects.filter(merged_into=source).values_list("pk", flat=True))
    Article.objects.filter(story=source).update(story=target)
    Story.objects.filter(pk__in=[source.pk, *followers]).update(merged_into=target, article_count=0, outlet_count=0)
    StoryEvent.objects.create(
        story=target, kind=StoryEvent.Kind.MERGED, at=timezone.now(), score=round(proposal.score, 3),
        detail={
            "terms": list(proposal.terms), "story": source.pk, "title": source.title,
            "before": {"articles": moved, "followers": followers},
        },
    )  # fmt: skip


def _split(proposal: Split, grouper: Grouper) -> int:
    """A story of their own for the articles that drifted, but for those that a person placed; its number."""
    story = Story.objects.get(pk=proposal.story)
    leaving = list(story.articles.filter(pk__in=proposal.articles, placed_by_editor=False).order_by("sort_at", "id"))
    if not leaving or len(leaving) == story.articles.count():
        return story.pk
    new = Story.objects.create(title=leaving[0].title, lead=leaving[0])
    moved = [[article.pk, story.pk, False] for article in leaving]
    now, why = timezone.now(), {"terms": list(proposal.terms), "story": story.pk, "title": story.title}
    Article.objects.filter(pk__in=[article.pk for article in leaving]).update(story=new)
    StoryEvent.objects.create(story=new, kind=StoryEvent.Kind.BIRTH, at=now, detail=why)
    told = why | {"story": new.pk, "title": new.title, "before": {"articles": moved, "bans": []}}
    StoryEvent.objects.create(
        story=story, kind=StoryEvent.Kind.SPLIT, at=now, score=round(proposal.score, 3), detail=told
    )
    for article in leaving:
        grouper.remove(article.pk)
        grouper.add(as_input(article), new.pk)
    return new.pk
