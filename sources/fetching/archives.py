"""Pages out of web archives (WARC, ISO 28500, and the older ARC), in bounded memory whatever a file says of itself."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeadersParserException

from sources.fetching.answers import PIECE, Damaged, decoded
from sources.parsing import charsets
from sources.parsing.urls import clean, is_of

MAX_PAGE = 8 * 1024 * 1024
_MAX_HEADERS = 512 * 1024
_MAX_LINE = 64 * 1024
_MAX_FLAWS = 50
_STARTS = (b"WARC/1.", b"WARC/0.", b"\x1f\x8b\x08")
_WINDOW = 1024 * 1024
# What warcio raises over records that are not what they say.
_UNREADABLE = (
    ArchiveLoadFailed, StatusAndHeadersParserException, Damaged, ValueError, TypeError, AttributeError, KeyError,
    IndexError, zlib.error,
)  # fmt: skip


class Flaw(StrEnum):
    """Why a record is left out."""

    DAMAGED = "damaged"
    """What stands there is no record, up to the next one that is."""
    WHOLE_GZIP = "whole_gzip"
    """The file is compressed as a whole: no record can be found again in it."""
    TOO_LARGE = "too_large"
    CUT = "cut"
    """The page is shorter than its record says."""
    COMPRESSED = "compressed"
    """The page cannot be decompressed."""
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class ArchivedHtml:
    """A page as it was archived."""

    place: int
    """The byte of the file at which its record begins."""
    url: str
    archived: str
    """ISO 8601 with its zone."""
    html: str


@dataclass(frozen=True, slots=True)
class Flawed:
    """A record that is left out."""

    place: int
    url: str
    flaw: Flaw


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """Some records of an archive; reading goes on at `position`, and ends when that is `size`."""

    pages: tuple[ArchivedHtml, ...]
    flaws: tuple[Flawed, ...]
    position: int
    size: int


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]
    """Refuses lines and headers without end; `header_bytes` counts since the last record began."""

    header_bytes = 0

    def readline(self, length: int | None = None) -> bytes:
        line: bytes = super().readline(min(length or _MAX_LINE, _MAX_LINE))
        self.header_bytes += len(line)
        if self.header_bytes > _MAX_HEADERS:
            raise Damaged("its headers have no end")
        return line


@dataclass(slots=True)
class _Found:
    pages: list[ArchivedHtml] = field(default_factory=list)
    flaws: list[Flawed] = field(default_factory=list)
    records: int = 0
    characters: int = 0

    def is_full(self, most_records: int, most_characters: int) -> bool:
        return self.records >= most_records or self.characters >= most_characters or len(self.flaws) >= _MAX_FLAWS


def read(
    path: str, position: int, hosts: tuple[str, ...], *, most_records: int = 2000, most_characters: int = 8_000_000
) -> ArchivePart:
    """The archived pages on these hosts, or under them, from the byte `position` on: successful HTML answers only.

    Raises OSError when the file cannot be read. What is damaged is told and passed over.
    """
    found, size = _Found(), Path(path).stat().st_size
    with Path(path).open("rb") as file:
        while position < size and not found.is_full(most_records, most_characters):
            position, flaw = _run(file, position, hosts, found, most_records, most_characters)
            if flaw is None:
                continue
            found.flaws.append(Flawed(max(0, position), "", flaw))
            position = size if flaw == Flaw.WHOLE_GZIP else _next_start(file, position + 1, size)
    return ArchivePart(tuple(found.pages), tuple(found.flaws), position, size)


def next_start(path: str, position: int) -> int:
    """Where the next record may begin after `position`: for a record that cannot be got over otherwise."""
    with Path(path).open("rb") as file:
        return _next_start(file, position + 1, Path(path).stat().st_size)


def _next_start(file: BinaryIO, position: int, size: int) -> int:
    tail = max(len(start) for start in _STARTS) - 1
    while position < size:
        file.seek(position)
        window = file.read(_WINDOW)
        places = [place for start in _STARTS if (place := window.find(start)) >= 0]
        if places:
            return position + min(places)
        if len(window) < _WINDOW:
            return size
        position += len(window) - tail
    return size


def _run(
    file: BinaryIO, position: int, hosts: tuple[str, ...], found: _Found, most_records: int, most_characters: int
) -> tuple[int, Flaw | None]:
    """Read records from `position` on until enough are found; where it ended, and what is wrong there, if anything."""
    file.seek(position)
    records = ArchiveIterator(file)
    records.reader = reader = _Reader(file)
    try:
        for record in records:
            reader.header_bytes = 0
            found.records += 1
            _take(record, position, hosts, found)
            records.read_to_end()
            position = records.offset
            if found.is_full(most_records, most_characters):
                return position, None
    except _UNREADABLE as error:
        return position, Flaw.WHOLE_GZIP if "non-chunked" in str(error) else Flaw.DAMAGED
    size = file.seek(0, 2)
    # The iterator ends early, without a word, where compressed data is damaged.
    return (size, None) if position >= size or not _goes_on(file, position, size) else (position, Flaw.DAMAGED)


def _goes_on(file: BinaryIO, position: int, size: int) -> bool:
    """Whether anything but blanks stands after `position`."""
    file.seek(position)
    return bool(file.read(min(_MAX_LINE, size - position)).strip(b"\0\r\n\t "))


def _take(record: ArcWarcRecord, place: int, hosts: tuple[str, ...], found: _Found) -> None:
    """Keep the record's page, if it is a page of the outlet."""
    if record.rec_type not in ("response", "resource"):
        return
    url = clean(_said(record.rec_headers, "WARC-Target-URI") or _said(record.rec_headers, "uri"))
    if not is_of(url, hosts) or not _is_page(record):
        return
    archived = _moment(_said(record.rec_headers, "WARC-Date") or _said(record.rec_headers, "archive-date"))
    html, flaw = _html(record)
    flaw = flaw or (None if archived else Flaw.UNDATED)
    if flaw is not None:
        found.flaws.append(Flawed(place, url, flaw))
        return
    found.characters += len(html)
    found.pages.append(ArchivedHtml(place, url, archived, html))


