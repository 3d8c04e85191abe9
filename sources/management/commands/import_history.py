"""manage.py import_history: the history of an outlet, from a sitemap, a web archive or a list of addresses."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Min
from django.utils import timezone

from sources.fetcher import client
from sources.importing import asking
from sources.importing.asking import Choice, Progress, Refused
from sources.importing.working import work_next
from sources.jobs import ImportJob
from sources.models import Outlet
from sources.parsing.urls import is_web_address

STEP_SECONDS = 2.0
MOST_WAIT = 5.0
MOST_SHOWN = 40


class Command(BaseCommand):
    help = (
        "Bring in the history of an outlet: the address of a sitemap, a WARC file, or a list of addresses. It may be "
        "stopped at any moment: with --resume, or by the workers, it goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("outlet", nargs="?", metavar="SLUG", help="the outlet")
        parser.add_argument("source", nargs="?", metavar="ADDRESS|FILE", help="a sitemap's address, .warc(.gz) or .csv")
        parser.add_argument(
            "--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="articles of this day or later"
        )
        parser.add_argument(
            "--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="articles of this day or before"
        )
        parser.add_argument("--containing", default="", metavar="TEXT", help="only addresses that contain this")
        parser.add_argument("--host", action="append", default=[], help="another site of the outlet; may be repeated")
        parser.add_argument("--background", action="store_true", help="leave the work to the workers")
        parser.add_argument("--resume", type=int, metavar="NUMBER", help="go on with this import")

    def handle(self, *args: Any, **options: Any) -> None:
        job = _resumed(options["resume"]) if options["resume"] else _begun(options)
        self.stdout.write(f"Import {job.pk}: {job}")
        if options["background"]:
            self.stdout.write(f"The workers read it; its page is {job.get_absolute_url()}")
            return
        try:
            self._work(job)
        except KeyboardInterrupt:
            self.stderr.write(f"Stopped here. The workers go on with it, and so does --resume {job.pk}.")
            return
        self._sum_up(job)

    def _work(self, job: ImportJob) -> None:
        """Read the lines of the job one after the other; those that wait, or that a worker holds, are waited for."""
        while True:
            line = work_next(client(), time.monotonic() + STEP_SECONDS, job)
            self.stdout.write(_told(asking.progress(job)))
            if line is None:
                due = job.lines.open().aggregate(at=Min("retry_at"))["at"]
                if due is None:
                    return
                time.sleep(min(MOST_WAIT, max(0.5, (due - timezone.now()).total_seconds())))

    def _sum_up(self, job: ImportJob) -> None:
        for line in job.lines.exclude(note="")[:MOST_SHOWN]:
            self.stdout.write(f"  {line.address}: {line.note}")
        problems = [one for line in job.lines.exclude(problems=[]) for one in line.problems]
        for place, content, why in problems[:MOST_SHOWN]:
            self.stdout.write(f"  {place}: {content}: {why}")
        self.stdout.write(f"The pages are read by the workers; see {job.get_absolute_url()}")


def _resumed(number: int) -> ImportJob:
    job = ImportJob.objects.filter(pk=number).first()
    if job is None:
        raise CommandError(f"There is no import {number}.")
    asking.resume(job)
    return job


def _begun(options: dict[str, Any]) -> ImportJob:
    if not options["outlet"] or not options["source"]:
        raise CommandError("Name an outlet, and the address of a sitemap or a file.")
    outlet = _outlet(options["outlet"])
    choice = Choice(options["since"], options["until"], options["containing"], tuple(options["host"]))
    try:
        if is_web_address(options["source"]):
            return asking.import_sitemap(outlet, options["source"], choice)
        path = Path(options["source"]).resolve()
        return asking.import_file(outlet, asking.kind_of(path.name), path, path.name, choice)
    except (Refused, OSError) as error:
        raise CommandError(str(error)) from error


def _outlet(slug: str) -> Outlet:
    try:
        return Outlet.objects.get(slug=slug)
    except Outlet.DoesNotExist:
        known = ", ".join(Outlet.objects.values_list("slug", flat=True)[:20])
        raise CommandError(f"No outlet is called {slug!r}. Known: {known or 'none'}.") from None


def _told(progress: Progress) -> str:
    counts = progress.counts
    return (
        f"{progress.share} %: {progress.lines_done}/{progress.lines} parts, {counts.done} addresses, {counts.new} new, "
        f"{counts.known} here already, {counts.refused} left out; {progress.pages_done}/{progress.pages} pages read"
    )
