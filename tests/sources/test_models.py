"""Rows that are work: who may take them, for how long, and what happens to those that nobody gives back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from sources.models import LEASE, Entry, Feed, Outlet, relock
from tests.fakes import make_entry, make_feed, make_outlet

pytestmark = pytest.mark.django_db


def claim() -> Entry | None:
    with transaction.atomic():
        return Entry.objects.claim(timezone.now())


def test_the_entry_that_has_waited_longest_comes_first() -> None:
    make_entry(1)
    make_entry(2, retry_at=timezone.now() - timedelta(hours=1))
    taken = claim()
    assert taken is not None
    assert taken.title == "Article numéro 2"


def test_a_taken_entry_is_not_taken_again_within_its_lease() -> None:
    make_entry()
    assert claim() is not None
    assert claim() is None


def test_an_entry_comes_back_when_its_worker_was_killed_and_counts_its_tries() -> None:
    make_entry()
    claim()
    Entry.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    taken = claim()
    assert taken is not None
    assert taken.tries == 2


def test_an_entry_to_be_tried_later_waits_for_its_time() -> None:
    make_entry(retry_at=timezone.now() + timedelta(minutes=1))
    assert claim() is None


def test_a_processed_entry_is_never_taken() -> None:
    make_entry().finish(Entry.Outcome.ARTICLE, timezone.now())
    assert claim() is None


def test_a_row_is_locked_again_only_by_the_worker_that_holds_it() -> None:
    make_entry()
    mine = claim()
    assert mine is not None
    with transaction.atomic():
        assert relock(mine) == mine
    Entry.objects.update(leased_until=timezone.now() + LEASE * 2)
    with transaction.atomic():
        assert relock(mine) is None


def test_an_entry_exists_once_in_its_outlet() -> None:
    make_entry(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_entry(1)
    make_entry(1, outlet=make_outlet("Agence"))
    assert Entry.objects.count() == 2


def test_the_address_of_a_feed_exists_once() -> None:
    make_feed()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_feed(make_outlet("Agence"))


def test_a_removed_feed_leaves_its_entries() -> None:
    feed = make_feed()
    make_entry(feed=feed, outlet=feed.outlet)
    feed.delete()
    assert Entry.objects.get().feed is None


def test_only_outlets_that_are_switched_on_are_collected() -> None:
    make_outlet("Agence", is_active=False)
    switched_on = make_outlet()
    assert list(Outlet.objects.collected()) == [switched_on]


def test_a_feed_is_taken_without_holding_up_its_outlet() -> None:
    feed = make_feed()
    with transaction.atomic():
        Feed.objects.claim(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT relation::regclass::text FROM pg_locks WHERE mode = 'RowShareLock'")
            assert ("sources_outlet",) not in cursor.fetchall()
    assert feed.outlet.feeds.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_two_workers_take_the_same_entry() -> None:
    outlet = make_outlet()
    for number in range(40):
        make_entry(number, outlet)
    barrier, taken = threading.Barrier(4), []

    def take_all() -> None:
        try:
            barrier.wait()
            while entry := claim():
                taken.append(entry.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(take_all) for _ in range(4)]:
            future.result()
    assert len(taken) == len(set(taken)) == 40
