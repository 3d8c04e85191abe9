"""Dates as the press writes them: an instant, a day or only a month, never more than was said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Precision(StrEnum):
    """How much of a date its source gave."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date cut where knowledge ends.

    `value` is ISO 8601 to that precision: "2024-02-27T18:33:19+01:00" (second, with its offset),
    "2024-02-27T18:33+01:00" (minute), "2024-02-27", "2024-02" or "2024".
    """

    value: str
    precision: Precision
