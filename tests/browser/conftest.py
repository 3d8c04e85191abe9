"""A real Chromium before a served site, whose database holds the demonstration press as the real steps collected it.

The press is collected once, into a database of its own. Each module gets a copy of it, so tests may write what they
like; the database of the other tests is never touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from articles.pipeline import group
from articles.pipeline.analyse import analyse_next
from articles.pipeline.compare import compare_next
from articles.pipeline.extract import extract_next
from articles.pipeline.group import group_batch
from pressreview.demo import install
from pressreview.demo.press import running
from sources import fetcher
from sources.collecting import collect_next
from sources.models import Outlet
from tests.browser.visiting import Watch, sign_in, too_wide
from tests.factories import make_user

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Four of the twelve outlets, one of them foreign and one an agency: enough for every kind of page, and read in seconds.
KEPT = ["agence-transmission", "le-signal-numerique", "les-cahiers-de-l-economie", "the-channel-ledger"]
READ = 6  # articles whose quotes and names are looked for: the slowest step by far
SYSTEM = {"locale": "fr-FR", "color_scheme": "light", "reduced_motion": "reduce"}
PATIENCE = 10_000  # milliseconds: two busy cores are slow, and a page that answers never waits for so long

_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("these tests drive a real Chromium, and there is none: apt install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs a loop in this thread, and Django would take every query for one made inside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def _execute(statement: str) -> None:
    """Run a statement that no connection to the database that it is about may stand by."""
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def _database(name: str, template: str) -> Iterator[str]:
    """Work on a new database, a copy of another one, for the length of the block; gives its name."""
    before = connection.settings_dict["NAME"]
    _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    connection.settings_dict["NAME"] = name  # the dictionary that the server's threads connect by, too
    try:
        yield name
    finally:
        connection.settings_dict["NAME"] = before
        _execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _collect_the_press() -> None:
    """Every step over a part of the demonstration press, in this process."""
    with running() as address, override_settings(PRESSREVIEW_DEMO=True, PRESSREVIEW_DEMO_PORT=address.split(":")[-1]):
        fetcher.client.cache_clear()
        group._engine = None
        install.install()
        Outlet.objects.exclude(slug__in=KEPT).delete()
        client = fetcher.client()
        for step in (lambda: collect_next(client), lambda: extract_next(client), group_batch):
            while step():
                continue
        for _ in range(READ):
            analyse_next()
        while compare_next():
            continue
    fetcher.client.cache_clear()
    group._engine = None


@pytest.fixture(scope="package")
def press(chromium: Browser, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database that holds the demonstration press."""
    with django_db_blocker.unblock(), _database("pressreview_browser_press", "template1") as name:
        call_command("migrate", verbosity=0)
        _collect_the_press()
        yield name


@pytest.fixture(scope="module")
def site(press: str) -> Iterator[str]:
    """The address of a site that serves a copy of the collected press, which this module may change."""
    with _database("pressreview_browser_site", press):
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()


@pytest.fixture
def watch(site: str) -> Watch:
    return Watch(site)


@pytest.fixture
def open_page(chromium: Browser, site: str, watch: Watch) -> Iterator[Callable[..., Page]]:
    """A function that opens a page of a new visitor (`Browser.new_context` takes its options).

    At the end no page may have had a script error, a request that failed or left the site, or be too wide for a
    telephone.
    """
    pages: list[Page] = []

    def make(**options: object) -> Page:
        context = chromium.new_context(
            **{"base_url": site, **SYSTEM, **options}  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watch.on(page)
        pages.append(page)
        return page

    yield make
    wide = [f"{page.url}: {what}" for page in pages for what in too_wide(page)]
    for page in pages:
        page.context.close()
    assert watch.problems + wide == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A new visitor's page, on a desk."""
    return open_page()


@pytest.fixture
def signed_in(open_page: Callable[..., Page], site: str) -> Callable[..., Page]:
    """A function that opens a page, with the screens in English, of a new user with a role (of articles.perms)."""

    def make(role: str, **options: object) -> Page:
        page = open_page(locale="en-GB", **options)
        sign_in(page, site, make_user(f"user-{next(_numbers)}", role))
        return page

    return make
