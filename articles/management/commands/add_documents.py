"""Loose documents from the command line: text, HTML."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from articles.models import Article
from articles.pipeline.extract import Added, DocumentError, add_document
from articles.pipeline.group import group_batch
from sources.parsing.charsets import decode

PATIENCE_SECONDS = 30.0
MOST_BYTES = 5 * 1024 * 1024


class Command(BaseCommand):
    help = (
        "Make articles of files (text or HTML) and put them into their stories. One bad file does not stop the others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        added, failed = [], 0
        for number, path in enumerate(options["files"], 1):
            try:
                result = _add(path)
            except (OSError, DocumentError) as error:
                failed += 1
                self.stderr.write(f"{number}/{len(options['files'])} {path}: {error}")
                continue
            added.append(result)
            state = "new" if result.is_new else "already there"
            self.stdout.write(f"{number}/{len(options['files'])} {path.name}: {result.article.title} ({state})")
        _group([result.article.pk for result in added])
        for article in Article.objects.filter(pk__in=[result.article.pk for result in added]).select_related(
            "story", "outlet"
        ):
            self.stdout.write(_told(article))
        if failed:
            raise CommandError(f"{failed} of {len(options['files'])} files could not be read.")


def _add(path: Path) -> Added:
    if path.stat().st_size > MOST_BYTES:
        raise DocumentError(f"larger than {MOST_BYTES // 2**20} MB")
    text = decode(path.read_bytes())
    is_html = path.suffix.lower() in {".html", ".htm", ".xhtml"}
    return add_document(html=text, name=path.name) if is_html else add_document(text=text, name=path.name)


def _group(articles: list[int]) -> None:
    """Put them into their stories; where a worker is at it, wait for it, but not for ever."""
    end = time.monotonic() + PATIENCE_SECONDS
    while Article.objects.ungrouped().filter(pk__in=articles).exists() and time.monotonic() < end:
        if not group_batch():
            time.sleep(0.2)


def _told(article: Article) -> str:
    date = "no date"
    if article.published_at:
        day = timezone.localdate(article.published_at).isoformat()
        date = {"month": day[:7], "year": day[:4]}.get(article.published_precision, day)
        date += f" ({article.published_precision})"
    story = f"story {article.story_id}: {article.story}" if article.story else "waiting for its story"
    return f"  {article.pk}: {article.outlet_name}, {date}, {', '.join(article.authors) or 'no author'} → {story}"
