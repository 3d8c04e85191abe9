"""Dates as the press writes them: an instant, a day or only a month, never more than was said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import timezone as fixed_offset
from enum import StrEnum
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Precision(StrEnum):
    """How much of a date its source gave."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


_TIMESPEC = {Precision.SECOND: "seconds", Precision.MINUTE: "minutes"}
_LENGTH = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date cut where knowledge ends.

    `value` is ISO 8601 to that precision: "2024-02-27T18:33:19+01:00" (second, with its offset),
    "2024-02-27T18:33+01:00" (minute), "2024-02-27", "2024-02" or "2024".
    """

    value: str
    precision: Precision

    @classmethod
    def from_datetime(cls, moment: datetime, precision: Precision = Precision.SECOND) -> PartialDate:
        """Cut `moment` at `precision`. Raises ValueError for a moment without a zone that keeps its time."""
        if precision in _LENGTH:
            return cls(moment.isoformat()[: _LENGTH[precision]], precision)
        if moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} has a time but no zone")
        return cls(moment.isoformat(timespec=_TIMESPEC[precision]), precision)

    @classmethod
    def from_date(cls, day: date) -> PartialDate:
        return cls(day.isoformat(), Precision.DAY)

    def instant(self, timezone: tzinfo = PARIS) -> datetime:
        """The aware datetime at which this date starts; a day, a month or a year starts at midnight in `timezone`."""
        if self.precision in _TIMESPEC:
            return datetime.fromisoformat(self.value)
        return datetime.fromisoformat(self.value + "-01-01"[self._missing() :]).replace(tzinfo=timezone)

    def _missing(self) -> int:
        return len(self.value) - 4

    def day(self) -> date | None:
        """The calendar day as its source wrote it (no change of zone), or None when only a month or a year is known."""
        known = self.precision not in (Precision.MONTH, Precision.YEAR)
        return date.fromisoformat(self.value[:10]) if known else None

    def __str__(self) -> str:
        return self.value


# French and English names; accents and final points are dropped before comparing.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin jun june",
            "juillet juil jul july",
            "aout aou august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        1,
    )
    for name in names.split()
}
# Hours from UTC of the zone names that French-language and English-language pages print (H… are Québec's).
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "tu": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "hne": -5, "hae": -4, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_FARTHEST = timedelta(hours=14)
_UNITS = {
    "seconde": timedelta(seconds=1), "second": timedelta(seconds=1), "sec": timedelta(seconds=1),
    "minute": timedelta(minutes=1), "min": timedelta(minutes=1), "mn": timedelta(minutes=1),
    "heure": timedelta(hours=1), "hour": timedelta(hours=1), "h": timedelta(hours=1), "hr": timedelta(hours=1),
    "jour": timedelta(days=1), "day": timedelta(days=1), "j": timedelta(days=1),
    "semaine": timedelta(days=7), "week": timedelta(days=7),
    "mois": timedelta(days=30), "month": timedelta(days=30), "an": timedelta(days=365), "year": timedelta(days=365),
}  # fmt: skip
_DAYS_BACK = {"aujourd'hui": 0, "today": 0, "hier": 1, "yesterday": 1, "avant-hier": 2}
_NUMBERS = {"un": 1, "une": 1, "a": 1, "an": 1, "one": 1, "deux": 2, "two": 2, "trois": 3, "three": 3}

_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_OFFSET = r"(?:utc|gmt)?[+-](?:\d{2}:?\d{2}|\d{1,2}(?![\d:]))"
_ZONE = rf"(?:\s*\(?(?P<zone>{_OFFSET}|(?:" + "|".join(_ZONES) + r")\b))?"
_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-3]|24(?=\s?[h:]\s?00))"
    r"(?:\s?(?:h|heures?\b|:(?=\s?[0-5]\d))\s?(?P<minute>[0-5]\d)?(?:\s?(?::|min\b\s?|m\b\s?)(?P<second>[0-5]\d)(?:[.,]\d+)?s?)?)"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?" + _ZONE
)
# What stands between a day and its time: « à », « at », a comma, a dash, a bar or only a blank.
_TIME = r"(?:[\s,;|•·–—-]*(?:(?:a|at|vers|@)\s)?\s*" + _CLOCK + ")?"
_FOUR = r"(?P<year>(?:19|20)\d{2})(?!\d)"
_YEAR = r"(?P<year>(?:19|20)\d{2}(?!\d)|'?\d{2}(?!\d|\s?h\b|\s?h\d|:|\s?%))"

_ISO = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<sep>[-/.]?)(?P<mon>0[1-9]|1[0-2]|(?<=[-/.])[1-9])(?P=sep)"
    r"(?P<day>0[1-9]|[12]\d|3[01]|(?<=[-/.])[1-9])(?!\d)"
    r"(?:(?:t|\s|,\s?)\s*(?P<hour>[01]\d|2[0-3]|24(?=:?00)|\d(?=:)):?(?P<minute>[0-5]\d)(?::?(?P<second>[0-5]\d))?(?:[.,]\d+)?"
    + _ZONE
    + ")?"
)
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<day>\d{1,2})(?P<sep>[/.-])(?P<mon>\d{1,2})(?P=sep)(?P<year>(?:19|20)\d{2}|\d{2})(?![\d/])" + _TIME
)
_WRITTEN = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:er|st|nd|rd|th)?[\s-]+(?:of\s)?" + _MONTH + r"[\s,-]+" + _YEAR + _TIME
)
_ENGLISH = re.compile(r"\b" + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|\s+)" + _FOUR + _TIME)
_NO_YEAR = re.compile(r"(?<!\d)(?P<day>\d{1,2})(?:er)?\s+" + _MONTH + r"(?!\s+\d{4})" + _TIME)
_MONTH_ONLY = re.compile(r"\b" + _MONTH + r"\s*,?\s*" + _FOUR)
_MONTH_NUMERIC = re.compile(
    r"(?<![\d/.-])(?:(?P<year>(?:19|20)\d{2})-(?P<mon>0[1-9]|1[0-2])"
    r"|(?P<mon2>0?[1-9]|1[0-2])/(?P<year2>(?:19|20)\d{2}))(?![\d/.-])"
)
_YEAR_ONLY = re.compile(r"(?:(?:en|in|annee|©)\s*)?(?P<year>(?:19|20)\d{2})")
_EPOCH = re.compile(r"(?P<seconds>\d{10})(?:\d{3})?")
_AGO = re.compile(
    r"(?:il y a|depuis)\s+(?:environ\s+)?(?P<count>\d+|une?|deux|trois)\s*"
    r"(?P<unit>secondes?|sec|minutes?|min|mn|heures?|h|jours?|j|semaines?|mois|ans?)\b"
    r"|\b(?P<count_en>\d+|an?|one|two|three)\s*"
    r"(?P<unit_en>seconds?|sec|minutes?|min|hours?|hr|h|days?|weeks?|months?|years?)s?\s+ago\b"
)
_NAMED_DAY = re.compile(r"\b(?P<name>avant-hier|hier|aujourd'hui|yesterday|today)\b" + _TIME)

Match = re.Match[str]
Reader = Callable[[Match, datetime | None, tzinfo], PartialDate | None]


def _fold(text: str) -> str:
    """Lower case, without accents, one kind of apostrophe, single blanks."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.lower().replace("’", "'").replace("−", "-").split())


