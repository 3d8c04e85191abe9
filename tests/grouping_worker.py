"""A process that groups until nothing waits, over a database of the tests: `python -m tests.grouping_worker NAME`."""

from __future__ import annotations

import os
import sys
import time

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from articles.models import Article  # noqa: E402 - models need the set-up above
from articles.pipeline import group  # noqa: E402

PATIENCE = 60.0


def main() -> int:
    """Group batch after batch of two; how many articles this process grouped."""
    group.BATCH = 2
    done, end = 0, time.monotonic() + PATIENCE
    while Article.objects.filter(grouped_at=None).exists() and time.monotonic() < end:
        done += group.group_batch()
    return done


if __name__ == "__main__":
    print(main())
