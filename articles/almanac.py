"""Days, weeks and months to step through: the strip beside the date, the month, the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from articles import drawing
from articles.converters import Week
from articles.models import Article

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day with its number of articles and the height of its bar in pixels."""

    day: date
    count: int
    height: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class StripWeek:
    """An ISO week of the strip."""

    week: Week
    days: tuple[DayBar, ...]
    is_current: bool


@dataclass(frozen=True, slots=True)
class MonthWeek:
    """A row of the month; a day of another month is None."""

    week: Week
    days: tuple[DayBar | None, ...]


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: tuple[MonthWeek, ...]
    count: int


def strip(current: date, counts: Mapping[date, int], *, is_week: bool = False) -> tuple[StripWeek, ...]:
    """The week of `current` and the one before it."""
    monday = Week.of(current).first_day - 7 * DAY
    days = [monday + place * DAY for place in range(14)]
    tall = drawing.heights([counts.get(day, 0) for day in days])
    bars = [
        DayBar(day, counts.get(day, 0), height, day == current and not is_week)
        for day, height in zip(days, tall, strict=True)
    ]
    halves = (tuple(bars[:7]), tuple(bars[7:]))
    return tuple(StripWeek(Week.of(half[0].day), half, is_week and half is halves[1]) for half in halves)


def month_of(day: date, counts: Mapping[date, int], current: date | None = None) -> Month:
    """The calendar month of `day`, by ISO weeks."""
    first = day.replace(day=1)
    monday = first - first.weekday() * DAY
    weeks = []
    while monday <= last_of_month(first):
        days = [monday + place * DAY for place in range(7)]
        cells = (DayBar(d, counts.get(d, 0), 0, d == current) if d.month == first.month else None for d in days)
        weeks.append(MonthWeek(Week.of(monday), tuple(cells)))
        monday += 7 * DAY
    total = sum(count for d, count in counts.items() if (d.year, d.month) == (first.year, first.month))
    return Month(first, tuple(weeks), total)


def last_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    return (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def span_around(day: date) -> tuple[date, date]:
    """The days whose counts the strip and the month need together."""
    monday = Week.of(day).first_day - 7 * DAY
    return min(monday, day.replace(day=1)), max(monday + 13 * DAY, last_of_month(day))


def years() -> list[int]:
    """The years that have dated articles, newest first: one look into the index of days for each."""
    dated = Article.objects.exclude(day=None).order_by("-day").values_list("day", flat=True)
    found, last = [], dated.first()
    while last is not None:
        found.append(last.year)
        last = dated.filter(day__lt=date(last.year, 1, 1)).first()
    return found


def months(counts: Mapping[date, int]) -> list[Month]:
    """The months that have articles, newest first."""
    firsts = sorted({day.replace(day=1) for day in counts}, reverse=True)
    return [month_of(first, counts) for first in firsts]
