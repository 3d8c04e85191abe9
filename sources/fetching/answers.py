"""Reading an HTTP answer: decompression that cannot explode, and the headers that say when to come back."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from .errors import FetchError, Reason

PIECE = 65_536
_MAX_CODINGS = 2
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_MAX_WAIT = timedelta(days=1)


class Damaged(ValueError):
    """The compressed body is not what its header says, or stops before its end."""


def _flushed(machine: zlib._Decompress) -> Iterator[bytes]:
    while piece := machine.decompress(b"", PIECE):
        yield piece


def _inflated(chunks: Iterable[bytes], window: int) -> Iterator[bytes]:
    """The bytes of a zlib-family stream in pieces of at most PIECE, whatever the rate of compression."""
    machine = zlib.decompressobj(window)
    for chunk in chunks:
        while chunk:
            if machine.eof:
                if window != 31 or not chunk.startswith(b"\x1f"):
                    return  # what follows the end is not the document's
                machine = zlib.decompressobj(window)
            yield machine.decompress(chunk, PIECE)
            chunk = machine.unconsumed_tail or machine.unused_data
    yield from _flushed(machine)
    if not machine.eof:
        raise Damaged("the compressed body stops before its end")


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    return _inflated(chunks, 31)


def _undeflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """`deflate` means zlib (RFC 9110), but some servers send it bare; the first byte tells."""
    chunks = iter(chunks)
    first = next((chunk for chunk in chunks if chunk), b"")

    def again() -> Iterator[bytes]:
        yield first
        yield from chunks

    return _inflated(again(), 15 if first[:1] == b"\x78" else -15)


_CODINGS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _undeflated,
}


def decoded(chunks: Iterable[bytes], content_encoding: str) -> Iterable[bytes]:
    """The body without its content codings; raises Damaged for codings that are unknown or piled up."""
    codings = [name for part in content_encoding.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if len(codings) > _MAX_CODINGS or any(name not in _CODINGS for name in codings):
        raise Damaged(f"it is compressed as “{content_encoding[:60]}”")
    for name in reversed(codings):
        chunks = _CODINGS[name](chunks)
    return chunks


def read(chunks: Iterable[bytes], headers: Mapping[str, str], limit: int, url: str) -> bytes:
    """The whole decompressed body, of at most `limit` bytes; FetchError otherwise."""
    length = headers.get("content-length", "")
    too_large = FetchError(Reason.TOO_LARGE, f"{url} answered with more than {limit // 1024} kB.", url=url)
    if length.isascii() and length.isdigit() and (len(length) > 15 or int(length) > limit):
        raise too_large
    body = bytearray()
    try:
        for piece in decoded(chunks, headers.get("content-encoding", "")):
            body += piece
            if len(body) > limit:
                raise too_large
    except (Damaged, zlib.error) as error:
        raise FetchError(Reason.BAD_ANSWER, f"The answer of {url} cannot be decompressed: {error}.", url=url) from error
    return bytes(body)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks us to stay away, in seconds or until a date (RFC 9110, 10.2.3); at most a day."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), _MAX_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(wait, _MAX_WAIT) if wait > timedelta(0) else None


def max_age(headers: Mapping[str, str]) -> timedelta | None:
    """For how long the answer is fresh by its Cache-Control; at most a day."""
    found = _MAX_AGE.search(headers.get("cache-control", ""))
    return min(timedelta(seconds=int(found[1])), _MAX_WAIT) if found else None
