"""What each kind of history is read from, step by step: sitemaps, web archives, lists of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from sources import confined
from sources.fetching import archives
from sources.fetching.archives import ArchivePart, Flaw, Flawed
from sources.fetching.client import Client
from sources.importing.entries import Announced, Portion, Problem, refusal
from sources.jobs import ImportJob, ImportLine
from sources.parsing import addresses, sitemaps
from sources.parsing.addresses import AddressRow
from sources.parsing.sitemaps import Sitemap, SitemapPage

FOLDER = "imports"
"""Where uploaded files lie in the data folder; a line's address is relative to that folder, or absolute."""
MOST_DEPTH = 4
MOST_SITEMAPS = 3_000
MOST_ADDRESSES = 1_000_000
MOST_FLAWS = 5_000
ROWS_A_STEP = 500
_ACCEPT = "application/xml, text/xml, application/gzip;q=0.9, */*;q=0.5"


class Unreadable(ValueError):
    """The line cannot be read, now or later; the message is a sentence in the present language."""


def file_of(line: ImportLine) -> Path:
    """The file that a line reads."""
    path: Path = settings.DATA_DIR / line.address
    return path


def _existing(line: ImportLine) -> Path:
    path = file_of(line)
    if not path.is_file():
        raise Unreadable(_("The file is not in the data folder of this machine any more."))
    return path


# --- sitemaps --------------------------------------------------------------------------------------------------------


def read_sitemap(line: ImportLine, client: Client) -> Iterator[Portion]:
    """One sitemap in one step; an index adds its sitemaps to the job's lines."""
    job = line.job
    response = client.get(line.address, kind="feed", accept=_ACCEPT)
    try:
        found = confined.call(sitemaps.read, response.body, response.url)
    except sitemaps.NotASitemap as error:
        raise Unreadable(_("This address holds no sitemap.")) from error
    portion = Portion(is_last=True)
    wanted = [page for page in found.pages if job.containing in page.url and not _is_outside(page, job)]
    room = MOST_ADDRESSES - job.counts.done
    for place, page in enumerate(wanted[: max(room, 0)], 1):
        _sort(portion, job, Announced(place, page.url, page.title, page.language, page.published), page.url)
    portion.sitemaps = _children(line, found, portion)
    portion.note = _note(found, len(wanted), is_full=len(wanted) > room)
    yield portion


def _sort(portion: Portion, job: ImportJob, one: Announced, content: str) -> None:
    """Put an address among the announced or the refused ones."""
    if why := refusal(one.url, job):
        portion.problems.append(Problem(one.place, content, why))
    else:
        portion.announced.append(one)


def _children(line: ImportLine, found: Sitemap, portion: Portion) -> list[str]:
    """The further sitemaps to read: those that may hold pages of the chosen days, up to the bounds."""
    kept = [one for one in found.sitemaps if not (one.modified and line.job.ends_before(one.modified.value))]
    room = MOST_SITEMAPS - line.job.lines.count()
    is_deep = line.depth + 1 >= MOST_DEPTH
    taken = 0 if is_deep else max(room, 0)
    why = _("The indexes lead too deep.") if is_deep else _("The import has too many sitemaps.")
    portion.problems += [Problem(0, child.url, why) for child in kept[taken:]]
    return [child.url for child in kept[:taken]]


def _is_outside(page: SitemapPage, job: ImportJob) -> bool:
    """Whether a page is known to be of other days than the chosen ones. What was not changed since is not younger."""
    said = page.published.value if page.published else sitemaps.date_in(page.url)
    if said:
        return job.ends_before(said) or job.begins_after(said)
    return page.modified is not None and job.ends_before(page.modified.value)


def _note(found: Sitemap, wanted: int, *, is_full: bool) -> str:
    left = len(found.pages) - wanted
    parts = [_("%(count)d addresses are outside what was chosen.") % {"count": left}] if left else []
    if is_full:
        parts.append(_("The import has a million addresses: the others were not taken."))
    if found.is_cut:
        parts.append(_("The sitemap is larger than sitemaps may be: its end was not read."))
    return " ".join(parts)


# --- lists of addresses ----------------------------------------------------------------------------------------------


def read_list(line: ImportLine, client: Client) -> Iterator[Portion]:
    """A CSV of addresses, some rows in each step."""
    content = _existing(line).read_bytes()[: addresses.MAX_BYTES + 1]
    found = confined.call(addresses.read, content)
    rows = found.rows
    cut = _("The list is too long: its end was not read.") if found.is_cut else ""
    for start in range(line.position, max(len(rows), 1), ROWS_A_STEP):
        portion = Portion(total=len(rows), size=len(rows), position=min(start + ROWS_A_STEP, len(rows)), note=cut)
        for row in rows[start : start + ROWS_A_STEP]:
            _sort(portion, line.job, _announced(row), row.said)
        portion.is_last = portion.position >= len(rows)
        yield portion
    if line.position and line.position >= len(rows):
        yield Portion(total=len(rows), size=len(rows), position=line.position, is_last=True, note=cut)


def _announced(row: AddressRow) -> Announced:
    return Announced(row.line, row.url, row.title, "", row.date)


# --- web archives ----------------------------------------------------------------------------------------------------


def read_archive(line: ImportLine, client: Client) -> Iterator[Portion]:
    """A WARC file, some megabytes in each step; a step begins at the byte where the one before it ended."""
    path, position, flaws = _existing(line), line.position, line.refused
    while True:
        part = _part(str(path), position, tuple(line.job.hosts))
        portion = Portion(position=part.position, size=part.size, is_last=part.position >= part.size)
        for page in part.pages:
            if line.job.containing in page.url:
                _sort(portion, line.job, Announced(page.place, page.url, page=page), page.url)
        portion.problems += [Problem(flaw.place, flaw.url, _flaw(flaw.flaw)) for flaw in part.flaws]
        flaws += len(portion.problems)
        if flaws > MOST_FLAWS:
            portion.is_last, portion.note = True, _("The file is damaged in too many places: its end was not read.")
        yield portion
        if portion.is_last:
            return
        position = part.position


def _part(path: str, position: int, hosts: tuple[str, ...]) -> ArchivePart:
    """The next records; where one of them ends the reading process, it alone is left out.

    Raises confined.Failed when that may be the machine's fault.
    """
    for most in (2_000, 1):
        try:
            return confined.call(archives.read, path, position, hosts, most_records=most)
        except confined.Failed as failure:
            if failure.is_passing:
                raise
    after = confined.call(archives.next_start, path, position)
    return ArchivePart((), (Flawed(position, "", Flaw.DAMAGED),), after, Path(path).stat().st_size)


def _flaw(flaw: Flaw) -> str:
    told = {
        Flaw.DAMAGED: _("The file is damaged here; reading went on at the next record."),
        Flaw.WHOLE_GZIP: _("The file is compressed as a whole. Compress it record by record: warcio recompress."),
        Flaw.TOO_LARGE: _("The page is too large."),
        Flaw.CUT: _("The page is shorter than its record says."),
        Flaw.COMPRESSED: _("The page cannot be decompressed."),
        Flaw.UNDATED: _("The record does not say when it was archived."),
    }
    return told[flaw]
