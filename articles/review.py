"""The dated review: what the front page shows for a day or an ISO week, as frozen values.

What a row counts. A review shows the stories told in its period, and ranks and counts them by their *coverage now*:
the 72 hours up to the end of the day (the window that the sparkline draws), or the seven days of the week. A long story
of which one straggler speaks today therefore does not lead the page; what it gathered before is said beside it, and its
own page tells all of it. Articles dated only to a month, or undated, belong to no day: they are counted on their
story's page and on their outlet's, where their precision is said, never here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Count, Max
from django.db.models.functions import Left
from django.utils import timezone

from articles import drawing
from articles.converters import Week
from articles.editing import excerpt, limit_of
from articles.firsts import Published, first_of
from articles.headlines import differ
from articles.models import Article, ArticleVersion, Story
from sources.models import Entry

DAY = timedelta(days=1)
ROWS = 6
"""Stories with a row of their own, the lead among them."""
BRIEFS = 14
ANGLES = 4
RIVER = 20
NEW_FOR = timedelta(hours=1)
EXCERPT = 300
"""Very short excerpts: what the neighbouring right of 2019 lets us show."""
OPENING = 1200
MOSTLY_ITS_OWN = 0.5
SHORTEST_STANDFIRST = 60


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a review, first and last included, and the window in which coverage is counted."""

    first: date
    last: date
    days_counted: int

    @classmethod
    def of_day(cls, day: date) -> Period:
        return cls(day, day, 3)

    @classmethod
    def of_week(cls, week: Week) -> Period:
        return cls(week.first_day, week.last_day, 7)

    @property
    def end(self) -> datetime:
        """The local midnight that ends it."""
        return timezone.make_aware(datetime.combine(self.last + DAY, time()))

    @property
    def counted_from(self) -> date:
        return self.last - DAY * (self.days_counted - 1)


@dataclass(frozen=True, slots=True)
class StoryRow:
    """One story of a review; `by` is the article whose headline and words are shown."""

    story: Story
    by: Article
    headline: str
    is_by_editor: bool
    excerpt: str
    outlets: int
    articles: int
    spark: drawing.Sparkline
    also: tuple[Article, ...]
    """The latest article of every other outlet, in order of coverage."""
    first: Article | None
    is_first_today: bool
    retitled: int
    repeated: float
    """The share of the articles' words that stand in earlier articles of other outlets, from 0 to 1."""
    since: date | None
    """Where the story began, when that is before what the row counts."""
    total: int

    @property
    def angles(self) -> tuple[Article, ...]:
        """Other outlets' own headlines, for the lead."""
        return self.also[:ANGLES]

    @property
    def others(self) -> tuple[Article, ...]:
        return self.also[ANGLES:]

    @property
    def language(self) -> str:
        return "" if self.is_by_editor else self.by.language


@dataclass(frozen=True, slots=True)
class Review:
    """A day or a week of the press."""

    period: Period
    lead: StoryRow | None
    rows: tuple[StoryRow, ...]
    briefs: tuple[StoryRow, ...]
    river: tuple[Article, ...]
    article_count: int

    @property
    def all_rows(self) -> tuple[StoryRow, ...]:
        """Every story that is shown, the most covered first."""
        return (*([self.lead] if self.lead else []), *self.rows, *self.briefs)


def latest_day() -> date | None:
    """The last day that has coverage."""
    last: date | None = Article.objects.aggregate(last=Max("day"))["last"]
    return last


def counts_by_day(first: date, last: date) -> dict[date, int]:
    """Articles per day."""
    counted = Article.objects.published(first, last).values("day").annotate(n=Count("*")).order_by()
    return {row["day"]: row["n"] for row in counted}


def neighbours(period: Period) -> tuple[date | None, date | None]:
    """The nearest days with coverage before and after the period."""
    days = Article.objects.exclude(day=None).order_by("day").values_list("day", flat=True)
    return days.filter(day__lt=period.first).last(), days.filter(day__gt=period.last).first()


@dataclass(frozen=True, slots=True)
class _Ranked:
    story: int
    outlets: int
    articles: int


