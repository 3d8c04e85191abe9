"""The lexicons beside this module: plain text, one entry a line, `#` opens a comment."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicons"


@cache
def lines(name: str) -> tuple[str, ...]:
    """The entries of the lexicon `name` (a file name without ".txt"), in file order."""
    content = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    stripped = (line.split("#", 1)[0].strip() for line in content.splitlines())
    return tuple(line for line in stripped if line)


@cache
def words(name: str) -> frozenset[str]:
    """The entries of a lexicon as a set, lower case, apostrophes straight."""
    return frozenset(line.replace("’", "'").lower() for line in lines(name))


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    """The entries of a lexicon whose lines are cells parted by `|`."""
    return tuple(tuple(cell.strip() for cell in line.split("|")) for line in lines(name))


@cache
def group(name: str, use: str) -> frozenset[str]:
    """The words of one line of a lexicon whose lines are « use | words parted by blanks »."""
    return frozenset(next(row[1] for row in table(name) if row[0] == use).split())


def unaccented(text: str) -> str:
    """Lower case without accents or ligatures, apostrophes straight: how names are compared."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe").replace("’", "'"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()
