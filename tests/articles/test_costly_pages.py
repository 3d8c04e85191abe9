"""A page that costs too much becomes what its feed said, at once; the worker that took it reads the next one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Page
from articles.pipeline.extract import DocumentError, add_document, extract_next
from articles.pipeline.reextract import reread_all
from articles.pipeline.refresh import Outcome, refresh_next
from articles.text import ENGINE
from articles.views import selectors as views
from sources import confined
from sources.confined import Confined, Failed, Why
from sources.confined_child import MB, Limits, resident
from sources.models import MOST_TRIES, Entry
from tests.fakes import PARAGRAPH, FakeClient, html, make_entry, make_outlet, response

pytestmark = pytest.mark.django_db
URL = "https://journal.example/articles/1"
# Every link is open to the end of the page, and so holds all that follow.
TAGS = "<html><body><h1>Une page</h1>" + "<a href=x>lien" * 200_000


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Confined]:
    """A reader with little patience, in the place of the usual one."""
    made = Confined(Limits(cpu_seconds=0.7, seconds=20))
    monkeypatch.setattr(confined, "call", made.call)
    yield made
    made.stop()


def failing(why: Why) -> object:
    def call(*args: object, **options: object) -> None:
        raise Failed(why, "it was given up")

    return call


def test_a_page_of_200_000_tags_becomes_what_its_feed_said(small: Confined) -> None:
    make_entry(outlet=make_outlet(body_selector="a a", remove_selectors=["a > a"]), summary=PARAGRAPH)
    make_entry(2)
    second = "https://journal.example/articles/2"
    client = FakeClient({URL: response(URL, TAGS), second: response(second, html("Le suivant"))})
    extract_next(client)
    extract_next(client)
    first, after = Entry.objects.order_by("id")
    assert (first.outcome, first.tries, after.outcome) == ("feed_text", 1, "article")
    assert len(first.error) > 30
    assert first.leased_until is None


def test_a_page_that_nothing_replaces_is_left_out_with_its_reason(small: Confined) -> None:
    make_entry(outlet=make_outlet(body_selector="a a"))
    extract_next(FakeClient({URL: response(URL, TAGS)}))
    entry = Entry.objects.get()
    assert (entry.outcome, entry.tries) == ("refused", 1)
    assert len(entry.error) > 30


@pytest.mark.parametrize("why", [Why.TIME, Why.KILLED, Why.NO_START])
def test_what_the_machine_may_explain_is_tried_again_later(monkeypatch: pytest.MonkeyPatch, why: Why) -> None:
    make_entry()
    monkeypatch.setattr(confined, "call", failing(why))
    for tries in range(1, MOST_TRIES + 1):
        Entry.objects.update(retry_at=timezone.now())
        extract_next(FakeClient({URL: response(URL, html("Un titre"))}))
        entry = Entry.objects.get()
        assert (entry.tries, entry.error) == (tries, "it was given up")
    assert entry.outcome == "refused"


def read_first(client: FakeClient) -> Article:
    make_entry()
    client.answers[URL] = response(URL, html("Un titre"), headers={"etag": '"v1"'})
    extract_next(client)
    return Article.objects.get()


def test_a_costly_change_of_a_page_leaves_what_was_read(small: Confined) -> None:
    client = FakeClient()
    read_first(client)
    before = Article.objects.values("title", "text").get()
    client.answers[URL] = response(URL, "<p>" * 3 + TAGS, headers={"etag": '"v2"'})
    Page.objects.update(refresh_at=timezone.now())
    found = refresh_next(client)
    assert found is not None
    assert found.outcome == Outcome.FAILED
    assert Article.objects.values("title", "text").get() == before
    assert Page.objects.get().etag == '"v1"'
    assert Page.objects.get().refresh_at is not None


def test_a_kept_page_that_has_become_costly_keeps_its_article(small: Confined) -> None:
    article = read_first(FakeClient())
    Page.objects.update(packed=Page.pack(TAGS))
    Article.objects.update(extracted_with=0)
    [found] = reread_all(Article.objects.all())
    assert not found.is_readable
    article.refresh_from_db()
    assert (article.title, article.extracted_with) == ("Un titre", ENGINE)


def test_trying_selectors_on_a_costly_page_says_so(small: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    outlet = make_outlet()
    monkeypatch.setattr(views, "client", lambda: FakeClient({URL: response(URL, TAGS)}))
    browser = Browser()
    browser.force_login(User.objects.create_superuser("admin"))
    address = reverse("selectors:edit", args=[outlet.slug])
    answer = browser.post(address, {"act": "preview", "url": URL, "body_selector": "a a"})
    assert answer.status_code == 400
    assert len(answer.context["form"].errors["url"]) == 1


def test_a_costly_document_is_refused_in_words(small: Confined) -> None:
    with pytest.raises(DocumentError, match=r"\."):
        add_document(html=TAGS, url=URL)
    assert Article.objects.count() == 0


def test_a_page_of_twenty_megabytes_stays_within_the_memory(small: Confined) -> None:
    page = html("Un long titre", times=85_000)
    assert len(page) > 20 * MB
    before = resident()
    make_entry(summary=PARAGRAPH)
    extract_next(FakeClient({URL: response(URL, page)}))
    assert Entry.objects.get().outcome in {"article", "feed_text"}
    assert resident() - before < 250 * MB
