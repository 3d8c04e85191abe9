"""From addresses that an import found to entries, each once per outlet, whoever announced it first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from sources.fetching.archives import ArchivedHtml
from sources.jobs import ImportJob
from sources.models import ArchivedPage, Entry, Outlet
from sources.parsing.dates import PartialDate
from sources.parsing.identity import identified
from sources.parsing.shapes import ParsedEntry
from sources.parsing.urls import MAX_LENGTH, is_front_page, is_of

BATCH = 500


@dataclass(frozen=True, slots=True)
class Announced:
    """One address of an import; `place` is where it stands in its list, `page` what an archive holds of it."""

    place: int
    url: str
    title: str = ""
    language: str = ""
    published: PartialDate | None = None
    page: ArchivedHtml | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is left out: where it stands, what stands there, and why in a sentence."""

    place: int
    content: str
    why: str


@dataclass(slots=True)
class Portion:
    """What one step of a line found. Reading goes on at `position`; the last step of a line says so."""

    announced: list[Announced] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    position: int = 0
    size: int = 0
    total: int | None = None
    """How many addresses the line has; None where only reading to the end tells."""
    is_last: bool = False
    note: str = ""


def refusal(url: str, job: ImportJob) -> str:
    """Why an address is not brought in, in a sentence; "" when it is."""
    if not url:
        return _("There is no web address here.")
    if len(url) > MAX_LENGTH:
        return _("This address is too long.")
    if not is_of(url, job.hosts):
        return _("This address is not on the outlet's site.")
    if is_front_page(url):
        return _("A site's front page is no article.")
    return ""


def store(job: ImportJob, announced: list[Announced], now: datetime) -> int:
    """Add the entries that nobody announced before; how many. Call it in a transaction that holds the job.

    Pages to be fetched are due one after the other, at the pace that a host is read at; archived ones at once.
    """
    outlet = Outlet.objects.select_for_update(no_key=True).get(imports=job)
    by_identity: dict[str, Announced] = {}
    for one in announced:
        by_identity.setdefault(_identity(one), one)
    known = Entry.objects.filter(outlet=outlet, identity__in=by_identity)
    for identity in known.values_list("identity", flat=True):
        del by_identity[identity]
    rows = [
        _row(job, outlet, identity, one, now + timedelta(microseconds=place))
        for place, (identity, one) in enumerate(by_identity.items())
    ]
    stored = Entry.objects.bulk_create(rows, batch_size=BATCH)
    pages = [_archived(row, one.page) for row, one in zip(stored, by_identity.values(), strict=True) if one.page]
    ArchivedPage.objects.bulk_create(pages, batch_size=BATCH)
    job.save(update_fields=["paced_until"])
    return len(rows)


def _identity(one: Announced) -> str:
    """What a feed that announces this address would give it, whatever title an import knows it by."""
    parsed = ParsedEntry(
        identity="", alias="", guid="", url=one.url, title="", authors=(), summary="", content="", published=None,
        modified=None, language="", tags=(),
    )  # fmt: skip
    return identified([(parsed, "")], "")[0].identity


def _row(job: ImportJob, outlet: Outlet, identity: str, one: Announced, now: datetime) -> Entry:
    seen_at = datetime.fromisoformat(one.page.archived) if one.page else now
    return Entry(
        outlet=outlet,
        job=job,
        identity=identity,
        url=one.url,
        title=one.title,
        language=one.language,
        published=one.published.value if one.published else "",
        published_precision=one.published.precision.value if one.published else "",
        seen_at=seen_at,
        retry_at=now if one.page else _turn(job, now),
    )


def _turn(job: ImportJob, now: datetime) -> datetime:
    """When the next page of this job may be fetched."""
    turn = max(now, job.paced_until or now)
    job.paced_until = turn + timedelta(seconds=settings.PRESSREVIEW_HOST_GAP)
    return turn


def _archived(entry: Entry, page: ArchivedHtml) -> ArchivedPage:
    return ArchivedPage(
        entry=entry,
        url=page.url,
        content_type="text/html; charset=utf-8",
        archived_at=entry.seen_at,
        packed=ArchivedPage.pack(page.html.encode("utf-8", "replace")),
    )
