"""When a feed is due again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.schedule import LONGEST, SHORTEST, next_due

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def wait(**options: object) -> timedelta:
    return next_due(now=NOW, **options) - NOW  # type: ignore[arg-type]


def every(interval: timedelta, count: int = 30) -> list[datetime]:
    return [NOW - interval * number for number in range(1, count + 1)]


def about(expected: timedelta, found: timedelta) -> bool:
    return expected * 0.89 <= found <= expected * 1.11


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (timedelta(minutes=2), SHORTEST),
        (HOUR, HOUR / 2),
        (timedelta(hours=8), timedelta(hours=4)),
        (timedelta(days=30), LONGEST),
    ],
)
def test_a_feed_is_read_at_its_own_rhythm(interval: timedelta, expected: timedelta) -> None:
    assert about(expected, wait(history=every(interval)))


def test_a_feed_that_falls_silent_is_read_less_and_less() -> None:
    lively = [NOW - timedelta(days=10) - HOUR * number for number in range(30)]
    assert wait(history=lively) > wait(history=every(HOUR)) * 3


def test_a_feed_without_entries_is_read_hourly_or_as_it_says() -> None:
    assert about(HOUR, wait())
    assert about(timedelta(hours=6), wait(ttl=timedelta(hours=6)))


def test_dates_in_the_future_do_not_upset_the_rhythm() -> None:
    assert about(HOUR / 2, wait(history=[*every(HOUR), NOW + timedelta(days=30_000)]))


def test_a_declared_rhythm_slows_a_lively_feed_down_by_an_hour_at_most() -> None:
    lively = every(timedelta(minutes=6))
    assert about(timedelta(minutes=30), wait(history=lively, ttl=timedelta(minutes=30)))
    assert about(HOUR, wait(history=lively, ttl=timedelta(days=1)))


@pytest.mark.parametrize("wish", ["max_age", "retry_after"])
def test_the_server_is_obeyed_up_to_a_day(wish: str) -> None:
    assert wait(history=every(HOUR), **{wish: timedelta(hours=3)}) >= timedelta(hours=3)
    assert wait(**{wish: timedelta(days=365)}) == LONGEST
    assert wait(history=every(HOUR), **{wish: timedelta(0)}) == wait(history=every(HOUR))


def test_failures_double_the_wait_up_to_a_day() -> None:
    lively = every(timedelta(minutes=1))
    waits = [wait(history=lively, failures=number) for number in (1, 3, 5, 7)]
    assert waits == sorted(waits)
    assert about(timedelta(minutes=20), waits[1])
    assert about(timedelta(minutes=80), waits[2])
    assert about(LONGEST, wait(history=lively, failures=10_000))


def test_feeds_due_together_are_spread_the_same_way_at_each_call() -> None:
    waits = {wait(seed=number) for number in range(50)}
    assert len(waits) > 40
    assert wait(seed=7) == wait(seed=7)


spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1000))
moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))


@settings(deadline=None)
@given(st.lists(moments, max_size=5), st.none() | spans, st.none() | spans, st.none() | spans, st.integers(0, 10**6))
def test_whatever_happens_the_next_visit_is_in_five_minutes_to_a_day(
    history: list[datetime],
    max_age: timedelta | None,
    retry_after: timedelta | None,
    ttl: timedelta | None,
    failures: int,
) -> None:
    found = wait(history=history, max_age=max_age, retry_after=retry_after, ttl=ttl, failures=failures)
    assert SHORTEST <= found <= LONGEST


def test_an_administrator_sets_bounds_to_the_rhythm() -> None:
    slow, lively = every(timedelta(days=2)), every(timedelta(minutes=2))
    assert timedelta(minutes=9) <= wait(history=slow, longest=timedelta(minutes=10)) <= timedelta(minutes=10)
    assert timedelta(hours=3) <= wait(history=lively, shortest=timedelta(hours=3)) <= timedelta(hours=3.3)
    assert wait(history=lively, shortest=timedelta(minutes=1), longest=timedelta(minutes=1)) == timedelta(minutes=1)
    assert wait(history=slow, shortest=timedelta(days=7)) >= timedelta(days=7)


def test_what_is_set_wins_over_cache_headers_and_not_over_a_server_that_asks_for_patience() -> None:
    longest = timedelta(minutes=10)
    assert wait(max_age=6 * HOUR, longest=longest) <= longest
    assert wait(retry_after=6 * HOUR, longest=longest) == 6 * HOUR
    assert wait(failures=8, longest=longest) > 2 * HOUR
