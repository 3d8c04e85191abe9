"""Read one French article: who said what to whom, who is credited, names, dates and figures."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from articles.text import citations, entities, figures, mentioned_dates, names, quotes, reading
from articles.text.findings import CitationSpan, DateSpan, EntitySpan, FigureSpan, QuoteSpan
from articles.text.reading import KnownOutlets
from sources.parsing import jsonlines
from sources.parsing.dates import PartialDate


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one article says; offsets are in the text that was read."""

    quotes: tuple[QuoteSpan, ...] = ()
    citations: tuple[CitationSpan, ...] = ()
    entities: tuple[EntitySpan, ...] = ()
    dates: tuple[DateSpan, ...] = ()
    figures: tuple[FigureSpan, ...] = ()


def analyse(
    text: str,
    *,
    title: str = "",
    published: PartialDate | str | None = None,
    language: str = "fr",
    outlet: str = "",
    known_outlets: KnownOutlets = (),
) -> Analysis:
    """Read `text`, the body of an article.

    `published` resolves relative dates; `outlet` is the article's own, which is not credited to itself; `known_outlets`
    are outlets that may be named beside those of the lexicons, each by its name, then its other names. The rules are
    French: a text known to be in another language gets its figures' and dates' silence, an empty Analysis.
    """
    if language and not language.lower().startswith("fr"):
        return Analysis()
    laid_out = reading.read(text, known_outlets)
    found = entities.find(laid_out, outlet)
    said = quotes.find(laid_out, found, title)
    return Analysis(
        quotes=said,
        citations=citations.find(laid_out, outlet, said),
        entities=found,
        dates=mentioned_dates.find(text, published),
        figures=figures.find(text),
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    found = analyse(
        row["text"],
        title=row.get("title") or "",
        published=row.get("published"),
        language=row.get("language") or "fr",
        outlet=row.get("outlet") or "",
    )
    answer: dict[str, Any] = asdict(found)
    for entity in answer["entities"]:
        entity["mentions"] = [{"start": start, "end": end} for start, end in entity["mentions"]]
    return answer


def command(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """`python -m articles.text analyse`: one answer for each article."""
    if not names.has_model():
        sys.stderr.write(f"{names.MODEL} is not installed: names are found by capitals and lexicons alone\n")
    return jsonlines.each(_row)(rows)
