"""What became of an article after its first reading: what the page said since, and what people put right."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article


class ArticleVersion(models.Model):
    """The headline, standfirst and text of an article as one reading of its page found them, whatever people corrected.

    An article whose page never changed has no row here: nearly all never do, and at a million articles a second copy of
    each text would double the database. The first change found writes two rows: version 1, which is the first reading,
    and version 2. From then on the last version is what the page says now.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    seen_at = models.DateTimeField(_("seen"))
    title = models.TextField(_("headline"))
    standfirst = models.TextField(_("standfirst"), blank=True)
    blocks = models.JSONField(default=list, blank=True)
    """As Article.blocks; joined by blank lines they are `text`."""
    fingerprint = models.CharField(max_length=64)
    """As Article.fingerprint."""

    class Meta:
        verbose_name = _("version of an article")
        verbose_name_plural = _("versions of articles")
        ordering = ["article", "number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="article_version_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def text(self) -> str:
        """The text, blocks parted by a blank line."""
        return "\n\n".join(text for _kind, text in self.blocks)


class ArticleCorrection(models.Model):
    """One fact that a person put right. It holds against every later reading of the page until it is undone."""

    class Field(models.TextChoices):
        TITLE = "title", _("headline")
        STANDFIRST = "standfirst", _("standfirst")
        AUTHORS = "authors", _("authors")
        OUTLET = "outlet", _("outlet")
        PUBLISHED = "published", _("publication date")
        LANGUAGE = "language", _("language")
        PAYWALLED = "paywalled", _("paywall")
        DROPPED = "dropped", _("blocks left out")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(_("fact"), max_length=10, choices=Field)
    before: models.JSONField[Any] = models.JSONField()
    after: models.JSONField[Any] = models.JSONField()
    """In plain values: a text; a list of texts (authors, blocks left out); the number of an outlet, 0 for none;
    [ISO 8601, precision] for a date, ["", ""] for none; whether there is a paywall."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("on"))
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone on"), null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["article", "field", "-id"], condition=Q(undone_at=None), name="correction_held")
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.at:%Y-%m-%d %H:%M}"
