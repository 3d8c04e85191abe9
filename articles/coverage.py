"""A story's page as frozen values: its articles by episode and day, the drawings, changed headlines, the journal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import Any

from django.db.models import Max, Min, Prefetch, Q
from django.utils import timezone

from articles import drawing, related
from articles.curating import can_undo
from articles.firsts import Published, first_of
from articles.headlines import Change, change
from articles.models import Article, Episode, MentionedDate, Story, StoryEvent
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
    speaks_of: int = 0
    """For an article without a day: the number of the episode whose days it mentions."""


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
class EpisodeGroup:
    """An episode with its articles by day; `anchors` are those of the episodes that it took in, here or elsewhere."""

    number: int
    episode: Episode
    anchors: tuple[str, ...]
    days: tuple[DayGroup, ...]

    @property
    def count(self) -> int:
        return sum(day.count for day in self.days)

    @property
    def first_day(self) -> date:
        return self.days[0].day or self.episode.first_day

    @property
    def last_day(self) -> date:
        return self.days[-1].day or self.episode.last_day


@dataclass(frozen=True, slots=True)
class Summary:
    """The sentence under the title: an article's own words, or an editor's (`article` is then None)."""

    text: str
    article: Article | None
    is_by_editor: bool


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
    about: str
    """The other story's title, or the label or sentence that was given; "" where there is none."""

    @property
    def kind(self) -> str:
        """What happened, in words (a model's own way to them takes all its kinds' words each time)."""
        return str(StoryEvent.Kind(self.event.kind).label)

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
    summary: Summary | None
    episodes: tuple[EpisodeGroup, ...] = ()
    """The days once more, by episode; none for a story that is told in one."""

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
    def excerpt(self) -> str:
        return self.summary.text if self.summary else ""

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
    articles = tuple(story.articles.for_long_lists().order_by("sort_at", "id")[:MOST_ARTICLES])
    first = first_article(articles)
    days = _days(articles, first)
    undated = [article for article in articles if article.day is None]
    episodes = episode_groups(story, days)
    return StoryPage(
        story=story,
        articles=articles,
        days=days,
        undated=_group(None, undated, None, len(articles), _spoken_of(undated, episodes)),
        first=first,
        charts=charts(articles, first, episodes),
        retitled=_retitled(articles),
        journal=_journal(story),
        summary=summary_of(story, articles),
        episodes=episodes,
    )


def about(story: Story, absolute: Callable[[str], str]) -> dict[str, Any]:
    """What the JSON of a story says of it beside its articles; `absolute` makes a whole address of a path."""
    articles = tuple(story.articles.for_long_lists().order_by("sort_at", "id")[:MOST_ARTICLES])
    summary = summary_of(story, articles)
    address = absolute(story.get_absolute_url())
    return {
        "story": story.pk,
        "title": story.title,
        "page": address,
        "summary": summary.text if summary else "",
        "summary_article": summary.article.pk if summary and summary.article else None,
        "summary_by_editor": bool(summary and summary.is_by_editor),
        "importance": round(story.importance, 2),
        "outlets_with_own_text": story.own_outlet_count,
        "episodes": [
            {
                "number": one.number,
                "label": one.episode.label,
                "label_by_editor": one.episode.label_by_editor,
                "first_day": one.first_day.isoformat(),
                "last_day": one.last_day.isoformat(),
                "new_names": one.episode.terms,
                "articles": [line.article.pk for day in one.days for line in (*day.lines, *day.folded)],
                "page": f"{address}#{one.episode.anchor}",
            }
            for one in episode_groups(story, _days(articles, None))
        ],
        "related": [
            {"story": one.story.pk, "title": one.story.title, "names": list(one.shared), "by_editor": one.is_tied}
            for one in related.of_story(story)
        ],
    }


def summary_of(story: Story, articles: Sequence[Article]) -> Summary | None:
    """The story's sentence, else the beginning of its lead; None where no article says anything."""
    by_number = {article.pk: article for article in articles}
    source = by_number.get(story.summary_article_id or 0)
    if words := story.sentence_from(source):
        return Summary(words, source, story.summary_by_editor)
    lead = by_number.get(story.lead_id or 0) or next(iter(articles), None)
    words = excerpt_of(lead, openings([lead.pk])[lead.pk]) if lead else ""
    return Summary(words, lead, False) if words else None


