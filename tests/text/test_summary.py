"""The sentence that stands for a story is one of its articles', and can stand alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text.summary import LONGEST, Source, best, can_stand, ranked

NEWS = "Le fondeur Silex a annoncé mardi la construction d’une usine de puces à Dunkerque, avec l’aide de l’État."
COLOUR = "Dans le grand hall de la mairie, les petits fours attendaient sagement les invités de marque du jour."


def source(
    key: int, text: str, *, title: str = "Silex construit à Dunkerque", outlet: str = "", **more: object
) -> Source:
    given = {"language": "fr", "outlet": outlet or f"Titre {key}", "title": title, "standfirst": "", "text": text}
    return Source(key, **{**given, **more})  # type: ignore[arg-type]


def test_the_central_sentence_is_chosen_with_its_place() -> None:
    articles = [source(1, f"{COLOUR} {NEWS}"), source(2, f"{NEWS} L’usine ouvrira en 2027, dit le fondeur Silex.")]
    found = best(articles, "fr", {"silex"})
    assert found is not None
    assert found.text == NEWS
    assert articles[int(str(found.key)) - 1].text[found.start : found.end] == NEWS


@pytest.mark.parametrize(
    "said",
    [
        "Elle a annoncé mardi la construction d’une usine de puces à Dunkerque, avec l’aide de l’État.",
        "Mais le fondeur Silex a annoncé mardi la construction d’une usine de puces à Dunkerque.",
        "« Nous construirons une usine de puces à Dunkerque avec l’aide de l’État », a dit le fondeur Silex.",
        "Pourquoi le fondeur Silex a-t-il annoncé mardi la construction d’une usine de puces à Dunkerque ?",
        "Voici pourquoi le fondeur Silex construira une usine de puces à Dunkerque avec l’aide de l’État.",
        "Le fondeur Silex, vous l’aurez remarqué, construira une usine de puces à Dunkerque cette année.",
        "Retrouvez notre dossier sur le fondeur Silex et sur son usine de puces à Dunkerque cette semaine.",
        "Le Fil : le fondeur Silex construira une usine de puces à Dunkerque avec l’aide de l’État.",
        "Silex construit.",
        "Le fondeur Silex construit à Dunkerque une usine de puces dont le prix et la date restent à…",
    ],
)
def test_what_cannot_stand_alone_is_left_out(said: str) -> None:
    assert not can_stand(said, "fr")


def test_a_sentence_without_the_name_of_the_story_counts_for_less() -> None:
    articles = [
        source(1, f"Le groupe construit à Dunkerque une usine de puces avec l’aide de l’État. {NEWS}"),
        source(2, NEWS),
    ]
    found = best(articles, "fr", {"silex"})
    assert found is not None
    assert found.text == NEWS


def test_copies_do_not_outvote_other_outlets() -> None:
    copies = [source(n, COLOUR, outlet="Agence", own=0.1) for n in range(1, 5)]
    others = [source(9, NEWS), source(10, NEWS)]
    found = best([*copies, *others], "fr")
    assert found is not None
    assert found.text == NEWS


def test_only_the_story_s_language_speaks() -> None:
    english = source(
        1, "Silex said on Tuesday that it would build a chip plant in Dunkirk with help from the state.", language="en"
    )
    found = best([english, source(2, NEWS)], "fr")
    assert found is not None
    assert found.key == 2


def test_an_outlet_that_allows_less_is_quoted_less() -> None:
    assert best([source(1, NEWS, most=80), source(2, COLOUR, most=80)], "fr") is None


def test_a_standfirst_can_stand_for_the_story() -> None:
    articles = [source(1, "", standfirst=NEWS), source(2, COLOUR)]
    found = best(articles, "fr")
    assert found is not None
    assert found.in_standfirst
    assert articles[0].standfirst[found.start : found.end] == NEWS


@given(st.lists(st.text(alphabet="ABC abc.«»?\n’é,", max_size=400), max_size=4))
def test_sentences_stand_where_they_are_said_to(texts: list[str]) -> None:
    articles = [source(number, text) for number, text in enumerate(texts)]
    for one in ranked(articles, "fr"):
        assert texts[int(str(one.key))][one.start : one.end] == one.text
        assert len(one.text) <= LONGEST
