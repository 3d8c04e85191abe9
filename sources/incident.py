"""What goes wrong with the sources, from its beginning to its end: told once when it begins, once when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sources import wording

# What is older than this is no news: it stands on the page and is sent to nobody.
NEWS = timedelta(days=1)
# What a worker took to tell and did not hand over is taken by another after this long.
LEASE = timedelta(seconds=settings.PRESSREVIEW_LEASE_SECONDS)
# A message that was begun this long ago and is not known to be sent may never have left.
IN_FLIGHT = timedelta(minutes=5)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def opened(self) -> IncidentQuerySet:
        """Those that last."""
        return self.filter(closed_at=None)

    def fixed_since(self, moment: datetime) -> IncidentQuerySet:
        """Those that ended at `moment` or later, the latest first."""
        return self.filter(closed_at__gte=moment).order_by("-closed_at", "-id")

    def to_alert(self, now: datetime) -> IncidentQuerySet:
        """The work list of the alert: recent ones that were not handed to a mail server and that no worker holds."""
        free = Q(alert_claimed_at=None) | Q(alert_claimed_at__lt=now - LEASE)
        return self.filter(free, alert_sent_at=None, opened_at__gt=now - NEWS)

    def to_call_off(self, now: datetime) -> IncidentQuerySet:
        """The work list of « fixed »: what was told as broken, has ended lately, and was not told as fixed."""
        free = Q(fixed_claimed_at=None) | Q(fixed_claimed_at__lt=now - LEASE)
        return self.filter(free, closed_at__gt=now - NEWS, alert_sent_at__isnull=False, fixed_sent_at=None)


class Incident(models.Model):
    """One thing that is wrong with one feed, or with our own network (no feed)."""

    class Kind(models.TextChoices):
        FAILING = "failing", _("is failing")
        GONE = "gone", _("is gone for good")
        SILENT = "silent", _("has fallen silent")
        UNREADABLE = "unreadable", _("announces articles that cannot be read")
        NETWORK = "network", _("Nothing can be reached: our own network is down")

    feed = models.ForeignKey(
        "sources.Feed", verbose_name=_("feed"), on_delete=models.CASCADE, null=True, related_name="incidents"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    facts: models.JSONField[dict[str, Any]] = models.JSONField(_("facts"), default=dict, blank=True)
    """What is known of the cause, for health.cause_in_words: "reason", "status", "error", "tries" of a failure;
    "rhythm" (seconds) of a silence; "unreadable" and "of" (counts) with "error" of articles that cannot be read."""
    began_at = models.DateTimeField(_("began"))
    """When the trouble began; it is an incident only once it has lasted."""
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    # A claim without a date of sending is a lease; with one, the message is on its way, or was interrupted there. What
    # the mail server has taken has the date alone.
    alert_claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    alert_sent_at = models.DateTimeField(_("alert sent"), null=True, blank=True, editable=False)
    fixed_claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    fixed_sent_at = models.DateTimeField(_("“fixed” sent"), null=True, blank=True, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-opened_at", "-id"]
        constraints = [
            # However many workers see it at once, it is one incident; the network's has no feed.
            models.UniqueConstraint(
                fields=["kind", "feed"], condition=Q(closed_at=None), nulls_distinct=False, name="one_open_incident"
            ),
        ]
        indexes = [models.Index(fields=["-closed_at"], name="incident_closed")]

    def __str__(self) -> str:
        name = str(self.get_kind_display())
        return f"{self.feed.outlet.name} {name}" if self.feed else name

    @property
    def cause(self) -> str:
        """Why, as a sentence in the reader's language; "" when nothing is known."""
        return wording.cause(self.facts)

    @property
    def sign(self) -> str:
        """The sign of the state that it is (see health.State)."""
        if self.closed_at:
            return "off" if self.was_given_up else "ok"
        return "warn" if self.kind in {self.Kind.SILENT, self.Kind.UNREADABLE} else "bad"

    @property
    def lasted(self) -> str:
        """How long the trouble lasted, once it is over: « 3 heures »."""
        return wording.duration(self.closed_at - self.began_at) if self.closed_at else ""

    @property
    def was_given_up(self) -> bool:
        """Whether it was closed because nobody watches the feed any more: that is told to nobody."""
        return self.closed_at is not None and self.fixed_sent_at == self.closed_at

    @property
    def is_untold(self) -> bool:
        """Whether a worker has ended while its alert was on the way to the mail server: it may not have arrived."""
        begun = self.alert_claimed_at
        return begun is not None and self.alert_sent_at is not None and timezone.now() - begun > IN_FLIGHT
