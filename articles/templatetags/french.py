"""Dates, times, numbers and quotation marks as French typography wants them, and as English does on English screens.

Times are those of the site's time zone. Rules: Lexique des règles typographiques en usage à l'Imprimerie nationale.
"""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlsplit

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from articles.models import Article
from sources.models import DatePrecision
from sources.parsing.dates import PartialDate, Precision

register = template.Library()

NBSP, NARROW = "\u00a0", "\u202f"
_DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
           "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}  # fmt: skip
_SHORT_MONTHS = {
    "fr": ("janv.", "fév.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"),
}
_TO_THE_MINUTE = {DatePrecision.SECOND, DatePrecision.MINUTE}


def _language() -> str:
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _number_of(day: date) -> str:
    return "1er" if day.day == 1 and _language() == "fr" else str(day.day)


@register.filter
def month_name(value: date) -> str:
    """février"""
    return _MONTHS[_language()][value.month - 1]


@register.filter
def month(value: date) -> str:
    """février 2024"""
    return f"{month_name(value)} {value.year}"


@register.filter
def weekday(value: date) -> str:
    """mercredi"""
    return _DAYS[_language()][_local(value).weekday()]


@register.filter
def weekday_letter(value: date) -> str:
    """m"""
    return weekday(value)[0]


@register.filter
def day_month(value: date) -> str:
    """28 février"""
    value = _local(value)
    return f"{_number_of(value)}{NBSP}{month_name(value)}"


@register.filter
def full_day(value: date) -> str:
    """28 février 2024"""
    value = _local(value)
    return f"{day_month(value)} {value.year}"


@register.filter
def long_day(value: date) -> str:
    """mercredi 28 février 2024"""
    return f"{weekday(value)} {full_day(value)}"


@register.filter
def step_day(value: date, reference: date) -> str:
    """mardi 27, or vendredi 1er mars when the month is not the reference's"""
    same = (value.year, value.month) == (reference.year, reference.month)
    return f"{weekday(value)} {_number_of(value) if same else day_month(value)}"


@register.filter
def short_day(value: date) -> str:
    """28 fév."""
    value = _local(value)
    return f"{_number_of(value)}{NBSP}{_SHORT_MONTHS[_language()][value.month - 1]}"


@register.filter
def clock(value: datetime) -> str:
    """14 h 30"""
    separator = ":" if _language() == "en" else f"{NBSP}h{NBSP}"
    return f"{_local(value):%H{separator}%M}"


@register.filter
def moment(value: datetime) -> str:
    """28 fév., 14 h 30"""
    return f"{short_day(value)}, {clock(value)}"


@register.filter
def full_moment(value: datetime) -> str:
    """28 février 2024, 14 h 30"""
    return f"{full_day(value)}, {clock(value)}"


def said_date(at: datetime | None, precision: str, *, short: bool = False) -> str:
    """A date as far as it is known, and « sans date » when it is not."""
    if at is None or not precision:
        return _("undated")
    local = timezone.localtime(at)
    if precision == DatePrecision.YEAR:
        return str(local.year)
    if precision == DatePrecision.MONTH:
        return month(local)
    if precision in _TO_THE_MINUTE:
        return moment(local) if short else full_moment(local)
    return short_day(local) if short else full_day(local)


@register.filter
def dated(article: Article) -> str:
    """The article's publication date, as precise as it is known."""
    return said_date(article.published_at, article.published_precision)


@register.filter
def short_dated(article: Article) -> str:
    """The same without the year, with the time: 28 fév., 14 h 30."""
    return said_date(article.published_at, article.published_precision, short=True)


@register.filter
def has_time(article: Article) -> bool:
    """Whether the time of day is known, and not only the date."""
    return article.published_at is not None and article.published_precision in _TO_THE_MINUTE


@register.filter
def time_or_day(article: Article) -> str:
    """14 h 30, or in words that the time is not known."""
    if article.published_at and has_time(article):
        return clock(article.published_at)
    return _("no time")


