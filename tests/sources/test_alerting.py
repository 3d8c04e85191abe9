"""One message when something breaks and one when it is fixed, however often a worker dies."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from articles import perms
from sources import alerting
from sources.models import Feed, Incident, Outlet

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """The end of a worker: nothing that it left open is closed."""


@pytest.fixture(autouse=True)
def told(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PRESSREVIEW_ALERTS_TO = ["louis@revue.example"]
    settings.PRESSREVIEW_ADDRESS = "https://revue.example"


def incident(number: int = 1, **facts: Any) -> Incident:
    outlet = Outlet.objects.create(name=f"L’Écho & fils {number}", slug=f"titre-{number}")
    feed = Feed.objects.create(outlet=outlet, url=f"https://t{number}.example/rss", next_fetch_at=NOW)
    known = {"kind": "failing", "began_at": NOW - timedelta(hours=3), "opened_at": NOW}
    cause = {"reason": "http_error", "status": 503, "error": "…", "tries": 4}
    return Incident.objects.create(feed=feed, facts=cause, **{**known, **facts})


def texts() -> list[str]:
    return [f"{message.subject}\n{message.body}" for message in mail.outbox]


def test_the_role_has_the_name_that_the_newsroom_gives_it() -> None:
    assert alerting.ADMINISTRATOR == perms.ADMINISTRATOR


def test_an_incident_is_told_once_with_its_reason_and_where_to_look() -> None:
    one = incident()
    assert [alerting.tell(NOW + minute * MINUTE) for minute in range(4)] == [1, 0, 0, 0]
    (text,) = texts()
    assert mail.outbox[0].to == ["louis@revue.example"]
    assert "L’Écho & fils 1" in text.splitlines()[0]
    for said in ("503", "https://t1.example/rss", f"https://revue.example/sources/fils/{one.feed_id}/"):
        assert said in text
    one.refresh_from_db()
    assert one.alert_sent_at == NOW


def test_its_end_is_told_once_and_never_before_its_beginning() -> None:
    one = incident()
    Incident.objects.update(closed_at=NOW + MINUTE)
    assert [alerting.tell(NOW + 2 * MINUTE), alerting.tell(NOW + 3 * MINUTE)] == [2, 0]
    one.refresh_from_db()
    assert one.fixed_sent_at == NOW + 2 * MINUTE
    assert len(mail.outbox) == 2


def test_what_breaks_together_is_told_together() -> None:
    for number in range(60):
        incident(number)
    assert alerting.tell(NOW) == 1
    assert "60" in mail.outbox[0].subject
    assert mail.outbox[0].body.count("/sources/fils/") == 40
    assert not Incident.objects.filter(alert_sent_at=None).exists()


def test_the_networks_incident_has_no_feed() -> None:
    Incident.objects.create(kind="network", began_at=NOW, opened_at=NOW, facts={"hosts": 400})
    alerting.tell(NOW)
    assert "400" in mail.outbox[0].body


@pytest.mark.parametrize(("language", "word"), [("fr", "h"), ("en", "Since")])
def test_the_message_speaks_the_sites_language(language: str, word: str, settings: Any) -> None:
    settings.LANGUAGE_CODE = language
    incident()
    alerting.tell(NOW)
    assert word in mail.outbox[0].body
    assert ("Since" in mail.outbox[0].body) == (language == "en") or language == "fr"


def test_without_a_setting_the_administrators_with_an_address_are_told(settings: Any) -> None:
    settings.PRESSREVIEW_ALERTS_TO = []
    group = Group.objects.get(name=perms.ADMINISTRATOR)
    people: dict[str, dict[str, Any]] = {"ada": {}, "off": {"is_active": False}, "mute": {"email": ""}}
    for name, facts in people.items():
        User.objects.create_user(name, **{"email": f"{name}@revue.example", **facts}).groups.add(group)
    User.objects.create_superuser("root", email="root@revue.example")
    User.objects.create_user("reader", email="reader@revue.example")
    assert alerting.recipients() == ["ada@revue.example", "root@revue.example"]


def test_with_nobody_to_tell_the_work_waits(settings: Any) -> None:
    settings.PRESSREVIEW_ALERTS_TO = []
    incident()
    assert alerting.tell(NOW) == 0
    settings.PRESSREVIEW_ALERTS_TO = ["ada@revue.example"]
    assert alerting.tell(NOW + timedelta(hours=1)) == 1


def test_old_news_are_told_to_nobody() -> None:
    incident()
    assert alerting.tell(NOW + timedelta(days=2)) == 0


# --- workers and servers that die ------------------------------------------------------------------------------------


def die(*args: Any, **options: Any) -> None:
    raise Killed


def test_a_worker_killed_between_sending_and_marking_sends_no_second_message(monkeypatch: pytest.MonkeyPatch) -> None:
    one, mark = incident(), alerting._mark

    def killed_after_sending(incidents: Any, **dates: Any) -> None:
        die() if mail.outbox else mark(incidents, **dates)

    with monkeypatch.context() as patch:
        patch.setattr(alerting, "_mark", killed_after_sending)
        with pytest.raises(Killed):
            alerting.tell(NOW)
    for minute in range(1, 200):
        alerting.tell(NOW + minute * MINUTE)
    assert len(mail.outbox) == 1
    one.refresh_from_db()
    assert one.is_untold  # nobody can know that it arrived, and the page says so


def test_a_worker_killed_while_it_sends_leaves_it_to_the_page_and_to_the_message_of_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = incident()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", die)
        with pytest.raises(Killed):
            alerting.tell(NOW)
    assert alerting.tell(NOW + timedelta(hours=1)) == 0
    one.refresh_from_db()
    assert one.is_untold
    Incident.objects.update(closed_at=NOW + MINUTE)
    assert alerting.tell(NOW + timedelta(hours=2)) == 1
    assert "503" in mail.outbox[0].body


@pytest.mark.parametrize("place", ["_mark", "_text", "_is_ours"])
def test_what_a_worker_held_that_was_killed_before_sending_is_told_by_the_next(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident()
    with monkeypatch.context() as patch:
        patch.setattr(alerting, place, die)
        with pytest.raises(Killed):
            alerting.tell(NOW)
    assert mail.outbox == []
    assert [alerting.tell(NOW + minute * MINUTE) for minute in (2, 3, 4)] == [1, 0, 0]


def test_a_worker_whose_lease_ran_out_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    one, text = incident(), alerting._text

    def slow(*args: Any) -> str:
        Incident.objects.update(alert_claimed_at=NOW + 5 * MINUTE)  # another one has it
        return text(*args)

    monkeypatch.setattr(alerting, "_text", slow)
    assert alerting.tell(NOW) == 0
    one.refresh_from_db()
    assert one.alert_sent_at is None


def test_a_server_that_cannot_be_reached_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise ConnectionRefusedError

    incident()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "open", refuse)
        assert alerting.tell(NOW) == 0
    assert [alerting.tell(NOW + MINUTE), alerting.tell(NOW + MINUTE)] == [1, 0]


@pytest.mark.parametrize(
    ("error", "again"),
    [(smtplib.SMTPDataError(451, b"later"), 1), (smtplib.SMTPServerDisconnected("gone"), 0), (TimeoutError(), 0)],
)
def test_a_refused_message_is_sent_again_and_one_whose_fate_is_unknown_is_not(
    error: Exception, again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise error

    incident()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", fail)
        assert alerting.tell(NOW) == 0
    assert alerting.tell(NOW + MINUTE) == again
