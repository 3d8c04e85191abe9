"""Figures and dates that disagree, and those that only look as if they did."""

from __future__ import annotations

import pytest

from articles.text import disagreeing, figures, mentioned_dates, sentences
from articles.text.disagreeing import Told


def figures_in(outlet: str, text: str) -> list[Told]:
    bounds, found = sentences.split(text), figures.find(text)
    told = []
    for number, one in enumerate(found):
        alike = sum(other.unit == one.unit and _same_sentence(bounds, other.start, one.start) for other in found)
        span = (one.start, one.end)
        told.append(disagreeing.figure((outlet, number), outlet, text, bounds, span, one.value, one.unit, alike))
    return [one for one in told if one is not None]


def days_in(outlet: str, text: str) -> list[Told]:
    bounds, found = sentences.split(text), mentioned_dates.find(text, "2024-03-05")
    told = []
    for number, one in enumerate(found):
        alike = sum(_same_sentence(bounds, other.start, one.start) for other in found if other.precision == "day")
        span = (one.start, one.end)
        told.append(disagreeing.day((outlet, number), outlet, text, bounds, span, one.value or "", alike))
    return [one for one in told if one is not None]


def _same_sentence(bounds: list[tuple[int, int]], one: int, other: int) -> bool:
    return any(start <= one < end and start <= other < end for start, end in bounds)


def compared(texts: list[str]) -> list[tuple[float, ...]]:
    told = [one for number, text in enumerate(texts) for one in figures_in(f"Titre {number}", text)]
    return [tuple(one.value for one in group.members) for group in disagreeing.figures(told) if not group.is_rounding]


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        (
            "Microsoft apporte 15 millions d’euros au laboratoire Silex sous forme d’obligations.",
            "Sous forme d’obligations, Microsoft apporte 18 millions d’euros au laboratoire Silex.",
            (15e6, 18e6),
        ),
        (
            "L’attaque a touché 33 millions d’assurés de la mutuelle Horizon, dit la commission.",
            "Selon la commission, l’attaque contre la mutuelle Horizon a touché 20 millions d’assurés.",
            (33e6, 20e6),
        ),
        (
            "Le groupe Silex supprimera 1 800 emplois dans son usine de Dunkerque.",
            "L’usine de Dunkerque perdra 2 400 emplois, annonce le groupe Silex, qui les supprimera en mai.",
            (1800, 2400),
        ),
    ],
)
def test_one_thing_with_two_values_is_a_disagreement(one: str, other: str, values: tuple[float, ...]) -> None:
    assert compared([one, other]) == [values]


@pytest.mark.parametrize(
    "texts",
    [
        [
            "Microsoft apporte 15 millions d’euros à Silex en obligations.",
            "Microsoft apporte 16,3 millions de dollars à Silex en obligations.",
        ],
        [
            "Le chiffre d’affaires atteint 1,5 milliard d’euros.",
            "La valeur de l’entreprise atteint 1,8 milliard d’euros selon Airbus.",
        ],
        [
            "Silex employait 900 salariés à Dunkerque en 2019, dit la direction.",
            "Silex employait 1 200 salariés à Dunkerque en 2023, dit la direction.",
        ],
        [
            "Le modèle Silex obtient 86,8 % au test de Dunkerque.",
            "Le modèle Silex obtient 86,8 % au test de Dunkerque, contre 84,9 % pour l’ancien modèle.",
        ],
        [
            "La valeur de Silex est comprise entre 1,5 et 1,8 milliard d’euros selon Airbus.",
            "La valeur de Silex est de 1,4 milliard d’euros selon Airbus.",
        ],
        [
            "L’attaque contre Silex a fait 2 000 victimes dans le monde entier.",
            "L’attaque contre Silex a coûté 1 800 emplois dans le monde entier.",
        ],
        ["Le projet Silex coûte 15 millions d’euros. Le projet Silex de Dunkerque coûte 16 millions d’euros."],
        ["Silex vend 8 000 vélos.", "Silex vend 9 000 vélos."],
    ],
    ids=["currency", "another thing", "years", "two in a sentence", "range", "another noun", "one outlet", "too short"],
)
def test_what_may_be_two_things_is_none(texts: list[str]) -> None:
    assert compared(texts) == []


@pytest.mark.parametrize(
    ("one", "other"), [("135,9", "136"), ("1,84", "plus de 1,8"), ("4,9", "près de 5"), ("14,8", "environ 15")]
)
def test_a_value_that_rounds_another_is_told_apart(one: str, other: str) -> None:
    said = "La plateforme Silex revendique {} millions d’utilisateurs mensuels dans l’Union européenne."
    told = [*figures_in("Le Journal", said.format(one)), *figures_in("La Gazette", said.format(other))]
    (group,) = disagreeing.figures(told)
    assert group.is_rounding


ANNOUNCED = "Le laboratoire Silex a signé l’accord avec Microsoft le {}, selon son communiqué."


def test_two_dates_for_one_event_disagree() -> None:
    one = days_in("Le Journal", ANNOUNCED.format("26 février"))
    other = days_in(
        "La Gazette", "L’accord avec Microsoft, que Silex a signé le 27 février, selon le communiqué, reste secret."
    )
    (group,) = disagreeing.days([*one, *other])
    assert [member.outlet for member in group.members] == ["Le Journal", "La Gazette"]


@pytest.mark.parametrize(
    "other",
    [
        ANNOUNCED.format("26 février"),
        ANNOUNCED.format("mardi"),
        ANNOUNCED.format("27 mai"),
        "Le laboratoire Silex présentera ses comptes le 27 février, a-t-il dit dans un communiqué.",
        "PARIS, 27 février 2024 – Le laboratoire Silex a signé l’accord avec Microsoft, selon son communiqué.",
        "Le laboratoire Silex a signé l’accord avec Microsoft le 27 février, publié le 28 février, dit son communiqué.",
    ],
    ids=["the same", "a weekday", "far away", "another event", "dateline", "two in a sentence"],
)
def test_dates_that_may_be_of_two_events_do_not_disagree(other: str) -> None:
    told = [*days_in("Le Journal", ANNOUNCED.format("26 février")), *days_in("La Gazette", other)]
    assert disagreeing.days(told) == []
