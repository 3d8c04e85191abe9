"""The weekly digest (« revue de la semaine »), in numbered editions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models.story import Story


class DigestQuerySet(models.QuerySet["Digest"]):
    def published(self) -> DigestQuerySet:
        """Editions that everybody may read, newest first."""
        return self.filter(state=Digest.State.PUBLISHED).order_by("-number")


class Digest(models.Model):
    """What an editor makes of one ISO week. Once published it is sealed: it is shown from its own copy."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    year = models.PositiveSmallIntegerField(_("ISO year"))
    week = models.PositiveSmallIntegerField(_("ISO week"))
    number = models.PositiveIntegerField(_("number"), null=True, blank=True, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200, blank=True)
    standfirst = models.TextField(_("standfirst"), blank=True)
    introduction = models.TextField(_("introduction"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("made on"), auto_now_add=True)
    changed_at = models.DateTimeField(_("saved"), auto_now=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    """Counts the saves, so that two editors cannot silently overwrite each other."""
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sealed: models.JSONField[dict[str, Any] | None] = models.JSONField(null=True, blank=True, editable=False)
    """Everything the published page shows, as it stood; None while it is a draft."""
    seal = models.CharField(max_length=64, blank=True, editable=False)
    """SHA-256, in hexadecimal, of `sealed` as canonical JSON."""

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["-year", "-week", "-id"]
        constraints = [models.UniqueConstraint(fields=["year", "week"], name="one_digest_a_week")]

    def __str__(self) -> str:
        return self.title or str(_("Week %(week)d, %(year)d") % {"week": self.week, "year": self.year})

    def get_absolute_url(self) -> str:
        return reverse("editions:detail", args=[self.number])

    @property
    def first_day(self) -> date:
        """The Monday of the week."""
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def last_day(self) -> date:
        """The Sunday of the week."""
        return date.fromisocalendar(self.year, self.week, 7)


class DigestItem(models.Model):
    """One story picked for a digest, with what the editor wrote about it."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="items")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    headline = models.CharField(_("headline"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("story of the digest")
        verbose_name_plural = _("stories of the digest")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["digest", "story"], name="story_once_in_digest")]

    def __str__(self) -> str:
        return self.headline or self.story.title
