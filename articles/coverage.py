"""A story's page as frozen values: its articles by day, the first, the drawings, changed headlines, the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, pairwise

from django.db.models import Max, Min
from django.utils import timezone

from articles import drawing
from articles.curating import can_undo
from articles.firsts import Published, first_of
from articles.headlines import Change, change
from articles.models import Article, Story, StoryEvent
from articles.review import excerpt_of, headlines, is_repeat, openings, repeated_share
from articles.templatetags import french

FOLD_FROM = 24
"""A story with more articles than this folds its long days."""
SHOWN_A_DAY = 6
MOST_ARTICLES = 1000
MOST_EVENTS = 300
SHOWN_EVENTS = 5
MOST_LANES = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One article in the list."""

    article: Article
    is_first: bool
    is_repeat: bool
    repeated: float
    """The share of its words that stand in earlier articles of other outlets, from 0 to 1; 0 when unknown."""


@dataclass(frozen=True, slots=True)
class DayGroup:
    """A day's articles; `folded` ones open on demand. `day` is None for those that belong to no day."""

    day: date | None
    lines: tuple[Line, ...]
    folded: tuple[Line, ...]

    @property
    def count(self) -> int:
        return len(self.lines) + len(self.folded)


@dataclass(frozen=True, slots=True)
class Retitled:
    """One change of an article's headline; it happened between the two moments."""

    article: Article
    change: Change
    seen_before: datetime
    seen_after: datetime


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One thing that happened to the story, with the articles that were nearest to the one it is about."""

    event: StoryEvent
    terms: tuple[str, ...]
    nearest: tuple[tuple[Article, float], ...]
    merged_title: str

    @property
    def can_undo(self) -> bool:
        return can_undo(self.event)


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Everything that a story's page shows."""

    story: Story
    articles: tuple[Article, ...]
    days: tuple[DayGroup, ...]
    undated: DayGroup
    first: Article | None
    charts: tuple[drawing.CoverageChart, ...]
    retitled: tuple[Retitled, ...]
    journal: tuple[JournalLine, ...]
    excerpt: str

    @property
    def outlets(self) -> int:
        return len({article.outlet_id for article in self.articles if article.outlet_id})

    @property
    def undrawn(self) -> int:
        """Outlets that came so late that the drawing has no line for them."""
        drawn = len(self.charts[0].lanes) if self.charts else 0
        return len({article.outlet_name for article in self.articles if article.day}) - drawn

    @property
    def unlisted(self) -> int:
        """Articles beyond those that one page can list; the exports hold them all."""
        return self.story.article_count - len(self.articles)

    @property
    def repeated(self) -> float:
        """The share of the story's words that stand in earlier articles of other outlets, from 0 to 1."""
        return repeated_share(self.articles)

    @property
    def has_repeats(self) -> bool:
        """Whether an article is mostly an earlier one's words."""
        return any(is_repeat(article) for article in self.articles)

    @property
    def has_whole_days(self) -> bool:
        """Whether the drawing holds articles of which only the day is known."""
        return any(article.day and not french.has_time(article) for article in self.articles)

    @property
    def first_day(self) -> date | None:
        return self.days[0].day if self.days else None

    @property
    def last_day(self) -> date | None:
        return self.days[-1].day if self.days else None

    @property
    def shown_journal(self) -> tuple[JournalLine, ...]:
        return self.journal[:SHOWN_EVENTS]

    @property
    def folded_journal(self) -> tuple[JournalLine, ...]:
        return self.journal[SHOWN_EVENTS:]


def page_of(story: Story) -> StoryPage:
    """The page of a story, in a number of queries that does not depend on its size."""
    articles = tuple(story.articles.for_lists().order_by("sort_at", "id")[:MOST_ARTICLES])
    first = first_article(articles)
    lead = next((article for article in articles if article.pk == story.lead_id), articles[0] if articles else None)
    return StoryPage(
        story=story,
        articles=articles,
        days=_days(articles, first),
        undated=_group(None, [article for article in articles if article.day is None], None, len(articles)),
        first=first,
        charts=charts(articles, first),
        retitled=_retitled(articles),
        journal=_journal(story),
        excerpt=excerpt_of(lead, openings([lead.pk])[lead.pk]) if lead else "",
    )


