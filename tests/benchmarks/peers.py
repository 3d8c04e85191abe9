"""The libraries that our extraction is measured beside, in the shape that the scorer asks for."""

from __future__ import annotations

from typing import Any

import newspaper
import trafilatura
from lxml import html as lxml_html
from readability import Document


def with_trafilatura(html: str, url: str) -> dict[str, Any]:
    """trafilatura, set to prefer precision."""
    found = trafilatura.bare_extraction(html, url=url, favor_precision=True, with_metadata=True, include_comments=False)
    if found is None:
        return {}
    said = found if isinstance(found, dict) else found.as_dict()
    authors = [name.strip() for name in (said.get("author") or "").split(";") if name.strip()]
    return {"title": said.get("title"), "authors": authors, "date": said.get("date"), "text": said.get("text")}


def with_readability(html: str, url: str) -> dict[str, Any]:
    """readability-lxml: text and title only."""
    document = Document(html)
    return {"title": document.title(), "text": " ".join(map(str, lxml_html.fromstring(document.summary()).itertext()))}


def with_newspaper(html: str, url: str) -> dict[str, Any]:
    """newspaper4k, told that the page is French."""
    article = newspaper.Article(url, language="fr")
    article.download(input_html=html)
    article.parse()
    date = article.publish_date.date().isoformat() if article.publish_date else None
    return {"title": article.title, "authors": article.authors, "date": date, "text": article.text}
