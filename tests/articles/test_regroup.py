"""Grouping again keeps addresses and people's decisions."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from articles import curating
from articles.models import Article, Story
from articles.pipeline import group, regroup
from articles.pipeline.group import group_batch
from tests.articles.test_group_step import LEAK, article, week

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_engine() -> Iterator[None]:
    group._engine = None
    yield
    group._engine = None


@pytest.fixture
def grouped() -> list[Article]:
    articles = week()
    while group_batch():
        continue
    return list(Article.objects.filter(pk__in=[one.pk for one in articles]).order_by("pk"))


def membership() -> dict[int, int | None]:
    return dict(Article.objects.values_list("pk", "story_id"))


def run(**options: object) -> str:
    out = StringIO()
    call_command("regroup", stdout=out, **options)
    return out.getvalue()


def test_a_well_grouped_archive_does_not_change(grouped: list[Article]) -> None:
    before = membership()
    run()
    assert membership() == before


def test_a_broken_archive_is_mended_and_keeps_its_addresses(grouped: list[Article]) -> None:
    before = membership()
    lost = Story.objects.create(title="Égarée")
    Article.objects.filter(pk=grouped[0].pk).update(story=lost)
    run()
    assert membership() == before
    lost.refresh_from_db()
    assert lost.merged_into_id == before[grouped[0].pk]


def test_a_dry_run_says_what_would_move_and_moves_nothing(grouped: list[Article]) -> None:
    lost = Story.objects.create(title="Égarée")
    Article.objects.filter(pk=grouped[0].pk).update(story=lost)
    before = membership()
    told = run(dry_run=True)
    assert membership() == before
    assert grouped[0].title in told
    assert "1 articles would move" in told


def test_what_a_person_placed_stays(grouped: list[Article]) -> None:
    other = Story.objects.current().exclude(articles=grouped[0])[0]
    curating.move(grouped[0], other, User.objects.create_user("salomé"))
    run()
    grouped[0].refresh_from_db()
    assert grouped[0].story == other


def test_what_a_person_merged_stays_one(grouped: list[Article]) -> None:
    first, second = Story.objects.current().order_by("pk")[:2]
    curating.merge(second, first, User.objects.create_user("salomé"))
    before = membership()
    run()
    assert membership() == before


def test_what_a_person_split_stays_apart(grouped: list[Article]) -> None:
    one = Story.objects.current().by_coverage()[0]
    event = curating.split(one, [one.articles.order_by("pk")[0]], User.objects.create_user("salomé"))
    before = membership()
    run()
    assert membership() == before
    assert Story.objects.get(pk=event.detail["story"]).articles.count() == 1


def test_articles_of_a_closed_story_stay_in_it(grouped: list[Article]) -> None:
    one = Story.objects.current().by_coverage()[0]
    curating.close(one, User.objects.create_user("salomé"))
    before = membership()
    run()
    assert membership() == before


def test_stopped_half_way_and_started_again_it_comes_to_the_same_end(grouped: list[Article]) -> None:
    before = membership()
    for number, one in enumerate(grouped):
        Article.objects.filter(pk=one.pk).update(story=Story.objects.create(title=f"Égarée {number}"))
    moves = regroup.plan()
    regroup.apply([move for move in moves if move.group == moves[0].group])
    run()
    pairs = {(a, b) for a in before for b in before if before[a] == before[b]}
    after = membership()
    assert {(a, b) for a in after for b in after if after[a] == after[b]} == pairs


def test_an_article_that_waits_is_left_to_the_worker(grouped: list[Article]) -> None:
    waiting = article("Fuite", LEAK.format(n=9), hours=9)
    run()
    waiting.refresh_from_db()
    assert waiting.story is None


def test_a_bad_day_is_named() -> None:
    with pytest.raises(CommandError, match="28/02"):
        run(since="28/02/2024")
