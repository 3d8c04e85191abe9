"""Outlets that an article credits."""

from __future__ import annotations

import pytest

from articles.text.analysis import analyse


def credited(text: str, own: str = "") -> set[str]:
    return {citation.outlet for citation in analyse(text, outlet=own).citations}


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("Selon Reuters, la fusion est proche.", "Reuters"),
        ("La fusion est proche, rapporte Le Journal du Net.", "Le Journal du Net"),
        ("La fusion est proche, d'après les informations des Échos.", "Les Échos"),
        ("Une élue citée par L’Usine Digitale s'indigne.", "L'Usine digitale"),
        ("Comme le précise l’AFP, la fusion est proche.", "AFP"),
        ("La Tribune évoque un « séisme ».", "La Tribune"),
        ("Dans les colonnes du Monde, il se défend.", "Le Monde"),
        ("La fusion est proche. (AFP)", "AFP"),
        ("Selon le magazine Capital, la fusion est proche.", "Capital"),
    ],
)
def test_an_outlet_is_credited(text: str, outlet: str) -> None:
    assert credited(text) == {outlet}


@pytest.mark.parametrize(
    "text",
    [
        "Le monde entier regarde la croix sur la tribune.",
        "Le capital de la société et le point de départ du parisien pressé.",
        "La grève à Radio France dure depuis dix jours.",
        "Elle voit le soir venir avec le temps.",
        "Next, la chaîne de magasins, ouvre à Lille.",
    ],
)
def test_common_words_and_mere_mentions_are_no_credit(text: str) -> None:
    assert credited(text) == set()


def test_an_outlet_is_not_credited_to_itself() -> None:
    assert credited("Contacté par Numerama, il se défend, rapporte Reuters.", own="Numerama") == {"Reuters"}


def test_offsets_hold() -> None:
    text = "La fusion est proche, rapporte Le Journal du Net."
    (citation,) = analyse(text).citations
    assert text[citation.start : citation.end] == citation.raw
