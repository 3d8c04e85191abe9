"""An outlet's web page (HTML) as an `ExtractedPage`; `command` is what `python -m articles.text extract` runs."""

from __future__ import annotations

from datetime import datetime

from articles.text import (
    document,
    language,
    page_authors,
    page_body,
    page_clean,
    page_dates,
    page_links,
    page_metadata,
    page_second,
    page_title,
    page_tree,
)
from articles.text.spans import Block, ExtractedPage
from articles.text.typography import words
from sources.parsing import jsonlines
from sources.parsing.dates import PartialDate

_OPENING, _LONGEST = 8, 800
_ENOUGH = 300
"""Characters from which the text in JSON-LD may stand for the page's."""


def extract(html: str, url: str, *, fetched_at: datetime | None = None) -> ExtractedPage:
    """The article that a page carries. `url` is the address it was fetched from, absolute; `fetched_at` is aware.

    Raises ValueError when `html` holds nothing to read. A page without an article answers with few or no blocks.
    """
    page_metadata.check_address(url)
    tree = page_tree.parse(html)
    found = page_metadata.read(tree, url)
    outlet = page_metadata.outlet(found)
    everything = page_tree.leaves(tree)
    title = page_title.displayed(tree, found, everything, outlet, url)
    stated = page_metadata.stated_body(found)
    body = page_body.find(tree, everything, title, url, stated)
    blocks = _fuller(page_clean.blocks(body.leaves, title, body.container), stated)
    blocks = page_second.better(html, url, blocks, everything)
    near = page_body.around(everything, body, title)
    signed = page_authors.read(tree, found, near, body.leaves, outlet, url)
    dates = page_dates.read(tree, found, near.lines, url, fetched_at)
    evidence = page_metadata.paywall(found, body.leaves)
    return ExtractedPage(
        title=title,
        standfirst=_standfirst(page_metadata.standfirst(found), everything, blocks),
        authors=signed.people,
        credits=signed.credits,
        outlet=outlet,
        published=dates.published,
        modified=dates.modified,
        language=language.detect("\n".join(block.text for block in blocks) or title),
        canonical_url=page_metadata.canonical_url(tree, found, url),
        section=page_metadata.section(found),
        tags=page_metadata.tags(found),
        image=page_metadata.image(found, url),
        paywalled=bool(evidence),
        paywall_evidence=evidence,
        blocks=blocks,
        links=page_links.read(everything, blocks, url),
    )


def _standfirst(stated: str, lines: list[page_tree.Leaf], blocks: tuple[Block, ...]) -> str:
    """The summary in full where the page shows the one that metadata cut, unless it is a paragraph of the text."""
    opening = words(stated)[:_OPENING]
    body = {block.text for block in blocks}
    shown = (line.text for line in lines if len(line.text) < _LONGEST and words(line.text)[:_OPENING] == opening)
    return next((text for text in shown if opening and text not in body and len(text) >= len(stated) - 3), stated)


def _fuller(blocks: tuple[Block, ...], stated: tuple[str, ...]) -> tuple[Block, ...]:
    """The page's blocks, unless JSON-LD holds far more of the text, as on pages that scripts build."""
    shown, told = sum(len(block.text) for block in blocks), sum(map(len, stated))
    return tuple(Block("paragraph", text) for text in stated) if told > _ENOUGH and told > 2 * shown else blocks


def _answer(row: jsonlines.Row) -> jsonlines.Row:
    page = extract(row["html"], row.get("url") or "") if "html" in row else document.extract(row["text"])
    return as_row(page)


def _date(date: PartialDate | None) -> jsonlines.Row | None:
    return {"value": date.value, "precision": str(date.precision)} if date else None


def as_row(page: ExtractedPage) -> jsonlines.Row:
    """The page as the `extract` command prints it; where no person signs, whoever does."""
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
