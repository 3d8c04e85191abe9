"""Credits to the outlets of the house: by their names, their other names, and links to their sites."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from articles.models import Article, Credit
from articles.pipeline.analyse import analyse_next
from articles.pipeline.outlets_named import note_outlets
from articles.text import analysis, page
from tests.factories import make_article, make_outlet, make_story

pytestmark = pytest.mark.django_db

TEXT = (
    "Silex ouvre une usine à Dunkerque, selon La Vigie des dunes. Le projet coûte quinze millions d’euros. "
    "Les études ont été publiées la semaine dernière, et le préfet les a lues."
)


def told(text: str = TEXT, **fields: Any) -> Article:
    made = make_article("Silex", text=text, seen_at=timezone.now(), **fields)
    make_story(made)
    while analyse_next():
        continue
    return made


def credits_of(article: Article) -> list[tuple[str, str, str]]:
    found = Credit.objects.filter(article=article).select_related("outlet")
    return [(credit.outlet.name if credit.outlet else "", credit.name, credit.raw) for credit in found]


def test_an_outlet_of_the_database_is_credited_by_its_name() -> None:
    outlet = make_outlet("La Vigie des dunes")
    (credit,) = told().given_credits.all()
    assert (credit.outlet, credit.raw) == (outlet, "selon La Vigie des dunes")


def test_another_name_leads_to_the_outlet() -> None:
    make_outlet("Vigie Médias", aliases=["La Vigie des dunes"])
    assert credits_of(told()) == [("Vigie Médias", "Vigie Médias", "selon La Vigie des dunes")]


def test_nothing_is_known_of_it_without_the_database() -> None:
    assert analysis.analyse(TEXT).citations == ()


def test_an_outlet_does_not_credit_itself() -> None:
    assert credits_of(told(outlet="La Vigie des dunes")) == []


def test_a_name_that_is_a_word_has_to_be_plainly_an_outlet() -> None:
    make_outlet("Rivage")
    assert credits_of(told("Le Rivage est calme, assure le maire. Rivage après rivage, la mer monte.")) == []
    assert [name for name, *_ in credits_of(told("Selon le magazine Rivage, la mer monte cette année encore."))] == [
        "Rivage"
    ]


def test_an_outlet_told_of_by_a_lexicon_name_is_the_one_of_the_database() -> None:
    make_outlet("Le Monde Numérique", aliases=["lemonde.fr"])
    assert [
        name for name, *_ in credits_of(told("L’usine ouvrira au printemps, a révélé Le Monde dans son édition."))
    ] == ["Le Monde Numérique"]


def test_a_link_to_its_site_credits_an_outlet() -> None:
    outlet = make_outlet("La Vigie des dunes", homepage="https://www.vigie.example/")
    text = TEXT.replace(", selon La Vigie des dunes", "")
    article = told(
        text,
        links=[["Les études ont été publiées", "https://vigie.example/etudes"], ["usine", "https://silex.example"]],
    )
    (credit,) = article.given_credits.all()
    assert (credit.outlet, credit.raw, credit.link) == (
        outlet, "Les études ont été publiées", "https://vigie.example/etudes",
    )  # fmt: skip


def test_a_credit_in_words_that_is_a_link_is_one_credit() -> None:
    make_outlet("La Vigie des dunes", homepage="https://vigie.example")
    (credit,) = told(links=[["La Vigie des dunes", "https://vigie.example/a"]]).given_credits.all()
    assert credit.link == "https://vigie.example/a"


def test_a_site_that_two_outlets_share_credits_neither() -> None:
    make_outlet("La Vigie", homepage="https://vigie.example")
    make_outlet("La Vigie du soir", homepage="https://www.vigie.example")
    assert credits_of(told("Les études ont été publiées.", links=[["études", "https://vigie.example/a"]])) == []


def test_outlets_that_share_a_host_are_told_by_their_path() -> None:
    make_outlet("Le Signal numérique", homepage="https://presse.example/signal/")
    other = make_outlet("La Vigie", homepage="https://presse.example/vigie")
    links = [["études", "https://presse.example/vigie/2024/a"], ["publiées", "https://presse.example/signal/b"]]
    (credit,) = told("Les études ont été publiées.", links=links).given_credits.all()
    assert credit.outlet == other


def test_articles_are_read_again_when_an_outlet_gets_a_name() -> None:
    outlet, article = make_outlet("Vigie Médias"), told()
    other = told("Rien de tout cela ne concerne personne ici ni ailleurs.")
    note_outlets()
    assert note_outlets() == 0
    outlet.aliases = ["La Vigie des dunes"]
    outlet.save()
    note_outlets()
    article.refresh_from_db()
    other.refresh_from_db()
    assert (article.analysed_at, other.analysed_at is None) == (None, False)
    while analyse_next():
        continue
    assert [name for name, *_ in credits_of(article)] == ["Vigie Médias"]


def test_links_of_the_text_to_other_sites_are_kept() -> None:
    html = (
        "<html><body><nav><a href='https://nav.example'>Ailleurs</a></nav><article><h1>Silex ouvre</h1>"
        "<p>Silex ouvre une usine à Dunkerque, <a href='https://vigie.example/a'>selon La Vigie</a>, et le maire de la "
        "ville s’en réjouit <a href='/silex'>depuis longtemps</a>, ce que <a href='mailto:a@b.example'>chacun</a> "
        "comprend.</p><p>Le projet coûte quinze millions d’euros et sera payé par la région, qui y voit une chance "
        "pour le port et <a href='http://[bad'>les ouvriers</a> de la sidérurgie, nombreux à chercher du travail.</p>"
        "</article></body></html>"
    )
    found = page.extract(html, "https://www.journal.example/silex-ouvre")
    assert [(link.words, link.url) for link in found.links] == [
        ("selon La Vigie", "https://vigie.example/a"),
        ("depuis longtemps", "https://www.journal.example/silex"),
    ]
