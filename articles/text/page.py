"""An outlet's web page (HTML) as an `ExtractedPage`; `command` is what `python -m articles.text extract` runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from trafilatura import bare_extraction

from articles.text import document
from articles.text.spans import Block, ExtractedPage
from sources.parsing import jsonlines
from sources.parsing.dates import PartialDate, Precision


def extract(html: str, url: str, *, fetched_at: datetime | None = None) -> ExtractedPage:
    """The article that a page carries. `url` is the address it was fetched from, absolute.

    Raises ValueError when `html` holds no text at all.
    """
    found = bare_extraction(html, url=url, favor_precision=True, include_comments=False, with_metadata=True)
    if found is None:
        raise ValueError("no article found on the page")
    facts: dict[str, Any] = found.as_dict() if hasattr(found, "as_dict") else found
    return ExtractedPage(
        title=facts.get("title") or "",
        authors=tuple(name.strip() for name in (facts.get("author") or "").split(";") if name.strip()),
        outlet=facts.get("sitename") or "",
        published=PartialDate(facts["date"], Precision.DAY) if facts.get("date") else None,
        standfirst=facts.get("description") or "",
        image=facts.get("image") or "",
        blocks=tuple(Block("paragraph", line) for line in (facts.get("text") or "").splitlines() if line),
    )


def _answer(row: jsonlines.Row) -> jsonlines.Row:
    page = extract(row["html"], row.get("url") or "") if "html" in row else document.extract(row["text"])
    return as_row(page)


def _date(date: PartialDate | None) -> jsonlines.Row | None:
    return {"value": date.value, "precision": str(date.precision)} if date else None


def as_row(page: ExtractedPage) -> jsonlines.Row:
    """The page as the `extract` command prints it."""
    return {
        "title": page.title,
        "authors": list(page.authors or page.credits),
        "outlet": page.outlet,
        "published": _date(page.published),
        "modified": _date(page.modified),
        "language": page.language,
        "canonical_url": page.canonical_url,
        "tags": list(page.tags),
        "description": page.standfirst,
        "image": page.image,
        "paywalled": page.paywalled,
        "text": page.text,
    }


command = jsonlines.each(_answer)
