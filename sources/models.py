"""Outlets, their feeds, what the feeds said, and every attempt to read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from psycopg2 import sql
from psycopg2.extras import execute_values

from sources import wording
from sources.incident import Incident, IncidentQuerySet
from sources.jobs import ArchivedPage, ImportJob, ImportLine
from sources.parsing import css
from sources.parsing.dates import Precision
from sources.terms import Terms

__all__ = [
    "ArchivedPage", "DatePrecision", "Entry", "Feed", "FetchAttempt", "ImportJob", "ImportLine", "Incident",
    "IncidentQuerySet", "Outlet", "relock",
]  # fmt: skip

# A step that was killed while it held a row gives it back after this long.
LEASE = timedelta(seconds=settings.PRESSREVIEW_LEASE_SECONDS)
# A row that has been taken this often without an end is put aside and shown: it may be what kills the workers.
MOST_TRIES = 4
MOST_DOUBLINGS = 5
YIELDING = timedelta(minutes=5)
MOST_CSS = 500
MOST_URL = 1000
MOST_NAME = 120


class DatePrecision(models.TextChoices):
    """How much of a date its source gave; "" where it gave none."""

    SECOND = Precision.SECOND.value, _("second")
    MINUTE = Precision.MINUTE.value, _("minute")
    DAY = Precision.DAY.value, _("day")
    MONTH = Precision.MONTH.value, _("month")
    YEAR = Precision.YEAR.value, _("year")


def valid_selector(selector: str) -> None:
    """Raise ValidationError, quoting the selector, when it is no CSS."""
    try:
        css.compiled(selector)
    except ValueError as error:
        raise ValidationError(
            _("“%(selector)s” is not a CSS selector: %(reason)s."),
            code="not_css",
            params={"selector": selector, "reason": str(error)},
        ) from error


def css_field(label: Any) -> models.CharField[str, str]:
    """One optional CSS selector; commas part alternatives."""
    return models.CharField(label, max_length=MOST_CSS, blank=True, validators=[valid_selector])


class OutletQuerySet(models.QuerySet["Outlet"]):
    def collected(self) -> OutletQuerySet:
        """Outlets that an admin has switched on."""
        return self.filter(is_active=True)


class Outlet(Terms):
    """A title of the press (« titre »): a newspaper, a site, an agency."""

    class Kind(models.TextChoices):
        TECH = "tech", _("technology press")
        BUSINESS = "business", _("business press")
        GENERAL = "general", _("general press")
        AGENCY = "agency", _("press agency")
        TRADE = "trade", _("trade press")
        INSTITUTION = "institution", _("institution")

    name = models.CharField(_("name"), max_length=MOST_NAME)
    slug = models.SlugField(_("address on this site"), max_length=120, unique=True)
    homepage = models.URLField(_("site"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.TECH)
    language = models.CharField(_("language"), max_length=8, default="fr")
    owner = models.CharField(_("owner"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    is_active = models.BooleanField(_("collected"), default=True)
    is_demo = models.BooleanField(_("demonstration"), default=False, editable=False)
    aliases = ArrayField(
        models.CharField(max_length=MOST_NAME), verbose_name=_("other names"), default=list, blank=True
    )  # fmt: skip
    """What others call it when they credit it, beside its name: « l’AFP », « Reuters France »."""
    created_at = models.DateTimeField(_("added on"), auto_now_add=True)

    body_selector = css_field(_("selector of the text"))
    title_selector = css_field(_("selector of the headline"))
    author_selector = css_field(_("selector of the authors"))
    date_selector = css_field(_("selector of the date"))
    remove_selectors = ArrayField(
        models.CharField(max_length=MOST_CSS, validators=[valid_selector]),
        verbose_name=_("selectors of what to remove"), default=list, blank=True,
    )  # fmt: skip
    selectors_failed_since = models.DateTimeField(null=True, blank=True, editable=False)
    """The first page of this outlet, since the last that matched them all, on which a selector found nothing."""

    objects = OutletQuerySet.as_manager()

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        """Raises ValidationError, naming the selector, when one is no CSS: a broken one is never kept."""
        for selector in filter(None, self.all_selectors):
            valid_selector(selector)
        super().save(**options)

    def get_absolute_url(self) -> str:
        return reverse("outlets:detail", args=[self.slug])

    @property
    def all_selectors(self) -> list[str]:
        """The selectors of this outlet's pages; "" for those that are not set."""
        found = [self.body_selector, self.title_selector, self.author_selector, self.date_selector]
        return [*found, *self.remove_selectors]


