"""What was read in an article: who said what to whom, who is credited, names, figures, dates, copied passages.

Offsets are in characters of Article.text, end exclusive. A row that a person made or corrected (`by_editor`) is never
replaced by a later reading; one that a person took away stays as a row that is hidden, so that it does not come back.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article
from sources.models import Outlet


class EntityQuerySet(models.QuerySet["Entity"]):
    def current(self) -> EntityQuerySet:
        """Names that were not merged into another."""
        return self.filter(merged_into=None)

    def people(self) -> EntityQuerySet:
        return self.current().filter(kind=Entity.Kind.PERSON)


class Entity(models.Model):
    """A person, an organisation, a product or a place that articles name, under one name across spellings."""

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        ORGANISATION = "organisation", _("organisation")
        PRODUCT = "product", _("product")
        PLACE = "place", _("place")

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("address on this site"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    kind_by_editor = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EntityQuerySet.as_manager()

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("people:detail", args=[self.slug])

    @classmethod
    def free_slug(cls, name: str) -> str:
        """An address that no other name has."""
        base = slugify(name)[:100] or "nom"
        taken = set(cls.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        numbered = (f"{base}-{number}" for number in count(2))
        return base if base not in taken else next(slug for slug in numbered if slug not in taken)


class Spelling(models.Model):
    """One way to write a name. `key` is folded (see articles.text.typography.fold) and belongs to one entity."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="spellings")
    key = models.CharField(max_length=200, unique=True)
    shown = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("spelling")
        verbose_name_plural = _("spellings")

    def __str__(self) -> str:
        return self.shown


class Mention(models.Model):
    """An article names an entity: its places in the text, as [start, end] pairs."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="mentions")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="mentions")
    places = models.JSONField(default=list)
    by_editor = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["article", "entity"], name="mention_once")]
        # Which articles show a name, by the index alone.
        indexes = [
            models.Index(fields=["entity", "article"], condition=models.Q(is_hidden=False), name="mention_shown")
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.entity_id}"


class Finding(models.Model):
    """Something that stands at one place of an article's text."""

    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    by_editor = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)

    letter = ""
    """Names the kind of finding in addresses that show its words."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.start}–{self.end}"

    def get_absolute_url(self) -> str:
        """The article's page, at these very words."""
        page = reverse("articles:detail", args=[getattr(self, "article_id")])  # noqa: B009
        return f"{page}?mots={self.letter}{self.pk}#mots"


class Quote(Finding):
    """Words given to somebody (French *citation*)."""

    letter = "c"

    class Type(models.TextChoices):
        DIRECT = "direct", _("direct")
        MIXED = "mixed", _("mixed")
        INDIRECT = "indirect", _("indirect")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="quotes")
    type = models.CharField(max_length=8, choices=Type)
    text = models.TextField()
    speaker = models.ForeignKey(Entity, on_delete=models.SET_NULL, null=True, blank=True, related_name="quotes")
    speaker_raw = models.CharField(max_length=300, blank=True)
    named_in = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    """Another article of the story, which names whom this one only calls by their role; see pipeline/voices.py."""
    role = models.CharField(max_length=300, blank=True)
    told_to = models.CharField(max_length=200, blank=True)
    rule = models.CharField(max_length=60, blank=True)
    confidence = models.FloatField(default=0)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["article_id", "start"]


class Credit(Finding):
    """An article credits another outlet or an agency (*reprise*)."""

    letter = "k"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="given_credits")
    outlet = models.ForeignKey(
        Outlet, on_delete=models.SET_NULL, null=True, blank=True, related_name="received_credits"
    )
    name = models.CharField(max_length=200)
    raw = models.CharField(max_length=300)
    link = models.CharField(max_length=1000, blank=True)
    """Where the words lead, when it is a link to the outlet's site that credits it."""

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        ordering = ["article_id", "start"]


