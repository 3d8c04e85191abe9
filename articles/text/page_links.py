"""The links in an article's text: they may credit another outlet, even of the same host."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urldefrag, urljoin, urlsplit

from articles.text.page_tree import Leaf
from articles.text.spans import Block, Link
from articles.text.typography import tidy

MOST_LINKS = 60
MOST_WORDS, MOST_ADDRESS = 300, 1000
"""Characters."""


def read(leaves: Iterable[Leaf], blocks: Iterable[Block], url: str) -> tuple[Link, ...]:
    """The first MOST_LINKS links of the blocks to other pages than `url`, each address with its words once."""
    texts, found = {tidy(block.text) for block in blocks}, dict[Link, None]()
    for leaf in leaves:
        if leaf.linked and not texts.isdisjoint(map(tidy, (leaf.text, *(line for line, _linked in leaf.lines)))):
            for anchor in leaf.element.iter("a"):
                link = _link(anchor.get("href") or "", " ".join(anchor.itertext()), url)
                if link is not None and urldefrag(link.url).url != urldefrag(url).url:
                    found.setdefault(link)
    return tuple(found)[:MOST_LINKS]


def _link(href: str, words: str, url: str) -> Link | None:
    try:
        address = urljoin(url, href.strip())
        parts = urlsplit(address)
    except ValueError:  # no address at all, such as « http://[ »
        return None
    said = tidy(words)
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(address) > MOST_ADDRESS:
        return None
    return Link(said, address) if 0 < len(said) <= MOST_WORDS else None
