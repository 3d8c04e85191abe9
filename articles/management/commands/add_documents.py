"""Loose documents from the command line: text, HTML."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.models import Article
from articles.pipeline.extract import Added, DocumentError, add_document
from articles.pipeline.group import group_batch
from sources.parsing.charsets import decode

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
        while group_batch():
            continue
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


def _told(article: Article) -> str:
    date = f"{article.published_at:%Y-%m-%d} ({article.published_precision})" if article.published_at else "no date"
    story = f"story {article.story_id}: {article.story}" if article.story else "waiting for its story"
    return f"  {article.pk}: {article.outlet_name}, {date}, {', '.join(article.authors) or 'no author'} → {story}"
