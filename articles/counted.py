"""Numbers over the whole archive. A small archive is counted when a page asks; a large one every few minutes, and then
the page says when. What is shown is never an estimate: it is what was counted, with the time of the counting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from articles.models import Article

LARGE = 100_000
"""From this many articles on, as the database itself estimates them, counts are kept."""
KEPT_SECONDS = 24 * 3600
"""They are counted again every few minutes (articles.count_again); where nobody does that, they are not kept longer."""
_SHAPE = 1
"""To be raised when a kept value changes its shape: what an older release kept is not read by a newer one."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Counted(Generic[Value]):
    """A value, and when it was counted where that is not now."""

    value: Value
    at: datetime | None = None


def is_large() -> bool:
    """Whether counting the archive takes longer than a reader should wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Article._meta.db_table])
        return bool(cursor.fetchone()[0] >= LARGE)


def _key(name: str) -> str:
    return f"counted-{_SHAPE}:{name}"


def counted(name: str, count: Callable[[], Value], seconds: int = KEPT_SECONDS) -> Counted[Value]:
    """What `count` answers, now or, in a large archive, when it was last asked. The value must be plain."""
    if not is_large():
        return Counted(count())
    kept: Counted[Value] | None = cache.get(_key(name))
    return kept or again(name, count, seconds)


def again(name: str, count: Callable[[], Value], seconds: int = KEPT_SECONDS) -> Counted[Value]:
    """Count now, and keep that."""
    now = timezone.now()
    kept = Counted(count(), now)
    cache.set(_key(name), kept, seconds)
    return kept
