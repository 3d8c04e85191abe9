"""Searching the articles: what was found, where, and the words around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.core.paginator import Page, Paginator
from django.db.models import Count, F
from django.db.models.functions import Left, TruncMonth
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from articles.almanac import last_of_month
from articles.editing import excerpt, limit_of
from articles.models import Article
from articles.models.article import INDEXED_CHARACTERS, PLAIN_CONFIG, STOP_WORDS, ArticleQuerySet
from articles.review import EXCERPT

PER_PAGE = 20
LONGEST = 200
MOST_OUTLETS = 12
MOST_MONTHS = 12
# Private-use characters: no text has them, and what surrounds them is escaped before they become <mark>.
OPEN, CLOSE = "\ue000", "\ue001"
_MARKED = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader searches for. `month` is the first day of one."""

    words: str = ""
    outlet: str = ""
    month: date | None = None

    @classmethod
    def from_text(cls, words: str, outlet: str = "", month: str = "") -> Asked:
        """Read the three fields of the form: whatever they hold, the answer is something to search for."""
        clean = " ".join(words.replace("\x00", " ").split())[:LONGEST]
        try:
            first = datetime.strptime(month, "%Y-%m").date()
        except ValueError:
            first = None
        return cls(clean, outlet.replace("\x00", ""), first)

    def address(self, *, outlet: str | None = None, month: str | None = None) -> str:
        """The query part of this search's address, narrowed or widened ("") to an outlet or a month."""
        own = f"{self.month:%Y-%m}" if self.month else ""
        fields = {
            "q": self.words,
            "titre": self.outlet if outlet is None else outlet,
            "mois": own if month is None else month,
        }
        return urlencode({name: value for name, value in fields.items() if value})


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found, its headline and words around the hit as safe HTML with <mark>."""

    article: Article
    title: SafeString
    words: SafeString


@dataclass(frozen=True, slots=True)
class Facet:
    """A narrowing of the search with its address and the number of articles that it leaves."""

    address: str
    label: str | date
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results."""

    asked: Asked
    count: int
    page: Page[Article]
    hits: tuple[Hit, ...]
    outlets: tuple[Facet, ...]
    months: tuple[Facet, ...]


def matching_articles(asked: Asked) -> ArticleQuerySet:
    """The articles that match, newest first."""
    narrowed = Article.objects.matching(asked.words)
    if asked.outlet:
        narrowed = narrowed.filter(outlet__slug=asked.outlet)
    if asked.month:
        narrowed = narrowed.filter(day__gte=asked.month, day__lte=last_of_month(asked.month))
    return narrowed.for_lists().newest_first()


def search(asked: Asked, page_number: str | int) -> Found:
    """One page of the search; a page beyond the last is the last."""
    cells = _counted(asked.words)
    paginator: Paginator[Article] = Paginator(matching_articles(asked), PER_PAGE)
    paginator.count = sum(cell.count for cell in cells if cell.is_of(asked.outlet) and cell.is_in(asked.month))
    page = paginator.get_page(page_number)
    return Found(
        asked=asked,
        count=paginator.count,
        page=page,
        hits=_hits(list(page.object_list), asked.words),
        outlets=_by_outlet([cell for cell in cells if cell.is_in(asked.month)], asked),
        months=_by_month([cell for cell in cells if cell.is_of(asked.outlet)], asked),
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    """How many articles of one outlet in one month match."""

    slug: str
    name: str
    month: date | None
    count: int

    def is_of(self, slug: str) -> bool:
        return not slug or self.slug == slug

    def is_in(self, month: date | None) -> bool:
        return month is None or self.month == month


def _counted(words: str) -> list[_Cell]:
    """All that matches, by outlet and month: one pass over the articles gives every number of the page."""
    rows = Article.objects.matching(words).annotate(month=TruncMonth("day")).order_by()
    counted = rows.values_list("outlet__slug", "outlet__name", "month").annotate(n=Count("id"))
    return [_Cell(slug or "", name or "", month, n) for slug, name, month, n in counted]


def _by_outlet(cells: Iterable[_Cell], asked: Asked) -> tuple[Facet, ...]:
    """The outlets with the most articles found, the current one always among them."""
    counts: Counter[tuple[str, str]] = Counter()
    for cell in cells:
        if cell.slug:
            counts[cell.slug, cell.name] += cell.count
    ranked = sorted(counts.items(), key=lambda pair: (pair[0][0] != asked.outlet, -pair[1], pair[0][1]))[:MOST_OUTLETS]
    found = []
    for (slug, name), count in ranked:
        is_current = slug == asked.outlet
        found.append(Facet(asked.address(outlet="" if is_current else slug), name, count, is_current))
    return tuple(found)


def _by_month(cells: Iterable[_Cell], asked: Asked) -> tuple[Facet, ...]:
    """The latest months with articles found."""
    counts: Counter[date] = Counter()
    for cell in cells:
        if cell.month:
            counts[cell.month] += cell.count
    found = []
    for month in sorted(counts, key=lambda month: (month != asked.month, -month.toordinal()))[:MOST_MONTHS]:
        is_current = month == asked.month
        value = "" if is_current else f"{month:%Y-%m}"
        found.append(Facet(asked.address(month=value), month, counts[month], is_current))
    return tuple(found)


def _hits(articles: list[Article], words: str) -> tuple[Hit, ...]:
    """The page's hits: by the language's own stems, and where these mark nothing, by the plain words."""
    english = [article.pk for article in articles if article.language == "en"]
    others = [article.pk for article in articles if article.language != "en"]
    marked = _marked(others, words, "french") | _marked(english, words, "english")
    found = []
    for article in articles:
        title, text = marked.get(article.pk, ("", ""))
        words = excerpt(text, limit_of(article, EXCERPT))
        found.append(Hit(article, highlight(title or article.title), highlight(words)))
    return tuple(found)


def _marked(ids: list[int], words: str, config: str) -> dict[int, tuple[str, str]]:
    kept = " ".join(word for word in words.replace("’", "'").split() if word.lower() not in STOP_WORDS)
    if not ids:
        return {}

    def around(field: Any, name: str, **options: Any) -> SearchHeadline:
        query = SearchQuery(kept, config=name, search_type="websearch")
        return SearchHeadline(field, query, config=name, start_sel=OPEN, stop_sel=CLOSE, **options)

    text = Left(F("text"), INDEXED_CHARACTERS)
    few: dict[str, Any] = {"max_words": 34, "min_words": 16, "max_fragments": 2, "fragment_delimiter": " […] "}
    rows = Article.objects.filter(pk__in=ids).annotate(
        title_stem=around("title", config, highlight_all=True),
        title_plain=around("title", PLAIN_CONFIG, highlight_all=True),
        text_stem=around(text, config, **few),
        text_plain=around(text, PLAIN_CONFIG, **few),
    )
    marked = {}
    for pk, *found in rows.values_list("pk", "title_stem", "title_plain", "text_stem", "text_plain"):
        marked[pk] = (_best(*found[:2]), _best(*found[2:]))
    return marked


def _best(stem: str, plain: str) -> str:
    return plain if OPEN in plain and OPEN not in stem else stem


def highlight(text: str) -> SafeString:
    """Escape a text that holds our marker characters, and turn these into <mark>."""
    escaped = _MARKED.sub(r"<mark>\1</mark>", conditional_escape(text))
    return mark_safe(escaped.replace(OPEN, "").replace(CLOSE, ""))  # noqa: S308 - escaped in the line before