def first_article(articles: Sequence[Article]) -> Article | None:
    """The article that broke the story, or None where that cannot be said or nobody else told it."""
    told = [Published(a.pk, a.outlet_id, a.published_at, a.published_precision) for a in articles]
    first = first_of(told)
    if first is None or len({one.outlet for one in told}) < 2:
        return None
    return next(article for article in articles if article.pk == first.article)


def _group(day: date | None, articles: Sequence[Article], first: Article | None, total: int) -> DayGroup:
    lines = tuple(
        Line(article, first is not None and article.pk == first.pk, is_repeat(article), repeated_share([article]))
        for article in articles
    )
    cut = SHOWN_A_DAY if total > FOLD_FROM and len(lines) > SHOWN_A_DAY + 1 else len(lines)
    return DayGroup(day, lines[:cut], lines[cut:])


def _days(articles: Sequence[Article], first: Article | None) -> tuple[DayGroup, ...]:
    dated = [article for article in articles if article.day is not None]
    days = groupby(dated, key=lambda article: article.day)
    return tuple(_group(day, list(told), first, len(articles)) for day, told in days)


def _lanes(articles: Sequence[Article], first: Article | None) -> list[drawing.Lane]:
    """One lane per outlet, in order of entry."""
    lanes: dict[str, list[drawing.Mark]] = {}
    for article in articles:
        if article.day is None or article.published_at is None:
            continue
        is_first = first is not None and article.pk == first.pk
        mark = drawing.Mark(
            timezone.localtime(article.published_at),
            is_first,
            is_whole_day=not french.has_time(article),
            is_repeat=is_repeat(article),
        )
        lanes.setdefault(article.outlet_name, []).append(mark)
    return [drawing.Lane(name, tuple(marks)) for name, marks in lanes.items()][:MOST_LANES]


def charts(articles: Sequence[Article], first: Article | None) -> tuple[drawing.CoverageChart, ...]:
    """The three drawings of the coverage, wide to narrow; none without a dated article."""
    lanes = _lanes(articles, first)
    zone = timezone.get_current_timezone()
    drawn = (drawing.coverage(lanes, size, zone, french.axis_day, french.clock) for size in drawing.LAYOUTS)
    return tuple(chart for chart in drawn if chart)


def _retitled(articles: Sequence[Article]) -> tuple[Retitled, ...]:
    borne = headlines(articles)
    found = []
    for article in articles:
        for before, after in pairwise(borne[article.pk]):
            if changed := change(before.text, after.text):
                found.append(Retitled(article, changed, before.seen_at, after.seen_at))
    return tuple(found)


def _journal(story: Story) -> tuple[JournalLine, ...]:
    events = list(story.events.select_related("article", "by").defer("article__text", "article__blocks")[:MOST_EVENTS])
    wanted = {pk for event in events for pk, _score in event.detail.get("nearest", [])}
    near = Article.objects.only("pk", "title", "language").in_bulk(wanted)
    return tuple(
        JournalLine(
            event,
            tuple(event.detail.get("terms", [])),
            tuple((near[pk], score) for pk, score in event.detail.get("nearest", []) if pk in near),
            event.detail.get("title", ""),
        )
        for event in events
    )


@dataclass(slots=True)
class StoryLine:
    """A story in a list: who tells it, and from which day to which. Months and years are no days."""

    story: Story
    outlets: list[str] = field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None


def story_lines(stories: Iterable[Story]) -> list[StoryLine]:
    """These stories with their outlets' names and their days."""
    lines = {story.pk: StoryLine(story) for story in stories}
    told = Article.objects.filter(story__in=lines).exclude(outlet=None).order_by("outlet__name")
    for pk, name in told.values_list("story_id", "outlet__name").distinct():
        lines[pk or 0].outlets.append(name or "")
    days = Article.objects.filter(story__in=lines).values_list("story_id")
    for pk, first, last in days.annotate(first=Min("day"), last=Max("day")).order_by():
        lines[pk or 0].first_day, lines[pk or 0].last_day = first, last
    return list(lines.values())
