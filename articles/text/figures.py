"""Amounts, percentages and counts in a French text, their units made one."""

from __future__ import annotations

import re

from articles.text import wordlists
from articles.text.findings import FigureSpan
from articles.text.reading import fold

_SCALES = {"centaine": 1e2, "millier": 1e3, "mille": 1e3, "million": 1e6, "milliard": 1e9, "billion": 1e12}
_SCALES |= {"k": 1e3, "m": 1e6, "md": 1e9, "mds": 1e9, "mrd": 1e9, "mrds": 1e9}
_NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zéro",
            "un",
            "deux",
            "trois",
            "quatre",
            "cinq",
            "six",
            "sept",
            "huit",
            "neuf",
            "dix",
            "onze",
            "douze",
            "treize",
            "quatorze",
            "quinze",
            "seize",
        ]
    )
} | {"une": 1, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "cent": 100}


def _units() -> dict[str, str]:
    return {form.strip().lower(): unit for unit, forms in wordlists.table("units") for form in forms.split(",")}


_UNITS = _units()
_UNIT = "|".join(sorted((re.escape(form) for form in _UNITS), key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:[ .]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
_FIGURE = re.compile(
    rf"(?<![\w.,/-])(?P<front>[$€£] ?)?(?P<number>{_DIGITS}|(?:{'|'.join(_NUMBER_WORDS)})(?= (?:milli|%|pour cent)))"
    r"(?: (?:de )?(?P<scale>centaines?|milliers?|mille|millions?|milliards?|billions?)(?!\w)| ?(?P<short>Mds?"
    r"|Mrds?|M|k|K)(?=[ ]?[€$£]))?"
    rf"(?:(?: d'| de | | ?)(?P<unit>{_UNIT})(?!\w))?",
    re.IGNORECASE,
)


def _value(match: re.Match[str]) -> float:
    written = match["number"].lower()
    if written in _NUMBER_WORDS:
        value = float(_NUMBER_WORDS[written])
    elif re.fullmatch(r"\d{1,3}(?:[ .]\d{3})+(?:,\d+)?", written):
        value = float(re.sub(r"[ .]", "", written).replace(",", "."))
    else:
        value = float(written.replace(",", "."))
    scale = (match["scale"] or match["short"] or "").lower()
    return round(value * _SCALES.get(scale if scale in _SCALES else scale.rstrip("s"), 1.0), 6)


def find(text: str) -> tuple[FigureSpan, ...]:
    """Figures with a unit, a currency or a scale; a bare number is none. `value` is in plain units."""
    found = []
    for match in _FIGURE.finditer(fold(text)):
        front = (match["front"] or "").strip()
        unit = _UNITS[match["unit"].lower()] if match["unit"] else _UNITS.get(front, "")
        if unit == "hour" and re.search(
            r"(?:\bà|\bvers|\bdès|\bavant|\baprès|\bde|\bjusqu'à) $", text[max(0, match.start() - 9) : match.start()]
        ):
            continue
        if unit or match["scale"]:
            start, end = match.span()
            found.append(
                FigureSpan(text[start:end].rstrip(), start, start + len(text[start:end].rstrip()), _value(match), unit)
            )
    return tuple(found)
