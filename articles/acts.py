"""What every act of an editor on a story begins and ends with: the lock, the row as it is now, a Journal line."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article, GroupingState, Story, StoryEvent


class Refused(Exception):
    """The act is not possible; the message is a sentence for the person who tried."""


def lock() -> None:
    """Wait for grouping to finish its batch, and let every engine know that the stories have changed."""
    GroupingState.objects.select_for_update().get(pk=1)
    GroupingState.objects.filter(pk=1).update(generation=F("generation") + 1)


def note(story: Story, kind: str, user: User, detail: dict[str, Any], article: Article | None = None) -> StoryEvent:
    """Write a line of the Journal. `detail["before"]` is what makes it possible to undo the act."""
    return StoryEvent.objects.create(story=story, kind=kind, by=user, article=article, at=timezone.now(), detail=detail)


def current(story: Story) -> Story:
    """The story's row as it is now. Raises Refused when it was merged away."""
    fresh = Story.objects.get(pk=story.pk)
    if fresh.merged_into_id:
        raise Refused(_("This story was merged into another meanwhile."))
    return fresh
