"""Dates that a French text mentions, resolved against its publication date and never guessed.

Conventions: a weekday counts back from the publication date (« prochain » counts forward); « la semaine dernière » is
Monday/Sunday; « fin juin » is the month; seasons and vague expressions have no value.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from articles.text.findings import DateSpan, Span
from articles.text.reading import fold
from sources.parsing.dates import PartialDate

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv",
            "février fevrier févr fevr fév",
            "mars",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "août aout",
            "septembre sept",
            "octobre oct",
            "novembre nov",
            "décembre decembre déc",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, name in enumerate(["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"])
}
_ORDINALS = {"premier": 1, "1er": 1, "deuxième": 2, "second": 2, "troisième": 3, "quatrième": 4}

_MONTH = (
    "(?:"
    + "|".join(sorted(_MONTHS, key=len, reverse=True))
    + r")(?!\w)(?:(?<=janv)\.|(?<=fév)\.|(?<=févr)\.|(?<=avr)\.|(?<=juil)\.|(?<=sept)\.|(?<=oct)\.|(?<=nov)\."
    + r"|(?<=déc)\.)?"
)
_LONG_MONTH = (
    "(?:"
    + "|".join(
        sorted(
            (m for m in _MONTHS if len(m) > 4 or m in ("mars", "mai", "juin", "août", "aout")), key=len, reverse=True
        )
    )
    + r")(?!\w)"
)
_WEEKDAY = "(?:" + "|".join(_WEEKDAYS) + r")(?!\w)"
_DAY = r"(?:1er|[12]?\d|3[01])"
_YEAR = r"(?:1[5-9]\d\d|20\d\d)"
_PART = (
    r"(?:début|fin|mi|courant|dès|depuis|avant|après|jusqu'(?:à|en)|en|de|d'|pour|à partir de|au mois de|au mois d')"
)


@dataclass(frozen=True, slots=True)
class _Reference:
    """What is known of the day of publication."""

    day: date | None
    month: tuple[int, int] | None
    year: int | None


def _reference(published: PartialDate | str | None) -> _Reference:
    value = published.value if isinstance(published, PartialDate) else published or ""
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", value)
    if not match:
        return _Reference(None, None, None)
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return _Reference(None, None, year)
    return _Reference(date(year, month, day) if day else None, (year, month), year)


@dataclass(frozen=True, slots=True)
class _Context:
    reference: _Reference
    nearby: date | None
    """The last full date of the same paragraph, when it lies in an earlier year: a story told about the past."""
    ahead: bool
    """Whether the sentence looks forward (« sera », « prévu », « d'ici »)."""


_Value = tuple[str | None, str]
_Handler = Callable[[re.Match[str], _Context], _Value | None]


def _range(first: date, last: date) -> _Value:
    return f"{first}/{last}", "range"


def _valid(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] else None


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _month_number(text: str) -> int:
    return _MONTHS[text.lower().rstrip(".")]


def _nearest_day(month: int, day: int, weekday: str | None, context: _Context) -> date | None:
    """The year that brings a day and month nearest to publication; a weekday that is named must agree."""
    if context.nearby is not None and weekday is None:
        told = _valid(context.nearby.year, month, day)
        if told is not None and told >= context.nearby:
            return told
    base = context.reference.day
    if base is None and context.reference.month is not None:
        base = date(*context.reference.month, 15)
    if base is None:
        return None
    candidates = [found for year in range(base.year - 6, base.year + 3) if (found := _valid(year, month, day))]
    agreeing = [d for d in candidates if weekday is not None and d.weekday() == _WEEKDAYS[weekday.lower()]]
    near = [d for d in agreeing if abs((d - base).days) < 700]
    return min(near or candidates, key=lambda d: _distance((d - base).days, context), default=None)


def _distance(days: int, context: _Context) -> float:
    """How far a day is; one more than six weeks ahead counts four times unless the sentence looks forward."""
    return days * 4 if days > _SOON and not context.ahead else abs(days)


def _on_day(match: re.Match[str], context: _Context) -> _Value | None:
    day, month = _number(match["day"]), _month_number(match["month"])
    if not 1 <= day <= 31:
        return None
    if match["year"]:
        found = _valid(int(match["year"]), month, day)
        return (str(found), "day") if found else None
    found = _nearest_day(month, day, match["weekday"], context)
    return (str(found) if found else None), "day"


def _days_between(match: re.Match[str], context: _Context) -> _Value | None:
    last_month = _month_number(match["month"])
    first_month = _month_number(match["month1"]) if match["month1"] else last_month
    year, first_day, last_day = match["year"], _number(match["day1"]), _number(match["day"])
    last = _valid(int(year), last_month, last_day) if year else _nearest_day(last_month, last_day, None, context)
    if last is None:
        return (None, "range") if not year else None
    first = _valid(last.year - (first_month > last_month), first_month, first_day)
    return _range(first, last) if first else None


def _in_month(match: re.Match[str], context: _Context) -> _Value | None:
    month = _month_number(match["month"])
    relative = (match["relative"] or "").lower()
    if match["year"]:
        return f"{int(match['year']):04d}-{month:02d}", "month"
    base = context.reference.month or ((context.reference.year, 6) if context.reference.year else None)
    following = _SAME_YEAR.match(match.string, match.end())
    if following:
        return f"{following['year']}-{month:02d}", "month"
    if context.nearby is not None and not relative and month >= context.nearby.month:
        return f"{context.nearby.year}-{month:02d}", "month"
    if base is None or context.reference.month is None:
        return None, "month"
    if relative.startswith(("dernier", "passé")):
        year = base[0] - (month >= base[1])
    elif relative.startswith("prochain"):
        year = base[0] + (month <= base[1])
    else:
        years = (base[0] - 1, base[0], base[0] + 1)
        year = min(years, key=lambda y: _distance(((y - base[0]) * 12 + month - base[1]) * 30, context))
    return f"{year}-{month:02d}", "month"


def _numeric(match: re.Match[str], context: _Context) -> _Value | None:
    year = int(match["year"])
    found = _valid(year if year > 99 else 2000 + year, int(match["month"]), int(match["day"]))
    return (str(found), "day") if found else None


def _iso(match: re.Match[str], context: _Context) -> _Value | None:
    year, month, day = match["year"], match["month"], match["day"]
    if day is None:
        return f"{year}-{month}", "month"
    found = _valid(int(year), int(month), int(day))
    return (str(found), "day") if found else None


def _weekday(match: re.Match[str], context: _Context) -> _Value | None:
    base = context.reference.day
    if base is None:
        return None, "day"
    number = _WEEKDAYS[match["weekday"].lower()]
    relative = (match["relative"] or "").lower()
    if relative.startswith("prochain"):
        return str(base + timedelta(days=(number - base.weekday() - 1) % 7 + 1)), "day"
    back = (base.weekday() - number) % 7
    if relative.startswith(("dernier", "passé")) and back == 0:
        back = 7
    return str(base - timedelta(days=back)), "day"


_DAY_WORDS = {"avant-hier": -2, "hier": -1, "demain": 1, "après-demain": 2}


def _day_word(match: re.Match[str], context: _Context) -> _Value | None:
    base = context.reference.day
    return (str(base + timedelta(days=_DAY_WORDS[match["word"].lower()])) if base else None), "day"


def _week(match: re.Match[str], context: _Context) -> _Value | None:
    base = context.reference.day
    if base is None:
        return None, "range"
    relative = match.group().lower()
    shift = -1 if "derni" in relative or "passé" in relative else 1 if "prochain" in relative else 0
    monday = base - timedelta(days=base.weekday()) + timedelta(weeks=shift)
    if "week" in relative:
        saturday = monday + timedelta(days=5)
        if not shift and base.weekday() < 4:
            saturday -= timedelta(weeks=1)
        if shift < 0 and base.weekday() == 6:
            saturday = monday + timedelta(days=5)
        return _range(saturday, saturday + timedelta(days=1))
    return _range(monday, monday + timedelta(days=6))


def _month_word(match: re.Match[str], context: _Context) -> _Value | None:
    if context.reference.month is None:
        return None, "month"
    year, month = context.reference.month
    relative = match.group().lower()
    month += -1 if "dernier" in relative or "passé" in relative else 1 if "prochain" in relative else 0
    return f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}", "month"


