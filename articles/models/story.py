"""A story (« histoire »): the articles that tell the same events, and the journal of how they came together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article

_HELD = models.Q(merged_into=None, article_count__gt=0)
SHARED, ALONE = _HELD & models.Q(outlet_count__gt=1), _HELD & models.Q(outlet_count__lte=1)
UNARRANGED = models.Q(arranged_at=None) | models.Q(arranged_at__lt=models.F("compared_at"))


class StoryQuerySet(models.QuerySet["Story"]):
    def current(self) -> StoryQuerySet:
        """Stories that were not merged into another and still hold an article."""
        return self.filter(merged_into=None, article_count__gt=0)

    def closed(self) -> StoryQuerySet:
        """Stories that an editor has closed: no article joins them by itself."""
        return self.exclude(closed_at=None)

    def around(self, story: Story) -> StoryQuerySet:
        """Up to sixty other stories told around the same days, the most covered first; nothing for an undated one."""
        if story.first_at is None or story.last_at is None:
            return self.none()
        days = timedelta(days=10)
        near = self.current().filter(last_at__gte=story.first_at - days, first_at__lte=story.last_at + days)
        return near.exclude(pk=story.pk).by_coverage()[:60]

    def by_coverage(self) -> StoryQuerySet:
        """Outlets first, then articles, then freshness."""
        return self.order_by("-outlet_count", "-article_count", models.F("last_at").desc(nulls_last=True), "-id")

    def by_importance(self) -> StoryQuerySet:
        """The weightiest first, those of last week before those of last year (see articles/importance.py)."""
        return self.order_by("-rank", "-id")

    def unarranged(self) -> StoryQuerySet:
        """Stories whose episodes, summary and names are to be found again, once their articles were compared."""
        ready = models.Q(compared_at__isnull=False) | models.Q(article_count=1)
        return self.current().filter(ready, UNARRANGED).order_by("id")


class Story(models.Model):
    """A group of articles on the same events, at a permanent address."""

    title = models.TextField(_("title"))
    title_by_editor = models.BooleanField(_("title given by an editor"), default=False)
    lead = models.ForeignKey(
        Article, verbose_name=_("lead article"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lead_by_editor = models.BooleanField(_("lead article chosen by an editor"), default=False)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    outlet_count = models.PositiveIntegerField(_("outlets"), default=0)
    article_count = models.PositiveIntegerField(_("articles"), default=0)
    first_at = models.DateTimeField(_("first article"), null=True, blank=True)
    last_at = models.DateTimeField(_("latest article"), null=True, blank=True)
    created_at = models.DateTimeField(_("made on"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed on"), null=True, blank=True)
    compared_at = models.DateTimeField(null=True, blank=True)
    """When the articles were last compared with each other; empty when one has joined or left since."""
    arranged_at = models.DateTimeField(null=True, blank=True)
    """When episodes, summary, names and importance were last found; empty when an article has joined or left since."""

    summary = models.TextField(_("summary"), blank=True)
    """One sentence: an article's, word for word, or one that an editor wrote (`summary_article` is then empty)."""
    summary_article = models.ForeignKey(
        Article, verbose_name=_("article of the summary"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    summary_in_standfirst = models.BooleanField(default=False)
    summary_start = models.PositiveIntegerField(null=True, blank=True)
    """Where it stands, in characters of the article's standfirst or else of its text."""
    summary_end = models.PositiveIntegerField(null=True, blank=True)
    summary_by_editor = models.BooleanField(_("summary chosen by an editor"), default=False)

    own_outlet_count = models.PositiveIntegerField(_("outlets with a text of their own"), default=0)
    importance = models.FloatField(_("importance"), default=0)
    rank = models.FloatField(default=0)
    """Importance and freshness in one number that need not be computed again as time passes."""
    episodes_held_to = models.DateField(null=True, blank=True)
    """A person arranged the episodes up to this day: only what comes after it is cut by itself."""

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        indexes = [
            models.Index(fields=["-last_at"], name="story_latest"),
            models.Index(fields=["id"], condition=~models.Q(closed_at=None), name="story_closed"),
            models.Index(
                fields=["id"], condition=models.Q(compared_at=None, article_count__gt=0), name="story_uncompared"
            ),
            models.Index(fields=["-outlet_count", "-article_count"], name="story_coverage"),
            models.Index(fields=["-rank", "-id"], name="story_rank"),
            models.Index(fields=["first_at"], name="story_begun"),
            # The public lists: each index holds the list's order and condition, so that it alone is walked.
            models.Index(fields=["-last_at", "-id"], condition=SHARED, name="story_shared_latest"),
            models.Index(fields=["-last_at", "-id"], condition=ALONE, name="story_alone_latest"),
            models.Index(fields=["-rank", "-id"], condition=SHARED, name="story_shared_rank"),
            models.Index(
                models.F("outlet_count").desc(),
                models.F("article_count").desc(),
                models.F("last_at").desc(nulls_last=True),
                models.F("id").desc(),
                condition=SHARED,
                name="story_shared_coverage",
            ),
            models.Index(fields=["id"], condition=UNARRANGED, name="story_unarranged"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("stories:detail", args=[self.pk, self.slug])

    @property
    def slug(self) -> str:
        """The readable tail of the address: only the number decides."""
        return slugify(self.title)[:80].strip("-") or "histoire"

    @property
    def sentence(self) -> str:
        """The summary, as far as it may be shown."""
        return self.sentence_from(self.summary_article)

    def sentence_from(self, article: Article | None) -> str:
        """The summary, given its article: "" when that is gone, or when its outlet lets less be shown by now."""
        if self.summary_start is None:
            return self.summary
        if article is None or article.pk != self.summary_article_id:
            return ""
        return self.summary if article.outlet is None or len(self.summary) <= article.outlet.excerpt_characters else ""

    def refresh(self) -> None:
        """Count the coverage again, and choose the lead where no editor did: the first article with a real headline."""
        told = self.articles.aggregate(
            articles=Count("id"),
            outlets=Count("outlet", distinct=True),
            first=Min("published_at"),
            last=Max("published_at"),
            first_day=Min("published_at", filter=models.Q(day__isnull=False)),
            last_day=Max("published_at", filter=models.Q(day__isnull=False)),
        )
        self.compared_at = self.arranged_at = None
        self.article_count, self.outlet_count = told["articles"], told["outlets"]
        # A date known by its month only would stretch the story to the first of the month: it counts where no other is.
        self.first_at, self.last_at = told["first_day"] or told["first"], told["last_day"] or told["last"]
        if not self.lead_by_editor or self.lead is None or self.lead.story_id != self.pk:
            dated_first = models.F("published_at").asc(nulls_last=True)
            by_day = models.Case(models.When(day__isnull=True, then=1), default=0)
            self.lead = self.articles.order_by("title_is_first_sentence", by_day, dated_first, "id").first()
            self.lead_by_editor = False
        if self.lead and not self.title_by_editor:
            self.title = self.lead.title
        self.save(update_fields=_REFRESHED)


# What else stands in the row may be written at the same moment by a person, or by the worker that arranges stories.
_REFRESHED = [
    "compared_at", "arranged_at", "article_count", "outlet_count", "first_at", "last_at", "lead", "lead_by_editor",
    "title",
]  # fmt: skip


class StoryEvent(models.Model):
    """One line of a story's Journal: what happened to it, why, and by whom."""

    class Kind(models.TextChoices):
        BIRTH = "birth", _("birth")
        ADDED = "added", _("article added")
        REMOVED = "removed", _("article removed")
        MERGED = "merged", _("another story merged into this one")
        SPLIT = "split", _("articles split off into another story")
        RENAMED = "renamed", _("renamed")
        LEAD = "lead", _("lead article chosen")
        CLOSED = "closed", _("closed to new articles")
        REOPENED = "reopened", _("reopened")
        EPISODES = "episodes", _("episodes arranged")
        SUMMARY = "summary", _("summary chosen")
        TIED = "tied", _("tied to another story")
        HIDDEN = "hidden", _("told apart from a related story")

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="events")
    article = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(_("on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    score = models.FloatField(_("score"), null=True, blank=True)
    detail: models.JSONField[dict[str, Any]] = models.JSONField(default=dict, blank=True)
    """{"terms": [shared words…], "nearest": [[article id, score], …]} for an automatic decision; what a person's act
    changed, as it stood before, under "before" (see articles/curating.py), so that it can be undone."""
    undone_at = models.DateTimeField(_("undone on"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("journal line")
        verbose_name_plural = _("journal")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["story", "-at"], name="event_story")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class ArticleBan(models.Model):
    """An editor took this article out of this story: it does not come back by itself (cannot-link)."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="bans")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="bans")

    class Meta:
        verbose_name = _("article kept out of a story")
        verbose_name_plural = _("articles kept out of a story")
        constraints = [models.UniqueConstraint(fields=["article", "story"], name="article_ban_once")]

    def __str__(self) -> str:
        return f"{self.article_id} ≠ {self.story_id}"


class StorySeparation(models.Model):
    """An editor said that these are two stories: they are not merged by themselves. `first` has the smaller number."""

    first = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("stories kept apart")
        verbose_name_plural = _("stories kept apart")
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="separation_once")]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"


class GroupingState(models.Model):
    """One row: the lock that grouping works under, and how often the stories changed behind an engine's back."""

    generation = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("grouping state")
        verbose_name_plural = _("grouping state")

    def __str__(self) -> str:
        return str(self.generation)
