"""The same collection by the package `reader`, run by a Python that has it: with_reader.py THREADS < addresses.

Prints, in JSON, the seconds, and those of computing, of the first collection and of one in which nothing changed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from reader import make_reader  # type: ignore[import-not-found]


def _update(reader: Any, threads: int) -> tuple[float, float]:
    start, worked = time.perf_counter(), time.process_time()
    reader.update_feeds(workers=threads, scheduled=False)
    return time.perf_counter() - start, time.process_time() - worked


def main(threads: int) -> None:
    addresses = sys.stdin.read().split()
    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        for address in addresses:
            reader.add_feed(address)
        first, unchanged = _update(reader, threads), _update(reader, threads)
        told = {"first": first, "unchanged": unchanged, "entries": reader.get_entry_counts().total}
        reader.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
