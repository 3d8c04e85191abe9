"""`python -m sources.confined_child`: the process that reads what others wrote; see sources.confined.

It is asked on the socket that is its standard input, one call after the other: a pickled (module, function, arguments)
from the process that started it. It answers in JSON, since what reads hostile bytes is not to be trusted with pickles.
The kernel keeps its limits, so that they hold inside C code as well: SIGPROF ends it when a call computes for too long,
SIGALRM when it hangs, and its private memory is bounded (on Linux; elsewhere a thread looks at it every now and then).
It ends by itself when it has not been asked for a while, and when the process that started it is gone.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any, BinaryIO

MB = 1024 * 1024
LENGTH = struct.Struct(">Q")
"""What comes before an answer: how many bytes it has."""
OUT_OF_MEMORY = 3
"""The exit status of a child that asked for more memory than it may have."""
_LOOK_MS = 200
_MOST_LOGGED = 20
_STACK = 256 * 1024
_IS_LINUX = sys.platform == "linux"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may cost; `memory` is all that the child holds, in bytes."""

    cpu_seconds: float = 10.0
    seconds: float = 20.0
    memory: int = 352 * MB
    answer: int = 96 * MB
    worn: int = 128 * MB
    """A child that keeps this much after its answer makes room for a new one."""
    idle_seconds: float = 60.0


class _Notes(logging.Handler):
    """The first log records of a call: they go with its answer, to be logged where somebody reads them."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.kept: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.kept) < _MOST_LOGGED:
            self.kept.append((record.name, record.levelno, record.getMessage()[:1000]))


def resident() -> int:
    """Bytes in memory: those of this moment on Linux, the most there ever were elsewhere."""
    if _IS_LINUX:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    if _IS_LINUX:  # elsewhere no such limit holds
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        most = limits.memory if hard == resource.RLIM_INFINITY else min(limits.memory, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)  # whatever a library prints, at any length
    os.close(silence)


def _watch(link: socket.socket, limits: Limits) -> None:
    """End with the process at the other end of the socket, also in the middle of a call."""
    watch = select.poll()
    watch.register(link, 0)  # hang-ups are told in any case
    while not watch.poll(None if _IS_LINUX else _LOOK_MS):
        if resident() > limits.memory:
            os._exit(OUT_OF_MEMORY)
    os._exit(0)


def _timers(cpu_seconds: float, seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds)


@cache
def _values_of(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    names = [field.name for field in fields(kind)]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _plain(value: Any) -> Any:
    """A dataclass as the list of its values, in order."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    kind: Any = type(value)
    return _values_of(kind)(value)


def _packed(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False, default=_plain).encode("utf-8", "surrogatepass")


def _answer(request: tuple[str, str, tuple[Any, ...], dict[str, Any]], limits: Limits, notes: _Notes) -> bytes:
    module, name, args, kwargs = request
    notes.kept = []
    try:
        function = getattr(import_module(module), name)
        _timers(limits.cpu_seconds, limits.seconds)
        return _packed({"value": function(*args, **kwargs), "log": notes.kept})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except ValueError as error:
        return _packed({"raised": type(error).__name__, "words": str(error), "log": notes.kept})
    except Exception as error:
        return _packed({"broke": f"{type(error).__name__}: {error}"[:1000], "trace": traceback.format_exc()[-8000:]})
    finally:
        _timers(0, 0)


def _serve(link: socket.socket, requests: BinaryIO, limits: Limits) -> None:
    notes = _Notes()
    logging.getLogger().addHandler(notes)
    logging.captureWarnings(True)
    while select.select([link], [], [], limits.idle_seconds)[0]:
        answer = _answer(pickle.load(requests), limits, notes)  # noqa: S301 - from the process that started this one
        link.sendall(LENGTH.pack(len(answer)))
        link.sendall(answer)
        del answer
        if resident() > limits.worn:
            return


def main() -> None:
    """Answer until nobody asks any more. The one argument holds the limits, in JSON."""
    limits = Limits(*json.loads(sys.argv[1]))
    link = socket.socket(fileno=0)
    with link, link.makefile("rb") as requests:
        threading.stack_size(_STACK)
        threading.Thread(target=_watch, args=(link, limits), daemon=True).start()
        _confine(limits)
        try:
            _serve(link, requests, limits)
        except (EOFError, ConnectionError):
            return  # whoever asked is gone
        except MemoryError:
            os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main()
