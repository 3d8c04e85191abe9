"""An article as it was read off its page, or off a document that a person brought."""

from __future__ import annotations

import gzip
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchConfig, SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Left, Replace
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sources.models import LEASE, DatePrecision, Entry, Outlet
from sources.parsing.plaintext import scrub

# Both are indexed and both are asked, and one match is enough: without accents people still find what they look for,
# and with them the stemmer still knows « marché » from « marche ».
PLAIN_CONFIG = "pressreview_plain"
_DICTIONARIES = ("french", "english", PLAIN_CONFIG)
# A text search vector holds at most a megabyte.
INDEXED_CHARACTERS = 150_000
# The stemmer's own list of stop words lacks these.
STOP_WORDS = frozenset({"les", "des", "du", "aux", "ses", "ces", "leurs"})

_EXCLUDED = re.compile(r'(?:^|(?<=\s))-("[^"]*"?|\S+)')
# A compound is indexed by its parts too, and these are what a part of a compound matches: « Saint-Étienne ».
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")

_BY_LANGUAGE = Case(When(language="en", then=SearchConfig("english")), default=SearchConfig("french"))


def _straight(text: Any) -> Replace:
    """With plain apostrophes: some versions of Postgres take « l’occasion » for one word, and phrases miss it."""
    return Replace(text, Value("’"), Value("'"), output_field=models.TextField())


def _vector(config: Any) -> Any:
    return (
        SearchVector(_straight("title"), weight="A", config=config)
        + SearchVector(_straight("standfirst"), weight="B", config=config)
        + SearchVector(_straight(Left("text", INDEXED_CHARACTERS)), weight="C", config=config)
    )


LONG = ("text", "blocks", "links", "search", "vector")
"""The columns that no list shows."""


def long_of(path: str) -> list[str]:
    """The same, to be deferred in what leads to an article by this path."""
    return [f"{path}__{column}" for column in LONG]


class ArticleQuerySet(models.QuerySet["Article"]):
    def for_lists(self) -> ArticleQuerySet:
        """With the outlet, without what is long: what every list of articles needs."""
        return self.select_related("outlet").defer(*LONG)

    def for_long_lists(self) -> ArticleQuerySet:
        """The same for hundreds of articles of a few outlets: each outlet is read once."""
        return self.prefetch_related("outlet").defer(*LONG)

    def newest_first(self) -> ArticleQuerySet:
        """Newest first; an article without a date stands where it was first seen."""
        return self.order_by("-sort_at", "-id")

    def published(self, first: date, last: date) -> ArticleQuerySet:
        """Articles dated to the day, from `first` to `last` included, in the site's time zone."""
        return self.filter(day__gte=first, day__lte=last)

    def of_days_newest_first(self, first: date, last: date) -> ArticleQuerySet:
        """The same, newest first.

        Their place in time follows from their day: told so, the database begins there instead of walking from the
        newest article of all. A day more on either side leaves room for another time zone.
        """
        zone = timezone.get_default_timezone()
        start = datetime.combine(first - timedelta(days=1), time(), zone)
        end = datetime.combine(last + timedelta(days=2), time(), zone)
        return self.published(first, last).filter(sort_at__gte=start, sort_at__lt=end).newest_first()

    def ungrouped(self) -> ArticleQuerySet:
        """The work list of grouping, oldest news first."""
        return self.filter(grouped_at=None).order_by("sort_at", "id")

    def matching(self, words: str) -> ArticleQuerySet:
        """Full-text search: words, "phrases", -exclusions and « or », accents and apostrophes either way.

        Exclusions are asked apart: each dictionary stems in its own way, and one that does not know a word under its
        other dictionary's stem would let in what the reader wants out.
        """
        words = scrub(words).replace("’", "'")
        wanted, excluded = _EXCLUDED.sub(" ", words), _EXCLUDED.findall(words)
        found = self.filter(search=_any_stem(wanted)) if wanted.strip() or not excluded else self.all()
        return found.exclude(search=_any_stem(" or ".join(excluded))) if excluded else found


def _any_stem(words: str) -> SearchQuery:
    """What these words mean to one dictionary or another."""
    kept = " ".join(word for word in _HYPHEN.sub(" ", words).split() if word.lower() not in STOP_WORDS)
    # Each names its dictionary: what depends on a session's own the database asks again for every row.
    french, english, plain = (SearchQuery(kept, config=name, search_type="websearch") for name in _DICTIONARIES)
    return french | english | plain


