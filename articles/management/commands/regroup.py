"""Group every article again with today's engine, around what people decided."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.models import Article, Story
from articles.pipeline import regroup
from articles.pipeline.regroup import Move

MOST_SHOWN = 200


class Command(BaseCommand):
    help = "Group the archive again: editors' decisions stand, addresses stay. Stopped, it can be started again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="only articles dated since that day")

    def handle(self, *args: Any, **options: Any) -> None:
        moves = regroup.plan(_day(options["since"]), self._tell("grouped again"))
        self._show(moves)
        if options["dry_run"]:
            self.stdout.write(f"{len(moves)} articles would move; nothing was changed.")
            return
        self.stdout.write(f"{regroup.apply(moves, self._tell('moved'))} articles moved.")

    def _tell(self, what: str) -> regroup.Progress:
        return lambda done, total: self.stdout.write(f"{done}/{total} {what}")

    def _show(self, moves: list[Move]) -> None:
        """The difference, story by story, as a person reads it."""
        stories = {move.source for move in moves} | {move.target for move in moves}
        titles = dict(Story.objects.filter(pk__in=[pk for pk in stories if pk]).values_list("pk", "title"))
        by_group: dict[int, list[Move]] = defaultdict(list)
        for move in moves[:MOST_SHOWN]:
            by_group[move.group].append(move)
        for members in by_group.values():
            target = members[0].target
            self.stdout.write(f"→ {target} {titles.get(target, '')}" if target else "→ a new story")
            names = dict(Article.objects.filter(pk__in=[m.article for m in members]).values_list("pk", "title"))
            for move in members:
                source = f"{move.source} {titles.get(move.source, '')}" if move.source else "no story"
                self.stdout.write(f"    {move.article} {names.get(move.article, '')}  (from {source})")
        if len(moves) > MOST_SHOWN:
            self.stdout.write(f"… and {len(moves) - MOST_SHOWN} more")


def _day(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        raise CommandError(f"--since takes a day such as 2024-02-28, not {value}") from None
