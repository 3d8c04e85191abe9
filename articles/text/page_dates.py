"""When a page's article was published and last changed.

Pages say it several times and not always rightly: JSON-LD and meta elements give instants, often in UTC and sometimes
in local time marked as UTC; the page shows the newsroom's local time. Each place says a day, the days are put to the
vote, and the displayed time tells which zone an instant in UTC was written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as fixed_offset
from typing import TypeAlias

from lxml import html

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


def read(tree: Element, found: Metadata, near: list[Leaf], url: str, fetched_at: datetime | None) -> Dates:
    """The article's dates. `near` are the leaves around its headline and its end, where pages show them."""
    latest = (fetched_at or datetime.now(UTC)) + timedelta(days=2)
    published = [said for said in _published(tree, found, near, url, fetched_at) if said.date.instant() <= latest]
    chosen = _elected(published)
    return Dates(chosen, _modified(found, near, published, chosen, fetched_at))


def _utc(text: str) -> bool:
    return bool(re.search(r"\d(?:z|\+00:?00|[ ]?gmt|[ ]?utc)\s*$", text.strip().lower()))


def _stated(values: Iterator[str] | list[str], weight: float, reference: datetime | None) -> Iterator[Said]:
    for value in values:
        if date_ := parse_date(value, reference=reference):
            yield Said(date_, weight, _utc(value))
            return


def _published(
    tree: Element, found: Metadata, near: list[Leaf], url: str, reference: datetime | None
) -> Iterator[Said]:
    yield from _stated(texts(found.article.get("datePublished")), 3.0, reference)
    yield from _stated([found.meta(key) for key in _PUBLISHED_METAS if found.meta(key)], 2.5, reference)
    yield from _stated(texts(found.article.get("dateCreated")), 0.5, reference)
    yield from _shown(tree, near, reference)
    if match := _URL_DAY.search(url):
        year, month, day = (int(part) for part in match.groups() if part)
        yield from _stated([f"{year}-{month:02}-{day:02}"], 2.0, None)


def _shown(tree: Element, near: list[Leaf], reference: datetime | None) -> Iterator[Said]:
    """What the lines around the headline show, the nearest first; a line that says « publié » weighs more."""
    weight = 1.0
    for leaf in near:
        said = _shown_in(leaf, reference)
        if said:
            yield Said(said.date, said.weight * (1.0 if said.weight > 2.5 else weight), said.utc)
            weight = weight if _PUBLISHED.search(fold(leaf.text)) else 0.6
    for element in tree.iter("time"):
        if element.get("pubdate") is not None or element.get("itemprop") == "datePublished":
            yield from _stated([element.get("datetime") or tidy(element.text_content())], 2.0, reference)
            return


def _shown_in(leaf: Leaf, reference: datetime | None) -> Said | None:
    if len(leaf.text) > 200:
        return None
    folded = fold(leaf.text)
    published, modified = _PUBLISHED.search(folded), _MODIFIED.search(folded)
    text = leaf.text
    if modified and not published and re.match(r"\W*(?:article |derniere )?(?:" + _MODIFIED.pattern + ")", folded):
        return None
    if published and modified and modified.start() < published.start():
        text = folded[published.start() :]
    date_ = parse_date(text, reference=reference)
    if date_ is None or date_.precision in (Precision.MONTH, Precision.YEAR):
        return None
    named = bool(names("date_names").found_in(name_of(leaf.element)))
    if not (published or is_byline(leaf.text) or is_date_line(leaf.text) or (named and len(leaf.text) < 80)):
        return None
    return Said(date_, 2.8 if published else 2.0 if named else 1.2)


def _day(said: PartialDate) -> date | None:
    return said.day()


def _elected(candidates: list[Said]) -> PartialDate | None:
    """The day that the most trusted places say; of that day the fullest date, its zone read off the displayed time."""
    days: dict[date, float] = {}
    for said in candidates:
        if (day := said.date.day()) is not None:
            for other in (day, day - timedelta(days=1), day + timedelta(days=1)):
                if other == day:
                    days[day] = days.get(day, 0.0) + said.weight
                elif said.utc:
                    days[other] = days.get(other, 0.0) + said.weight * 0.5
    if not days:
        return max(candidates, key=lambda said: (len(said.date.value), said.weight)).date if candidates else None
    stated = {said.date.day() for said in candidates}
    best = max((day for day in days if day in stated), key=lambda day: days[day])
    return _fullest(candidates, best)


def _fullest(candidates: list[Said], day: date) -> PartialDate:
    agreeing = [said for said in candidates if said.date.day() == day]
    displayed = next((said.date for said in agreeing if not said.utc and said.date.precision is Precision.MINUTE), None)
    machine = next((said.date for said in candidates if said.utc and _close(said.date, day)), None)
    if displayed and machine and (moment := _local(machine, displayed)):
        return PartialDate.from_datetime(moment, machine.precision)
    order = {Precision.SECOND: 2, Precision.MINUTE: 2, Precision.DAY: 1}
    return max(agreeing, key=lambda said: (order.get(said.date.precision, 0), said.weight)).date


def _close(said: PartialDate, day: date) -> bool:
    own = said.day()
    return own is not None and abs((own - day).days) <= 1 and said.precision in (Precision.SECOND, Precision.MINUTE)


def _local(machine: PartialDate, displayed: PartialDate) -> datetime | None:
    """The instant in the newsroom's own zone: a displayed time whole quarters of an hour away from UTC tells it."""
    instant = machine.instant().astimezone(UTC)
    shown = displayed.instant().replace(tzinfo=UTC)
    minutes = round((shown - instant).total_seconds() / 60)
    if minutes == 0 and not displayed.value.endswith("+00:00"):
        return shown.replace(tzinfo=displayed.instant().tzinfo)
    apart = minutes - round(minutes / 15) * 15
    if abs(apart) > 1 or not -12 * 60 <= minutes <= 14 * 60:
        return None
    offset = timedelta(minutes=minutes - apart)
    if offset == PARIS.utcoffset(displayed.instant().replace(tzinfo=None)):
        return instant.astimezone(PARIS)
    return instant.astimezone(fixed_offset(offset))


def _modified(
    found: Metadata, near: list[Leaf], published: list[Said], chosen: PartialDate | None, reference: datetime | None
) -> PartialDate | None:
    """The last change after publication; a change at the very moment of publication is none."""
    stated = [*_stated(texts(found.article.get("dateModified")), 3.0, reference)]
    stated += _stated([found.meta(key) for key in _MODIFIED_METAS if found.meta(key)], 2.0, reference)
    for leaf in near:
        folded = fold(leaf.text)
        if len(leaf.text) < 200 and (match := _MODIFIED.search(folded)) and is_dated(folded[match.start() :]):
            stated += _stated([folded[match.start() :]], 1.0, reference)
    if not stated:
        return None
    date_ = _like(stated[0].date, chosen)
    if chosen and (date_.value == chosen.value or date_.instant() < chosen.instant()):
        return None
    return date_


def _like(date_: PartialDate, chosen: PartialDate | None) -> PartialDate:
    """The date told in the zone of the publication, when both are instants."""
    instants = (Precision.SECOND, Precision.MINUTE)
    if chosen and chosen.precision in instants and date_.precision in instants:
        return PartialDate.from_datetime(date_.instant().astimezone(chosen.instant().tzinfo), date_.precision)
    return date_
