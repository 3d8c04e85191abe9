"""`python -m tests.hostile FOLDER [step …]`: the application with its default settings beside a hostile press.

FOLDER holds `hostile_press.py` and `netns_run.sh`: everything runs in a network namespace of its own, in which the
Internet is loopback, so that nothing can leave the machine. Without a step, all but the soak are done.
"""

from __future__ import annotations

import os
import pwd
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile import INSIDE, disasters, raging, rounds, ways

STEPS: dict[str, Callable[..., Iterator[str]]] = {
    "expect": rounds.expect, "ways": ways.ways, "disasters": disasters.disasters,
    "slow-disasters": disasters.slow_disasters, "rage": raging.rage, "soak": raging.soak,
}  # fmt: skip


def _enter(folder: Path, arguments: list[str]) -> None:
    """Become the same command inside the namespace, as an ordinary user: Postgres refuses to run as root."""
    user = os.getuid() or pwd.getpwnam("nobody").pw_uid
    again = ["unshare", "-U", f"--map-user={user}", f"--map-group={user}", sys.executable, "-m", "tests.hostile"]
    os.environ |= {INSIDE: "1", "PRESS_OUT": tempfile.mkdtemp(prefix="press-")}
    os.execvp("bash", ["bash", str(folder / "netns_run.sh"), *again, str(folder), *arguments])


def main(arguments: list[str]) -> int:
    if not arguments or not (folder := Path(arguments[0]).resolve()).is_dir() or set(arguments[1:]) - {*STEPS}:
        print(f"usage: python -m tests.hostile FOLDER [{'|'.join(STEPS)} …]", file=sys.stderr)
        return 2
    if INSIDE not in os.environ:
        _enter(folder, arguments[1:])
    # A shell that starts us in the background has interrupts ignored: everything is to be taken down all the same.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    wrong = 0
    for step in arguments[1:] or [name for name in STEPS if name != "soak"]:
        started = time.monotonic()
        print(f"== {step}", flush=True)
        for line in STEPS[step]():
            wrong += line.startswith("WRONG ")
            print(f"[{time.monotonic() - started:5.0f} s] {line}", flush=True)
    print(f"{wrong} things are wrong" if wrong else "nothing is wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
