"""The whole reading of one article, and its command."""

from __future__ import annotations

import json

from articles.text import analysis
from articles.text.analysis import Analysis, analyse

TEXT = (
    "La société Fluviane a levé 12 millions d’euros, a annoncé lundi Nadia Berrichon. "
    "« Nous irons vite », a-t-elle déclaré à l’AFP."
)


def test_one_article_tells_everything_at_once() -> None:
    found = analyse(TEXT, published="2024-02-28")
    assert [(quote.type, quote.speaker, quote.told_to) for quote in found.quotes] == [
        ("indirect", "Nadia Berrichon", None),
        ("direct", "Nadia Berrichon", "AFP"),
    ]
    assert [citation.outlet for citation in found.citations] == ["AFP"]
    assert {entity.name for entity in found.entities} >= {"Fluviane", "Nadia Berrichon"}
    assert [date.value for date in found.dates] == ["2024-02-26"]
    assert [(figure.value, figure.unit) for figure in found.figures] == [(12_000_000, "EUR")]


def test_the_command_answers_as_json_with_offsets() -> None:
    (answer,) = analysis.command([{"id": 7, "text": TEXT, "published": "2024-02-28", "language": "fr"}])
    assert answer["id"] == 7
    assert json.loads(json.dumps(answer)) is not None
    mention = next(e for e in answer["entities"] if e["name"] == "Nadia Berrichon")["mentions"][0]
    assert TEXT[mention["start"] : mention["end"]] == "Nadia Berrichon"
    assert set(answer["quotes"][0]) == {
        *("type", "text", "start", "end", "speaker", "speaker_raw", "role", "told_to", "rule", "confidence"),
    }


def test_a_row_without_text_is_an_error_and_the_others_go_on() -> None:
    bad, good = analysis.command([{"id": 1}, {"id": 2, "text": ""}])
    assert "error" in bad
    assert (
        good == {"id": 2, "quotes": [], "citations": [], "entities": [], "dates": [], "figures": []}
        or not good["quotes"]
    )


def test_another_language_is_not_read_as_french() -> None:
    assert analyse("“We will,” said Jane Doe on Monday.", language="en") == Analysis()


def test_an_empty_text_says_nothing() -> None:
    assert analyse("") == Analysis()
