"""JSON Lines in, JSON Lines out: how the text commands and the feed parser answer on a command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

Row = dict[str, Any]


def each(work: Callable[[Row], Row]) -> Callable[[Iterable[Row]], Iterator[Row]]:
    """Turn a function over one row into one over a stream; a row that fails answers with its error."""

    def run(rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            if "error" in row:
                yield row
                continue
            try:
                yield {"id": row.get("id"), **work(row)}
            except (ValueError, TypeError, KeyError) as error:
                yield {"id": row.get("id"), "error": f"{type(error).__name__}: {error}"}

    return run


def _read(lines: TextIO) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            yield {"id": None, "error": f"line {number}: not JSON: {error}"}
            continue
        if isinstance(row, dict):
            yield row
        else:
            yield {"id": None, "error": f"line {number}: a JSON object is expected, not {type(row).__name__}"}


def main(run: Callable[[Iterable[Row]], Iterator[Row]]) -> int:
    """Stream standard input through `run`; the exit status is 1 when any line answered with an error."""
    status = 0
    for answer in run(_read(sys.stdin)):
        if "error" in answer:
            status = 1
            print(f"{answer['id']}: {answer['error']}", file=sys.stderr)
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return status
