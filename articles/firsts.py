"""Which outlet published first, as far as the dates that outlets gave allow to say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from sources.models import DatePrecision

_TO_THE_MINUTE = {DatePrecision.SECOND, DatePrecision.MINUTE}


class Published(NamedTuple):
    """When an article was published, by its own account."""

    article: int
    outlet: int | None
    at: datetime | None
    precision: str

    @property
    def has_time(self) -> bool:
        return self.precision in _TO_THE_MINUTE


def first_of(told: Iterable[Published]) -> Published | None:
    """The article that came first, or None where that is undetermined.

    It is undetermined when nothing is dated, when two outlets share the earliest minute, or when another outlet's date
    names only the day, the month or the year in which the earliest time falls. Undated articles do not count.
    """
    dated = sorted(
        (one for one in told if one.at is not None and one.precision), key=lambda one: (one.at, not one.has_time)
    )
    timed = [one for one in dated if one.has_time]
    if not timed:
        return dated[0] if dated and len({one.outlet for one in dated}) == 1 else None
    first = timed[0]
    rivals = (one for one in dated if one.outlet != first.outlet)
    return None if any(_may_precede(one, first) for one in rivals) else first


def _may_precede(one: Published, first: Published) -> bool:
    if one.at is None or first.at is None:
        return False
    if one.has_time:
        return one.at.replace(second=0, microsecond=0) <= first.at.replace(second=0, microsecond=0)
    mine, theirs = timezone.localtime(one.at), timezone.localtime(first.at)
    return mine <= theirs or mine.date() == theirs.date()
