"""What an administrator asks for: jobs begun, stopped, taken up again, and how far they have come."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from sources import confined
from sources.bell import ring
from sources.importing import reading
from sources.jobs import Counts, ImportJob, ImportLine
from sources.models import Entry, Feed, Outlet
from sources.parsing import addresses, opml
from sources.parsing.urls import host

TASK = "sources.work_imports"
MOST_SITES = 2_000
LEAST_FREE_BYTES = 500 * 1024 * 1024
_WARC_NAMES = (".warc", ".warc.gz", ".arc", ".arc.gz")
_WARC = (b"WARC/", b"\x1f\x8b", b"filedesc://")


class Refused(ValueError):
    """The job cannot be begun; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a history is wanted; `hosts` are further ones on which the outlet published."""

    first_day: date | None = None
    last_day: date | None = None
    containing: str = ""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A site to add, with the name that the list gives it."""

    address: str
    title: str = ""


# --- beginning -------------------------------------------------------------------------------------------------------


def hosts_of(outlet: Outlet) -> list[str]:
    """Where the outlet publishes: its site and the hosts of its feeds."""
    urls = [outlet.homepage, *Feed.objects.filter(outlet=outlet).values_list("url", flat=True)]
    return list(dict.fromkeys(name for url in urls if (name := host(url).removeprefix("www."))))


def import_sitemap(outlet: Outlet, address: str, choice: Choice, user: User | None = None) -> ImportJob:
    """Bring in what a sitemap, or an index of sitemaps, lists."""
    return _history(outlet, ImportJob.Kind.SITEMAP, address, address, choice, user, host(address))


def kind_of(name: str) -> str:
    """What a file holds, by its name: ImportJob.Kind.WARC or CSV."""
    return ImportJob.Kind.WARC if name.lower().endswith(_WARC_NAMES) else ImportJob.Kind.CSV


