"""CSS selectors as administrators write them, checked before anything is searched with them."""

from __future__ import annotations

import warnings
from functools import lru_cache

import soupsieve


@lru_cache(maxsize=512)
def compiled(selector: str) -> soupsieve.SoupSieve:
    """The selector, ready to search a BeautifulSoup tree. Raises ValueError that says what is wrong with it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what the library calls obsolete would stop working one day, unseen
            return soupsieve.compile(selector)
    except (soupsieve.SelectorSyntaxError, NotImplementedError, Warning) as error:
        raise ValueError(str(error).splitlines()[0].rstrip(".")) from error
