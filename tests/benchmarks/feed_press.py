"""A press on loopback for the speed of collecting: many feeds, each on a host of its own where the system can.

python -m tests.benchmarks.feed_press FEEDS ENTRIES prints its port, and answers until its standard input is closed.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from random import Random

FIRST_DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
WORDS = [
    "centre",
    "données",
    "région",
    "ministre",
    "logiciel",
    "licence",
    "réseau",
    "opérateur",
    "puce",
    "usine",
    "capteur",
    "batterie",
    "chercheurs",
    "plateforme",
    "régulateur",
    "amende",
    "contrat",
    "accord",
    "fuite",
    "serveur",
    "nuage",
    "modèle",
    "langue",
    "français",
    "européen",
    "marché",
    "croissance",
    "emploi",
]


def host(number: int) -> str:
    """The address of a feed's host: Linux answers on all of 127/8, other systems on one address only."""
    return f"127.0.{number // 200 + 1}.{number % 200 + 1}" if sys.platform == "linux" else "127.0.0.1"


def address(number: int, port: int) -> str:
    return f"http://{host(number)}:{port}/feed/{number}"


def _sentence(random: Random, length: int) -> str:
    return " ".join(random.choices(WORDS, k=length)).capitalize() + "."


def _item(random: Random, feed: int, number: int) -> str:
    paragraphs = "".join(f"<p>{_sentence(random, 24)} <b>{_sentence(random, 6)}</b></p>" for _ in range(3))
    day = format_datetime(FIRST_DAY - timedelta(minutes=37 * number + feed))
    return (
        f"<item><title>{_sentence(random, 9)} {feed}-{number}</title>"
        f"<link>http://journal-{feed}.example/articles/{number}?utm_source=rss</link>"
        f"<guid isPermaLink='false'>journal-{feed}-{number}</guid><pubDate>{day}</pubDate>"
        f"<dc:creator>Ada Lune</dc:creator><category>Numérique</category><category>{random.choice(WORDS)}</category>"
        f"<description><![CDATA[{paragraphs}]]></description></item>"
    )


def feed(number: int, entries: int) -> bytes:
    """One RSS feed, the same at every run."""
    random = Random(number)
    items = "".join(_item(random, number, place) for place in range(entries))
    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>"
        f"<title>Journal {number}</title><link>http://journal-{number}.example/</link><language>fr</language>"
        f"<description>Un journal</description>{items}</channel></rss>"
    ).encode()


@dataclass
class Press(asyncio.Protocol):
    """Answers one request on each connection."""

    answers: dict[bytes, tuple[bytes, bytes, bytes]]
    """For each path its validator, the answer with the feed, and the answer that nothing changed."""
    transport: asyncio.Transport | None = None
    asked: bytearray = field(default_factory=bytearray)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.asked += data
        if self.transport is None or b"\r\n\r\n" not in self.asked:
            return
        path = bytes(self.asked.split(b" ", 2)[1])
        validator, whole, unchanged = self.answers.get(path, (b"", NOT_FOUND, NOT_FOUND))
        self.transport.write(unchanged if validator and validator in self.asked else whole)
        self.transport.close()


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def _answers(body: bytes) -> tuple[bytes, bytes, bytes]:
    validator = f'"{sha256(body).hexdigest()[:20]}"'.encode()
    tail = b"\r\nETag: " + validator + b"\r\nConnection: close\r\n\r\n"
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\nContent-Length: %d" % len(body)
    return validator, whole + tail + body, b"HTTP/1.1 304 Not Modified" + tail


async def _serve(feeds: int, entries: int) -> None:
    answers = {f"/feed/{number}".encode(): _answers(feed(number, entries)) for number in range(feeds)}
    everywhere = "0.0.0.0" if sys.platform == "linux" else "127.0.0.1"
    server = await asyncio.get_running_loop().create_server(lambda: Press(answers), everywhere, 0, backlog=500)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
