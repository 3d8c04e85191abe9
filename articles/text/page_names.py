"""The words by which a page names its elements: class, id, role, label."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import html

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_SINGLE = ("id", "role", "aria-label", "itemprop", "data-testid", "data-component")
_MODIFIER = re.compile(r"(?:^|[-_])(?:has|with|without|avec|sans|not|is-not|no(?![-_]?print))(?:[-_]|[A-Z])|[:\[\]/]")
"""Classes that speak of something else: « with-sidebar », and the variants of utility classes (« print:hidden »)."""


@lru_cache(maxsize=8192)
def _words(name: str) -> str:
    return " ".join(word.lower() for word in _WORD.findall(name))


@lru_cache(maxsize=8192)
def _classes(value: str) -> str:
    return " / ".join(_words(one) for one in value.split() if not _MODIFIER.search(one))


def name_of(element: html.HtmlElement) -> str:
    """An element's class, id, role and label as words in lower case parted by blanks, each name parted by " / ".

    `<p class="article__legend is-wide" id="fig1">` is "article legend / is wide / fig".
    """
    get = element.get
    parts = [_classes(value)] if (value := get("class")) else []
    parts += [_words(value) for key in _SINGLE if (value := get(key))]
    if value := get("rel"):
        parts.append(_words(value))
    return " / ".join(part for part in parts if part)
