"""Dates that a text mentions, resolved against the day it was published."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text.mentioned_dates import find
from sources.parsing.dates import PartialDate, Precision

PUBLISHED = "2024-02-28"  # a Wednesday


def values(text: str, published: str | None = PUBLISHED) -> list[str | None]:
    return [date.value for date in find(text, published)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le contrat a été signé le 3 mars 2021.", ["2021-03-03"]),
        ("L’annonce date du 1er février.", ["2024-02-01"]),
        ("Le procès s’est ouvert lundi 26 février.", ["2024-02-26"]),
        ("Publié le 12/02/2024 puis corrigé le 2024-02-13.", ["2024-02-12", "2024-02-13"]),
        ("La société, créée en avril 2023, emploie dix personnes.", ["2023-04"]),
        ("Fin juin 2023, elle a déménagé.", ["2023-06"]),
        ("En novembre dernier, elle a licencié.", ["2023-11"]),
        ("En 2019, elle comptait 2 000 clients.", ["2019"]),
        ("Mardi, la mairie a répondu.", ["2024-02-27"]),
        ("Rendez-vous mardi prochain.", ["2024-03-05"]),
        ("La semaine dernière, tout a changé.", ["2024-02-19/2024-02-25"]),
        ("Le salon se tient du 26 au 29 février.", ["2024-02-26/2024-02-29"]),
        ("Du 28 février au 3 mars, le magasin ferme.", ["2024-02-28/2024-03-03"]),
        ("L’an dernier, les ventes ont baissé.", ["2023"]),
        ("Hier, la panne a duré deux heures.", ["2024-02-27"]),
        ("Au premier trimestre 2023, le bénéfice a doublé.", ["2023-01-01/2023-03-31"]),
        ("La saison 2022-2023 fut courte.", ["2022/2023"]),
        ("Dans les années 1990, on téléphonait.", ["1990/1999"]),
        ("De janvier à mars 2022, rien n’a bougé.", ["2022-01", "2022-03"]),
    ],
)
def test_a_date_is_read(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize("text", ["Mardi, la mairie a répondu.", "Fin février, elle a fermé.", "La semaine dernière."])
def test_nothing_is_guessed_without_a_reference(text: str) -> None:
    assert values(text, None) == [None]


@pytest.mark.parametrize("text", ["Cet été, il fera chaud.", "Au printemps dernier, il pleuvait."])
def test_a_season_has_no_value(text: str) -> None:
    assert values(text) == [None]


@pytest.mark.parametrize(
    "text",
    ["Le prix est de 2000 euros.", "Il mesure 1950 mm ou 2010 mètres.", "Windows 2000 a vécu.", "Le mars est sucré."],
)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert values(text) == []


def test_an_undated_month_looks_back_unless_the_sentence_looks_forward() -> None:
    assert values("En mai, l’usine a fermé.") == ["2023-05"]
    assert values("L’usine sera fermée en mai.") == ["2024-05"]


def test_a_story_told_about_the_past_keeps_its_year() -> None:
    assert values("Le 3 juin 2007, il est élu. Le 10 juin, il démissionne.") == ["2007-06-03", "2007-06-10"]


def test_a_partial_publication_date_fixes_what_it_can() -> None:
    month = PartialDate("2024-02", Precision.MONTH)
    assert [date.value for date in find("Fin janvier, puis mardi.", month)] == ["2024-01", None]


@given(st.text(alphabet="le 3mars2024fin hier /-.’undijv\n«»", max_size=120))
def test_offsets_hold_for_any_text(text: str) -> None:
    for date in find(text, PUBLISHED):
        assert text[date.start : date.end] == date.raw
        assert date.value is None or re.fullmatch(r"\d{4}(-\d\d){0,2}(/\d{4}(-\d\d){0,2})?", date.value)
