"""What an editor does to stories: merge, split, move, rename, choose the lead, close, and undo each of it.

Every act is one transaction under the lock that grouping works under, and one line of the story's Journal that holds
what it changed as it stood before. What a person decided binds the engine: an article that a person placed stays
(Article.placed_by_editor), one that was taken out does not come back (ArticleBan), two stories told apart do not merge
by themselves (StorySeparation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import arranging
from articles.acts import Refused as Refused
from articles.acts import current, lock, note
from articles.models import Article, ArticleBan, Story, StoryEvent, StorySeparation

Kind = StoryEvent.Kind
MOST_TITLE = 300


def _place(articles: Iterable[Article], story: Story) -> list[list[Any]]:
    """Put articles into a story by a person's hand; [article, story it was in, whether a person had placed it] each."""
    before = [[article.pk, article.story_id, article.placed_by_editor] for article in articles]
    Article.objects.filter(pk__in=[row[0] for row in before]).update(
        story=story, placed_by_editor=True, grouped_at=timezone.now()
    )
    ArticleBan.objects.filter(article__in=[row[0] for row in before], story=story).delete()
    return before


def _put_back(before: Sequence[Sequence[Any]], story: Story) -> None:
    """Undo `_place` for the articles that are still where it put them."""
    for article_id, story_id, placed in before:
        Article.objects.filter(pk=article_id, story=story).update(story_id=story_id, placed_by_editor=placed)


def separate(one: Story, other: Story) -> bool:
    """Keep two stories from merging by themselves; whether that was new."""
    first, second = sorted((one.pk, other.pk))
    return StorySeparation.objects.get_or_create(first_id=first, second_id=second)[1]


def _unseparate(one: int, other: int) -> None:
    first, second = sorted((one, other))
    StorySeparation.objects.filter(first_id=first, second_id=second).delete()


@transaction.atomic
def merge(source: Story, target: Story, user: User) -> StoryEvent:
    """Make `source` a part of `target`; its address leads there from now on."""
    lock()
    source, target = current(source), current(target)
    if source == target:
        raise Refused(_("A story cannot be merged into itself."))
    before = _place(Article.objects.filter(story__in=[source, target]), target)  # both halves: they belong together
    followers = list(Story.objects.filter(merged_into=source).values_list("pk", flat=True))
    Story.objects.filter(pk__in=[source.pk, *followers]).update(merged_into=target, article_count=0, outlet_count=0)
    _unseparate(source.pk, target.pk)
    target.refresh()
    told = {"story": source.pk, "title": source.title, "before": {"articles": before, "followers": followers}}
    return note(target, Kind.MERGED, user, told)


@transaction.atomic
def split(story: Story, articles: Sequence[Article], user: User, title: str = "") -> StoryEvent:
    """Take articles out of a story into one of their own; the two do not merge again by themselves."""
    lock()
    story = current(story)
    if not articles or any(article.story_id != story.pk for article in articles):
        raise Refused(_("Choose articles of this story."))
    if len(articles) >= story.articles.count():
        raise Refused(_("At least one article has to stay: to rename the story, rename it."))
    new = Story.objects.create(
        title=title.strip()[:MOST_TITLE] or articles[0].title, title_by_editor=bool(title.strip())
    )
    event = _split_into(story, new, articles, user)
    new.refresh()
    story.refresh()
    return event


def _split_into(story: Story, new: Story, articles: Sequence[Article], user: User) -> StoryEvent:
    before = _place(articles, new)
    bans = _keep_apart(articles, story, new)
    note(new, Kind.BIRTH, user, {"story": story.pk, "title": story.title})
    told = {"story": new.pk, "title": new.title, "before": {"articles": before, "bans": bans}}
    return note(story, Kind.SPLIT, user, told)


def _keep_apart(articles: Sequence[Article], origin: Story, target: Story) -> list[list[int]]:
    """Neither come these articles back to `origin` by themselves, nor do those that stayed follow them to `target`.

    Answers the new [article, story] bans, so that they can be lifted.
    """
    wanted = [(article.pk, origin.pk) for article in articles]
    wanted += [(pk, target.pk) for pk in origin.articles.values_list("pk", flat=True)]
    made = (ArticleBan.objects.get_or_create(article_id=one, story_id=other) for one, other in wanted)
    separate(origin, target)
    return [[ban.article_id, ban.story_id] for ban, is_new in made if is_new]


@transaction.atomic
def move(article: Article, target: Story, user: User) -> StoryEvent:
    """Put one article into another story; it does not come back to the first by itself."""
    lock()
    target = current(target)
    article = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    origin = article.story
    if origin == target:
        raise Refused(_("The article is in this story already."))
    before = _place([article], target)
    bans = _keep_apart([article], origin, target) if origin else []
    if origin:
        origin.refresh()
        note(origin, Kind.REMOVED, user, {"story": target.pk, "title": target.title}, article)
    target.refresh()
    told = {
        "story": origin.pk if origin else None,
        "title": origin.title if origin else "",
        "before": {"articles": before, "bans": bans},
    }
    return note(target, Kind.ADDED, user, told, article)


@transaction.atomic
def rename(story: Story, title: str, user: User) -> StoryEvent:
    """Give a story a title of the newsroom's own."""
    lock()
    story = current(story)
    if not title.strip():
        raise Refused(_("The title is empty."))
    before = {"title": story.title, "by_editor": story.title_by_editor}
    story.title, story.title_by_editor = title.strip()[:MOST_TITLE], True
    story.save(update_fields=["title", "title_by_editor"])
    return note(story, Kind.RENAMED, user, {"title": story.title, "before": before})


