"""A search counts what it can count exactly, and says so where more articles match than it lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from articles import searching
from articles.searching import Asked
from tests.factories import NOON, make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def _archive() -> None:
    """Seven articles that hold the word: five of one outlet in February, two of another in January."""
    for day in range(5):
        make_article(f"Le câble numéro {day}", NOON - timedelta(days=day), "Le Signal")
    for day in range(2):
        make_article(f"Le câble ancien {day}", NOON - timedelta(days=40 + day), "Octet")
    make_article("Rien à voir", NOON, "Octet")


def numbers(facets: tuple[searching.Facet, ...]) -> list[tuple[str, int | None]]:
    return [(str(facet.label), facet.count) for facet in facets]


@pytest.mark.usefixtures("_archive")
def test_everything_is_counted_where_it_can_be() -> None:
    found = searching.search(Asked("câble"), 1)
    assert (found.count, found.is_more) == (7, False)
    assert numbers(found.outlets) == [("Le Signal", 5), ("Octet", 2)]
    assert numbers(found.months) == [("2024-02-01", 5), ("2024-01-01", 2)]
    assert found.hits[0].article.title == "Le câble numéro 0"


@pytest.mark.usefixtures("_archive")
def test_a_narrowed_search_counts_what_each_step_leaves() -> None:
    found = searching.search(Asked("câble", "octet"), 1)
    assert found.count == 2
    assert numbers(found.outlets) == [("Octet", 2), ("Le Signal", 5)]
    assert numbers(found.months) == [("2024-01-01", 2)]
    assert searching.search(Asked.from_text("câble", "octet", "2024-02"), 1).count == 0
    assert searching.search(Asked("câble", "inconnu"), 1).count == 0


@pytest.mark.usefixtures("_archive")
def test_beyond_what_is_listed_nothing_is_counted_wrongly(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr(searching, "MOST", 3)
    found = searching.search(Asked("câble"), 9)
    assert (found.count, found.is_more, found.page.paginator.num_pages) == (3, True, 1)
    assert numbers(found.outlets) == [("Le Signal", None)]
    assert [label for label, count in numbers(found.months) if count is None][:2] == ["2024-02-01", "2024-01-01"]
    page = client.get("/recherche/?q=câble").content.decode()
    assert "3" in page
    narrowed = searching.search(Asked("câble", "octet"), 1)
    assert (narrowed.count, narrowed.is_more) == (2, False)
    assert narrowed.outlets[0].is_current
    assert searching.search(Asked.from_text("câble", "", "2024-01"), 1).count == 2


@pytest.mark.usefixtures("_archive")
def test_exports_hold_all_that_matches(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr(searching, "MOST", 3)
    assert len(client.get("/recherche/?q=câble&format=json").json()["articles"]) == 7
