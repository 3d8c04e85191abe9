"""Putting the demonstration press into the database, and taking all of it away."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from articles import editing
from articles.converters import Week
from articles.models import Article, Digest, GroupingState, Story
from pressreview.demo.library import feed_url, load_articles, load_outlets
from sources.bell import ring
from sources.models import Entry, Feed, Outlet

# What the outlets call themselves, in the words of our own list; the others are of the technology press.
_KINDS = {
    "agence de presse": Outlet.Kind.AGENCY,
    "quotidien économique": Outlet.Kind.BUSINESS,
    "English-language business news": Outlet.Kind.BUSINESS,
    "quotidien généraliste": Outlet.Kind.GENERAL,
    "semi-conducteurs et industrie": Outlet.Kind.TRADE,
}
EDITOR = "demonstration"
EDITION = Path(__file__).parent / "edition.toml"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the collecting of everything switched on has come."""

    feeds: int
    feeds_read: int
    entries: int
    entries_processed: int
    articles: int
    articles_grouped: int
    stories: int

    @property
    def is_done(self) -> bool:
        return (
            self.feeds == self.feeds_read
            and self.entries == self.entries_processed
            and self.articles == self.articles_grouped
        )


def progress() -> Progress:
    """Counted, not estimated."""
    feeds, articles = Feed.objects.collectable(), Article.objects.all()
    return Progress(
        feeds=feeds.count(),
        feeds_read=feeds.exclude(last_success_at=None, failures=0).count(),
        entries=Entry.objects.count(),
        entries_processed=Entry.objects.exclude(processed_at=None).count(),
        articles=articles.count(),
        articles_grouped=articles.exclude(grouped_at=None).count(),
        stories=Story.objects.current().count(),
    )


def base_address() -> str:
    """Where the demonstration press is served."""
    return f"http://127.0.0.1:{settings.PRESSREVIEW_DEMO_PORT}"


def is_installed() -> bool:
    """Whether its outlets are in the database: then its server is needed too."""
    return Outlet.objects.filter(is_demo=True).exists()


@transaction.atomic
def install() -> int:
    """Add the outlets and their feeds, due at once; how many outlets were new."""
    now, new = timezone.now(), 0
    for outlet in load_outlets():
        row, created = Outlet.objects.update_or_create(
            slug=outlet.slug,
            defaults={
                "name": outlet.name,
                "homepage": f"{base_address()}/{outlet.slug}/",
                "kind": _KINDS.get(outlet.kind, Outlet.Kind.TECH),
                "language": outlet.language,
                "owner": outlet.owner,
                "description": outlet.description,
                "is_demo": True,
                "is_active": True,
            },
        )
        Feed.objects.get_or_create(url=feed_url(outlet, base_address()), defaults={"outlet": row, "next_fetch_at": now})
        new += created
    ring("sources.collect_due")
    return new


@transaction.atomic
def remove() -> int:
    """Take away the outlets, their articles, the stories that hold nothing else, and its edition; how many articles."""
    outlets = _held()
    articles = Article.objects.filter(outlet__in=outlets)
    stories = set(articles.exclude(story=None).values_list("story_id", flat=True))
    count = articles.count()
    articles.delete()
    Outlet.objects.filter(pk__in=[outlet.pk for outlet in outlets]).delete()
    for story in Story.objects.filter(pk__in=stories):
        if story.articles.exists():
            story.refresh()
    emptied = Story.objects.filter(pk__in=stories, articles=None)
    Digest.objects.filter(published_by__username=EDITOR).delete()
    User.objects.filter(username=EDITOR).delete()
    Story.objects.filter(merged_into__in=emptied).delete()
    emptied.delete()
    return count


def _held() -> list[Outlet]:
    """The demonstration's outlets, with every step kept from them, in the order in which the steps take their rows.

    The engine that grouping keeps in memory is told that its stories changed.
    """
    GroupingState.objects.filter(pk=1).update(generation=F("generation") + 1)
    for rows in (Feed.objects.all(), Entry.objects.all()):
        list(rows.filter(outlet__is_demo=True).select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    return list(Outlet.objects.select_for_update().filter(is_demo=True))


@transaction.atomic
def publish_edition() -> Digest | None:
    """Publish the demonstration's own weekly edition once its stories are there; None when it is, or they are not."""
    told = tomllib.loads(EDITION.read_text(encoding="utf-8"))
    week = Week(told["year"], told["week"])
    if Digest.objects.filter(year=week.year, week=week.number).exists():
        return None
    picked = [(_story(item["story"]), editing.ItemText(item["headline"], item["note"])) for item in told["items"]]
    if any(story is None for story, _ in picked):
        return None
    editor, _ = User.objects.get_or_create(username=EDITOR, defaults={"first_name": "La", "last_name": "démonstration"})
    digest = editing.open_digest(week, editor)
    for story, text in picked:
        assert story is not None
        editing.add_story(digest, story, text)
    words = editing.DigestText(told["title"], told["standfirst"], told["introduction"], {})
    return editing.publish(editing.write(digest, words, digest.version), editor)


def _story(key: str) -> Story | None:
    """The story that holds most of the demonstration's articles under this key."""
    titles = [article.title for article in load_articles() if article.story == key]
    articles = Article.objects.filter(outlet__is_demo=True, title__in=titles).exclude(story=None)
    counted = articles.values("story").annotate(n=Count("id")).order_by("-n", "story").first()
    return Story.objects.get(pk=counted["story"]) if counted else None
