"""How many feeds a second the collecting step reads, from the request to the committed entries.

python -m tests.benchmarks.collecting [--reader PYTHON] [--feeds 500] [--entries 30] [--workers 2] [--archive 1000000]

The feeds come from a press of ours on loopback, each from a host of its own, which the settings allow as they allow the
demonstration's; everything else is as `manage.py run` has it: embedded Postgres and Redis, robots.txt, conditional
requests, children that parse, one transaction for each feed. With the Python of a virtual environment that holds the
package `reader` (it is no dependency of the project) its figures stand beside ours.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import feed_press

ROOT = Path(__file__).resolve().parent.parent.parent
WORKER = [sys.executable, "-m", "tests.benchmarks.collecting_worker"]
READER_THREADS = (1, 4)


@dataclass(frozen=True, slots=True)
class Run:
    """The reading of every feed once: of how many, in how many seconds, and in how many of computing by who read."""

    feeds: int
    seconds: float
    computing: float

    @property
    def rate(self) -> float:
        """Feeds a second."""
        return self.feeds / self.seconds

    def __str__(self) -> str:
        return f"{self.rate:7.1f} feeds/s ({1000 * self.computing / self.feeds:5.1f} ms of computing each)"


@contextmanager
def press(feeds: int, entries: int) -> Iterator[int]:
    """Serve the feeds for the length of the block; the port."""
    command = [sys.executable, "-m", "tests.benchmarks.feed_press", str(feeds), str(entries)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.communicate()


@contextmanager
def workers(count: int, environment: dict[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that collect when they are told to, ready to begin."""
    command = [*WORKER, "collect"]
    made = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(count)
    ]  # fmt: skip
    for worker in made:
        _answer(worker)
    yield made
    for worker in made:
        worker.communicate()


def _answer(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    if not line:
        raise SystemExit("A worker ended before it was done.")
    return line


def collect(made: list[subprocess.Popen[str]]) -> Run:
    """Let the workers read every feed that is due."""
    start = time.perf_counter()
    for worker in made:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [_answer(worker).split() for worker in made]
    seconds = time.perf_counter() - start
    return Run(sum(int(read) for read, _ in answers), seconds, sum(float(computed) for _, computed in answers))


def prepare(environment: dict[str, str], *arguments: str) -> None:
    """Change the database: see collecting_worker."""
    subprocess.run([*WORKER, *arguments], cwd=ROOT, env=environment, check=True)


def with_reader(python: Path, feeds: int, port: int, threads: int) -> tuple[Run, Run]:
    """First collection and unchanged one by the package `reader`."""
    addresses = "\n".join(feed_press.address(number, port) for number in range(feeds))
    command = [str(python), str(Path(__file__).with_name("with_reader.py")), str(threads)]
    done = subprocess.run(command, input=addresses, text=True, stdout=subprocess.PIPE, check=True)
    told = json.loads(done.stdout)
    return Run(feeds, *told["first"]), Run(feeds, *told["unchanged"])


def _show(name: str, first: Run, unchanged: Run) -> None:
    print(f"{name:<36} first {first}, unchanged {unchanged}; {first.feeds} feeds", flush=True)


def ours(environment: dict[str, str], options: argparse.Namespace, port: int) -> None:
    """Both collections with an empty database, then with an archive."""
    for archive in dict.fromkeys((0, options.archive)):
        prepare(environment, "prepare", str(options.feeds), str(port), str(archive))
        with workers(options.workers, environment) as made:
            first = collect(made)
            prepare(environment, "due")
            unchanged = collect(made)
        stored = f", {archive:,} entries stored" if archive else ""
        _show(f"{options.workers} workers{stored}", first, unchanged)


def run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="pr-speed-") as data, press(options.feeds, options.entries) as port:
        hosts = ",".join(f"{feed_press.host(number)}:{port}" for number in range(options.feeds))
        own = {"PRESSREVIEW_DATA": data, "PRESSREVIEW_ALLOWED_ADDRESSES": hosts, "PRESSREVIEW_DEMO": "0"}
        kept = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        environment = {**kept, **own, "DJANGO_SETTINGS_MODULE": "pressreview.settings"}
        with subprocess.Popen([*WORKER, "serve"], cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as servers:  # fmt: skip
            _answer(servers)
            ours(environment, options, port)
            servers.communicate()
        if options.reader is None:
            print("reader: not measured; give --reader PYTHON, of an environment with `pip install reader`.")
            return
        for threads in READER_THREADS:
            _show(f"reader, {threads} threads", *with_reader(options.reader, options.feeds, port, threads))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="How many feeds a second are collected.")
    parser.add_argument("--reader", type=Path, help="a Python that has the package `reader`, to stand beside ours")
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--entries", type=int, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--archive", type=int, default=1_000_000, help="entries stored before the second round")
    run(parser.parse_args(arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
