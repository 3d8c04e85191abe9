"""Each feed's state in words, silence against its own rhythm, and its entries day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, DateField, Q, When
from django.db.models.functions import Cast, Left, TruncDate
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sources import wording
from sources.models import DatePrecision, Entry, Feed, FetchAttempt, Outlet

DAYS = 28
# A visit this young is told beside the state: whoever asked for it wants to see what came.
JUST_NOW = timedelta(minutes=5)
# A feed is called silent only past all three: week-ends are quiet, and a slow feed is not a broken one.
_QUIET = timedelta(days=3)
_TIMES_ITS_RHYTHM = 6
_ENTRIES_THAT_TELL = 5
# A video or a gallery among the articles may lack what selectors ask for: that alone is no reason to worry.
_ODD_PAGES = timedelta(hours=6)
_WITH_A_DAY = [DatePrecision.SECOND, DatePrecision.MINUTE, DatePrecision.DAY]


@dataclass(frozen=True, slots=True)
class State:
    """How a feed does. `sign` is "ok", "warn", "bad", "off" or "idle"; `since` completes `words` where it is given."""

    name: str
    """ok, failing, silent, selectors, paused, off, gone or unread."""
    sign: str
    words: str
    since: datetime | None = None
    reason: str = ""

    @property
    def needs_a_look(self) -> bool:
        """Whether an administrator should do something."""
        return self.sign in {"warn", "bad"}


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a feed: the entries that are of this day, and what became of the visits."""

    day: date
    entries: int
    has_failed: bool
    """Whether every attempt of the day failed."""
    visits: int = 0
    older: int = 0
    """Entries that were first seen on this day and are of a time before all these days."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day in the drawing of 28, in pixels; `kind` is "entries", "visited", "failed", "silent" or "none"."""

    x: int
    y: int
    height: int
    kind: str


@dataclass(slots=True)
class Health:
    """A feed with its state, its last 28 days, oldest first, and the visit of the last minutes if there was one."""

    feed: Feed
    state: State
    days: Sequence[Day] = field(default_factory=list)
    latest: FetchAttempt | None = None

    @property
    def entries(self) -> int:
        """Entries in 28 days."""
        return sum(day.entries for day in self.days)

    @property
    def older(self) -> int:
        """Entries first seen in these 28 days, of a time before them."""
        return sum(day.older for day in self.days)

    @property
    def visits(self) -> int:
        """Visits in 28 days."""
        return sum(day.visits for day in self.days)

    @property
    def rhythm(self) -> str:
        """« 3 heures » between two entries, usually; "" where they are too few to tell."""
        found = rhythm_of(self.days)
        return wording.duration(found) if found else ""

    @property
    def settings(self) -> list[str]:
        """What was set for this outlet alone, each in a few words."""
        outlet = self.feed.outlet
        return [*outlet.own_terms, *([_("own selectors")] if any(outlet.all_selectors) else [])]

    @property
    def failed_days(self) -> int:
        """Days on which nothing could be read."""
        return sum(day.has_failed for day in self.days)

    @property
    def bars(self) -> list[Bar]:
        """The days as bars of 5 pixels every 6, on a ground line 25 pixels down, scaled to the feed's own maximum.

        A first visit brings months of entries at once: they are drawn, but the scale is that of the days themselves.
        """
        most = max((day.entries for day in self.days), default=0) or max((day.older for day in self.days), default=0)
        last = self.feed.last_entry_at
        quiet_from = localdate(last) if self.state.name == "silent" and last else None
        return [_bar(place, day, most, quiet_from) for place, day in enumerate(self.days)]


def _bar(place: int, day: Day, most: int, quiet_from: date | None) -> Bar:
    seen = day.entries + day.older
    if seen:
        height = min(max(round(23 * seen / most), 2), 23)
        return Bar(place * 6, 25 - height, height, "entries")
    if day.has_failed:
        return Bar(place * 6, 23, 2, "failed")
    if quiet_from and day.day > quiet_from:
        return Bar(place * 6, 21, 4, "silent")
    return Bar(place * 6, 24, 1, "visited") if day.visits else Bar(place * 6, 25, 0, "none")


def rhythm_of(days: Sequence[Day]) -> timedelta | None:
    """Mean time between two entries over the days that had any; None when they are too few to tell."""
    spoken = [place for place, day in enumerate(days) if day.entries]
    total = sum(day.entries for day in days)
    if total < _ENTRIES_THAT_TELL:
        return None
    return timedelta(days=spoken[-1] - spoken[0] + 1) / total


def _silence(feed: Feed, days: Sequence[Day], now: datetime) -> State | None:
    """A feed that answers without anything new for much longer than it uses to."""
    rhythm = rhythm_of(days)
    if feed.last_entry_at is None or rhythm is None:
        return None
    # It is known to be silent up to the last visit that it answered, and no longer: we may have been away.
    quiet = (feed.last_success_at or now) - feed.last_entry_at
    if quiet <= max(_QUIET, rhythm * _TIMES_ITS_RHYTHM):
        return None
    words = _("Silent for %(time)s") % {"time": wording.duration(quiet)}
    return State("silent", "warn", words, reason=wording.silence(rhythm))


