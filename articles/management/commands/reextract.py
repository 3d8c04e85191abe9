"""manage.py reextract: read kept pages again with the present engine, or see what that would change."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.pipeline.reextract import Reread, reread_all, to_reread, waiting
from sources.models import Outlet

EVERY_SECONDS = 2.0
MOST_SHOWN = 40


class Command(BaseCommand):
    help = "Read kept pages again. It may be stopped at any moment: called again, it goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--outlet", metavar="SLUG", help="only the articles of this outlet")
        parser.add_argument(
            "--since",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="only articles of this day or later",
        )
        parser.add_argument("--dry-run", action="store_true", help="store nothing, tell what would change")
        parser.add_argument("--all", action="store_true", help="also the pages that this engine has read already")

    def handle(self, *args: Any, **options: Any) -> None:
        outlet = _outlet(options["outlet"])
        chosen = to_reread(outlet, options["since"])
        if options["all"] and not options["dry_run"]:
            chosen.update(extracted_with=0)  # kept, so that a run that is stopped goes on without --all
        articles = chosen if options["all"] else waiting(chosen)
        progress = _Progress(self, articles.count(), is_dry=options["dry_run"])
        try:
            for found in reread_all(articles, dry_run=options["dry_run"]):
                progress.note(found)
        except KeyboardInterrupt:
            progress.tell()
            self.stderr.write("Stopped. The same command goes on from here.")
            return
        progress.tell()
        progress.sum_up()


def _outlet(slug: str | None) -> Outlet | None:
    if slug is None:
        return None
    try:
        return Outlet.objects.get(slug=slug)
    except Outlet.DoesNotExist:
        known = ", ".join(Outlet.objects.values_list("slug", flat=True)[:20])
        raise CommandError(f"No outlet is called {slug!r}. Known: {known or 'none'}.") from None


class _Progress:
    """Counts, and tells the count now and then."""

    def __init__(self, command: BaseCommand, total: int, *, is_dry: bool) -> None:
        self._out = command.stdout
        self._total = total
        self._is_dry = is_dry
        self._done = self._changed = 0
        self._columns: Counter[str] = Counter()
        self._unreadable: list[Reread] = []
        self._kept_out: list[Reread] = []
        self._started = self._told = time.monotonic()
        self._shown = 0

    def note(self, found: Reread) -> None:
        self._done += 1
        self._changed += bool(found.changed)
        self._columns.update(found.changed)
        if not found.is_readable:
            self._unreadable = [*self._unreadable, found][:MOST_SHOWN]
        if found.is_kept_out:
            self._kept_out = [*self._kept_out, found][:MOST_SHOWN]
        if self._is_dry and found.changed:
            self._show(found)
        if time.monotonic() - self._told > EVERY_SECONDS:
            self.tell()

    def _show(self, found: Reread) -> None:
        """One article's differences, for the first MOST_SHOWN."""
        self._shown += 1
        if self._shown > MOST_SHOWN:
            return
        self._out.write(f"#{found.article} {found.title}")
        if "title" in found.changed:
            self._out.write(f"    headline: {found.headlines[0]!r} → {found.headlines[1]!r}")
        if "blocks" in found.changed:
            before, after = found.words
            self._out.write(f"    text: {before} → {after} words ({after - before:+d})")
        others = sorted(found.changed - {"title", "blocks"})
        if others:
            self._out.write(f"    also: {', '.join(others)}")

    def tell(self) -> None:
        """Say how far it is."""
        self._told = time.monotonic()
        rate = self._done / max(self._told - self._started, 0.001)
        share = f"{100 * self._done // self._total} %" if self._total else "nothing to do"
        left = f", {(self._total - self._done) / rate / 60:.0f} min left" if 0 < self._done < self._total else ""
        self._out.write(f"{self._done:,} / {self._total:,} ({share}), {self._changed:,} changed, {rate:.0f}/s{left}")

    def sum_up(self) -> None:
        """What changed, fact by fact, and what could not be read."""
        would = "would change" if self._is_dry else "changed"
        for column, count in self._columns.most_common():
            self._out.write(f"    {column}: {count:,} {would}")
        if self._shown > MOST_SHOWN:
            self._out.write(f"    ({self._shown - MOST_SHOWN:,} more articles that would change are not listed)")
        for label, found in (
            ("no article on the kept page, left as it is", self._unreadable),
            ("the outlet has the same article already, left as it is", self._kept_out),
        ):
            for one in found:
                self._out.write(f"    #{one.article} {one.title}: {label}")
