"""The step of the long jobs: one line that is due, read portion by portion, each stored in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sources import subscribing
from sources.bell import ring
from sources.confined import Failed
from sources.fetching.client import Client, FetchError, Reason
from sources.importing import reading, sites
from sources.importing.entries import Portion, store
from sources.importing.reading import Unreadable
from sources.importing.sites import Site
from sources.jobs import LEASE, ImportJob, ImportLine

logger = logging.getLogger(__name__)

Reader = Callable[[ImportLine, Client], Iterator[Portion]]
MOST_TRIES = 4
FIRST_RETRY = timedelta(minutes=1)
BUSY_WAIT = timedelta(seconds=5)
_PASSING = frozenset({Reason.TIMEOUT, Reason.CONNECTION, Reason.RATE_LIMITED})
_READERS: Mapping[str, Reader] = {
    ImportJob.Kind.SITEMAP: reading.read_sitemap,
    ImportJob.Kind.WARC: reading.read_archive,
    ImportJob.Kind.CSV: reading.read_list,
}


def work_next(client: Client, until: float, job: ImportJob | None = None) -> ImportLine | None:
    """Take the line that has been due longest, of `job` where one is given, and work on it until it is done or
    `until` (on the monotonic clock) is past. None when no line is due."""
    lines = job.lines.all() if job else ImportLine.objects.all()
    with transaction.atomic():
        line = lines.claim(timezone.now())
        if line is not None:
            ImportJob.objects.filter(pk=line.job_id, started_at=None).update(started_at=timezone.now())
    if line is not None:
        _work(line, client, until)
    return line


def _work(line: ImportLine, client: Client, until: float) -> None:
    if line.tries > MOST_TRIES:
        _refuse(line, line.note or _("Reading it ended its worker, again and again."))
        return
    try:
        if line.job.kind == ImportJob.Kind.SITES:
            _end_site(line, sites.explore(line, client))
        else:
            _read(line, client, until)
    except FetchError as error:
        _not_fetched(line, error)
    except Failed as failure:
        if failure.is_passing:
            _give_back(line, FIRST_RETRY, note=str(failure))
        else:
            _refuse(line, str(failure))
    except (Unreadable, sites.NotFound, ValueError) as error:
        _refuse(line, str(error))


def _read(line: ImportLine, client: Client, until: float) -> None:
    for portion in _READERS[line.job.kind](line, client):
        if not _store(line, portion):
            logger.info("%s was stopped, or took longer than its lease", line)
            return
        if time.monotonic() > until and not portion.is_last:
            _give_back(line, timedelta(), tries=0)
            return


# --- the end of a step -----------------------------------------------------------------------------------------------


@transaction.atomic
def _store(claimed: ImportLine, portion: Portion) -> bool:
    """Write down what a step found, with how far the line has come; False where the line is not ours any more."""
    line, now = ImportLine.objects.relock(claimed), timezone.now()
    if line is None:
        return False
    new = store(line.job, portion.announced, now) if portion.announced else 0
    line.new, line.known = line.new + new, line.known + len(portion.announced) - new
    for problem in portion.problems:
        line.note_problem(problem.place, problem.content, problem.why)
    line.done += len(portion.announced) + len(portion.problems)
    line.total = line.done if portion.total is None else portion.total
    line.position, line.size, line.note = portion.position, portion.size, portion.note
    line.tries, line.leased_until = 0, now + LEASE
    _add_sitemaps(line, portion.sitemaps, now)
    if portion.is_last:
        _end(line, ImportLine.Outcome.DONE, now)
    line.save()
    claimed.leased_until = line.leased_until
    if new:
        ring("articles.extract_pages")
    return True


def _add_sitemaps(line: ImportLine, found: list[str], now: datetime) -> None:
    """Further lines of the job; one that it has already is not read again, so that indexes in a circle end."""
    rows = [ImportLine(job=line.job, address=address, depth=line.depth + 1, retry_at=now) for address in found]
    ImportLine.objects.bulk_create(rows, ignore_conflicts=True)


def _end(line: ImportLine, outcome: str, now: datetime) -> None:
    """The line is done, and with the last one its job; the caller holds both and saves the line."""
    line.outcome, line.done_at, line.leased_until = outcome, now, None
    if not line.job.lines.filter(done_at=None).exclude(pk=line.pk).exists():
        ImportJob.objects.filter(pk=line.job_id).update(finished_at=now)
    path = reading.file_of(line)
    if line.job.kind in (ImportJob.Kind.WARC, ImportJob.Kind.CSV) and is_upload(path):
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def is_upload(path: Path) -> bool:
    """Whether the file was uploaded: it is ours, and goes when its line is done."""
    return path.is_relative_to(settings.DATA_DIR / reading.FOLDER)


@transaction.atomic
def _refuse(claimed: ImportLine, why: str) -> None:
    line = ImportLine.objects.relock(claimed)
    if line is None:
        return
    line.note, line.refused, line.done, line.total = (
        why,
        line.refused + 1,
        line.done + 1,
        max(line.total, line.done + 1),
    )
    _end(line, ImportLine.Outcome.REFUSED, timezone.now())
    line.save()


@transaction.atomic
def _give_back(claimed: ImportLine, wait: timedelta, *, note: str = "", tries: int | None = None) -> None:
    """Leave the line for later, or for another worker."""
    line = ImportLine.objects.relock(claimed)
    if line is None:
        return
    line.leased_until, line.retry_at = None, timezone.now() + wait
    line.note, line.tries = note or line.note, line.tries if tries is None else tries
    line.save(update_fields=["leased_until", "retry_at", "note", "tries"])


def _not_fetched(line: ImportLine, error: FetchError) -> None:
    """Try again later what may pass: our own pace at once and for ever, a site in trouble a few times."""
    if error.reason == Reason.BUSY:
        _give_back(line, error.retry_after or BUSY_WAIT, tries=line.tries - 1)
    elif (error.reason in _PASSING or (error.status or 0) >= 500) and line.tries < MOST_TRIES:
        wait = error.retry_after or FIRST_RETRY * 2 ** (line.tries - 1)
        _give_back(line, wait, note=subscribing.in_words(error))
    else:
        _refuse(line, subscribing.in_words(error))


@transaction.atomic
def _end_site(claimed: ImportLine, site: Site) -> None:
    """Write down what became of a site, and add its feed."""
    line = ImportLine.objects.relock(claimed)
    if line is None:
        return
    site = sites.add(site) if site.choice else site
    line.note, line.found, line.feed = site.note, site.found[:20], site.feed
    line.done, line.total = 1, 1
    line.new = int(site.outcome == ImportLine.Outcome.ADDED)
    line.known = int(site.outcome == ImportLine.Outcome.KNOWN)
    line.refused = int(site.outcome == ImportLine.Outcome.REFUSED)
    _end(line, site.outcome, timezone.now())
    line.save()
