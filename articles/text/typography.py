"""Comparing French text whatever its typography. What others wrote is never reset: folded text is not for display."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
_AROUND_FIXED = re.compile("[ \u00a0\u202f]*([\u00a0\u202f])[ \u00a0\u202f]*")
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]"
)
"""Combining marks: what accents become once parted from their letters."""
_LINE = 400
"""Characters of a line worth remembering: pages are compared line by line, and each line several times."""
_SAME = str.maketrans(
    {
        "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "′": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
        "″": '"',
        "–": "-", "—": "-", "‑": "-", "‐": "-", "−": "-", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "…": "...",
    }
)  # fmt: skip


_UNTIDY = re.compile(_INVISIBLE.pattern + "|[^\\S \u00a0\u202f]|[ \u00a0\u202f]{2}")


def tidy(text: str) -> str:
    """The text on one line as it was written: blanks folded, fixed spaces kept, invisible characters dropped."""
    if not _UNTIDY.search(text):
        return text.strip()
    visible = _INVISIBLE.sub("", text.replace("\u2028", " "))
    return _AROUND_FIXED.sub(r"\1", _BLANKS.sub(" ", visible)).strip()


def fold(text: str) -> str:
    """A key for comparing: lower case, no accents, one apostrophe, quotation mark and dash, œ as oe, single blanks."""
    return _fold_line(text) if len(text) <= _LINE else _fold(text)


def _fold(text: str) -> str:
    plain = _INVISIBLE.sub("", text).translate(_SAME)
    if not plain.isascii():
        plain = _MARKS.sub("", unicodedata.normalize("NFKD", plain)).translate(_SAME)
    return " ".join(plain.lower().split())


_fold_line = lru_cache(maxsize=8192)(_fold)


def words(text: str) -> list[str]:
    """The folded words of a text, without punctuation: « L’œuvre d’IA » gives l, oeuvre, d, ia."""
    return re.findall(r"\w+", fold(text))
