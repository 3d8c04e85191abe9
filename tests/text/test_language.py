from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text.language import detect


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "La jeune pousse nantaise dévoile un modèle de traduction qui tient dans un téléphone"),
        ("fr", "L'Europe s'inquiète d'un accord avec Microsoft"),
        ("en", "The company said on Monday that it would open its model to everyone"),
        ("en", "Google's new chip is not what it seems"),
        ("de", "Das Unternehmen will sein Modell nach dem Sommer für alle öffnen"),
        ("es", "La empresa presenta un modelo que cabe en el teléfono y no necesita la red"),
        ("it", "L'azienda ha presentato un modello che non ha bisogno della rete"),
        ("pt", "A empresa não vai abrir o seu modelo até ao verão"),
        ("nl", "Het bedrijf heeft een nieuw model dat niet van het net afhankelijk is"),
        ("ru", "Компания представила новую модель перевода"),
        ("ja", "新しい翻訳モデルを発表した"),
        ("zh", "公司发布了新的翻译模型"),
    ],
)
def test_a_title_is_enough(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "   ", "12 345", "Brume", "OK", "GPT-4 Turbo Max"])
def test_a_text_that_does_not_tell_is_not_guessed(text: str) -> None:
    assert detect(text) == ""


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert len(detect(text)) in (0, 2)


@pytest.mark.shared
def test_french_titles_are_told_in_a_stream_of_eight_languages(shared: Path) -> None:
    lines = (shared / "bench" / "stories" / "og2021_dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    french = [row for row in rows if row["lang"] == "fr"]
    assert sum(detect(row["title"]) == "fr" for row in french) >= 0.97 * len(french)
    others = [row for row in rows if row["lang"] in ("en", "de", "es", "pt", "ru", "ar")]
    assert sum(detect(row["title"]) == "fr" for row in others) <= 0.005 * len(others)
