"""Who was first, and when that cannot be said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from articles.firsts import Published, first_of

NINE = datetime(2024, 2, 28, 8, 0, tzinfo=UTC)
MIDNIGHT = datetime(2024, 2, 27, 23, 0, tzinfo=UTC)


def test_the_earliest_time_is_first() -> None:
    told = [Published(1, 10, NINE + timedelta(hours=1), "second"), Published(2, 20, NINE, "minute")]
    assert first_of(told) == told[1]


def test_a_shared_minute_has_no_first() -> None:
    told = [Published(1, 10, NINE, "second"), Published(2, 20, NINE + timedelta(seconds=30), "second")]
    assert first_of(told) is None


def test_an_outlet_is_not_its_own_rival() -> None:
    told = [Published(1, 10, NINE, "second"), Published(2, 10, NINE, "second")]
    assert first_of(told) == told[0]


def test_another_outlets_day_without_a_time_leaves_it_undetermined() -> None:
    assert first_of([Published(1, 10, NINE, "second"), Published(2, 20, MIDNIGHT, "day")]) is None


def test_a_later_day_without_a_time_changes_nothing() -> None:
    told = [Published(1, 10, NINE, "second"), Published(2, 20, MIDNIGHT + timedelta(days=1), "day")]
    assert first_of(told) == told[0]


def test_a_month_that_may_hold_an_earlier_day_leaves_it_undetermined() -> None:
    february = datetime(2024, 1, 31, 23, tzinfo=UTC)
    assert first_of([Published(1, 10, NINE, "second"), Published(2, 20, february, "month")]) is None


def test_undated_articles_do_not_count() -> None:
    told = [Published(1, 10, NINE, "second"), Published(2, 20, None, "")]
    assert first_of(told) == told[0]
    assert first_of([Published(2, 20, None, "")]) is None
    assert first_of([]) is None
