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

from articles.text.page_boxes import promotion
from articles.text.page_clean import is_prose, is_title
from articles.text.page_names import name_of
from articles.text.page_phrases import names
from articles.text.page_tree import HEADINGS, Leaf, leaves
from articles.text.typography import tidy, words

Element: TypeAlias = html.HtmlElement
_CONSENT = re.compile(r"cookie|traceur|consentement|données personnelles", re.I)
"""Words of the banners that ask for consent: addressed to the reader, they say nothing of where the article is."""
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


_SMALL, _LARGE = 0.25, 0.85
_FORM, _HIDDEN_SHARE, _HIDDEN_PART, _LONG = 0.1, 0.5, 0.2, 1500
"""Long articles may hide a part of themselves until the reader asks for it."""
"""Shares of the page's prose: furniture by name holds less than the first; comments may hold up to the second."""


def furniture(root: Element, everything: list[Leaf]) -> set[Element]:
    """The elements that are hidden or named as no part of the text, as far as their size allows."""
    mass = _masses(everything)
    total = mass.get(root, 0) or 1
    return {
        element
        for element in root.iterdescendants()
        if (element.attrib or element.tag in ("aside", "form", "figure"))
        and _is_furniture(element, mass.get(element, 0) / total, total)
    }


def _is_furniture(element: Element, share: float, total: int) -> bool:
    """Whether an element that holds `share` of the page's `total` characters of prose is furniture."""
    if _hidden(element):
        return share < (_HIDDEN_PART if total > _LONG else _HIDDEN_SHARE)
    if element.tag == "form":
        return share < _FORM
    if element.tag == "figure":
        return share < _SMALL and next(element.iter("table", "blockquote", "pre", "ul", "ol"), None) is None
    name = f"aside / {name_of(element)}" if element.tag == "aside" else name_of(element)
    if share and names("wall_names").found_in(name):
        return share < _SMALL and promotion(" ".join(element.itertext()), to_reader=False) >= 2
    if not names("boilerplate_names").found_in(name):
        return False
    if share < _SMALL:
        return share == 0 or not _names_body(name)
    return share < _LARGE and names("boilerplate_big_names").found_in(name) and not _holds_article(element)


def _names_body(name: str) -> bool:
    """Whether one of the element's names ends as those of article bodies do (not « article body share »)."""
    return names("body_names").found_in(name, at_end=True)


_CARD = 800
_CARDS = 3


def _leads_away(heading: Element, host: str) -> bool:
    """Whether a heading links to another site, as those of products and sources do and teasers do not."""
    link = next(heading.iter("a"), None)
    if link is None:
        link = next(heading.iterancestors("a"), None)
    target = _host(link.get("href") or "") if link is not None else ""
    return bool(target) and bool(host) and target.split(".")[-2:] != host.split(".")[-2:]


def _host(address: str) -> str:
    match = re.match(r"\s*(?:https?:)?//(?:[^/?#@]*@)?([^/?#:\s]+)", address, re.I)
    return match[1].lower() if match else ""


def cards(root: Element, url: str) -> set[Element]:
    """Teasers of other articles: siblings alike of which three or more are short and open on a title that is a link."""
    found: dict[Element, set[Element]] = {}
    host = _host(url)
    for heading in root.iter("h2", "h3", "h4", "h5", "h6", "strong"):
        linked = next(heading.iter("a"), None) is not None or next(heading.iterancestors("a"), None) is not None
        if linked and not _leads_away(heading, host) and (card := _card(heading, root)) is not None:
            found.setdefault(card.getparent(), set()).add(card)
    return {
        one
        for parent, group in found.items()
        if len(group) >= _CARDS and not _names_body(name_of(parent))
        for one in parent
        if any(_alike(one, card) for card in group) and not _holds_headline(one)
    }


def _card(heading: Element, root: Element) -> Element | None:
    """The short element around a heading that has siblings of its kind."""
    for card in takewhile(lambda node: node is not root, heading.iterancestors("li", "article", "div", "section")):
        parent = card.getparent()
        if parent is not None and sum(_alike(card, one) for one in parent) >= _CARDS:
            return card if len(tidy(" ".join(card.itertext()))) < _CARD else None
    return None


