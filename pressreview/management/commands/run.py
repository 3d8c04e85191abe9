"""Everything in one terminal: the servers, the web site, the workers and exactly one beat."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import urlopen

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections
from redis import Redis
from redis.exceptions import RedisError

from pressreview import embedded
from pressreview.demo import install as demo
from pressreview.supervisor import ProcessFailed, Supervisor
from sources.models import Outlet

LEAST_FREE_BYTES = 500 * 1024 * 1024
POLL_SECONDS = 0.5
REPORT_SECONDS = 2.0


class Command(BaseCommand):
    help = "Start everything in one terminal: servers, web site, workers and beat. Ctrl-C stops it all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.PRESSREVIEW_HOST)
        parser.add_argument("--port", type=int, default=settings.PRESSREVIEW_PORT)
        parser.add_argument("--no-demo", action="store_true", help="do not open an empty database on the demonstration")

    def handle(self, *args: Any, **options: Any) -> None:
        data: Path = settings.DATA_DIR
        host, port = options["host"], options["port"]
        self._stop_like_ctrl_c()
        _check_folder(data)
        lock = _lock(data)
        _check_port(host, port, "PRESSREVIEW_PORT")
        self.say("Starting Postgres and Redis…")
        try:
            with embedded.servers(data):
                self._check_servers()
                self._prepare(with_demo=settings.PRESSREVIEW_DEMO and not options["no_demo"])
                self._serve(data, host, port)
        except (embedded.EmbeddedError, ProcessFailed) as error:
            raise CommandError(str(error)) from error
        finally:
            lock.close()
        self.say("Everything is stopped.")

    def _stop_like_ctrl_c(self) -> None:
        """Let SIGTERM and a closed terminal unwind the start as Ctrl-C does, so that no server is left behind.

        An interrupt is lost where it falls into a callback whose errors Python only prints: so it is also noted.
        """
        self.is_told_to_stop = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.is_told_to_stop = True
        raise KeyboardInterrupt

    def say(self, text: str) -> None:
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except OSError:
            return  # the terminal is gone, which must keep nothing from being stopped

    def _check_servers(self) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"Postgres does not answer at DATABASE_URL: {str(error).strip()}") from error
        try:
            Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5).ping()
        except RedisError as error:
            raise CommandError(f"Redis does not answer at REDIS_URL: {error}") from error

    def _prepare(self, *, with_demo: bool) -> None:
        self.say("Preparing the database…")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        self._first_admin()
        if with_demo and not Outlet.objects.exists():
            self.say("The database is empty: it opens on the demonstration press (fictional outlets).")
            demo.install()

    def _first_admin(self) -> None:
        if User.objects.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser("admin", password=password)
        note = settings.DATA_DIR / "first-password.txt"
        descriptor = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(password + "\n")
        self.say(f"\n  First sign-in: admin / {password}\n  (also in {note}; change it, then delete the file)\n")

    def _serve(self, data: Path, host: str, port: int) -> None:
        supervisor = Supervisor(say=self.say, environment=_environment())
        supervisor.stop_on_signals()
        if self.is_told_to_stop:
            return
        needs_demo = demo.is_installed()
        if needs_demo:
            _check_port("127.0.0.1", settings.PRESSREVIEW_DEMO_PORT, "PRESSREVIEW_DEMO_PORT")
        try:
            for name, command in _commands(data, host, port, needs_demo).items():
                supervisor.add(name, command, _log(data, name))
            self._wait_for_site(supervisor, host, port)
            self._say_where(host, port, data)
            self._watch(supervisor)
        finally:
            self.say("\nStopping…")
            connections.close_all()
            supervisor.stop()

    def _wait_for_site(self, supervisor: Supervisor, host: str, port: int) -> None:
        """Say the address only once it answers, and let its first, slow, answer be ours."""
        own = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
        shown = f"[{own}]" if ":" in own else own
        while not supervisor.stopping:
            supervisor.check()
            try:
                with urlopen(f"http://{shown}:{port}/sante/", timeout=10):
                    return
            except HTTPError:
                return  # it answers; what is wrong stands in its log
            except OSError:
                time.sleep(POLL_SECONDS)

    def _say_where(self, host: str, port: int, data: Path) -> None:
        shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host  # noqa: S104
        self.say(f"PressReview is at http://{shown}:{port}/ (logs in {data / 'logs'}; Ctrl-C stops everything)")
        self.say("Sign in as admin; a forgotten password: python manage.py changepassword admin")

    def _watch(self, supervisor: Supervisor) -> None:
        """Keep the processes up and tell how far the collecting is, until somebody says stop."""
        told, next_report = "", 0.0
        while not supervisor.stopping:
            time.sleep(POLL_SECONDS)
            supervisor.check()
            if time.monotonic() < next_report:
                continue
            next_report = time.monotonic() + REPORT_SECONDS
            self._keep_servers_up()
            told = self._report(told)

    def _keep_servers_up(self) -> None:
        try:
            embedded.keep_up(settings.DATA_DIR)
        except embedded.EmbeddedError as error:
            self.say(str(error))

    def _report(self, told: str) -> str:
        try:
            progress = demo.progress()
            if demo.is_installed() and progress.is_done and progress.articles:
                demo.publish_edition()
        except (DatabaseError, InterfaceError) as error:  # a server that is killed ends connections in several ways
            connections.close_all()
            line = f"The database does not answer: {str(error).strip()}"
        else:
            line = (
                f"  feeds read {progress.feeds_read}/{progress.feeds}, "
                f"pages read {progress.entries_processed}/{progress.entries}, "
                f"articles {progress.articles}, grouped {progress.articles_grouped}, stories {progress.stories}"
            )
            line += " – up to date" if progress.is_done and progress.articles else ""
        if line != told:
            self.say(line)
        return line


def _environment() -> dict[str, str]:
    """What the children see: the servers' addresses, so that they find rather than start them."""
    return {
        **os.environ,
        "DATABASE_URL": settings.DATABASE_URL,
        "REDIS_URL": settings.REDIS_URL,
        "PRESSREVIEW_DATA": str(settings.DATA_DIR),
        "PYTHONUNBUFFERED": "1",
    }


