"""The embedded servers: made on first use, shared while they run, gone afterwards, with the data kept."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
import redis

from pressreview import embedded
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder that the account of Postgres may walk to."""
    folder = Path(tempfile.mkdtemp(prefix="pr-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def ask(folder: Path, statement: str) -> str:
    """One value from the embedded Postgres of a data folder."""
    place = embedded.postgres_url(folder).split("host=")[1]
    connection = psycopg2.connect(host=place, user="postgres", dbname="pressreview")
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    connection.close()
    return str(row[0]) if row else ""


@pytest.fixture(autouse=True)
def _nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def is_up(folder: Path) -> bool:
    try:
        ask(folder, "SELECT 1")
    except psycopg2.OperationalError:
        return False
    return True


def test_postgres_starts_once_is_found_by_others_and_keeps_its_data(data: Path) -> None:
    with embedded.postgres(data):
        ask(data, "CREATE TABLE kept AS SELECT 'œuvre' AS word")
        first = postmaster(data)
        with embedded.postgres(data):
            assert postmaster(data) == first
        assert is_up(data)  # who found it running leaves it running
    assert not is_up(data)
    with embedded.postgres(data):
        assert ask(data, "SELECT word FROM kept") == "œuvre"


def test_postgres_is_ours_alone(data: Path) -> None:
    with embedded.postgres(data):
        assert ask(data, "SHOW listen_addresses") == ""
        assert stat.S_IMODE((data / "postgres-run").stat().st_mode) == 0o700
        assert ask(data, "SHOW server_encoding") == "UTF8"


def test_postgres_has_what_the_site_needs(data: Path) -> None:
    with embedded.postgres(data):
        for name in ("unaccent", "pg_trgm"):
            ask(data, f"CREATE EXTENSION IF NOT EXISTS {name}")


def test_postgres_recovers_after_it_was_killed(data: Path) -> None:
    with embedded.postgres(data):
        ask(data, "CREATE TABLE survivor AS SELECT 42 AS answer")
        killed = postmaster(data)
        os.kill(killed, signal.SIGKILL)
        stale = data / "postgres" / "postmaster.pid"
        assert stale.exists()
        with embedded.postgres(data):  # at once: sessions of the killed server may still be ending
            assert ask(data, "SELECT answer FROM survivor") == "42"


def test_two_that_start_together_share_one_server_and_the_last_one_stops_it(data: Path) -> None:
    started = threading.Barrier(2)

    def use(seconds: float) -> bool:
        with embedded.postgres(data), embedded.redis_server(data):
            started.wait(20)
            time.sleep(seconds)
            return is_up(data) and embedded._redis_answers(data)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(use, 0), pool.submit(use, 1)]
        assert [future.result() for future in both] == [True, True]
    assert not is_up(data)
    assert not embedded._redis_answers(data)


def test_a_server_that_cannot_start_is_told_in_one_sentence(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Path(tempfile.mkdtemp(prefix="pr-"))
    (broken / "postgres").mkdir()
    (broken / "postgres" / "PG_VERSION").write_text("9\n")
    monkeypatch.setattr(embedded, "AGAIN_SECONDS", 0)
    try:
        with pytest.raises(embedded.EmbeddedError, match=r"^Postgres did not start: .*postgres\.log\)$") as caught:
            embedded.postgres(broken).__enter__()
        assert "\n" not in str(caught.value)
    finally:
        shutil.rmtree(broken)


def test_redis_starts_is_found_and_stops(data: Path) -> None:
    client = redis.Redis.from_url(embedded.redis_url(data))
    with embedded.redis_server(data):
        assert client.ping()
        with embedded.redis_server(data):
            assert client.ping()
        assert client.ping()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    client.close()


def test_redis_starts_again_where_one_was_killed(data: Path) -> None:
    client = redis.Redis.from_url(embedded.redis_url(data))
    with embedded.redis_server(data):
        os.kill(int(client.info()["process_id"]), signal.SIGKILL)
        with embedded.redis_server(data):
            assert client.ping()
    client.close()


def test_a_socket_path_that_is_too_long_is_moved() -> None:
    deep = Path("/tmp") / ("dossier-" * 20) / "var"
    assert len(embedded.redis_url(deep)) < 110
    assert embedded.redis_url(deep) != embedded.redis_url(deep / "autre")
    short = Path("/srv/pressreview/var")
    assert embedded.redis_url(short) == "unix:///srv/pressreview/var/redis-run/redis.sock"


def test_redis_runs_from_a_very_deep_folder(data: Path) -> None:
    deep = data / ("dossier-" * 12) / "var"
    deep.mkdir(parents=True)
    with embedded.redis_server(deep):
        client = redis.Redis.from_url(embedded.redis_url(deep))
        assert client.ping()
        client.close()


def test_servers_named_in_the_environment_are_not_started(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/pressreview")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example")
    with embedded.servers(data):
        assert not is_up(data)


def test_servers_left_by_a_killed_command_are_taken_over_and_stopped(data: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from pressreview import embedded\n"
        "with embedded.servers(Path(sys.argv[1])): print('up', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(data)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.kill()
    process.wait()
    process.stdout.close()
    left = postmaster(data)
    with embedded.servers(data):
        assert postmaster(data) == left
    assert not is_up(data)
    assert not embedded._redis_answers(data)


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    first = embedded.secret_key(folder)
    assert len(first) >= 50
    assert embedded.secret_key(folder) == first
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in folder.iterdir()] == ["secret-key"]
    assert embedded.secret_key(tmp_path / "other") != first


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: embedded.secret_key(tmp_path / "var"), range(16)))) == 1


def test_a_server_that_died_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)
    with embedded.servers(tmp_path):
        for file in ("postgres/postmaster.pid",):
            os.kill(int((tmp_path / file).read_text().split()[0]), signal.SIGKILL)
        with redis.Redis.from_url(embedded.redis_url(tmp_path)) as server:
            server.shutdown(nosave=True)
        embedded.keep_up(tmp_path)
        assert embedded._postgres_answers(embedded._socket_folder(tmp_path, "postgres-run"))
        assert embedded._redis_answers(tmp_path)
