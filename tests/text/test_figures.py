"""Amounts, percentages and counts with their units made one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text.figures import find


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("Une levée de 600 millions d’euros.", 600_000_000, "EUR"),
        ("Une amende de 1,8 milliard d'euros.", 1_800_000_000, "EUR"),
        ("Un score de 81,2 % au test.", 81.2, "%"),
        ("Le groupe compte 12\u202f500 salariés.", 12_500, "person"),
        ("Un prix de 3 Md€ environ.", 3_000_000_000, "EUR"),
        ("Il a coûté $40 au départ.", 40, "USD"),
        ("Deux millions de dollars.", 2_000_000, "USD"),
        ("Un disque de 500 Go.", 500, "GB"),
        ("Une centrale de 900 MW.", 900, "MW"),
    ],
)
def test_a_figure_is_read(text: str, value: float, unit: str) -> None:
    (figure,) = find(text)
    assert (figure.value, figure.unit) == (value, unit)
    assert text[figure.start : figure.end] == figure.raw


@pytest.mark.parametrize(
    "text", ["Il en reste 12.", "La version 2.4 est sortie.", "Rendez-vous à 10 heures.", "Le 3 mars."]
)
def test_a_bare_number_is_no_figure(text: str) -> None:
    assert find(text) == ()


@given(st.text(alphabet="0123456789 ,.%€milonsdeurG\u202f", max_size=60))
def test_offsets_hold_for_any_text(text: str) -> None:
    for figure in find(text):
        assert text[figure.start : figure.end] == figure.raw