def _ranking(period: Period) -> list[_Ranked]:
    """The period's stories: outlets first, then articles, then freshness."""
    told = Article.objects.published(period.first, period.last).exclude(story=None).values("story")
    counted = (
        Article.objects.published(period.counted_from, period.last)
        .filter(story__in=told)
        .values("story")
        .annotate(outlets=Count("outlet", distinct=True), articles=Count("id"), latest=Max("sort_at"))
        .order_by("-outlets", "-articles", "-latest", "-story")[: ROWS + BRIEFS]
    )
    return [_Ranked(row["story"], row["outlets"], row["articles"]) for row in counted]


def _by_story(articles: Iterable[Article]) -> dict[int, list[Article]]:
    told: dict[int, list[Article]] = defaultdict(list)
    for article in articles:
        told[article.story_id or 0].append(article)
    return told


def openings(ids: Iterable[int]) -> dict[int, str]:
    """The first words of these articles' texts."""
    rows = Article.objects.filter(pk__in=list(ids)).annotate(opening=Left("text", OPENING))
    return dict(rows.values_list("pk", "opening"))


def excerpt_of(article: Article, opening: str) -> str:
    """At most EXCERPT characters of its own words, or what its outlet allows: of its standfirst, else of its text."""
    most = limit_of(article, EXCERPT)
    if len(article.standfirst) >= SHORTEST_STANDFIRST:
        return excerpt(article.standfirst, most)
    return excerpt(opening.removeprefix(article.title).lstrip(" .\n") or article.standfirst, most)


def _words_of(story: Story, by: Article, opening: str) -> str:
    """The story's sentence where it is this article's, else how the article begins: words stand by who wrote them."""
    sentence = story.sentence_from(by) if story.summary_article_id == by.pk else ""
    return sentence or excerpt_of(by, opening)


def _voice(story: Story, told: Sequence[Article], period: Period) -> Article:
    """Whose headline stands for the story: its lead when that is of the period, else the period's longest article."""
    inside = [article for article in told if article.day and article.day >= period.first]
    lead = next((article for article in inside if article.pk == story.lead_id), None)
    return lead or max(inside or told, key=lambda article: (not article.title_is_first_sentence, article.word_count))


def _one_per_outlet(told: Sequence[Article], but: Article) -> tuple[Article, ...]:
    """The latest article of each other outlet, newest first."""
    latest = {article.outlet_id: article for article in told if article.outlet_id not in {None, but.outlet_id}}
    return tuple(sorted(latest.values(), key=lambda article: (article.sort_at, article.pk), reverse=True))


def published(ids: Iterable[int], until: date | None = None) -> dict[int, list[Published]]:
    """Who published when, by story, up to the end of a day."""
    rows = Article.objects.filter(story__in=list(ids)).order_by("sort_at", "id")
    told: dict[int, list[Published]] = defaultdict(list)
    fields = ("story_id", "day", "id", "outlet_id", "published_at", "published_precision")
    for story, day, *facts in rows.values_list(*fields):
        # Not asked of the database, which might walk every earlier day to find these few stories there.
        if until is None or (day is not None and day <= until):
            told[story or 0].append(Published(*facts))
    return told


def rows(ranked: Sequence[_Ranked], period: Period) -> list[StoryRow]:
    """The rows of these stories, in their order, with a number of queries that does not depend on how many."""
    ids = [one.story for one in ranked]
    stories = Story.objects.in_bulk(ids)
    within = Article.objects.published(period.counted_from, period.last).filter(story__in=ids)
    told = _by_story(within.for_long_lists().order_by("sort_at", "id"))
    borne = headlines([article for articles in told.values() for article in articles])
    history = published(ids, period.last)
    voices = {pk: _voice(stories[pk], told[pk], period) for pk in ids}
    opened = openings(article.pk for article in voices.values())
    firsts = {pk: first_of(history[pk]) for pk in ids}
    first_articles = Article.objects.for_lists().in_bulk([first.article for first in firsts.values() if first])
    found = []
    for one in ranked:
        first = firsts[one.story]
        found.append(
            _row(
                stories[one.story],
                voices[one.story],
                told[one.story],
                history[one.story],
                period,
                _words_of(stories[one.story], voices[one.story], opened[voices[one.story].pk]),
                first_articles[first.article] if first else None,
                sum(is_retitled(borne[article.pk]) for article in told[one.story]),
            )
        )
    return found


