"""How much of each article a digest quotes, against what its outlet allows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from articles.models import Article
from articles.text.typography import fold

# Two words in quotation marks are a name or a title: anybody's.
SHORTEST = 3
_TAG = re.compile(r"<[^>]*>")
_QUOTED = re.compile(r"«([^«»]+)»|“([^“”]+)”|\"([^\"]+)\"")
# What an editor left out of a quote parts it in two.
_CUT = re.compile(r"\[[^\]]*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\.\.")


@dataclass(frozen=True, slots=True)
class Share:
    """The part of one article that a digest quotes, from 0 to 1, and the part that its outlet allows."""

    title: str
    outlet: str
    quoted: float
    allowed: float

    @property
    def is_too_much(self) -> bool:
        """Whether more is quoted than is allowed."""
        return self.quoted > self.allowed


def shares(content: Mapping[str, Any]) -> list[Share]:
    """What a manifest (editing.manifest) quotes of each article whose outlet sets a limit, the largest share first.

    Counted are the words in quotation marks that stand in the article, and the excerpts that stand in for a missing
    note; words quoted twice count once.
    """
    numbers = [article["id"] for item in content["items"] for article in item["articles"]]
    limited = Article.objects.filter(pk__in=numbers, outlet__quoted_percent__isnull=False).select_related("outlet")
    articles = {article.pk: article for article in limited.defer("blocks", "search")}
    if not articles:
        return []
    said = _quotes(content["introduction_html"])
    for item in content["items"]:
        said |= _quotes(item["note_html"])
    shown = defaultdict(set, {pk: set(said) for pk in articles})
    for item in content["items"]:
        for one in item["articles"] if not item["note_html"] else ():
            shown[one["id"]] |= _pieces(one["excerpt"])
    found = [_share(article, shown[pk]) for pk, article in articles.items()]
    return sorted(found, key=lambda share: -share.quoted)


def _quotes(html: str) -> set[str]:
    text = unescape(_TAG.sub(" ", html))
    return {piece for match in _QUOTED.findall(text) for quote in match if quote for piece in _pieces(quote)}


def _pieces(quote: str) -> set[str]:
    """The folded pieces of a quote that are long enough to be somebody's words."""
    folded = (" ".join(fold(piece).strip(" .,;:!?").split()) for piece in _CUT.split(quote))
    return {piece for piece in folded if len(piece.split()) >= SHORTEST}


def _share(article: Article, quotes: set[str]) -> Share:
    """Words within words that are quoted too do not count twice."""
    text = " ".join(fold(article.text).split())
    there = sorted((quote for quote in quotes if quote in text), key=len, reverse=True)
    kept: list[str] = []
    for quote in there:
        if not any(quote in longer for longer in kept):
            kept.append(quote)
    words = sum(len(quote.split()) for quote in kept)
    assert article.outlet is not None  # it has a limit
    allowed = article.outlet.quoted_percent or 100
    return Share(article.title, article.outlet.name, words / max(article.word_count, 1), allowed / 100)
