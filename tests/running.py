"""`manage.py run` in a process of its own, and what it leaves in its database."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from pressreview import embedded
from pressreview.demo.library import article_path, load_articles
from pressreview.demo.rendering import outlets_by_slug

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120.0
OURS = ("PRESSREVIEW_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def until(true: Callable[[], object], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return bool(true())


def processes_of(data: Path) -> dict[int, str]:
    """The processes that work on this data folder, with their command lines."""
    found, mark = {}, str(data).encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            is_ours = mark in command or mark in (folder / "environ").read_bytes()
        except OSError:  # it has ended, or is not ours to read
            continue
        if is_ours and command and int(folder.name) != os.getpid():
            found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


@dataclass
class Run:
    """The command with what it says. `settings` are added to its environment."""

    data: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    lines: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        own = {"PRESSREVIEW_DATA": str(self.data), "PRESSREVIEW_PORT": str(self.port), "PRESSREVIEW_HOST_GAP": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "run", *self.arguments], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env={**kept, **own, "PRESSREVIEW_DEMO_PORT": str(free_port()), **self.settings},
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout as out:
            for line in out:
                self.lines.append(line.rstrip())

    def has_said(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def says(self, words: str, seconds: float = SECONDS) -> bool:
        """Wait for these words; False when they do not come."""
        assert self.process is not None
        process = self.process
        until(lambda: self.has_said(words) or process.poll() is not None, seconds)
        return until(lambda: self.has_said(words), 0.3)  # its last words may still be on the way

    def stop(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; the exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(40)

    def kill(self) -> None:
        """End it without asking, where it still runs; the servers that it leaves are taken over and stopped."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            with embedded.postgres(self.data), embedded.redis_server(self.data):
                return

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(
            host=embedded.postgres_url(self.data).split("host=")[1], user="postgres", dbname="pressreview"
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            rows = list(cursor.fetchall())
        connection.close()
        return rows

    def processed(self) -> int:
        """How many entries are done."""
        return int(str(self.ask("SELECT count(*) FROM sources_entry WHERE processed_at IS NOT NULL")[0][0]))

    def workers(self) -> dict[int, str]:
        """The processes that collect and extract, the first of them first."""
        found = sorted(processes_of(self.data).items())
        return {pid: command for pid, command in found if "-Q collect" in command or "-Q extract" in command}


@contextmanager
def running(*arguments: str, **settings: str) -> Iterator[Run]:
    """A run on a new data folder, which goes with it."""
    data = Path(tempfile.mkdtemp(prefix="pr-run-"))
    made = Run(data, settings=settings, arguments=arguments)
    made.start()
    try:
        yield made
    finally:
        made.kill()
        shutil.rmtree(data, ignore_errors=True)


def differences(run: Run) -> list[str]:
    """What keeps the database from holding the whole demonstration press exactly once, in sentences."""
    published = {article_path(outlets_by_slug()[article.outlet], article).rstrip("/") for article in load_articles()}
    rows = run.ask("SELECT canonical_url, story_id, grouped_at FROM articles_article")
    paths = [re.sub(r"^http://[^/]+", "", str(url)) for url, *_ in rows]
    counts = {
        "articles are missing": len(published - set(paths)),
        "articles are there twice": len(paths) - len(set(paths)),
        "articles were never published": len(set(paths) - published),
        "articles are in no story": sum(1 for _, story, grouped in rows if not story or not grouped),
        "entries are too many or too few": abs(
            int(str(run.ask("SELECT count(*) FROM sources_entry")[0][0])) - len(paths)
        ),
    }
    for what, statement in {
        "entries are not processed": "SELECT count(*) FROM sources_entry WHERE outcome <> 'article'",
        "pages are missing": "SELECT count(*) FROM articles_article a LEFT JOIN articles_page p ON p.article_id = a.id "
        "WHERE p.id IS NULL",
        "articles were grouped twice": "SELECT count(*) FROM (SELECT article_id FROM articles_storyevent WHERE kind IN "
        "('birth', 'added') GROUP BY article_id HAVING count(*) > 1) twice",
        "stories count wrong": "SELECT count(*) FROM articles_story s WHERE s.article_count <> "
        "(SELECT count(*) FROM articles_article a WHERE a.story_id = s.id)",
    }.items():
        counts[what] = int(str(run.ask(statement)[0][0]))
    return [f"{count} {what}" for what, count in counts.items() if count]
