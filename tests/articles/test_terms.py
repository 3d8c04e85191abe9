"""An outlet's own terms do what they say: paywall, languages, and how much of an article is shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from articles.models import Article, Page
from articles.pipeline import refresh
from articles.pipeline.extract import extract_next
from articles.review import excerpt_of
from sources.models import Entry, Outlet
from tests.factories import make_article, make_edition, make_story
from tests.factories import make_outlet as outlet_of
from tests.fakes import PARAGRAPH, FakeClient, html, make_entry, make_outlet, response

pytestmark = pytest.mark.django_db
URL = "https://journal.example/articles/1"
WALL = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
LONG = "Une première phrase qui dit déjà presque tout. Une deuxième qui ajoute un détail. " * 8


def collected(paywall: str = "", head: str = "", **terms: Any) -> tuple[Entry, FakeClient]:
    outlet = make_outlet(paywall=paywall, **terms)
    entry = make_entry(outlet=outlet, content=f"<p>{PARAGRAPH}</p>")
    client = FakeClient({URL: response(URL, html("Un titre de journal", head=head))})
    extract_next(client)
    entry.refresh_from_db()
    return entry, client


@pytest.mark.parametrize(
    ("paywall", "head", "marked"),
    [("", "", False), ("", WALL, True), ("none", WALL, False), ("partial", "", True), ("full", "", True)],
)
def test_articles_are_marked_as_the_outlets_terms_have_it(paywall: str, head: str, marked: bool) -> None:
    collected(paywall, head)
    assert Article.objects.get().paywalled == marked


def test_pages_behind_a_wall_are_not_visited_and_the_feeds_words_are_kept() -> None:
    entry, client = collected("full")
    assert client.asked == []
    assert entry.outcome == Entry.Outcome.FEED_TEXT
    assert "ancienne filature" in Article.objects.get().text


def test_pages_that_were_read_before_the_wall_are_not_looked_at_again() -> None:
    _, client = collected()
    Outlet.objects.update(paywall="full")
    Page.objects.update(refresh_at=Article.objects.get().seen_at)
    look = refresh.refresh_next(client)
    assert look is not None
    assert (look.outcome, len(client.asked)) == ("left", 1)


@pytest.mark.parametrize(
    ("languages", "outcome"), [([], "article"), (["fr"], "article"), (["en", "fr"], "article"), (["en"], "unwanted")]
)
def test_articles_in_other_languages_are_left_out(languages: list[str], outcome: str) -> None:
    entry, _client = collected(languages=languages)
    assert entry.outcome == outcome
    assert Article.objects.count() == (outcome == "article")


@pytest.mark.parametrize(("limit", "most"), [(None, 300), (100, 100), (0, 0)])
def test_an_excerpt_is_no_longer_than_its_outlet_allows(limit: int | None, most: int) -> None:
    outlet = outlet_of("Le Bref", excerpt_limit=limit)
    article = make_article("Un titre", outlet="Le Bref", text=LONG)
    words = excerpt_of(article, LONG)
    assert most * 0.4 <= len(words) <= most
    assert excerpt_of(make_article(outlet="Le Bref", standfirst=LONG), LONG) == words
    assert outlet.excerpt_characters == most


def test_every_public_page_feed_and_edition_obeys_the_limit(client: Client) -> None:
    outlet_of("Le Bref", excerpt_limit=0)
    first = make_article("Un titre", outlet="Le Bref", text=LONG)
    story = make_story(first, make_article("Un autre", outlet="Le Bref", text=LONG))
    edition = make_edition(story)
    addresses = (
        "/revue/2024-02-28/", story.get_absolute_url(), first.get_absolute_url(), "/fil.atom", "/recherche/?q=détail",
        edition.get_absolute_url(), "/titres/le-bref/fil.atom",
    )  # fmt: skip
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200
        assert "première phrase" not in page.content.decode(), address
        assert "ajoute un" not in page.content.decode(), address


def test_what_a_search_shows_of_a_text_is_a_very_short_excerpt_too(client: Client) -> None:
    outlet_of("Le Bref", excerpt_limit=60)
    make_article("Un titre", outlet="Le Bref", text=LONG)
    (hit,) = client.get("/recherche/", {"q": "détail"}).context["found"].hits
    assert 0 < len(hit.words.replace("<mark>", "").replace("</mark>", "")) <= 60
