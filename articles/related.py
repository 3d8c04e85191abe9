"""« Histoires proches »: other stories around the same days that share rare names, and those that editors tied.

The cost is bounded by the window and by what is read of it: the story's two dozen names are counted among the stories
of the days around, and only the holders of the rarest of them are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min, Q

from articles.models import Article, Story, StoryName, StoryTie
from articles.pipeline.arrange import AROUND, common
from articles.text import kinship

MOST = 6
MOST_HOLDERS = 400
"""Holders of names are read from the rarest name on, up to this many."""
MOST_COMPARED = 30

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Related:
    """A story near this one, why, and where it lies in time."""

    story: Story
    shared: tuple[str, ...]
    """The names that both are told with; none where only an editor tied them."""
    is_tied: bool
    first_day: date | None
    last_day: date | None
    when: str
    """"before", "during" or "after" the story; "" where one of them is undated."""


def of_story(story: Story) -> tuple[Related, ...]:
    """The related stories in order of time: MOST at most, besides those that an editor tied. Nine queries at most."""
    tied, hidden = _said(story)
    names = {name.key: name for name in story.names.all()}
    nearest = [kin for kin in _nearest(story, names) if kin.story not in hidden | tied][:MOST]
    shared = {kin.story: kin.shared for kin in nearest}
    stories = Story.objects.current().select_related("lead").only(*_SHOWN).in_bulk({*shared, *tied})
    spans = _spans([story.pk, *stories])
    found = [
        Related(
            story=one,
            shared=tuple(names[key].shown for key in shared.get(pk, ())),
            is_tied=pk in tied,
            first_day=spans[pk][0] if pk in spans else None,
            last_day=spans[pk][1] if pk in spans else None,
            when=_when(spans.get(story.pk), spans.get(pk)),
        )
        for pk, one in stories.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.first_day or date.max, one.story.pk)))


_SHOWN = ("title", "title_by_editor", "outlet_count", "article_count", "lead__language")


def _said(story: Story) -> tuple[set[int], set[int]]:
    """What editors said, of this story or of one that was merged into it: (tied, told apart)."""
    own = {story.pk, *Story.objects.filter(merged_into=story).values_list("pk", flat=True)}
    ties = StoryTie.objects.filter(Q(first__in=own) | Q(second__in=own)).select_related("first", "second")
    tied: set[int] = set()
    hidden: set[int] = set()
    for tie in ties:
        other = tie.second if tie.first_id in own else tie.first
        (tied if tie.kind == StoryTie.Kind.TIED else hidden).add(other.merged_into_id or other.pk)
    return tied - own, hidden - own


def _nearest(story: Story, names: Mapping[str, StoryName]) -> tuple[kinship.Kin, ...]:
    """The related stories by what they share, nearest first."""
    if not names:
        return ()
    own = {key: name.weight for key, name in names.items()}
    day = next(iter(names.values())).day
    stories, holders = common(day, list(own), but=story)
    candidates = _candidates(story, own, day, stories, holders)
    others: dict[int, dict[str, float]] = defaultdict(dict)
    for pk, key, weight in StoryName.objects.filter(story__in=candidates).values_list("story_id", "key", "weight"):
        others[pk][key] = weight
    spans = _spans([story.pk, *candidates])
    apart = {pk: _days_apart(spans.get(story.pk), spans.get(pk)) for pk in others}
    return kinship.kin(own, others, apart, stories, holders)


def _candidates(
    story: Story, own: Mapping[str, float], day: date, stories: int, holders: Mapping[str, int]
) -> list[int]:
    """The few stories that share the most telling names: the holders of the rarest are read first."""
    keys: list[str] = []
    read = 0
    for key in sorted(holders, key=lambda key: (holders[key], key)):
        read += holders[key]
        if keys and read > MOST_HOLDERS:
            break
        keys.append(key)
    near = StoryName.objects.filter(key__in=keys, day__gte=day - AROUND, day__lte=day + AROUND).exclude(story=story)
    told = near.filter(story__merged_into=None, story__article_count__gt=0).order_by("-day", "-story", "key")
    worth: dict[int, float] = defaultdict(float)
    for pk, key, weight in told.values_list("story_id", "key", "weight")[: 2 * MOST_HOLDERS]:
        worth[pk] += own[key] * weight * kinship.rarity(stories, holders[key]) ** 2
    return sorted(worth, key=lambda pk: (-worth[pk], pk))[:MOST_COMPARED]


def _spans(stories: Collection[int]) -> dict[int, Span]:
    """The first and the last day of these stories, for those that have days."""
    told = Article.objects.filter(story__in=stories).exclude(day=None).values("story").order_by()
    return {row["story"]: (row["first"], row["last"]) for row in told.annotate(first=Min("day"), last=Max("day"))}


def _days_apart(one: Span | None, other: Span | None) -> int:
    if one is None or other is None:
        return 0
    return max(0, (other[0] - one[1]).days, (one[0] - other[1]).days)


def _when(one: Span | None, other: Span | None) -> str:
    if one is None or other is None:
        return ""
    if other[1] < one[0]:
        return "before"
    return "after" if other[0] > one[1] else "during"
