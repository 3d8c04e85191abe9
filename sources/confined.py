"""Reading what others wrote in a process of its own: a hostile document costs a child, never the worker that asks.

`call(function, …)` answers as the function would, from a child that is started when it is first needed, kept for the
next calls, and ended when a call computes for too long, hangs, takes too much memory or crashes: then `Failed` says so,
and the next call has a new child. The function is a module's own, with types that `_builder` knows in its answer; a
ValueError that it raises is raised here. One child serves a process: its threads take turns.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, is_dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from django.utils.translation import gettext as _

from sources.confined_child import LENGTH, MB, OUT_OF_MEMORY, Limits

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parent.parent
# Beyond the limits that the child keeps by itself: an answer's way, and a start with its imports on a busy machine.
_GRACE_SECONDS, _START_SECONDS = 5.0, 20.0
# A child needs to know neither the database nor any secret.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")

P = ParamSpec("P")
Told = TypeVar("Told")


class Why(StrEnum):
    """What ended a child."""

    CPU = "cpu"
    TIME = "time"
    MEMORY = "memory"
    SIZE = "size"
    """The answer is larger than any document says."""
    CRASH = "crash"
    KILLED = "killed"
    """By the system or a person, for reasons of their own."""
    BROKE = "broke"
    """The function raised what it never should."""
    NO_START = "no_start"


_PASSING = frozenset({Why.TIME, Why.KILLED, Why.NO_START})


class Failed(ValueError):
    """A document cannot be read within the limits; the message is a sentence in the present language."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why

    @property
    def is_passing(self) -> bool:
        """Whether the machine's state may be the cause rather than the document."""
        return self.why in _PASSING


def _failed(why: Why, limits: Limits, detail: str = "") -> Failed:
    told = {
        Why.CPU: _("Reading it takes more than %(cpu)g s of computing: it was given up."),
        Why.TIME: _("Reading it did not end within %(seconds)g s: it was given up."),
        Why.MEMORY: _("Reading it takes more than %(memory)g MB of memory: it was given up."),
        Why.SIZE: _("What it says is larger than %(answer)g MB: it was given up."),
        Why.CRASH: _("Reading it crashes the reading process (%(detail)s): it was given up."),
        Why.KILLED: _("The process that was reading it was ended from outside (%(detail)s)."),
        Why.BROKE: _("Reading it fails on an error of ours: %(detail)s."),
        Why.NO_START: _("No process could be started to read it: %(detail)s."),
    }
    figures = {"cpu": limits.cpu_seconds, "seconds": limits.seconds, "memory": limits.memory / MB}
    return Failed(why, told[why] % {**figures, "answer": limits.answer / MB, "detail": detail})


