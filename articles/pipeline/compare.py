"""Which passages of the articles stand in earlier ones, of any story, by other outlets.

Within a story each article is compared with all that came before it (the first MOST_COMPARED). Elsewhere, candidates
are found by fingerprints (see articles/text/shingles.py): a look-up reads at most MOST_BEARERS rows for each print of
the text, so its cost grows neither with the archive nor with the number of articles that repeat a phrase. What decides
is the exact comparison, in both cases. The order in which articles arrive does not count: one that comes late, but is
older than others that share its prints, has their stories compared again.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from articles.models import Article, CopiedPassage, CopyPrint, Credit, Story
from articles.pipeline.voices import name_voices
from articles.text.copying import Comparison, CopyIndex, own_share
from articles.text.shingles import prints
from articles.text.typography import fold
from sources.models import DatePrecision

MOST_COMPARED = 400
"""In a larger story, each article is compared with the first ones: who copies copies what came first."""
STORY_DAYS = 3650
WINDOW = timedelta(days=30)
"""How long before an article another one of another story may have been published for it to be a source."""
KEPT = timedelta(days=60)
"""How long prints are kept, from the publication and from the arrival of their article, whichever is later."""
MOST_READ = 40_000
"""Characters of an article that are read: past them a text is no article, and some shapes of it take a minute."""
MOST_BEARERS = 32
MOST_SOURCES = 6
FEWEST_ELSEWHERE = 25
"""Words of a passage from another story: shorter ones are set phrases more often than not."""
PRUNED_AT_ONCE = 2000
_LOCK = 0x7072_696E_7473  # "prints"

_LOOK_UP = """
SELECT bearer.article_id
FROM unnest(%(keys)s::bigint[]) AS wanted(key)
CROSS JOIN LATERAL (
    SELECT at, article_id FROM articles_copyprint
    WHERE articles_copyprint.key = wanted.key AND at >= %(since)s AND (at, article_id) < (%(at)s, %(article)s)
    ORDER BY at, article_id LIMIT %(bearers)s
) AS bearer
JOIN articles_article ON articles_article.id = bearer.article_id
WHERE articles_article.story_id IS DISTINCT FROM %(story)s
  AND (%(outlet)s IS NULL OR articles_article.outlet_id IS DISTINCT FROM %(outlet)s)
GROUP BY bearer.article_id
ORDER BY count(*) DESC, min(bearer.at), bearer.article_id
LIMIT %(most)s
"""
_LATER = """
SELECT DISTINCT articles_article.story_id
FROM unnest(%(keys)s::bigint[]) AS wanted(key)
CROSS JOIN LATERAL (
    SELECT at, article_id FROM articles_copyprint
    WHERE articles_copyprint.key = wanted.key AND at <= %(until)s AND (at, article_id) > (%(at)s, %(article)s)
    ORDER BY at, article_id LIMIT %(bearers)s
) AS bearer
JOIN articles_article ON articles_article.id = bearer.article_id
WHERE articles_article.story_id IS NOT NULL
"""


def there_at(article: Article) -> datetime:
    """When others could read the article: its day, month or year where it gives no more counts at its very end.

    Never later than when we saw it ourselves, unless it says so.
    """
    at = article.published_at
    if at is None:
        return article.seen_at
    local = timezone.localtime(at)
    last = local.replace(hour=23, minute=59, second=59)
    if article.published_precision == DatePrecision.MONTH:
        last = last.replace(day=monthrange(local.year, local.month)[1])
    elif article.published_precision == DatePrecision.YEAR:
        last = last.replace(month=12, day=31)
    elif article.published_precision != DatePrecision.DAY:
        return at
    return max(at, min(last, article.seen_at))


# --- fingerprints --------------------------------------------------------------------------------------------------


def keep_prints(article: Article) -> None:
    """Write an article's prints, and have the stories compared that they concern: its own and those of later bearers.

    Call it at the end of a transaction: until it ends, no other article's prints are written, so that of two articles
    the second always sees the first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    keys, at = prints(article.text[:MOST_READ]), there_at(article)
    CopyPrint.objects.filter(article=article).delete()
    CopyPrint.objects.bulk_create(CopyPrint(key=key, at=at, article=article) for key in keys)
    stories = {article.story_id, *_later_stories(article.pk, keys, at)}
    locked = Story.objects.select_for_update().filter(pk__in=stories - {None}, merged_into=None).order_by("pk")
    Story.objects.filter(pk__in=[story.pk for story in locked]).update(compared_at=None)


def _later_stories(article: int, keys: Sequence[int], at: datetime) -> list[int]:
    asked: dict[str, Any] = {
        "keys": list(keys),
        "at": at,
        "article": article,
        "until": at + WINDOW,
        "bearers": MOST_BEARERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LATER, asked)
        return [row[0] for row in cursor.fetchall()]