def _said(headers: Any, name: str) -> str:
    return str(headers.get_header(name) or "").strip() if headers else ""


def _type(record: ArcWarcRecord) -> str:
    return _said(record.http_headers, "Content-Type") or ("" if record.http_headers else str(record.content_type or ""))


def _is_page(record: ArcWarcRecord) -> bool:
    is_html = _type(record).split(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    return is_html and (record.http_headers is None or record.http_headers.get_statuscode() == "200")


def _moment(said: str) -> str:
    """The moment of archiving, ISO 8601 in WARC and fourteen digits in ARC; "" where there is none."""
    try:
        moment = datetime.strptime(said, "%Y%m%d%H%M%S") if said.isdigit() else datetime.fromisoformat(said)
    except ValueError:
        return ""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.isoformat(timespec="seconds") if 1990 <= moment.year <= datetime.now(UTC).year + 1 else ""


def _html(record: ArcWarcRecord) -> tuple[str, Flaw | None]:
    if _left(record) > MAX_PAGE:
        return "", Flaw.TOO_LARGE
    body = bytearray()
    chunks: Iterable[bytes] = _pieces(record)
    if _said(record.http_headers, "Transfer-Encoding").lower() == "chunked":
        chunks = _dechunked(chunks)
    try:
        for piece in decoded(chunks, _said(record.http_headers, "Content-Encoding")):
            body += piece
            if len(body) > MAX_PAGE:
                return "", Flaw.TOO_LARGE
    except (Damaged, zlib.error):
        return "", Flaw.COMPRESSED
    if _left(record) > 0:  # the file ends before the record does
        return "", Flaw.CUT
    labels = (charsets.of_content_type(_type(record)), charsets.of_html(bytes(body)))
    return charsets.decode(bytes(body), [label for label in labels if label]), None


def _left(record: ArcWarcRecord) -> int:
    """How many bytes of the record are still to be read; 0 where it does not say how long it is."""
    return int(getattr(record.raw_stream, "limit", 0))


def _pieces(record: ArcWarcRecord) -> Iterator[bytes]:
    """The record's bytes as they were on the wire, up to what a page may take."""
    taken = 0
    while taken <= MAX_PAGE and (piece := record.raw_stream.read(PIECE)):
        taken += len(piece)
        yield piece


def _dechunked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The body without its transfer coding (RFC 9112, 7.1); archives often keep the header and drop the coding."""
    data = b"".join(pieces)
    at = 0
    while True:
        end = data.find(b"\r\n", at, at + 200)
        try:
            length = int(data[at:end].split(b";")[0].strip() or b"x", 16) if end >= 0 else -1
        except ValueError:
            length = -1
        if length < 0:  # no chunk begins here: it was not coded, or what follows is not the body's
            yield data if at == 0 else b""
            return
        if length == 0:
            return
        yield data[end + 2 : end + 2 + length]
        at = end + 2 + length + 2
