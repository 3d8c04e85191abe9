"""A voice that one article names by its role is named by another article of the story, and unnamed when that leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from articles import annotating
from articles.models import Article, Quote, Story
from articles.pipeline.compare import compare_next
from tests.factories import NOON, make_article, make_story, make_user

pytestmark = pytest.mark.django_db
SAID = "« Nous avons choisi le port pour son eau », a déclaré le PDG de Silex."


@pytest.fixture
def told() -> tuple[Quote, Quote]:
    names = make_article("Un", NOON, "Le Journal", text="« Bien », dit Jeanne Kerbrat, PDG de Silex.")
    calls = make_article("Deux", NOON + timedelta(hours=2), "La Gazette", text=SAID)
    make_story(names, calls)
    known = Quote.objects.create(
        article=names, start=0, end=8, type="direct", text="Bien", role="PDG de Silex",
        speaker=annotating.entity_named("Jeanne Kerbrat"),
    )  # fmt: skip
    voice = Quote.objects.create(
        article=calls, start=0, end=43, type="direct", text=SAID[2:41], speaker_raw="le PDG de Silex"
    )
    settle()
    voice.refresh_from_db()
    return known, voice


def settle() -> None:
    Story.objects.update(compared_at=None)
    while compare_next():
        continue


def test_the_name_comes_from_another_article(told: tuple[Quote, Quote]) -> None:
    known, voice = told
    assert (voice.speaker, voice.named_in) == (known.speaker, known.article)
    page = Client().get(voice.article.get_absolute_url()).content.decode()
    assert "Jeanne Kerbrat" in page
    assert known.article.get_absolute_url() in page


def test_the_name_goes_with_the_article_that_gave_it(told: tuple[Quote, Quote]) -> None:
    known, voice = told
    Article.objects.filter(pk=known.article_id).update(story=None)
    settle()
    voice.refresh_from_db()
    assert (voice.speaker, voice.named_in) == (None, None)


def test_what_an_editor_said_stays(told: tuple[Quote, Quote]) -> None:
    _known, voice = told
    annotating.set_speaker(voice, "Odile Marec", make_user())
    settle()
    voice.refresh_from_db()
    assert (str(voice.speaker), voice.named_in) == ("Odile Marec", None)
