"""Which part of a page is the article, and its text as blocks.

The tree is read into leaves of text. Leaves of prose vote for the element that holds most prose and least furniture;
inside it, what is named, linked or worded as furniture goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeAlias

from lxml import html

from articles.text.page_clean import is_prose
from articles.text.page_names import name_of
from articles.text.page_phrases import names
from articles.text.page_tree import HEADINGS, Leaf, leaves
from articles.text.typography import tidy, words

Element: TypeAlias = html.HtmlElement
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")


@dataclass(slots=True)
class Body:
    """The article found on a page."""

    container: Element
    leaves: list[Leaf]


def _masses(found: Iterable[Leaf]) -> dict[Element, int]:
    """Characters of prose under each element."""
    mass: dict[Element, int] = {}
    for leaf in found:
        if is_prose(leaf):
            node: Element | None = leaf.element
            while node is not None:
                mass[node] = mass.get(node, 0) + len(leaf.text)
                node = node.getparent()
    return mass


def furniture(root: Element) -> set[Element]:
    """The elements whose name says that they are no part of the text, unless most of the page's prose is in them."""
    boilerplate, body = names("boilerplate_names"), names("body_names")
    mass = _masses(leaves(root, frozenset()))
    total = mass.get(root, 0) or 1
    dropped: set[Element] = set()
    for element in root.iterdescendants():
        if not isinstance(element.tag, str) or (element.tag in ("a", "p") and element.tag != "p"):
            continue
        name = name_of(element)
        if _hidden(element):
            share = mass.get(element, 0) / total
            if share < 0.5:
                dropped.add(element)
        elif element.tag == "aside" or (name and boilerplate.search(name)):
            if body.search(name) or element.get("itemprop") == "articleBody":
                continue
            if mass.get(element, 0) / total < 0.4 or (
                not _holds_heading(element) and mass.get(element, 0) / total < 0.85
            ):
                dropped.add(element)
    return dropped


_CARD = 800
_CARDS = 3


def cards(root: Element) -> set[Element]:
    """Teasers of other articles: three or more siblings that each are short and open on a title that is a link."""
    found: dict[Element, list[Element]] = {}
    for heading in root.iter("h2", "h3", "h4", "h5", "h6", "strong"):
        link = next(heading.iter("a"), None)
        if link is None and next(heading.iterancestors("a"), None) is None:
            continue
        for card in takewhile(lambda node: node is not root, heading.iterancestors("li", "article", "div", "section")):
            parent = card.getparent()
            if parent is not None and len(parent) >= _CARDS and _alike(card, parent) >= _CARDS:
                if len(tidy(" ".join(card.itertext()))) < _CARD:
                    found.setdefault(parent, []).append(card)
                break
    body = names("body_names")
    return {
        card
        for parent, group in found.items()
        if len(set(group)) >= _CARDS and not body.search(name_of(parent))
        for card in group
    }


def _alike(card: Element, parent: Element) -> int:
    return sum(1 for one in parent if one.tag == card.tag and one.get("class") == card.get("class"))


def _hidden(element: Element) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(element.get("style") or ""))
    )


def _holds_heading(element: Element) -> bool:
    return next(element.iter("h1", "article"), None) is not None


def _worth(leaf: Leaf) -> float:
    """Prose speaks for the element that holds it, links and crumbs against."""
    if is_prose(leaf):
        return len(leaf.text) * (1 - leaf.link_share)
    if leaf.tag in HEADINGS and leaf.link_share < 0.5:
        return 0.0
    return -(20 + len(leaf.text) * leaf.link_share)


_TITLE_WORTH = 200.0
"""The headline speaks for the element around it as much as a paragraph does: it decides on pages with little text."""


def _is_title(leaf: Leaf, key: list[str]) -> bool:
    return bool(key) and leaf.tag in HEADINGS and words(leaf.text)[: len(key)] == key


