"""The catalogue of translations: collected from the code and compiled, in Python alone."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import templatize

KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
FOLDERS = ("pressreview", "sources", "articles", "templates")


class Command(BaseCommand):
    help = "Collect every message of the screens into the French catalogue, and compile it; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when a message has no French, or a file is old")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES"
        catalogue = merged(folder / "django.po")
        missing = [message.id for message in catalogue if message.id and not _is_translated(message.string)]
        if options["check"]:
            if missing:
                raise CommandError(f"No French for: {missing}")
            if packed(catalogue) != (folder / "django.mo").read_bytes():
                raise CommandError("django.mo is older than its messages: run `make messages`.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "django.po").open("wb") as out:
            write_po(out, catalogue, width=120, omit_header=False, sort_output=True, no_location=True)
        (folder / "django.mo").write_bytes(packed(catalogue))
        self.stdout.write(f"{len(catalogue)} messages, {len(missing)} without French.")
        for message in missing:
            self.stdout.write(f"  {message!r}")


def _is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


def merged(po: Path) -> Catalog:
    """The messages of the code now, with the French that the catalogue holds for them."""
    known = Catalog(locale="fr")
    if po.exists():
        with po.open("rb") as file:
            known = read_po(file, locale="fr")
    catalogue = Catalog(
        locale="fr", project="PressReview", version="1", copyright_holder="The PressReview developers",
        creation_date=known.creation_date, revision_date=known.revision_date,
        last_translator="PressReview", language_team="fr", msgid_bugs_address="",
    )  # fmt: skip
    for message, context in _messages():
        old = known.get(message if isinstance(message, str) else message[0], context)
        string = old.string if old is not None and isinstance(old.id, str) == isinstance(message, str) else ""
        catalogue.add(message, string, context=context)
    return catalogue


def packed(catalogue: Catalog) -> bytes:
    """The compiled form."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def _messages() -> Iterator[tuple[Any, str | None]]:
    for folder in FOLDERS:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield from _extracted(path.read_bytes())
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                yield from _extracted(templatize(path.read_text(encoding="utf-8"), origin=str(path)).encode())


def _extracted(source: bytes) -> Iterator[tuple[Any, str | None]]:
    for _line, message, _comments, context in extract("python", BytesIO(source), keywords=KEYWORDS):
        if message and message != "":
            yield message, context
