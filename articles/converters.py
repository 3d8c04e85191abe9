"""Days and ISO weeks in addresses: 2024-02-28 and 2024-W09."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Week(NamedTuple):
    """An ISO week: its year is not always the calendar's."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Week:
        """The week that a day belongs to."""
        return cls(*day.isocalendar()[:2])

    @property
    def first_day(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its Sunday."""
        return date.fromisocalendar(self.year, self.number, 7)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"


class IsoDate:
    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class IsoWeek:
    regex = r"\d{4}-W\d{2}"

    def to_python(self, value: str) -> Week:
        year, number = value.split("-W")
        week = Week(int(year), int(number))
        date.fromisocalendar(week.year, week.number, 1)  # week 53 does not exist in every year
        return week

    def to_url(self, value: Week) -> str:
        return str(value)
