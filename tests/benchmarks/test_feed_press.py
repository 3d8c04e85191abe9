"""The press that the speed of collecting is measured with says what a benchmark of it takes for granted."""

from __future__ import annotations

import socket

from sources.parsing.feeds import parse
from tests.benchmarks import collecting, feed_press


def asked(port: int, path: str, *headers: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall("\r\n".join([f"GET {path} HTTP/1.1", *headers, "", ""]).encode())
        return connection.makefile("rb").read()


def test_every_feed_has_as_many_entries_as_were_asked_for_and_none_of_another() -> None:
    entries = [entry for number in range(3) for entry in parse(feed_press.feed(number, 30), url="http://h/").entries]
    assert len(entries) == len({entry.identity for entry in entries}) == 90
    assert all(entry.published and entry.summary and entry.authors and entry.tags for entry in entries)


def test_a_validator_is_answered_with_the_news_that_nothing_changed() -> None:
    with collecting.press(2, 3) as port:
        head, body = asked(port, "/feed/1").split(b"\r\n\r\n", 1)
        validator = next(line for line in head.decode().splitlines() if line.startswith("ETag")).split(": ")[1]
        assert len(parse(body, url="http://h/").entries) == 3
        assert asked(port, "/feed/1", f"If-None-Match: {validator}").startswith(b"HTTP/1.1 304")
        assert asked(port, "/robots.txt").startswith(b"HTTP/1.1 404")
        assert feed_press.address(1, port).endswith(f":{port}/feed/1")
