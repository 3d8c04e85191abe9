"""Articles join stories, one worker at a time, and the answer does not depend on which process gives it."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from articles import correcting, curating, tasks
from articles.models import Article, GroupingState, Story, StoryEvent
from articles.pipeline import group
from articles.pipeline.group import group_batch
from articles.pipeline.reading import fingerprint
from articles.text.grouping import Merge
from sources.models import Outlet
from tests.fakes import make_outlet

pytestmark = pytest.mark.django_db
START = datetime(2024, 2, 26, 8, tzinfo=UTC)
FOUNDRY = (
    "Le fondeur Silex construit une usine de gravure à Dunkerque pour {n} milliards d'euros. Silex promet deux mille "
    "emplois dans les puces électroniques, et l'État subventionne le fondeur de Dunkerque."
)
LEAK = (
    "Une fuite de données médicales touche la mutuelle Horizon. Les pirates ont volé {n} millions de dossiers de "
    "patients, et la mutuelle Horizon prévient la commission nationale de l'informatique."
)


@pytest.fixture(autouse=True)
def _fresh_engine() -> Iterator[None]:
    """As in a process that has just started."""
    group._engine = None
    GroupingState.objects.get_or_create(pk=1)  # a test with transactions of its own empties the table
    yield
    group._engine = None


def outlet(name: str) -> Outlet:
    return Outlet.objects.filter(name=name).first() or make_outlet(name)


def article(title: str, text: str, name: str = "Le Journal", hours: float = 0, **fields: object) -> Article:
    published = START + timedelta(hours=hours)
    given = {
        "outlet": outlet(name), "title": title, "text": text, "language": "fr", "published_at": published,
        "published_precision": "second", "fingerprint": fingerprint(title + name, text),
    }  # fmt: skip
    return Article.objects.create(**{**given, **fields})


def week() -> list[Article]:
    """Two stories, told by several outlets."""
    names = ("Le Journal", "La Gazette", "Agence", "Le Fil")
    foundry = [
        article(f"Silex grave ses puces à Dunkerque, acte {n}", FOUNDRY.format(n=n), name, hours=n)
        for n, name in enumerate(names, 1)
    ]
    leak = [
        article(f"Mutuelle Horizon : {n} millions de dossiers volés", LEAK.format(n=n), name, hours=n - 30.5)
        for n, name in enumerate(names[:3], 31)
    ]
    return foundry + leak


def groups() -> set[frozenset[str]]:
    """The titles of each story."""
    return {frozenset(s.articles.values_list("title", flat=True)) for s in Story.objects.current()}


def test_articles_on_the_same_events_join_one_story() -> None:
    week()
    assert group_batch() == 7
    assert sorted(len(titles) for titles in groups()) == [3, 4]
    assert not Article.objects.filter(grouped_at=None).exists()


def test_a_story_counts_its_coverage_and_leads_with_the_first_article() -> None:
    first = week()[0]
    article("Silex à Dunkerque : le fondeur persiste", FOUNDRY.format(n=9), "Le Fil", hours=9)
    group_batch()
    story = Story.objects.get(articles=first)
    assert (story.article_count, story.outlet_count) == (5, 4)
    assert (story.lead, story.title) == (first, first.title)
    assert (story.first_at, story.last_at) == (START + timedelta(hours=1), START + timedelta(hours=9))


def test_a_headline_made_of_a_sentence_does_not_lead() -> None:
    article("Le fondeur Silex construit.", FOUNDRY.format(n=1), hours=1, title_is_first_sentence=True)
    real = article("Silex grave à Dunkerque", FOUNDRY.format(n=2), "Agence", hours=2)
    group_batch()
    assert Story.objects.get().lead == real


def test_a_title_given_by_an_editor_stays() -> None:
    week()
    group_batch()
    Story.objects.update(title="Le feuilleton", title_by_editor=True)
    article("Silex à Dunkerque : le fondeur persiste", FOUNDRY.format(n=9), "Le Fil", hours=9)
    group_batch()
    assert set(Story.objects.values_list("title", flat=True)) == {"Le feuilleton"}


def test_every_decision_stands_in_the_journal() -> None:
    week()
    group_batch()
    assert StoryEvent.objects.filter(kind="birth").count() == 2
    added = StoryEvent.objects.filter(kind="added")
    assert added.count() == 5
    for event in added:
        assert event.score is not None
        assert event.detail["terms"]
        assert event.detail["nearest"]


def test_nothing_waits_nothing_happens() -> None:
    assert group_batch() == 0
    assert GroupingState.objects.get().generation == 0


def test_the_task_groups_batch_after_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "BATCH", 3)
    week()
    assert tasks.group_articles() == 7
    assert tasks.group_articles() == 0
    assert sorted(len(titles) for titles in groups()) == [3, 4]


def test_an_engine_built_again_gives_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "BATCH", 1)
    week()
    while group_batch():
        group._engine = None  # a restart after every article
    restarted = groups()
    Story.objects.all().delete()
    Article.objects.update(story=None, grouped_at=None)
    group._engine = None
    while group_batch():
        continue
    assert groups() == restarted
    assert len(restarted) == 2


def test_an_engine_that_missed_changes_catches_up() -> None:
    foundry = week()
    group_batch()
    mine, others = group._engine, Story.objects.create(title="Ailleurs")
    elsewhere = article("Silex à Dunkerque : le fondeur persiste", FOUNDRY.format(n=9), "Le Fil", hours=9)
    far = article("Le fondeur Silex, jadis", FOUNDRY.format(n=9), "Le Fil", hours=-9000)
    Article.objects.filter(pk__in=[elsewhere.pk, far.pk]).update(story=others, grouped_at=timezone.now())
    Article.objects.filter(pk=foundry[0].pk).update(story=others)
    gone = foundry[1].pk
    foundry[1].delete()
    GroupingState.objects.update(generation=99)
    one = article("Mutuelle Horizon : 39 millions de dossiers volés", LEAK.format(n=9), "Le Fil", hours=9)
    group_batch()
    one.refresh_from_db()
    assert one.story is not None
    assert one.story.article_count == 4
    assert group._engine is mine
    assert mine is not None
    assert gone not in mine.held
    assert far.pk not in mine.held
    for pk, story in Article.objects.filter(pk__in=mine.held).values_list("pk", "story_id"):
        assert mine.grouper.story_of(pk) == story
    assert {foundry[0].pk, elsewhere.pk} <= mine.held


def test_starting_again_reads_the_window_in_a_few_queries(django_assert_max_num_queries: Any) -> None:
    many(5, 6)
    group_batch()
    group._engine = None
    article("Le vent se lève sur la côte", "", "Le Fil", hours=5)
    with django_assert_max_num_queries(30):
        group_batch()


def test_a_rollback_forgets_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    week()

    def fail(story: Story) -> None:
        raise RuntimeError("the power is cut")

    with monkeypatch.context() as patched:
        patched.setattr(Story, "refresh", fail)
        with pytest.raises(RuntimeError):
            group_batch()
    assert group._engine is None
    assert not Story.objects.exists()
    assert not Article.objects.exclude(grouped_at=None).exists()
    assert group_batch() == 7
    assert sorted(len(titles) for titles in groups()) == [3, 4]


def test_old_articles_join_the_stories_of_their_own_weeks() -> None:
    week()
    group_batch()
    old = article("Silex grave à Dunkerque", FOUNDRY.format(n=2), "Le Fil", hours=-24 * 300)
    group_batch()
    old.refresh_from_db()
    assert old.story is not None
    assert old.story.article_count == 1


@pytest.mark.parametrize(
    "date",
    [
        {"published_at": None, "published_precision": ""},
        {"published_at": datetime(2024, 2, 1, tzinfo=UTC), "published_precision": "month"},
        {"published_at": datetime(2024, 2, 26, tzinfo=UTC), "published_precision": "day"},
    ],
)
def test_an_article_with_a_vague_date_joins_its_story(date: dict[str, Any]) -> None:
    week()
    group_batch()
    group._engine = None
    vague = article("Silex à Dunkerque : le fondeur persiste", FOUNDRY.format(n=9), "Le Fil", **date)
    group_batch()
    vague.refresh_from_db()
    assert vague.story is not None
    assert vague.story.article_count == 5


def test_a_merged_story_leads_to_the_other_for_ever() -> None:
    week()
    group_batch()
    foundry, leak = Story.objects.order_by("-article_count")
    third = Story.objects.create(title="Plus ancienne", merged_into=leak)
    group._merge(Merge(leak.pk, foundry.pk, 0.5, ("silex",)))
    foundry.refresh()
    for story in (leak, third):
        story.refresh_from_db()
        assert (story.merged_into, story.article_count) == (foundry, 0)
    assert foundry.article_count == 7
    assert list(Story.objects.current()) == [foundry]
    assert StoryEvent.objects.get(kind="merged").detail["title"] == leak.title


def test_a_month_needs_every_week_it_may_lie_in() -> None:
    vague = article("Titre", "Texte", published_at=datetime(2024, 2, 1, tzinfo=UTC), published_precision="month")
    weeks = list(group._weeks(vague))
    assert weeks[0] <= vague.published_at - group.WINDOW  # type: ignore[operator]
    assert weeks[-1] + timedelta(days=7) >= datetime(2024, 3, 1, tzinfo=UTC) + group.WINDOW
    assert {monday.weekday() for monday in weeks} == {0}


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_leaves_the_first_alone() -> None:
    week()
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                GroupingState.objects.select_for_update().get(pk=1)
                held.set()
                free.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        held.wait(10)
        assert group_batch() == 0
        free.set()
        holding.result()
    assert group_batch() == 7


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_no_twin_stories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "BATCH", 2)
    week()
    barrier = threading.Barrier(2)

    def work() -> int:
        done = 0
        try:
            barrier.wait()
            while Article.objects.filter(grouped_at=None).exists():
                done += group_batch()
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(2) as pool:
        done = [future.result() for future in [pool.submit(work), pool.submit(work)]]
    assert sum(done) == 7
    assert sorted(len(titles) for titles in groups()) == [3, 4]
    assert StoryEvent.objects.filter(kind__in=("birth", "added")).count() == 7


# --- several processes ---------------------------------------------------------------------------------------------


SUBJECTS = (
    ("Silex", "usine gravure puces Dunkerque fondeur emplois subvention silicium tranche plaquette"),
    ("Horizon", "mutuelle dossiers patients pirates rançon assurés fuite hôpital médecin ordonnance"),
    ("Orvane", "fusée lanceur satellite orbite moteur étage décollage Kourou constellation poussée"),
    ("Vestal", "régulateur amende magasin applications commission plainte concurrence navigateur abus loi"),
    ("Mirador", "caméra visage surveillance gare vidéo algorithme députés décret stade foule"),
)


def many(stories: int = 5, articles: int = 6) -> None:
    """As many stories as wanted, each of its own words, told at the same hours."""
    for number in range(articles):
        for name, said in SUBJECTS[:stories]:
            words = said.split()
            told = " ".join(words[number % 3 :])
            article(
                f"{name} : {' et '.join(words[number % 3 : number % 3 + 4])}, acte {number}",
                f"Le groupe {name} et {told}. Selon {name}, {told}.",
                f"Titre {number}",
                hours=number,
            )


@pytest.mark.django_db(transaction=True)
def test_several_processes_one_of_which_is_killed_group_as_one() -> None:
    many()
    command = [sys.executable, "-m", "tests.grouping_worker", connection.settings_dict["NAME"]]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    while not StoryEvent.objects.exists():
        assert any(worker.poll() is None for worker in workers)
    workers[0].kill()
    counts = [int(worker.communicate(timeout=90)[0] or 0) for worker in workers]
    assert not Article.objects.filter(grouped_at=None).exists()
    assert sum(counts[1:]) <= 30
    assert StoryEvent.objects.filter(kind__in=("birth", "added")).count() == 30
    assert sorted(len(titles) for titles in groups()) == [6] * 5
    for story in Story.objects.current():
        assert story.article_count == story.articles.count() == 6


# --- what is put right, and what comes late ------------------------------------------------------------------------


def put_right(one: Article, **facts: Any) -> None:
    wanted = replace(correcting.facts_of(one), **facts)
    correcting.correct(one, None, wanted, correcting.state_of(one))


def test_an_article_whose_headline_and_date_are_put_right_is_grouped_again() -> None:
    foundry = week()[0]
    wrong = article("Silex à Dunkerque : le fondeur persiste", "", "Le Fil", hours=9)
    group_batch()
    wrong.refresh_from_db()
    foundry.refresh_from_db()
    former = wrong.story
    assert former == foundry.story
    put_right(wrong, title="Mutuelle Horizon : 34 millions de dossiers de patients volés par des pirates")
    assert group_batch() == 1
    wrong.refresh_from_db()
    assert wrong.story != former
    assert former is not None
    former.refresh_from_db()
    assert former.article_count == 4
    assert StoryEvent.objects.filter(story=former, article=wrong, kind="removed").exists()


def test_what_is_put_right_and_stays_leaves_no_trace() -> None:
    one = week()[0]
    group_batch()
    events, before = StoryEvent.objects.count(), groups()
    one.refresh_from_db()
    put_right(one, published=[(START + timedelta(hours=2)).isoformat(), "second"])
    assert group_batch() == 1
    assert (StoryEvent.objects.count(), groups()) == (events, before)


def test_an_article_alone_keeps_its_address_when_it_is_put_right() -> None:
    week()
    alone = article("Le vent se lève sur la côte", "Le vent souffle fort sur la côte de Nacre ce matin.", "Le Fil")
    group_batch()
    alone.refresh_from_db()
    put_right(alone, title="Le vent souffle sur la côte")
    group_batch()
    story = Story.objects.get(articles=alone)
    assert story.pk == alone.story_id
    assert Story.objects.count() == 3


def test_the_address_of_a_story_that_loses_its_last_article_leads_on() -> None:
    foundry = week()[0]
    stray = article("Le vent se lève sur la côte", "", "Le Fil", hours=5)
    group_batch()
    stray.refresh_from_db()
    former = stray.story_id
    put_right(stray, title="Silex grave ses puces à Dunkerque, encore un acte")
    group_batch()
    foundry.refresh_from_db()
    assert Story.objects.get(pk=former or 0).merged_into_id == foundry.story_id


def test_what_a_person_placed_stays_when_it_is_put_right() -> None:
    one = week()[0]
    group_batch()
    leak = Story.objects.exclude(articles=one).get()
    curating.move(one, leak, User.objects.create_user("salomé"))
    one.refresh_from_db()
    put_right(one, title="Silex grave ses puces à Dunkerque, dernier acte")
    group_batch()
    one.refresh_from_db()
    assert one.story == leak


def test_the_order_of_arrival_does_not_make_the_stories() -> None:
    told = week()
    group_batch()
    in_order = groups()
    Story.objects.all().delete()
    Article.objects.update(story=None, grouped_at=START)  # nothing waits: they arrive one by one, the latest first
    group._engine = None
    for one in sorted(told, key=lambda one: one.sort_at, reverse=True):
        Article.objects.filter(pk=one.pk).update(grouped_at=None)
        group_batch()
    assert groups() == in_order


def test_a_chain_of_merged_stories_leads_to_the_last(client: Client) -> None:
    week()
    group_batch()
    foundry, leak = Story.objects.order_by("-article_count")
    old = Story.objects.create(title="Ancienne", merged_into=Story.objects.create(title="Moyenne", merged_into=leak))
    group._merge(Merge(leak.pk, foundry.pk, 0.5, ("silex",)))
    for address in (f"/histoires/{old.pk}/", f"/histoires/{old.pk}-ancienne/", f"/histoires/{leak.pk}/"):
        answer = client.get(address, follow=True)
        assert answer.redirect_chain[-1][0] == foundry.get_absolute_url()
        assert answer.status_code == 200


def test_the_terms_of_the_journal_are_words_of_the_articles() -> None:
    week()
    many(3, 4)
    group_batch()
    said = " ".join(f"{one.title} {one.text}" for one in Article.objects.all())
    for event in StoryEvent.objects.exclude(kind="birth"):
        assert event.detail["terms"]
        for term in event.detail["terms"]:
            assert re.search(rf"(?<!\w){re.escape(term)}(?!\w)", said), term
