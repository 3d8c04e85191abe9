"""Long jobs of the administrator: the history of an outlet brought in, many sites added. A job is its lines.

A line is one piece of the work: a sitemap, an uploaded file, a site's address. It is claimed with a lease and says how
far it has come, so that a killed worker costs what it did since its last step, and stopping and going on are one date.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import MD5
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

LEASE = timedelta(seconds=settings.PRESSREVIEW_LEASE_SECONDS)
# Lines that were refused are shown one by one up to this many; the others are only counted.
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a job's addresses: `done` of `total`, and of the done ones new, known before, refused."""

    total: int
    done: int
    new: int
    known: int
    refused: int


class ImportJob(models.Model):
    """Something that an administrator asked for and that takes its time."""

    class Kind(models.TextChoices):
        SITEMAP = "sitemap", _("sitemap")
        WARC = "warc", _("WARC file")
        CSV = "csv", _("list of addresses")
        SITES = "sites", _("sites to add")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    outlet = models.ForeignKey(
        "sources.Outlet", verbose_name=_("outlet"), on_delete=models.CASCADE, null=True, related_name="imports"
    )
    name = models.CharField(_("what is brought in"), max_length=1000)
    hosts = ArrayField(models.TextField(), verbose_name=_("hosts"), default=list, blank=True)
    """Addresses on these hosts, or on hosts under them, are the outlet's."""
    first_day = models.DateField(_("from"), null=True, blank=True)
    last_day = models.DateField(_("until"), null=True, blank=True)
    containing = models.CharField(_("only addresses that contain"), max_length=200, blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    """When its last line was done; the pages that it announced may still wait for their turn at their host."""
    cancelled_at = models.DateTimeField(_("stopped"), null=True, editable=False)
    paced_until = models.DateTimeField(null=True, editable=False)
    """When the last of its pages is due: they are spread at the pace that their host is read at."""

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("sources:job", args=[self.pk])

    def ends_before(self, said: str) -> bool:
        """Whether all that a partial date (ISO 8601) may mean is before the chosen days."""
        return self.first_day is not None and said[:10] < self.first_day.isoformat()[: len(said[:10])]

    def begins_after(self, said: str) -> bool:
        """Whether all that a partial date may mean is after the chosen days."""
        return self.last_day is not None and said[:10] > self.last_day.isoformat()[: len(said[:10])]

    @property
    def counts(self) -> Counts:
        """The sums over its lines, asked for now."""
        names = ("total", "done", "new", "known", "refused")
        found = self.lines.aggregate(**{name: Sum(name, default=0) for name in names})
        return Counts(**found)


class ImportLineQuerySet(models.QuerySet["ImportLine"]):
    def open(self) -> ImportLineQuerySet:
        """The work list: lines that are not done, of jobs that nobody stopped."""
        return self.filter(done_at=None, job__cancelled_at=None)

    def claim(self, now: datetime) -> ImportLine | None:
        """Take the line that has been due longest, for LEASE; call it in a transaction. None when none is due.

        Every claim counts as a try until a step is stored: a line that kills its worker is known by its tries.
        """
        free = self.open().filter(retry_at__lte=now).filter(Q(leased_until=None) | Q(leased_until__lt=now))
        line = free.order_by("retry_at", "id").select_for_update(skip_locked=True, of=("self",)).first()
        if line is not None:
            line.leased_until, line.tries = now + LEASE, line.tries + 1
            line.save(update_fields=["leased_until", "tries"])
        return line

    def relock(self, claimed: ImportLine) -> ImportLine | None:
        """Lock a claimed line again, with its job, to store a step; None when it was taken over or its job stopped."""
        rows = self.open().filter(pk=claimed.pk, leased_until=claimed.leased_until).select_related("job")
        return rows.select_for_update(of=("self", "job")).order_by("pk").first()


class ImportLine(models.Model):
    """One piece of a job's work, with what came of it so far."""

    class Outcome(models.TextChoices):
        WAITING = "", _("waiting")
        DONE = "done", _("read")
        ADDED = "added", _("added")
        KNOWN = "known", _("here already")
        REFUSED = "refused", _("left out")

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="lines")
    address = models.TextField(_("address"))
    """A sitemap's, a file's path or a site's."""
    title = models.CharField(_("title"), max_length=300, blank=True)
    """The name of the site, where the list gave it."""
    depth = models.PositiveSmallIntegerField(default=0)
    """How many indexes lead to this sitemap."""

    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    position = models.PositiveBigIntegerField(default=0)
    """Where to go on after a step: a byte of a WARC file, a row of a list."""
    size = models.PositiveBigIntegerField(default=0)
    """The position at which it ends; 0 where positions say nothing."""
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING, blank=True)
    note = models.TextField(_("note"), blank=True)
    problems: models.JSONField[list[list[Any]]] = models.JSONField(default=list, blank=True)
    """[place, content, why] of what was left out: a line or record number, what stands there, a sentence."""
    found: models.JSONField[list[dict[str, str]]] = models.JSONField(default=list, blank=True)
    """The feeds that a site has: {"url", "title", "kind"}."""
    feed = models.ForeignKey("sources.Feed", on_delete=models.SET_NULL, null=True, related_name="+")

    done_at = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    retry_at = models.DateTimeField(editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    objects = ImportLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of imports")
        ordering = ["job", "id"]
        constraints = [models.UniqueConstraint("job", MD5("address"), name="import_line_once")]
        indexes = [models.Index(fields=["retry_at", "id"], condition=Q(done_at=None), name="import_line_open")]

    def __str__(self) -> str:
        return self.title or self.address

    def note_problem(self, place: int, content: str, why: str) -> None:
        """Count something that was left out, and keep it to be shown as long as there is room."""
        self.refused += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append([place, content[:300], why])


class ArchivedPage(models.Model):
    """A page that an import brought along, kept until its entry becomes an article: it is not fetched again."""

    entry = models.OneToOneField("sources.Entry", on_delete=models.CASCADE, related_name="archived")
    url = models.URLField(max_length=2000)
    content_type = models.CharField(max_length=200, blank=True)
    archived_at = models.DateTimeField()
    packed = models.BinaryField()

    class Meta:
        verbose_name = _("archived page")
        verbose_name_plural = _("archived pages")

    def __str__(self) -> str:
        return self.url

    @staticmethod
    def pack(body: bytes) -> bytes:
        """The page's bytes, compressed for `packed`."""
        return gzip.compress(body, 6)

    @property
    def body(self) -> bytes:
        """The page's bytes as they were archived."""
        return gzip.decompress(bytes(self.packed))

    @property
    def headers(self) -> Mapping[str, str]:
        """What a fetch of it would have said."""
        return {"content-type": self.content_type}
