"""How long every kind of page takes over a large archive.

python -m tests.benchmarks.pages_speed [--articles N] [--build] [--only WORDS] [--statements]

The archive is made in the data folder that PRESSREVIEW_DATA names, and kept there for the next run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pressreview.settings")
os.environ.setdefault("PRESSREVIEW_DATA", "/tmp/pressreview-archive")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from articles.converters import Week  # noqa: E402
from articles.models import Article, Entity, Story  # noqa: E402
from pressreview import embedded  # noqa: E402
from pressreview.wsgi import application  # noqa: E402, F401 - what it sets for a process of the site holds here too
from sources.models import Outlet  # noqa: E402
from tests.benchmarks import archive  # noqa: E402

TIMES = 20
GOAL_MS = 100.0


def pages() -> dict[str, str]:
    """One address, or several that differ, of every kind of public page."""
    last = Article.objects.order_by("-sort_at").values_list("day", flat=True)[0]
    assert last is not None
    middle = last.replace(year=last.year - 5)
    large = Story.objects.by_coverage().first()
    small = Story.objects.filter(outlet_count=1).order_by("-last_at").first()
    outlet = Outlet.objects.order_by("id")[0]
    article = Article.objects.order_by("-id")[0]
    named = Entity.objects.get(pk=1), Entity.objects.get(pk=15_000)
    deep = Story.objects.current().filter(outlet_count__gt=1).count() // 60
    return {
        "front page": "/",
        "day, five years ago": f"/revue/{middle}/",
        "week, five years ago": f"/revue/{Week.of(middle)}/",
        "articles of a day": f"/revue/{middle}/articles/",
        "archive": "/revue/",
        "archive, five years ago": f"/revue/?annee={middle.year}",
        "stories": "/histoires/",
        "stories, half way down": f"/histoires/?page={deep}",
        "stories by coverage": "/histoires/?tri=couverture",
        "stories by coverage, half way down": f"/histoires/?tri=couverture&page={deep}",
        "stories of one outlet": "/histoires/?tri=un-titre",
        "a large story": large.get_absolute_url() if large else "/",
        "a small story": small.get_absolute_url() if small else "/",
        "article": article.get_absolute_url(),
        "outlets": "/titres/",
        "outlet": outlet.get_absolute_url(),
        "people": "/personnes/",
        "people, page 50": "/personnes/?page=50",
        "a person named everywhere": named[0].get_absolute_url(),
        "a person named seldom": named[1].get_absolute_url(),
        "search: in every article": f"/recherche/?q={archive.EVERYWHERE}",
        "search: in every article, page 400": f"/recherche/?q={archive.EVERYWHERE}&page=400",
        "search: in one of twenty": f"/recherche/?q={archive.OFTEN}",
        "search: in a hundred": f"/recherche/?q={archive.SELDOM}",
        "search: everywhere, one outlet": f"/recherche/?q={archive.EVERYWHERE}&titre={outlet.slug}",
        "search: everywhere, one month": f"/recherche/?q={archive.EVERYWHERE}&mois={middle:%Y-%m}",
        "editions": "/editions/",
        "feed": "/fil.atom",
    }


def measured(client: Client, address: str) -> tuple[int, list[float]]:
    """The number of statements, and the milliseconds of the first answer and of TIMES more."""
    cache.clear()
    with CaptureQueriesContext(connection) as statements:
        first = _timed(client, address)
    count = len(statements)
    return count, [first, *(_timed(client, address) for _ in range(TIMES))]


def _timed(client: Client, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address, headers={"host": "localhost"})
    taken = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    return taken


def _slowest(client: Client, address: str) -> None:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        client.get(address, headers={"host": "localhost"})
    for query in sorted(captured.captured_queries, key=lambda one: -float(one["time"]))[:3]:
        print(f"      {float(query['time']) * 1000:7.0f} ms  {query['sql'][:1500]}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages_speed", description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--build", action="store_true", help="build the archive and stop")
    parser.add_argument("--only", default="", help="only pages whose name holds this")
    parser.add_argument("--statements", action="store_true", help="show the slowest statements of each page")
    options = parser.parse_args(arguments)
    data = Path(settings.DATA_DIR)
    data.mkdir(parents=True, exist_ok=True)
    (data / "static").mkdir(exist_ok=True)
    with embedded.servers(data):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if not Article.objects.exists():
            started = time.monotonic()
            archive.build(options.articles)
            print(f"{Article.objects.count()} articles in {Story.objects.count()} stories, built in "
                  f"{time.monotonic() - started:.0f} s", flush=True)  # fmt: skip
        if not options.build:
            _report(options.only, show_statements=options.statements)
        connection.close()
    return 0


def _report(only: str, *, show_statements: bool) -> None:
    cache.clear()
    client = Client()
    _timed(client, "/a-propos/")  # what the process loads once is no page's time
    slow = 0
    print(f"{'':38} {'first':>7} {'best':>7} {'median':>7} {'worst':>7}  statements   (ms, of {TIMES} after the first)")
    for name, address in pages().items():
        if only not in name:
            continue
        statements, (first, *later) = measured(client, address)
        best, median, worst = min(later), statistics.median(later), max(later)
        slow += median > GOAL_MS
        mark = " <" if median > GOAL_MS else ""
        times = f"{first:7.0f} {best:7.0f} {median:7.0f} {worst:7.0f}"
        print(f"{name:38} {times}  {statements:10}{mark}", flush=True)
        if show_statements:
            _slowest(client, address)
    print(f"{slow} pages over {GOAL_MS:.0f} ms")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
