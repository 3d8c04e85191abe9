"""Texts whose retention is over: what goes, what stays, and what is never touched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles import perms, tasks
from articles.models import Article, ArticleVersion, Page, Quote
from articles.pipeline.retain import drop_next, overdue
from articles.review import excerpt_of
from sources.models import Entry
from tests.factories import NOON, announced, make_article, make_edition, make_outlet, make_story, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEXT = (
    "Une première phrase assez longue pour faire un extrait à elle seule. "
    + "La suite de l’article, que personne. " * 60
)


def make(days_ago: int, outlet: str = "Le Court", **fields: Any) -> Article:
    """An article that was first seen so many days ago, with a kept page."""
    seen = timezone.now() - days_ago * DAY
    article = make_article(outlet=outlet, seen_at=seen, text=TEXT, blocks=[["paragraph", TEXT]], word_count=9, **fields)
    Page.objects.create(article=article, url=article.url, status=200, fetched_at=seen, packed=Page.pack("<p>…</p>"))
    return article


def short(days: int = 30) -> None:
    make_outlet("Le Court", retention_days=days)


def test_the_text_goes_and_the_headline_the_excerpt_and_the_link_stay() -> None:
    short()
    article = announced(make(40), "Titre du fil")
    Entry.objects.update(content=TEXT, summary=TEXT)
    ArticleVersion.objects.create(article=article, number=1, seen_at=NOON, title="Avant", blocks=[["paragraph", TEXT]])
    before = excerpt_of(article, TEXT)
    assert drop_next(timezone.now()) == 1
    article = Article.objects.get()
    assert (article.title, article.url, article.word_count) == ("Un titre", article.url, 9)
    assert excerpt_of(article, article.text) == before
    assert len(article.text) <= 300
    assert not Page.objects.exists()
    assert ArticleVersion.objects.get().blocks == []
    assert (Entry.objects.get().content, len(Entry.objects.get().summary) <= 300) == ("", True)
    assert drop_next(timezone.now()) == 0


@pytest.mark.parametrize(("days", "kept"), [(None, True), (0, True), (39, False), (41, True)])
def test_texts_stay_as_long_as_the_outlets_terms_say_and_else_for_ever(days: int | None, kept: bool) -> None:
    make_outlet("Le Court", retention_days=days)
    make(40), make(400, outlet="Le Long")
    drop_next(timezone.now())
    assert (Article.objects.get(outlet__name="Le Court").text == TEXT) == kept
    assert Article.objects.get(outlet__name="Le Long").text == TEXT


def test_what_was_found_in_the_text_stays_whatever_is_read_again() -> None:
    short()
    article = make(40)
    make_story(article)
    Quote.objects.create(article=article, start=0, end=12, type="direct", text="La suite")
    drop_next(timezone.now())
    Article.objects.update(analysed_at=None)
    tasks.analyse_articles()
    assert Quote.objects.get().text == "La suite"
    assert Article.objects.get().analysed_at


def test_a_page_without_its_text_says_so(client: Client) -> None:
    short()
    article = make(40)
    quote = Quote.objects.create(article=article, start=100, end=130, type="direct", text="La suite")
    drop_next(timezone.now())
    for user in ("", perms.JOURNALIST):
        if user:
            client.force_login(make_user(role=user))
        for address in (article.get_absolute_url(), f"{article.get_absolute_url()}?mots=c{quote.pk}"):
            page = client.get(address)
            assert page.status_code == 200
            assert '<section class="body"' not in page.content.decode()
            assert "<mark" not in page.content.decode()


def test_a_published_edition_is_shown_as_it_was() -> None:
    short()
    edition = make_edition(make_story(make(40)))
    sealed, seal = edition.sealed, edition.seal
    tasks.drop_old_texts()
    edition.refresh_from_db()
    assert (edition.sealed, edition.seal) == (sealed, seal)


def test_all_batches_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.pipeline.retain.BATCH", 2)
    short()
    for _ in range(5):
        make(40)
    assert overdue(make_outlet("Le Court"), timezone.now()).count() == 5
    assert tasks.drop_old_texts() == 5
    assert tasks.drop_old_texts() == 0