def _year_word(match: re.Match[str], context: _Context) -> _Value | None:
    if context.reference.year is None:
        return None, "year"
    relative = match.group().lower()
    shift = -1 if "derni" in relative or "passé" in relative else 1 if "prochain" in relative else 0
    return str(context.reference.year + shift), "year"


def _year(match: re.Match[str], context: _Context) -> _Value | None:
    return match["year"], "year"


def _decade(match: re.Match[str], context: _Context) -> _Value | None:
    first = _number(match["decade"])
    first += 1900 if first < 100 else 0
    return f"{first}/{first + 9}", "range"


def _quarter(match: re.Match[str], context: _Context) -> _Value | None:
    length = 6 if match["unit"].lower().startswith("sem") else 3
    index = _ORDINALS.get(match["rank"].lower()) or _number(match["rank"])
    if not match["year"] or index * length > 12:
        return None, "range"
    year, last = int(match["year"]), index * length
    return _range(date(year, last - length + 1, 1), date(year, last, calendar.monthrange(year, last)[1]))


def _two_years(match: re.Match[str], context: _Context) -> _Value | None:
    first, second = match["year1"], match["year2"]
    if len(second) == 2:
        second = first[:2] + second
    return (f"{first}/{second}", "range") if 0 < int(second) - int(first) <= 40 else None


