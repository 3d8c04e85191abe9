"""The Atom feeds."""

from __future__ import annotations

import feedparser
import pytest
from django.test import Client

from tests.factories import make_article, make_edition, make_story

pytestmark = pytest.mark.django_db


def _feed(client: Client, path: str) -> feedparser.FeedParserDict:
    answer = client.get(path)
    assert answer.status_code == 200
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo
    return parsed


def test_the_latest_articles_lead_to_their_pages(client: Client) -> None:
    article = make_article("Un titre", standfirst="Un chapeau assez long pour que l’on s’en serve comme d’un extrait.")
    entry = _feed(client, "/fil.atom").entries[0]
    assert entry.title == "Le Signal numérique : Un titre"
    assert entry.link.endswith(f"/articles/{article.pk}/")
    assert "Un chapeau" in entry.summary


def test_a_story_and_an_outlet_have_their_own_feeds(client: Client) -> None:
    story = make_story(make_article("Dedans"))
    make_article("Dehors", outlet="Autre")
    assert [e.title for e in _feed(client, f"/histoires/{story.pk}/fil.atom").entries] == [
        "Le Signal numérique : Dedans"
    ]
    assert [e.title for e in _feed(client, "/titres/autre/fil.atom").entries] == ["Autre : Dehors"]


def test_a_merged_story_goes_on_in_the_other_feed(client: Client) -> None:
    target = make_story(make_article("Celle qui reste"))
    source = make_story(merged_into=target)
    assert "Celle qui reste" in _feed(client, f"/histoires/{source.pk}/fil.atom").entries[0].title


def test_control_characters_and_markup_do_not_break_a_feed(client: Client) -> None:
    make_article("Un \x0btitre <b>gras</b> ]]>", text="du \x01texte <script>x</script> et la suite")
    entry = _feed(client, "/fil.atom").entries[0]
    assert "<script" not in entry.summary


def test_an_undated_article_does_not_break_a_feed(client: Client) -> None:
    make_article(at=None)
    assert len(_feed(client, "/fil.atom").entries) == 1


def test_editions_have_a_feed(client: Client) -> None:
    assert _feed(client, "/editions/fil.atom").entries == []
    make_edition(title="Le titre de la semaine")
    assert _feed(client, "/editions/fil.atom").entries[0].title == "Le titre de la semaine"


def test_an_unknown_story_has_no_feed(client: Client) -> None:
    assert client.get("/histoires/99/fil.atom").status_code == 404
