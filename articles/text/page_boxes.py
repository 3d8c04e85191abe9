"""The parts of an article's element that stand apart from its paragraphs: boxes, promotion, crumbs.

Paragraphs of one article share a few homes (the blocks that hold them); a promotion stands in a home of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import takewhile
from typing import TypeAlias

from lxml import html

from articles.text.page_phrases import phrases
from articles.text.page_tree import HEADINGS, Leaf
from articles.text.typography import fold
from articles.text.wordlists import lines

Element: TypeAlias = html.HtmlElement
_INSIDE_HOME = HEADINGS | {"p", "li", "ul", "ol", "blockquote", "dl", "dd", "dt", "pre", "figure", "center", "address"}
_MAIN_SHARE = 0.2
"""Share of the prose from which a home is one of the article's own."""
_BOX = 600
"""Characters of the largest box that one line of furniture condemns."""
_READER = re.compile(r"\b(?:vous|votre|vos|nous|notre|nos|je|mes|ton|ta|tes)\b|-vous\b")
_CRUMB = 40


@cache
def _promotion() -> re.Pattern[str]:
    return re.compile(r"\b(" + "|".join(sorted(map(re.escape, lines("promotion_words")), key=len, reverse=True)) + ")")


def _home(leaf: Leaf) -> Element:
    """The block that holds a paragraph among its like."""
    node = leaf.element
    while node.tag in _INSIDE_HOME and node.getparent() is not None:
        node = node.getparent()
    return node


def _promotes(text: str) -> int:
    """How many words of promotion a text that speaks to its reader holds."""
    folded = fold(text)
    return len(set(_promotion().findall(folded))) if _READER.search(folded) else 0


class Boxes:
    """Where an article's own paragraphs are, and so which other parts of its element can go."""

    def __init__(self, found: list[Leaf], within: Element, is_prose: Callable[[Leaf], bool]) -> None:
        self.within = within
        self.homes = {id(leaf): _home(leaf) for leaf in found}
        self.main = self._main(found, is_prose)
        own = [leaf for leaf in found if is_prose(leaf) and self.homes[id(leaf)] in self.main]
        self.holds_main = {node for leaf in own for node in (leaf.element, *leaf.element.iterancestors())}
        self.sizes = _sizes(found)
        self.last = (
            max((index for index, leaf in enumerate(found) if leaf in own), default=len(found)) if own else len(found)
        )

    def _main(self, found: list[Leaf], is_prose: Callable[[Leaf], bool]) -> set[Element]:
        mass: dict[Element, int] = {}
        for leaf in found:
            if is_prose(leaf):
                home = self.homes[id(leaf)]
                mass[home] = mass.get(home, 0) + len(leaf.text)
        total = sum(mass.values())
        return {home for home, size in mass.items() if size >= _MAIN_SHARE * total}

    def box(self, leaf: Leaf) -> Element:
        """The largest element around a line of furniture that holds none of the article's own paragraphs."""
        chosen = leaf.element
        for node in takewhile(lambda node: node is not self.within, leaf.element.iterancestors()):
            if node in self.holds_main or self.sizes.get(node, 0) > _BOX:
                break
            chosen = node
        return chosen

    def promotes(self, index: int, leaf: Leaf) -> bool:
        """Whether a leaf outside the article's own homes speaks to the reader of subscriptions and the like."""
        if self.homes[id(leaf)] in self.main or len(self.main) == 0:
            return False
        return _promotes(leaf.text) >= (1 if index > self.last else 2)


def _sizes(found: list[Leaf]) -> dict[Element, int]:
    sizes: dict[Element, int] = {}
    for leaf in found:
        for node in (leaf.element, *leaf.element.iterancestors()):
            sizes[node] = sizes.get(node, 0) + len(leaf.text)
    return sizes


def without_boxes(found: list[Leaf], within: Element, is_prose: Callable[[Leaf], bool]) -> list[Leaf]:
    """The leaves without the boxes that a line of furniture names (« À lire aussi : » and its links), and without
    promotion: what comes after it, behind the article's last paragraph, goes too.
    """
    boxes = Boxes(found, within, is_prose)
    lexicon = phrases("boilerplate_lines")
    dropped: set[Element] = set()
    kept: list[Leaf] = []
    skipping = False
    for index, leaf in enumerate(found):
        matched = lexicon.match(leaf.text) if len(leaf.lines) == 1 else ""
        if matched:
            climbs = " " in matched and leaf.tag != "li"
            dropped.add(boxes.box(leaf) if climbs else leaf.element)
            skipping = True
        elif boxes.promotes(index, leaf):
            if index > boxes.last:
                break
            dropped.add(leaf.element)
        elif not (skipping and not is_prose(leaf) and (leaf.link_share > 0.5 or leaf.tag == "li")):
            skipping = False
            kept.append(leaf)
    return [leaf for leaf in kept if not _inside(leaf, dropped)]


def _inside(leaf: Leaf, dropped: set[Element]) -> bool:
    return leaf.element in dropped or any(node in dropped for node in leaf.element.iterancestors())


def without_crumbs(found: Iterable[Leaf], first: int, second: int) -> list[Leaf]:
    """Without the labels between a standfirst and the text below it (leaves `first` and `second`): dates, rubrics."""
    return [leaf for index, leaf in enumerate(found) if not (first < index < second and _is_crumb(leaf))]


def _is_crumb(leaf: Leaf) -> bool:
    plain = leaf.tag not in HEADINGS and leaf.tag != "p"
    return plain and len(leaf.text) < _CRUMB and leaf.text[-1:] not in ".!?…:;»"
