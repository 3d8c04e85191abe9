"""How feeds of other people's test suites are read: real and malformed ones, with what stands in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sources.parsing.feeds import NotAFeed, ParsedFeed, parse
from sources.parsing.plaintext import text_of
from sources.parsing.shapes import MAX_TITLE

pytestmark = pytest.mark.shared
TITLES_FLOOR = 0.996


def _rows(shared: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    folder = shared / "bench" / "hostile"
    for line in (folder / "feeds.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row, (folder / row["file"]).read_bytes()


def _parsed(row: dict[str, Any], content: bytes) -> ParsedFeed | None:
    try:
        return parse(content, url="http://127.0.0.1:8097/feed.xml", headers=row["headers"])
    except NotAFeed:
        return None


def _plain(title: str) -> str:
    """The expectation as plain text: some of these suites keep the tags of a title."""
    return text_of(title, html=True, limit=MAX_TITLE)


def test_entries_and_titles_are_those_that_other_suites_expect(shared: Path) -> None:
    """Nothing crashes, every count is right, and the titles are right but for a handful."""
    wrong_counts, titles = [], Counter[bool]()
    for row, content in _rows(shared):
        feed = _parsed(row, content)
        if not row.get("independent"):
            continue
        items = feed.items if feed else ()
        if len(items) != row["n_entries"]:
            wrong_counts.append((row["id"], row["n_entries"], len(items)))
        expected = [entry["title"] for entry in row["entries"]]
        titles.update(
            _plain(title) in (item.title, _plain(item.title))
            for title, item in zip(expected, items, strict=False)
            if title is not None
        )
    assert wrong_counts == []
    assert titles[True] / titles.total() >= TITLES_FLOOR
