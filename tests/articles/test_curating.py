"""What a person decides about stories stands, and can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from articles import curating
from articles.models import Article, ArticleBan, Story, StoryEvent
from articles.pipeline import group
from articles.pipeline.group import group_batch
from articles.text.grouping import Merge
from tests.articles.test_group_step import FOUNDRY, LEAK, START, article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_engine() -> Iterator[None]:
    group._engine = None
    yield
    group._engine = None


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("salomé")


def story(title: str, *hours: float) -> Story:
    """A story that holds an article for each of these hours after the start."""
    made = Story.objects.create(title=title)
    for hour in hours:
        told = article(f"{title} {hour}", FOUNDRY.format(n=hour), f"Titre {title} {hour}", hours=hour)
        Article.objects.filter(pk=told.pk).update(story=made, grouped_at=START)
    made.refresh()
    return made


def placed(one: Story) -> set[int]:
    return set(one.articles.values_list("pk", flat=True))


def test_a_merge_moves_everything_and_leads_the_old_address_on(editor: User) -> None:
    first, second = story("Puces", 1, 2), story("Usine", 3)
    curating.merge(second, first, editor)
    second.refresh_from_db()
    assert second.merged_into == first
    assert first.articles.count() == 3
    assert all(first.articles.values_list("placed_by_editor", flat=True))


def test_a_merge_undone_is_as_before(editor: User) -> None:
    first, second = story("Puces", 1, 2), story("Usine", 3)
    before = placed(first), placed(second)
    event = curating.merge(second, first, editor)
    curating.undo(event, editor)
    second.refresh_from_db()
    assert second.merged_into is None
    assert (placed(first), placed(second)) == before
    assert not second.articles.filter(placed_by_editor=True).exists()


def test_an_automatic_merge_undone_stays_undone(editor: User) -> None:
    first, second = story("Puces", 1, 2), story("Usine", 3)
    group._merge(Merge(second.pk, first.pk, 0.9, ("usine",)))
    curating.undo(StoryEvent.objects.get(kind="merged"), editor)
    assert not group._is_free({first.pk, second.pk})
    assert second.articles.get().placed_by_editor


def test_a_split_keeps_the_articles_out_of_their_old_story(editor: User) -> None:
    one = story("Puces", 1, 2, 3)
    leaving = one.articles.order_by("pk")[0]
    event = curating.split(one, [leaving], editor, "Autre chose")
    new = Story.objects.get(pk=event.detail["story"])
    assert (new.title, placed(new)) == ("Autre chose", {leaving.pk})
    assert ArticleBan.objects.filter(article=leaving, story=one).exists()
    assert not group._is_free({one.pk, new.pk})


def test_a_split_undone_is_as_before(editor: User) -> None:
    one = story("Puces", 1, 2, 3)
    before = placed(one)
    event = curating.split(one, [one.articles.order_by("pk")[0]], editor)
    curating.undo(event, editor)
    assert placed(one) == before
    assert not ArticleBan.objects.exists()
    assert Story.objects.current().count() == 1


def test_a_split_leaves_at_least_one_article(editor: User) -> None:
    one = story("Puces", 1, 2)
    with pytest.raises(curating.Refused):
        curating.split(one, list(one.articles.all()), editor)
    with pytest.raises(curating.Refused):
        curating.split(one, [], editor)


def test_a_moved_article_stays_where_it_was_put_when_everything_is_grouped_again(editor: User) -> None:
    first, second = story("Puces", 1, 2), story("Usine", 3, 4)
    moved = first.articles.order_by("pk")[0]
    curating.move(moved, second, editor)
    article("Une autre usine", LEAK.format(n=4), hours=5)
    while group_batch():
        continue
    moved.refresh_from_db()
    assert moved.story == second


def test_a_move_undone_is_as_before(editor: User) -> None:
    first, second = story("Puces", 1, 2), story("Usine", 3)
    moved = first.articles.order_by("pk")[0]
    event = curating.move(moved, second, editor)
    curating.undo(event, editor)
    moved.refresh_from_db()
    assert (moved.story, moved.placed_by_editor) == (first, False)
    assert not ArticleBan.objects.exists()


def test_an_article_does_not_come_back_to_the_story_it_was_taken_out_of(editor: User) -> None:
    one = story("Puces", 1, 2, 3)
    other = story("Autre", 4)
    taken = one.articles.order_by("pk")[0]
    curating.move(taken, other, editor)
    Article.objects.filter(pk=taken.pk).update(grouped_at=None, story=None, placed_by_editor=False)
    while group_batch():
        continue
    taken.refresh_from_db()
    assert taken.story != one


def test_a_closed_story_takes_no_article_until_it_is_reopened(editor: User) -> None:
    one = story("Le fondeur Silex", 1, 2)
    curating.close(one, editor)
    late = article("Le fondeur Silex 1", FOUNDRY.format(n=7), "Titre tardif", hours=4)
    while group_batch():
        continue
    late.refresh_from_db()
    assert late.story != one
    curating.reopen(one, editor)
    later = article("Le fondeur Silex 2", FOUNDRY.format(n=8), "Titre plus tardif", hours=5)
    while group_batch():
        continue
    later.refresh_from_db()
    assert later.story is not None


def test_a_title_given_by_a_person_survives_new_articles_and_can_be_undone(editor: User) -> None:
    one = story("Puces", 1)
    event = curating.rename(one, "  L’affaire des puces ", editor)
    one.refresh_from_db()
    one.refresh()
    assert one.title == "L’affaire des puces"
    curating.undo(event, editor)
    one.refresh_from_db()
    one.refresh()
    assert one.title == "Puces 1"


def test_a_lead_chosen_by_a_person_survives_and_can_be_undone(editor: User) -> None:
    one = story("Puces", 1, 2)
    last = one.articles.order_by("-published_at")[0]
    event = curating.choose_lead(one, last, editor)
    one.refresh_from_db()
    one.refresh()
    assert (one.lead, one.title) == (last, last.title)
    curating.undo(event, editor)
    one.refresh_from_db()
    assert one.lead != last


def test_nothing_is_undone_twice(editor: User) -> None:
    event = curating.rename(story("Puces", 1), "Autre", editor)
    curating.undo(event, editor)
    with pytest.raises(curating.Refused):
        curating.undo(event, editor)


def test_a_story_that_was_merged_away_meanwhile_refuses_acts(editor: User) -> None:
    first, second = story("Puces", 1), story("Usine", 2)
    curating.merge(second, first, editor)
    with pytest.raises(curating.Refused):
        curating.rename(second, "Trop tard", editor)


def test_undo_puts_back_only_what_nobody_has_moved_since(editor: User) -> None:
    first, second, third = story("Puces", 1, 2), story("Usine", 3), story("Gravure", 4)
    merged = curating.merge(second, first, editor)
    moved = Article.objects.get(title="Usine 3")
    curating.move(moved, third, editor)
    curating.undo(merged, editor)
    moved.refresh_from_db()
    assert moved.story == third
    assert START + timedelta(hours=3) == moved.published_at
