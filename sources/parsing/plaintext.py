"""HTML fragments, as feeds carry them, to plain text; in linear time whatever the fragment."""

from __future__ import annotations

import html
import re

# What XML 1.0 forbids, and what Postgres or a UTF-8 encoder refuses.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"[ \t\n\r\f\v\u0085\u2028\u2029]+")
# Every branch either stops before the next "<" or swallows what it has scanned: no text is read twice.
_MARKUP = re.compile(
    r"""<!--(?:.*?-->|.*)
    | <!\[CDATA\[ | \]\]>
    | <(?P<hidden>script|style|template|iframe)\b(?:.*?</(?P=hidden)\s*>|.*)
    | </?(?P<name>[a-z][a-z0-9:-]*) (?:[^<>=]++ | =\s*+"[^"]*+" | =\s*+'[^']*+' | =)*+ >?
    | <[!?][^<>]*>?""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_INLINE = re.compile(
    r"a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong"
    r"|sub|sup|time|tt|u|var|wbr",
    re.IGNORECASE,
)
# html.unescape fails on numbers that Python refuses to read, and no character has so many digits.
_ENDLESS_REFERENCE = re.compile(r"&#x?[0-9a-fA-F]{9,};?")
# HTML held per kept character of text, past which the rest of a fragment is not even read.
_MARKUP_SHARE = 20


def scrub(text: str) -> str:
    """The text without the characters that XML and databases refuse."""
    return _FORBIDDEN.sub("", text)


def collapse(text: str) -> str:
    """The text on one line: blanks and line ends made one space; no-break spaces are kept."""
    return _BLANKS.sub(" ", scrub(text)).strip()


def unescape(text: str) -> str:
    """HTML character references resolved, once; references to no character are dropped."""
    return html.unescape(_ENDLESS_REFERENCE.sub("", text)) if "&" in text else text


def _gap(match: re.Match[str]) -> str:
    return "" if match["name"] and _INLINE.fullmatch(match["name"]) else " "


def text_of(fragment: str, *, html: bool, limit: int) -> str:
    """At most `limit` characters of plain text; `html` says whether `fragment` is HTML or text already."""
    fragment = fragment[: limit * _MARKUP_SHARE]
    if html and ("<" in fragment or "]]>" in fragment):
        fragment = _MARKUP.sub(_gap, fragment)
    return collapse(unescape(fragment) if html else fragment)[:limit].rstrip()
