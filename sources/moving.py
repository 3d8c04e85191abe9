"""A feed whose address answers with a permanent redirect (301 or 308): when the new address takes the old one's place.

RFC 9110 (15.4.2, 15.4.9) lets a reader replace the address, but a redirect is easily set by mistake, and a new address
that is wrong loses the feed for good. So the same target has to be named by CONFIRMATIONS visits in a row that brought
the feed, over at least CONFIRMED_OVER: a mistake, an expired domain or a maintenance is seen within a day. Visits that
failed say nothing either way. Temporary redirects (302, 303, 307) are followed and never stored.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from sources.fetching.client import Response
from sources.models import MOST_URL, Feed, FetchAttempt

logger = logging.getLogger(__name__)
CONFIRMATIONS = 3
CONFIRMED_OVER = timedelta(days=1)


def note(feed: Feed, attempt: FetchAttempt, response: Response, now: datetime) -> None:
    """Count what a visit that brought the feed says of its address; unsaved, but for the address once it is replaced.

    Call it in the transaction that holds the feed. The attempt remembers the address that was given up.
    """
    target = response.permanent_redirect_to
    if not _is_fit(feed.url, target):
        feed.moved_to, feed.moved_since, feed.moved_times = "", None, 0
        return
    if target != feed.moved_to:
        feed.moved_to, feed.moved_since, feed.moved_times = target, now, 0
    feed.moved_times = min(feed.moved_times + 1, CONFIRMATIONS)
    if feed.moved_times == CONFIRMATIONS and feed.moved_since and now - feed.moved_since >= CONFIRMED_OVER:
        _move(feed, attempt)


def _is_fit(url: str, target: str) -> bool:
    """Whether a target may be stored: another address, of a length that can be, and no less secure than this one."""
    if not target or target == url or len(target) > MOST_URL:
        return False
    return urlsplit(url).scheme == "http" or urlsplit(target).scheme == "https"


def _move(feed: Feed, attempt: FetchAttempt) -> None:
    """Give the feed its new address; where another feed has it, both stay as they are, and the feed's page says so."""
    if Feed.objects.filter(url=feed.moved_to).exists():
        return
    try:
        with transaction.atomic():
            Feed.objects.filter(pk=feed.pk).update(url=feed.moved_to)
    except IntegrityError:  # it was taken in this very moment
        return
    logger.info("%s has moved to %s", feed.url, feed.moved_to)
    attempt.moved_from = feed.url
    feed.former_urls = [*(one for one in feed.former_urls if one != feed.moved_to), feed.url]
    feed.url, feed.moved_to, feed.moved_since, feed.moved_times = feed.moved_to, "", None, 0
