"""How stories are found in streams of real titles, by the shared scorer: floors under what was reached.

The long streams are grouped by their words alone, since a vector takes thirty milliseconds; the French one and the
press of full texts are grouped with them too.
"""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from articles.text.grouping import Embed, Grouper, GroupingArticle, Merge, command, vectors
from articles.text.grouping.embedding import available

pytestmark = pytest.mark.shared

MEAN_FLOOR, FRENCH_FLOOR, FRENCH_PAIRS_FLOOR = 0.75, 0.77, 0.54
FRENCH_FLOOR_WITH_VECTORS, FRENCH_PAIRS_FLOOR_WITH_VECTORS = 0.80, 0.57
PRESS_FLOOR, PRESS_FLOOR_WITH_VECTORS = 0.76, 0.85
# The second stream is an aggregator's, with stories far wider than ours.
SECOND_FLOOR = 0.62
WEATHER_CEILING = 100


def _scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("story_score", shared / "bench" / "stories" / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _rows(shared: Path, name: str) -> list[dict[str, Any]]:
    text = (shared / "bench" / "stories" / f"{name}.jsonl").read_text(encoding="utf-8")
    return sorted(map(json.loads, text.splitlines()), key=lambda row: row["date"])


def _none(articles: Sequence[GroupingArticle]) -> list[bytes]:
    return [b""] * len(articles)


def _found(rows: Iterable[dict[str, Any]], embed: Embed = _none) -> dict[str, str]:
    """The command's answers, the gold kept from it."""
    given = [{key: row[key] for key in ("id", "date", "lang", "title", "text")} for row in rows]
    return {answer["id"]: str(answer["story"]) for answer in command(given, embed)}


def _score(shared: Path, rows: list[dict[str, Any]], embed: Embed = _none) -> dict[str, float]:
    gold = {row["id"]: row["cluster"] for row in rows}
    scores: dict[str, float] = _scorer(shared).scores(gold, _found(rows, embed))
    return scores


def test_stories_of_eight_languages_are_found(shared: Path) -> None:
    rows = _rows(shared, "og2021_dev")
    counts = Counter(row["lang"] for row in rows)
    scores = {
        language: _score(shared, [row for row in rows if row["lang"] == language])
        for language, count in counts.items()
        if count >= 40
    }
    assert sum(score["b3_f1"] for score in scores.values()) / len(scores) >= MEAN_FLOOR
    assert scores["fr"]["b3_f1"] >= FRENCH_FLOOR
    assert scores["fr"]["pair_f1"] >= FRENCH_PAIRS_FLOOR


@pytest.mark.skipif(not available(), reason="the model of the vectors is not installed")
def test_vectors_find_more_of_the_french_stories(shared: Path) -> None:
    rows = [row for row in _rows(shared, "og2021_dev") if row["lang"] == "fr"]
    score = _score(shared, rows, vectors)
    assert score["b3_f1"] >= FRENCH_FLOOR_WITH_VECTORS
    assert score["pair_f1"] >= FRENCH_PAIRS_FLOOR_WITH_VECTORS


@pytest.mark.parametrize(
    ("embed", "floor"),
    [
        (_none, PRESS_FLOOR),
        pytest.param(
            vectors,
            PRESS_FLOOR_WITH_VECTORS,
            marks=pytest.mark.skipif(not available(), reason="the model of the vectors is not installed"),
        ),
    ],
)
def test_neighbouring_stories_of_one_firm_stay_apart(shared: Path, embed: Embed, floor: float) -> None:
    """Short articles, French and English, where each firm has two or three stories in one week."""
    press = Path(__file__).parents[1] / "data" / "grouping_press.jsonl"
    rows = [json.loads(line) for line in press.read_text(encoding="utf-8").splitlines()]
    assert _score(shared, rows, embed)["b3_f1"] >= floor


def test_a_second_stream_is_grouped_as_it_stands(shared: Path) -> None:
    assert _score(shared, _rows(shared, "uci_dev"))["b3_f1"] >= SECOND_FLOOR


def test_the_weather_of_a_hundred_towns_is_not_one_story(shared: Path) -> None:
    rows = _rows(shared, "fr_oneday")
    found = _found(rows)
    weather = Counter(found[row["id"]] for row in rows if "météo" in row["title"].casefold())
    assert weather.total() > WEATHER_CEILING
    assert max(weather.values()) < WEATHER_CEILING


def _press(shared: Path) -> list[GroupingArticle]:
    text = (shared / "bench" / "french" / "inputs.jsonl").read_text(encoding="utf-8")
    rows = [row for row in map(json.loads, text.splitlines()) if row["id"].endswith(".txt")]
    return [
        GroupingArticle(
            row["id"],
            datetime.fromisoformat((row["published"] + "-01")[:10]).replace(tzinfo=UTC) if row["published"] else None,
            row["language"],
            row["title"] or "",
            row["text"],
            precision="month" if row["published"] and len(row["published"]) == 7 else "second",
        )
        for row in rows
    ]


def _pages(shared: Path) -> list[GroupingArticle]:
    gold = json.loads((shared / "bench" / "pages" / "gold.json").read_text(encoding="utf-8"))
    return [
        GroupingArticle(
            page["id"],
            datetime.fromisoformat(page["date"]).replace(tzinfo=UTC) if page["date"] else None,
            page["lang"],
            page["title"] or "",
            "\n".join(block[1] for block in page["blocks"]),
        )
        for page in gold
    ]


@pytest.mark.parametrize("order", range(8))
def test_five_loose_documents_on_one_deal_are_one_story_among_other_pages(shared: Path, order: int) -> None:
    press, pages = _press(shared), _pages(shared)
    mixed = press + pages
    Random(order).shuffle(mixed)
    grouper = Grouper()
    for article in mixed:
        grouper.place(article)
    for proposal in grouper.proposals():
        if isinstance(proposal, Merge):
            grouper.merge(proposal.source, proposal.target)
    stories = {grouper.story_of(article.id) for article in press}
    assert len(stories) == 1
    assert not stories & {grouper.story_of(page.id) for page in pages}
