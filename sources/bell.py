"""Waking the next step. The rows to work on are in Postgres, so a bell that cannot be rung delays and loses nothing."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def ring(task: str) -> None:
    """Wake the step behind this task name once the current transaction is committed."""
    transaction.on_commit(lambda: _send(task))


def _send(task: str) -> None:
    try:
        current_app.send_task(task, expires=60, retry=False)
    except (OperationalError, RedisError) as error:
        logger.warning("could not wake %s, beat will: %s", task, error)
