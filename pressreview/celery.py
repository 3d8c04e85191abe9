"""The Celery application: its queues, its limits and the whole beat table.

Postgres holds the work (rows that are not processed yet) and Redis only rings the bell: a message that is lost or
doubled costs seconds and never an article. Every step is rung by the step before and, whatever happens, by beat.
"""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pressreview.settings")

app = Celery("pressreview")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    timezone="Europe/Paris",
    task_ignore_result=True,
    task_default_queue="default",
    task_routes={
        "sources.collect_due": {"queue": "collect"},
        "sources.read_reservations": {"queue": "collect"},
        "sources.work_imports": {"queue": "collect"},
        "articles.extract_pages": {"queue": "extract"},
        "articles.refresh_pages": {"queue": "extract"},
        "articles.group_articles": {"queue": "group"},
        "articles.analyse_articles": {"queue": "analyse"},
    },
    # A step works for about ten seconds, then rings again; past these it is killed and its rows come back.
    task_soft_time_limit=75,
    task_time_limit=85,
    worker_prefetch_multiplier=1,
    # A message that waits in a busy worker is out of date when its turn comes, and another queue's with it.
    worker_disable_prefetch=True,
    worker_max_memory_per_child=350_000,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600, "socket_timeout": 10, "socket_connect_timeout": 5},
    beat_schedule={
        "collect what is due": {"task": "sources.collect_due", "schedule": 10, "options": {"expires": 10}},
        "work on imports": {"task": "sources.work_imports", "schedule": 10, "options": {"expires": 10}},
        "extract what waits": {"task": "articles.extract_pages", "schedule": 10, "options": {"expires": 10}},
        "count again": {"task": "articles.count_again", "schedule": 300, "options": {"expires": 300}},
        "look again": {"task": "articles.refresh_pages", "schedule": 60, "options": {"expires": 60}},
        "read what is in a story": {"task": "articles.analyse_articles", "schedule": 15, "options": {"expires": 15}},
        "group what waits": {"task": "articles.group_articles", "schedule": 15, "options": {"expires": 15}},
        "forget old fingerprints": {"task": "articles.forget_prints", "schedule": crontab(hour=4, minute=37)},
        "watch the feeds": {"task": "sources.watch_feeds", "schedule": 60, "options": {"expires": 60}},
        "watch their rhythms": {"task": "sources.watch_rhythms", "schedule": crontab(minute=7)},
        "read what is reserved": {"task": "sources.read_reservations", "schedule": crontab(minute="*/10")},
        "drop old texts": {"task": "articles.drop_old_texts", "schedule": crontab(hour=3, minute=41)},
        "forget old attempts": {"task": "sources.prune_attempts", "schedule": crontab(hour=4, minute=17)},
    },
)
app.autodiscover_tasks()
