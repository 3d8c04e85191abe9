"""What changed in a headline."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from articles.headlines import change, differ


def test_punctuation_case_and_accents_are_no_change() -> None:
    assert change("Atos : la rupture", "ATOS: LA RUPTURE") is None
    assert not differ("« État d’urgence »", "Etat d'urgence")


def test_words_are_struck_before_others_are_added() -> None:
    changed = change("Microsoft rachète une part de Mistral", "Microsoft prend une part de Mistral")
    assert changed is not None
    assert [(piece.kind, piece.text) for piece in changed.pieces] == [
        ("same", "Microsoft"),
        ("del", "rachète"),
        ("ins", "prend"),
        ("same", "une part de Mistral"),
    ]


def test_a_headline_mostly_rewritten_is_shown_whole_twice() -> None:
    changed = change("Un géant vacille", "Le cours de Bourse chute de dix pour cent")
    assert changed is not None
    assert changed.is_rewritten
    assert [piece.kind for piece in changed.pieces] == ["del", "ins"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_new_headline_can_be_read_off_the_change(old: str, new: str) -> None:
    changed = change(old, new)
    if changed is not None:
        kept = " ".join(piece.text for piece in changed.pieces if piece.kind != "del")
        assert kept.split() == new.split()
