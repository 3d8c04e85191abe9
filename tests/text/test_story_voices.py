"""Who « le PDG » is, when another article says so."""

from __future__ import annotations

import pytest

from articles.text.story_voices import Named, Unnamed, resolve

KERBRAT = Named("Kerbrat", "PDG de Silex", 1)
TEXT = "Silex ouvre une usine à Dunkerque. Le PDG s’en réjouit."


def who(designation: str, *named: Named, text: str = TEXT) -> object:
    found = resolve([Unnamed("q", designation, text)], named)
    return found["q"].person if found else None


@pytest.mark.parametrize(
    ("designation", "role"),
    [
        ("le PDG de Silex", "PDG de Silex"),
        ("le PDG", "PDG de Silex"),
        ("le P-DG de Silex", "président-directeur général de Silex"),
        ("la ministre", "ministre de Dunkerque"),
        ("la directrice générale de Silex", "directrice générale de Silex France"),
        ("Le président de la région", "président de la région Hauts-de-France"),
    ],
)
def test_the_holder_of_an_office_is_known(designation: str, role: str) -> None:
    assert who(designation, Named("Kerbrat", role, 1)) == "Kerbrat"


@pytest.mark.parametrize(
    ("designation", "role"),
    [
        ("un PDG de Silex", "PDG de Silex"),
        ("le porte-parole de Silex", "porte-parole de Silex"),
        ("le directeur de Silex", "directeur commercial de Silex"),
        ("le PDG de Quartz", "PDG de Silex"),
        ("le président de Silex", "vice-président de Silex"),
        ("le PDG", "PDG"),
        ("le PDG", "PDG de Quartz"),
        ("la direction", "directrice de Silex"),
        ("", "PDG de Silex"),
    ],
)
def test_whoever_may_be_somebody_else_stays_unnamed(designation: str, role: str) -> None:
    assert who(designation, Named("Kerbrat", role, 1)) is None


def test_two_who_hold_the_office_are_told_apart_by_nobody() -> None:
    assert who("le PDG", KERBRAT, Named("Marec", "PDG de Dunkerque", 2)) is None
    assert who("le PDG de Silex", KERBRAT, Named("Marec", "PDG de Dunkerque", 2)) == "Kerbrat"
    assert who("le PDG de Silex", KERBRAT, Named("Marec", "PDG de Silex", 2)) is None
