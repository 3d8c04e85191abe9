"""What an editor does to how a story is told: its episodes, its summary, the stories it is tied to.

Each act is one transaction and one line of the Journal, like those of articles/curating.py, where all of them are
undone. Arranged episodes stand up to the day that the story had reached; a chosen summary and a tie stand for ever.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.acts import Refused, current, lock, note
from articles.models import Episode, Story, StoryEvent, StoryTie
from articles.pipeline import arrange
from articles.text import summary

Kind = StoryEvent.Kind
MOST_LABEL = 200


# --- episodes ------------------------------------------------------------------------------------------------------


def _as_they_are(story: Story) -> dict[str, Any]:
    """The episodes as they stand, to be put back."""
    rows = story.episodes.values_list("pk", "first_day", "last_day", "label", "label_by_editor", "merged_into")
    held_to = story.episodes_held_to
    return {
        "episodes": [
            [pk, first.isoformat(), last.isoformat(), *rest] for pk, first, last, *rest in rows.order_by("pk")
        ],
        "held_to": held_to.isoformat() if held_to else None,
    }


def _hold(story: Story, before: dict[str, Any], user: User, said: str) -> StoryEvent:
    """Let the borders stand up to the story's latest day, describe the episodes again, and say so."""
    last = story.articles.exclude(day=None).order_by("-day").values_list("day", flat=True).first()
    story.episodes_held_to = last
    story.save(update_fields=["episodes_held_to"])
    arrange.store_episodes(story)
    return note(story, Kind.EPISODES, user, {"said": said, "before": before})


def _episode(episode: Episode) -> tuple[Story, Episode]:
    """The story and the episode as they are now. Raises Refused when the episode is gone."""
    fresh = Episode.objects.get(pk=episode.pk)
    if fresh.merged_into_id:
        raise Refused(_("This episode was merged into another meanwhile."))
    return current(fresh.story), fresh


def _days(story: Story) -> set[date]:
    return {day for day in story.articles.exclude(day=None).values_list("day", flat=True) if day}


@transaction.atomic
def rename_episode(episode: Episode, label: str, user: User) -> StoryEvent:
    """Give an episode a label of the newsroom's own; its days stand from now on."""
    lock()
    story, episode = _episode(episode)
    if not label.strip():
        raise Refused(_("The label is empty."))
    before = _as_they_are(story)
    episode.label, episode.label_by_editor = label.strip()[:MOST_LABEL], True
    episode.save(update_fields=["label", "label_by_editor"])
    return _hold(story, before, user, episode.label)


@transaction.atomic
def begin_episode(story: Story, day: date, user: User) -> StoryEvent:
    """Let a new episode begin on a day that has articles."""
    lock()
    story = current(story)
    days = _days(story)
    shown = list(story.episodes.current())
    if day not in days or day == min(days) or any(row.first_day == day for row in shown):
        raise Refused(_("Choose a day that has articles, and on which no episode begins yet."))
    before = _as_they_are(story)
    if not shown:
        Episode.objects.create(story=story, first_day=min(days), last_day=max(days), label=story.title)
    Episode.objects.create(story=story, first_day=day, last_day=day, label=story.title)
    return _hold(story, before, user, "")


@transaction.atomic
def move_border(episode: Episode, day: date, user: User) -> StoryEvent:
    """Let an episode begin on another day; the one before it ends before that."""
    lock()
    story, episode = _episode(episode)
    shown = list(story.episodes.current())
    place = [row.pk for row in shown].index(episode.pk)
    if place == 0:
        raise Refused(_("The first episode begins with the story."))
    after = shown[place + 1].first_day if place + 1 < len(shown) else date.max
    if day not in _days(story) or not shown[place - 1].first_day < day < after:
        raise Refused(_("Choose a day that has articles, between the beginnings of the episodes around."))
    before = _as_they_are(story)
    episode.first_day = day
    episode.save(update_fields=["first_day"])
    return _hold(story, before, user, episode.label)


@transaction.atomic
def merge_episode(episode: Episode, user: User) -> StoryEvent:
    """Make an episode a part of the one before it."""
    lock()
    story, episode = _episode(episode)
    earlier = [row for row in story.episodes.current() if row.first_day < episode.first_day]
    if not earlier:
        raise Refused(_("The first episode has none before it."))
    before = _as_they_are(story)
    episode.merged_into = earlier[-1]
    episode.save(update_fields=["merged_into"])
    return _hold(story, before, user, episode.label)


