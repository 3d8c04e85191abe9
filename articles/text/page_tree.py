"""HTML as others write it, read into a tree that is safe to walk, and the tree read into leaves of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree, html

from articles.text.typography import tidy

# The parser stops at 2,048 levels and drops the text below, and every level costs time: a page nested deeper than this,
# which no outlet's is, keeps its text tags only.
_DEEPEST = 300
_STRUCTURE = re.compile(
    r"(?:</?(?!(?:p|h[1-6]|li|br|title|meta|link|script|style|time|blockquote)\b)[a-z][^<>]*>\s*)+", re.I
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
# A share of control characters that no text has: a film or an archive that was announced as a page.
_BINARY = 0.05

BLOCK_TAGS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr",
    "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "ul",
))  # fmt: skip
# What never holds an article's text.
SILENT_TAGS = frozenset((
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "select", "option", "button",
    "textarea", "input", "label", "head", "title", "audio", "video", "canvas", "map", "datalist", "dialog", "nav",
    "footer", "figcaption", "menu", "progress",
))  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def parse(page: str) -> html.HtmlElement:
    """The tree of `page`. Raises ValueError when there is nothing in it to read."""
    if not isinstance(page, str):
        raise ValueError(f"a page is text, not {type(page).__name__}")
    text = _CONTROL.sub("", page)
    if not text.strip():
        raise ValueError("the page is empty")
    if len(page) - len(text) > _BINARY * len(page):
        raise ValueError("the page is no text but binary data")
    tree = _tree(text)
    if text.count("<") > _DEEPEST and _depth(tree) > _DEEPEST:
        tree = _tree(_STRUCTURE.sub("<br><br>", text))
    return tree


def _tree(text: str) -> html.HtmlElement:
    parser = html.HTMLParser(huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ValueError(f"the page cannot be read as HTML: {error}") from error


def _depth(tree: html.HtmlElement) -> int:
    depth = deepest = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


@dataclass(slots=True)
class Leaf:
    """A run of text directly inside one block element, in document order."""

    element: html.HtmlElement
    """The innermost block element around it."""
    lines: list[tuple[str, int]] = field(default_factory=list)
    """Its lines, parted where the page breaks them, each with the number of characters inside links."""
    text: str = ""
    linked: int = 0
    """Characters inside links."""
    tag: str = ""
    """The tag of its element, or of the heading that wraps it."""

    @property
    def link_share(self) -> float:
        return self.linked / len(self.text) if self.text else 0.0


class _Collector:
    """Gathers the pieces of text of one block until another block starts or ends."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, bool]] = []

    def add(self, text: str | None, linked: bool) -> None:
        if text:
            self.pieces.append((text, linked))

    def part(self) -> None:
        """Break the line; more than two breaks on end say no more than two."""
        if any(text is not _BREAK for text, _ in self.pieces[-2:]):
            self.pieces.append((_BREAK, False))

    def take(self, element: html.HtmlElement) -> Leaf | None:
        """The leaf gathered so far, if any text stands in it; the collector starts again."""
        pieces, self.pieces = self.pieces, []
        if not any(not text.isspace() for text, _ in pieces):
            return None
        leaf = Leaf(element)
        line: list[tuple[str, bool]] = []
        for text, linked in pieces:
            if text is _BREAK:
                leaf.lines.append(_line(line))
                line = []
            else:
                line.append((text, linked))
        leaf.lines.append(_line(line))
        leaf.text = tidy(" ".join(text for text, _ in leaf.lines))
        leaf.tag = _tag(element)
        leaf.linked = sum(linked for _, linked in leaf.lines)
        return leaf if leaf.text else None


def _tag(element: html.HtmlElement) -> str:
    above: html.HtmlElement | None = element
    for _ in range(4):
        if above is None or above.tag in HEADINGS:
            break
        above = above.getparent()
    return str(above.tag if above is not None and above.tag in HEADINGS else element.tag)


_BREAK = "\n\n<br>"


def _line(pieces: list[tuple[str, bool]]) -> tuple[str, int]:
    return tidy("".join(text for text, _ in pieces)), sum(len(tidy(text)) for text, linked in pieces if linked)


_MOST = 20_000
"""Leaves read at most: ten times what the longest page of an outlet has."""


def leaves(root: html.HtmlElement, dropped: Set[html.HtmlElement] = frozenset()) -> list[Leaf]:
    """The leaves of text under `root` in reading order, without silent tags and the elements in `dropped`."""
    return list(islice(_leaves(root, dropped), _MOST))


def _leaves(root: html.HtmlElement, dropped: Set[html.HtmlElement]) -> Iterator[Leaf]:
    collector = _Collector()
    blocks = [root]
    links = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in SILENT_TAGS or element in dropped:
                walk.skip_subtree()
                continue
            if tag in BLOCK_TAGS:
                if leaf := collector.take(blocks[-1]):
                    yield leaf
                blocks.append(element)
            elif tag == "br":
                collector.part()
            elif tag == "time":
                collector.add(" ", False)  # pages set two times side by side without a blank
            links += tag == "a"
            collector.add(element.text, links > 0)
            continue
        kept = tag not in SILENT_TAGS and element not in dropped
        if kept and tag == "a":
            links -= 1
        if kept and tag in BLOCK_TAGS:
            if leaf := collector.take(blocks[-1]):
                yield leaf
            blocks.pop()
        elif not kept and tag in BLOCK_TAGS and (leaf := collector.take(blocks[-1])):
            yield leaf
        collector.add(element.tail, links > 0)
    if leaf := collector.take(blocks[-1]):
        yield leaf
