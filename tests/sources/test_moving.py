"""A feed takes the address that permanent redirects name, not at once, and never one that temporary ones name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from sources import moving, subscribing
from sources.collecting import collect_next
from sources.fetching.client import FetchError, Reason, Response
from sources.models import Entry, Feed, FetchAttempt
from sources.subscribing import AlreadyThere
from tests.fakes import FakeClient, item, make_feed, make_outlet, response, rss

pytestmark = pytest.mark.django_db
OLD, NEW, THIRD = "https://journal.example/feed", "https://www.journal.example/rss.xml", "https://flux.example/rss"


def leading(to: str, *, status: int = 200, number: int = 1) -> Response:
    answer = response(to or OLD, rss(item(number)) if status == 200 else "", status=status, headers={"etag": '"v"'})
    return replace(answer, requested_url=OLD, permanent_redirect_to=to)


class Clock:
    """Visits at moments that a test chooses."""

    def __init__(self) -> None:
        self.now: datetime = timezone.now()

    def visit(self, answer: Response | Exception, *, hours: float = 13) -> FetchAttempt:
        """The next visit to the feed that is at OLD, or was."""
        self.now += timedelta(hours=hours)
        feed = Feed.objects.at([OLD]).order_by("pk")[0]
        Feed.objects.exclude(pk=feed.pk).update(next_fetch_at=self.now + timedelta(days=9))
        Feed.objects.filter(pk=feed.pk).update(next_fetch_at=self.now)
        attempt = collect_next(FakeClient({feed.url: answer}))
        assert attempt is not None
        return attempt


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: made.now)
    return made


@pytest.fixture
def feed() -> Feed:
    return make_feed(url=OLD)


def url_of(feed: Feed) -> str:
    return Feed.objects.values_list("url", flat=True).get(pk=feed.pk)


def test_three_visits_over_a_day_move_the_feed(feed: Feed, clock: Clock) -> None:
    for _ in range(2):
        assert clock.visit(leading(NEW)).moved_from == ""
        assert url_of(feed) == OLD
    assert clock.visit(leading(NEW)).moved_from == OLD
    feed.refresh_from_db()
    assert (feed.url, feed.former_urls, feed.moved_to, feed.moved_times) == (NEW, [OLD], "", 0)
    assert feed.etag == '"v"'
    assert feed.failures == 0


def test_a_busy_feed_waits_out_the_day(feed: Feed, clock: Clock) -> None:
    for _ in range(23):
        clock.visit(leading(NEW), hours=1)
    assert url_of(feed) == OLD
    for _ in range(2):
        clock.visit(leading(NEW), hours=1)
    assert url_of(feed) == NEW


def test_a_feed_that_says_nothing_new_moves_all_the_same(feed: Feed, clock: Clock) -> None:
    clock.visit(leading(NEW))
    clock.visit(leading(NEW, status=304))
    clock.visit(leading(NEW, status=304))
    assert url_of(feed) == NEW


def test_a_visit_without_the_redirect_begins_the_count_again(feed: Feed, clock: Clock) -> None:
    for target in (NEW, NEW, "", NEW, NEW):
        clock.visit(leading(target))
    feed.refresh_from_db()
    assert (feed.url, feed.moved_times) == (OLD, 2)


def test_another_target_begins_the_count_again(feed: Feed, clock: Clock) -> None:
    for number in range(8):
        clock.visit(leading(f"{NEW}?session={number}"))
    assert url_of(feed) == OLD


def test_a_failure_says_nothing_either_way(feed: Feed, clock: Clock) -> None:
    failure = FetchError(Reason.TIMEOUT, "it took too long", url=OLD)
    for answer in (leading(NEW), failure, leading(NEW), replace(leading(THIRD), body=b"<html>"), leading(NEW)):
        clock.visit(answer)
    assert url_of(feed) == NEW


def test_a_target_that_is_no_feed_is_never_taken(feed: Feed, clock: Clock) -> None:
    for _ in range(5):
        attempt = clock.visit(replace(leading(NEW), body=b"<html><body>Domaine \xc3\xa0 vendre</body></html>"))
        assert attempt.outcome == "failed"
    feed.refresh_from_db()
    assert (feed.url, feed.moved_to) == (OLD, "")


@pytest.mark.parametrize(
    ("target", "is_fit"),
    [
        (NEW, True),
        ("http://journal.example/feed", False),
        ("https://journal.example/" + "a" * 1000, False),
        (OLD, False),
        ("", False),
    ],
)
def test_some_targets_are_not_stored(target: str, is_fit: bool) -> None:
    assert moving._is_fit(OLD, target) == is_fit
    assert moving._is_fit("http://journal.example/feed", OLD)


def test_the_address_of_another_feed_is_left_to_it(feed: Feed, clock: Clock) -> None:
    other = make_feed(make_outlet("La Gazette"), url=NEW)
    for number in range(5):
        assert clock.visit(leading(NEW, number=number)).outcome == "new"
    feed.refresh_from_db()
    assert (feed.url, feed.moved_to, feed.failures) == (OLD, NEW, 0)
    page = administrator().get(reverse("sources:detail", args=[feed.pk])).content.decode()
    assert reverse("sources:detail", args=[other.pk]) in page


def test_a_feed_moves_on_and_back(feed: Feed, clock: Clock) -> None:
    for target in (NEW, NEW, NEW, OLD, OLD, OLD):
        clock.visit(leading(target))
    feed.refresh_from_db()
    assert (feed.url, feed.former_urls) == (OLD, [NEW])


def administrator() -> Browser:
    browser = Browser()
    browser.force_login(User.objects.create_superuser("admin"))
    return browser


def test_the_feeds_page_and_its_visits_tell_the_move(feed: Feed, clock: Clock) -> None:
    browser = administrator()
    clock.visit(leading(NEW))
    page = browser.get(reverse("sources:detail", args=[feed.pk])).content.decode()
    assert f">{NEW}</a>" in page
    clock.visit(leading(NEW))
    clock.visit(leading(NEW))
    page = browser.get(reverse("sources:detail", args=[feed.pk])).content.decode()
    assert f"<code>{OLD}</code>" in page
    assert page.count(OLD) == 2


def test_a_feed_that_moved_is_known_by_its_old_address(feed: Feed) -> None:
    Feed.objects.update(url=NEW, former_urls=[OLD])
    assert subscribing.known_feed(OLD) == feed
    with pytest.raises(AlreadyThere):
        subscribing.add(name="Un autre", feed_url=OLD)
    opml = f"<opml version='2.0'><body><outline text='Journal' xmlUrl='{OLD}'/></body></opml>"
    assert subscribing.import_opml(opml.encode()) == subscribing.Imported(0, 1)


def test_a_feed_of_the_pack_that_moved_is_not_added_twice() -> None:
    [line] = subscribing.starter_pack()[:1]
    assert subscribing.switch_on([line.feed]) == 1
    Feed.objects.update(url=NEW, former_urls=[line.feed])
    assert subscribing.switch_on([line.feed]) == 0
    assert subscribing.switch_off([line.feed]) == 1
    assert Feed.objects.get().paused_at is not None


def test_a_declared_rhythm_outlives_an_answer_that_says_nothing_changed(feed: Feed, clock: Clock) -> None:
    said = rss(item(1)).replace("<channel>", "<channel><ttl>55</ttl>")
    clock.visit(response(OLD, said, headers={"etag": '"v"'}))
    Entry.objects.update(published="", seen_at=clock.now)
    clock.visit(response(OLD, "", status=304), hours=0.1)
    feed.refresh_from_db()
    assert feed.ttl == timedelta(minutes=55)
    assert feed.next_fetch_at - clock.now > timedelta(minutes=45)
