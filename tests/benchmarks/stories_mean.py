"""The mean vector of titles at large, from titles of our own: `python -m tests.benchmarks.stories_mean`.

The titles of the demonstration and those of the test press, each story once, so that none of them weighs.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from articles.text.grouping.embedding import vectors
from articles.text.grouping.meaning import DIMENSIONS, unit, vector
from articles.text.grouping.shapes import GroupingArticle
from pressreview.demo.library import load_articles

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "articles/text/lexicons/grouping_mean_title.txt"
_A_LINE = 16


def _titles() -> list[str]:
    press = (ROOT / "tests/data/grouping_press.jsonl").read_text(encoding="utf-8").splitlines()
    ours = {row["cluster"]: row["title"] for row in map(json.loads, press)}
    demo = {article.story or article.slug: article.title for article in load_articles()}
    return [*ours.values(), *demo.values()]


def main() -> None:
    read = [vector(stored) for stored in vectors([GroupingArticle(title, None, "", title) for title in _titles()])]
    mean = np.mean([unit(found) for found in read if found is not None], axis=0)
    lines = (mean[start : start + _A_LINE] for start in range(0, DIMENSIONS, _A_LINE))
    text = "\n".join(" ".join(f"{value:.4f}" for value in line) for line in lines)
    TARGET.write_text(
        f"# The mean vector of titles at large, written by `python -m {__spec__.name}`.\n{text}\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
