"""How fast grouping starts again over a full window: `python -m tests.benchmarks.stream [articles]`.

Generated articles, in stories of one to forty, are stored as grouped; then a process that has just started places one
article more, which has it read the window again, and another one, which does not.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402 - models need the set-up above
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles import coverage, related  # noqa: E402
from articles.models import Article, GroupingState, Story  # noqa: E402
from articles.pipeline import arrange, group  # noqa: E402
from pressreview import embedded  # noqa: E402
from sources.models import Outlet  # noqa: E402
from tests.factories import make_outlet  # noqa: E402

SYLLABLES = [f"{consonant}{vowel}" for consonant in "bdflmnrstv" for vowel in "aeio"]
WORDS_A_TEXT, DAYS, OUTLETS = 350, 21, 40


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))


def _text(chance: random.Random, names: list[str], own: list[str], common: list[str]) -> str:
    words = chance.choices(common, k=WORDS_A_TEXT - 90) + chance.choices(own, k=60) + chance.choices(names, k=30)
    chance.shuffle(words)
    return ". ".join("Le " + " ".join(words[place : place + 14]) for place in range(0, len(words), 14)) + "."


def fill(count: int, chance: random.Random) -> list[int]:
    """So many articles in their stories, over the window up to now; the stories' numbers, the largest first."""
    common = [_word(chance) for _ in range(4000)]
    outlets = [make_outlet(f"Titre {number}") for number in range(OUTLETS)]
    now = timezone.now()
    rows: list[Article] = []
    sizes: dict[int, int] = {}
    while len(rows) < count:
        names, own = [_word(chance).title() for _ in range(5)], [_word(chance) for _ in range(40)]
        begin = now - timedelta(days=chance.uniform(0, DAYS))
        size = min(int(chance.paretovariate(0.9)), 40, count - len(rows))
        story = Story.objects.create(title=" ".join(names))
        sizes[story.pk] = size
        for _ in range(size):
            at = min(now, begin + timedelta(days=chance.expovariate(0.7)))
            rows.append(
                _article(len(rows), at, story, _text(chance, names, own, common), names, chance.choice(outlets))
            )
    Article.objects.bulk_create(rows, batch_size=500)
    for story in Story.objects.all():
        story.refresh()
    return sorted(sizes, key=lambda pk: -sizes[pk])


def _article(number: int, at: datetime, story: Story | None, text: str, names: list[str], outlet: Outlet) -> Article:
    made = Article(
        outlet=outlet, title=f"{' '.join(names[:3])}, acte {number}", text=text, language="fr", published_at=at,
        published_precision="second", seen_at=at, fingerprint=f"{number:064}", story=story,
        grouped_at=at if story else None, word_count=WORDS_A_TEXT,
    )  # fmt: skip
    made.set_dates()
    return made


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Seconds by the clock, and seconds of this process alone, which a busy machine does not stretch."""
    started, worked = time.perf_counter(), time.process_time()
    yield
    print(f"{time.perf_counter() - started:8.2f} s {time.process_time() - worked:8.2f} s  {what}", flush=True)


def measure(count: int) -> None:
    chance = random.Random(7)
    GroupingState.objects.get_or_create(pk=1)
    with timed(f"{count} articles stored"):
        stories = fill(count, chance)
    outlet = make_outlet("Titre 1")
    for number, what in ((1, "the engine built again and one article placed"), (2, "one article more")):
        _article(count + number, timezone.now(), None, "Le vent souffle.", ["Vent", "Nord", "Mer"], outlet).save()
        with timed(what):
            assert group.group_batch() == 1
    with timed(f"{len(stories)} stories arranged"):
        Story.objects.update(compared_at=timezone.now())
        while arrange.arrange_next():
            continue
    story = Story.objects.get(pk=stories[0])
    with timed(f"the largest story arranged again ({story.article_count} articles)"):
        arrange.arrange(story)
    with timed(f"its page ({story.article_count} articles)"):
        coverage.page_of(story)
    with timed("its related stories"):
        related.of_story(story)


def main(count: int) -> None:
    with embedded.servers(settings.DATA_DIR):
        old = setup_databases(verbosity=0, interactive=False)
        try:
            measure(count)
        finally:
            teardown_databases(old, verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
