"""People, organisations, products and places."""

from __future__ import annotations

import pytest

from articles.text import names
from articles.text.analysis import analyse


def named(text: str, kind: str, own: str = "") -> list[str]:
    return [entity.name for entity in analyse(text, outlet=own).entities if entity.kind == kind]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Le rapport de Camille Verdier est attendu.", "person", "Camille Verdier"),
        ("Hier, M. Verdier a témoigné.", "person", "Verdier"),
        ("Pour Ursula von der Leyen, c'est non.", "person", "Ursula von der Leyen"),
        ("La société Fluviane recrute à Nantes.", "organisation", "Fluviane"),
        ("Un contrat lie Microsoft et la mairie.", "organisation", "Microsoft"),
        ("La Commission européenne enquête.", "organisation", "Commission européenne"),
        ("Le robot conversationnel, baptisé Aurore, répond.", "product", "Aurore"),
        ("Les réponses de GPT-4 surprennent.", "product", "GPT-4"),
        ("Ils vivent en Belgique depuis dix ans.", "place", "Belgique"),
    ],
)
def test_a_name_has_its_kind(text: str, kind: str, name: str) -> None:
    assert name in named(text, kind)


def test_every_way_to_write_a_name_is_one_entity() -> None:
    text = "Camille Verdier dirige Mistral AI. Mme Verdier a fondé Mistral, ou MistralAI, en 2023."
    (person,) = [entity for entity in analyse(text).entities if entity.kind == "person"]
    assert [text[start:end] for start, end in person.mentions] == ["Camille Verdier", "Verdier"]
    assert named(text, "organisation") == ["Mistral AI"]


@pytest.mark.parametrize(
    "text",
    [
        "Mardi, les Français ont voté.",
        "Cependant, le PDG et la DRH ont parlé d'IA.",
        "Il pleut sur la ville. Personne ne sort.",
    ],
)
def test_capitals_that_name_nobody(text: str) -> None:
    assert analyse(text).entities == ()


def test_signatures_and_the_outlet_itself_are_left_out() -> None:
    assert analyse("La pluie tombe.\n\nPar Camille Verdier\n\nNumerama", outlet="Numerama").entities == ()


def test_names_are_found_without_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_model", lambda: None)
    text = "Camille Verdier, la directrice de Fluviane, a signé avec Microsoft à Bruxelles."
    assert named(text, "person") == ["Camille Verdier"]
    assert "Microsoft" in named(text, "organisation")
    assert named(text, "place") == ["Bruxelles"]


@pytest.mark.parametrize("break_", ["\n", " "])
def test_a_long_text_is_read_in_pieces_that_keep_their_places(break_: str) -> None:
    text = break_.join(f"Phrase numéro {number} sans rien de plus." for number in range(1500))
    pieces = list(names._pieces(text))
    assert "".join(piece for _, piece in pieces) == text
    assert all(text[start : start + len(piece)] == piece for start, piece in pieces)
    assert len(pieces) > 2
    assert max(len(piece) for _, piece in pieces) <= 12_000
