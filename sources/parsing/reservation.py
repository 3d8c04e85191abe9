"""Whether a site reserves text and data mining, by the TDM Reservation Protocol (W3C community report, 2024).

A site says so in three places: a header of the answer, metadata of the page, and a file for the whole origin. The
closer to the text, the more it counts: the page before the header, the header before the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .urls import is_web_address

PATH = "/.well-known/tdmrep.json"
MAX_POLICY = 1_000
# Metadata stands at the head of a page.
_HEAD = 200_000
_META = re.compile(r"<meta\b[^<>]{0,2000}>", re.IGNORECASE)
_NAME = re.compile(r"\bname\s*=\s*[\"']?\s*(tdm-reservation|tdm-policy)\b", re.IGNORECASE)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a site says: whether mining is reserved, and the address of its policy, "" where it gives none."""

    is_reserved: bool
    policy: str = ""


def _reservation(value: object, policy: object) -> Reservation | None:
    """Only 1 and 0 mean something; anything else says nothing."""
    said = str(value).strip()
    if said not in {"0", "1"}:
        return None
    address = str(policy or "").strip()
    return Reservation(said == "1", address if len(address) <= MAX_POLICY and is_web_address(address) else "")


def of_headers(headers: Mapping[str, str]) -> Reservation | None:
    """What the headers of an answer say, their names in lower case; None for nothing."""
    return _reservation(headers.get("tdm-reservation", ""), headers.get("tdm-policy", ""))


def of_html(html: str) -> Reservation | None:
    """What the metadata of a page says; None for nothing."""
    found: dict[str, str] = {}
    for tag in _META.findall(html[:_HEAD]):
        name, content = _NAME.search(tag), _CONTENT.search(tag)
        if name and content:
            found.setdefault(name[1].lower(), content[1] or content[2] or content[3] or "")
    return _reservation(found.get("tdm-reservation", ""), found.get("tdm-policy", ""))


def of_page(html: str, headers: Mapping[str, str]) -> Reservation | None:
    """What a page and its answer say."""
    return of_html(html) or of_headers(headers)


def of_file(text: str, path: str = "/") -> Reservation | None:
    """What an origin's tdmrep.json says of a path: the longest of the locations that match. None for nothing."""
    try:
        rules = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(rules, list):
        return None
    matching = [rule for rule in rules if isinstance(rule, dict) and _matches(str(rule.get("location", "")), path)]
    for rule in sorted(matching, key=_length, reverse=True):
        said = _reservation(rule.get("tdm-reservation", ""), rule.get("tdm-policy", ""))
        if said is not None:
            return said
    return None


def _length(rule: dict[str, Any]) -> int:
    return len(str(rule.get("location", "")))


def _matches(location: str, path: str) -> bool:
    """Robots-like: a prefix, with * for anything and $ for the end."""
    whole = location.endswith("$")
    pieces = location.removesuffix("$").split("*")
    if not location or len(pieces) > 20 or not path.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:]:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not whole or (path.endswith(pieces[-1]) and (len(pieces) > 1 or path == pieces[0]))
