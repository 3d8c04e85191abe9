"""Grouping everything again, with today's engine, around what people decided.

First a plan, which writes nothing: the articles in the order of their dates through a new engine, those that a person
placed where they are, the others decided afresh under the bans and separations. Each group found keeps the address of
the story that it shares most articles with. Then the plan is applied in small transactions; stopped half-way and
started again, it comes to the same end, since what is applied already is no difference any more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from articles.models import Article, ArticleBan, GroupingState, Story, StoryEvent, StorySeparation
from articles.pipeline.group import as_input
from articles.text.grouping import Grouper, Merge

CHUNK = 500
MEMORY = timedelta(days=45)
"""How far back the engine remembers while the stream passes: its cost does not grow with the archive."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Move:
    """One article that would change its story; `target` is None for a story that is yet to be made."""

    article: int
    source: int | None
    target: int | None
    group: int
    """Articles with the same group go to the same story."""


def plan(since: datetime | None = None, progress: Progress | None = None) -> list[Move]:
    """What would change if everything (or everything dated since) were grouped again; nothing is written."""
    groups = _grouped_again(since, progress)
    homes = _homes(groups)
    return [
        Move(article, story, homes.get(group), group)
        for group, members in groups.items()
        for article, story in members
        if story is None or story != homes.get(group)
    ]


def _stream(since: datetime | None) -> Iterator[Article]:
    articles = Article.objects.exclude(grouped_at=None).order_by("sort_at", "id")
    if since:
        articles = articles.filter(sort_at__gte=since)
    return articles.defer("blocks", "search").iterator(chunk_size=CHUNK)


@dataclass(slots=True)
class _Rebuild:
    """The groups found so far, and what people decided about them."""

    engine: Grouper
    bans: dict[int, set[int]]
    closed: set[int]
    apart: set[frozenset[int]]
    members: dict[int, list[int]]

    @classmethod
    def begin(cls) -> _Rebuild:
        bans: dict[int, set[int]] = defaultdict(set)
        for article_id, story_id in ArticleBan.objects.values_list("article_id", "story_id"):
            bans[article_id].add(story_id)
        closed = set(Story.objects.closed().values_list("pk", flat=True))
        apart = {frozenset(pair) for pair in StorySeparation.objects.values_list("first_id", "second_id")}
        return cls(Grouper(), bans, closed, apart, defaultdict(list))

    def take(self, article: Article, fresh: int) -> None:
        """Put one article into a group; `fresh` is the number of the group that it may open."""
        given, story = as_input(article), article.story_id
        if story is not None and (article.placed_by_editor or story in self.closed):
            group = story
        else:
            placement = self.engine.decide(given, forbidden=self.bans.get(article.pk, set()) | self.closed)
            group = fresh if placement.is_new else int(placement.story)
        self.members[group].append(article.pk)
        self.engine.add(given, group)

    def merge_grown(self) -> None:
        """Merge the groups that grew together, as the worker does; only a person merges what persons made."""
        for proposal in self.engine.proposals():
            if isinstance(proposal, Merge):
                target, source = sorted((int(proposal.source), int(proposal.target)), reverse=True)
                if source < 0 and self.members.get(source) and self._may_join(source, target):
                    self.engine.merge(source, target)
                    self.members[target] += self.members.pop(source)

    def _may_join(self, source: int, target: int) -> bool:
        if target in self.closed or frozenset((source, target)) in self.apart:
            return False
        return not any(target in self.bans.get(pk, ()) for pk in self.members[source])


def _grouped_again(since: datetime | None, progress: Progress | None) -> dict[int, list[tuple[int, int | None]]]:
    """Group → [(article, the story it is in now)…]; a group under a positive number is that story, held by a person."""
    rebuild = _Rebuild.begin()
    total = Article.objects.exclude(grouped_at=None).count() if progress else 0
    stories: dict[int, int | None] = {}
    for number, article in enumerate(_stream(since), 1):
        stories[article.pk] = article.story_id
        rebuild.take(article, -number)
        if number % CHUNK == 0:
            rebuild.merge_grown()
            rebuild.engine.forget(article.sort_at - MEMORY)
            if progress:
                progress(number, total)
    rebuild.merge_grown()
    return {group: [(pk, stories[pk]) for pk in members] for group, members in rebuild.members.items() if members}


def _homes(groups: dict[int, list[tuple[int, int | None]]]) -> dict[int, int]:
    """Which story's address each group keeps: the largest overlaps first, each address once."""
    homes = {group: group for group in groups if group > 0}
    taken = set(homes.values())
    overlaps = [
        (-count, story, group)
        for group, members in groups.items()
        if group <= 0
        for story, count in Counter(story for _, story in members if story).items()
    ]
    for _count, story, group in sorted(overlaps):
        if group not in homes and story not in taken:
            homes[group] = story
            taken.add(story)
    return homes


def apply(moves: list[Move], progress: Progress | None = None) -> int:
    """Carry a plan out, group by group; how many articles moved. What a person placed meanwhile is left alone."""
    by_group: dict[int, list[Move]] = defaultdict(list)
    for move in moves:
        by_group[move.group].append(move)
    done = 0
    for members in by_group.values():
        done += _apply_group(members)
        if progress:
            progress(done, len(moves))
    return done


@transaction.atomic
def _apply_group(moves: list[Move]) -> int:
    GroupingState.objects.select_for_update().get(pk=1)
    GroupingState.objects.filter(pk=1).update(generation=F("generation") + 1)
    articles = list(
        Article.objects.filter(pk__in=[move.article for move in moves], placed_by_editor=False).order_by(
            "sort_at", "id"
        )
    )
    if not articles:
        return 0
    target = moves[0].target
    story = Story.objects.get(pk=target) if target else Story.objects.create(title=articles[0].title, lead=articles[0])
    sources = {article.story_id for article in articles if article.story_id}
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(story=story)
    Story.objects.filter(pk=story.pk).update(merged_into=None)
    _note(articles, story)
    for touched in Story.objects.filter(pk__in=sources | {story.pk}):
        touched.refresh()
    emptied = set(Story.objects.filter(pk__in=sources, articles=None).values_list("pk", flat=True))
    # An emptied address leads on, and so do those that led to it.
    leading = Q(pk__in=emptied) | Q(merged_into__in=emptied)
    Story.objects.filter(leading).exclude(pk=story.pk).update(merged_into=story)
    return len(articles)


def _note(articles: list[Article], story: Story) -> None:
    now = timezone.now()
    StoryEvent.objects.bulk_create(
        StoryEvent(
            story=story, article=article, kind=StoryEvent.Kind.ADDED, at=now,
            detail={"regrouped": True, "story": article.story_id},
        )
        for article in articles
    )  # fmt: skip
