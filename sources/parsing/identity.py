"""Which item of a feed is which article: identities that survive the ways publishers change their items."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from .plaintext import collapse
from .shapes import ParsedEntry
from .urls import fingerprint, is_front_page, is_web_address

_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


def _digest(kind: str, *parts: str) -> str:
    return sha256("\0".join((kind, *parts)).encode("utf-8", "surrogatepass")).hexdigest()


def _of_link(entry: ParsedEntry, site: str) -> str:
    """By the article's address; "" for the site's own address, which says nothing of the article."""
    mark = fingerprint(entry.url)
    return "" if not mark or mark == site or is_front_page(entry.url) else _digest("link", mark)


def _of_guid(guid: str) -> str:
    """By the GUID; one that is an address flips between http and https and gathers tracking like any other."""
    if not guid:
        return ""
    if is_web_address(guid) and not is_front_page(guid):
        return _digest("guid", fingerprint(guid))
    return _digest("guid", _SCHEME.sub("", guid))


def _of_words(entry: ParsedEntry) -> str:
    """By the title and the date; by the text where there is no title; "" when the item says nothing at all."""
    words = collapse(entry.title or entry.summary or entry.content)
    date = entry.published.value if entry.published else ""
    return _digest("words", words, date) if words else ""


def _shared(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The keys that go with more than one partner: they tell no item from another."""
    partners: defaultdict[str, set[str]] = defaultdict(set)
    for key, partner in pairs:
        partners[key].add(partner)
    return {key for key, found in partners.items() if len(found) > 1}


def identified(entries: Iterable[tuple[ParsedEntry, str]], site_url: str) -> tuple[ParsedEntry, ...]:
    """The same entries with their identities, "" for an empty item; each comes with its whole GUID.

    The address comes first, since GUIDs change with a publishing tool and addresses are what readers share. An
    address under several GUIDs (a live page, a home page) tells nothing, and then the GUID decides; a GUID under
    several addresses tells nothing either. Without both, the words decide.
    """
    site = fingerprint(site_url)
    keyed = [(entry, _of_link(entry, site), _of_guid(guid), _of_words(entry)) for entry, guid in entries]
    vague_guids = _shared((guid, link or words) for _, link, guid, words in keyed if guid)
    # A repeated item is no second partner: only items that differ in their titles as well share an address.
    titles = Counter(link for link, _ in {(link, entry.title) for entry, link, _, _ in keyed if link})
    partners = ((link, guid if guid and guid not in vague_guids else words) for _, link, guid, words in keyed if link)
    vague_links = {link for link in _shared(partners) if titles[link] > 1}
    found = []
    for entry, link, guid, words in keyed:
        alias = "" if guid in vague_guids else guid
        by_link = "" if link in vague_links else link
        identity = by_link or alias or (_digest("both", link, words) if link and words else words)
        found.append(replace(entry, identity=identity, alias=alias if by_link else ""))
    return tuple(found)
