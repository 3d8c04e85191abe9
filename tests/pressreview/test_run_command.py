"""`manage.py run`, for real: from an empty folder to a collected press, and back to nothing."""

from __future__ import annotations

import random
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError

from pressreview.demo import install
from pressreview.demo.library import load_articles
from pressreview.management.commands import run
from tests.chaos import LEASE, kill_workers
from tests.running import Run, differences, processes_of, running, until

KILLS = 3
_FAILURE = re.compile(r"^Traceback| ERROR |CRITICAL|^\w+(\.\w+)*(Error|Exception)\b")


@pytest.fixture(scope="module")
def site() -> Iterator[Run]:
    """A site that has collected the demonstration press although its worker was killed on the way."""
    with running(**LEASE) as made:
        kill_workers(made, KILLS, random.Random(7), only_whole=True)
        assert made.says("up to date"), "\n".join(made.lines)
        yield made


def get(site: Run, path: str) -> tuple[int, str]:
    with urlopen(f"http://127.0.0.1:{site.port}{path}", timeout=20) as answer:
        return answer.status, answer.read().decode()


def test_every_article_of_the_press_is_there_once_and_in_a_story(site: Run) -> None:
    assert differences(site) == []
    assert site.ask("SELECT count(*) FROM articles_article") == [(len(load_articles()),)]


def test_a_killed_worker_is_started_again(site: Run) -> None:
    told = [line for line in site.lines if line == "collector ended (exit -9); starting it again"]
    assert 1 <= len(told) <= KILLS


def test_the_demonstrations_edition_is_published(site: Run) -> None:
    assert until(lambda: site.ask("SELECT state, number FROM articles_digest") == [("published", 1)], 10)


def test_the_site_answers(site: Run) -> None:
    assert get(site, "/sante/") == (200, '{"database": true, "redis": true}')
    status, page = get(site, "/")
    assert status == 200
    assert "<h1" in page
    assert get(site, "/robots.txt")[0] == 200


def test_the_first_password_is_told_once_and_kept_for_the_owner(site: Run) -> None:
    told = [line for line in site.lines if "First sign-in: admin / " in line]
    note = site.data / "first-password.txt"
    assert told[0].split(" / ")[1] == note.read_text().strip()
    assert note.stat().st_mode & 0o777 == 0o600
    assert len(told) == 1


@pytest.mark.parametrize("kind", [DatabaseError, InterfaceError, OperationalError])
def test_a_database_that_breaks_is_told_and_outlived(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise kind("server closed the connection unexpectedly")

    monkeypatch.setattr(install, "progress", broken)
    assert run.Command()._report("") == "The database does not answer: server closed the connection unexpectedly"


def test_a_second_run_on_the_same_folder_says_so(site: Run) -> None:
    second = Run(site.data)
    second.start()
    assert second.process is not None
    assert second.process.wait(30) == 1
    assert second.says("already running on the data folder")
    assert not any("Traceback" in line for line in second.lines)
    assert get(site, "/sante/")[0] == 200


def test_a_port_that_is_taken_is_told_with_the_setting_to_change(site: Run) -> None:
    data = Path(tempfile.mkdtemp(prefix="pr-run-"))
    other = Run(data, port=site.port)
    other.start()
    assert other.process is not None
    assert other.process.wait(30) == 1
    assert other.says(f"Port {site.port} on 127.0.0.1 cannot be used")
    assert "PRESSREVIEW_PORT" in other.lines[-1]
    shutil.rmtree(data)


def test_the_logs_hold_no_failure(site: Run) -> None:
    logs = {path.name: path.read_text() for path in (site.data / "logs").glob("*.log")}
    assert {"web.log", "collector.log", "extractor.log", "grouper.log", "beat.log", "press.log"} <= set(logs)
    del logs["press.log"]  # it tells of the readers that were killed while it spoke to them
    bad = [f"{name}: {line}" for name, text in logs.items() for line in text.splitlines() if _FAILURE.search(line)]
    assert bad == []


def test_after_a_kill_only_the_servers_are_left_and_the_next_start_takes_them_over(site: Run) -> None:
    assert site.process is not None
    site.process.kill()
    site.process.wait()
    servers = ("bin/postgres", "postgres:", "valkey-server")
    assert until(lambda: all(any(s in c for s in servers) for c in processes_of(site.data).values()), 40)
    again = Run(site.data, port=site.port)
    again.start()
    try:
        assert again.says("PressReview is at"), "\n".join(again.lines)
        assert differences(again) == []
        assert not again.has_said("First sign-in")
        assert not again.has_said("is empty")
        assert len(processes_of(site.data)) > 6
        assert again.stop(signal.SIGTERM) == 0
        assert again.says("Everything is stopped.", 5)
        assert processes_of(site.data) == {}
    finally:
        again.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_start_that_is_told_to_stop_leaves_nothing(site: Run, number: signal.Signals) -> None:
    if site.process is not None and site.process.poll() is None:
        site.stop(signal.SIGTERM)
    started = Run(site.data)
    started.start()
    try:
        assert started.says("Preparing the database")
        started.stop(number)
        assert processes_of(site.data) == {}
    finally:
        started.kill()
