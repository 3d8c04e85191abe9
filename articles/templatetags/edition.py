"""Reading a sealed edition: plain values, whose shape `articles.editing.manifest` defines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

register = template.Library()


def _counts(articles: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    ids, outlets = set(), set()
    for article in articles:
        ids.add(article["id"])
        outlets.add(article["outlet"])
    return {"articles": len(ids), "outlets": len(outlets - {""}) or 1}


@register.filter
def item_counts(item: Mapping[str, Any]) -> dict[str, int]:
    """The outlets and articles of one story of the edition."""
    return _counts(item["articles"])


@register.filter
def edition_counts(sealed: Mapping[str, Any]) -> dict[str, int]:
    """The outlets and articles of the whole edition."""
    return _counts(article for item in sealed["items"] for article in item["articles"])


@register.filter
def one_per_outlet(articles: Iterable[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """The first article of each outlet that has words to quote, at most `most` of them."""
    found: dict[str, Mapping[str, Any]] = {}
    for article in articles:
        if article["excerpt"]:
            found.setdefault(article["outlet"] or str(article["id"]), article)
    return list(found.values())[:most]
