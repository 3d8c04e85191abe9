"""Incidents: not at the first hiccup, one for each trouble, one for a whole network, and an end to each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sources import watching
from sources.models import Entry, Feed, FetchAttempt, Incident, Outlet

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    bells: list[str] = []
    monkeypatch.setattr(watching, "ring", bells.append)
    return bells


def make_feed(number: int = 1, **facts: Any) -> Feed:
    """A feed that was read five minutes ago."""
    outlet = Outlet.objects.create(name=f"Titre {number}", slug=f"titre-{number}")
    known = {"last_success_at": NOW - 5 * MINUTE, "last_entry_at": NOW - HOUR, "next_fetch_at": NOW + HOUR}
    return Feed.objects.create(outlet=outlet, url=f"https://t{number}.example/rss", **{**known, **facts})


def failing(number: int = 1, since: timedelta = 3 * HOUR, failures: int = 3, **facts: Any) -> Feed:
    known = {"last_reason": "http_error", "last_status": 503, "last_error": "503", "last_success_at": NOW - since}
    return make_feed(number, failing_since=NOW - since, failures=failures, **{**known, **facts})


def speak(feed: Feed, every: timedelta, count: int, until: datetime = NOW) -> None:
    """Entries at a rhythm, the latest at `until`."""
    for number in range(count):
        at = until - every * number
        Entry.objects.create(
            outlet=feed.outlet, feed=feed, identity=f"{feed.pk}-{number}", seen_at=at, retry_at=at,
            published=at.isoformat(), published_precision="second",
        )  # fmt: skip


def opened(*kinds: str) -> list[Incident]:
    return list(Incident.objects.opened().filter(kind__in=kinds or Incident.Kind.values))


def attempt(feed: Feed, at: datetime, outcome: str = "same", **facts: Any) -> None:
    FetchAttempt.objects.create(feed=feed, started_at=at, outcome=outcome, **facts)


# --- one feed --------------------------------------------------------------------------------------------------------


def test_a_first_hiccup_is_no_incident() -> None:
    failing(1, since=10 * MINUTE, failures=1)
    failing(2, since=20 * MINUTE, failures=3)
    failing(3, since=3 * HOUR, failures=2)
    watching.watch_feeds(NOW)
    assert opened() == []


def test_a_failure_that_lasts_is_one_incident_however_often_it_is_looked_at() -> None:
    feed = failing()
    for minutes in range(5):
        watching.watch_feeds(NOW + minutes * MINUTE)
    (incident,) = opened()
    assert (incident.feed, incident.kind, incident.began_at) == (feed, "failing", feed.failing_since)
    assert "503" in incident.cause


@pytest.mark.parametrize(("every", "told"), [(10 * MINUTE, True), (8 * HOUR, False)])
def test_a_feed_that_speaks_often_is_missed_sooner(every: timedelta, told: bool) -> None:
    speak(failing(since=90 * MINUTE), every, 60)
    watching.watch_feeds(NOW)
    assert bool(opened()) == told


def test_the_first_success_closes_it() -> None:
    feed = failing()
    watching.watch_feeds(NOW)
    Feed.objects.filter(pk=feed.pk).update(failing_since=None, failures=0, last_success_at=NOW + MINUTE)
    watching.watch_feeds(NOW + 2 * MINUTE)
    incident = Incident.objects.get()
    assert incident.closed_at == NOW + 2 * MINUTE
    assert incident.fixed_sent_at is None


def test_what_flaps_is_an_incident_ever_less_often() -> None:
    feed, at, day = failing(since=timedelta(0)), NOW, 0
    while at < NOW + DAY:  # it fails for three hours, and works for a minute
        Feed.objects.filter(pk=feed.pk).update(failing_since=at, failures=9)
        for _ in range(18):
            at += 10 * MINUTE
            watching.watch_feeds(at)
        Feed.objects.filter(pk=feed.pk).update(failing_since=None, failures=0)
        watching.watch_feeds(at)
        at, day = at + MINUTE, day + 1
    assert day == 8
    assert Incident.objects.count() == 1  # the second time it would have had to fail for four hours


def test_a_feed_that_is_gone_is_told_at_once_and_as_nothing_else() -> None:
    feed = failing()
    watching.watch_feeds(NOW)
    Feed.objects.filter(pk=feed.pk).update(gone_at=NOW, last_reason="gone", last_status=410)
    watching.watch_feeds(NOW + MINUTE)
    assert [incident.kind for incident in opened()] == ["gone"]
    assert Incident.objects.get(kind="failing").was_given_up  # nobody is told that it is fixed
    Feed.objects.filter(pk=feed.pk).update(gone_at=None)
    watching.watch_feeds(NOW + 2 * MINUTE)
    assert [incident.kind for incident in opened()] == ["gone"]  # it was resumed, and has not answered yet
    Feed.objects.filter(pk=feed.pk).update(failing_since=None)
    watching.watch_feeds(NOW + 3 * MINUTE)
    assert opened() == []


@pytest.mark.parametrize("pause", ["feed", "outlet"])
def test_what_a_person_pauses_is_closed_and_told_to_nobody(pause: str) -> None:
    feed = failing()
    watching.watch_feeds(NOW)
    if pause == "feed":
        Feed.objects.update(paused_at=NOW)
    else:
        Outlet.objects.update(is_active=False)
    watching.watch_feeds(NOW + MINUTE)
    assert opened() == []
    assert not Incident.objects.to_call_off(NOW + MINUTE).exists()
    assert feed.incidents.count() == 1


def test_two_workers_that_see_the_same_open_one_incident() -> None:
    feed = failing()
    for _ in range(2):
        watching._open([Incident(feed=feed, kind="failing", began_at=NOW, opened_at=NOW)])
        watching._open([Incident(kind="network", began_at=NOW, opened_at=NOW)])
    assert Incident.objects.count() == 2


# --- our own network -------------------------------------------------------------------------------------------------


def cut_off(feeds: Iterable[Feed], since: datetime) -> None:
    """Nothing that these feeds were asked came through."""
    Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).update(
        failing_since=since, failures=1, last_reason="dns", last_error="no such name", next_fetch_at=since + HOUR
    )


@pytest.fixture
def four_hundred() -> list[Feed]:
    outlets = Outlet.objects.bulk_create(Outlet(name=f"T{n}", slug=f"t{n}") for n in range(400))
    return Feed.objects.bulk_create(
        Feed(outlet=outlet, url=f"https://{outlet.slug}.example/rss", next_fetch_at=NOW, last_success_at=NOW - MINUTE)
        for outlet in outlets
    )


def test_an_outage_of_four_hundred_feeds_is_one_incident(four_hundred: list[Feed], rung: list[str]) -> None:
    cut_off(four_hundred, NOW)
    for minutes in range(1, 180, 20):
        watching.watch_feeds(NOW + minutes * MINUTE)
        watching.watch_rhythms(NOW + minutes * MINUTE)
    (incident,) = opened()
    assert (incident.kind, incident.feed, incident.facts["hosts"]) == ("network", None, 400)
    assert not Feed.objects.exclude(paused_at=None, gone_at=None).exists()
    assert "sources.collect_due" in rung  # one of them is tried at each look


def test_the_first_answer_ends_it_and_forgives_what_it_made_fail(four_hundred: list[Feed]) -> None:
    cut_off(four_hundred, NOW)
    watching.watch_feeds(NOW + 3 * MINUTE)
    attempt(four_hundred[7], NOW + HOUR)
    watching.watch_feeds(NOW + HOUR + MINUTE)
    assert opened() == []
    assert Incident.objects.get().closed_at == NOW + HOUR + MINUTE
    assert Feed.objects.filter(failing_since=None, failures=0, next_fetch_at=NOW + HOUR + MINUTE).count() == 400
    watching.watch_feeds(NOW + 2 * HOUR)
    assert opened() == []


def test_while_it_lasts_a_feed_is_tried_at_each_look(four_hundred: list[Feed]) -> None:
    cut_off(four_hundred, NOW)
    watching.watch_feeds(NOW + 3 * MINUTE)
    watching.watch_feeds(NOW + 4 * MINUTE)
    assert Feed.objects.due(NOW + 4 * MINUTE).count() == 1


def test_one_site_that_answers_tells_that_the_network_is_there(four_hundred: list[Feed]) -> None:
    cut_off(four_hundred[1:], NOW)
    Feed.objects.filter(pk=four_hundred[0].pk).update(last_success_at=NOW + MINUTE)
    watching.watch_feeds(NOW + 5 * MINUTE)
    assert opened() == []


def test_sites_that_answer_with_errors_are_reached(four_hundred: list[Feed]) -> None:
    cut_off(four_hundred, NOW)
    Feed.objects.update(last_reason="http_error", last_status=503)
    watching.watch_feeds(NOW + 5 * MINUTE)
    assert opened() == []


def test_dead_sites_of_old_are_no_outage() -> None:
    for number in range(5):
        failing(number, since=3 * DAY, last_reason="dns", failures=12)
    make_feed(9)
    watching.watch_feeds(NOW)
    assert {incident.kind for incident in opened()} == {"failing"}


# --- silence, and articles that cannot be read -----------------------------------------------------------------------


def test_silence_is_judged_by_the_feeds_own_rhythm() -> None:
    chatty, slow = make_feed(1, last_entry_at=NOW - 4 * DAY), make_feed(2, last_entry_at=NOW - 4 * DAY)
    speak(chatty, HOUR, 60, until=NOW - 4 * DAY)
    speak(slow, 3 * DAY, 6, until=NOW - 4 * DAY)
    watching.watch_rhythms(NOW)
    (incident,) = opened()
    assert (incident.feed, incident.kind) == (chatty, "silent")
    Feed.objects.filter(pk=chatty.pk).update(last_entry_at=NOW)
    watching.watch_rhythms(NOW + HOUR)
    assert opened() == []


def test_what_we_could_not_hear_is_no_silence() -> None:
    feed = make_feed(last_entry_at=NOW - 4 * DAY, last_success_at=NOW - 3.9 * DAY)
    speak(feed, HOUR, 60, until=NOW - 4 * DAY)
    watching.watch_rhythms(NOW)
    assert opened() == []


def announce(feed: Feed, count: int, outcome: str, error: str = "") -> None:
    first = Entry.objects.count()
    for number in range(first, first + count):
        Entry.objects.create(
            outlet=feed.outlet, feed=feed, identity=f"{number}", seen_at=NOW, retry_at=NOW, processed_at=NOW,
            outcome=outcome, error=error,
        )  # fmt: skip


def test_articles_that_cannot_be_read_are_an_incident_with_the_commonest_reason() -> None:
    feed = make_feed()
    announce(feed, 4, "article")
    announce(feed, 3, "refused", "no article was found on the page")
    watching.watch_rhythms(NOW)
    assert opened() == []
    announce(feed, 3, "feed_text", "403")
    announce(feed, 2, "feed_text", "403")
    watching.watch_rhythms(NOW)
    (incident,) = opened()
    assert (incident.kind, incident.facts) == ("unreadable", {"unreadable": 8, "of": 12, "error": "403"})
    announce(feed, 9, "article")
    watching.watch_rhythms(NOW + MINUTE)
    assert opened() == []


def test_what_is_left_out_on_purpose_is_no_incident() -> None:
    announce(make_feed(1), 9, "unwanted")
    paid = make_feed(2)
    Outlet.objects.filter(pk=paid.outlet_id).update(paywall="full")
    announce(paid, 9, "feed_text", "its pages are not visited")
    watching.watch_rhythms(NOW)
    assert opened() == []


def test_looking_asks_no_more_of_the_database_for_more_feeds(django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        speak(failing(number, since=2 * DAY, last_entry_at=NOW - 9 * DAY), HOUR, 6, until=NOW - 9 * DAY)
    with django_assert_max_num_queries(20):
        watching.watch_feeds(NOW)
    assert len(opened()) == 12
