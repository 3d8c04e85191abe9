from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text.sentences import split


@pytest.mark.parametrize(
    "sentences",
    [
        ["M. Dupont arrive.", "Il repart."],
        ["Mme Caradec et le Dr. Roux sont là, cf. p. 3.", "Ensuite, rien."],
        ["J. Martin et A.-L. Petit ont levé 1.5 million.", "C’est peu."],
        ["« Non ! » dit-elle en riant.", "Puis elle part."],
        ["« Je pars. »", "« Moi aussi. »"],
        ["Vraiment ?", "Oui (enfin presque).", "Bien."],
        ["Voilà… et encore.", "Fini !"],
        ["Le site lemonde.fr et Node.js comptent.", "Le reste non."],
        ["Il a vu ChatGPT.", "« Bluffant », dit-il."],
    ],
)
def test_sentences_end_where_they_do(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split(text)] == sentences


def test_an_empty_line_ends_a_sentence() -> None:
    text = "Un titre sans point\n\nUne phrase."
    assert [text[start:end] for start, end in split(text)] == ["Un titre sans point", "Une phrase."]


def test_sentences_glued_by_a_lost_blank_are_parted() -> None:
    text = "La course est constante.Une pépite est partie loin derrière."
    assert [text[start:end] for start, end in split(text)] == [
        "La course est constante.",
        "Une pépite est partie loin derrière.",
    ]


@given(st.text(alphabet='aé B.!?…«» ”"()\n\u00a0MmD0', max_size=80))
def test_every_character_lies_in_one_sentence(text: str) -> None:
    spans = split(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
