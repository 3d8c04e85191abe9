"""Telling the administrators by e-mail, once when something breaks and once when it is fixed.

A message that a mail server has taken cannot be called back, so no transaction can hold both the message and its
mark: whoever dies between the two leaves either a message too many (mark after sending: at least once) or one too few
(mark before: at most once). Here the mark comes first. A duplicate would come just when workers die by the dozen, and
an alert that repeats itself is soon read by nobody, while one that is lost in this gap of milliseconds is not lost to
the newsroom: the incident stands on the page of the sources, which says that its sending was interrupted, and the
message that it is fixed tells all of it again.

So: what is to be told is a row with an empty `…_sent_at`. The mail server is spoken to first; where it cannot be
reached nothing is claimed, and beat comes back in a minute, for a day at most. Then all that waits is claimed for a
lease, is written down as one message, and gets its date of sending at the very moment when the message goes: a worker
that dies before that gives the rows back by itself, and the gap is one exchange on an open line. The claim is taken off
when the server has taken the message. A server that refuses it gives the rows back.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sources.models import Incident
from sources.models import IncidentQuerySet as Work

logger = logging.getLogger(__name__)
# A role of the newsroom. Its name belongs to articles.perms, which this application may not import: a test compares.
ADMINISTRATOR = "administrateur"
Step = Literal["alert", "fixed"]
_TEMPLATES = {"alert": "emails/incident_alert.txt", "fixed": "emails/incident_fixed.txt"}
_NAMED = 40


def recipients() -> list[str]:
    """Who is told: the addresses of the setting, or else those of the active administrators."""
    if settings.PRESSREVIEW_ALERTS_TO:
        return list(settings.PRESSREVIEW_ALERTS_TO)
    staff = User.objects.filter(Q(is_superuser=True) | Q(groups__name=ADMINISTRATOR), is_active=True)
    return sorted(set(staff.exclude(email="").values_list("email", flat=True)))


def has_mail() -> bool:
    """Whether messages leave this machine; else they are written to the log of the process that sends them."""
    return "console" not in settings.EMAIL_BACKEND


def tell(now: datetime) -> int:
    """Send what waits to be told, at most one message of what broke and one of what is fixed; how many were sent."""
    return _tell("alert", Incident.objects.to_alert(now), now) + _tell("fixed", Incident.objects.to_call_off(now), now)


def _tell(step: Step, work: Work, now: datetime) -> int:
    to = recipients() if work.exists() else []
    if not to:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        logger.error("no incident can be told by e-mail: %s", error)
        return 0
    try:
        incidents = _claim(step, work, now)
        return _send(step, incidents, lambda subject, text: _message(subject, text, to, connection).send(), now)
    finally:
        connection.close()


@transaction.atomic
def _claim(step: Step, work: Work, now: datetime) -> list[Incident]:
    """Take all that waits, for a lease."""
    rows = work.select_related("feed__outlet").select_for_update(skip_locked=True, of=("self",))
    incidents = list(rows.order_by("began_at", "pk"))
    _mark(incidents, **{f"{step}_claimed_at": now})
    return incidents


def _mark(incidents: list[Incident], **dates: datetime | None) -> None:
    Incident.objects.filter(pk__in=[incident.pk for incident in incidents]).update(**dates)


@transaction.atomic
def _is_ours(step: Step, incidents: list[Incident], claimed: datetime, now: datetime) -> bool:
    """Date the sending of all of them; False, and nothing is dated, where another worker has taken one meanwhile."""
    held = Incident.objects.filter(**{f"{step}_claimed_at": claimed, f"{step}_sent_at": None})
    if held.filter(pk__in=[incident.pk for incident in incidents]).update(**{f"{step}_sent_at": now}) == len(incidents):
        return True
    transaction.set_rollback(True)
    return False


def _send(step: Step, incidents: list[Incident], send: Callable[[str, str], object], now: datetime) -> int:
    if not incidents:
        return 0
    with translation.override(settings.LANGUAGE_CODE):  # accounts have no language of their own
        subject, text = _subject(step, incidents), _text(step, incidents)
    if not _is_ours(step, incidents, claimed=now, now=now):
        return 0
    try:
        send(subject, text)
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        logger.error("the mail server refuses to tell incidents: %s", error)
        _mark(incidents, **{f"{step}_claimed_at": None, f"{step}_sent_at": None})
        return 0
    except OSError as error:
        logger.error("%d incidents may or may not have been told by e-mail: %s", len(incidents), error)
        return 0
    _mark(incidents, **{f"{step}_claimed_at": None})
    return 1


def _message(subject: str, text: str, to: list[str], connection: object) -> EmailMessage:
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, text, to=to, headers=headers, connection=connection)


def _subject(step: Step, incidents: list[Incident]) -> str:
    if len(incidents) == 1:
        what = " ".join(str(incidents[0]).split())
        return f"[PressReview] {what}" if step == "alert" else _("[PressReview] Fixed: %(what)s") % {"what": what}
    if step == "fixed":
        said = ngettext("[PressReview] %d incident is over", "[PressReview] %d incidents are over", len(incidents))
    else:
        said = ngettext("[PressReview] %d source needs a look", "[PressReview] %d sources need a look", len(incidents))
    return said % len(incidents)


def _text(step: Step, incidents: list[Incident]) -> str:
    context = {
        "incidents": incidents[:_NAMED],
        "more": len(incidents[_NAMED:]),
        "count": len(incidents),
        "site": settings.PRESSREVIEW_ADDRESS,
    }
    return render_to_string(_TEMPLATES[step], context)