def state(feed: Feed, days: Sequence[Day], now: datetime) -> State:
    """The feed's state; `days` are its last 28 ones, for its rhythm."""
    if feed.gone_at:
        return State("gone", "bad", _("Gone since"), feed.gone_at, feed.why)
    if feed.paused_at:
        return State("paused", "off", _("Paused since"), feed.paused_at)
    if not feed.outlet.is_active:
        return State("off", "off", _("Switched off"))
    if feed.failing_since:
        why = f"{feed.why} ({wording.tries(feed.failures)})"
        return State("failing", "bad", _("Failing since"), feed.failing_since, why)
    if feed.last_success_at is None:
        return State("unread", "idle", _("Not read yet"))
    return _silence(feed, days, now) or selectors_state(feed.outlet, now) or State("ok", "ok", _("Up to date"))


def selectors_state(outlet: Outlet, now: datetime) -> State | None:
    """That an outlet's own CSS selectors match its pages no more; None while they do, or while it has none."""
    since = outlet.selectors_failed_since
    if since is None or now - since < _ODD_PAGES or not any(outlet.all_selectors):
        return None
    reason = _("Its pages are read as those of outlets without selectors are.")
    return State("selectors", "warn", _("Its own selectors match no page since"), since, reason)


def _counts(rows: Iterable[dict[str, Any]]) -> dict[tuple[int, date], dict[str, Any]]:
    return {(row["feed_id"], row["on"]): row for row in rows}


def _counted(feeds: list[Feed], first: date, since: datetime) -> dict[tuple[int, date], tuple[int, int]]:
    """By feed and day: entries of that day, and older ones that were first seen on it.

    The day is the one that the entry itself gives: everything that a first visit brings was first seen on one day.
    """
    said = Case(
        When(published_precision__in=_WITH_A_DAY, then=Cast(Left("published", 10), DateField())),
        default=TruncDate("seen_at"),
    )
    rows = Entry.objects.filter(feed__in=feeds, seen_at__gte=since).annotate(said=said, seen=TruncDate("seen_at"))
    rows = rows.annotate(on=Case(When(said__lt=first, then="seen"), default="said"))
    counts = rows.values("feed_id", "on").annotate(
        entries=Count("id", filter=Q(said__gte=first)), older=Count("id", filter=Q(said__lt=first))
    )
    return {(row["feed_id"], row["on"]): (row["entries"], row["older"]) for row in counts.order_by()}


def overview(feeds: Iterable[Feed], now: datetime) -> list[Health]:
    """The health of every feed given, in three queries; their outlets must be loaded (`select_related("outlet")`)."""
    feeds = list(feeds)
    today = localdate(now)
    span = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    since = now - timedelta(days=DAYS + 1)
    counted = _counted(feeds, span[0], since)
    attempts = FetchAttempt.objects.filter(feed__in=feeds, started_at__gte=since).annotate(on=TruncDate("started_at"))
    failed = Count("id", filter=Q(outcome=FetchAttempt.Outcome.FAILED))
    tried = _counts(attempts.values("feed_id", "on").annotate(tries=Count("id"), failed=failed).order_by())
    recent = {one.feed_id: one for one in attempts.filter(started_at__gte=now - JUST_NOW).order_by("started_at")}
    found = []
    for feed in feeds:
        days = []
        for day in span:
            tries = tried.get((feed.pk, day), {"tries": 0, "failed": 0})
            has_failed = bool(tries["tries"]) and tries["tries"] == tries["failed"]
            entries, older = counted.get((feed.pk, day), (0, 0))
            days.append(Day(day, entries, has_failed, tries["tries"], older))
        found.append(Health(feed, state(feed, days, now), days, recent.get(feed.pk)))
    return found


_ORDER = {"bad": 0, "warn": 1, "idle": 2, "ok": 2, "off": 3}


def sorted_by_need(health: Iterable[Health]) -> list[Health]:
    """What needs a look first, what is switched off last, by name within."""
    return sorted(health, key=lambda one: (_ORDER[one.state.sign], one.feed.outlet.name.casefold(), one.feed.pk))


def in_a_sentence(health: Sequence[Health]) -> str:
    """« 41 sur 43 répondent. Un est en panne, un se tait. »"""
    names = Counter(one.state.name for one in health)
    read = len(health) - names["paused"] - names["off"]
    if not read:
        return ""
    answering = names["ok"] + names["silent"]
    failing, gone, silent, unread = (names[name] for name in ("failing", "gone", "silent", "unread"))
    told = (
        (failing, ngettext("%d is failing.", "%d are failing.", failing)),
        (gone, ngettext("%d is gone.", "%d are gone.", gone)),
        (silent, ngettext("%d is silent.", "%d are silent.", silent)),
        (unread, ngettext("%d is not read yet.", "%d are not read yet.", unread)),
    )
    first = ngettext("%(answering)d of %(read)d answers.", "%(answering)d of %(read)d answer.", answering)
    rest = [words % count for count, words in told if count]
    return " ".join([first % {"answering": answering, "read": read}, *rest])
