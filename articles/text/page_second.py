"""A second opinion on where a page's article is, asked of trafilatura where our own answer leaves much prose aside.

Asking costs as much as the whole of our own reading, so it is asked only then. It is believed only where the two
readings hardly meet: then ours has most likely taken a box for the article.
"""

from __future__ import annotations

from collections import Counter

import trafilatura

from articles.text.page_clean import is_prose
from articles.text.page_tree import Leaf
from articles.text.spans import Block
from articles.text.typography import words

_LONG = 100
"""Characters from which a line of prose counts."""
_LEFT_ASIDE = 1.5
"""Prose on the page, as a multiple of the body, from which the body is doubted."""
_LEAST = 600
_LARGEST = 2_000_000
"""Characters of a page beyond which the library's time is not ours to spend."""
_MEET = 0.5
_RUN = 4


def better(html: str, url: str, blocks: tuple[Block, ...], everything: list[Leaf]) -> tuple[Block, ...]:
    """`blocks`, or trafilatura's where there is reason to doubt ours and the two hardly share a line."""
    body = sum(len(block.text) for block in blocks)
    prose = sum(len(leaf.text) for leaf in everything if len(leaf.text) >= _LONG and is_prose(leaf))
    if prose <= _LEFT_ASIDE * body or len(html) > _LARGEST:
        return blocks
    other = trafilatura.extract(html, url=url, favor_precision=True, include_comments=False) or ""
    if len(other) < _LEAST or _covered(other, "\n".join(block.text for block in blocks)) >= _MEET:
        return blocks
    return tuple(Block("paragraph", line.strip()) for line in other.splitlines() if line.strip())


def _covered(text: str, by: str) -> float:
    """The share of a text's runs of four words that another holds."""
    runs, held = _runs(text), _runs(by)
    return (runs & held).total() / max(1, runs.total())


def _runs(text: str) -> Counter[tuple[str, ...]]:
    told = words(text)
    return Counter(zip(*(told[start:] for start in range(_RUN)), strict=False))
