"""How stories are found in streams of real titles, by the shared scorer: floors under what was reached."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from articles.text.grouping import Grouper, GroupingArticle, Merge, command

pytestmark = pytest.mark.shared

MEAN_FLOOR, FRENCH_FLOOR, FRENCH_PAIRS_FLOOR = 0.75, 0.77, 0.55
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


def _found(rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The command's answers, the gold kept from it."""
    given = [{key: row[key] for key in ("id", "date", "lang", "title", "text")} for row in rows]
    return {answer["id"]: str(answer["story"]) for answer in command(given)}


def _score(shared: Path, rows: list[dict[str, Any]]) -> dict[str, float]:
    scores: dict[str, float] = _scorer(shared).scores({row["id"]: row["cluster"] for row in rows}, _found(rows))
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
