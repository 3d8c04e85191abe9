"""An outlet's page read with the CSS selectors that its administrators gave, before what extraction finds itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bs4 import BeautifulSoup, Tag

from articles.text import page, page_authors, page_clean, page_links, page_tree
from articles.text.spans import Block, ExtractedPage
from articles.text.typography import tidy
from sources.parsing import css
from sources.parsing.dates import PartialDate, parse_date

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_DATED = ("datetime", "content", "title")
# An article has no more parts than this; a selector that matches more matches something else.
_MOST_MATCHES = 2000
_LEAD = re.compile(r"^\W*(?:par|by)\s+", re.I)


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors for one outlet's pages, each "" where extraction is to find by itself.

    `body` may match several elements: their text is joined in the page's order. What `remove` matches is taken away
    before anything else is read but the headline, the authors and the date, which may stand inside of it.
    """

    body: str = ""
    title: str = ""
    author: str = ""
    date: str = ""
    remove: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.body, self.title, self.author, self.date, self.remove))


@dataclass(frozen=True, slots=True)
class Selected:
    """The page as it was read, and the selectors that found nothing: there extraction found by itself."""

    page: ExtractedPage
    unmatched: tuple[str, ...] = ()
    """Those of `remove` never count: what is to be removed need not stand on every page."""


def extract(html: str, url: str, selectors: Selectors, *, fetched_at: datetime | None = None) -> Selected:
    """Read a page as `page.extract` does, the selectors first. Raises ValueError for no page, or no CSS.

    A selector that matches nothing readable is told in `unmatched` and changes nothing.
    """
    if not selectors:
        return Selected(page.extract(html, url, fetched_at=fetched_at))
    soup = BeautifulSoup(_CONTROL.sub("", html), "lxml")
    title = _line(soup, selectors.title)
    signed = _signed(soup, selectors.author)
    published = _date(soup, selectors.date, fetched_at)
    for selector in selectors.remove:
        for element in css.compiled(selector).select(soup):
            element.decompose()
    found = page.extract(str(soup) if selectors.remove else html, url, fetched_at=fetched_at)
    found = replace(
        found,
        title=title or found.title,
        authors=signed.people if signed else found.authors,
        credits=signed.credits or found.credits if signed else found.credits,
        published=published or found.published,
    )
    blocks = _blocks(soup, selectors.body, found.title)
    if blocks:
        leaves = page_tree.leaves(page_tree.parse(str(soup)))
        found = replace(found, links=page_links.read(leaves, blocks, url))
    matched = {selectors.title: title, selectors.author: signed, selectors.date: published, selectors.body: blocks}
    unmatched = tuple(selector for selector, value in matched.items() if selector and not value)
    return Selected(replace(found, blocks=blocks or found.blocks), unmatched)


def _outermost(soup: BeautifulSoup, selector: str) -> Iterator[Tag]:
    """The matches in the page's order, without those that stand inside another."""
    matches = css.compiled(selector).select(soup, limit=_MOST_MATCHES) if selector else []
    inside = {id(match) for match in matches}
    return (match for match in matches if not any(id(parent) in inside for parent in match.parents))


def _line(soup: BeautifulSoup, selector: str) -> str:
    """The first match that says something."""
    lines = (_text(match) for match in _outermost(soup, selector))
    return next((line for line in lines if line), "")


def _text(element: Tag) -> str:
    return tidy(element.get_text(" ")) or tidy(str(element.get("content") or ""))


def _signed(soup: BeautifulSoup, selector: str) -> page_authors.Signed | None:
    """Whom the matches name; a text that looks like no person's name is believed all the same."""
    people: list[str] = []
    credits_: list[str] = []
    for line in filter(None, map(_text, _outermost(soup, selector))):
        named = page_authors.names(line)
        people += named.people or ([] if named.credits else [_LEAD.sub("", line)])
        credits_ += named.credits
    if not people:
        people, credits_ = credits_, []
    return page_authors.Signed(tuple(dict.fromkeys(people)), tuple(dict.fromkeys(credits_))) if people else None


def _date(soup: BeautifulSoup, selector: str, fetched_at: datetime | None) -> PartialDate | None:
    """The first date that a match tells machines, or shows."""
    for match in _outermost(soup, selector):
        for said in (*(str(match.get(name) or "") for name in _DATED), match.get_text(" ")):
            if date := parse_date(said, reference=fetched_at):
                return date
    return None


def _blocks(soup: BeautifulSoup, selector: str, title: str) -> tuple[Block, ...]:
    """The text of the matches: cleaned as any article's is, and whole where cleaning leaves nothing."""
    markup = "".join(map(str, _outermost(soup, selector)))
    if not markup:
        return ()
    root = page_tree.parse(f"<html><body><article>{markup}</article></body></html>")
    leaves = list(page_tree.leaves(root, frozenset()))
    return page_clean.blocks(leaves, title, root) or tuple(
        Block(page_clean.kind(leaf), leaf.text) for leaf in leaves if leaf.text
    )
