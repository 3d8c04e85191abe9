"""The demonstration press: put it in, take it away, or say how far it has come."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from pressreview.demo import install


class Command(BaseCommand):
    help = "Add the demonstration press (fictional outlets served on this machine), or --remove all of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--remove", action="store_true", help="take away its outlets, articles, stories and edition"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            self.stdout.write(f"{install.remove()} articles of the demonstration press were removed.")
            return
        new = install.install()
        self.stdout.write(
            f"{new} outlets added; `make run` serves and collects them." if new else "It is already there."
        )
