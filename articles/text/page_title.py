"""The headline that a page displays: the heading nearest to what its metadata call the article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TypeAlias

from lxml import html

from articles.text.page_metadata import Metadata, is_outlet, texts
from articles.text.page_names import name_of
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
_NEAR, _ALONE, _PHRASE = 0.5, 0.3, 4


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


def displayed(tree: Element, found: Metadata, outlet: str, url: str) -> str:
    """The headline as the page shows it, or the one that metadata give when no heading shows it; "" when none does."""
    stated = hints(tree, found)
    keys = [words(hint) for hint in stated]
    parts = [words(part) for hint in stated for part in [hint, *_BAR.split(hint)]]
    ranked: list[tuple[float, str]] = []
    alone = sum(1 for element in tree.iter("h1") if len(words("".join(element.itertext()))) >= _PHRASE) == 1
    for element in tree.iter(*_TAGS):
        text = heading_text(element, parts)
        heading = words(text)
        if not heading or len(heading) > 60 or is_outlet(text, outlet, url):
            continue
        near = max((_nearness(heading, key) for key in keys), default=0.0)
        only = _ALONE if alone and element.tag == "h1" and len(heading) >= _PHRASE else 0.0
        ranked.append((near + _rank(element) + only, text))
    best = max(ranked, key=lambda one: one[0], default=(0.0, ""))
    if best[0] >= _NEAR + 0.3 or (best[1] and not stated):
        return best[1]
    return without_outlet(stated[0], outlet, url) if stated else ""


def _rank(element: Element) -> float:
    """A first-level heading, or one that is named a title, before the others."""
    level = {"h1": 0.5, "h2": 0.15}.get(str(element.tag), 0.0)
    named = 0.1 if _TITLED.search(name_of(element)) else 0.0
    linked = -0.3 if element.getparent() is not None and element.getparent().tag == "a" else 0.0
    return level + named + linked


def without_outlet(title: str, outlet: str, url: str) -> str:
    """The title without the outlet's name that metadata append (« Titre - Le Journal »)."""
    parts = _SEPARATOR.split(title)
    separators = _SEPARATOR.findall(title)
    while len(parts) > 1 and is_outlet(parts[-1], outlet, url):
        parts.pop()
    while len(parts) > 1 and is_outlet(parts[0], outlet, url):
        parts.pop(0)
        separators.pop(0)
    return "".join(part + (separators[i] if i < len(parts) - 1 else "") for i, part in enumerate(parts)).strip()