def episode_groups(story: Story, days: Sequence[DayGroup]) -> tuple[EpisodeGroup, ...]:
    """The days by episode; none where the story has fewer than two. A day that was never cut goes with those before."""
    rows = list(Episode.objects.filter(Q(story=story) | Q(story__merged_into=story)).order_by("first_day", "id"))
    shown = [row for row in rows if row.story_id == story.pk and row.merged_into_id is None]
    told: dict[int, list[DayGroup]] = {row.pk: [] for row in shown}
    if len(shown) < 2:
        return ()
    for group in days:
        told[_episode_of(group.day, shown).pk].append(group)
    anchors: dict[int, list[str]] = {row.pk: [] for row in shown}
    for row in rows:
        if row not in shown:
            anchors[_episode_of(row.first_day, shown).pk].append(row.anchor)
    filled = [row for row in shown if told[row.pk]]
    if len(filled) < 2:
        return ()
    return tuple(
        EpisodeGroup(number, row, tuple(anchors[row.pk]), tuple(told[row.pk])) for number, row in enumerate(filled, 1)
    )


def _episode_of(day: date | None, shown: Sequence[Episode]) -> Episode:
    return next((row for row in reversed(shown) if day and row.first_day <= day), shown[0])


def _spoken_of(undated: Sequence[Article], episodes: Sequence[EpisodeGroup]) -> dict[int, int]:
    """Of which episode an article without a day speaks: the one that holds two thirds of the story's days it names."""
    if not undated or not episodes:
        return {}
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    mentioned = MentionedDate.objects.filter(article__in=undated, precision="day", is_hidden=False)
    for pk, value in mentioned.values_list("article_id", "value").distinct():
        for place, group in enumerate(episodes):
            counts[pk][place] += group.first_day.isoformat() <= value <= group.last_day.isoformat()
    found = {}
    for pk, by_place in counts.items():
        place, most = max(by_place.items(), key=lambda pair: (pair[1], -pair[0]))
        if most * 3 >= by_place.total() * 2 and most:
            found[pk] = episodes[place].number
    return found


def first_article(articles: Sequence[Article]) -> Article | None:
    """The article that broke the story, or None where that cannot be said or nobody else told it."""
    told = [Published(a.pk, a.outlet_id, a.published_at, a.published_precision) for a in articles]
    first = first_of(told)
    if first is None or len({one.outlet for one in told}) < 2:
        return None
    return next(article for article in articles if article.pk == first.article)


def _group(
    day: date | None,
    articles: Sequence[Article],
    first: Article | None,
    total: int,
    spoken_of: Mapping[int, int] = MappingProxyType({}),
) -> DayGroup:
    lines = tuple(
        Line(
            article,
            first is not None and article.pk == first.pk,
            is_repeat(article),
            repeated_share([article]),
            spoken_of.get(article.pk, 0),
        )
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


def charts(
    articles: Sequence[Article], first: Article | None, episodes: Sequence[EpisodeGroup] = ()
) -> tuple[drawing.CoverageChart, ...]:
    """The three drawings of the coverage, wide to narrow; none without a dated article."""
    lanes = _lanes(articles, first)
    zone = timezone.get_current_timezone()
    spans = [drawing.Stretch(one.first_day, one.last_day, one.episode.label) for one in episodes]
    drawn = (drawing.coverage(lanes, size, zone, french.axis_day, french.clock, spans) for size in drawing.LAYOUTS)
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
    shown = Prefetch("article", Article.objects.only("title", "language"))
    events = list(story.events.select_related("by").prefetch_related(shown)[:MOST_EVENTS])
    wanted = {pk for event in events for pk, _score in event.detail.get("nearest", [])}
    near = Article.objects.only("pk", "title", "language").in_bulk(wanted)
    return tuple(
        JournalLine(
            event,
            tuple(event.detail.get("terms", [])),
            tuple((near[pk], score) for pk, score in event.detail.get("nearest", []) if pk in near),
            event.detail.get("title") or event.detail.get("said", ""),
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