def container(root: Element, found: list[Leaf], title: str) -> Element:
    """The element that holds most prose and least furniture; among near equals the smallest, or the one named so."""
    body, key = names("body_names"), words(title)
    worth: dict[Element, float] = {}
    for leaf in found:
        value = _TITLE_WORTH if _is_title(leaf, key) else _worth(leaf)
        node: Element | None = leaf.element
        while node is not None:
            worth[node] = worth.get(node, 0.0) + value
            node = node.getparent()
    for element in worth:
        if element.get("itemprop") == "articleBody" or body.search(name_of(element)):
            worth[element] *= 1.3
        elif element.tag == "article":
            worth[element] *= 1.1
    best = root
    for element, value in worth.items():
        if value > worth.get(best, 0.0):
            best = element
    while True:
        inner = [child for child in best if worth.get(child, 0.0) >= 0.92 * worth[best]] if best in worth else []
        if not inner:
            return best
        best = inner[0]


def find(root: Element, title: str) -> Body:
    """The article's element and the leaves in it that are its text, in reading order."""
    dropped = furniture(root) | cards(root)
    found = list(leaves(root, dropped))
    chosen = container(root, found, title)
    inside = [leaf for leaf in found if leaf.element is chosen or chosen in leaf.element.iterancestors()]
    return Body(chosen, _without_listings(chosen, inside, words(title)))


_FEW = 250
"""Characters of prose that are enough for an article when all that follows looks like a list of others."""


def _without_listings(chosen: Element, inside: list[Leaf], key: list[str]) -> list[Leaf]:
    """Without the parts that list other articles: about as many links on lines of their own as paragraphs."""
    start = next((index + 1 for index, leaf in enumerate(inside) if _is_title(leaf, key)), 0)
    first = next((leaf for leaf in inside[start:] if is_prose(leaf)), None)
    if first is None:
        return inside
    path = {first.element, *first.element.iterancestors()}
    prose, linked, size = _counts(inside)
    total = size.get(chosen, 0)
    listings: set[Element] = set()
    before = 0
    waiting = [chosen]
    while waiting:
        element = waiting.pop()
        own = size.get(element, 0)
        listing = linked.get(element, 0) >= 3 and 2 * linked.get(element, 0) >= prose.get(element, 0)
        if element not in path and listing and (before >= _FEW or own < 0.3 * total):
            listings.add(element)
        elif listing or element in path or linked.get(element, 0) >= 3:
            waiting.extend(reversed([child for child in element if child in prose or child in linked]))
            continue
        before += own if element not in listings else 0
    return [
        leaf for leaf in inside if leaf.element not in listings and listings.isdisjoint(leaf.element.iterancestors())
    ]


def _counts(inside: list[Leaf]) -> tuple[dict[Element, int], dict[Element, int], dict[Element, int]]:
    """Under each element: paragraphs of prose, lines that are links, characters of prose."""
    prose: dict[Element, int] = {}
    linked: dict[Element, int] = {}
    size: dict[Element, int] = {}
    for leaf in inside:
        counted = prose if is_prose(leaf) else linked if leaf.link_share > 0.8 and len(leaf.text) >= 10 else None
        if counted is None:
            continue
        for node in (leaf.element, *leaf.element.iterancestors()):
            counted[node] = counted.get(node, 0) + 1
            size[node] = size.get(node, 0) + (len(leaf.text) if counted is prose else 0)
    return prose, linked, size


_AROUND = 14
"""Lines before and after the article's text among which pages sign and date it."""


def around(root: Element, body: Body, title: str) -> list[Leaf]:
    """The leaves from the headline to the first prose and after the last: where pages sign and date an article."""
    everything = list(leaves(root, frozenset()))
    key = words(title)
    position = {id(leaf.element): index for index, leaf in reversed(list(enumerate(everything)))}
    prose = [index for leaf in body.leaves if is_prose(leaf) and (index := position.get(id(leaf.element))) is not None]
    heading = next((i for i, leaf in enumerate(everything) if _is_title(leaf, key)), None)
    if not prose:
        start = heading or 0
        return everything[start : start + _AROUND]
    last = prose[-1]
    if heading is not None and heading < last:
        start, first = heading, next(index for index in prose if index > heading)
    else:
        start, first = max(0, prose[0] - _AROUND), prose[0]
    before = everything[max(start, first - 40) : max(first + 4, start + _AROUND)]
    above = everything[max(0, start - 4) : start][::-1]
    return before + everything[max(first + 4, start + _AROUND, last - 2) : last + 1 + _AROUND // 2] + above
