"""Small web archives written on the spot."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.fakes import html

DATE = "2019-03-05T10:00:00Z"


class Archive:
    """Records one after the other; `content` is the file so far."""

    def __init__(self, *, is_gzip: bool = True) -> None:
        self._is_gzip = is_gzip
        self.content = b""
        self._record("warcinfo", "", b"software: essai\r\n", "application/warc-fields")

    def add(
        self,
        url: str,
        body: str | bytes = "",
        *,
        kind: str = "text/html; charset=utf-8",
        date: str = DATE,
        status: str = "200 OK",
        headers: tuple[str, ...] = (),
    ) -> Archive:
        """One response; a page with an article of that address when no body is given."""
        text = body or html(f"Article {url.rsplit('/', 1)[-1]}")
        head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers, "", ""])
        payload = head.encode() + (text.encode() if isinstance(text, str) else text)
        self._record("response", url, payload, "application/http; msgtype=response", date)
        return self

    def write(self, path: Path) -> Path:
        path.write_bytes(self.content)
        return path

    def _record(self, what: str, url: str, payload: bytes, kind: str, date: str = DATE) -> None:
        fields = [
            "WARC/1.0", f"WARC-Type: {what}", "WARC-Record-ID: <urn:uuid:0>", f"WARC-Date: {date}",
            *([f"WARC-Target-URI: {url}"] if url else []), f"Content-Type: {kind}", f"Content-Length: {len(payload)}",
        ]  # fmt: skip
        record = "\r\n".join([*fields, "", ""]).encode() + payload + b"\r\n\r\n"
        self.content += gzip.compress(record) if self._is_gzip else record
