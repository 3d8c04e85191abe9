"""Lists of addresses as people keep them: CSV with any delimiter and encoding, or one address a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import charsets
from .dates import PartialDate, parse_date
from .plaintext import collapse, scrub
from .shapes import MAX_DATE, MAX_TITLE
from .urls import clean, is_web_address

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
_DELIMITERS = "\t;,|"
_SAMPLE_LINES = 50
# A quoted field may go over several lines; a quote that is never closed must not swallow the rest of the list.
_MOST_LINES_A_ROW = 12
_MOST_CHARACTERS_A_LINE = 20_000
_COLUMNS = {
    "url": ("url", "adresse", "address", "link", "lien", "loc", "site", "feed", "flux"),
    "title": ("title", "titre", "name", "nom"),
    "date": ("date", "published", "publication", "publie", "publié", "date de publication", "publication_date"),
}
_BARE = re.compile(r"(?:[\w-]+\.)+[a-z]{2,24}(?:[/:?#]\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One row, which begins at `line`, from 1; `url` is "" where it has none to use, and `said` shows what it has."""

    line: int
    url: str
    title: str
    date: PartialDate | None
    said: str


@dataclass(frozen=True, slots=True)
class AddressList:
    """The rows of a list in order; `is_cut` says that it goes on beyond MAX_ROWS."""

    rows: tuple[AddressRow, ...]
    is_cut: bool


def _delimiter(lines: list[str]) -> str:
    """The one that parts most lines of the beginning into the same number of fields, more than one."""

    def regularity(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in lines]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual), usual) if usual else (0, 0)

    return max(_DELIMITERS, key=regularity)


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """(line number from 1, fields, the text) of each record; no fields where it cannot be parted."""
    at = 0
    while at < len(lines):
        end = at + 1
        quotes = lines[at].count('"')
        while quotes % 2 and end < min(len(lines), at + _MOST_LINES_A_ROW):
            quotes += lines[end].count('"')
            end += 1
        if quotes % 2:  # never closed: this line alone is wrong, or its quote means an inch
            end = at + 1
        text = "\n".join(lines[at:end])
        yield at + 1, _fields(text, delimiter, is_quoted=not quotes % 2), text
        at = end


def _fields(text: str, delimiter: str, *, is_quoted: bool) -> list[str]:
    if len(text) > _MOST_CHARACTERS_A_LINE:
        return []
    lines = text.splitlines(keepends=True)
    try:
        if is_quoted:
            rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
        else:
            rows = list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    except csv.Error:
        return []
    return [collapse(field) for field in rows[0]] if rows else []


def _columns(header: list[str]) -> dict[str, int]:
    """Which column holds what, by the names of a header; empty when it is no header."""
    names = [name.strip().lower().lstrip("\ufeff") for name in header]
    return {
        what: next(names.index(known) for known in spellings if known in names)
        for what, spellings in _COLUMNS.items()
        if any(known in names for known in spellings)
    }


def _address(field: str) -> str:
    """An http(s) address; a bare « exemple.fr » is taken as https. "" for anything else."""
    field = f"https://{field}" if _BARE.fullmatch(field) else field
    return clean(field) if is_web_address(field) else ""


def _row(line: int, fields: list[str], text: str, columns: dict[str, int]) -> AddressRow:
    def of(what: str) -> str:
        place = columns.get(what)
        return fields[place] if place is not None and place < len(fields) else ""

    url = _address(of("url")) if "url" in columns else next(filter(None, map(_address, fields)), "")
    date = parse_date(of("date")[:MAX_DATE]) if of("date") else None
    return AddressRow(line, url, of("title")[:MAX_TITLE], date, collapse(text)[:300])


def read(content: bytes) -> AddressList:
    """The rows of a list: CSV with a header that names its columns (url, title, date, in English or French), or any
    rows with an address in them. Empty rows are left out.

    Raises ValueError, with a sentence, for a list that is too large or no text.
    """
    if len(content) > MAX_BYTES:
        raise ValueError(f"The list is larger than {MAX_BYTES // 1024 // 1024} MB.")
    if content.startswith((b"PK\x03\x04", b"\x1f\x8b", b"%PDF-")):
        raise ValueError("This is no list in text but another kind of file.")
    text = scrub(charsets.decode(content)).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    delimiter = _delimiter([line for line in lines if line.strip()][:_SAMPLE_LINES])
    rows: list[AddressRow] = []
    columns: dict[str, int] = {}
    for number, fields, record in _records(lines, delimiter):
        if not record.strip():
            continue
        if not rows and not columns and (columns := _columns(fields)):
            continue
        if len(rows) == MAX_ROWS:
            return AddressList(tuple(rows), is_cut=True)
        rows.append(_row(number, fields, record, columns))
    return AddressList(tuple(rows), is_cut=False)
