"""When a page's article was published and last changed.

Pages say it several times and not always rightly: JSON-LD and meta elements give instants, often in UTC and sometimes
in local time marked as UTC; the page shows the newsroom's local time. Each place says a day, the days are put to the
vote, and the displayed time tells which zone an instant in UTC was written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import timezone as fixed_offset
from functools import cache
from itertools import islice
from typing import TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import html

from articles.text import wordlists
from articles.text.page_bylines import is_byline, is_date_line, is_dated
from articles.text.page_metadata import Metadata, texts
from articles.text.page_names import name_of
from articles.text.page_phrases import names
from articles.text.page_tree import Leaf
from articles.text.typography import fold, tidy
from sources.parsing.dates import PARIS, PartialDate, Precision, parse_date

Element: TypeAlias = html.HtmlElement
_PUBLISHED = re.compile(r"publi|post(ed|e)|creat|cree|mis en ligne|parution|datepub|issued|pub date")
_MODIFIED = re.compile(r"modif|updat|mis a jour|mise a jour|maj\b|actualis|revis|corrig")
_OPENS_MODIFIED = re.compile(r"\W*(?:article |derniere )?(?:" + _MODIFIED.pattern + ")")
_SAYS_PUBLISHED = 2.8
_INSTANTS = (Precision.SECOND, Precision.MINUTE)
_URL_DAY = re.compile(
    r"/((?:19|20)\d{2})[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/_-]|$)"
    r"|[/_-]((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
)
_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
    "dcterms.created", "dc.date.created", "dcterms.date", "pubdate", "publishdate", "publish-date", "publication_date",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "article.published", "og:published_time",
    "article:published", "originalpublicationdate", "datecreated", "published_time", "date.created", "ptime",
    "displaydate", "article_date_original", "release_date",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified", "lastmod",
    "date.modified",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One place of the page that dates the article."""

    date: PartialDate
    weight: float
    utc: bool = False
    """Whether the page wrote it in UTC, as machines do."""


@dataclass(frozen=True, slots=True)
class Dates:
    published: PartialDate | None
    modified: PartialDate | None


@dataclass(frozen=True, slots=True)
class _Reader:
    """How this page's dates are read: against when it was fetched, in its newsroom's zone."""

    reference: datetime | None
    zone: tzinfo

    def date(self, text: str) -> PartialDate | None:
        return parse_date(text, reference=self.reference, timezone=self.zone)

    def stated(self, values: Iterable[str], weight: float) -> Iterator[Said]:
        """What the first readable value says."""
        for value in values:
            if date_ := self.date(value):
                yield Said(date_, weight, _utc(value))
                return


@cache
def _zones() -> dict[str, str]:
    return {country: zone for country, zone, *_ in wordlists.table("zones")}


def newsroom_zone(tree: Element, url: str) -> tzinfo:
    """The zone of the newsroom: by the country of its domain, else of its language (fr-CA), else that of Paris."""
    language = tree.getroottree().getroot().get("lang") or ""
    for country in ((urlsplit(url).hostname or "").rpartition(".")[2], language.lower().partition("-")[2]):
        if country in _zones():
            return ZoneInfo(_zones()[country])
    return PARIS


def read(tree: Element, found: Metadata, near: list[Leaf], url: str, fetched_at: datetime | None) -> Dates:
    """The article's dates. `near` are the leaves around its headline and its end, where pages show them."""
    reader = _Reader(fetched_at, newsroom_zone(tree, url))
    latest = (fetched_at or datetime.now(UTC)) + timedelta(days=2)
    published = [said for said in _published(tree, found, near, url, reader) if said.date.instant() <= latest]
    chosen = _elected(published, reader.zone)
    return Dates(chosen, _modified(found, near, chosen, reader))


def _utc(text: str) -> bool:
    return bool(re.search(r"\d(?:z|\+00:?00|[ ]?gmt|[ ]?utc)\s*$", text.strip().lower()))


def _published(tree: Element, found: Metadata, near: list[Leaf], url: str, reader: _Reader) -> Iterator[Said]:
    yield from reader.stated(texts(found.article.get("datePublished")), 3.0)
    yield from reader.stated([found.meta(key) for key in _PUBLISHED_METAS if found.meta(key)], 2.5)
    yield from reader.stated(texts(found.article.get("dateCreated")), 0.5)
    yield from _shown(near, reader)
    beside = {leaf.element for leaf in near}
    for element in tree.iter("time"):
        shown = not beside.isdisjoint([element, *islice(element.iterancestors(), 3)])
        if element.get("itemprop") == "datePublished" or (shown and element.get("pubdate") is not None):
            yield from reader.stated([element.get("datetime") or tidy("".join(element.itertext()))], 2.0)
            break
    if match := _URL_DAY.search(url):
        year, month, day = (int(part) for part in match.groups() if part)
        yield from reader.stated([f"{year}-{month:02}-{day:02}"], 2.0)


