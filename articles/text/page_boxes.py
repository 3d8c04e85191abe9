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

from articles.text.page_phrases import is_call_to_follow, phrases
from articles.text.page_tree import HEADINGS, Leaf
from articles.text.typography import fold
from articles.text.wordlists import lines

Element: TypeAlias = html.HtmlElement
_INSIDE_HOME = HEADINGS | {"p", "li", "ul", "ol", "blockquote", "dl", "dd", "dt", "pre", "figure", "center", "address"}
_MAIN_SHARE = 0.2
"""Share of the prose from which a home is one of the article's own."""
_MAIN_KNOWN, _MAIN_SURE, _PROMOTING = 0.5, 0.85, 4
_BOX = 600
"""Characters of the largest box that one line of furniture condemns."""
_READER = re.compile(r"\b(?:vous|votre|vos|nous|notre|nos|je|mes|ton|ta|tes)\b|-vous\b")
_CRUMB = 40
_CRUMB_TAGS = frozenset(("div", "section", "header", "article", "dt", "dd"))


@cache
def _promotion() -> re.Pattern[str]:
    return re.compile(r"\b(" + "|".join(sorted(map(re.escape, lines("promotion_words")), key=len, reverse=True)) + ")")


def _home(leaf: Leaf) -> Element:
    """The block that holds a paragraph among its like."""
    node = leaf.element
    while node.tag in _INSIDE_HOME and node.getparent() is not None:
        node = node.getparent()
    return node


def promotion(text: str, *, to_reader: bool = True) -> int:
    """How many words of promotion a text holds; none when it has to speak to its reader and does not."""
    folded = fold(text)
    return len(set(_promotion().findall(folded))) if not to_reader or _READER.search(folded) else 0


_Group = tuple[Element | None, str, str]


def _group(home: Element) -> _Group:
    """Homes that are siblings of one kind, as the sections of one article are, count as one."""
    return home.getparent(), str(home.tag), home.get("class") or ""


class Boxes:
    """Where an article's own paragraphs are, and so which other parts of its element can go."""

    def __init__(self, found: list[Leaf], within: Element, is_prose: Callable[[Leaf], bool]) -> None:
        self.within = within
        self.sizes = _sizes(found)
        self.groups = [_group(_home(leaf)) for leaf in found]
        mass: dict[_Group, int] = {}
        for leaf, group in zip(found, self.groups, strict=True):
            if is_prose(leaf):
                mass[group] = mass.get(group, 0) + len(leaf.text)
        total = sum(mass.values())
        self.main = {group for group, size in mass.items() if size >= _MAIN_SHARE * total}
        own = [index for index, leaf in enumerate(found) if is_prose(leaf) and self.groups[index] in self.main]
        self.holds_main = {
            node for index in own for node in (found[index].element, *found[index].element.iterancestors())
        }
        self.share = sum(mass[group] for group in self.main) / total if total else 0.0
        """Share of the prose that the main homes hold: the more, the better what stands elsewhere can be judged."""
        self.last = own[-1] if own else len(found)
        tail = " ".join(leaf.text for leaf in found[self.last + 1 :])
        self.tail_promotes = self.share > _MAIN_SURE or promotion(tail) >= _PROMOTING

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
        if self.share < _MAIN_KNOWN or self.groups[index] in self.main:
            return False
        return promotion(leaf.text) >= (1 if index > self.last and self.tail_promotes else 2)


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
        if not matched and is_call_to_follow(leaf.text):
            matched = "call to follow"
        says_more = " " in matched
        if matched and (says_more or leaf.tag != "li" or leaf.link_share > 0.5):
            dropped.add(boxes.box(leaf) if says_more and leaf.tag != "li" else leaf.element)
            skipping = skipping or says_more
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
    return leaf.tag in _CRUMB_TAGS and len(leaf.text) < _CRUMB and leaf.text[-1:] not in ".!?…:;»"
