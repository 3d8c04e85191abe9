"""On what terms an outlet is read: what an administrator decided for it, and what its own site reserves."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from sources import wording

# Minutes between two visits that an administrator may ask for: no oftener than a minute, no rarer than a week.
SHORTEST_MINUTES, LONGEST_MINUTES = 1, 7 * 24 * 60
MOST_RETENTION_DAYS = 36_500
# Very short excerpts (neighbouring right of 2019): an outlet may be quoted less than this, never more.
EXCERPT = 300


class Paywall(models.TextChoices):
    """What of an outlet's articles can be read without paying."""

    AUTO = "", _("as each page says")
    NONE = "none", _("none: no article is marked")
    PARTIAL = "partial", _("an opening is free: pages are read, every article is marked")
    FULL = "full", _("nothing is free: pages are not visited, the feed's own words are kept, every article is marked")


def _minutes(label: Any) -> models.PositiveIntegerField[int | None, int | None]:
    limits = [MinValueValidator(SHORTEST_MINUTES), MaxValueValidator(LONGEST_MINUTES)]
    return models.PositiveIntegerField(label, null=True, blank=True, validators=limits)


class Terms(models.Model):
    """The columns of an outlet that say how it is read. Empty ones leave everything as it is for all outlets."""

    shortest_minutes = _minutes(_("minutes between two visits, at least"))
    longest_minutes = _minutes(_("minutes between two visits, at most"))
    paywall = models.CharField(_("paywall"), max_length=8, choices=Paywall, default=Paywall.AUTO, blank=True)
    languages = ArrayField(
        models.CharField(max_length=3, validators=[RegexValidator(r"^[a-z]{2,3}$")]),
        verbose_name=_("languages that are kept"), default=list, blank=True,
    )  # fmt: skip
    """An article in another language is left out; empty keeps all."""
    retention_days = models.PositiveIntegerField(
        _("days that texts are kept"), null=True, blank=True, validators=[MaxValueValidator(MOST_RETENTION_DAYS)]
    )
    """Empty or 0: for ever."""
    excerpt_limit = models.PositiveSmallIntegerField(
        _("characters of an excerpt, at most"), null=True, blank=True, validators=[MaxValueValidator(EXCERPT)]
    )
    """0: no excerpt at all."""
    quoted_percent = models.PositiveSmallIntegerField(
        _("share of an article that a digest may quote, in per cent"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )  # fmt: skip
    rights = models.TextField(_("rights"), blank=True, max_length=2000)
    """What was agreed, for the people of the newsroom."""

    tdm_reserved = models.BooleanField(_("text and data mining reserved"), null=True, blank=True, editable=False)
    """As TDMRep has it: True for `tdm-reservation: 1`, False for 0, None where the outlet's site says nothing."""
    tdm_policy = models.CharField(_("mining policy"), max_length=1000, blank=True, editable=False)
    tdm_since = models.DateTimeField(_("mining said since"), null=True, blank=True, editable=False)
    """When we first saw what it says now."""
    tdm_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When its /.well-known/tdmrep.json was last asked for."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raises ValidationError on the column whose value contradicts another."""
        super().clean()
        if self.shortest_minutes and self.longest_minutes and self.shortest_minutes > self.longest_minutes:
            raise ValidationError({"longest_minutes": _("The longest interval is shorter than the shortest one.")})

    @property
    def own_terms(self) -> list[str]:
        """What differs from all other outlets, each in a few words."""
        return wording.terms(
            shortest=self.shortest_minutes,
            longest=self.longest_minutes,
            paywall=self.paywall,
            languages=self.languages,
            retention=self.retention_days,
            excerpt=self.excerpt_limit,
            quoted=self.quoted_percent,
        )

    @property
    def excerpt_characters(self) -> int:
        """Most characters of an excerpt of one of its articles."""
        return EXCERPT if self.excerpt_limit is None else min(self.excerpt_limit, EXCERPT)