def undo_episodes(event: StoryEvent) -> None:
    """Put the episodes back as they stood."""
    story, told = current(event.story), event.detail["before"]
    newer = story.episodes.exclude(pk__in=[row[0] for row in told["episodes"]])
    home = next((row[0] for row in told["episodes"] if row[5] is None), None)
    if home is None:
        newer.delete()
    else:
        newer.update(merged_into=home)  # their anchors may have been copied somewhere
    for pk, first, last, label, by_editor, merged in told["episodes"]:
        Episode.objects.filter(pk=pk).update(
            first_day=first, last_day=last, label=label, label_by_editor=by_editor, merged_into=merged
        )
    story.episodes_held_to = date.fromisoformat(told["held_to"]) if told["held_to"] else None
    story.save(update_fields=["episodes_held_to"])
    arrange.store_episodes(story)


# --- summary -------------------------------------------------------------------------------------------------------

_SUMMARY = ("summary", "summary_in_standfirst", "summary_start", "summary_end", "summary_by_editor")


def _summary_as_it_is(story: Story) -> dict[str, Any]:
    return {"article": story.summary_article_id, **{name: getattr(story, name) for name in _SUMMARY}}


def sentences(story: Story) -> tuple[summary.Sentence, ...]:
    """The sentences that could stand for the story, best first, each wording once."""
    articles = list(story.articles.select_related("outlet").defer("blocks", "search").order_by("sort_at", "id")[:60])
    names = set(story.names.filter(weight__gte=arrange.CENTRAL_NAME).values_list("key", flat=True))
    found = summary.ranked(arrange.sources_of(articles), arrange.language_of(articles), names)
    return tuple({one.text: one for one in reversed(found)}.values())[::-1]


@transaction.atomic
def choose_summary(story: Story, sentence: summary.Sentence, user: User) -> StoryEvent:
    """Let a sentence of an article stand for the story; it stays as long as the article is in the story."""
    lock()
    story = current(story)
    if not story.articles.filter(pk=int(str(sentence.key))).exists():
        raise Refused(_("Choose articles of this story."))
    before = _summary_as_it_is(story)
    arrange.set_summary(story, sentence)
    return _keep_summary(story, before, user)


@transaction.atomic
def write_summary(story: Story, text: str, user: User) -> StoryEvent:
    """Let the newsroom's own words stand for the story."""
    lock()
    story = current(story)
    words = " ".join(text.split())
    if not words:
        raise Refused(_("The summary is empty."))
    if len(words) > summary.LONGEST:
        raise Refused(_("A summary has at most %(most)d characters.") % {"most": summary.LONGEST})
    before = _summary_as_it_is(story)
    arrange.set_summary(story, None)
    story.summary = words
    return _keep_summary(story, before, user)


def _keep_summary(story: Story, before: dict[str, Any], user: User) -> StoryEvent:
    story.summary_by_editor = True
    story.save(update_fields=[*_SUMMARY, "summary_article"])
    return note(story, Kind.SUMMARY, user, {"said": story.summary, "before": before})


def undo_summary(event: StoryEvent) -> None:
    """Put the summary back as it stood; a sentence that the machine had chosen is chosen again."""
    story, told = event.story, event.detail["before"]
    for name in _SUMMARY:
        setattr(story, name, told[name])
    story.summary_article = story.articles.filter(pk=told["article"] or 0).first()
    story.arranged_at = None
    story.save(update_fields=[*_SUMMARY, "summary_article", "arranged_at"])


# --- related stories -----------------------------------------------------------------------------------------------


def tie(story: Story, other: Story, user: User) -> StoryEvent:
    """Say that two stories are related, though they are not one."""
    return _tie(story, other, StoryTie.Kind.TIED, user)


def hide(story: Story, other: Story, user: User) -> StoryEvent:
    """Say that two stories are not related, whatever they share."""
    return _tie(story, other, StoryTie.Kind.HIDDEN, user)


@transaction.atomic
def _tie(story: Story, other: Story, kind: str, user: User) -> StoryEvent:
    lock()
    story, other = current(story), current(other)
    if story == other:
        raise Refused(_("A story is not related to itself."))
    first, second = sorted((story.pk, other.pk))
    earlier = StoryTie.objects.filter(first=first, second=second).first()
    before = earlier.kind if earlier else ""
    StoryTie.objects.update_or_create(
        first_id=first, second_id=second, defaults={"kind": kind, "by": user, "at": timezone.now()}
    )
    return note(story, kind, user, {"story": other.pk, "title": other.title, "before": {"tie": before}})


def undo_tie(event: StoryEvent) -> None:
    """Put back what was said of the two stories before, if anything was."""
    first, second = sorted((event.story_id, int(event.detail["story"])))
    ties = StoryTie.objects.filter(first=first, second=second, kind=event.kind)
    before = event.detail["before"]["tie"]
    if before:
        ties.update(kind=before)
    else:
        ties.delete()