def _alike(left: Element, right: Element) -> bool:
    return bool(left.tag == right.tag and left.get("class") == right.get("class"))


def _holds_headline(element: Element) -> bool:
    return next(element.iter("h1"), None) is not None


def _hidden(element: Element) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(element.get("style") or ""))
    )


def _holds_article(element: Element) -> bool:
    return next(element.iter("h1", "article"), None) is not None


def _worth(leaf: Leaf) -> float:
    """Prose speaks for the element that holds it, links and crumbs against."""
    if is_prose(leaf):
        return 0.0 if _CONSENT.search(leaf.text) and promotion(leaf.text) else len(leaf.text) * (1 - leaf.link_share)
    if leaf.tag in HEADINGS and leaf.link_share < 0.5:
        return 0.0
    return -(20 + len(leaf.text) * leaf.link_share)


_SAME = 8
"""Words by which a paragraph is found again in the text that JSON-LD gives."""
_NEARLY = 0.88
_TITLE_WORTH = 200.0
"""The headline speaks for the element around it as much as a paragraph does: it decides on pages with little text."""


def container(root: Element, found: list[Leaf], title: str, stated: tuple[str, ...]) -> tuple[Element, Element]:
    """The element that holds most prose and least furniture; among near equals the smallest, or the one named so."""
    key, known = words(title), " ".join(words("\n".join(stated)))
    worth: dict[Element, float] = {}
    for leaf in found:
        value = _TITLE_WORTH if is_title(leaf, key) else _worth(leaf)
        if value > 0 and known and " ".join(words(leaf.text)[:_SAME]) in known:
            value *= 2
        node: Element | None = leaf.element
        while node is not None:
            worth[node] = worth.get(node, 0.0) + value
            node = node.getparent()
    best = max(worth, key=lambda element: worth[element] * _bonus(element), default=root)
    outer = best
    while (inner := _inner(best, worth)) is not None:
        best = inner
    return outer, best


def _inner(element: Element, worth: dict[Element, float]) -> Element | None:
    """The child that is worth nearly as much as the element."""
    return next((child for child in element if worth.get(child, 0.0) >= _NEARLY * worth.get(element, 0.0) > 0), None)


def _bonus(element: Element) -> float:
    """How much more an element is worth that says that it holds the article."""
    if element.get("itemprop") == "articleBody" or _names_body(name_of(element)):
        return 1.3
    return 1.1 if element.tag == "article" else 1.0


def find(root: Element, everything: list[Leaf], title: str, url: str, stated: tuple[str, ...] = ()) -> Body:
    """The article's element and the leaves in it that are its text, in reading order.

    Names that leave next to nothing are not believed.
    """
    dropped = furniture(root, everything) | cards(root, url)
    body = _find(root, dropped | _after_comments(everything, dropped), title, url, stated)
    if not any(is_prose(leaf) for leaf in body.leaves):
        return _find(root, cards(root, url), title, url, stated)
    return body


_COMMENTS = re.compile(r"(?<![a-z])(?:comments?|commentaires?|reactions?|disqus)(?![a-z])")
_MOST_AFTER = 0.25


def _after_comments(everything: list[Leaf], dropped: set[Element]) -> set[Element]:
    """What follows the readers' comments: notices of the site, unless most of the page's prose stands there."""
    comments = {element for element in dropped if _COMMENTS.search(name_of(element)) and _holds_comments(element)}
    inside = [index for index, leaf in enumerate(everything) if _held(leaf, comments)]
    if not inside:
        return set()
    after = [leaf for leaf in everything[inside[0] :] if not _held(leaf, dropped)]
    before = sum(len(leaf.text) for leaf in everything[: inside[0]] if is_prose(leaf) and not _held(leaf, dropped))
    follows = sum(len(leaf.text) for leaf in after if is_prose(leaf))
    return {leaf.element for leaf in after} if follows < _MOST_AFTER * before else set()


def _holds_comments(element: Element) -> bool:
    """More than a link to them or their number: the form to write one, or a list."""
    return next(element.iter("form", "textarea", "ol", "ul"), None) is not None