def import_file(
    outlet: Outlet, kind: str, path: Path, name: str, choice: Choice, user: User | None = None
) -> ImportJob:
    """Bring in a WARC file or a list of addresses (ImportJob.Kind) that lies at `path`.

    Raises Refused for a file that is not of its kind, and for a WARC file of an outlet that has no site.
    """
    if kind == ImportJob.Kind.WARC:
        with path.open("rb") as file:
            if not file.read(16).startswith(_WARC):
                raise Refused(_("This is no WARC file."))
    elif path.stat().st_size > addresses.MAX_BYTES:
        raise Refused(_("The list is larger than %(size)d MB.") % {"size": addresses.MAX_BYTES // 1024 // 1024})
    inside = path.is_relative_to(settings.DATA_DIR)
    address = str(path.relative_to(settings.DATA_DIR) if inside else path)
    return _history(outlet, kind, name, address, choice, user)


@transaction.atomic
def _history(
    outlet: Outlet, kind: str, name: str, address: str, choice: Choice, user: User | None, *hosts: str
) -> ImportJob:
    known = list(dict.fromkeys([*hosts_of(outlet), *choice.hosts, *filter(None, hosts)]))
    if not known:
        raise Refused(_("Nothing says on which site this outlet publishes: name its hosts."))
    job = ImportJob.objects.create(
        kind=kind, outlet=outlet, name=name[:1000], hosts=known, first_day=choice.first_day, last_day=choice.last_day,
        containing=choice.containing, created_by=user,
    )  # fmt: skip
    ImportLine.objects.create(job=job, address=address, retry_at=timezone.now())
    ring(TASK)
    return job


@transaction.atomic
def add_sites(asked: Iterable[Asked], name: str, user: User | None = None) -> ImportJob:
    """Look at each of these sites, one after the other, and add the feed that it has. Raises Refused for none."""
    lines = list({one.address: one for one in asked}.values())
    if not lines:
        raise Refused(_("There is no address here."))
    if len(lines) > MOST_SITES:
        raise Refused(_("These are more than %(count)d addresses.") % {"count": MOST_SITES})
    job = ImportJob.objects.create(kind=ImportJob.Kind.SITES, name=name[:1000], created_by=user)
    now = timezone.now()
    ImportLine.objects.bulk_create(
        ImportLine(job=job, address=one.address, title=one.title[:300], total=1, retry_at=now) for one in lines
    )
    ring(TASK)
    return job


def sites_in(content: bytes) -> tuple[list[Asked], list[str]]:
    """The sites of a list (OPML, CSV, or an address a line), and what in it is no address. Raises Refused."""
    head = content[:2000].lower()
    try:
        if b"<opml" in head or head.lstrip().startswith(b"<?xml"):
            feeds = confined.call(opml.read, content)
            return [Asked(one.feed_url, one.title) for one in feeds], []
        rows = confined.call(addresses.read, content).rows
    except ValueError as error:
        raise Refused(_("This list cannot be read: %(error)s") % {"error": error}) from error
    return [Asked(row.url, row.title) for row in rows if row.url], [row.said for row in rows if not row.url]


# --- files -----------------------------------------------------------------------------------------------------------


def keep(upload: UploadedFile) -> Path:
    """The uploaded file, moved to its place in the data folder. Raises Refused when the disk is full."""
    folder = settings.DATA_DIR / reading.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < (upload.size or 0) + LEAST_FREE_BYTES:
        raise Refused(_("There is no room for this file on the server's disk."))
    path: Path = folder / uuid4().hex
    if isinstance(upload, TemporaryUploadedFile):
        shutil.move(upload.temporary_file_path(), path)
    else:
        path.write_bytes(upload.read())
    return path


# --- stopping and going on -------------------------------------------------------------------------------------------


@transaction.atomic
def cancel(job: ImportJob) -> bool:
    """Stop a job where it is: what it brought stays, nothing more is read. False when it was stopped already."""
    stopped = ImportJob.objects.filter(pk=job.pk, cancelled_at=None).update(cancelled_at=timezone.now())
    job.lines.filter(done_at=None).update(leased_until=None)
    return bool(stopped)


@transaction.atomic
def resume(job: ImportJob) -> bool:
    """Go on with a job that was stopped, from where it was; False when it was not stopped."""
    resumed = ImportJob.objects.filter(pk=job.pk, cancelled_at__isnull=False).update(cancelled_at=None)
    job.lines.filter(done_at=None).update(retry_at=timezone.now(), tries=0)
    ring(TASK)
    ring("articles.extract_pages")
    return bool(resumed)


def retry(job: ImportJob) -> int:
    """Read once more the lines that were left out; how many."""
    left_out = job.lines.filter(outcome=ImportLine.Outcome.REFUSED)
    with transaction.atomic():
        count = left_out.update(
            outcome=ImportLine.Outcome.WAITING, done_at=None, tries=0, retry_at=timezone.now(), leased_until=None,
            note="", done=0, refused=0, new=0, known=0, position=0, problems=[],
        )  # fmt: skip
        ImportJob.objects.filter(pk=job.pk).update(finished_at=None)
        ring(TASK)
    return count


# --- how far it is ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """A job as it stands: its lines, its addresses, and the pages of those that were new."""

    state: str
    """waiting, reading, fetching, done or stopped."""
    lines: int
    lines_done: int
    counts: Counts
    pages: int
    pages_done: int
    outcomes: dict[str, int]
    """How many pages became what, by Entry.Outcome."""
    share: int
    """Percent of the work in hand: of a file's bytes, of the sites, of the pages to fetch."""

    @property
    def is_running(self) -> bool:
        return self.state not in ("done", "stopped")


def progress(job: ImportJob) -> Progress:
    """How far a job has come, counted now."""
    lines = list(job.lines.values_list("done_at", "position", "size"))
    done = sum(at is not None for at, _position, _size in lines)
    outcomes = dict(Entry.objects.filter(job=job).order_by().values_list("outcome").annotate(count=Count("pk")))
    pages, waiting = sum(outcomes.values()), outcomes.get(Entry.Outcome.WAITING, 0)
    state = _state(job, done == len(lines), waiting)
    share = _share(lines, done, pages, waiting)
    return Progress(state, len(lines), done, job.counts, pages, pages - waiting, outcomes, share)


def _state(job: ImportJob, is_read: bool, waiting: int) -> str:
    if is_read and not waiting:
        return "done"
    if job.cancelled_at:
        return "stopped"
    if is_read:
        return "fetching"
    return "reading" if job.started_at else "waiting"


def _share(lines: Sequence[tuple[datetime | None, int, int]], done: int, pages: int, waiting: int) -> int:
    """Reading the lines and fetching what they announce go on side by side: the one that is further behind counts."""
    parts = sum(1.0 if at else position / size if size else 0.0 for at, position, size in lines)
    read = parts / len(lines) if lines else 1.0
    fetched = (pages - waiting) / pages if pages else 1.0
    share = int(100 * min(read, fetched))
    return min(share, 99) if waiting or done < len(lines) else 100
