"""Lists of articles for other programs: JSON and CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from articles.models import Article
from sources.parsing.dates import PartialDate, Precision

MOST = 5000
FORMATS = ("json", "csv")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def asked_format(request: HttpRequest) -> str:
    """ "json" or "csv" when the address asks for one (?format=…), else ""."""
    wanted = request.GET.get("format", "")
    return wanted if wanted in FORMATS else ""


def as_row(article: Article, absolute: Callable[[str], str]) -> dict[str, Any]:
    """One article as plain values; "published" goes only as far as "precision" (ISO 8601)."""
    said = ""
    if article.published_at and article.published_precision:
        local = timezone.localtime(article.published_at)
        said = PartialDate.from_datetime(local, Precision(article.published_precision)).value
    return {
        "id": article.pk,
        "title": article.title,
        "outlet": article.outlet.name if article.outlet else "",
        "authors": list(article.authors),
        "published": said,
        "precision": article.published_precision,
        "first_seen": timezone.localtime(article.seen_at).isoformat(timespec="seconds"),
        "language": article.language,
        "section": article.section,
        "tags": list(article.tags),
        "paywalled": article.paywalled,
        "words": article.word_count,
        "story": article.story_id,
        "url": article.url,
        "page": absolute(article.get_absolute_url()),
    }


def export(request: HttpRequest, articles: Iterable[Article], name: str, about: dict[str, Any]) -> HttpResponse:
    """At most MOST articles in the format asked for; JSON puts `about` beside them."""
    rows = [as_row(article, request.build_absolute_uri) for article in islice(articles, MOST)]
    return export_rows(request, rows, name, {**about, "articles": rows})


def export_rows(request: HttpRequest, rows: list[dict[str, Any]], name: str, whole: dict[str, Any]) -> HttpResponse:
    """`whole` as JSON or `rows` as CSV, as the address asks; `name` is the CSV's file name without its ending."""
    if asked_format(request) == "json":
        return JsonResponse(whole, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return _as_csv(rows, name)


def _as_csv(rows: Iterable[dict[str, Any]], name: str) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.write("\ufeff")  # or spreadsheets take UTF-8 for something else
    writer: Any = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(answer, list(row))
            writer.writeheader()
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return answer


def _cell(value: object) -> str:
    """A cell's text; what a spreadsheet would run as a formula is given a quote in front (OWASP, CSV injection)."""
    text = "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