@register.simple_tag
def date_range(first: date, last: date) -> str:
    """du 26 février au 5 mars 2024; le 28 février 2024 when it is one day."""
    first, last = _local(first), _local(last)
    if (first.year, first.month, first.day) == (last.year, last.month, last.day):
        return _("on %(day)s") % {"day": full_day(last)}
    start = full_day(first) if first.year != last.year else day_month(first)
    if (first.year, first.month) == (last.year, last.month):
        start = _number_of(first)
    return _("from %(first)s to %(last)s") % {"first": start, "last": full_day(last)}


@register.filter
def same_day(one: datetime | None, other: datetime | None) -> bool:
    """Whether both fall on one local day."""
    return one is not None and other is not None and timezone.localdate(one) == timezone.localdate(other)


@register.filter
def same_minute(one: datetime, other: datetime) -> bool:
    """Whether both are less than a minute apart."""
    return abs((one - other).total_seconds()) < 60


@register.filter
def language_name(code: str) -> str:
    """français, in the reader's language; the code itself when nobody knows it."""
    try:
        known = get_language_info(code)
    except KeyError:
        return code
    return str(known["name"]) if _language() == "en" else str(known["name_translated"]).lower()


@register.filter
def number(value: int) -> str:
    """1 284 in French, with U+202F; 1,284 in English."""
    return f"{value:,}".replace(",", "," if _language() == "en" else NARROW)


@register.filter
def decimal(value: float) -> str:
    """0,83 in French, 0.83 in English."""
    return f"{value:.2f}".replace(".", "." if _language() == "en" else ",")


@register.filter
def quoted(text: str) -> SafeString:
    """« … » around someone's words, which stay as they are; English screens use “…”. Words in « » keep their own."""
    if text.startswith(("«", "“")) and text.endswith(("»", "”")):
        return conditional_escape(text)
    opening, closing = ("“", "”") if _language() == "en" else (f"«{NBSP}", f"{NBSP}»")
    return mark_safe(opening + conditional_escape(text) + closing)  # noqa: S308 - escaped in this line


@register.filter
def web_address(url: str) -> str:
    """The address when it is one of the web; else "": a link must never run anything."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme.lower() in {"http", "https"} and parts.netloc else ""


@register.filter
def host(url: str) -> str:
    """The site's name in an address."""
    address = web_address(url)
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


@register.filter
def hex_groups(digest: str) -> str:
    """b41f 9c02 7de5…: a hash as people can compare it"""
    return " ".join(digest[place : place + 4] for place in range(0, len(digest), 4))


@register.filter
def as_moment(text: str) -> datetime | None:
    """The moment that an ISO 8601 text names; None for an empty one."""
    return datetime.fromisoformat(text) if text else None


@register.filter
def said(text: str, precision: str) -> str:
    """The date of an article in a sealed edition, without the year: 28 fév."""
    at = as_moment(text)
    if at is None or precision in {"", DatePrecision.YEAR, DatePrecision.MONTH}:
        return said_date(at, precision)
    return short_day(at)


@register.filter
def partial(text: str, precision: str) -> str:
    """A date as a feed gave it (PartialDate.value and its precision), as far as it goes: 28 fév., 14 h 30."""
    if not text or not precision:
        return _("not said")
    return said_date(PartialDate(text, Precision(precision)).instant(), precision, short=True)


@register.simple_tag
def lang(language: str) -> SafeString | str:
    """A lang attribute for text in another language than the screen's."""
    if not language or language == _language():
        return ""
    return format_html(' lang="{}"', language)


@register.filter
def percent_of(value: int, greatest: int) -> int:
    """The share of the greatest, in whole percent, at least 2 so that it shows."""
    return max(round(100 * value / greatest), 2) if greatest else 0


_SHORT_DAYS = {
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def axis_day(day: date, with_month: bool, is_narrow: bool) -> str:
    """A day on an axis: « lun. 26 fév. », « mar. 27 », or only « 27 » where there is little room."""
    if is_narrow:
        return _number_of(day)
    name = _SHORT_DAYS[_language()][day.weekday()]
    return f"{name} {short_day(day) if with_month else _number_of(day)}"


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1 in whole per cent: « 35 % » with its narrow no-break space, "35%" in English."""
    value = round(100 * (share or 0))
    return f"{value}\u202f%" if _language() == "fr" else f"{value}%"


@register.filter
def css_percent(share: float | None) -> str:
    """The same share for a style sheet."""
    return f"{100 * (share or 0):.0f}%"
