"""The words by which a page names its elements: class, id, role, label."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import html

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_NAMED = ("class", "id", "role", "aria-label", "itemprop", "data-testid", "data-component", "rel")


@lru_cache(maxsize=4096)
def _name_words(name: str) -> str:
    return " ".join(word.lower() for word in _WORD.findall(name))


def name_of(element: html.HtmlElement) -> str:
    """The words of an element's class, id, role and label, in lower case, parted by blanks."""
    get = element.get
    return " / ".join(_name_words(value) for key in _NAMED if (value := get(key)))
