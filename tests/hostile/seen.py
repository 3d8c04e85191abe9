"""What the application holds of each scenario, and what the press noted of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import html

from tests.hostile import outside, press
from tests.hostile.house import House
from tests.hostile.press import Row, Scenario

# Texts are compared by their beginnings; the longest that the press sends is a megabyte.
_FEEDS = (
    "SELECT id, url, left(last_error, 2000) AS last_error, failures, failing_since, last_success_at, gone_at, "
    "next_fetch_at, outlet_id FROM sources_feed"
)
_ATTEMPTS = (
    "SELECT feed_id, started_at, seconds, outcome, status, size, entries_found, entries_new, "
    "left(error, 2000) AS error FROM sources_fetchattempt ORDER BY started_at, id"
)
_ENTRIES = (
    "SELECT id, feed_id, left(title, 2000) AS title, url, left(summary, 2000) AS summary, published, "
    "published_precision, outcome, tries, left(error, 2000) AS error, seen_at FROM sources_entry ORDER BY id"
)
_ARTICLES = (
    "SELECT a.id, a.entry_id, a.title, a.canonical_url, left(a.text, 400000) AS text, a.published_at, a.seen_at, "
    "p.refresh_at, (SELECT count(*) FROM articles_articleversion v WHERE v.article_id = a.id) AS versions "
    "FROM articles_article a LEFT JOIN articles_page p ON p.article_id = a.id"
)
_RUNS = re.compile(r"^\s*(?:javascript|vbscript|data:text|file|blob)", re.IGNORECASE)
_LEADING = {"href", "src", "action", "formaction", "poster", "srcset", "data", "ping", "background"}
_NEVER = {"iframe", "object", "embed", "base", "marquee", "frame"}


@dataclass(slots=True)
class Seen:
    """One scenario with its rows, each a dictionary by column, and the requests it had."""

    scenario: Scenario
    feed: Row | None = None
    attempts: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    articles: list[Row] = field(default_factory=list)
    requests: list[Row] = field(default_factory=list)

    @property
    def is_failing(self) -> bool:
        return bool(self.feed and (self.feed["failing_since"] or self.feed["gone_at"]) and self.feed["last_error"])

    @property
    def error(self) -> str:
        return str(self.feed["last_error"]) if self.feed else ""

    @property
    def texts(self) -> str:
        """Everything that was stored of it."""
        said = [str(value) for entry in self.entries for value in entry.values()]
        return "\n".join([*said, *(f"{one['title']}\n{one['text']}" for one in self.articles)])


def _rows(house: House, statement: str) -> list[Row]:
    found: list[Any] = house.ask(f"SELECT row_to_json(one)::jsonb FROM ({statement}) one")
    return [dict(row) for (row,) in found]


def _by(rows: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


def look(house: House, scenarios: Sequence[Scenario], numbers: dict[str, int]) -> list[Seen]:
    """All scenarios with what is known of them; `numbers` are the feeds' by the address they were added at."""
    feeds = {row["id"]: row for row in _rows(house, _FEEDS)}
    attempts, rows = _by(_rows(house, _ATTEMPTS), "feed_id"), _rows(house, _ENTRIES)
    entries, by_url = _by(rows, "feed_id"), _by(rows, "url")
    articles = _by(_rows(house, _ARTICLES), "entry_id")
    requests = _by(press.log(), "vhost")
    found = []
    for scenario in scenarios:
        number = numbers.get(scenario.url if scenario.kind == "feed" else outside.PAGES)
        if number is None:
            found.append(Seen(scenario))
            continue
        own = entries[number] if scenario.kind == "feed" else by_url[scenario.url]
        seen = Seen(scenario, feeds[number], attempts[number], own)
        seen.articles = [article for entry in own for article in articles[entry["id"]]]
        seen.requests = [row for row in requests[scenario.vhost] if row.get("scenario") == scenario.name]
        found.append(seen)
    return found


def unsafe(page: str) -> list[str]:
    """What would run, or be fetched from where nothing may be, in a page that the application shows."""
    found = []
    for element in html.document_fromstring(page).iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _NEVER or (element.tag == "script" and not element.get("src")):
            found.append(f"an element {element.tag}")
        attributes = [(str(name), str(value)) for name, value in element.attrib.items()]
        for name, value in attributes:
            if name.startswith("on") or (name in _LEADING and _RUNS.match(value)):
                found.append(f"{element.tag} {name}={value[:80]}")
            if name in _LEADING - {"href"} and outside.CANARY in value:
                found.append(f"{element.tag} fetches {value[:80]}")
    return found