class FeedQuerySet(models.QuerySet["Feed"]):
    def collectable(self) -> FeedQuerySet:
        """Feeds that nobody has paused, of outlets that are switched on."""
        return self.filter(paused_at=None, gone_at=None, outlet__is_active=True)

    def at(self, urls: Iterable[str]) -> FeedQuerySet:
        """Feeds whose address is, or once was, one of these."""
        urls = list(urls)
        return self.filter(Q(url__in=urls) | Q(former_urls__overlap=urls))

    def due(self, now: datetime) -> FeedQuerySet:
        """Feeds whose time has come and that no worker holds."""
        return self.collectable().filter(next_fetch_at__lte=now).filter(Q(leased_until=None) | Q(leased_until__lt=now))

    def claim(self, now: datetime) -> Feed | None:
        """Take the feed that has waited longest, for LEASE; call it in a transaction. None when nothing is due.

        A feed that was taken and never given back may be what killed its worker: that is a failure like any other,
        and it is held longer each time, so that it cannot kill one worker after another.
        """
        # A feed that fails costs the most time, and many new ones may come at once: those that do well and come due
        # soon after go first.
        is_well = Q(failing_since=None, last_success_at__isnull=False)
        turn = Case(When(is_well, then=F("next_fetch_at")), default=F("next_fetch_at") + YIELDING)
        feed = (
            self.due(now)
            .select_related("outlet")
            .order_by(turn)
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if feed is None:
            return None
        if feed.leased_until is not None:
            feed.failures, feed.failing_since = feed.failures + 1, feed.failing_since or now
            feed.last_error = "The worker that was reading this feed ended before it was done."
            feed.last_reason, feed.last_status = "", None
        feed.leased_until = now + LEASE * 2 ** min(feed.failures, MOST_DOUBLINGS)
        feed.save(
            update_fields=["leased_until", "failures", "failing_since", "last_error", "last_reason", "last_status"]
        )
        return feed


class Feed(models.Model):
    """An address where an outlet announces what it publishes (« flux »)."""

    class Kind(models.TextChoices):
        UNKNOWN = "", _("not read yet")
        RSS = "rss", "RSS"
        RDF = "rdf", "RSS 1.0"
        ATOM = "atom", "Atom"
        JSON = "json", "JSON Feed"
        SITEMAP = "sitemap", _("news sitemap")

    outlet = models.ForeignKey(Outlet, verbose_name=_("outlet"), on_delete=models.CASCADE, related_name="feeds")
    url = models.URLField(_("address"), max_length=MOST_URL, unique=True)
    former_urls = ArrayField(
        models.CharField(max_length=MOST_URL), verbose_name=_("former addresses"), default=list, blank=True
    )  # fmt: skip
    """Where it was before permanent redirects led on, oldest first."""
    kind = models.CharField(_("format"), max_length=8, choices=Kind, default=Kind.UNKNOWN, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)

    etag = models.CharField(max_length=500, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    body_hash = models.CharField(max_length=64, blank=True, editable=False)
    ttl = models.DurationField(null=True, blank=True, editable=False)
    """The rhythm that the feed itself declared when it was last read."""

    moved_to = models.CharField(max_length=MOST_URL, blank=True, editable=False)
    """Where a permanent redirect leads, as the last visits in a row said it; see sources.moving."""
    moved_since = models.DateTimeField(null=True, blank=True, editable=False)
    moved_times = models.PositiveSmallIntegerField(default=0, editable=False)

    next_fetch_at = models.DateTimeField(_("next try"), db_index=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    last_error = models.TextField(_("last error"), blank=True, editable=False)
    last_reason = models.CharField(max_length=20, blank=True, editable=False)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    """With `last_reason` (a fetching.errors.Reason), the last error for whoever does not read English."""
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    last_entry_at = models.DateTimeField(_("last new entry"), null=True, blank=True, editable=False)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    gone_at = models.DateTimeField(_("gone since"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("added on"), auto_now_add=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        ordering = ["outlet__name", "url"]

    def __str__(self) -> str:
        return self.url

    @property
    def why(self) -> str:
        """Why it failed last, in the reader's language where the reason is a known one."""
        return wording.failure(self.last_reason, self.last_status) or self.last_error

    @property
    def addresses(self) -> list[str]:
        """Its address, and those that it had before."""
        return [self.url, *self.former_urls]


class FetchAttempt(models.Model):
    """One try to read a feed, kept so that its health can be told and shown."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new entries")
        SAME = "same", _("nothing new")
        UNCHANGED = "unchanged", _("not modified")
        FAILED = "failed", _("failed")

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="attempts")
    started_at = models.DateTimeField(_("started"))
    seconds = models.FloatField(_("seconds"), default=0)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    size = models.PositiveIntegerField(_("bytes"), default=0)
    entries_found = models.PositiveIntegerField(_("entries found"), default=0)
    entries_new = models.PositiveIntegerField(_("new entries"), default=0)
    error = models.TextField(_("error"), blank=True)
    reason = models.CharField(max_length=20, blank=True, editable=False)
    """The fetching.errors.Reason of a failure; "" where what came could not be read."""
    moved_from = models.CharField(max_length=MOST_URL, blank=True, editable=False)
    """The address that this visit gave up for the one a permanent redirect leads to."""

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["feed", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.started_at:%Y-%m-%d %H:%M:%S} {self.outcome}"

    @property
    def why(self) -> str:
        """Why it failed, in the reader's language where the reason is a known one."""
        return (wording.failure(self.reason, self.status) if self.reason else "") or self.error


class EntryQuerySet(models.QuerySet["Entry"]):
    def insert(self, rows: Sequence[Entry]) -> None:
        """Write new rows, and leave out those that are there; bulk_create prepares for longer than it writes."""
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]
        statement = sql.SQL("INSERT INTO {} ({}) VALUES %s ON CONFLICT DO NOTHING").format(
            sql.Identifier(self.model._meta.db_table),
            sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
        )
        values = [[getattr(row, field.attname) for field in fields] for row in rows]
        with connection.wrap_database_errors, connection.cursor() as cursor:
            execute_values(cursor.cursor, statement, values, page_size=500)

    def unprocessed(self, now: datetime) -> EntryQuerySet:
        """Entries that are no article yet and that no worker holds."""
        return self.filter(processed_at=None).filter(Q(leased_until=None) | Q(leased_until__lt=now))

    def claim(self, now: datetime) -> Entry | None:
        """Take the oldest waiting entry, for LEASE; call it in a transaction. None when none waits.

        What feeds announced comes before the history that an administrator brings in, however long that waits.
        Every claim counts as a try, so that an entry that kills its worker is known by the number of its tries.
        """
        waiting = self.unprocessed(now).filter(retry_at__lte=now).order_by("retry_at", "id")
        waiting = waiting.select_for_update(skip_locked=True, of=("self",))
        entry = waiting.filter(job=None).first() or waiting.filter(job__isnull=False, job__cancelled_at=None).first()
        if entry is not None:
            entry.leased_until = now + LEASE
            entry.tries += 1
            entry.save(update_fields=["leased_until", "tries"])
        return entry


class Entry(models.Model):
    """What a feed said of one article. Its identity is unique in its outlet: a second feed adds nothing."""

    class Outcome(models.TextChoices):
        WAITING = "", _("waiting")
        ARTICLE = "article", _("became an article")
        FEED_TEXT = "feed_text", _("became an article, from the feed's own text")
        DUPLICATE = "duplicate", _("same article as another entry")
        REFUSED = "refused", _("left out")
        UNWANTED = "unwanted", _("not wanted: in another language")

    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="entries")
    feed = models.ForeignKey(Feed, on_delete=models.SET_NULL, null=True, related_name="entries")
    job = models.ForeignKey(ImportJob, on_delete=models.SET_NULL, null=True, related_name="entries", db_index=False)
    """The import that brought it, where no feed did."""
    identity = models.CharField(max_length=64)
    """SHA-256, in hexadecimal, of what tells this article from the outlet's others."""
    alias = models.CharField(max_length=64, blank=True)
    """A second identity, of its GUID: with the same title or date it is the same article at a new address."""
    guid = models.TextField(blank=True)
    url = models.URLField(_("address"), max_length=2000, blank=True)
    title = models.TextField(_("title"), blank=True)
    authors = ArrayField(models.TextField(), default=list, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    content = models.TextField(_("text in the feed"), blank=True)
    tags = ArrayField(models.TextField(), default=list, blank=True)
    language = models.CharField(max_length=8, blank=True)
    published = models.CharField(_("date, as said"), max_length=40, blank=True)
    published_precision = models.CharField(max_length=6, choices=DatePrecision, blank=True)
    seen_at = models.DateTimeField(_("first seen"), db_index=True)

    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.WAITING, blank=True)
    error = models.TextField(_("error"), blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [models.UniqueConstraint(fields=["outlet", "identity"], name="entry_once_per_outlet")]
        indexes = [
            # The work list of the next step: small however large the archive.
            models.Index(fields=["retry_at", "id"], condition=Q(processed_at=None, job=None), name="entry_waiting"),
            models.Index(
                fields=["retry_at", "id"], condition=Q(processed_at=None, job__isnull=False), name="entry_history"
            ),
            models.Index(fields=["job", "outcome"], condition=Q(job__isnull=False), name="entry_job"),
            # A feed's rhythm is read from the index alone: its latest entries lie far apart in a large archive.
            models.Index(fields=["feed", "-seen_at"], include=["published"], name="entry_feed_rhythm"),
            models.Index(fields=["outlet", "alias"], condition=~Q(alias=""), name="entry_alias"),
        ]

    def __str__(self) -> str:
        return self.title or self.url

    def finish(self, outcome: str, now: datetime, error: str = "") -> None:
        """Mark the work on this entry as done; the caller holds the transaction."""
        self.outcome, self.processed_at, self.error, self.leased_until = outcome, now, error, None
        self.save(update_fields=["outcome", "processed_at", "error", "leased_until"])


Claimed = TypeVar("Claimed", Feed, Entry)


def relock(row: Claimed) -> Claimed | None:
    """Lock a claimed row again for the closing transaction; None when another worker has taken it meanwhile."""
    rows: models.QuerySet[Claimed] = type(row)._default_manager.filter(pk=row.pk, leased_until=row.leased_until)
    return rows.select_for_update(of=("self",)).order_by("pk").first()
