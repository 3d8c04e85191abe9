"""`make bench`: the shared scorers over our commands, each beside the libraries it competes with.

python -m tests.benchmarks SHARED_FOLDER [pages] [stories] [french] [collecting]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

TEXT = f"{sys.executable} -m articles.text"
PEERS = ("with_trafilatura", "with_readability", "with_newspaper")


def _run(*command: str, stdin: Path | None = None, stdout: Path | None = None) -> None:
    source = stdin.open() if stdin else None
    target = stdout.open("w") if stdout else None
    try:
        subprocess.run(command, stdin=source, stdout=target, check=True)
    finally:
        for file in (source, target):
            if file:
                file.close()


def pages(bench: Path) -> None:
    """Extraction of French press pages, ours first."""
    score = str(bench / "pages" / "score.py")
    _run(sys.executable, score, "--command", f"{TEXT} extract")
    for peer in PEERS:
        _run(sys.executable, "-W", "ignore", score, f"tests.benchmarks.peers:{peer}")


def stories(bench: Path) -> None:
    """Grouping of titles into stories, language by language, then a second stream."""
    folder = bench / "stories"
    for stream in ("og2021_dev.jsonl", "uci_dev.jsonl"):
        _run(
            sys.executable, str(folder / "score.py"), str(folder / stream), "--command", f"{TEXT} group", "--bootstrap"
        )


def french(bench: Path) -> None:
    """Quotes, credits, names and dates of French articles."""
    folder = bench / "french"
    with tempfile.TemporaryDirectory() as place:
        found = Path(place) / "found.jsonl"
        _run(*TEXT.split(), "analyse", stdin=folder / "inputs.jsonl", stdout=found)
        _run(sys.executable, str(folder / "score.py"), str(folder / "gold.jsonl"), str(found))


def collecting(bench: Path) -> None:
    """How many feeds a second are read; its own options say more: python -m tests.benchmarks.collecting --help."""
    _run(sys.executable, "-m", "tests.benchmarks.collecting")


SUITES: dict[str, Callable[[Path], None]] = {
    "pages": pages,
    "stories": stories,
    "french": french,
    "collecting": collecting,
}


def main(arguments: list[str]) -> int:
    if not arguments or not (bench := Path(arguments[0]) / "bench").is_dir():
        print(
            "The benchmark data is not there: give the folder that holds bench/ (SHARED=… make bench).", file=sys.stderr
        )
        return 2
    unknown = [name for name in arguments[1:] if name not in SUITES]
    if unknown:
        print(f"No such suite: {', '.join(unknown)}; there are {', '.join(SUITES)}.", file=sys.stderr)
        return 2
    for name in arguments[1:] or SUITES:
        print(f"== {name}", flush=True)
        SUITES[name](bench)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