def _held(leaf: Leaf, elements: set[Element]) -> bool:
    return leaf.element in elements or any(parent in elements for parent in leaf.element.iterancestors())


def _find(root: Element, dropped: set[Element], title: str, url: str, stated: tuple[str, ...]) -> Body:
    found = leaves(root, dropped)
    outer, chosen = container(root, found, title, stated)
    inside = [leaf for leaf in found if _within(leaf, chosen)]
    inside = _opening(found, outer, inside, words(title)) + inside
    return Body(chosen, _without_listings(chosen, inside, words(title), url))


def _within(leaf: Leaf, element: Element) -> bool:
    return leaf.element is element or element in leaf.element.iterancestors()


def _opening(found: list[Leaf], outer: Element, inside: list[Leaf], key: list[str]) -> list[Leaf]:
    """The standfirst and first paragraphs that stand between the headline and the article's element."""
    if not inside:
        return []
    first = next(index for index, leaf in enumerate(found) if leaf is inside[0])
    start = next((index + 1 for index, leaf in enumerate(found[:first]) if is_title(leaf, key)), first)
    return [leaf for leaf in found[start:first] if is_prose(leaf) and _within(leaf, outer)]


_FEW = 250
"""Characters of prose that are enough for an article when all that follows looks like a list of others."""


def _without_listings(chosen: Element, inside: list[Leaf], key: list[str], url: str) -> list[Leaf]:
    """Without the parts that list other articles: about as many links on lines of their own as paragraphs."""
    start = next((index + 1 for index, leaf in enumerate(inside) if is_title(leaf, key)), 0)
    first = next((leaf for leaf in inside[start:] if is_prose(leaf)), None)
    if first is None:
        return inside
    path = {first.element, *first.element.iterancestors()}
    prose, linked, size = _counts(inside, _host(url))
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


def _counts(inside: list[Leaf], host: str) -> tuple[dict[Element, int], dict[Element, int], dict[Element, int]]:
    """Under each element: paragraphs of prose, lines that are links, characters of prose."""
    prose: dict[Element, int] = {}
    linked: dict[Element, int] = {}
    size: dict[Element, int] = {}
    for leaf in inside:
        leads = leaf.link_share > 0.8 and len(leaf.text) >= 10 and not _leads_away(leaf.element, host)
        counted = prose if is_prose(leaf) else linked if leads else None
        if counted is None:
            continue
        for node in (leaf.element, *leaf.element.iterancestors()):
            counted[node] = counted.get(node, 0) + 1
            size[node] = size.get(node, 0) + (len(leaf.text) if counted is prose else 0)
    return prose, linked, size


_AROUND = 14
"""Lines before and after the article's text among which pages sign and date it."""


@dataclass(frozen=True, slots=True)
class Near:
    """The lines around an article's text: from its headline to its first paragraphs, and behind its last."""

    head: list[Leaf]
    tail: list[Leaf]

    @property
    def lines(self) -> list[Leaf]:
        return self.head + self.tail


def around(everything: list[Leaf], body: Body, title: str) -> Near:
    """The leaves from the headline to the first prose and after the last: where pages sign and date an article."""
    key = words(title)
    position = {id(leaf.element): index for index, leaf in reversed(list(enumerate(everything)))}
    prose = [index for leaf in body.leaves if is_prose(leaf) and (index := position.get(id(leaf.element))) is not None]
    heading = next((i for i, leaf in enumerate(everything) if is_title(leaf, key)), None)
    if not prose:
        start = heading or 0
        return Near(everything[start : start + _AROUND], [])
    last = prose[-1]
    if heading is not None and heading < last:
        start, first = heading, next(index for index in prose if index > heading)
    else:
        start, first = max(0, prose[0] - _AROUND), prose[0]
    stop = min(max(first + 4, start + _AROUND), last + 1)
    before = everything[max(start, first - 40) : stop]
    above = everything[max(0, start - 4) : start][::-1]
    return Near(before, everything[max(stop, last - 2) : last + 1 + _AROUND // 2] + above)
