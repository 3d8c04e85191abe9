"""What the demonstration press publishes, read from the files beside this module."""

import re
import tomllib
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FRONT_MATTER = re.compile(r"\A\+\+\+\n(?P<head>.*?)\n\+\+\+\n(?P<body>.*)\Z", re.DOTALL)
FEED_FILES: Mapping[str, str] = {"rss": "feed.xml", "atom": "atom.xml", "json": "feed.json", "rdf": "index.rdf"}


@dataclass(frozen=True)
class DemoOutlet:
    """A fictional outlet; the styles are keys of `rendering.BYLINES` and `rendering.DATES`."""

    slug: str
    name: str
    language: str
    kind: str
    description: str
    owner: str
    city: str
    feed: str
    content: bool
    guid: str
    template: str
    byline: str
    dates: str
    path: str
    colour: str
    journalists: tuple[str, ...]
    comments: tuple[str, ...]
    texts: Mapping[str, str]

    @property
    def home(self) -> str:
        return f"/{self.slug}/"

    @property
    def feed_path(self) -> str:
        return self.home + FEED_FILES[self.feed]


@dataclass(frozen=True)
class DemoArticle:
    """An article of the demonstration; `body` is Markdown, times carry their offset."""

    outlet: str
    slug: str
    title: str
    feed_title: str
    standfirst: str
    authors: tuple[str, ...]
    published: datetime
    modified: datetime | None
    section: str
    tags: tuple[str, ...]
    story: str
    language: str
    paywalled: bool
    credit: str
    kind: str
    body: str

    @property
    def updated(self) -> datetime:
        return self.modified or self.published


@cache
def load_outlets() -> tuple[DemoOutlet, ...]:
    """The outlets, in the order of outlets.toml. Raises TypeError on an unknown or missing key."""
    tables = tomllib.loads((HERE / "outlets.toml").read_text(encoding="utf-8"))["outlets"]
    return tuple(_outlet(table) for table in tables)


@cache
def load_articles() -> tuple[DemoArticle, ...]:
    """Every article, oldest first. Raises ValueError naming the file that cannot be read."""
    articles = [_article(path) for path in sorted((HERE / "articles").glob("*/*.md"))]
    return tuple(sorted(articles, key=lambda article: (article.published, article.outlet)))


def feed_url(outlet: DemoOutlet, base: str) -> str:
    """The absolute address of the outlet's feed, for a server at `base` (such as http://127.0.0.1:8765)."""
    return base.rstrip("/") + outlet.feed_path


def article_path(outlet: DemoOutlet, article: DemoArticle) -> str:
    """Where the article lives on the server, in the outlet's own style of addresses."""
    day = article.published
    return f"/{outlet.slug}" + outlet.path.format(
        slug=article.slug,
        section=slugged(article.section),
        number=1_000_000 + zlib.crc32(article.slug.encode()) % 9_000_000,
        year=day.year,
        month=f"{day.month:02}",
        day=f"{day.day:02}",
    )


def slugged(text: str) -> str:
    """Lower-case ASCII words joined by hyphens."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")


def _outlet(table: dict[str, Any]) -> DemoOutlet:
    lists = {key: tuple(table[key]) for key in ("journalists", "comments")}
    return DemoOutlet(**{**table, **lists})


def _article(path: Path) -> DemoArticle:
    match = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{path}: no front matter between +++ lines")
    try:
        head = tomllib.loads(match["head"])
        return DemoArticle(outlet=path.parent.name, body=match["body"].strip(), **_fields(head))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error!r}") from error


def _fields(head: dict[str, Any]) -> dict[str, Any]:
    optional = {
        "standfirst": "",
        "section": "Actualités",
        "lang": "fr",
        "paywalled": False,
        "credit": "",
        "authors": [],
    }
    head = {**optional, "tags": [], "modified": None, "feed_title": head["title"], **head}
    language = head.pop("lang")
    return head | {
        "language": language,
        "authors": tuple(head["authors"]),
        "tags": tuple(head["tags"]),
        "published": _instant(head["published"]),
        "modified": _instant(head["modified"]) if head["modified"] else None,
    }


def _instant(value: str | datetime) -> datetime:
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(f"{value} carries no offset")
    return instant
