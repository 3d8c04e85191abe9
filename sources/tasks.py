"""What the workers of the collecting queue do. A task holds no state: the rows that are due are its work."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from sources import alerting, reserving, watching
from sources.bell import ring
from sources.collecting import collect_next
from sources.fetcher import client
from sources.importing.asking import TASK as WORK_IMPORTS
from sources.importing.working import work_next
from sources.models import FetchAttempt

logger = logging.getLogger(__name__)
# What begins at the end of a shift may last as long as a fetch may: all of it stays below a minute.
SHIFT_SECONDS = 10.0
KEEP_ATTEMPTS = timedelta(days=60)
SITES_A_SHIFT = 20


@shared_task(name="sources.collect_due")
def collect_due() -> int:
    """Read feeds until none is due or the shift is over; how many were read."""
    end, read = time.monotonic() + SHIFT_SECONDS, 0
    while attempt := collect_next(client()):
        read += 1
        logger.info(
            "%s: %s, %d new of %d%s", attempt.feed.url, attempt.outcome, attempt.entries_new, attempt.entries_found,
            f", {attempt.error}" if attempt.error else "",
        )  # fmt: skip
        if time.monotonic() > end:
            ring("sources.collect_due")
            break
    return read


@shared_task(name=WORK_IMPORTS)
def work_imports() -> int:
    """Work on the long jobs of administrators until no line is due or the shift is over; how many lines were taken.

    The shift is short, and feeds that are due come before the next one.
    """
    end, taken = time.monotonic() + SHIFT_SECONDS / 2, 0
    while line := work_next(client(), end):
        taken += 1
        logger.info("import %d, %s: %d of %d addresses", line.job_id, line.address, line.done, line.total)
        if time.monotonic() > end:
            ring("sources.collect_due")
            ring(WORK_IMPORTS)
            break
    return taken


@shared_task(name="sources.prune_attempts")
def prune_attempts() -> int:
    """Drop the attempts that no page shows any more; how many there were."""
    deleted, _ = FetchAttempt.objects.filter(started_at__lt=timezone.now() - KEEP_ATTEMPTS).delete()
    return deleted


@shared_task(name="sources.watch_feeds")
def watch_feeds() -> int:
    """Open and close incidents of feeds and of our network, and tell administrators; how many messages were sent."""
    watching.watch_feeds(timezone.now())
    return alerting.tell(timezone.now())


@shared_task(name="sources.watch_rhythms")
def watch_rhythms() -> int:
    """The same for what shows only over days: silence, and articles that cannot be read."""
    watching.watch_rhythms(timezone.now())
    return alerting.tell(timezone.now())


@shared_task(name="sources.read_reservations")
def read_reservations() -> int:
    """Ask a few outlets' sites whether they reserve text and data mining; how many."""
    end, asked = time.monotonic() + SHIFT_SECONDS, 0
    while asked < SITES_A_SHIFT and time.monotonic() < end and (outlet := reserving.ask_next(client(), timezone.now())):
        asked += 1
        logger.info("%s: text and data mining reserved: %s", outlet.homepage, outlet.tdm_reserved)
    return asked
