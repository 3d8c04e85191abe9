"""What a hostile document may bring a parser to do, without the document: functions for a confined child to run."""

from __future__ import annotations

import ctypes
import logging
import os
import re
import signal
import sys
import time
import warnings

from sources.parsing.feeds import NotAFeed, ParsedFeed

log = logging.getLogger(__name__)


def echo(words: str) -> str:
    return words


def process() -> int:
    return os.getpid()


def secrets() -> list[str]:
    return sorted(os.environ)


def spin() -> str:
    while True:
        pass


def spin_in_c() -> str:
    """Without ever letting another thread, or a Python signal handler, run."""
    return str(re.match(r"(a+)+$", "a" * 60 + "b"))


def hang() -> str:
    time.sleep(1000)
    return ""


def allocate(size: int) -> int:
    return len(bytearray(b"x") * size)


def allocate_and_carry_on() -> str:
    """As a library does that takes a lack of memory for one more bad document."""
    try:
        return str(len(bytearray(b"x") * 2**33))
    except Exception as error:
        return f"carried on after {type(error).__name__}"


def crash() -> str:
    return str(ctypes.string_at(0))


def be_killed() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def leave() -> str:
    sys.exit(1)


def flood(size: int) -> str:
    return "x" * size


def print_much() -> str:
    for _ in range(100):
        os.write(1, b"noise" * 20_000)
        os.write(2, b"noise" * 20_000)
    return "done"


def warn() -> str:
    for number in range(1000):
        log.warning("warning %d", number)
    warnings.warn("a library warns", stacklevel=1)
    return "done"


def break_down(*args: object, **options: object) -> ParsedFeed:
    raise RecursionError("too deep")


def spin_over(*args: object, **options: object) -> ParsedFeed:
    while True:
        pass


def crash_over(*args: object, **options: object) -> ParsedFeed:
    raise AssertionError(ctypes.string_at(0))


def refuse() -> str:
    raise NotAFeed("This is not a feed but a trick.")


def refuse_plainly() -> str:
    return str(b"\xff".decode())


def answer_otherwise() -> int:
    return "no number"  # type: ignore[return-value]
