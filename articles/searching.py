"""Searching the articles: what was found, where, and the words around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.core.paginator import Page, Paginator
from django.db.models import F, Q
from django.db.models.functions import Left
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from articles.almanac import last_of_month
from articles.editing import excerpt, limit_of
from articles.models import Article
from articles.models.article import INDEXED_CHARACTERS, PLAIN_CONFIG, STOP_WORDS, ArticleQuerySet
from articles.review import EXCERPT
from sources.models import Outlet

PER_PAGE = 20
MOST = 1_000
"""Articles that a search counts and lists, the newest; its exports hold more."""
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
    count: int | None
    """None where more articles match than are counted."""
    is_current: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results."""

    asked: Asked
    count: int
    is_more: bool
    """More articles match than the `count` newest ones, which are listed: nobody leafs through all of them."""
    page: Page[int]
    hits: tuple[Hit, ...]
    outlets: tuple[Facet, ...]
    months: tuple[Facet, ...]


def matching_articles(asked: Asked) -> ArticleQuerySet:
    """The articles that match, newest first."""
    narrowed = Article.objects.matching(asked.words)
    if asked.outlet:  # by its number: the database knows how many articles that number has
        narrowed = narrowed.filter(outlet=_outlet(asked.outlet) or 0)
    if asked.month:
        narrowed = narrowed.of_days_newest_first(asked.month, last_of_month(asked.month))
    return narrowed.for_lists().newest_first()


def _outlet(slug: str) -> int | None:
    return Outlet.objects.filter(slug=slug).values_list("pk", flat=True).first() if slug else None


def search(asked: Asked, page_number: str | int) -> Found:
    """One page of the search; a page beyond the last is the last."""
    whole = _newest(Asked(asked.words))
    narrowed = whole if not (asked.outlet or asked.month) else _narrowed(whole, asked)
    paginator = Paginator([row.article for row in narrowed.rows], PER_PAGE)
    page = paginator.get_page(page_number)
    found = Article.objects.for_lists().in_bulk(page.object_list)
    articles = [found[pk] for pk in page.object_list if pk in found]
    return Found(
        asked=asked,
        count=len(narrowed.rows),
        is_more=narrowed.is_more,
        page=page,
        hits=_hits(articles, asked.words),
        outlets=_by_outlet(whole, asked),
        months=_by_month(whole, asked),
    )


class _Row(NamedTuple):
    """An article that matches, with what the search can be narrowed to."""

    article: int
    outlet: int | None
    month: date | None


@dataclass(frozen=True, slots=True)
class _Matches:
    """The newest MOST articles that match, and whether there are more."""

    rows: Sequence[_Row]
    is_more: bool


def _newest(asked: Asked) -> _Matches:
    """One walk gives every number of the page: through the index of words, or where most articles hold the words, from
    the newest article back, as the database finds cheaper."""
    matching = matching_articles(asked).select_related(None).values_list("pk", "outlet_id", "day")[: MOST + 1]
    rows = [_Row(pk, outlet, day and day.replace(day=1)) for pk, outlet, day in matching]
    return _Matches(rows[:MOST], len(rows) > MOST)


def _narrowed(whole: _Matches, asked: Asked) -> _Matches:
    """The matches of one outlet, one month, or both."""
    if whole.is_more:
        return _newest(asked)
    outlet = _outlet(asked.outlet)
    rows = [row for row in whole.rows if not asked.outlet or (row.outlet == outlet and outlet is not None)]
    return _Matches([row for row in rows if asked.month is None or row.month == asked.month], is_more=False)


def _by_outlet(whole: _Matches, asked: Asked) -> tuple[Facet, ...]:
    """The outlets with the most articles found, the current one always among them."""
    rows = [row for row in whole.rows if whole.is_more or asked.month is None or row.month == asked.month]
    counts = Counter(row.outlet for row in rows if row.outlet)
    outlets = Outlet.objects.filter(Q(pk__in=counts) | Q(slug=asked.outlet or None))
    ranked = sorted(outlets, key=lambda one: (one.slug != asked.outlet, -counts[one.pk], one.name))[:MOST_OUTLETS]
    found = []
    for outlet in ranked:
        is_current = outlet.slug == asked.outlet
        count = None if whole.is_more else counts[outlet.pk]
        if is_current or counts[outlet.pk]:
            address = asked.address(outlet="" if is_current else outlet.slug)
            found.append(Facet(address, outlet.name, count, is_current))
    return tuple(found)


def _by_month(whole: _Matches, asked: Asked) -> tuple[Facet, ...]:
    """The latest months with articles found; where too many match to be counted, the latest months of the archive."""
    if whole.is_more:
        months = _latest_months(max((row.month for row in whole.rows if row.month), default=None))
        counts = dict.fromkeys([*months, *([asked.month] if asked.month else [])])
    else:
        slug = asked.outlet
        outlet = _outlet(slug)
        counts = dict(Counter(row.month for row in whole.rows if row.month and (not slug or row.outlet == outlet)))
    found = []
    for month in sorted(counts, key=lambda month: (month != asked.month, -month.toordinal()))[:MOST_MONTHS]:
        is_current = month == asked.month
        value = "" if is_current else f"{month:%Y-%m}"
        found.append(Facet(asked.address(month=value), month, counts[month], is_current))
    return tuple(found)


def _latest_months(last: date | None) -> list[date]:
    months = [last.replace(day=1)] if last else []
    while months and len(months) < MOST_MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


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