def _commands(data: Path, host: str, port: int, needs_demo: bool) -> dict[str, list[str]]:
    """Every process with its command line."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "pressreview"]
    worker = [*celery, "worker", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    commands = {
        "web": [*python, "gunicorn", "pressreview.wsgi", "--bind", address, "--workers", "1", "--threads", "8",
                "--timeout", "60", "--access-logfile", "-"],
        # Feeds and pages have workers of their own: neither waits while hosts are slow to give the other.
        "collector": [*worker, "-Q", "collect,default", "--concurrency", "2", "-n", "collector@%h"],
        "extractor": [*worker, "-Q", "extract", "--concurrency", "1", "-n", "extractor@%h"],
        "grouper": [*worker, "-Q", "group,analyse", "--pool", "solo", "-n", "grouper@%h"],
        "beat": [*celery, "beat", "--loglevel=INFO", "--schedule", str(data / "beat-schedule"), "--pidfile="],
    }  # fmt: skip
    if needs_demo:
        commands["press"] = [
            *python,
            "pressreview.demo.press",
            "--host",
            "127.0.0.1",
            "--port",
            str(settings.PRESSREVIEW_DEMO_PORT),
        ]
    return commands


def _log(data: Path, name: str) -> Path:
    """The process's log, begun anew at each start."""
    folder = data / "logs"
    folder.mkdir(exist_ok=True)
    log = folder / f"{name}.log"
    log.write_text("")
    return log


def _check_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(data).free
    except OSError as error:
        raise CommandError(f"The data folder {data} cannot be used (PRESSREVIEW_DATA): {error.strerror}") from error
    if not os.access(data, os.W_OK):
        raise CommandError(f"The data folder {data} cannot be written to (PRESSREVIEW_DATA).")
    if free < LEAST_FREE_BYTES:
        raise CommandError(
            f"Only {free // 2**20} MB are free where {data} is; at least {LEAST_FREE_BYTES // 2**20} MB are needed."
        )


def _lock(data: Path) -> IO[str]:
    """One `run` per data folder: two of them would mean two beats."""
    lock = (data / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CommandError(f"PressReview is already running on the data folder {data}.") from None
    return lock


def _check_port(host: str, port: int, variable: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}); set {variable} to another."
            ) from error