@transaction.atomic
def choose_lead(story: Story, article: Article, user: User) -> StoryEvent:
    """Let an article speak for its story: its headline is the story's, unless the newsroom gave one."""
    lock()
    story = current(story)
    if article.story_id != story.pk:
        raise Refused(_("Choose articles of this story."))
    before = {"lead": story.lead_id, "by_editor": story.lead_by_editor}
    story.lead, story.lead_by_editor = article, True
    story.save(update_fields=["lead", "lead_by_editor"])
    story.refresh()
    return note(story, Kind.LEAD, user, {"before": before}, article)


@transaction.atomic
def close(story: Story, user: User) -> StoryEvent:
    """Let no more articles join by themselves."""
    lock()
    story = current(story)
    if story.closed_at:
        raise Refused(_("The story is closed already."))
    story.closed_at = timezone.now()
    story.save(update_fields=["closed_at"])
    return note(story, Kind.CLOSED, user, {"before": {}})


@transaction.atomic
def reopen(story: Story, user: User) -> StoryEvent:
    """Let articles join again."""
    lock()
    story = current(story)
    if not story.closed_at:
        raise Refused(_("The story is open already."))
    story.closed_at = None
    story.save(update_fields=["closed_at"])
    return note(story, Kind.REOPENED, user, {"before": {}})


# --- undo ----------------------------------------------------------------------------------------------------------


def can_undo(event: StoryEvent) -> bool:
    """Whether the act behind a journal line can be taken back: it says what it changed, and was not undone yet."""
    return event.undone_at is None and "before" in event.detail


@transaction.atomic
def undo(event: StoryEvent, user: User) -> StoryEvent:
    """Put back what an act changed, as far as nobody has changed it since; an automatic merge undone stays undone."""
    lock()
    event = StoryEvent.objects.select_for_update(of=("self",)).select_related("story").get(pk=event.pk)
    if not can_undo(event):
        raise Refused(_("This was undone already, or cannot be undone."))
    _UNDO[event.kind](event)
    event.undone_at, event.undone_by = timezone.now(), user
    event.save(update_fields=["undone_at", "undone_by"])
    return event


def _undo_merge(event: StoryEvent) -> None:
    told, target = event.detail["before"], event.story
    source = Story.objects.get(pk=event.detail["story"])
    Story.objects.filter(pk=source.pk, merged_into=target).update(merged_into=None)
    Story.objects.filter(pk__in=told["followers"], merged_into=target).update(merged_into=source)
    _put_back(told["articles"], target)
    if event.by_id is None:  # a person says that the engine was wrong: that is a decision too
        separate(source, target)
        source.articles.update(placed_by_editor=True)
    source.refresh_from_db()
    source.refresh()
    target.refresh()


def _undo_split(event: StoryEvent) -> None:
    new = Story.objects.get(pk=event.detail["story"])
    _unplace(event, new)
    if not new.articles.exists():
        Story.objects.filter(pk=new.pk).update(merged_into=event.story, article_count=0, outlet_count=0)


def _unplace(event: StoryEvent, place: Story) -> None:
    """Articles go back from `place`; the bans that came with the act are lifted; both stories are counted again."""
    told = event.detail["before"]
    _put_back(told["articles"], place)
    for article_id, story_id in told["bans"]:
        ArticleBan.objects.filter(article_id=article_id, story_id=story_id).delete()
    _unseparate(event.story_id, event.detail["story"] or 0)
    for story in Story.objects.filter(pk__in={place.pk, *_origins(told["articles"])}):
        story.refresh()


def _origins(before: Sequence[Sequence[Any]]) -> set[int]:
    return {row[1] for row in before if row[1]}


def _undo_move(event: StoryEvent) -> None:
    _unplace(event, event.story)


def _undo_rename(event: StoryEvent) -> None:
    told, story = event.detail["before"], event.story
    story.title, story.title_by_editor = told["title"], told["by_editor"]
    story.save(update_fields=["title", "title_by_editor"])


def _undo_lead(event: StoryEvent) -> None:
    told, story = event.detail["before"], event.story
    story.lead_by_editor = told["by_editor"]
    if told["by_editor"]:
        story.lead = Article.objects.filter(pk=told["lead"], story=story).first()
    story.refresh()


def _undo_close(event: StoryEvent) -> None:
    Story.objects.filter(pk=event.story_id).update(closed_at=None)


def _undo_reopen(event: StoryEvent) -> None:
    Story.objects.filter(pk=event.story_id).update(closed_at=timezone.now())


_UNDO: dict[str, Callable[[StoryEvent], None]] = {
    Kind.MERGED: _undo_merge,
    Kind.SPLIT: _undo_split,
    Kind.ADDED: _undo_move,
    Kind.RENAMED: _undo_rename,
    Kind.LEAD: _undo_lead,
    Kind.CLOSED: _undo_close,
    Kind.REOPENED: _undo_reopen,
    Kind.EPISODES: arranging.undo_episodes,
    Kind.SUMMARY: arranging.undo_summary,
    Kind.TIED: arranging.undo_tie,
    Kind.HIDDEN: arranging.undo_tie,
}
