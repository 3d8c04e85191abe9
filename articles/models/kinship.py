"""What ties stories to each other: the names that each is told with, and what editors said of two of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.story import Story


class StoryName(models.Model):
    """One of the names that tell a story apart. `key` is folded, `shown` is how the articles write it.

    `day` is the story's first day: related stories are looked for around it, never in the whole archive.
    """

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="names")
    key = models.CharField(max_length=60)
    shown = models.CharField(max_length=120)
    weight = models.FloatField()
    """The part of the story's articles that write it, from 0 to 1."""
    day = models.DateField()

    class Meta:
        verbose_name = _("name in a story")
        verbose_name_plural = _("names in stories")
        constraints = [models.UniqueConstraint(fields=["story", "key"], name="story_name_once")]
        indexes = [models.Index(fields=["key", "-day", "story"], name="story_name_around")]

    def __str__(self) -> str:
        return self.shown


class StoryTie(models.Model):
    """An editor said that two stories are related, or that they are not. `first` has the smaller number."""

    class Kind(models.TextChoices):
        TIED = "tied", _("related")
        HIDDEN = "hidden", _("not related")

    first = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("on"))

    class Meta:
        verbose_name = _("tie between stories")
        verbose_name_plural = _("ties between stories")
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="story_tie_once")]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"