def _of_status(status: int, limits: Limits) -> Failed:
    """Why a child ended, by its exit status (subprocess.Popen.returncode)."""
    if status == OUT_OF_MEMORY:
        return _failed(Why.MEMORY, limits)
    if status == -signal.SIGPROF:
        return _failed(Why.CPU, limits)
    if status == -signal.SIGALRM:
        return _failed(Why.TIME, limits)
    named = signal.Signals(-status).name if status < 0 else str(status)
    outside = -status in {0, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    return _failed(Why.KILLED if outside else Why.CRASH, limits, named)


# --- answers -------------------------------------------------------------------------------------------------------


def _exactly(kind: type) -> Callable[[Any], Any]:
    def build(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{kind.__name__} expected, not {type(value).__name__}")
        return value

    return build


def _optional(inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else inner(value)


def _many(kind: type, inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    is_list = _exactly(list)
    return lambda values: kind(map(inner, is_list(values)))


def _dataclass(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    builders = [_builder(hints[name]) for name in kind.__dataclass_fields__]
    return lambda values: kind(*(build(value) for build, value in zip(builders, values, strict=True)))


def _enum(kind: type[StrEnum]) -> Callable[[Any], Any]:
    return lambda value: kind(value)


@cache
def _builder(hint: Any) -> Callable[[Any], Any]:
    """What makes a value of this type of the child's JSON; it raises TypeError or ValueError for anything else."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        return _optional(_builder(next(one for one in arguments if one is not type(None))))
    if origin in (tuple, list):
        return _many(origin, _builder(arguments[0]))
    if is_dataclass(hint):
        return _dataclass(hint)
    if hint is timedelta:
        return lambda seconds: timedelta(seconds=seconds)
    if issubclass(hint, StrEnum):
        return _enum(hint)
    if hint in (str, int, bool):
        return _exactly(hint)
    raise NotImplementedError(f"{hint} does not cross to another process")


@cache
def _builder_for(function: Callable[..., Any]) -> Callable[[Any], Any]:
    return _builder(get_type_hints(function)["return"])


def _error_of(function: Callable[..., Any], name: str, words: str) -> ValueError:
    """A ValueError of the function's own module by its name, a plain one otherwise."""
    kind = getattr(sys.modules[function.__module__], name, None)
    known = isinstance(kind, type) and issubclass(kind, ValueError)
    return kind(words) if known and kind else ValueError(words)


def _opened(function: Callable[..., Any], payload: bytearray, limits: Limits) -> Any:
    """What a child said: the value, or the error to raise."""
    try:
        answer = json.loads(payload)
        for name, level, message in answer.get("log", ()):
            logging.getLogger(str(name)).log(int(level), "%s", message)
        if "raised" in answer:
            return _error_of(function, str(answer["raised"]), str(answer["words"]))
        if "broke" in answer:
            logger.error("%s.%s failed:\n%s", function.__module__, function.__qualname__, answer["trace"])
            return _failed(Why.BROKE, limits, str(answer["broke"]))
        return _builder_for(function)(answer["value"])
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        return _failed(Why.BROKE, limits, str(error))


# --- the child -----------------------------------------------------------------------------------------------------


class Confined:
    """A child process, as long as it is needed."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def call(self, function: Callable[P, Told], *args: P.args, **kwargs: P.kwargs) -> Told:
        """What `function` answers to these arguments. Raises its ValueErrors, and Failed when there is no answer."""
        request = pickle.dumps((function.__module__, function.__qualname__, args, kwargs), protocol=5)
        with self._lock:
            try:
                payload = self._ask(request)
            except Failed as failure:
                logger.warning("%s.%s: %s", function.__module__, function.__qualname__, failure.why)
                raise
        answer: Told | ValueError = _opened(function, payload, self._limits)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    def stop(self) -> int:
        """End the child, if there is one, with what it is doing; its exit status."""
        link, process = self._link, self._process
        self._link = self._process = None
        if link is not None:
            link.close()
        if process is None:
            return 0
        with suppress(subprocess.TimeoutExpired):
            return process.wait(0.5)  # it may have ended by itself: how is worth knowing
        process.kill()
        return process.wait()

    def forget(self) -> None:
        """Leave the child to the process that this one was forked from."""
        if self._link is not None:
            self._link.close()
        if self._process is not None:
            self._process.returncode = 0  # it is not ours to wait for
        self._link = self._process = None
        self._lock = threading.Lock()

    def _ready(self) -> socket.socket:
        """The way to a child that runs."""
        if self._link is not None and self.pid is not None:
            return self._link
        self.stop()
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "sources.confined_child", json.dumps(astuple(self._limits))]
        with theirs:
            try:
                self._process = subprocess.Popen(
                    command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, cwd=_ROOT,
                    env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                    start_new_session=True,  # Ctrl-C in a terminal is for the worker, which finishes what it does
                )  # fmt: skip
            except OSError as error:
                ours.close()
                raise _failed(Why.NO_START, self._limits, str(error)) from error
        self._link = ours
        return ours

    def _ask(self, request: bytes) -> bytearray:
        for is_last in (False, True):
            had_child = self.pid is not None
            deadline = time.monotonic() + self._limits.seconds + (_GRACE_SECONDS if had_child else _START_SECONDS)
            try:
                return self._exchange(self._ready(), request, deadline)
            except TimeoutError:
                self.stop()
                raise _failed(Why.TIME, self._limits) from None
            except (OSError, EOFError):
                failure = _of_status(self.stop(), self._limits)
                # A child that just ended by itself, for being idle or worn, or that was killed while it waited.
                if is_last or not had_child or failure.why != Why.KILLED:
                    raise failure from None
            except BaseException:  # such as Celery's time limit: an answer that comes later would be another call's
                self.stop()
                raise
        raise AssertionError("the loop returns or raises")

    def _exchange(self, link: socket.socket, request: bytes, deadline: float) -> bytearray:
        link.settimeout(max(0.01, deadline - time.monotonic()))
        link.sendall(request)
        length: int = LENGTH.unpack(_received(link, LENGTH.size, deadline))[0]
        if length > self._limits.answer:
            self.stop()
            raise _failed(Why.SIZE, self._limits)
        return _received(link, length, deadline)


def _received(link: socket.socket, length: int, deadline: float) -> bytearray:
    """Exactly so many bytes. Raises EOFError when the child ends before, TimeoutError past the deadline."""
    found = bytearray(length)
    view, place = memoryview(found), 0
    while place < length:
        link.settimeout(max(0.01, deadline - time.monotonic()))
        count = link.recv_into(view[place:])
        if not count:
            raise EOFError
        place += count
    return found


_own = Confined()
call = _own.call
os.register_at_fork(after_in_child=_own.forget)
atexit.register(_own.stop)
