"""What is particular to entries that an import brought: pages out of an archive, chosen days, no looking again."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article
from articles.pipeline.reading import next_look
from sources.fetching.client import Response
from sources.models import ArchivedPage, Entry, ImportJob
from sources.parsing.dates import PartialDate


def archived(entry: Entry) -> Response | None:
    """The page that an import brought along for this entry, as a fetch on the day of its archiving would have."""
    page = ArchivedPage.objects.filter(entry=entry).first() if entry.job_id else None
    if page is None:
        return None
    return Response(
        url=page.url,
        requested_url=page.url,
        status=200,
        headers=page.headers,
        body=page.body,
        not_modified=False,
        permanent_redirect_to="",
        fetched_at=page.archived_at,
        elapsed=0.0,
    )


def forget_page(entry: Entry) -> None:
    """The article has its page now; call it in the transaction that stores it."""
    if entry.job_id:
        ArchivedPage.objects.filter(entry=entry).delete()


def unwanted(entry: Entry, published: PartialDate | None) -> str:
    """Why an article is not what its import asked for, in a sentence; "" when it is."""
    job = entry.job
    if job is None:
        return ""
    if published is None:  # a sitemap lists what is no article too, and undated it would stand among today's news
        return _("The page says no date.") if job.kind == ImportJob.Kind.SITEMAP else ""
    is_outside = job.ends_before(published.value) or job.begins_after(published.value)
    return _("The article is of another day than the chosen ones.") if is_outside else ""


def first_look(article: Article) -> datetime | None:
    """When to look at the page again: as for any other, but for old news, which does not change any more."""
    job = article.entry.job if article.entry else None
    if job and job.kind == ImportJob.Kind.WARC:
        return None
    since = min(article.seen_at, article.sort_at) if job else article.seen_at
    return next_look(since, timezone.now())
