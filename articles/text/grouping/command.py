"""`python -m articles.text group`: the stories of a stream, one JSON line for each article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from articles.text.grouping.embedding import vectors
from articles.text.grouping.grouper import Grouper
from articles.text.grouping.shapes import GroupingArticle, Merge
from sources.parsing.jsonlines import Row

Embed = Callable[[Sequence[GroupingArticle]], list[bytes]]

_MONTH = re.compile(r"\d{4}-\d{2}")
# Articles between two passes over what has changed.
_PASS = 200


def _text(row: Row, key: str) -> str:
    value = row.get(key) or ""
    if not isinstance(value, str):
        raise TypeError(f"{key} must be text, not {type(value).__name__}")
    return value


def _date(value: str) -> tuple[datetime | None, str]:
    """The instant and its precision; a date without a zone is read as UTC. ValueError when it is no date."""
    if not value:
        return None, "second"
    if _MONTH.fullmatch(value):
        return datetime.fromisoformat(f"{value}-01").replace(tzinfo=UTC), "month"
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), "second"


def _article(row: Row, place: int) -> GroupingArticle:
    if "error" in row:
        raise ValueError(row["error"])
    published, precision = _date(_text(row, "date"))
    title, text = _text(row, "title"), _text(row, "text")
    if not title.strip() and not text.strip():
        raise ValueError("neither title nor text")
    return GroupingArticle(place, published, _text(row, "lang")[:2], title, text, precision=precision)


def _read(rows: Iterable[tuple[int, Row]], embed: Embed, errors: dict[int, str]) -> list[GroupingArticle]:
    """The articles of a batch with their vectors; what cannot be read is told in `errors`."""
    found = []
    for place, row in rows:
        try:
            found.append(_article(row, place))
        except (ValueError, TypeError) as error:
            errors[place] = str(error)
    return [replace(article, vector=vector) for article, vector in zip(found, embed(found), strict=True)]


def _settle(grouper: Grouper) -> None:
    """Accept what the engine proposes, until it proposes nothing more."""
    while proposals := grouper.proposals():
        for proposal in proposals:
            if isinstance(proposal, Merge):
                grouper.merge(proposal.source, proposal.target)


def command(rows: Iterable[Row], embed: Embed = vectors) -> Iterator[Row]:
    """Read the whole stream, then answer {"id", "story"} in its order: the story of each once all have come.

    `embed` gives the articles' vectors; one that gives none leaves the words to decide, thirty times as fast.
    """
    grouper, ids, errors = Grouper(), [], dict[int, str]()
    numbered = enumerate(rows)
    while batch := list(islice(numbered, _PASS)):
        ids += [row.get("id") for _, row in batch]
        for article in _read(batch, embed, errors):
            grouper.place(article)
        _settle(grouper)
    for place, name in enumerate(ids):
        yield (
            {"id": name, "error": errors[place]} if place in errors else {"id": name, "story": grouper.story_of(place)}
        )
