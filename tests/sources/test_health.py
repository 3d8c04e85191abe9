"""A feed's state in words, against its own rhythm."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sources.health import DAYS, Day, Health, in_a_sentence, overview, sorted_by_need, state
from sources.models import Entry, Feed, FetchAttempt, Outlet
from sources.wording import duration

NOW = datetime(2024, 2, 28, 12, tzinfo=UTC)


def feed(**facts: Any) -> Feed:
    """A feed that was never saved: a state is told from its facts alone."""
    outlet = Outlet(name=facts.pop("name", "Le Fil"), slug="le-fil", is_active=facts.pop("is_active", True))
    known = {"last_success_at": NOW - timedelta(hours=1), "last_entry_at": NOW - timedelta(hours=3)}
    return Feed(outlet=outlet, url="https://fil.example/rss", next_fetch_at=NOW, **{**known, **facts})


def days(entries: int) -> list[Day]:
    return [Day(date(2024, 2, 28) - timedelta(days=back), entries, False) for back in range(DAYS - 1, -1, -1)]


@pytest.mark.parametrize(
    ("facts", "name", "sign"),
    [
        ({}, "ok", "ok"),
        ({"last_success_at": None}, "unread", "idle"),
        ({"failing_since": NOW, "failures": 2, "last_error": "HTTP 503"}, "failing", "bad"),
        ({"paused_at": NOW}, "paused", "off"),
        ({"paused_at": NOW, "failing_since": NOW}, "paused", "off"),
        ({"gone_at": NOW, "failing_since": NOW}, "gone", "bad"),
        ({"is_active": False}, "off", "off"),
        ({"last_entry_at": NOW - timedelta(days=5)}, "silent", "warn"),
    ],
)
def test_a_state_has_a_name_a_sign_and_words(facts: dict[str, Any], name: str, sign: str) -> None:
    told = state(feed(**facts), days(4), NOW)
    assert (told.name, told.sign) == (name, sign)
    assert told.words


def test_a_failure_says_since_when_and_why() -> None:
    told = state(feed(failing_since=NOW, failures=9, last_error="HTTP 503"), [], NOW)
    assert told.since == NOW
    assert "HTTP 503" in told.reason
    assert "9" in told.reason


def test_a_week_end_is_no_silence_for_a_feed_that_speaks_all_day() -> None:
    assert state(feed(last_entry_at=NOW - timedelta(days=2, hours=20)), days(20), NOW).name == "ok"


def test_a_feed_that_speaks_once_a_week_may_wait_for_weeks() -> None:
    weekly = [Day(day.day, int(day.day.weekday() == 0) * 2, False) for day in days(0)]
    assert state(feed(last_entry_at=NOW - timedelta(days=9)), weekly, NOW).name == "ok"


def test_a_feed_with_too_few_entries_has_no_rhythm_to_miss() -> None:
    assert (
        state(feed(last_entry_at=NOW - timedelta(days=20)), [*days(0)[:-1], Day(NOW.date(), 3, False)], NOW).name
        == "ok"
    )


@pytest.mark.parametrize(
    ("span", "number"), [(timedelta(days=3, hours=5), "3"), (timedelta(hours=9, minutes=59), "9"), (timedelta(0), "1")]
)
def test_a_duration_is_told_in_its_largest_unit(span: timedelta, number: str) -> None:
    assert duration(span).split()[0] == number


def health(name: str, sign: str, outlet: str = "Le Fil") -> Health:
    from_name = {
        "failing": {"failing_since": NOW},
        "paused": {"paused_at": NOW},
        "silent": {"last_entry_at": NOW - timedelta(days=9)},
    }
    one = feed(name=outlet, **from_name.get(name, {}))
    told = Health(one, state(one, days(4), NOW), days(4))
    assert (told.state.name, told.state.sign) == (name, sign)
    return told


def test_what_needs_a_look_comes_first() -> None:
    rows = [
        health("paused", "off"),
        health("ok", "ok", "B"),
        health("silent", "warn"),
        health("failing", "bad"),
        health("ok", "ok", "A"),
    ]
    assert [(row.state.name, row.feed.outlet.name) for row in sorted_by_need(rows)] == [
        ("failing", "Le Fil"),
        ("silent", "Le Fil"),
        ("ok", "A"),
        ("ok", "B"),
        ("paused", "Le Fil"),
    ]


def test_the_sentence_counts_what_answers_and_what_does_not() -> None:
    said = in_a_sentence(
        [health("ok", "ok"), health("silent", "warn"), health("failing", "bad"), health("paused", "off")]
    )
    assert said.startswith("2 ")
    assert said.count(".") == 3
    assert in_a_sentence([]) == ""


# --- from the database -----------------------------------------------------------------------------------------------


def saved(number: int = 1) -> Feed:
    outlet = Outlet.objects.create(name=f"Titre {number}", slug=f"titre-{number}")
    return Feed.objects.create(
        outlet=outlet, url=f"https://t{number}.example/rss", next_fetch_at=NOW, last_success_at=NOW, last_entry_at=NOW
    )


def announce(one: Feed, number: int, published: str = "", precision: str = "", seen: datetime = NOW) -> None:
    Entry.objects.create(
        outlet=one.outlet, feed=one, identity=f"{number:064}", published=published, published_precision=precision,
        seen_at=seen, retry_at=seen,
    )  # fmt: skip


@pytest.mark.django_db
def test_entries_count_on_the_day_they_give_and_else_on_the_day_they_were_seen() -> None:
    one = saved()
    announce(one, 1, "2024-02-20T18:33+01:00", "minute")
    announce(one, 2, "2024-02-20", "day")
    announce(one, 3, "2024-02", "month")
    announce(one, 4, "2023-12-01", "day")
    (told,) = overview(Feed.objects.select_related("outlet"), NOW)
    counted = {day.day.isoformat(): day.entries for day in told.days if day.entries}
    assert counted == {"2024-02-20": 2, "2024-02-28": 1}
    assert (told.entries, told.older) == (3, 1)
    assert len(told.days) == DAYS


@pytest.mark.django_db
def test_a_day_failed_when_every_attempt_of_it_did() -> None:
    one = saved()
    for hour, outcome in ((1, "failed"), (2, "failed"), (25, "failed"), (26, "same")):
        FetchAttempt.objects.create(feed=one, started_at=NOW - timedelta(hours=hour), outcome=outcome)
    (told,) = overview([one], NOW)
    assert [day.has_failed for day in told.days[-2:]] == [False, True]
    assert told.failed_days == 1


@pytest.mark.django_db
def test_the_visit_of_the_last_minutes_is_told_and_older_ones_are_not() -> None:
    one, other = saved(1), saved(2)
    for feed_read, minutes in ((one, 4), (one, 2), (other, 6)):
        FetchAttempt.objects.create(
            feed=feed_read, started_at=NOW - timedelta(minutes=minutes), outcome="new", entries_new=minutes
        )
    told, silent = (row.latest for row in overview([one, other], NOW))
    assert silent is None
    assert told is not None
    assert told.entries_new == 2


@pytest.mark.django_db
def test_bars_are_scaled_to_the_feeds_own_maximum() -> None:
    one = saved()
    for number in range(10):
        announce(one, number, "2024-02-28", "day")
    announce(one, 10, "2024-02-27", "day")
    FetchAttempt.objects.create(feed=one, started_at=NOW - timedelta(days=2), outcome="failed")
    (told,) = overview([one], NOW)
    assert [bar.kind for bar in told.bars[-3:]] == ["failed", "entries", "entries"]
    assert [bar.height for bar in told.bars[-2:]] == [2, 23]
    assert all(bar.y + bar.height == 25 for bar in told.bars)


@pytest.mark.django_db
def test_the_overview_takes_as_many_queries_for_ten_feeds_as_for_one() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            overview(Feed.objects.select_related("outlet"), NOW)
        return len(captured)

    announce(saved(1), 1)
    few = queries()
    for number in range(2, 11):
        announce(saved(number), number)
    assert queries() == few


@pytest.mark.django_db
def test_a_first_visit_that_brings_old_entries_is_drawn_where_it_was_made_and_sets_no_scale() -> None:
    one, demonstration = saved(1), saved(2)
    for number in range(40):
        announce(one, number, "2023-12-01", "day")
        announce(demonstration, 200 + number, "2022-01-01", "day")
    announce(one, 100, "2024-02-27", "day")
    announce(one, 101, "2024-02-26", "day")
    FetchAttempt.objects.create(feed=one, started_at=NOW - timedelta(days=3), outcome="same")
    told, old = overview([one, demonstration], NOW)
    assert [(bar.kind, bar.height) for bar in told.bars[-4:]] == [
        ("visited", 1), ("entries", 23), ("entries", 23), ("entries", 23)
    ]  # fmt: skip
    assert [bar.height for bar in old.bars if bar.kind == "entries"] == [23]
    assert old.rhythm == ""
    assert told.visits == 1