def _no_value(precision: str) -> _Handler:
    return lambda match, context: (None, precision)


_REL = r"(?P<relative>derni(?:er|ère)|passée?|prochaine?)"
_COUNTED = (
    "euros? dollars? millions? milliards? personnes? kg km mm cm mètres? m² ha hectares? tonnes? "
    "morts? habitants? salariés? "
    "emplois? "
    "postes? pages? élèves? mots? places? voix soldats? hommes? femmes?"
)
_NOT_UNIT = rf"(?![\w%€$°]|[.,]\d|-\d|/\d| ?(?:%|€|\$|{'|'.join(_COUNTED.split())})(?!\w))"
_BEFORE_MONTH = "|".join(
    rf"(?<=\b{word})"
    for word in ("en ", "de ", "d'", "dès ", "depuis ", "avant ", "après ", "courant ", "entre ", "et ", "à ")
)
_SAME_YEAR = re.compile(rf"(?:-| (?:à|et|ou) )(?:fin |début |mi-)?{_LONG_MONTH} (?P<year>{_YEAR})(?!\w)", re.IGNORECASE)
_NO_GROUPS = r"(?P<year>(?!))?(?P<relative>(?!))?"
_AHEAD = re.compile(
    r"(?<!\w)(?:\w{2,}(?:rai|ra|ront|rait|raient)|prévue?s?|attendue?s?|programmée?s?|doit|doivent|d'ici|jusqu'(?:au|en|à)|prochaine?s?"
    r"|à venir|compte|comptent|veut|veulent|va|vont|avant|futur)(?!\w)",
    re.IGNORECASE,
)
_SOON = 45
_ISO = r"(?<![\w./-])(?P<year>{year})-(?P<month>0\d|1[0-2])(?:-(?P<day>[0-3]\d))?(?:[ T]\d\d:\d\d(?::\d\d)?)?(?![\w-])"
_DAYS = (
    rf"(?<!\w)(?:du |les |entre le |de |)(?:{_WEEKDAY} )?(?P<day1>{_DAY})(?: (?P<month1>{_MONTH})(?: {_YEAR})?)?"
    rf"(?: au | et le | et |-| - | ?– ?| ou | ou le )(?:{_WEEKDAY} )?(?P<day>{_DAY}) (?P<month>{_MONTH})"
    rf"(?: (?P<year>{_YEAR}))?(?!\w)"
)
_RULES: tuple[tuple[re.Pattern[str], _Handler], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), handler)
    for pattern, handler in (
        (_ISO.replace("{year}", _YEAR), _iso),
        (
            rf"(?<![\w./-])(?P<day>[0-3]?\d)[/.-](?P<month>[01]?\d)[/.-](?P<year>{_YEAR}|[012]\d)(?![\w/-]|\.\d)",
            _numeric,
        ),
        (_DAYS, _days_between),
        (
            rf"(?<![\w,.])(?:(?P<weekday>{_WEEKDAY}),? (?:le )?)?(?P<day>{_DAY})(?: |-(?={_MONTH}-))(?P<month>{_MONTH})"
            rf"(?:,?[ -](?P<year>{_YEAR})(?!\w))?",
            _on_day,
        ),
        (
            rf"(?<!\w)(?:(?:début|fin|mi)[ -])?(?P<month>{_LONG_MONTH})(?: de l'année)?,? "
            rf"(?:(?P<year>{_YEAR})(?!\w)|{_REL}(?!\w))",
            _in_month,
        ),
        (rf"(?<!\w)(?:(?:début|fin|mi)[ -]|{_BEFORE_MONTH})(?P<month>{_LONG_MONTH}){_NO_GROUPS}", _in_month),
        (rf"(?<!\w)(?P<month>{_LONG_MONTH}){_NO_GROUPS}(?=-{_LONG_MONTH})", _in_month),
        (
            r"(?<!\w)(?P<rank>premier|1er|deuxième|second|troisième|quatrième|[1-4](?:e|è|ème|ième))"
            rf" (?P<unit>trimestre|semestre) (?:de )?(?:l'année )?(?P<year>{_YEAR})(?!\w)",
            _quarter,
        ),
        (
            r"(?<!\w)(?:cet? (?:printemps|été|automne|hiver)"
            rf"|(?:printemps|été|automne|hiver) (?:{_YEAR}|dernier|prochain))"
            r"(?!\w)",
            _no_value("range"),
        ),
        (rf"(?<![\w./-])(?P<year1>{_YEAR})[-–/](?P<year2>{_YEAR}|\d\d)(?![\w/-])", _two_years),
        (r"(?<!\w)années (?P<decade>19\d0|20\d0|[2-9]0)(?!\w)", _decade),
        (
            rf"(?<!chaque )(?<!les )(?<!\bun )(?<!journal du )(?<!\w)(?P<weekday>{_WEEKDAY})"
            rf"(?:(?: (?:matin|midi|après-midi|soir))?,? {_REL}(?!\w))?(?! (?:saint|noir|gras)\b)(?!-)",
            _weekday,
        ),
        (r"(?<!\w)(?P<word>avant-hier|hier|après-demain|demain)(?!\w)(?! de la)", _day_word),
        (
            r"(?<!\w)(?:la semaine (?:dernière|passée|prochaine)|cette semaine"
            r"|(?:ce|le) week-end(?: dernier| passé| prochain)?)(?!\w)",
            _week,
        ),
        (r"(?<!\w)(?:le mois (?:dernier|passé|prochain)|ce mois-ci)(?!\w)", _month_word),
        (r"(?<!\w)(?:l'an(?:née)? (?:derni(?:er|ère)|passée?|prochaine?)|cette année)(?!\w)", _year_word),
        (rf"(?<![\w.,/-])(?:(?:début|fin|mi)[ -])?(?P<year>{_YEAR}){_NOT_UNIT}", _year),
    )
)
_NAME_BEFORE_YEAR = re.compile(
    r"(?:\b(?:n°|numéro|résolution|article|page|loi|norme|version|Windows|Office|iOS|Pentium|Radeon|GeForce|HD"
    r"|Go|Mo|MHz|DX|UHD|RTX|GTX|ISO|Core|chambre|vol|rue|boulevard|place|France|Horizon|Vision|Agenda|Objectif"
    r"|Europe|Next|Plan)|[A-Z]{2,5}-?|[:x×*+=]) $"
)