def _shown(near: list[Leaf], reader: _Reader) -> Iterator[Said]:
    """What the lines around the headline show; of those that do not say « publié » the first weighs most."""
    later = 1.0
    for leaf in near:
        if said := _shown_in(leaf, reader):
            yield said if said.weight >= _SAYS_PUBLISHED else Said(said.date, said.weight * later)
            later = later if said.weight >= _SAYS_PUBLISHED else 0.6


def _shown_in(leaf: Leaf, reader: _Reader) -> Said | None:
    """The publication date that a line shows; a line that only tells a change, or a story, shows none."""
    folded = fold(leaf.text)
    published, modified = _PUBLISHED.search(folded), _MODIFIED.search(folded)
    if len(leaf.text) > 200 or (modified and not published and _OPENS_MODIFIED.match(folded)):
        return None
    text = folded[published.start() :] if published and modified and modified.start() < published.start() else leaf.text
    named = names("date_names").found_in(name_of(leaf.element))
    if not (published or is_byline(leaf.text) or is_date_line(leaf.text) or (named and len(leaf.text) < 80)):
        return None
    date_ = reader.date(text)
    if date_ is None or date_.day() is None:
        return None
    return Said(date_, _SAYS_PUBLISHED if published else 2.0 if named else 1.2)


def _elected(candidates: list[Said], zone: tzinfo) -> PartialDate | None:
    """The day that the most trusted places say; of that day the fullest date, its zone read off the displayed time."""
    days = {day: 0.0 for said in candidates if (day := said.date.day()) is not None}
    for said in candidates:
        for day in days:
            own = said.date.day()
            if own == day:
                days[day] += said.weight
            elif said.utc and own is not None and abs(own - day) == timedelta(days=1):
                days[day] += said.weight / 2  # it may be that day where the newsroom is
    if not days:
        return max(candidates, key=lambda said: (len(said.date.value), said.weight)).date if candidates else None
    return _fullest(candidates, max(days, key=lambda day: days[day]), zone)


def _fullest(candidates: list[Said], day: date, zone: tzinfo) -> PartialDate:
    agreeing = [said for said in candidates if said.date.day() == day]
    displayed = next((said.date for said in agreeing if not said.utc and said.date.precision is Precision.MINUTE), None)
    machine = next((said.date for said in candidates if said.utc and _close(said.date, day)), None)
    if displayed and machine and (moment := _local(machine, displayed, zone)):
        return PartialDate.from_datetime(moment, machine.precision)
    return max(agreeing, key=lambda said: (said.date.precision in _INSTANTS, said.weight)).date


def _close(said: PartialDate, day: date) -> bool:
    own = said.day()
    return own is not None and abs((own - day).days) <= 1 and said.precision in _INSTANTS


def _local(machine: PartialDate, displayed: PartialDate, zone: tzinfo) -> datetime | None:
    """The instant in the newsroom's own zone: a displayed time whole quarters of an hour away from UTC tells it.

    A displayed time that equals the machine's is local time that the machine calls UTC.
    """
    instant = machine.instant().astimezone(UTC)
    shown = displayed.instant().replace(tzinfo=UTC)
    minutes = round((shown - instant).total_seconds() / 60)
    if minutes == 0:
        return shown.replace(tzinfo=displayed.instant().tzinfo, second=instant.second)
    apart = minutes - round(minutes / 15) * 15
    if abs(apart) > 1 or not -12 * 60 <= minutes <= 14 * 60:
        return None
    offset = timedelta(minutes=minutes - apart)
    usual = instant.astimezone(zone)
    return usual if usual.utcoffset() == offset else instant.astimezone(fixed_offset(offset))


def _modified(found: Metadata, near: list[Leaf], chosen: PartialDate | None, reader: _Reader) -> PartialDate | None:
    """The last change after publication; a change at the very moment of publication is none."""
    stated = [*reader.stated(texts(found.article.get("dateModified")), 3.0)]
    stated += reader.stated([found.meta(key) for key in _MODIFIED_METAS if found.meta(key)], 2.0)
    for leaf in near:
        folded = fold(leaf.text)
        if len(leaf.text) < 200 and (match := _MODIFIED.search(folded)) and is_dated(folded[match.start() :]):
            stated += reader.stated([folded[match.start() :]], 1.0)
    if not stated:
        return None
    date_ = _like(stated[0].date, chosen)
    unchanged = chosen and (date_.value == chosen.value or date_.instant() < chosen.instant())
    return None if unchanged else date_


def _like(date_: PartialDate, chosen: PartialDate | None) -> PartialDate:
    """The date told in the zone of the publication, when both are instants."""
    if chosen and chosen.precision in _INSTANTS and date_.precision in _INSTANTS:
        return PartialDate.from_datetime(date_.instant().astimezone(chosen.instant().tzinfo), date_.precision)
    return date_
