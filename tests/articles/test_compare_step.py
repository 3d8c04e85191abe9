"""Copied passages across stories: whatever the order of arrival, at a cost that the archive does not raise."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from articles.models import Article, CopiedPassage, CopyPrint, Credit, Story
from articles.pipeline.analyse import analyse_next
from articles.pipeline.compare import compare_next, prune_prints, there_at
from tests.factories import NOON, make_article, make_outlet, make_story

pytestmark = pytest.mark.django_db

DISPATCH = (
    "Le tribunal de commerce a ouvert mardi une procédure de sauvegarde pour le fabricant de vélos Roulevite, qui "
    "emploie trois cents personnes dans la Drôme. La direction explique la chute des ventes par un hiver très "
    "pluvieux. Un repreneur allemand a déposé une offre que les salariés examineront jeudi en assemblée générale."
)
OWN = "Dans les ateliers, on attend sans trop y croire, et le maire promet de venir vendredi avec le préfet. "


def placed(outlet: str, text: str, hours: float = 0, story: Story | None = None) -> Article:
    """An article in a story of its own, or in the one given."""
    at = NOON + timedelta(hours=hours)
    made = make_article(f"{outlet} {hours}", at, outlet, text=text, word_count=len(text.split()))
    if story is None:
        make_story(made)
    else:
        Article.objects.filter(pk=made.pk).update(story=story, grouped_at=at)
        story.refresh()
    made.refresh_from_db()
    return made


def settle() -> None:
    while analyse_next() or compare_next():
        continue


def test_a_passage_from_another_story_is_found() -> None:
    dispatch, copy = placed("L’Agence", DISPATCH), placed("Le Journal", OWN + DISPATCH, 3)
    settle()
    (passage,) = CopiedPassage.objects.all()
    assert (passage.article, passage.source) == (copy, dispatch)
    assert copy.text[passage.start : passage.end] == DISPATCH
    copy.refresh_from_db()
    assert copy.original_share == pytest.approx(len(OWN.split()) / len((OWN + DISPATCH).split()), abs=0.03)


def test_whatever_the_order_of_arrival_the_end_is_the_same() -> None:
    said = {"L’Agence": (0, DISPATCH), "Le Journal": (2, OWN + DISPATCH), "La Gazette": (5, DISPATCH + " " + OWN)}
    ends = set()
    for order in permutations(said):
        CopyPrint.objects.all().delete()
        Story.objects.all().delete()
        Article.objects.all().delete()
        for outlet in order:
            placed(outlet, said[outlet][1], said[outlet][0])
            settle()
        rows = CopiedPassage.objects.values_list(
            "article__outlet__name", "source__outlet__name", "start", "end", "source_start", "source_end"
        )
        ends.add(tuple(sorted(rows)))
    assert len(ends) == 1
    assert {(row[0], row[1]) for row in ends.pop()} >= {("Le Journal", "L’Agence"), ("La Gazette", "L’Agence")}


def test_an_outlet_that_uses_its_own_words_again_copies_nobody() -> None:
    placed("Le Journal", DISPATCH), placed("Le Journal", OWN + DISPATCH, 30)
    settle()
    assert not CopiedPassage.objects.exists()
    assert set(Article.objects.values_list("original_share", flat=True)) == {1.0}


def test_articles_older_than_the_window_are_no_candidates() -> None:
    placed("L’Agence", DISPATCH, -24 * 31), placed("Le Journal", DISPATCH)
    settle()
    assert not CopiedPassage.objects.exists()


def test_what_was_found_stays_when_the_prints_are_forgotten() -> None:
    placed("L’Agence", DISPATCH), placed("Le Journal", OWN + DISPATCH, 3)
    settle()
    assert prune_prints(NOON + timedelta(days=61)) == 2
    assert not CopyPrint.objects.exists()
    Story.objects.update(compared_at=None)
    settle()
    assert CopiedPassage.objects.count() == 1


def test_prints_of_what_arrived_lately_are_kept() -> None:
    placed("L’Agence", DISPATCH)
    settle()
    Article.objects.update(seen_at=NOON + timedelta(days=50))
    assert prune_prints(NOON + timedelta(days=61)) == 0


def test_a_day_without_a_time_is_no_claim_to_have_been_first() -> None:
    told = placed("Le Journal", DISPATCH, 2)
    day = make_article(
        "Sans heure", NOON - timedelta(hours=12), "La Gazette", text=DISPATCH, published_precision="day",
        seen_at=NOON + timedelta(days=900),
    )  # fmt: skip
    make_story(day)
    settle()
    (passage,) = CopiedPassage.objects.all()
    assert (passage.article, passage.source) == (day, told)
    assert there_at(day) > there_at(told)


def test_a_credit_to_the_source_counts_as_one() -> None:
    placed("L’Agence", DISPATCH)
    copy = placed("Le Journal", OWN + DISPATCH, 3)
    Credit.objects.create(
        article=copy, start=0, end=4, name="Agence", raw="Dans", outlet=make_outlet("L’Agence"), by_editor=True
    )
    settle()
    copy.refresh_from_db()
    assert copy.names_its_source


def test_a_by_line_that_names_the_source_is_a_credit() -> None:
    placed("L’Agence", DISPATCH)
    copy = placed("Le Journal", OWN + DISPATCH, 3)
    Article.objects.filter(pk=copy.pk).update(credits=["avec L'agence"])
    settle()
    copy.refresh_from_db()
    assert copy.names_its_source


def test_a_phrase_that_everybody_uses_is_no_passage() -> None:
    phrase = "Contactée par nos soins la direction de la société n’a pas souhaité répondre à nos questions."
    placed("L’Agence", f"{OWN} {phrase}"), placed("Le Journal", f"{phrase} Un tout autre sujet occupe la semaine.", 3)
    settle()
    assert not CopiedPassage.objects.exists()