def _zone(name: str | None, default: tzinfo) -> tzinfo | None:
    """None for an offset that no place on Earth has: its day is known, and its hour is not."""
    if not name:
        return default
    if name in _ZONES:
        return fixed_offset(timedelta(hours=_ZONES[name])) if _ZONES[name] else UTC
    sign, digits = re.sub("[a-z:]", "", name)[0], re.sub(r"\D", "", name)
    hours, minutes = (int(digits[:2]), int(digits[2:] or 0)) if len(digits) > 1 else (int(digits), 0)
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset > _FARTHEST:
        return None
    if not offset:
        return UTC
    return fixed_offset(-offset if sign == "-" else offset)


def _hour(match: Match) -> int:
    hour, half = int(match["hour"]), match.groupdict().get("half")
    if half and hour <= 12:
        return hour % 12 + (12 if half == "p" else 0)
    return hour


def _with_time(day: date, match: Match, timezone: tzinfo) -> PartialDate:
    """The day with the time that the match may hold; an instant told in UTC is told again in `timezone`."""
    zone = _zone(match["zone"], timezone)
    if match["hour"] is None or zone is None:
        return PartialDate.from_date(day)
    hour, minute, second = _hour(match), int(match["minute"] or 0), int(match["second"] or 0)
    if hour == 24:  # the end of the day, which ISO 8601 writes so
        day, hour = day + timedelta(days=1), 0
    moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    if zone is UTC:
        moment = moment.astimezone(timezone)
    return PartialDate.from_datetime(moment, Precision.SECOND if match["second"] else Precision.MINUTE)


def _year(digits: str) -> int:
    number = int(digits.lstrip("'"))
    if number > 99:
        return number
    return number + (2000 if number < 70 else 1900)


