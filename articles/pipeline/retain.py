"""Dropping the texts whose outlet lets us keep them no longer: the headline, a very short excerpt and the link stay.

What was found in a text while it was there (who said what, figures, who copied whom) stays too, and so do published
editions, which are shown from their own copies.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from articles.editing import excerpt, first_lines
from articles.models import Article, ArticleVersion, Page
from sources.models import Entry, Outlet
from sources.terms import EXCERPT

BATCH = 50


def overdue(outlet: Outlet, now: datetime) -> QuerySet[Article]:
    """The outlet's articles whose text was kept for as long as its terms allow; none where they set no end."""
    if not outlet.retention_days:
        return Article.objects.none()
    before = now - timedelta(days=outlet.retention_days)
    return Article.objects.filter(outlet=outlet, text_dropped_at=None, seen_at__lt=before)


def drop_next(now: datetime) -> int:
    """Drop up to BATCH texts of one outlet, the oldest first, in one transaction; how many. 0 when none is overdue."""
    for outlet in Outlet.objects.filter(retention_days__gt=0):
        with transaction.atomic():
            rows = overdue(outlet, now).order_by("seen_at").defer("search")
            articles = list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH])
            _drop(articles, now)
        if articles:
            return len(articles)
    return 0


def _drop(articles: list[Article], now: datetime) -> None:
    for article in articles:
        words = excerpt(first_lines(article), EXCERPT)
        article.text, article.blocks = words, [["paragraph", words]] if words else []
        article.standfirst = excerpt(article.standfirst, EXCERPT)
        article.corrected.pop("blocks", None)
        article.text_dropped_at = now
    Article.objects.bulk_update(articles, ["text", "blocks", "standfirst", "corrected", "text_dropped_at"])
    Page.objects.filter(article__in=articles).delete()
    ArticleVersion.objects.filter(article__in=articles).update(blocks=[])
    entries = list(Entry.objects.filter(article__in=articles))
    for entry in entries:
        entry.content, entry.summary = "", excerpt(entry.summary, EXCERPT)
    Entry.objects.bulk_update(entries, ["content", "summary"])
