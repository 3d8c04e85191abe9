"""Opening and closing incidents: not at the first hiccup, one for each trouble, and one only when it is our network.

Whether something is wrong is read off the rows that collecting leaves; which incidents are open is read off the
incidents. What should be open and is not is opened, what is open and should not be is closed: run twice, or by two
workers at once, it does the same (a constraint keeps the second of two equal incidents out).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from sources.bell import ring
from sources.fetching.errors import Reason
from sources.health import DAYS, Health, overview, rhythm_of
from sources.models import Entry, Feed, FetchAttempt, Incident
from sources.parsing.urls import host
from sources.terms import Paywall

# A feed that fails is an incident after so many failures in a row, and after twice its own rhythm within these bounds.
FAILURES = 3
SOONEST, LATEST = timedelta(minutes=30), timedelta(days=1)
UNKNOWN_PATIENCE = timedelta(hours=2)
# Each incident that a feed has had in a day doubles the patience with the next one: what flaps is told ever less.
FLAPPING = timedelta(days=1)
MOST_DOUBLINGS = 5
# Our own network is down when so many sites begin to fail at once, nearly all that were tried, and none has answered.
SITES, NEARLY_ALL, AT_ONCE = 3, 0.9, timedelta(minutes=2)
UNREACHED = frozenset({Reason.DNS, Reason.CONNECTION, Reason.TIMEOUT})
# Entries of a day that tell whether an outlet's articles can be read, and the share that is too much.
RECENT, LEAST_ENTRIES, TOO_MANY = timedelta(days=1), 5, 0.5

Kind = Incident.Kind


def watch_feeds(now: datetime) -> None:
    """Open and close what collecting shows at once: our network, feeds that fail, feeds that are gone."""
    if not _network_is_down(now):
        _watch_failing(now)


def watch_rhythms(now: datetime) -> None:
    """Open and close what shows only over days: silence, and articles that cannot be read."""
    if Incident.objects.opened().filter(kind=Kind.NETWORK).exists():
        return
    rows = overview(Feed.objects.collectable().select_related("outlet"), now)
    _watch_silence(rows, now)
    _watch_entries(now)


# --- our own network -----------------------------------------------------------------------------------------------


def _network_is_down(now: datetime) -> bool:
    down = Incident.objects.opened().filter(kind=Kind.NETWORK).first()
    if down is None:
        return _network_went_down(now)
    if _reached_since(down.opened_at):
        _network_is_back(down, now)
        return False
    _probe(now)
    return True


def _network_went_down(now: datetime) -> bool:
    """Whether all that was tried since the last success anywhere failed on its way; the demonstration is no witness."""
    feeds = Feed.objects.collectable().filter(outlet__is_demo=False)
    reached = feeds.aggregate(at=Max("last_success_at"))["at"]
    suspects = feeds.filter(failing_since__isnull=False)
    if reached is not None:
        suspects = suspects.filter(failing_since__gt=reached)
    began = suspects.aggregate(at=Min("failing_since"))["at"]
    if began is None or now - began < AT_ONCE:
        return False
    failed, lost = _sites(suspects), _sites(suspects.filter(last_reason__in=UNREACHED))
    if len(lost) < max(2, min(SITES, len(_sites(feeds)))) or len(lost) < NEARLY_ALL * len(failed):
        return False
    _open([Incident(kind=Kind.NETWORK, began_at=began, opened_at=now, facts={"hosts": len(lost)})])
    return True


def _sites(feeds: QuerySet[Feed]) -> set[str]:
    return {host(url) for url in feeds.order_by().values_list("url", flat=True)}


def _reached_since(moment: datetime) -> bool:
    """Whether any site has answered since, be it with an error."""
    tried = FetchAttempt.objects.filter(feed__outlet__is_demo=False, started_at__gt=moment)
    return tried.filter(~Q(outcome=FetchAttempt.Outcome.FAILED) | Q(status__isnull=False)).exists()


def _probe(now: datetime) -> None:
    """Try one feed now: those that failed long are far from their next visit, and nobody would see the network back."""
    feeds = (
        Feed.objects.collectable().filter(outlet__is_demo=False).filter(Q(leased_until=None) | Q(leased_until__lt=now))
    )
    feed = feeds.order_by("failures", "pk").first()
    if feed is not None:
        Feed.objects.filter(pk=feed.pk).update(next_fetch_at=now)
        ring("sources.collect_due")


@transaction.atomic
def _network_is_back(down: Incident, now: datetime) -> None:
    """Close it. What began to fail meanwhile was not the feeds' fault: it is forgotten, and they are read at once."""
    if _close(Incident.objects.opened().filter(pk=down.pk), now):
        meanwhile = Feed.objects.collectable().filter(failing_since__gte=down.began_at, last_reason__in=UNREACHED)
        meanwhile.update(
            failures=0, failing_since=None, last_error="", last_reason="", last_status=None, next_fetch_at=now
        )
        ring("sources.collect_due")


# --- feeds that fail, feeds that are gone --------------------------------------------------------------------------


def _watch_failing(now: datetime) -> None:
    wanted = Feed.objects.filter(paused_at=None, outlet__is_active=True)
    gone = wanted.filter(gone_at__isnull=False)
    failing = wanted.filter(gone_at=None, failures__gte=FAILURES, failing_since__lte=now - SOONEST)
    _end((Kind.FAILING, Kind.GONE), Q(feed__failing_since=None, feed__gone_at=None), now)
    _give_up(now)
    new = [
        Incident(feed=feed, kind=Kind.GONE, began_at=feed.gone_at or now, facts=_failure(feed))
        for feed in _without(Kind.GONE, gone)
    ]
    patience = _patience(_without(Kind.FAILING, failing), now)
    new += [
        Incident(feed=feed, kind=Kind.FAILING, began_at=feed.failing_since or now, facts=_failure(feed))
        for feed, span in patience
        if feed.failing_since and now - feed.failing_since >= span
    ]
    for incident in new:
        incident.opened_at = now
    _open(new)


