from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text.typography import fold, tidy, words


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("L’œuvre", "l'oeuvre"),
        ("« ÉTÉ »", '" ete "'),
        ("au-delà — ou non", "au‑dela - ou non"),
        ("Dix\u202fmille\u00a0euros", "dix mille euros"),
        ("mot\u00adcoupé\u200b", "motcoupe"),
        ("et…", "et..."),
    ],
)
def test_the_same_words_fold_alike_whatever_their_typography(left: str, right: str) -> None:
    assert fold(left) == fold(right)


def test_different_words_stay_apart() -> None:
    assert fold("L'Express") != fold("Express")


def test_words_lose_their_punctuation() -> None:
    assert words("« L’œuvre », d’IA !") == ["l", "oeuvre", "d", "ia"]


def test_tidying_keeps_fixed_spaces_and_drops_what_cannot_be_seen() -> None:
    assert tidy("  Quoi\u00a0?\n\t Rien\u200b \u202f!  ") == "Quoi\u00a0? Rien\u202f!"


@given(st.text())
def test_folding_and_tidying_twice_change_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert tidy(tidy(text)) == tidy(text)
