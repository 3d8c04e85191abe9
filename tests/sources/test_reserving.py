"""What outlets' sites reserve is noted where it is met, with its beginning, and asked for once a week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from articles.pipeline.extract import extract_next
from sources import reserving
from sources.collecting import collect
from sources.fetching.client import FetchError, Reason
from sources.fetching.errors import Busy
from sources.models import Feed, Outlet
from sources.parsing.reservation import PATH, Reservation
from tests.fakes import FakeClient, html, item, make_entry, make_feed, make_outlet, response, rss

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SITE, FILE = "https://journal.example/tech/", f"https://journal.example{PATH}"
POLICY = "https://journal.example/licence"


def noted() -> tuple[bool | None, str]:
    outlet = Outlet.objects.get()
    return outlet.tdm_reserved, outlet.tdm_policy


def test_a_feeds_header_is_noted_with_since_when() -> None:
    feed = make_feed()
    headers = {"tdm-reservation": "1", "tdm-policy": POLICY}
    collect(feed, FakeClient({feed.url: response(feed.url, rss(item(1)), headers=headers)}))
    assert noted() == (True, POLICY)
    since = Outlet.objects.get().tdm_since
    feed = Feed.objects.select_related("outlet").get()
    collect(feed, FakeClient({feed.url: response(feed.url, rss(item(2)), headers=headers)}))
    assert Outlet.objects.get().tdm_since == since is not None


def test_a_pages_metadata_is_noted() -> None:
    entry = make_entry()
    page = html("Un titre", head='<meta name="tdm-reservation" content="1">')
    extract_next(FakeClient({entry.url: response(entry.url, page)}))
    assert noted() == (True, "")


def test_one_page_takes_no_reservation_back_and_the_site_does() -> None:
    outlet = make_outlet()
    reserving.note(outlet, Reservation(True), NOW)
    reserving.note(outlet, Reservation(False), NOW)
    reserving.note(outlet, None, NOW)
    assert noted() == (True, "")
    reserving.note(outlet, Reservation(False), NOW + timedelta(days=1), of_all=True)
    assert noted() == (False, "")
    assert Outlet.objects.get().tdm_since == NOW + timedelta(days=1)


def test_the_sites_file_is_asked_for_once_a_week() -> None:
    make_feed(make_outlet(homepage=SITE))
    client = FakeClient({FILE: response(FILE, '[{"location": "/tech/", "tdm-reservation": 1}]')})
    assert reserving.ask_next(client, NOW) == Outlet.objects.get()
    assert noted() == (True, "")
    assert reserving.ask_next(client, NOW + timedelta(days=6)) is None
    assert reserving.ask_next(client, NOW + timedelta(days=8))
    assert len(client.asked) == 2


def test_a_site_without_the_file_says_nothing_and_a_busy_one_is_asked_soon() -> None:
    make_feed(make_outlet(homepage=SITE))
    client = FakeClient({FILE: FetchError(Reason.HTTP_ERROR, "404", status=404)})
    assert reserving.ask_next(client, NOW)
    assert noted() == (None, "")
    Outlet.objects.update(tdm_checked_at=None)
    client.answers[FILE] = Busy("journal.example", timedelta(seconds=3))
    assert reserving.ask_next(client, NOW)
    assert reserving.ask_next(client, NOW) is None
    assert reserving.ask_next(client, NOW + timedelta(hours=2))


def test_outlets_that_are_not_collected_are_not_asked() -> None:
    make_feed(make_outlet(homepage=SITE, is_active=False))
    make_outlet("Sans fil", homepage=SITE)
    assert reserving.ask_next(FakeClient(), NOW) is None
