"""The first step: one feed that is due → its new entries."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sources import schedule
from sources.bell import ring
from sources.fetching.client import Client, FetchError, Response
from sources.models import Entry, Feed, FetchAttempt, relock
from sources.parsing.feeds import NotAFeed, ParsedEntry, ParsedFeed, parse

logger = logging.getLogger(__name__)
HISTORY = 30  # the latest entries whose times tell a feed's own rhythm


def collect_next(client: Client) -> FetchAttempt | None:
    """Take the feed that has been due longest, read it, and store what is new. None when nothing is due."""
    with transaction.atomic():
        feed = Feed.objects.claim(timezone.now())
    return collect(feed, client) if feed else None


def collect(feed: Feed, client: Client) -> FetchAttempt:
    """Read one feed that this worker holds, and store the outcome in one transaction."""
    attempt = FetchAttempt(feed=feed, started_at=timezone.now())
    try:
        response = client.get(feed.url, etag=feed.etag, last_modified=feed.last_modified, kind="feed")
        attempt.status, attempt.size = response.status, len(response.body)
        parsed = _read(feed, response)
    except (FetchError, NotAFeed) as error:
        return _close(feed, attempt, error=error)
    return _close(feed, attempt, response=response, parsed=parsed)


def _read(feed: Feed, response: Response) -> ParsedFeed | None:
    """The feed, or None when it says what it said last time."""
    if response.not_modified or (feed.body_hash and feed.body_hash == _hash(response.body)):
        return None
    return parse(response.body, url=response.url, headers=response.headers)


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@transaction.atomic
def _close(
    claimed: Feed,
    attempt: FetchAttempt,
    *,
    response: Response | None = None,
    parsed: ParsedFeed | None = None,
    error: Exception | None = None,
) -> FetchAttempt:
    """Write down what came of it. Where the lease ran out and another worker took the feed, its outcome counts."""
    now = timezone.now()
    attempt.seconds = (now - attempt.started_at).total_seconds()
    feed = relock(claimed)
    if feed is None:
        logger.warning("%s took longer than its lease", claimed.url)
        attempt.outcome, attempt.error = FetchAttempt.Outcome.FAILED, "lease lost"
        return attempt
    if response is None:
        _note_failure(feed, attempt, error, now)
    else:
        _note_success(feed, attempt, response, parsed, now)
    feed.next_fetch_at = _next(feed, response, error, now)
    feed.leased_until = None
    feed.save()
    attempt.save()
    return attempt


def _note_failure(feed: Feed, attempt: FetchAttempt, error: Exception | None, now: datetime) -> None:
    attempt.outcome, attempt.error = FetchAttempt.Outcome.FAILED, str(error)
    attempt.status = attempt.status or getattr(error, "status", None)
    feed.failures += 1
    feed.failing_since = feed.failing_since or now
    feed.last_error = str(error)
    if attempt.status == 410:
        feed.gone_at = now


def _note_success(
    feed: Feed, attempt: FetchAttempt, response: Response, parsed: ParsedFeed | None, now: datetime
) -> None:
    feed.failures, feed.failing_since, feed.last_error, feed.last_success_at = 0, None, "", now
    feed.etag = response.headers.get("etag", feed.etag if response.not_modified else "")[:500]
    feed.last_modified = response.headers.get("last-modified", feed.last_modified if response.not_modified else "")[:100]
    attempt.outcome = FetchAttempt.Outcome.UNCHANGED
    if parsed is None:
        return
    feed.body_hash, feed.kind, feed.title = _hash(response.body), parsed.kind, parsed.title[:300]
    attempt.entries_found = len(parsed.entries)
    attempt.entries_new = store(feed, parsed.entries, now)
    attempt.outcome = FetchAttempt.Outcome.NEW if attempt.entries_new else FetchAttempt.Outcome.SAME
    if attempt.entries_new:
        feed.last_entry_at = now
        ring("articles.extract_pages")


def _next(feed: Feed, response: Response | None, error: Exception | None, now: datetime) -> datetime:
    """When the feed is due again, by its own rhythm, by what its server asks, and further apart while it fails."""
    seen = list(feed.entries.order_by("-seen_at").values_list("published", "seen_at")[:HISTORY])
    source = response or error
    return schedule.next_due(
        now=now,
        history=[_moment(published) or at for published, at in seen],
        max_age=getattr(source, "max_age", None),
        retry_after=getattr(source, "retry_after", None),
        ttl=None,
        failures=feed.failures,
        seed=feed.pk,
    )


def _moment(published: str) -> datetime | None:
    if len(published) <= len("2024-02-28"):
        return None
    return datetime.fromisoformat(published)


def store(feed: Feed, entries: Iterable[ParsedEntry], now: datetime) -> int:
    """Add the entries that the outlet did not announce before; how many there were. Call it in a transaction."""
    entries = list(entries)
    identities = {entry.identity for entry in entries}
    aliases = {entry.alias for entry in entries if entry.alias}
    known = Entry.objects.filter(outlet_id=feed.outlet_id).filter(Q(identity__in=identities) | Q(alias__in=aliases))
    by_alias: dict[str, list[tuple[str, str]]] = {}
    seen: set[str] = set()
    for identity, alias, title, published in known.values_list("identity", "alias", "title", "published"):
        seen.add(identity)
        by_alias.setdefault(alias, []).append((title, published))
    new = [entry for entry in entries if entry.identity not in seen and not _moved(entry, by_alias)]
    rows = [_row(feed, entry, now + timedelta(microseconds=place)) for place, entry in enumerate(reversed(new))]
    Entry.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _moved(entry: ParsedEntry, by_alias: dict[str, list[tuple[str, str]]]) -> bool:
    """The same article at a new address: its GUID is known, with the same title or the same date."""
    published = entry.published.value if entry.published else ""
    return any(
        title == entry.title or (published and date == published) for title, date in by_alias.get(entry.alias or "-", ())
    )


def _row(feed: Feed, entry: ParsedEntry, now: datetime) -> Entry:
    return Entry(
        outlet_id=feed.outlet_id,
        feed=feed,
        identity=entry.identity,
        alias=entry.alias,
        guid=entry.guid,
        url=entry.url,
        title=entry.title,
        authors=list(entry.authors),
        summary=entry.summary,
        content=entry.content,
        tags=list(entry.tags),
        language=entry.language,
        published=entry.published.value if entry.published else "",
        published_precision=entry.published.precision.value if entry.published else "",
        seen_at=now,
        retry_at=now,
    )
