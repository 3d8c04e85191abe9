"""Processes that are kept up together and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pressreview.supervisor import MOST_YOUNG_DEATHS, ProcessFailed, Supervisor, last_line
from tests.conftest import ROOT

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]  # fmt: skip
PARENT = [
    sys.executable, "-c",
    "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(c.pid, flush=True); time.sleep(60)",
]  # fmt: skip


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(say=said.append, environment=os.environ)
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pressreview.supervisor.RESTART_SECONDS", 0.01)
    monkeypatch.setattr("pressreview.supervisor.STOP_SECONDS", 1.0)


def until(true: Callable[[], object], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def pid_of(supervisor: Supervisor) -> int:
    process = supervisor.services[0].process
    return process.pid if process else 0


def test_a_process_that_dies_is_started_again(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    supervisor.add("worker", SLEEP, tmp_path / "log")
    first = pid_of(supervisor)
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        supervisor.check()
        return pid_of(supervisor) not in {0, first}

    assert until(is_back)
    assert is_alive(pid_of(supervisor))
    assert said == ["worker ended (exit -9); starting it again"]


def test_the_children_of_a_killed_process_are_killed_as_well(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add("worker", PARENT, tmp_path / "log")
    assert until(lambda: (tmp_path / "log").read_text().strip())
    child = int((tmp_path / "log").read_text())
    os.kill(pid_of(supervisor), signal.SIGKILL)

    def is_buried() -> bool:
        supervisor.check()
        return not is_alive(child)

    assert until(is_buried)


def test_what_never_comes_up_is_given_up_with_a_sentence(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add("web", [sys.executable, "-c", "print('the port is taken'); raise SystemExit(3)"], tmp_path / "log")

    with pytest.raises(ProcessFailed) as caught:
        until(supervisor.check)
    assert str(caught.value) == f"web does not start (exit 3): the port is taken (see {tmp_path / 'log'})"
    assert (tmp_path / "log").read_text().count("taken") == MOST_YOUNG_DEATHS


def test_a_command_that_does_not_exist_is_told(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed, match="no-such-command"):
        supervisor.add("web", ["/no-such-command"], tmp_path / "log")


def test_stopping_ends_everything(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    for number in range(3):
        supervisor.add(f"worker {number}", PARENT, tmp_path / f"log{number}")
    logs = [tmp_path / f"log{number}" for number in range(3)]
    assert until(lambda: all(log.read_text().strip() for log in logs))
    pids = [int(log.read_text()) for log in logs] + [s.process.pid for s in supervisor.services if s.process]
    supervisor.stop()
    assert until(lambda: not any(is_alive(pid) for pid in pids))
    assert said == []


def test_a_process_that_ignores_us_is_killed(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    supervisor.add("worker", STUBBORN, tmp_path / "log")
    assert until(lambda: "up" in (tmp_path / "log").read_text())
    pid = pid_of(supervisor)
    supervisor.stop()
    assert not is_alive(pid)
    assert said == [f"process {pid} did not end in time and is killed"]


def test_nothing_is_started_again_while_stopping(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add("worker", SLEEP, tmp_path / "log")
    supervisor.stop()
    supervisor.check()
    time.sleep(0.05)
    supervisor.check()
    assert pid_of(supervisor) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_loop(supervisor: Supervisor, number: signal.Signals) -> None:
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        supervisor.stop_on_signals()
        os.kill(os.getpid(), number)
        assert until(lambda: supervisor.stopping)
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def test_the_last_line_of_a_log_is_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"one\ntwo \xff\n\n  \n")
    assert last_line(tmp_path / "log").startswith("two")
    (tmp_path / "log").write_text("")
    assert last_line(tmp_path / "log") == "it said nothing"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent was killed")
def test_everything_ends_when_we_are_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from pressreview.supervisor import Supervisor\n"
        "s = Supervisor(say=print, environment=os.environ)\n"
        f"s.add('worker', {SLEEP!r}, Path({str(tmp_path / 'log')!r}))\n"
        "print(s.services[0].process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert until(lambda: not is_alive(child))


def test_what_is_killed_is_started_again_however_often(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add("worker", SLEEP, tmp_path / "log")
    for _ in range(2 * MOST_YOUNG_DEATHS):
        killed = pid_of(supervisor)
        os.kill(killed, signal.SIGKILL)

        def is_back(killed: int = killed) -> bool:
            supervisor.check()
            return pid_of(supervisor) not in {0, killed}

        assert until(is_back)
