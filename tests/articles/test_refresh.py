"""A published page is looked at again, at growing intervals, politely, and whatever comes nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from articles import tasks
from articles.models import Article, ArticleVersion, Page
from articles.pipeline import reading
from articles.pipeline.extract import extract_next
from articles.pipeline.reading import LOOKS, next_look
from articles.pipeline.refresh import Outcome, refresh_next
from pressreview.celery import app
from sources.fetching.client import AddressRefused, FetchError, Reason
from sources.fetching.errors import Busy
from sources.models import LEASE, Outlet
from tests.fakes import PARAGRAPH, Answer, FakeClient, html, make_entry, response
from tests.tricks import break_down

pytestmark = pytest.mark.django_db
URL = "https://journal.example/articles/1"
TITLE = "Un centre de données dans la filature"
CONSENT = (
    "<html><head><title>Vos choix</title></head><body><main><h1>Vos choix</h1>"
    "<p>Nous et nos partenaires déposons des traceurs pour mesurer l'audience du site et vous montrer des annonces.</p>"
    "<p>Vous pouvez accepter, refuser ou régler finalité par finalité, et changer d'avis quand vous voulez.</p>"
    "</main></body></html>"
)
REWRITTEN = html(TITLE, text=PARAGRAPH.replace("douze salles", "quinze salles"))


def read_first(client: FakeClient, page: str = "", **headers: str) -> Article:
    """The article of the page, read just now."""
    client.answers[URL] = response(URL, page or html(TITLE), headers=headers)
    make_entry()
    extract_next(client)
    client.asked.clear()
    return Article.objects.get()


def look(client: FakeClient, answer: Answer | str | None = None) -> str | None:
    """The outcome of a look at the page, as if its time had come; `answer` is what the page says now."""
    if answer is not None:
        client.answers[URL] = response(URL, answer) if isinstance(answer, str) else answer
    Page.objects.exclude(refresh_at=None).update(refresh_at=timezone.now() - timedelta(seconds=1))
    found = refresh_next(client)
    return found.outcome if found else None


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


def test_a_new_article_is_due_an_hour_after_it_was_seen(client: FakeClient) -> None:
    article = read_first(client)
    assert Page.objects.get().refresh_at == article.seen_at + timedelta(hours=1)
    assert refresh_next(client) is None
    assert client.asked == []


def test_the_times_between_looks_grow_and_end() -> None:
    seen = now = datetime(2024, 2, 26, 8, tzinfo=UTC)
    times = []
    while (at := next_look(seen, now)) is not None:
        times.append(at - seen)
        now = at
    assert times == list(LOOKS) == sorted(LOOKS)


def test_times_that_were_missed_are_left_out() -> None:
    seen = datetime(2024, 2, 26, 8, tzinfo=UTC)
    assert next_look(seen, seen + timedelta(days=2)) == seen + LOOKS[-1]


def test_the_last_look_is_the_last(client: FakeClient) -> None:
    article = read_first(client)
    Article.objects.update(seen_at=article.seen_at - LOOKS[-1])
    assert look(client) == Outcome.SAME
    assert Page.objects.get().refresh_at is None
    assert look(client) is None


def test_the_request_is_conditional(client: FakeClient) -> None:
    read_first(client, etag='"v1"', **{"last-modified": "Wed, 28 Feb 2024 10:00:00 GMT"})
    assert look(client, response(URL, b"", status=304)) == Outcome.SAME
    assert client.asked == [(URL, '"v1"', "Wed, 28 Feb 2024 10:00:00 GMT")]
    assert Page.objects.get().etag == '"v1"'  # the 304 confirmed it without saying it again


def test_new_validators_take_the_place_of_the_old(client: FakeClient) -> None:
    read_first(client, etag='"v1"', **{"last-modified": "Wed, 28 Feb 2024 10:00:00 GMT"})
    look(client, response(URL, html(TITLE), headers={"etag": '"v2"'}))
    page = Page.objects.get()
    assert (page.etag, page.last_modified) == ('"v2"', "")


def test_a_validator_too_long_to_keep_is_not_cut(client: FakeClient) -> None:
    read_first(client, etag='"' + "a" * 600 + '"')
    assert Page.objects.get().etag == ""


@pytest.mark.parametrize("outcome", [404, 410])
def test_a_page_that_is_gone_is_noted_and_loses_nothing(client: FakeClient, outcome: int) -> None:
    before = read_first(client)
    reason = Reason.GONE if outcome == 410 else Reason.HTTP_ERROR
    assert look(client, FetchError(reason, "It is gone.", status=outcome)) == Outcome.MISSING
    article = Article.objects.get()
    assert article.gone_at is not None
    assert (article.title, article.text, article.page.html) == (before.title, before.text, before.page.html)
    assert (article.page.refresh_at is None) == (outcome == 410)


def test_the_first_time_it_was_missing_is_kept(client: FakeClient) -> None:
    read_first(client)
    missing = FetchError(Reason.HTTP_ERROR, "It is not there.", status=404)
    look(client, missing)
    first = Article.objects.get().gone_at
    look(client, missing)
    assert Article.objects.get().gone_at == first


@pytest.mark.parametrize("page", [html(TITLE), REWRITTEN])
def test_a_page_that_comes_back_is_no_longer_gone(client: FakeClient, page: str) -> None:
    read_first(client)
    look(client, FetchError(Reason.HTTP_ERROR, "It is not there.", status=404))
    look(client, page)
    assert Article.objects.get().gone_at is None


def test_a_failure_waits_for_the_next_time(client: FakeClient) -> None:
    article = read_first(client)
    Article.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    assert look(client, FetchError(Reason.TIMEOUT, "It took too long.")) == Outcome.FAILED
    page = Page.objects.get()
    assert page.refresh_at == page.article.seen_at + timedelta(hours=6)
    assert page.article.text == article.text
    assert page.article.gone_at is None


def test_a_server_that_names_a_time_is_obeyed(client: FakeClient) -> None:
    read_first(client)
    look(client, FetchError(Reason.RATE_LIMITED, "Wait.", status=429, retry_after=timedelta(days=2)))
    at = Page.objects.get().refresh_at
    assert at is not None
    assert at - timezone.now() > timedelta(days=1, hours=23)


def test_our_own_pace_is_no_look(client: FakeClient) -> None:
    read_first(client)
    for _ in range(3 * len(LOOKS)):
        assert look(client, Busy("journal.example", timedelta(seconds=7))) == Outcome.BUSY
    page = Page.objects.get()
    assert page.looks == 0
    assert page.refresh_at is not None
    assert page.refresh_at - timezone.now() <= timedelta(seconds=7)


@pytest.mark.parametrize(
    "refusal", [FetchError(Reason.ROBOTS, "robots.txt"), AddressRefused("It is at a private address.")]
)
def test_a_page_that_we_may_not_read_is_left_alone(client: FakeClient, refusal: FetchError) -> None:
    read_first(client)
    look(client, refusal)
    assert Page.objects.get().refresh_at is None


def test_an_outlet_that_was_switched_off_is_left_alone(client: FakeClient) -> None:
    read_first(client)
    Outlet.objects.update(is_active=False)
    assert look(client) == Outcome.LEFT
    assert client.asked == []
    assert Page.objects.get().refresh_at is None


def test_a_demonstration_page_is_looked_at_once(client: FakeClient) -> None:
    read_first(client)
    Outlet.objects.update(is_demo=True)
    assert look(client) == Outcome.SAME
    assert look(client) == Outcome.LEFT
    assert len(client.asked) == 1


def test_a_page_that_kills_its_workers_is_given_up(client: FakeClient) -> None:
    read_first(client)
    Page.objects.update(looks=len(LOOKS))
    assert look(client) == Outcome.LEFT
    assert client.asked == []


def test_a_killed_workers_page_comes_back_by_itself(client: FakeClient) -> None:
    read_first(client)
    Page.objects.update(refresh_at=timezone.now() - timedelta(seconds=1))

    def die() -> Answer:
        raise KeyboardInterrupt

    client.answers[URL] = die  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        refresh_next(client)
    page = Page.objects.get()
    assert page.refresh_at is not None
    assert timedelta() < page.refresh_at - timezone.now() <= LEASE
    assert refresh_next(client) is None  # the lease holds
    assert look(client, REWRITTEN) == Outcome.CHANGED


def test_a_worker_that_lost_its_lease_writes_nothing(client: FakeClient) -> None:
    article = read_first(client)

    def answer_late() -> Answer:
        Page.objects.update(refresh_at=timezone.now() + timedelta(minutes=9))
        return response(URL, REWRITTEN)

    assert look(client, answer_late) == Outcome.LOST  # type: ignore[arg-type]
    assert Article.objects.get().text == article.text
    assert not ArticleVersion.objects.exists()


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<html><body><nav>Menu</nav></body></html>",
        "<html><body><h1>Page introuvable</h1><p>Cette page n'existe plus.</p></body></html>",
        CONSENT,
    ],
    ids=["nothing", "menu", "error page", "consent"],
)
def test_what_is_no_article_any_more_changes_nothing(client: FakeClient, page: str) -> None:
    before = read_first(client)
    assert look(client, page) == Outcome.STRAY
    article = Article.objects.get()
    assert (article.title, article.text, article.page.html) == (before.title, before.text, before.page.html)
    assert article.page.refresh_at is not None


def test_an_address_that_leads_to_another_article_changes_nothing(client: FakeClient) -> None:
    before = read_first(client)
    other = html("Les livreurs à vélo", text="Les livreurs de la plateforme demandent un salaire minimum à la mairie.")
    assert look(client, response("https://journal.example/", other)) == Outcome.STRAY
    assert Article.objects.get().text == before.text


def test_an_article_that_moved_is_still_itself(client: FakeClient) -> None:
    read_first(client)
    assert look(client, response("https://journal.example/2024/filature", REWRITTEN)) == Outcome.CHANGED
    article = Article.objects.get()
    assert "quinze salles" in article.text
    assert article.url == URL


def test_a_wall_that_goes_up_takes_no_text_away(client: FakeClient) -> None:
    before = read_first(client, html(TITLE, times=8))
    wall = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
    assert look(client, html(TITLE, times=1, head=wall)) == Outcome.WALLED
    article = Article.objects.get()
    assert article.paywalled
    assert article.text == before.text
    assert not ArticleVersion.objects.exists()


def test_a_page_that_becomes_another_article_of_the_outlet_changes_nothing(client: FakeClient) -> None:
    before = read_first(client)
    twin = "https://journal.example/articles/2"
    client.answers[twin] = response(twin, REWRITTEN)
    make_entry(2, url=twin)
    extract_next(client)
    assert look(client, REWRITTEN) == Outcome.STRAY
    assert Article.objects.get(pk=before.pk).text == before.text
    assert not ArticleVersion.objects.exists()


def test_facts_around_the_text_are_kept_up_to_date(client: FakeClient) -> None:
    read_first(client)
    head = '<meta name="author" content="Ada Lune"><meta property="article:tag" content="énergie">'
    assert look(client, html(TITLE, head=head)) == Outcome.SAME
    article = Article.objects.get()
    assert (article.authors, article.tags) == (["Ada Lune"], ["énergie"])


def test_facts_that_a_page_leaves_out_stay(client: FakeClient) -> None:
    read_first(client, html(TITLE, head='<meta name="author" content="Ada Lune">'))
    look(client, REWRITTEN)
    assert Article.objects.get().authors == ["Ada Lune"]


def test_a_new_date_on_a_rewritten_page_is_not_the_publications(client: FakeClient) -> None:
    def dated(day: str, page: str) -> str:
        return page.replace("<head>", f"<head><meta property='article:published_time' content='{day}'>")

    read_first(client, dated("2024-02-26T08:00:00+01:00", html(TITLE)))
    look(client, dated("2024-02-27T09:00:00+01:00", REWRITTEN))
    article = Article.objects.get()
    assert article.published_at == datetime(2024, 2, 26, 7, tzinfo=UTC)
    assert "quinze" in article.text


def test_the_same_date_told_more_precisely_is_taken(client: FakeClient) -> None:
    day = Article(published_at=datetime(2024, 2, 25, 23, tzinfo=UTC), published_precision="day")
    minute = Article(published_at=datetime(2024, 2, 26, 7, 30, tzinfo=UTC), published_precision="minute")
    reading.settle(day, minute)
    assert minute.published_precision == "minute"
    coarse = Article(published_at=day.published_at, published_precision="day")
    reading.settle(minute, coarse)
    assert (coarse.published_at, coarse.published_precision) == (minute.published_at, "minute")


def test_the_index_of_words_is_left_alone_while_the_text_is(
    client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_first(client)
    written: list[set[str]] = []

    def note(article: Article, *, update_fields: set[str]) -> bool:
        written.append(update_fields)
        return True

    monkeypatch.setattr(reading, "stored", note)
    look(client, html(TITLE, head="<meta name='author' content='Ada Lune'>"))
    assert written == [{"authors", "corrected", "extracted_with"}]


def test_a_failure_of_ours_leaves_the_page_for_later(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    read_first(client)

    monkeypatch.setattr("articles.text.selectors.extract", break_down)
    before = Page.objects.get().etag
    assert look(client, REWRITTEN) == Outcome.FAILED
    page = Page.objects.get()
    assert page.refresh_at is not None
    assert page.etag == before


def test_the_task_looks_at_what_is_due_and_stops(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "client", lambda: client)
    monkeypatch.setattr(tasks, "LOOKS_A_SHIFT", 3)
    for number in range(1, 6):
        address = f"https://journal.example/articles/{number}"
        client.answers[address] = response(address, html(f"Le titre numéro {number}"))
        make_entry(number)
        extract_next(client)
    Page.objects.update(refresh_at=timezone.now() - timedelta(seconds=1))
    assert [tasks.refresh_pages(), tasks.refresh_pages(), tasks.refresh_pages()] == [3, 2, 0]


def test_beat_wakes_the_task_on_the_extract_queue() -> None:
    entries = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == "articles.refresh_pages"]
    assert [entry["schedule"] for entry in entries] == [60]
    assert app.conf.task_routes["articles.refresh_pages"] == {"queue": "extract"}
