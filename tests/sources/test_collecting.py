"""One feed that is due becomes its new entries, once, whatever goes wrong on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sources.collecting import collect, collect_next, store
from sources.fetching.client import FetchError, Reason, Response
from sources.fetching.errors import Busy
from sources.models import LEASE, Entry, Feed, FetchAttempt
from sources.parsing.feeds import parse
from tests.fakes import Answer, FakeClient, item, make_feed, make_outlet, response, rss
from tests.tricks import break_down, crash_over

pytestmark = pytest.mark.django_db
URL = "https://journal.example/feed"


@pytest.fixture
def feed() -> Feed:
    return make_feed(url=URL)


@pytest.fixture
def client() -> FakeClient:
    return FakeClient({URL: response(URL, rss(item(1), item(2)), headers={"etag": '"v1"'})})


def collect_again(client: FakeClient) -> FetchAttempt:
    """The next poll, as if its time had come."""
    Feed.objects.update(next_fetch_at=timezone.now() - timedelta(seconds=1))
    attempt = collect_next(client)
    assert attempt is not None
    return attempt


def test_new_entries_are_stored(feed: Feed, client: FakeClient) -> None:
    attempt = collect_next(client)
    assert attempt is not None
    assert (attempt.outcome, attempt.entries_found, attempt.entries_new) == ("new", 2, 2)
    assert set(Entry.objects.values_list("title", flat=True)) == {"Article numéro 1", "Article numéro 2"}


def test_an_entry_keeps_its_date_as_it_was_said(feed: Feed, client: FakeClient) -> None:
    collect_next(client)
    entry = Entry.objects.get(title="Article numéro 1")
    assert (entry.published, entry.published_precision) == ("2024-02-28T10:01:00+01:00", "second")


def test_the_feed_learns_its_format_title_and_validators(feed: Feed, client: FakeClient) -> None:
    collect_next(client)
    feed.refresh_from_db()
    assert (feed.kind, feed.title, feed.etag) == ("rss", "Le Journal", '"v1"')
    assert feed.last_success_at is not None
    assert feed.last_entry_at is not None
    assert feed.next_fetch_at > timezone.now()
    assert feed.leased_until is None


def test_nothing_is_collected_before_its_time(feed: Feed, client: FakeClient) -> None:
    collect_next(client)
    assert collect_next(client) is None
    assert len(client.asked) == 1


def test_a_second_poll_stores_nothing_again(feed: Feed, client: FakeClient) -> None:
    collect_next(client)
    client.answers[URL] = response(URL, rss(item(2), item(1), "<!-- moved -->"))
    assert collect_again(client).outcome == "same"
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("other", ["failing", "new"])
@pytest.mark.parametrize(("minutes", "is_first"), [(4, True), (6, False)])
def test_failing_and_new_feeds_let_healthy_ones_go_first_for_a_while(minutes: int, is_first: bool, other: str) -> None:
    now = timezone.now()
    outlet = make_outlet()
    due = {other: now - timedelta(minutes=minutes, seconds=5), "healthy": now - timedelta(seconds=5)}
    for name, at in due.items():
        since = now - timedelta(days=1) if name == "failing" else None
        read = None if name == "new" else now - timedelta(days=2)
        make_feed(
            outlet, f"https://journal.example/{name}", next_fetch_at=at, failing_since=since, last_success_at=read
        )
    with transaction.atomic():
        claimed = Feed.objects.claim(now)
    assert claimed is not None
    assert claimed.url.endswith("healthy" if is_first else other)


def test_the_pages_of_one_feed_are_due_one_after_the_other(feed: Feed, client: FakeClient, settings: Any) -> None:
    settings.PRESSREVIEW_HOST_GAP = 2.0
    client.answers[URL] = response(URL, rss(item(1), item(2), item(3)))
    collect_next(client)
    first, second, third = Entry.objects.order_by("retry_at").values_list("retry_at", flat=True)
    assert second - first == third - second == timedelta(seconds=2)


def test_a_feed_that_has_not_changed_for_a_week_is_asked_for_whole(feed: Feed, client: FakeClient) -> None:
    collect_next(client)
    FetchAttempt.objects.update(started_at=timezone.now() - timedelta(days=8))
    collect_again(client)
    assert client.asked[-1] == (URL, "", "")
    collect_again(client)
    assert client.asked[-1] == (URL, '"v1"', "")


def test_the_validators_are_sent_back_and_a_304_stores_nothing(feed: Feed, client: FakeClient) -> None:
    collect_next(client)
    client.answers[URL] = response(URL, b"", status=304)
    assert collect_again(client).outcome == "unchanged"
    assert client.asked[-1] == (URL, '"v1"', "")
    feed.refresh_from_db()
    assert feed.etag == '"v1"'


def test_an_unchanged_body_is_not_parsed_again(feed: Feed, client: FakeClient) -> None:
    collect_next(client)
    attempt = collect_again(client)
    assert (attempt.outcome, attempt.entries_found) == ("unchanged", 0)


def test_a_second_feed_of_the_outlet_adds_nothing(feed: Feed, client: FakeClient) -> None:
    second = make_feed(feed.outlet, "https://journal.example/feed/tech")
    client.answers[second.url] = response(second.url, rss(item(2), item(3)))
    collect_next(client)
    attempt = collect_next(client)
    assert attempt is not None
    assert attempt.entries_new == 1
    assert Entry.objects.count() == 3


def test_two_outlets_may_announce_the_same_address(feed: Feed, client: FakeClient) -> None:
    other = make_feed(make_outlet("Agence"), "https://agence.example/feed")
    client.answers[other.url] = response(other.url, rss(item(1)))
    collect_next(client)
    collect_next(client)
    assert Entry.objects.count() == 3


@pytest.mark.parametrize(
    "failure",
    [
        FetchError(Reason.TIMEOUT, "It took too long."),
        FetchError(Reason.HTTP_ERROR, "It answered with the error 503.", status=503),
        FetchError(Reason.ADDRESS_REFUSED, "It is at a private address."),
        response(URL, "<html><body>Bonjour</body></html>"),
        response(URL, b"\x00\xff\xfe garbage"),
        response(URL, b""),
    ],
)
def test_a_failing_feed_notes_its_error_and_backs_off(feed: Feed, client: FakeClient, failure: Answer) -> None:
    client.answers[URL] = failure
    collect_again(client)
    first = Feed.objects.get()
    assert (first.failures, bool(first.last_error), bool(first.failing_since)) == (1, True, True)
    wait = first.next_fetch_at - timezone.now()
    for _ in range(4):
        collect_again(client)
    last = Feed.objects.get()
    assert last.failures == 5
    assert last.failing_since == first.failing_since
    assert last.next_fetch_at - timezone.now() > wait
    assert Entry.objects.count() == 0


def test_a_failing_feed_recovers(feed: Feed, client: FakeClient) -> None:
    good = client.answers[URL]
    client.answers[URL] = FetchError(Reason.TIMEOUT, "It took too long.")
    collect_again(client)
    client.answers[URL] = good
    assert collect_again(client).outcome == "new"
    feed.refresh_from_db()
    assert (feed.failures, feed.last_error, feed.failing_since) == (0, "", None)


def test_a_feed_that_is_gone_is_parked(feed: Feed, client: FakeClient) -> None:
    client.answers[URL] = FetchError(Reason.GONE, "It is gone for good (410).", status=410)
    collect_again(client)
    feed.refresh_from_db()
    assert feed.gone_at is not None
    Feed.objects.update(next_fetch_at=timezone.now() - timedelta(days=1))
    assert collect_next(client) is None


def test_our_own_pace_is_no_failure_of_the_feed(feed: Feed, client: FakeClient) -> None:
    client.answers[URL] = Busy("journal.example", timedelta(seconds=7))
    collect_next(client)
    feed.refresh_from_db()
    assert (feed.failures, feed.last_error, feed.leased_until) == (0, "", None)
    assert timedelta(0) < feed.next_fetch_at - timezone.now() <= timedelta(seconds=7)
    assert not FetchAttempt.objects.exists()


def test_a_paused_feed_and_a_switched_off_outlet_are_left_alone(feed: Feed, client: FakeClient) -> None:
    Feed.objects.update(paused_at=timezone.now())
    assert collect_next(client) is None
    Feed.objects.update(paused_at=None)
    feed.outlet.is_active = False
    feed.outlet.save()
    assert collect_next(client) is None


def test_a_worker_that_lost_its_lease_writes_nothing(feed: Feed, client: FakeClient) -> None:
    def answer_late() -> Response:
        Feed.objects.update(leased_until=timezone.now() + timedelta(seconds=300))  # another worker has it
        return response(URL, rss(item(1)))

    client.answers[URL] = answer_late
    attempt = collect_next(client)
    assert attempt is not None
    assert attempt.error == "lease lost"
    assert not Entry.objects.exists()
    assert not FetchAttempt.objects.exists()


def test_what_an_admin_changes_during_a_fetch_stays(feed: Feed, client: FakeClient) -> None:
    def answer_while_pausing() -> Response:
        Feed.objects.update(paused_at=timezone.now())
        return response(URL, rss(item(1)))

    client.answers[URL] = answer_while_pausing
    collect_next(client)
    feed.refresh_from_db()
    assert feed.paused_at is not None


def test_a_feed_whose_worker_was_killed_is_read_again_after_its_lease(feed: Feed, client: FakeClient) -> None:
    with transaction.atomic():
        assert Feed.objects.claim(timezone.now()) == feed
    assert collect_next(client) is None
    Feed.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert collect_next(client) is not None
    assert Entry.objects.count() == 2


def test_a_feed_that_kills_its_workers_is_tried_less_and_less(feed: Feed) -> None:
    now = timezone.now()
    for _ in range(5):
        with transaction.atomic():
            claimed = Feed.objects.claim(now)
        assert claimed is not None
        assert claimed.leased_until is not None
        wait, now = claimed.leased_until - now, claimed.leased_until + timedelta(seconds=1)
    assert wait > 8 * LEASE
    assert Feed.objects.get().failures == 4


@pytest.mark.parametrize(("trick", "said"), [(break_down, "RecursionError"), (crash_over, "SIGSEGV")])
def test_a_parser_that_fails_is_a_failure_of_the_feed(
    feed: Feed, client: FakeClient, monkeypatch: pytest.MonkeyPatch, trick: Callable[..., object], said: str
) -> None:
    monkeypatch.setattr("sources.collecting.parse", trick)
    attempt = collect_next(client)
    assert attempt is not None
    assert (attempt.outcome, attempt.status) == ("failed", 200)
    feed.refresh_from_db()
    assert (feed.failures, feed.leased_until) == (1, None)
    assert said in feed.last_error


def test_one_bad_entry_does_not_stop_the_batch(feed: Feed) -> None:
    entries = list(parse(rss(item(1), item(2), item(3)).encode(), url=URL, headers={}).entries)
    entries[0] = replace(entries[0], title="nul \x00 character")
    entries[1] = replace(entries[1], url="https://journal.example/" + "a" * 3000)
    assert store(feed, entries, timezone.now()) == 1
    assert Entry.objects.get().title == "Article numéro 3"


def test_an_article_at_a_new_address_is_known_by_its_guid(feed: Feed, client: FakeClient) -> None:
    client.answers[URL] = response(URL, rss(item(1, guid="g1"), item(2, guid="g2")))
    collect_next(client)
    moved = item(1, guid="g1", url="https://journal.example/tech/le-nouveau-chemin")
    client.answers[URL] = response(URL, rss(moved, item(2, guid="g2")))
    assert collect_again(client).entries_new == 0
    assert Entry.objects.count() == 2


def test_a_guid_used_again_for_another_article_hides_nothing(feed: Feed, client: FakeClient) -> None:
    client.answers[URL] = response(URL, rss(item(1, guid="g1")))
    collect_next(client)
    other = item(7, guid="g1", title="Tout autre chose", url="https://journal.example/articles/7")
    client.answers[URL] = response(URL, rss(other))
    assert collect_again(client).entries_new == 1


def test_entries_wait_in_the_order_of_publication(feed: Feed, client: FakeClient) -> None:
    collect_next(client)
    assert [entry.title for entry in Entry.objects.order_by("retry_at")] == ["Article numéro 2", "Article numéro 1"]


@pytest.mark.django_db(transaction=True)
def test_no_two_workers_take_the_same_feed() -> None:
    outlet = make_outlet()
    for number in range(6):
        make_feed(outlet, f"https://journal.example/feed/{number}")
    barrier = threading.Barrier(6)

    def take() -> int | None:
        try:
            barrier.wait()
            with transaction.atomic():
                feed = Feed.objects.claim(timezone.now())
            return feed.pk if feed else None
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = [future.result() for future in [pool.submit(take) for _ in range(6)]]
    assert len([pk for pk in taken if pk]) == len({pk for pk in taken if pk})
    assert Feed.objects.exclude(leased_until=None).count() == len({pk for pk in taken if pk})


@pytest.mark.django_db(transaction=True)
def test_two_feeds_of_an_outlet_read_at_once_store_each_article_once() -> None:
    outlet, addresses = make_outlet(), [f"https://journal.example/feed/{number}" for number in range(4)]
    same = rss(*(item(number) for number in range(30)))
    feeds = [make_feed(outlet, address, leased_until=timezone.now() + LEASE) for address in addresses]
    client = FakeClient({address: response(address, same) for address in addresses})
    barrier = threading.Barrier(4)

    def read(feed: Feed) -> int:
        try:
            barrier.wait()
            return collect(feed, client).entries_new
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(read, feeds))
    assert sorted(new) == [0, 0, 0, 30]
    assert Entry.objects.count() == 30
