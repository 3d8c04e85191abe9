"""What tests.benchmarks.collecting runs in processes of their own, on the settings that it gives them.

serve: the embedded servers, until standard input is closed.  prepare FEEDS PORT ARCHIVE: an empty database with these
feeds, all due, and so many entries of former days.  due: every feed due again.  collect: for each line of input, the
collecting task until nothing is due; answers with how many feeds were read, in how many seconds of computing.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path

import django

django.setup()

# Models can only be imported once Django is set up.
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from pressreview import embedded  # noqa: E402
from sources import confined  # noqa: E402
from sources.fetcher import client  # noqa: E402
from sources.models import Feed, FetchAttempt, Outlet  # noqa: E402
from sources.parsing.feeds import parse  # noqa: E402
from sources.tasks import collect_due  # noqa: E402
from tests.benchmarks import feed_press  # noqa: E402

_ARCHIVE = """
INSERT INTO sources_entry (outlet_id, feed_id, identity, alias, guid, url, title, authors, summary, content, tags,
    language, published, published_precision, seen_at, processed_at, outcome, error, tries, retry_at)
SELECT o.id, f.id, md5(n || 'a') || md5(n || 'b'), md5(n || 'c') || md5(n || 'd'), 'guid-' || n,
    'http://journal.example/archive/' || n, 'Un article des archives, numéro ' || n, ARRAY['Ada Lune'],
    repeat('Un résumé de quelques mots. ', 8), '', ARRAY['archives'], 'fr', '2025-01-01T08:00:00+01:00', 'second',
    now() - n * interval '20 seconds', now(), 'article', '', 1, now()
FROM generate_series(1, %s) AS n JOIN sources_feed f ON f.id = 1 + n %% %s JOIN sources_outlet o ON o.id = f.outlet_id
"""


def serve() -> None:
    with embedded.servers(settings.DATA_DIR):
        print("ready", flush=True)
        sys.stdin.read()


def prepare(feeds: int, port: int, archive: int) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sources_outlet RESTART IDENTITY CASCADE")
    outlets = [Outlet(name=f"Journal {number}", slug=f"journal-{number}") for number in range(feeds)]
    Feed.objects.bulk_create(
        Feed(outlet=outlet, url=feed_press.address(number, port), next_fetch_at=timezone.now())
        for number, outlet in enumerate(Outlet.objects.bulk_create(outlets))
    )
    with connection.cursor() as cursor:
        cursor.execute(_ARCHIVE, [archive, feeds])
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")  # else the first round pays for writing the archive down


def make_due() -> None:
    for error in FetchAttempt.objects.filter(outcome="failed").values_list("error", flat=True)[:3]:
        print(f"A feed failed, and the figures are worth nothing: {error}")
    Feed.objects.update(next_fetch_at=timezone.now())


def collect() -> None:
    """Warm up as a worker that has been running for a while, then read feeds at each line of input."""
    client()
    confined.call(parse, feed_press.feed(0, 1), url="http://127.0.0.1/")
    Feed.objects.count()
    logging.disable(logging.INFO)
    print("ready", flush=True)
    for _ in sys.stdin:
        read, before = 0, _computed()
        while more := collect_due():
            read += more
        print(read, _computed() - before, flush=True)


def _computed() -> float:
    """Seconds of computing so far, of this process, of its child that parses and of its session of Postgres."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        others = [confined._own.pid, cursor.fetchone()[0]]
    return time.process_time() + sum(_of_process(pid) for pid in others if pid)


def _of_process(pid: int) -> float:
    """On Linux; elsewhere these are not counted."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main(command: str, *numbers: str) -> None:
    if command == "serve":
        serve()
    elif command == "prepare":
        prepare(*map(int, numbers))
    elif command == "due":
        make_due()
    else:
        collect()


if __name__ == "__main__":
    main(*sys.argv[1:])
