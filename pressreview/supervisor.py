"""Several processes in one terminal: started together, started again when they die, stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

STOP_SECONDS = 12.0
RESTART_SECONDS = 1.0
# A process that ends with an error this soon after its start, this many times in a row, will not come up. One that was
# killed is another matter: it is started again for ever.
YOUNG_SECONDS = 20.0
MOST_YOUNG_DEATHS = 4


_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent() -> None:
    """Ask Linux to end this process when the one that started it is killed; for a new process, before its program."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class ProcessFailed(RuntimeError):
    """A process does not come up; the message is a sentence for the person at the terminal."""


@dataclass(slots=True)
class Service:
    """One process with its log; `young_deaths` counts the ends right after a start."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restart_at: float = 0.0
    young_deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """Keeps its services running until it is told to stop."""

    say: Callable[[str], None]
    environment: Mapping[str, str]
    services: list[Service] = field(default_factory=list)
    stopping: bool = False

    def add(self, name: str, command: list[str], log: Path) -> None:
        """Start a process in a group of its own, so that Ctrl-C reaches it through us only."""
        service = Service(name, command, log)
        self.services.append(service)
        self._start(service)

    def _start(self, service: Service) -> None:
        try:
            with service.log.open("ab") as out:
                service.process = subprocess.Popen(
                    service.command, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                    env=dict(self.environment), start_new_session=True, preexec_fn=end_with_parent,
                )  # fmt: skip
        except OSError as error:
            raise ProcessFailed(f"{service.name} does not start: {error}") from error
        service.started, service.restart_at = time.monotonic(), 0.0

    def stop_on_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal end the loop."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def check(self) -> None:
        """Start again what has died. Raises ProcessFailed for what never comes up."""
        now = time.monotonic()
        for service in self.services:
            if service.process is not None and service.process.poll() is not None:
                self._on_death(service, now)
            if service.process is None and now >= service.restart_at and not self.stopping:
                self._start(service)

    def _on_death(self, service: Service, now: float) -> None:
        assert service.process is not None
        code = service.process.returncode
        _bury(service.process)
        service.process = None
        young = code > 0 and now - service.started < YOUNG_SECONDS
        service.young_deaths = service.young_deaths + 1 if young else 0
        if service.young_deaths >= MOST_YOUNG_DEATHS:
            raise ProcessFailed(
                f"{service.name} does not start (exit {code}): {last_line(service.log)} (see {service.log})"
            )
        service.restart_at = now + RESTART_SECONDS
        self.say(f"{service.name} ended (exit {code}); starting it again")

    def stop(self) -> None:
        """End every process, the politely asked ones first; nothing is left behind."""
        self.stopping = True
        running = [s.process for s in self.services if s.process is not None]
        for process in running:
            _signal_group(process, signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"process {process.pid} did not end in time and is killed")
            _bury(process)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return  # the whole group has ended


def _bury(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group: children whose parent was killed."""
    _signal_group(process, signal.SIGKILL)
    process.wait()


def last_line(log: Path) -> str:
    """The last thing a process said."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