def _failure(feed: Feed) -> dict[str, Any]:
    return {
        "reason": feed.last_reason,
        "status": feed.last_status,
        "error": feed.last_error,
        "tries": feed.failures,
    }


def _patience(feeds: list[Feed], now: datetime) -> list[tuple[Feed, timedelta]]:
    """How long each feed may fail: twice as long as it is silent between two entries, longer if it flaps."""
    lately = Incident.objects.filter(feed__in=feeds, closed_at__gt=now - FLAPPING).order_by().values_list("feed")
    flaps = dict(lately.annotate(count=Count("id")))
    found = []
    for row in overview(feeds, now) if feeds else []:
        rhythm = rhythm_of(row.days)
        span = max(SOONEST, min(rhythm * 2, LATEST)) if rhythm else UNKNOWN_PATIENCE
        found.append((row.feed, span * 2 ** min(flaps.get(row.feed.pk, 0), MOST_DOUBLINGS)))
    return found


# --- silence, and articles that cannot be read ---------------------------------------------------------------------


def _watch_silence(rows: Iterable[Health], now: datetime) -> None:
    silent = {row.feed.pk: row for row in rows if row.state.name == "silent"}
    _end((Kind.SILENT,), Q(feed__failing_since=None) & ~Q(feed__in=list(silent)), now)
    for feed in _without(Kind.SILENT, Feed.objects.filter(pk__in=silent)):
        rhythm = rhythm_of(silent[feed.pk].days) or timedelta(days=DAYS)
        began = feed.last_entry_at or now
        _open([Incident(feed=feed, kind=Kind.SILENT, began_at=began, opened_at=now,
                        facts={"rhythm": rhythm.total_seconds()})])  # fmt: skip


def _watch_entries(now: datetime) -> None:
    """What feeds announced in a day, and how much of it became no article for want of its page."""
    bad = Q(outcome=Entry.Outcome.REFUSED) | (Q(outcome=Entry.Outcome.FEED_TEXT) & ~Q(error=""))
    recent = Entry.objects.filter(processed_at__gt=now - RECENT, feed__isnull=False, job=None)
    recent = recent.exclude(outlet__paywall=Paywall.FULL).exclude(outcome=Entry.Outcome.UNWANTED)
    counted = recent.order_by().values("feed").annotate(of=Count("id"), bad=Count("id", filter=bad))
    wrong = {one["feed"]: one for one in counted if one["bad"] and one["bad"] >= TOO_MANY * one["of"]}
    fine = [one["feed"] for one in counted if one["feed"] not in wrong]
    _end((Kind.UNREADABLE,), Q(feed__in=fine), now)
    many = [number for number, one in wrong.items() if one["of"] >= LEAST_ENTRIES]
    errors = _commonest(recent.filter(bad, feed__in=many))
    for feed in _without(Kind.UNREADABLE, Feed.objects.collectable().filter(pk__in=many)):
        counts = {"unreadable": wrong[feed.pk]["bad"], "of": wrong[feed.pk]["of"], "error": errors[feed.pk]}
        _open([Incident(feed=feed, kind=Kind.UNREADABLE, began_at=now - RECENT, opened_at=now, facts=counts)])


def _commonest(entries: QuerySet[Entry]) -> dict[int, str]:
    """What was said most often of each feed's entries."""
    said: dict[int, Counter[str]] = defaultdict(Counter)
    for feed, error in entries.values_list("feed", "error"):
        said[feed][error] += 1
    return defaultdict(str, {feed: counted.most_common(1)[0][0] for feed, counted in said.items()})


# --- rows ----------------------------------------------------------------------------------------------------------


def _without(kind: str, feeds: QuerySet[Feed]) -> list[Feed]:
    """Those of the feeds that have no open incident of this kind, with their outlets."""
    open_ones = Incident.objects.opened().filter(kind=kind, feed__isnull=False).values("feed")
    return list(feeds.exclude(pk__in=open_ones).select_related("outlet"))


def _open(incidents: list[Incident]) -> None:
    Incident.objects.bulk_create(incidents, ignore_conflicts=True)


def _close(incidents: QuerySet[Incident], now: datetime) -> int:
    return incidents.update(closed_at=now)


def _end(kinds: Iterable[str], is_over: Q, now: datetime) -> None:
    """Close the incidents of these kinds whose trouble is over, of feeds that are still collected."""
    collected = Incident.objects.opened().filter(feed__paused_at=None, feed__outlet__is_active=True, kind__in=kinds)
    _close(Incident.objects.filter(pk__in=collected.filter(is_over).values("pk")), now)


def _give_up(now: datetime) -> None:
    """Close, without a word, what concerns feeds that a person has paused or switched off, or that are gone since."""
    unwatched = Q(feed__paused_at__isnull=False) | Q(feed__outlet__is_active=False)
    overtaken = Q(feed__gone_at__isnull=False) & ~Q(kind=Kind.GONE)
    ended = Incident.objects.opened().filter(unwatched | overtaken).values("pk")
    Incident.objects.filter(pk__in=list(ended.values_list("pk", flat=True))).update(closed_at=now, fixed_sent_at=now)