def _is_year(plain: str, match: re.Match[str]) -> bool:
    """A bare number between 1500 and 2099 is a year unless a name or a currency right before it says otherwise."""
    before = plain[max(0, match.start() - 14) : match.start()]
    if re.search(r"[$€£]\s?$|\d $|\d[.,]$", before) or _NAME_BEFORE_YEAR.search(before):
        return False
    early = int(match["year"]) < 1700
    return not early or re.search(r"\b(?:en|de|dès|depuis|avant|après|vers|l'an) $", before, re.IGNORECASE) is not None


def _matches(plain: str) -> Iterator[tuple[re.Match[str], _Handler]]:
    """Matches of every rule, an earlier rule first, none over another."""
    taken: list[Span] = []
    for pattern, handler in _RULES:
        for match in pattern.finditer(plain):
            span = match.span()
            if any(span[0] < end and start < span[1] for start, end in taken):
                continue
            if handler is _year and not _is_year(plain, match):
                continue
            taken.append(span)
            yield match, handler


def find(text: str, published: PartialDate | str | None = None) -> tuple[DateSpan, ...]:
    """Dates mentioned in `text`, in order. `published` (ISO, perhaps partial) fixes the relative ones."""
    plain, reference = fold(text), _reference(published)
    found: list[DateSpan] = []
    nearby, nearby_at = None, -1
    for match, handler in sorted(_matches(plain), key=lambda pair: pair[0].start()):
        if nearby_at >= 0 and "\n" in plain[nearby_at : match.start()]:
            nearby = None
        value = handler(match, _Context(reference, nearby, _looks_ahead(plain, match)))
        if value is None:
            continue
        start, end = match.span()
        found.append(DateSpan(text[start:end], start, end, *value))
        if re.search(r"\d{4}", match.group()):
            nearby, nearby_at = _told_day(value, reference), end
    return tuple(found)


def _told_day(value: _Value, reference: _Reference) -> date | None:
    """The first day of an explicit day or month before the year of publication."""
    written, precision = value
    if written is None or precision not in ("day", "month") or int(written[:4]) >= (reference.year or 0):
        return None
    return date(int(written[:4]), int(written[5:7]), int(written[8:10]) if precision == "day" else 1)


def _looks_ahead(plain: str, match: re.Match[str]) -> bool:
    """Signs of the future in the same sentence, near the date."""
    before = re.split(r"[.!?\n]", plain[max(0, match.start() - 110) : match.start()])[-1]
    after = re.split(r"[.!?\n]", plain[match.end() : match.end() + 60])[0]
    return _AHEAD.search(before + " " + after) is not None