class Article(models.Model):
    """One article of one outlet. Absent facts are empty: nothing is invented."""

    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT, null=True, blank=True, related_name="articles"
    )
    entry = models.OneToOneField(Entry, on_delete=models.SET_NULL, null=True, blank=True, related_name="article")
    url = models.URLField(_("address"), max_length=2000, blank=True)
    canonical_url = models.CharField(max_length=2000, blank=True)
    fingerprint = models.CharField(max_length=64)
    """SHA-256, in hexadecimal, of the title and text, white space and typography folded."""

    title = models.TextField(_("headline"))
    title_is_first_sentence = models.BooleanField(_("headline taken from the first sentence"), default=False)
    standfirst = models.TextField(_("standfirst"), blank=True)
    authors = ArrayField(models.TextField(), verbose_name=_("authors"), default=list, blank=True)
    credits = ArrayField(models.TextField(), verbose_name=_("credits"), default=list, blank=True)
    section = models.CharField(_("section"), max_length=200, blank=True)
    tags = ArrayField(models.TextField(), verbose_name=_("tags"), default=list, blank=True)
    image_url = models.URLField(_("image"), max_length=2000, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    paywalled = models.BooleanField(_("behind a paywall"), default=False)
    paywall_evidence = models.CharField(max_length=300, blank=True)

    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    """Start of what was said: the first instant of the day or of the month when no more is known."""
    published_precision = models.CharField(max_length=6, choices=DatePrecision, blank=True)
    modified_at = models.DateTimeField(_("modified"), null=True, blank=True)
    day = models.DateField(null=True, blank=True, editable=False)
    """The local day, when it is known: an article dated to a month belongs to no day."""
    sort_at = models.DateTimeField(editable=False)
    seen_at = models.DateTimeField(_("first seen"), default=timezone.now)
    gone_at = models.DateTimeField(_("gone since"), null=True, blank=True, editable=False)
    """When the page was first found missing (404 or 410); nothing that was read of it is lost."""
    extracted_with = models.PositiveSmallIntegerField(default=0, editable=False)
    """The ENGINE (articles.text) that read this article last; 0 when it is to be read again."""
    corrected: models.JSONField[dict[str, Any]] = models.JSONField(default=dict, blank=True, editable=False)
    """{column: what the page says} for the columns in which a person says otherwise: no reading overwrites those."""

    text = models.TextField(_("text"), blank=True)
    blocks = models.JSONField(default=list, blank=True)
    """The text's blocks as [kind, text] pairs; joined by blank lines they are `text`."""
    links = models.JSONField(default=list, blank=True)
    """The links in the text to other pages, as [words, address] pairs in reading order: they may credit an outlet."""
    vector = models.BinaryField(null=True, editable=False)
    """What the article is about, as the grouping engine reads it; NULL until it was read, empty without the model."""
    text_dropped_at = models.DateTimeField(_("text dropped"), null=True, blank=True, editable=False)
    """When its outlet's retention was over; since then `text` holds the excerpt alone, and no page is kept."""
    word_count = models.PositiveIntegerField(_("words"), default=0)
    search = models.GeneratedField(
        expression=_vector(_BY_LANGUAGE) + _vector(SearchConfig(PLAIN_CONFIG)),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    document_name = models.CharField(_("document"), max_length=300, blank=True)

    story = models.ForeignKey("articles.Story", on_delete=models.SET_NULL, null=True, related_name="articles")
    grouped_at = models.DateTimeField(null=True, blank=True)
    placed_by_editor = models.BooleanField(default=False)
    """A person put it into its story: nothing automatic takes it out (must-link)."""

    analysed_at = models.DateTimeField(null=True, blank=True)
    original_share = models.FloatField(_("own share"), null=True, blank=True)
    """Part of the words, from 0 to 1, that stand in no earlier article of another outlet; None until compared."""
    names_its_source = models.BooleanField(_("credits what it copies"), default=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.UniqueConstraint(fields=["canonical_url"], condition=~Q(canonical_url=""), name="article_url_once"),
            models.UniqueConstraint(fields=["outlet", "fingerprint"], nulls_distinct=False, name="article_text_once"),
        ]
        indexes = [
            models.Index(fields=["day", "story"], name="article_day"),
            models.Index(fields=["day", "outlet"], name="article_day_outlet"),
            models.Index(fields=["story", "sort_at"], name="article_story"),
            # From what names an article to its story and time, for ten thousands of articles: without their rows.
            models.Index(fields=["id"], include=["story", "sort_at"], name="article_place"),
            models.Index(fields=["outlet", "-sort_at"], name="article_outlet"),
            models.Index(fields=["-sort_at", "-id"], name="article_latest"),
            models.Index(fields=["outlet", "seen_at"], condition=Q(text_dropped_at=None), name="article_with_text"),
            models.Index(fields=["sort_at", "id"], condition=Q(grouped_at=None), name="article_ungrouped"),
            models.Index(
                fields=["sort_at", "id"], condition=Q(analysed_at=None, story__isnull=False), name="article_unread"
            ),
            GinIndex(fields=["search"], name="article_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, **options: Any) -> None:
        self.set_dates()
        if "published_at" in (options.get("update_fields") or ()):
            options["update_fields"] = {*options["update_fields"], "day", "sort_at"}
        super().save(**options)

    def get_absolute_url(self) -> str:
        return reverse("articles:detail", args=[self.pk])

    def set_dates(self) -> None:
        """Derive the day and the place in time from the publication date."""
        exact = self.published_precision in {DatePrecision.SECOND, DatePrecision.MINUTE, DatePrecision.DAY}
        self.day = timezone.localdate(self.published_at) if self.published_at and exact else None
        self.sort_at = self.published_at or self.seen_at

    @property
    def outlet_name(self) -> str:
        """The outlet's name, or words that say that it is not known."""
        return self.outlet.name if self.outlet else str(_("unknown outlet"))

    def as_read(self, column: str) -> Any:
        """What the page says in this column, whatever a person put there; dates of corrected columns as ISO 8601."""
        return self.corrected[column] if column in self.corrected else getattr(self, column)

    @property
    def announced_title(self) -> str:
        """The headline that the feed announced, when the page now shows another."""
        announced = self.entry.title if self.entry else ""
        return announced if announced and " ".join(announced.split()) != " ".join(self.title.split()) else ""


class PageQuerySet(models.QuerySet["Page"]):
    def with_dates(self) -> PageQuerySet:
        """With the article and its outlet, without the article's long texts."""
        return self.select_related("article__outlet").defer(*long_of("article"))

    def claim(self, now: datetime) -> Page | None:
        """Take the page that has been due longest, for LEASE; call it in a transaction. None when none is due."""
        due = self.with_dates().filter(refresh_at__lte=now).order_by("refresh_at", "id")
        page = due.select_for_update(skip_locked=True, of=("self",)).first()
        if page is not None:
            page.refresh_at, page.looks = now + LEASE, page.looks + 1
            page.save(update_fields=["refresh_at", "looks"])
        return page

    def relock(self, claimed: Page) -> Page | None:
        """Lock a claimed page again for the closing transaction; None when another worker has taken it meanwhile."""
        rows = self.with_dates().filter(pk=claimed.pk, refresh_at=claimed.refresh_at)
        return rows.select_for_update(of=("self",)).first()


class Page(models.Model):
    """What came over the wire, compressed: an article can be read off it again with a better engine."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="page")
    url = models.URLField(max_length=2000)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=200, blank=True)
    fetched_at = models.DateTimeField()
    packed = models.BinaryField()
    etag = models.CharField(max_length=500, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    # Here and not on the article: an article's every update rewrites its entry in the index of words.
    refresh_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When to look at the page again, or when a worker's lease ends; empty once it was looked at often enough."""
    looks = models.PositiveSmallIntegerField(default=0, editable=False)
    """How often it was taken to be looked at again, a look that ended its worker included."""

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        indexes = [
            models.Index(fields=["refresh_at", "id"], condition=Q(refresh_at__isnull=False), name="page_refresh")
        ]

    def __str__(self) -> str:
        return self.url

    @classmethod
    def pack(cls, html: str) -> bytes:
        """The page's text, compressed for `packed`."""
        return gzip.compress(html.encode("utf-8", "surrogatepass"), 6)

    @property
    def html(self) -> str:
        """The page's text as it was received."""
        return gzip.decompress(bytes(self.packed)).decode("utf-8", "surrogatepass")
