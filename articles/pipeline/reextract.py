"""Reading kept pages once more with a better engine: one article at a time, each marked when it is done."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from articles.models import Article
from articles.pipeline import reading
from articles.pipeline.reading import TEXT_COLUMNS
from articles.pipeline.refresh import version_columns
from articles.text import ENGINE
from sources.models import Outlet

logger = logging.getLogger(__name__)
# Numbers of articles that are in memory at once; never more than one article is.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Reread:
    """What one article's page says now. Empty `changed` where it says the same."""

    article: int
    title: str
    """The headline as it was shown."""
    changed: frozenset[str] = frozenset()
    """Columns of Article; those that a person corrected are named although the article does not show the change."""
    words: tuple[int, int] = (0, 0)
    """How many words the text had, and has."""
    headlines: tuple[str, str] = ("", "")
    """The headline that was read, and the one that is read now."""
    is_readable: bool = True
    """False where no article is found on the kept page any more: the article stays as it is."""
    is_kept_out: bool = False
    """The outlet has the same article already: this one stays as it is."""


def to_reread(outlet: Outlet | None = None, since: date | None = None) -> QuerySet[Article]:
    """The articles with a kept page, of one outlet, published (or first seen, when undated) on `since` or later."""
    articles = Article.objects.filter(page__isnull=False)
    if outlet is not None:
        articles = articles.filter(outlet=outlet)
    if since is not None:
        start = timezone.make_aware(datetime.combine(since, time.min))
        articles = articles.filter(sort_at__gte=start)
    return articles


def waiting(articles: QuerySet[Article]) -> QuerySet[Article]:
    """Those of them that this engine has not read yet."""
    return articles.exclude(extracted_with=ENGINE)


def reread_all(articles: QuerySet[Article], *, dry_run: bool = False) -> Iterator[Reread]:
    """Read each of these articles' pages again, oldest number first. It may be stopped at any moment.

    Each article is stored, with its mark, in a transaction of its own; a dry run stores nothing. What people corrected
    stays, so do the story and the grouping; the index of words follows by itself. Several runs share the work: an
    article that another one holds, or has read since, is passed over.
    """
    last = 0
    while numbers := list(articles.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = numbers[-1]
        for number in numbers:
            try:
                found = _reread(articles.filter(pk=number), number, dry_run)
            except Exception:
                logger.exception("article %d cannot be read again", number)  # nor may it keep the others from it
                found = Reread(number, "", is_readable=False)
            if found is not None:
                yield found


@transaction.atomic
def _reread(still: QuerySet[Article], number: int, dry_run: bool) -> Reread | None:
    free = still.select_for_update(of=("self",), skip_locked=True).select_related("outlet", "entry__outlet")
    article = free.defer("search").first()
    if article is None:  # it was deleted or read meanwhile
        return None
    before = (_words(article), article.as_read("title"), article.title)
    changed = reading.reread(article, article.page)
    if changed is None:
        if not dry_run:
            Article.objects.filter(pk=number).update(extracted_with=ENGINE)
        return Reread(number, article.title, is_readable=False)
    kept_out = not dry_run and not _store(article, changed)
    return Reread(
        number,
        before[2],
        frozenset(changed),
        words=(before[0], _words(article)),
        headlines=(before[1], article.as_read("title")),
        is_kept_out=kept_out,
    )


def _words(article: Article) -> int:
    return sum(len(text.split()) for _kind, text in article.as_read("blocks"))


def _store(article: Article, changed: set[str]) -> bool:
    if not reading.keep(article, changed):
        Article.objects.filter(pk=article.pk).update(extracted_with=ENGINE)
        return False
    if changed & {*TEXT_COLUMNS}:
        last = article.versions.order_by("-number").values_list("pk", flat=True)[:1]
        article.versions.filter(pk__in=list(last)).update(**version_columns(article))
    return True
