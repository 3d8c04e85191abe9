"""Stand-ins that tests share: a client that answers from a table, and feeds and pages written on the spot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from django.utils import timezone

from sources.fetching.client import Client, Response
from sources.fetching.robots import Rules
from sources.models import Entry, Feed, Outlet

Answer = Response | Exception | Callable[[], Response]


@dataclass
class FakeClient(Client):
    """Answers each address from `answers`, and remembers what it was asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    robots: Rules = field(default_factory=lambda: Rules(True))
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def get(
        self, url: str, *, etag: str = "", last_modified: str = "", accept: str = "", kind: str = "page"
    ) -> Response:
        self.asked.append((url, etag, last_modified))
        answer = self.answers[url]
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer

    def rules(self, url: str) -> Rules:
        return self.robots


def response(url: str, body: str | bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A success with this body; 304 is the news that nothing changed."""
    return Response(
        url=url,
        requested_url=url,
        status=status,
        headers={"content-type": "text/html; charset=utf-8", **(headers or {})},
        body=body.encode() if isinstance(body, str) else body,
        not_modified=status == 304,
        permanent_redirect_to="",
        fetched_at=datetime(2024, 2, 28, 12, tzinfo=UTC),
        elapsed=0.01,
    )


def item(number: int, *, title: str = "", url: str = "", guid: str = "", extra: str = "") -> str:
    """One item of an RSS feed."""
    url = url or f"https://journal.example/articles/{number}"
    return (
        f"<item><title>{escape(title or f'Article numéro {number}')}</title><link>{escape(url)}</link>"
        f"<guid isPermaLink='false'>{escape(guid or f'journal-{number}')}</guid>"
        f"<pubDate>Wed, 28 Feb 2024 10:{number % 60:02}:00 +0100</pubDate>{extra}</item>"
    )


def rss(*items: str) -> str:
    """An RSS 2.0 feed."""
    return (
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Le Journal</title>"
        f"<link>https://journal.example/</link>{''.join(items)}</channel></rss>"
    )


PARAGRAPH = (
    "La société a présenté mardi son nouveau centre de données, installé dans une ancienne filature. Le bâtiment "
    "compte douze salles et consomme autant d'électricité qu'une petite ville, selon le maire de la commune."
)


def html(title: str, *, text: str = PARAGRAPH, head: str = "", times: int = 3) -> str:
    """A plain page with one article; each paragraph says something of its own."""
    body = "".join(f"<p>{text} Point {place} de l'article « {title} ».</p>" for place in range(1, times + 1))
    return (
        f"<!doctype html><html lang='fr'><head><title>{escape(title)}</title>{head}</head>"
        f"<body><article><h1>{escape(title)}</h1>{body}</article></body></html>"
    )


def make_outlet(name: str = "Le Journal", **fields: object) -> Outlet:
    slug = name.lower().replace(" ", "-")
    return Outlet.objects.create(**{"name": name, "slug": slug, **fields})


def make_feed(outlet: Outlet | None = None, url: str = "https://journal.example/feed", **fields: object) -> Feed:
    """A feed that is due."""
    due = timezone.now() - timedelta(minutes=1)
    return Feed.objects.create(**{"outlet": outlet or make_outlet(), "url": url, "next_fetch_at": due, **fields})


def make_entry(number: int = 1, outlet: Outlet | None = None, **fields: object) -> Entry:
    """An entry that waits."""
    now = timezone.now() - timedelta(minutes=1)
    given = {
        "outlet": outlet or Outlet.objects.first() or make_outlet(),
        "identity": f"{number:064x}",
        "url": f"https://journal.example/articles/{number}",
        "title": f"Article numéro {number}",
        "seen_at": now,
        "retry_at": now,
    }
    return Entry.objects.create(**{**given, **fields})