def _row(
    story: Story,
    by: Article,
    told: Sequence[Article],
    history: Sequence[Published],
    period: Period,
    words: str,
    first: Article | None,
    retitled: int,
) -> StoryRow:
    outlets = {article.outlet_id for article in told if article.outlet_id}
    began = timezone.localdate(history[0].at) if history and history[0].at else None
    return StoryRow(
        story=story,
        by=by,
        headline=story.title if story.title_by_editor else by.title,
        is_by_editor=story.title_by_editor,
        excerpt=words,
        outlets=max(len(outlets), 1),
        articles=len(told),
        spark=drawing.sparkline([_drawn_at(article) for article in told], period.end, days=period.days_counted),
        also=_one_per_outlet(told, by),
        first=first if len({one.outlet for one in history}) > 1 else None,
        is_first_today=first is not None and first.day == period.last,
        retitled=retitled,
        repeated=repeated_share(told),
        since=began if began and began < period.counted_from else None,
        total=len(history),
    )


def _drawn_at(article: Article) -> datetime:
    """Where a sparkline counts an article: a day without a time stands at its noon."""
    has_time = article.published_precision in {"second", "minute"}
    return article.sort_at if has_time else article.sort_at + timedelta(hours=12)


def repeated_share(articles: Iterable[Article]) -> float:
    """The share of these articles' words that earlier articles of other outlets hold, among those compared so far."""
    compared = [article for article in articles if article.original_share is not None]
    words = sum(article.word_count for article in compared)
    repeated = sum((1 - (article.original_share or 0)) * article.word_count for article in compared)
    return repeated / words if words else 0.0


def is_repeat(article: Article) -> bool:
    """Whether most of an article (« reprise ») stands in earlier articles of other outlets."""
    return article.original_share is not None and article.original_share < MOSTLY_ITS_OWN


class Headline(NamedTuple):
    """A headline that an article bore, and when that was seen first."""

    text: str
    seen_at: datetime


def headlines(articles: Sequence[Article]) -> dict[int, list[Headline]]:
    """What each article was called, in order: what its feed announced, then what its page showed.

    What a person corrected since is not the outlet's doing and does not count.
    """
    versions: dict[int, list[Headline]] = defaultdict(list)
    seen = ArticleVersion.objects.filter(article__in=[article.pk for article in articles])
    for pk, title, seen_at in seen.order_by("article", "number").values_list("article_id", "title", "seen_at"):
        versions[pk].append(Headline(title, seen_at))
    entries = Entry.objects.filter(pk__in=[article.entry_id for article in articles]).exclude(title="")
    announced = {pk: Headline(title, at) for pk, title, at in entries.values_list("pk", "title", "seen_at")}
    found = {}
    for article in articles:
        shown = Headline(article.corrected.get("title") or article.title, article.seen_at)
        first = [announced[article.entry_id]] if article.entry_id in announced else []
        found[article.pk] = [*first, *(versions[article.pk] or [shown])]
    return found


def is_retitled(borne: Sequence[Headline]) -> bool:
    """Whether an article's headline changed, small differences aside."""
    return any(differ(before.text, after.text) for before, after in pairwise(borne))


def review_of(period: Period, article_count: int) -> Review:
    """The review of a period that has `article_count` articles."""
    found = rows(_ranking(period), period)
    shared = [row for row in found if row.outlets > 1]
    big = (shared or found[:1])[:ROWS]
    shown = {row.story.pk for row in big}
    # First which, then what these are: else the database reads the outlets of all before it takes the newest.
    newest = list(Article.objects.of_days_newest_first(period.first, period.last).values_list("pk", flat=True)[:RIVER])
    river = Article.objects.filter(pk__in=newest).for_lists().newest_first()
    return Review(
        period=period,
        lead=big[0] if big else None,
        rows=tuple(big[1:]),
        briefs=tuple(row for row in found if row.story.pk not in shown),
        river=tuple(river),
        article_count=article_count,
    )
