"""What works on this installation and what does not, in one line each."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from pressreview import embedded
from pressreview.celery import app
from pressreview.demo import install as demo
from pressreview.management.commands.run import LEAST_FREE_BYTES

Check = Callable[[], str]


class Problem(Exception):
    """Something does not work; the message says what, and what to do."""


class Command(BaseCommand):
    help = "Say what works and what does not: Python, disk, Postgres, Redis, migrations, workers, sources."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-workers", action="store_true", help="do not ask the workers")

    def handle(self, *args: Any, **options: Any) -> None:
        checks: dict[str, Check] = {
            "Python": _python, "disk": _disk, "Postgres": _postgres, "Redis": _redis, "database": _migrations,
            "sources": _sources,
        }  # fmt: skip
        if not options["no_workers"]:
            checks["workers"] = _workers
        failed = 0
        try:
            with embedded.servers(settings.DATA_DIR):
                for name, check in checks.items():
                    failed += self._tell(name, check)
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
        if failed:
            raise CommandError(f"{failed} of {len(checks)} checks failed.")

    def _tell(self, name: str, check: Check) -> bool:
        try:
            self.stdout.write(f"● {name}: {check()}")
        except (Problem, DatabaseError, RedisError, OperationalError) as error:
            self.stdout.write(f"✕ {name}: {str(error).strip()}")
            return True
        return False


def _python() -> str:
    return sys.version.split()[0]


def _disk() -> str:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < LEAST_FREE_BYTES:
        raise Problem(f"only {free // 2**20} MB free at {settings.DATA_DIR}")
    return f"{free // 2**30} GB free at {settings.DATA_DIR}"


def _postgres() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'unaccent'")
        if not cursor.fetchone()[0]:
            raise Problem(f"{version}, without the extension unaccent (Debian: postgresql-contrib)")
    own = embedded.postgres_url(settings.DATA_DIR)
    return f"{version}, {'embedded' if own == settings.DATABASE_URL else 'DATABASE_URL'}"


def _redis() -> str:
    version = Redis.from_url(settings.REDIS_URL, socket_timeout=5).info("server")["redis_version"]
    own = embedded.redis_url(settings.DATA_DIR)
    return f"{version}, {'embedded' if own == settings.REDIS_URL else 'REDIS_URL'}"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise Problem(f"{len(waiting)} migrations are not applied: run `python manage.py migrate` (`make run` does it)")
    return "every migration is applied"


def _sources() -> str:
    state = demo.progress()
    return (
        f"{state.feeds_read} of {state.feeds} feeds read, {state.entries - state.entries_processed} entries waiting, "
        f"{state.articles} articles, {state.stories} stories"
    )


def _workers() -> str:
    names = sorted(app.control.ping(timeout=2.0) or [], key=str)
    if not names:
        raise Problem("none answers; `make run` starts them")
    return ", ".join(sorted(name for answer in names for name in answer))
