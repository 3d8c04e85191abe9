"""The first step: one feed that is due → its new entries."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sources import confined, moving, reserving, schedule
from sources.bell import ring
from sources.fetching.client import Busy, Client, FetchError, Response
from sources.models import Entry, Feed, FetchAttempt, Outlet, relock
from sources.parsing import reservation
from sources.parsing.feeds import NotAFeed, ParsedEntry, ParsedFeed, parse

logger = logging.getLogger(__name__)
BUSY_WAIT = timedelta(seconds=5)
WHOLE_AFTER = timedelta(days=7)
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
        etag, last_modified = _validators(feed, attempt.started_at)
        response = client.get(feed.url, etag=etag, last_modified=last_modified, kind="feed")
        attempt.status, attempt.size = response.status, len(response.body)
        parsed = _read(feed, response)
    except Busy as error:
        _give_back(feed, timezone.now() + (error.retry_after or BUSY_WAIT))
        attempt.outcome, attempt.error = FetchAttempt.Outcome.SAME, str(error)
        return attempt
    except (FetchError, NotAFeed, confined.Failed) as error:
        return _close(feed, attempt, error=str(error), cause=error)
    except Exception as error:
        _close(feed, attempt, error=f"{type(error).__name__}: {error}", cause=error)
        raise
    return _close(feed, attempt, response=response, parsed=parsed)


def _validators(feed: Feed, now: datetime) -> tuple[str, str]:
    """What to send back to the server. None of it once a week: some say for ever that nothing changed."""
    if not (feed.etag or feed.last_modified):
        return "", ""
    if not feed.attempts.filter(status=200, started_at__gte=now - WHOLE_AFTER).exists():
        return "", ""
    return feed.etag, feed.last_modified


@transaction.atomic
def _give_back(claimed: Feed, at: datetime) -> None:
    """Leave a feed for later because of our own pace: nothing was tried, so there is nothing to note."""
    feed = relock(claimed)
    if feed is not None:
        feed.leased_until, feed.next_fetch_at = None, at
        feed.save(update_fields=["leased_until", "next_fetch_at"])


def _read(feed: Feed, response: Response) -> ParsedFeed | None:
    """The feed, or None when it says what it said last time."""
    if response.not_modified or (feed.body_hash and feed.body_hash == _hash(response.body)):
        return None
    return confined.call(parse, response.body, url=response.url, headers=response.headers)


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@transaction.atomic
def _close(
    claimed: Feed,
    attempt: FetchAttempt,
    *,
    response: Response | None = None,
    parsed: ParsedFeed | None = None,
    error: str = "",
    cause: Exception | None = None,
) -> FetchAttempt:
    """Write down what came of it. Where the lease ran out and another worker took the feed, its outcome counts."""
    now = timezone.now()
    attempt.seconds = (now - attempt.started_at).total_seconds()
    feed = relock(claimed)
    if feed is None:
        logger.warning("%s took longer than its lease", claimed.url)
        attempt.outcome, attempt.error = FetchAttempt.Outcome.FAILED, "lease lost"
        return attempt
    feed.outlet = claimed.outlet  # loaded when the feed was claimed
    if response is None:
        attempt.reason = cause.reason if isinstance(cause, FetchError) else ""
        _note_failure(feed, attempt, error, getattr(cause, "status", None), now)
    else:
        _note_success(feed, attempt, response, parsed, now)
        reserving.note(feed.outlet, reservation.of_headers(response.headers), now)
    feed.next_fetch_at = _next(feed, response or cause, now)
    feed.leased_until = None
    feed.save()
    attempt.save()
    return attempt


def _note_failure(feed: Feed, attempt: FetchAttempt, error: str, status: int | None, now: datetime) -> None:
    attempt.outcome, attempt.error = FetchAttempt.Outcome.FAILED, error
    attempt.status = attempt.status or status
    feed.failures += 1
    feed.failing_since = feed.failing_since or now
    feed.last_error, feed.last_reason, feed.last_status = error, attempt.reason, attempt.status
    if attempt.status == 410:
        feed.gone_at = now


def _note_success(
    feed: Feed, attempt: FetchAttempt, response: Response, parsed: ParsedFeed | None, now: datetime
) -> None:
    feed.failures, feed.failing_since, feed.last_success_at = 0, None, now
    feed.last_error, feed.last_reason, feed.last_status = "", "", None
    if response.etag or not response.not_modified:  # a 304 may leave out the validators that it confirms
        feed.etag = _whole(response.etag, 500)
    if response.last_modified or not response.not_modified:
        feed.last_modified = _whole(response.last_modified, 100)
    moving.note(feed, attempt, response, now)
    attempt.outcome = FetchAttempt.Outcome.UNCHANGED
    if parsed is None:
        return
    feed.body_hash, feed.kind, feed.title = _hash(response.body), parsed.kind, parsed.title[:300]
    feed.ttl = parsed.ttl
    attempt.entries_found = len(parsed.entries)
    attempt.entries_new = store(feed, parsed.entries, now)
    attempt.outcome = FetchAttempt.Outcome.NEW if attempt.entries_new else FetchAttempt.Outcome.SAME
    if attempt.entries_new:
        feed.last_entry_at = now
        ring("articles.extract_pages")


def _whole(validator: str, most: int) -> str:
    """A validator is sent back byte for byte or not at all."""
    return validator if len(validator) <= most else ""


def _next(feed: Feed, source: object, now: datetime) -> datetime:
    """When the feed is due again, by its own rhythm, by what its server asks, and further apart while it fails."""
    seen = list(feed.entries.order_by("-seen_at").values_list("published", "seen_at")[:HISTORY])
    return schedule.next_due(
        now=now,
        history=[_moment(published) or at for published, at in seen],
        max_age=getattr(source, "max_age", None),
        retry_after=getattr(source, "retry_after", None),
        ttl=feed.ttl,
        failures=feed.failures,
        seed=feed.pk,
        shortest=_minutes(feed.outlet.shortest_minutes),
        longest=_minutes(feed.outlet.longest_minutes),
    )


def _minutes(number: int | None) -> timedelta | None:
    return timedelta(minutes=number) if number else None


def _moment(published: str) -> datetime | None:
    if len(published) <= len("2024-02-28"):
        return None
    return datetime.fromisoformat(published)


def store(feed: Feed, entries: Iterable[ParsedEntry], now: datetime) -> int:
    """Add the entries that the outlet did not announce before; how many there were. Call it in a transaction.

    An outlet's feeds are stored one after the other: two of them announce the same articles at the same moment.
    """
    Outlet.objects.select_for_update(no_key=True).values_list("pk").get(pk=feed.outlet_id)
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
    # Pages of one host are read one by one anyway: a feed that brings thousands lets those of others come between.
    pace = timedelta(seconds=0 if feed.outlet.is_demo else settings.PRESSREVIEW_HOST_GAP)
    return _insert([_row(feed, entry, now, place, pace) for place, entry in enumerate(reversed(new))])


def _insert(rows: list[Entry]) -> int:
    """Write the entries together; where one of them cannot be stored, the others one by one. How many were."""
    if not rows:
        return 0
    try:
        with transaction.atomic():
            Entry.objects.insert(rows)
    except (DatabaseError, ValueError):
        return sum(_insert_one(row) for row in rows)
    return len(rows)


def _insert_one(row: Entry) -> bool:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except (DataError, IntegrityError, ValueError) as error:
        logger.error("%s: an entry cannot be stored: %s", row.url[:200], error)
        return False
    return True


def _moved(entry: ParsedEntry, by_alias: dict[str, list[tuple[str, str]]]) -> bool:
    """The same article at a new address: its GUID is known, with the same title or the same date."""
    published = entry.published.value if entry.published else ""
    return any(
        title == entry.title or (published and date == published)
        for title, date in by_alias.get(entry.alias or "-", ())
    )


def _row(feed: Feed, entry: ParsedEntry, now: datetime, place: int, pace: timedelta) -> Entry:
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
        seen_at=now + timedelta(microseconds=place),
        retry_at=now + place * pace,
    )
