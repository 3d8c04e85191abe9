"""How well French articles are read, by the shared scorer, and how fast: floors under what was reached."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest

from articles.text.analysis import analyse, command
from articles.text.copying import CopyIndex
from tests.benchmarks.derivations import covered, derive

pytestmark = pytest.mark.shared

FLOORS = {
    "quotes@0.3": ("f1", 0.95),
    "quotes@0.8": ("f1", 0.88),
    "speaker": ("accuracy", 0.92),
    "told_to": ("p", 0.95),
    "citations": ("f1", 0.95),
    "dates": ("f1", 0.97),
}
ENTITY_FLOORS = {"people": 0.95, "organisations": 0.93, "products": 0.90}
PASSAGES_FLOOR = 0.9
WORDS_A_SECOND = 1500
"""Half of what an idle core does, so that a busy machine does not fail the test."""


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@cache
def _texts(shared: Path) -> list[str]:
    found = [row["text"] for row in _rows(shared / "bench" / "french" / "inputs.jsonl")]
    pages = json.loads((shared / "bench" / "pages" / "gold.json").read_text(encoding="utf-8"))
    return found + ["\n\n".join(block[1] for block in page["blocks"]) for page in pages]


@cache
def _scores(shared: Path) -> dict[str, Any]:
    folder = shared / "bench" / "french"
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as predictions:
        answers = command(_rows(folder / "inputs.jsonl"))
        predictions.write("\n".join(json.dumps(answer) for answer in answers))
        predictions.flush()
        scorer = [sys.executable, str(folder / "score.py"), str(folder / "gold.jsonl"), predictions.name]
        said = subprocess.run(scorer, capture_output=True, check=True, text=True).stdout
    result: dict[str, Any] = json.loads(said.splitlines()[-1])
    return result


@pytest.fixture
def texts(shared: Path) -> list[str]:
    """Real French texts: the loose documents and the pages' bodies."""
    return _texts(shared)


@pytest.fixture
def scores(shared: Path) -> dict[str, Any]:
    """What the shared scorer says of our reading."""
    return _scores(shared)


@pytest.mark.parametrize("what", FLOORS)
def test_reading_stays_above_its_floor(scores: dict[str, Any], what: str) -> None:
    measure, floor = FLOORS[what]
    assert scores[what][measure] >= floor


@pytest.mark.parametrize("kind", ENTITY_FLOORS)
def test_names_stay_above_their_floor(scores: dict[str, Any], kind: str) -> None:
    assert scores["entities"][kind]["f1"] >= ENTITY_FLOORS[kind]


def test_dates_have_the_right_values(scores: dict[str, Any]) -> None:
    assert scores["dates"]["value_accuracy"] >= 0.96


def test_independent_articles_share_no_passage(texts: list[str]) -> None:
    index = CopyIndex()
    for number, text in enumerate(texts):
        assert index.compare(text, outlet=str(number)).passages == ()
        index.add(str(number), str(number), "2024-02-28", text)


def test_passages_of_derived_texts_are_found(texts: list[str]) -> None:
    random, index = Random(7), CopyIndex()
    long = [text for text in texts if len(text.split()) > 200]
    sources, fillers = long[::2], long[1::2]
    for number, text in enumerate(sources):
        index.add(str(number), str(number), "2024-02-28", text)
    right = found = expected = 0
    for number, source in enumerate(sources):
        derived = derive(source, fillers[number % len(fillers)], random)
        passages = index.compare(derived.text, outlet="derived").passages
        got, gold = covered([(p.start, p.end) for p in passages]), covered(list(derived.copied))
        right, found, expected = right + len(got & gold), found + len(got), expected + len(gold)
    assert 2 * right / (found + expected) >= PASSAGES_FLOOR


def test_reading_is_fast_enough(texts: list[str]) -> None:
    analyse(texts[0])
    words = sum(len(text.split()) for text in texts[:15])
    started = process_time()
    for text in texts[:15]:
        analyse(text, published="2024-02-28")
    assert words / (process_time() - started) >= WORDS_A_SECOND