def sources_elsewhere(article: Article) -> list[int]:
    """The articles of other stories and outlets that share most of its prints and were there before it."""
    at = there_at(article)
    asked: dict[str, Any] = {
        "keys": list(prints(article.text[:MOST_READ])),
        "at": at,
        "since": at - WINDOW,
        "article": article.pk,
        "story": article.story_id,
        "outlet": article.outlet_id,
        "bearers": MOST_BEARERS,
        "most": MOST_SOURCES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, asked)
        return [row[0] for row in cursor.fetchall()]


def prune_prints(now: datetime | None = None) -> int:
    """Forget the prints of articles that are too old and were here too long; how many articles."""
    before = (now or timezone.now()) - KEPT
    old = CopyPrint.objects.filter(at__lt=before, article__seen_at__lt=before).values("article").distinct()
    pruned = 0
    while numbers := list(old.values_list("article", flat=True)[:PRUNED_AT_ONCE]):
        CopyPrint.objects.filter(article__in=numbers).delete()
        pruned += len(numbers)
    return pruned


# --- one story -----------------------------------------------------------------------------------------------------


def compare_next() -> Story | None:
    """Compare the articles of one story that has changed. None when none has."""
    with transaction.atomic():
        waiting = Story.objects.filter(compared_at=None, article_count__gt=0, merged_into=None).order_by("id")
        story = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if story is not None:
            _compare(story)
            name_voices(story)
            story.compared_at = timezone.now()
            story.save(update_fields=["compared_at"])
        return story


def _compare(story: Story) -> None:
    """Each article with those of other outlets that were there before it, of this story and of others.

    What was found in texts that were dropped since, of either side, stays as it was.
    """
    index, added = CopyIndex(days=STORY_DAYS), set[int]()
    for number, article in enumerate(_in_order(story)):
        if article.text_dropped_at:
            continue
        known = set(article.copied.exclude(source__story=story).values_list("source", flat=True))
        article.copied.filter(by_editor=False, is_hidden=False, source__text_dropped_at=None).delete()
        elsewhere = {*sources_elsewhere(article), *known} - added
        for source in _sources(elsewhere):
            if there_at(source) <= there_at(article):
                _add(index, source, FEWEST_ELSEWHERE)
                added.add(source.pk)
        _store(article, index.compare(article.text, outlet=_voice(article)))
        if number < MOST_COMPARED:
            _add(index, article)


def _in_order(story: Story) -> list[Article]:
    """The story's articles as others could read them, in that order."""
    articles = story.articles.select_related("outlet").defer("blocks", "search")
    return sorted(articles, key=lambda article: (there_at(article), article.pk))


def _sources(numbers: Iterable[int]) -> list[Article]:
    articles = Article.objects.filter(pk__in=list(numbers)).select_related("outlet").defer("blocks", "search")
    return sorted(articles, key=lambda article: (there_at(article), article.pk))


def _voice(article: Article) -> str:
    return article.outlet.name if article.outlet else ""


def _add(index: CopyIndex, article: Article, fewest: int | None = None) -> None:
    day = there_at(article).date().isoformat()
    if fewest is None:
        index.add(str(article.pk), _voice(article), day, article.text)
    else:
        index.add(str(article.pk), _voice(article), day, article.text, fewest)


def _store(article: Article, compared: Comparison) -> None:
    """Write what was found, but where a person's word or a dropped source stands; own share and credit follow."""
    stays = Q(by_editor=True) | Q(is_hidden=True) | Q(source__text_dropped_at__isnull=False)
    kept = list(article.copied.filter(stays))
    spans = [(one.start, one.end) for one in kept]
    free = [one for one in compared.passages if not any(one.start < end and start < one.end for start, end in spans)]
    CopiedPassage.objects.bulk_create(
        CopiedPassage(
            article=article,
            source_id=int(passage.source),
            start=passage.start,
            end=passage.end,
            source_start=passage.source_start,
            source_end=passage.source_end,
        )
        for passage in free
    )
    _tell_share(article, is_named=compared.credited)


def _is_signed_for(article: Article, passages: QuerySet[CopiedPassage]) -> bool:
    """Whether the by-line names one of the sources: « avec Agence Transmission »."""
    names = passages.exclude(source__outlet=None).values_list("source__outlet__name", flat=True).distinct()
    signed = fold(" ; ".join(article.credits))
    return any(fold(name) in signed for name in names if name)


def _tell_share(article: Article, *, is_named: bool) -> None:
    """Count the article's own words again, and whether it credits whom it has the others from."""
    passages = article.copied.filter(is_hidden=False)
    share = own_share(article.text, passages.values_list("start", "end"))
    by_credit = Credit.objects.filter(article=article, is_hidden=False, outlet__articles__copies__in=passages).exists()
    named = is_named or by_credit or _is_signed_for(article, passages)
    article.original_share, article.names_its_source = share, bool(share < 1 and named)
    Article.objects.filter(pk=article.pk).update(original_share=share, names_its_source=article.names_its_source)
