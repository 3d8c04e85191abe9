"""The demonstration press comes in, is collected for real, and goes without a trace."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from articles import editing
from articles.converters import Week
from articles.models import Article, Digest, GroupingState, Page, Story
from articles.pipeline import group
from articles.pipeline.extract import extract_next
from articles.pipeline.group import group_batch
from pressreview.demo import install as demo
from pressreview.demo.library import article_path, load_articles, load_outlets
from pressreview.demo.press import running
from pressreview.demo.rendering import outlets_by_slug
from sources.collecting import collect_next
from sources.fetching.client import Client
from sources.fetching.guards import AddressGuard
from sources.models import Entry, Feed, FetchAttempt, Outlet
from tests.fakes import make_outlet

pytestmark = pytest.mark.django_db
STORY_OF = {
    article_path(outlets_by_slug()[article.outlet], article).rstrip("/"): article.story for article in load_articles()
}


@pytest.fixture(autouse=True)
def _fresh_engine() -> None:
    group._engine = None
    GroupingState.objects.get_or_create(pk=1)


def some_articles() -> list[Article]:
    """As if five articles of the press had been collected and grouped."""
    demo.install()
    outlet, now = Outlet.objects.earliest("pk"), timezone.now()
    made = [
        Article.objects.create(
            title=told.title, text=told.body, outlet=outlet, fingerprint=f"{n:064}", published_at=now
        )
        for n, told in enumerate(load_articles()[:5])
    ]
    while group_batch():
        continue
    return made


def test_it_adds_every_outlet_with_a_feed_that_is_due() -> None:
    assert demo.install() == len(load_outlets())
    assert Feed.objects.due(timezone.now() + timedelta(seconds=1)).count() == len(load_outlets())
    assert demo.is_installed()
    assert {kind for (kind,) in Outlet.objects.values_list("kind")} >= {
        "agency",
        "business",
        "general",
        "tech",
        "trade",
    }


def test_adding_it_twice_changes_nothing() -> None:
    demo.install()
    assert demo.install() == 0
    assert Feed.objects.count() == len(load_outlets())


def test_taking_it_away_leaves_nothing_of_it() -> None:
    some_articles()
    assert demo.remove() == 5
    for model in (Outlet, Feed, Entry, Article, Page, Story, FetchAttempt):
        assert not model.objects.exists(), model
    assert not demo.is_installed()


def test_taking_it_away_leaves_what_is_not_its() -> None:
    story = some_articles()[0].story or Article.objects.earliest("pk").story
    own = Article.objects.create(
        title="Le nôtre", text="Texte", outlet=make_outlet(), fingerprint="f" * 64, story=story
    )
    demo.remove()
    assert list(Article.objects.all()) == [own]
    left = Story.objects.get()
    assert (left.article_count, left.lead, left.title) == (1, own, "Le nôtre")


def test_an_edition_with_one_story_of_ones_own_stays(admin_user: object) -> None:
    story = some_articles()[0].story or Article.objects.earliest("pk").story
    assert story is not None
    own = Story.objects.create(title="La nôtre", article_count=1)
    Article.objects.create(title="Le nôtre", text="Texte", outlet=make_outlet(), fingerprint="f" * 64, story=own)
    digest = editing.open_digest(Week(2024, 9), admin_user)  # type: ignore[arg-type]
    editing.add_story(digest, story)
    editing.add_story(digest, own)
    demo.remove()
    assert [item.story for item in Digest.objects.get().items.all()] == [own]


def test_grouping_goes_on_after_it_was_taken_away() -> None:
    some_articles()
    demo.remove()
    told = load_articles()[0]
    Article.objects.create(title=told.title, text=told.body, outlet=make_outlet(), fingerprint="f" * 64)
    assert group_batch() == 1


def test_the_command_tells_what_it_did() -> None:
    out = StringIO()
    call_command("demo", stdout=out)
    call_command("demo", stdout=out)
    call_command("demo", "--remove", stdout=out)
    assert f"{len(load_outlets())} outlets added" in out.getvalue()
    assert "already there" in out.getvalue()
    assert "0 articles" in out.getvalue()


def test_progress_is_counted() -> None:
    assert demo.progress().feeds == 0
    some_articles()
    progress = demo.progress()
    assert (progress.feeds, progress.feeds_read, progress.articles, progress.articles_grouped) == (12, 0, 5, 5)
    assert not progress.is_done
    Feed.objects.update(last_success_at=timezone.now())
    assert demo.progress().is_done


def test_three_feeds_are_collected_over_http_and_their_pages_read(settings: object) -> None:
    with running() as base:
        settings.PRESSREVIEW_DEMO_PORT = int(base.rsplit(":", 1)[1])  # type: ignore[attr-defined]
        demo.install()
        kept = ["agence-transmission", "le-signal-numerique", "the-channel-ledger"]
        Outlet.objects.exclude(slug__in=kept).update(is_active=False)
        client = Client(user_agent="Test", guard=AddressGuard([base.removeprefix("http://")]))
        while attempt := collect_next(client):
            assert attempt.outcome == "new", attempt.error
        while extract_next(client):
            continue
    published = {path for path in STORY_OF if path.split("/")[1] in kept}
    collected = {article.canonical_url.removeprefix(base) for article in Article.objects.all()}
    assert collected == published
    assert not Entry.objects.exclude(outcome="article").exists()
    dates = dict(Article.objects.values_list("title", "published_at"))
    assert all(dates.values())
