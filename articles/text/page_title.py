"""The headline that a page displays: the heading nearest to what its metadata call the article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TypeAlias

from lxml import html

from articles.text.page_bylines import is_date_line
from articles.text.page_metadata import Metadata, is_outlet, texts
from articles.text.page_names import name_of
from articles.text.page_tree import Leaf
from articles.text.typography import tidy, words

Element: TypeAlias = html.HtmlElement
_SEPARATOR = re.compile(r"\s+[|–—•·»:-]\s+|\s*[|»]\s*")
_BAR = re.compile(r"\s+[|–—•·-]\s+|\s*\|\s*")
_ORNAMENT = re.compile(
    r"(?<!\S)(kicker|surtitre|suptitle|overline|eyebrow|label|badge|category|categorie|rubrique|section|premium|abonnes?|"
    r"flag|icon|picto|sr only|visually hidden|screen reader text|hidden|type|tag)(?!\S)"
)
_TITLED = re.compile(r"(?<!\S)(title|titre|headline)(?!\S)")
_TAGS = ("h1", "h2", "h3", "h4")
_SURE, _PHRASE = 0.8, 3
"""What a heading is worth, nearness and level together, that is believed; words that make more than a label."""


def _nearness(heading: list[str], hint: list[str]) -> float:
    """From 0 to 1: how much of the hint the heading says; a heading that opens the hint and leaves a suffix is near."""
    if not heading or not hint:
        return 0.0
    if len(heading) >= 3 and hint[: len(heading)] == heading:
        return 0.8 + 0.2 * len(heading) / len(hint)
    return SequenceMatcher(None, heading, hint, autojunk=False).ratio()


def heading_text(element: Element, keys: list[list[str]]) -> str:
    """A heading's text without its kicker and what only screen readers say, as long as something is left.

    What stands in an element of its own before or after a text that the metadata give as a title, or as a part of one
    (`keys`), is a kicker or a label too.
    """
    pieces = list(_pieces(element, bare=True))
    for start, stop in ((1, len(pieces)), (2, len(pieces)), (0, -1), (0, -2), (1, -1)):
        part = tidy(" ".join(pieces[start:stop]))
        if len(words(part)) >= 3 and words(part) in keys:
            return part
    bare = tidy(" ".join(pieces))
    return bare if len(words(bare)) >= 2 else tidy(" ".join(_pieces(element, bare=False)))


def _pieces(element: Element, *, bare: bool) -> Iterator[str]:
    if element.text and element.text.strip():
        yield element.text
    for child in element:
        skipped = not isinstance(child.tag, str) or child.tag in ("script", "style", "svg", "button")
        if not skipped and not (bare and _ORNAMENT.search(name_of(child))):
            yield _joined(child)
        if child.tail and child.tail.strip():
            yield child.tail


def _joined(element: Element) -> str:
    text = "".join(element.itertext())
    return f" {text} " if element.tag in ("div", "br", "p") else text


def hints(tree: Element, found: Metadata) -> list[str]:
    """What the metadata call the article, the most trustworthy first."""
    page_title = next((tidy(element.text_content()) for element in tree.iter("title")), "")
    stated = [
        *texts(found.article.get("headline")),
        found.meta("og:title", "twitter:title", "dc.title", "title"),
        page_title,
    ]
    return [hint for hint in stated if hint]


def displayed(tree: Element, found: Metadata, lines: list[Leaf], outlet: str, url: str) -> str:
    """The headline as the page shows it, or the one that metadata give when nothing shows it; "" when none does.

    `lines` are the leaves of the page: a headline may stand in no heading at all.
    """
    stated = hints(tree, found)
    parts = [part for hint in stated for part in [hint, *_BAR.split(hint)] if part]
    keys = [words(hint) for hint in stated]
    headings = [
        (_nearest(words(text), keys) + _rank(element), element, text)
        for element in tree.iter(*_TAGS)
        if (text := heading_text(element, list(map(words, parts)))) and not is_outlet(text, outlet, url)
    ]
    shown = [
        (rank, text) for rank, element, text in headings if element.tag == "h1" and _PHRASE <= len(words(text)) < 60
    ]
    best = max(((rank, text) for rank, _, text in headings), default=(0.0, ""))
    if len(shown) == 1 and (shown[0][0] >= _SURE or best[0] < _SURE):
        return shown[0][1]
    if best[0] >= _SURE:
        return best[1]
    verbatim = _verbatim(parts, lines, outlet, url)
    return verbatim or (without_outlet(stated[0], outlet, url) if stated else best[1])


def _nearest(heading: list[str], keys: list[list[str]]) -> float:
    return max((_nearness(heading, key) for key in keys), default=0.0)


def _verbatim(parts: list[str], lines: list[Leaf], outlet: str, url: str) -> str:
    """The longest of what metadata give as a title, or as a part of one, that a line of the page says word for word."""
    said = {tuple(words(leaf.text)): leaf.text for leaf in reversed(lines) if len(leaf.text) < 300}
    matching = [tuple(words(part)) for part in parts if not is_outlet(part, outlet, url)]
    return max((said[key] for key in matching if len(key) >= _PHRASE and key in said), key=len, default="")


def _rank(element: Element) -> float:
    """A first-level heading, or one that is named a title, before the others."""
    level = {"h1": 0.5, "h2": 0.0}.get(str(element.tag), -0.1)
    named = 0.1 if _TITLED.search(name_of(element)) else 0.0
    linked = -0.3 if element.getparent() is not None and element.getparent().tag == "a" else 0.0
    return level + named + linked


def without_outlet(title: str, outlet: str, url: str) -> str:
    """The title without what metadata append: the outlet's name, a date, a rubric (« Titre | Tech | Le Journal »)."""
    parts = _SEPARATOR.split(title)
    separators = _SEPARATOR.findall(title)
    while len(parts) > 1 and (is_outlet(parts[-1], outlet, url) or is_date_line(parts[-1])):
        parts.pop()
    while len(parts) > 1 and "|" in separators[len(parts) - 2] and len(words(parts[-1])) <= 2 < len(words(parts[0])):
        parts.pop()
    while len(parts) > 1 and is_outlet(parts[0], outlet, url):
        parts.pop(0)
        separators.pop(0)
    return "".join(part + (separators[i] if i < len(parts) - 1 else "") for i, part in enumerate(parts)).strip()
