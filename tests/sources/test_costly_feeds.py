"""A feed that costs too much fails by itself: the worker that took it reads the next one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from sources import confined, health, subscribing
from sources.collecting import collect_next
from sources.confined import Confined
from sources.confined_child import MB, Limits
from sources.fetching.client import Response
from sources.models import Entry, Feed
from tests.fakes import FakeClient, item, make_feed, make_outlet, response, rss
from tests.tricks import break_down, spin_over

pytestmark = pytest.mark.django_db
URL, NEXT = "https://journal.example/feed", "https://gazette.example/feed"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Confined]:
    """A reader with little patience, in the place of the usual one."""
    made = Confined(Limits(cpu_seconds=0.5, seconds=20, memory=96 * MB))
    monkeypatch.setattr(confined, "call", made.call)
    yield made
    made.stop()


def body(url: str, *items: str) -> Response:
    return response(url, rss(*items))


def test_a_feed_that_never_ends_fails_and_the_next_is_read(small: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = make_feed(url=URL, next_fetch_at=timezone.now() - timedelta(hours=1))
    make_feed(make_outlet("La Gazette"), url=NEXT)
    client = FakeClient({URL: body(URL, item(1)), NEXT: body(NEXT, item(2))})
    with monkeypatch.context() as patched:
        patched.setattr("sources.collecting.parse", spin_over)
        first = collect_next(client)
    second = collect_next(client)
    assert first is not None
    assert second is not None
    assert (first.outcome, first.status, second.outcome) == ("failed", 200, "new")
    feed.refresh_from_db()
    assert (feed.failures, feed.leased_until, feed.etag) == (1, None, "")
    assert feed.next_fetch_at > timezone.now()


def test_the_reason_is_told_where_the_state_of_the_feed_is(small: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = make_feed(url=URL)
    monkeypatch.setattr("sources.collecting.parse", spin_over)
    collect_next(FakeClient({URL: body(URL, item(1))}))
    feed.refresh_from_db()
    [row] = health.overview(Feed.objects.select_related("outlet"), timezone.now())
    assert feed.last_error
    assert feed.last_error in row.state.reason
    assert feed.attempts.get().error == feed.last_error


def test_a_feed_of_endless_numbers_takes_no_more_memory_than_it_may(small: Confined) -> None:
    make_feed(url=URL)
    bomb = '{"version": "https://jsonfeed.org/version/1.1", "items": [' + "[]," * 4_000_000 + "[]]}"
    attempt = collect_next(FakeClient({URL: response(URL, bomb)}))
    assert attempt is not None
    assert attempt.outcome == "failed"
    assert "96" in attempt.error


@pytest.mark.parametrize("name", ["a@" * 32_000, "(a" * 32_000, " &lt;" * 13_000, "a " * 32_000])
def test_an_author_of_64_kilobytes_costs_no_time(small: Confined, name: str) -> None:
    make_feed(url=URL)
    attempt = collect_next(FakeClient({URL: body(URL, item(1, extra=f"<author>{name}</author>"), item(2))}))
    assert attempt is not None
    assert (attempt.outcome, attempt.entries_new) == ("new", 2)
    assert all(len(author) <= 200 for entry in Entry.objects.all() for author in entry.authors)


def test_looking_at_a_site_tells_what_happened(small: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.subscribing.parse", break_down)
    with pytest.raises(confined.Failed) as caught:
        subscribing.preview(URL, FakeClient({URL: body(URL, item(1))}))
    assert subscribing.in_words(caught.value) == str(caught.value)


def test_a_list_of_feeds_that_breaks_its_reader_adds_none(small: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.parsing.opml.read", break_down)
    with pytest.raises(confined.Failed):
        subscribing.import_opml(b"<opml/>")
    assert Feed.objects.count() == 0
