"""What an editor chooses from: the weeks that have articles, and each week's stories with a reason to pick them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count
from django.db.models.functions import ExtractIsoYear, ExtractWeek
from django.utils.translation import gettext as _

from articles.converters import Week
from articles.importance import Voice, weigh
from articles.models import Article, Digest, DigestItem, Story
from articles.templatetags.french import said_date

# A press review compares: fewer outlets than this and there is little to set side by side.
ENOUGH_OUTLETS = 3


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week of the desk's first page."""

    week: Week
    articles: int
    stories: int
    outlets: int
    digest: Digest | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story of the week: how much it was covered in that week, and why it is proposed, in words."""

    story: Story
    outlets: int
    articles: int
    why: str
    is_picked: bool
    is_proposed: bool
    language: str


@dataclass(slots=True)
class _Coverage:
    outlets: dict[int, str] = field(default_factory=dict)
    articles: int = 0
    voices: list[Voice] = field(default_factory=list)
    first_at: datetime | None = None
    first_precision: str = ""
    last_day: date | None = None


def weeks() -> list[WeekLine]:
    """Every ISO week that has dated articles, newest first."""
    counted = (
        Article.objects.exclude(day=None)
        .annotate(iso_year=ExtractIsoYear("day"), iso_week=ExtractWeek("day"))
        .values("iso_year", "iso_week")
        .annotate(articles=Count("id"), stories=Count("story", distinct=True), outlets=Count("outlet", distinct=True))
        .order_by("-iso_year", "-iso_week")
    )
    digests = {Week(digest.year, digest.week): digest for digest in Digest.objects.defer("sealed")}
    lines = []
    for row in counted:
        week = Week(row["iso_year"], row["iso_week"])
        lines.append(WeekLine(week, row["articles"], row["stories"], row["outlets"], digests.get(week)))
    return lines


def _coverage(week: Week) -> dict[int, _Coverage]:
    """Who told each story in this week; outlets in the order in which they came to it."""
    told: dict[int, _Coverage] = {}
    rows = (
        Article.objects.published(week.first_day, week.last_day)
        .exclude(story=None)
        .order_by("sort_at", "id")
        .values_list(
            "story_id", "outlet_id", "outlet__name", "published_at", "published_precision", "day", "original_share"
        )
    )
    for story_id, outlet_id, outlet, published_at, precision, day, own in rows:
        cover = told.setdefault(story_id or 0, _Coverage(first_at=published_at, first_precision=precision))
        cover.articles += 1
        cover.voices.append(Voice(outlet_id, own, published_at))
        cover.last_day = day
        if outlet_id is not None:
            cover.outlets.setdefault(outlet_id, outlet)
    return told


def _editions(stories: Iterable[int], digest: Digest) -> dict[int, int]:
    """The published edition that already held each of these stories."""
    held = DigestItem.objects.filter(story__in=stories, digest__state=Digest.State.PUBLISHED).exclude(digest=digest)
    return {story: number or 0 for story, number in held.values_list("story_id", "digest__number")}


def _why(cover: _Coverage, edition: int | None, is_first: bool) -> tuple[str, bool]:
    """A reason in words, and whether it speaks for the story."""
    if edition is not None:
        return _("Already in edition %(number)d") % {"number": edition}, False
    if len(cover.outlets) < 2:
        return _("One outlet only: nothing to compare"), False
    names = {
        "outlet": next(iter(cover.outlets.values())),
        "moment": said_date(cover.first_at, cover.first_precision, short=True),
        "own": weigh(cover.voices).own,
    }
    if len(cover.outlets) < ENOUGH_OUTLETS:
        return _("Two outlets: a brief at most. First: %(outlet)s, %(moment)s") % names, False
    if is_first:
        return _(
            "Proposed: the weightiest of the week, own texts: %(own)d. First: %(outlet)s, %(moment)s"
        ) % names, True
    return _("Proposed, own texts: %(own)d. First: %(outlet)s, %(moment)s") % names, True


def candidates(digest: Digest) -> list[Candidate]:
    """The stories of the digest's week, the weightiest in that week first (see articles/importance.py)."""
    told = _coverage(Week(digest.year, digest.week))
    stories = Story.objects.select_related("lead").only("title", "lead__language").in_bulk(told)
    picked = set(digest.items.values_list("story_id", flat=True))
    editions = _editions(told, digest)
    ranked = sorted(
        told.items(), key=lambda pair: (weigh(pair[1].voices).score, pair[1].last_day, pair[0]), reverse=True
    )
    found = []
    for place, (pk, cover) in enumerate(ranked):
        why, is_proposed = _why(cover, editions.get(pk), is_first=place == 0)
        story = stories[pk]
        language = story.lead.language if story.lead else ""
        found.append(Candidate(story, len(cover.outlets), cover.articles, why, pk in picked, is_proposed, language))
    return found
