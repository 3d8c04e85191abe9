"""Comparing French text whatever its typography. What others wrote is never reset: folded text is not for display."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
_AROUND_FIXED = re.compile("[ \u00a0\u202f]*([\u00a0\u202f])[ \u00a0\u202f]*")
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
    plain = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).translate(_SAME))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).lower().split())


def words(text: str) -> list[str]:
    """The folded words of a text, without punctuation: « L’œuvre d’IA » gives l, oeuvre, d, ia."""
    return re.findall(r"\w+", fold(text))