def _month(match: Match) -> int:
    groups = match.groupdict()
    return _MONTHS[groups["month"]] if groups.get("month") else int(groups["mon"])


def _read_day(match: Match, _reference: datetime | None, timezone: tzinfo) -> PartialDate | None:
    day, month = int(match["day"]), _month(match)
    if month > 12 >= day:  # 02/27/2024, as Americans write it
        day, month = month, day
    return _with_time(date(_year(match["year"]), month, day), match, timezone)


def _read_no_year(match: Match, reference: datetime | None, timezone: tzinfo) -> PartialDate | None:
    """A day without its year is the last one before the day after the reference."""
    if reference is None:
        return None
    day = date(reference.year, _month(match), int(match["day"]))
    if day > reference.date() + timedelta(days=1):
        day = date(reference.year - 1, _month(match), int(match["day"]))
    return _with_time(day, match, timezone)


def _read_month(match: Match, _reference: datetime | None, _timezone: tzinfo) -> PartialDate:
    groups = match.groupdict()
    month = _month(match) if groups.get("month") or groups.get("mon") else int(groups["mon2"])
    return PartialDate(f"{groups['year'] or groups['year2']}-{month:02}", Precision.MONTH)


def _read_ago(match: Match, reference: datetime | None, timezone: tzinfo) -> PartialDate | None:
    """« il y a 2 heures » is known to its own unit at best: to the minute under a day, else to the day or the month."""
    if reference is None:
        return None
    count, unit = match["count"] or match["count_en"], match["unit"] or match["unit_en"]
    step = _UNITS.get(unit) or _UNITS[unit.rstrip("s")]
    moment = reference.astimezone(timezone) - step * (_NUMBERS.get(count) or int(count))
    if step < timedelta(days=1):
        return PartialDate.from_datetime(moment, Precision.MINUTE)
    if step < timedelta(days=30):
        return PartialDate.from_datetime(moment, Precision.DAY)
    return PartialDate.from_datetime(moment, Precision.MONTH if step < timedelta(days=365) else Precision.YEAR)


def _read_named_day(match: Match, reference: datetime | None, timezone: tzinfo) -> PartialDate | None:
    if reference is None:
        return None
    day = reference.astimezone(timezone).date() - timedelta(days=_DAYS_BACK[match["name"]])
    return _with_time(day, match, timezone)


_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_ISO, _read_day),
    (_WRITTEN, _read_day),
    (_ENGLISH, _read_day),
    (_NUMERIC, _read_day),
    (_AGO, _read_ago),
    (_NAMED_DAY, _read_named_day),
)
# Tried only when nothing more exact stands anywhere in the text.
_VAGUE_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_MONTH_ONLY, _read_month),
    (_MONTH_NUMERIC, _read_month),
    (_NO_YEAR, _read_no_year),
)


def _first(
    text: str, readers: tuple[tuple[re.Pattern[str], Reader], ...], reference: datetime | None, timezone: tzinfo
) -> PartialDate | None:
    """What the readable match that stands first in the text says; impossible days (31/02) are passed over."""
    found: list[tuple[int, int, PartialDate]] = []
    for rank, (pattern, reader) in enumerate(readers):
        for match in pattern.finditer(text):
            try:
                answer = reader(match, reference, timezone)
            except (ValueError, OverflowError):  # 31 février, or ten million years ago
                continue
            if answer:
                found.append((match.start(), rank, answer))
                break
    return min(found, key=lambda one: one[:2])[2] if found else None


def _whole(text: str, timezone: tzinfo) -> PartialDate | None:
    """A text that is nothing but a Unix time or a year."""
    if match := _EPOCH.fullmatch(text):
        return PartialDate.from_datetime(datetime.fromtimestamp(int(match["seconds"]), timezone))
    if match := _YEAR_ONLY.fullmatch(text):
        return PartialDate(match["year"], Precision.YEAR)
    return None


def parse_date(text: str, *, reference: datetime | None = None, timezone: tzinfo = PARIS) -> PartialDate | None:
    """The first date that `text` shows: ISO 8601, RFC 822, or as French and English pages write it.

    `reference` (aware) is the moment against which « il y a 2 heures », « hier » or a day without its year are read;
    without it they give None. A time without a zone is in `timezone`; one in UTC, which is how machines and not
    newsrooms tell the time, is converted to it; one with another offset keeps it. Day comes before month in 03/04/2024.
    """
    folded = _fold(text[:2000])
    return (
        _whole(folded, timezone)
        or _first(folded, _READERS, reference, timezone)
        or _first(folded, _VAGUE_READERS, reference, timezone)
    )
