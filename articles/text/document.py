"""A loose text (pasted, syndicated, mailed) as an `ExtractedPage`."""

from __future__ import annotations

from datetime import datetime

from articles.text.spans import Block, ExtractedPage


def extract(text: str, *, reference: datetime | None = None) -> ExtractedPage:
    """The article in a loose text, without its navigation, comments and trailers."""
    paragraphs = [" ".join(line.split()) for line in text.splitlines()]
    blocks = tuple(Block("paragraph", paragraph) for paragraph in paragraphs if paragraph)
    if not blocks:
        raise ValueError("the text is empty")
    return ExtractedPage(title=blocks[0].text, blocks=blocks[1:])
