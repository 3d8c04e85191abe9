"""The collecting queue's tasks: safe to run twice, at rest when nothing is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from sources import bell, tasks
from sources.models import Entry, Feed, FetchAttempt
from tests.fakes import FakeClient, item, make_feed, response, rss

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were woken."""
    bells: list[str] = []
    monkeypatch.setattr(bell, "_send", bells.append)
    return bells


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> FakeClient:
    fake = FakeClient()
    monkeypatch.setattr(tasks, "client", lambda: fake)
    for number in (1, 2, 3):
        feed = make_feed(
            None if number == 1 else Feed.objects.earliest("pk").outlet, f"https://journal.example/{number}"
        )
        fake.answers[feed.url] = response(feed.url, rss(item(number)))
    return fake


def test_one_task_reads_all_that_is_due(client: FakeClient, rung: list[str]) -> None:
    assert tasks.collect_due() == 3
    assert tasks.collect_due() == 0
    assert Entry.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_new_entries_wake_the_next_step(client: FakeClient, rung: list[str]) -> None:
    tasks.collect_due()
    assert rung == ["articles.extract_pages"] * 3


@pytest.mark.django_db(transaction=True)
def test_a_shift_that_is_over_hands_on(client: FakeClient, rung: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SHIFT_SECONDS", 0.0)
    assert tasks.collect_due() == 1
    assert rung[-1] == "sources.collect_due"


@pytest.mark.django_db(transaction=True)
def test_a_bell_that_cannot_be_rung_loses_nothing(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*args: object, **options: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", unreachable)
    assert tasks.collect_due() == 3
    assert Entry.objects.count() == 3


def test_old_attempts_are_forgotten(client: FakeClient, rung: list[str]) -> None:
    tasks.collect_due()
    FetchAttempt.objects.filter(pk=FetchAttempt.objects.earliest("pk").pk).update(
        started_at=timezone.now() - tasks.KEEP_ATTEMPTS - timedelta(days=1)
    )
    assert tasks.prune_attempts() == 1
    assert FetchAttempt.objects.count() == 2
