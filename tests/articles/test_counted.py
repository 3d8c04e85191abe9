"""Numbers over the whole archive are counted when asked in a small one, and kept with their time in a large one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from articles import counted, people, volume
from articles.models import Entity, Mention
from articles.tasks import count_again
from tests.factories import make_article, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(counted, "LARGE", -1)


def articles_shown(client: Client) -> int:
    rows = client.get("/titres/?format=json").json()["outlets"]
    return int(rows[0]["articles"])


def test_a_small_archive_is_counted_now(client: Client) -> None:
    make_article("Un")
    assert articles_shown(client) == 1
    make_article("Deux")
    assert articles_shown(client) == 2
    assert volume.totals().at is None


@pytest.mark.usefixtures("_large")
def test_a_large_archive_says_when_it_was_counted(client: Client) -> None:
    make_article("Un")
    assert articles_shown(client) == 1
    make_article("Deux")
    at = volume.totals().at
    assert at is not None
    assert timezone.now() - at < timedelta(minutes=1)
    assert articles_shown(client) == 1
    assert count_again() > 1
    assert articles_shown(client) == 2


@pytest.mark.usefixtures("_large")
def test_the_names_of_a_large_archive_are_kept_too(client: Client) -> None:
    entity = Entity.objects.create(name="Ada Lovelace", slug="ada", kind="person")
    Mention.objects.create(article=make_article(), entity=entity)
    assert b"Ada Lovelace" in client.get("/personnes/").content
    Mention.objects.create(article=make_article("Deux"), entity=entity)
    assert [row[:3] for row in people.ranked("person").value] == [(entity.pk, 0, 1)]
    count_again()
    assert [row[:3] for row in people.ranked("person").value] == [(entity.pk, 0, 2)]


def test_names_that_nobody_mentions_or_that_an_editor_hid_are_not_listed() -> None:
    seen, hidden, _unseen = (Entity.objects.create(name=n, slug=n, kind="person") for n in ("ada", "bea", "cia"))
    article = make_article()
    Mention.objects.create(article=article, entity=seen)
    Mention.objects.create(article=article, entity=hidden, is_hidden=True)
    assert [row[:3] for row in people.count_names("person")] == [(seen.pk, 0, 1)]


@pytest.mark.usefixtures("_large")
def test_what_stands_around_a_great_name_is_kept_for_some_minutes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "HEAVY", 2)
    ada, bea = (Entity.objects.create(name=n, slug=n, kind="person") for n in ("ada", "bea"))
    story = make_story(make_article("Un"), make_article("Deux"))
    articles = list(story.articles.all())
    for article in articles:
        Mention.objects.create(article=article, entity=ada)
    Mention.objects.create(article=articles[0], entity=bea)
    page = people.page_of(ada)
    assert (page.article_count, page.stories, page.together) == (2, ((story, 2),), ((bea, 1),))
    assert page.counted_at is not None
    Mention.objects.create(article=make_article("Trois"), entity=ada)
    assert people.page_of(ada).article_count == 2
    assert people.page_of(bea).counted_at is None
    assert client.get("/personnes/ada/").status_code == 200
