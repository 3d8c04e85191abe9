"""What the workers of the article queues do. A task holds no state: the rows not processed yet are its work."""

from __future__ import annotations

import logging
import time
from functools import partial

from celery import shared_task
from django.utils import timezone

from articles import counted, people, volume
from articles.models import Entity
from articles.pipeline.analyse import analyse_next
from articles.pipeline.arrange import arrange_next
from articles.pipeline.compare import compare_next, prune_prints
from articles.pipeline.extract import extract_next
from articles.pipeline.group import group_batch
from articles.pipeline.outlets_named import note_outlets
from articles.pipeline.refresh import refresh_next
from articles.pipeline.retain import drop_next
from articles.text import names
from articles.text.grouping import embedding
from sources.bell import ring
from sources.fetcher import client

logger = logging.getLogger(__name__)
SHIFT_SECONDS = 10.0
READING_SECONDS = 5.0
REST_SECONDS = 120.0
# New articles come first on this queue: a minute's looks at known ones are few.
LOOKS_A_SHIFT = 40


@shared_task(name="articles.extract_pages")
def extract_pages() -> int:
    """Make articles of waiting entries until none waits or the shift is over; how many entries were taken."""
    end, taken = time.monotonic() + SHIFT_SECONDS, 0
    while entry := extract_next(client()):
        taken += 1
        logger.info("%s: taken (try %d)", entry.url, entry.tries)
        if time.monotonic() > end:
            ring("articles.extract_pages")
            break
    return taken


@shared_task(name="articles.count_again")
def count_again() -> int:
    """Count a large archive again, before a page that shows the numbers is asked for; how many counts."""
    if not counted.is_large():
        return 0
    counted.again(volume.TOTALS, volume.count_totals)
    for kind in Entity.Kind.values:
        counted.again(f"{people.NAMES}-{kind}", partial(people.count_names, kind))
    return 1 + len(Entity.Kind.values)


@shared_task(name="articles.refresh_pages")
def refresh_pages() -> int:
    """Look again at published pages that are due, a few of them; how many. Beat alone wakes this step."""
    end, looks = time.monotonic() + SHIFT_SECONDS, 0
    while looks < LOOKS_A_SHIFT and time.monotonic() < end and (look := refresh_next(client())):
        looks += 1
        logger.info("%s: looked at again, %s", look.page.url, look.outcome)
    return looks


@shared_task(name="articles.drop_old_texts")
def drop_old_texts() -> int:
    """Drop the texts that their outlets' terms let us keep no longer, until none is or the shift is over; how many."""
    end, dropped = time.monotonic() + SHIFT_SECONDS, 0
    while count := drop_next(timezone.now()):
        dropped += count
        if time.monotonic() > end:
            ring("articles.drop_old_texts")
            break
    if dropped:
        logger.info("%d texts dropped: their retention was over", dropped)
    return dropped


@shared_task(name="articles.group_articles")
def group_articles() -> int:
    """Put waiting articles into stories until none waits or the shift is over; how many."""
    end, grouped = time.monotonic() + SHIFT_SECONDS, 0
    while count := group_batch():
        grouped += count
        ring("articles.analyse_articles")
        logger.info("%d articles grouped", count)
        if time.monotonic() > end:
            ring("articles.group_articles")
            break
    return grouped


@shared_task(name="articles.analyse_articles")
def analyse_articles() -> int:
    """Read articles that are in a story, then compare the stories that changed and arrange them; how many of all.

    The shift is short: where this worker groups as well, an article that arrives is in its story within seconds.
    """
    end, done = time.monotonic() + READING_SECONDS, note_outlets()
    while analyse_next() or compare_next() or arrange_next():
        done += 1
        if time.monotonic() > end:
            ring("articles.analyse_articles")
            break
    _rest(done)
    return done


@shared_task(name="articles.forget_prints")
def forget_prints() -> int:
    """Drop the fingerprints of articles that nothing new can repeat; of how many articles."""
    return prune_prints()


_last_work = time.monotonic()


def _rest(done: int) -> None:
    """A worker that has had nothing to read for a while gives its models' memory back."""
    global _last_work
    if done:
        _last_work = time.monotonic()
    elif time.monotonic() - _last_work > REST_SECONDS:
        embedding.release_model()
        names.release_model()
