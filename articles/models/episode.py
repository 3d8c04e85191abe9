"""The episodes of a long story: stretches of days, each with a lead and a label, at a permanent anchor."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article
from articles.models.story import Story


class EpisodeQuerySet(models.QuerySet["Episode"]):
    def current(self) -> EpisodeQuerySet:
        """Episodes that were not merged into another, in the order of their days."""
        return self.filter(merged_into=None).order_by("first_day", "id")


class Episode(models.Model):
    """A stretch of a story's days. One that is no longer cut stays as a row that leads to the one that holds it."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="episodes")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    label = models.TextField(_("label"))
    """An editor's, or the headline of the lead."""
    label_by_editor = models.BooleanField(_("label given by an editor"), default=False)
    lead = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    terms = ArrayField(models.TextField(), default=list, blank=True)
    """The words that are new in it, as the articles write them, the most telling first."""
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged")

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")
        indexes = [models.Index(fields=["story", "first_day"], name="episode_story")]

    def __str__(self) -> str:
        return self.label

    @property
    def anchor(self) -> str:
        """Where it stands on its story's page, for ever."""
        return f"episode-{self.pk}"
