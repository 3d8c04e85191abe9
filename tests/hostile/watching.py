"""What the application's processes cost while they work: memory by kind of process, and seconds by task."""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from tests.running import Run, processes_of

# What a command line says of the work of its process; the first that fits.
KINDS = {
    "confined_child": "reading", "-Q collect": "collecting", "-Q extract": "extracting", "-Q group": "analysing",
    "celery -A pressreview beat": "beat", "gunicorn": "web", "manage.py run": "run", "valkey": "redis",
    "postgres": "postgres",
}  # fmt: skip
MOST_MB = {"collecting": 400, "extracting": 400, "reading": 400, "analysing": 700}
MOST_TASK_SECONDS = 60.0
_TASK = re.compile(r"Task ([\w.]+)\[[\w-]+\] (?:succeeded|raised|retry).*? in ([\d.]+)s")
_KILLED = re.compile(r"(?:Soft|Hard) time limit .*exceeded for ([\w.]+)")


def rss(pid: int) -> float:
    """Megabytes of memory in use; 0 for a process that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def family(pid: int) -> Iterator[tuple[int, str]]:
    """The processes that descend from this one, with their command lines; some are not told the data folder."""
    try:
        children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return
    for child in children:
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        yield child, command
        yield from family(child)


def kind_of(command: str) -> str:
    return next((kind for mark, kind in KINDS.items() if mark in command), "other")


@dataclass(slots=True)
class Watch:
    """Samples of memory, as (seconds since the start, megabytes of the largest process) by kind."""

    samples: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def look(self, run: Run, at: float) -> None:
        largest: dict[str, float] = defaultdict(float)
        processes = processes_of(run.data)
        for pid in list(processes):
            processes.update(family(pid))
        for pid, command in processes.items():
            kind = kind_of(command)
            largest[kind] = max(largest[kind], rss(pid))
        for kind, megabytes in largest.items():
            self.samples[kind].append((at, megabytes))

    def peak(self, kind: str) -> float:
        return max((megabytes for _, megabytes in self.samples[kind]), default=0.0)

    def slope(self, kind: str) -> float:
        """Megabytes an hour, by least squares over the second half, when everything has been warmed up."""
        points = self.samples[kind][len(self.samples[kind]) // 2 :]
        if len(points) < 3:
            return 0.0
        middle, level = mean(at for at, _ in points), mean(size for _, size in points)
        spread = sum((at - middle) ** 2 for at, _ in points)
        return 3600 * sum((at - middle) * (size - level) for at, size in points) / spread

    def lines(self) -> Iterator[str]:
        for kind in sorted(self.samples):
            most = f" of {MOST_MB[kind]}" if kind in MOST_MB else ""
            yield f"  {kind}: at most {self.peak(kind):.0f} MB{most}, {self.slope(kind):+.1f} MB an hour at the end"

    def faults(self) -> list[str]:
        return [
            f"a process that is {kind} took {self.peak(kind):.0f} MB, more than {most}"
            for kind, most in MOST_MB.items()
            if self.peak(kind) > most
        ]


@contextmanager
def watched(run: Run, every: float = 1.0) -> Iterator[Watch]:
    """Sample the memory of a run's processes for the length of the block."""
    watch, done, start = Watch(), threading.Event(), time.monotonic()

    def go() -> None:
        while not done.wait(every):
            watch.look(run, time.monotonic() - start)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()


def task_seconds(run: Run) -> dict[str, float]:
    """The longest that each task took, by the workers' logs; one that was killed counts as too long."""
    longest: dict[str, float] = defaultdict(float)
    for name in ("collector", "extractor", "grouper"):
        text = (run.data / "logs" / f"{name}.log").read_text(errors="replace")
        for task, seconds in _TASK.findall(text):
            longest[task] = max(longest[task], float(seconds))
        for task in _KILLED.findall(text):
            longest[task] = max(longest[task], 85.0)
    return dict(longest)