class Figure(Finding):
    """An amount, a percentage or a count; `value` is in plain units (millions multiplied out)."""

    letter = "f"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="figures")
    raw = models.CharField(max_length=200)
    value = models.FloatField()
    unit = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["article_id", "start"]


class MentionedDate(Finding):
    """A date that the text mentions; `value` is "" where nothing fixes it."""

    letter = "d"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="mentioned_dates")
    raw = models.CharField(max_length=200)
    value = models.CharField(max_length=40, blank=True)
    precision = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = _("mentioned date")
        verbose_name_plural = _("mentioned dates")
        ordering = ["article_id", "start"]


class CopiedPassage(Finding):
    """Words of an article that also stand in an earlier one of another outlet, of the same story or not."""

    letter = "p"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="copied")
    source = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="copies")
    source_start = models.PositiveIntegerField()
    source_end = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("copied passage")
        verbose_name_plural = _("copied passages")
        ordering = ["article_id", "start"]


class CopyPrint(models.Model):
    """One fingerprint of a recent article: texts that repeat each other share some (see articles/text/prints.py).

    A table of its own rather than a list on the article: a look-up then reads a bounded number of rows for each print,
    in the order of the dates, however many articles bear it.
    """

    pk = models.CompositePrimaryKey("key", "at", "article_id")
    key = models.BigIntegerField()
    at = models.DateTimeField()
    """When the article is taken to have been there for others to copy."""
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="prints")

    class Meta:
        verbose_name = _("fingerprint of an article")
        verbose_name_plural = _("fingerprints of articles")

    def __str__(self) -> str:
        return f"{self.article_id}: {self.key:x}"


class KnownOutlet(models.Model):
    """The names of an outlet that the reading of articles knows: where they differ from its own, articles wait."""

    outlet = models.OneToOneField(Outlet, on_delete=models.CASCADE, related_name="+")
    names = ArrayField(models.CharField(max_length=200), default=list, blank=True)

    class Meta:
        verbose_name = _("outlet known to the reading")
        verbose_name_plural = _("outlets known to the reading")

    def __str__(self) -> str:
        return ", ".join(self.names)


class FindingChange(models.Model):
    """One thing that an editor put right of what was read, in an article or of a name, before and after.

    `before` and `after` hold the changed columns of one row of `kind`; a row that the editor added has no "before".
    """

    class Act(models.TextChoices):
        SPEAKER = "speaker", _("speaker")
        TYPE = "type", _("kind of quote")
        TOLD_TO = "told_to", _("outlet spoken to")
        OUTLET = "outlet", _("outlet credited")
        HIDDEN = "hidden", _("taken away")
        ADDED = "added", _("added")
        MERGED = "merged", _("merged")
        SPLIT = "split", _("parted")
        RENAMED = "renamed", _("renamed")
        SORT = "sort", _("kind of name")

    class Kind(models.TextChoices):
        QUOTE = "quote", _("quote")
        CREDIT = "credit", _("credit")
        PASSAGE = "copiedpassage", _("repeated passage")
        FIGURE = "figure", _("figure")
        DATE = "mentioneddate", _("date")
        NAME = "entity", _("name")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, null=True, related_name="finding_changes")
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    row = models.PositiveBigIntegerField()
    """The number of the row; it stays for as long as the article does, since a person touched it."""
    act = models.CharField(_("act"), max_length=10, choices=Act)
    words = models.CharField(max_length=200, blank=True)
    """The opening of the words concerned."""
    before: models.JSONField[dict[str, Any]] = models.JSONField(default=dict, blank=True)
    after: models.JSONField[dict[str, Any]] = models.JSONField(default=dict, blank=True)
    said_before = models.CharField(max_length=300, blank=True)
    said_after = models.CharField(max_length=300, blank=True)
    """The two values as people read them."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("on"))
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone on"), null=True, blank=True)

    class Meta:
        verbose_name = _("correction of what was read")
        verbose_name_plural = _("corrections of what was read")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["kind", "row", "-id"], name="finding_change_row")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_act_display()} {self.at:%Y-%m-%d %H:%M}"
