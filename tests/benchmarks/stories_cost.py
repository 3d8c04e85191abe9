"""What grouping costs as the archive grows: `python -m tests.benchmarks.stories_cost [ARTICLES] [--after N]`.

A made-up stream over years: a tenth of the articles' words is new to the archive (names, for the most part), the rest
follows Zipf; a story lasts days. Only the active window is held. `--after` begins with the words of an archive of N.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from articles.text.grouping import Grouper, GroupingArticle, Merge
from articles.text.grouping.meaning import DIMENSIONS, store

START = datetime(2015, 1, 1, tzinfo=UTC)
WINDOW = timedelta(days=21)
PER_DAY = 480  # times the 21 days of the window: ten thousand active articles
TITLE_WORDS, STORY_WORDS = 10, 14
_PASS = 200
_LETTERS = "bcdfglmnprst"


def _word(number: int) -> str:
    """A pronounceable word for each number, never the same for two."""
    syllables: list[str] = []
    while number or len(syllables) < 2:
        number, rest = divmod(number, 60)
        syllables.append(_LETTERS[rest // 5] + "aeiou"[rest % 5])
    return "".join(syllables)


class Stream:
    """Titles of stories that open at random and are written about for some days."""

    def __init__(self, seed: int, *, with_vectors: bool, after: int = 0) -> None:
        self._random = random.Random(seed)
        self._numbers = np.random.default_rng(seed) if with_vectors else None
        self._after = after
        self._known = 20_000 + 2 * after // 3
        self._stories: list[tuple[list[str], np.ndarray | None]] = []

    def __iter__(self) -> Iterator[GroupingArticle]:
        number = self._after
        while True:
            moment = START + timedelta(days=number / PER_DAY)
            words, direction = self._story()
            title = " ".join(self._random.sample(words, TITLE_WORDS - 3) + [self._common() for _ in range(3)])
            yield GroupingArticle(number, moment, "fr", title, vector=self._vector(direction))
            number += 1

    def _story(self) -> tuple[list[str], np.ndarray | None]:
        """An active story, the latest ones more often, or one time in three a new one."""
        if not self._stories or self._random.random() < 1 / 3:
            new = [_word(self._known + place) for place in range(2)]
            self._known += 2
            words = new + [self._common() for _ in range(STORY_WORDS - 2)]
            direction = None if self._numbers is None else self._numbers.standard_normal(DIMENSIONS).astype(np.float32)
            self._stories.append((words, direction))
            del self._stories[: -PER_DAY * 2]
        return self._stories[-1 - int(len(self._stories) * self._random.random() ** 3)]

    def _common(self) -> str:
        """A word of the vocabulary so far, by Zipf's law."""
        return _word(int(self._known ** self._random.random()))

    def _vector(self, direction: np.ndarray | None) -> bytes:
        if direction is None or self._numbers is None:
            return b""
        return store(direction + 0.7 * self._numbers.standard_normal(DIMENSIONS).astype(np.float32))


def _settle(grouper: Grouper) -> None:
    for proposal in grouper.proposals():
        if isinstance(proposal, Merge):
            grouper.merge(proposal.source, proposal.target)


def measure(articles: int, *, with_vectors: bool, after: int) -> None:
    """Stream so many articles; at each mark, what the last of them cost and what the process holds."""
    marks = {mark for power in range(3, 9) for mark in (10**power, 2 * 10**power, 5 * 10**power)} | {articles}
    grouper, spent, since = Grouper(), 0.0, 0
    for number, article in enumerate(Stream(1, with_vectors=with_vectors, after=after), start=1):
        started = time.process_time()
        grouper.place(article)
        if number % _PASS == 0:
            assert article.published
            grouper.forget(article.published - WINDOW)
            _settle(grouper)
        spent += time.process_time() - started
        since += 1
        if number in marks:
            held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{after + number:>9,} archived, {len(grouper):>6,} active: {spent / since * 1000:.2f} ms an article "
                f"({since / spent:,.0f}/s of processor time), {held} MB at most",
                flush=True,
            )
            spent, since = 0.0, 0
        if number >= articles:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("articles", type=int, nargs="?", default=100_000)
    parser.add_argument("--after", type=int, default=0, help="articles archived before the stream begins")
    parser.add_argument("--vectors", action="store_true", help="give each title a vector, made up as well")
    chosen = parser.parse_args()
    measure(chosen.articles, with_vectors=chosen.vectors, after=chosen.after)


if __name__ == "__main__":
    main()
