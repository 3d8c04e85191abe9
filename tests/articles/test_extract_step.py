"""An entry that waits becomes an article, once, from its page or else from what the feed said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from articles import tasks
from articles.models import Article, Page
from articles.pipeline import reading
from articles.pipeline.extract import extract_next
from articles.text.spans import Block, ExtractedPage
from sources.fetching.client import AddressRefused, FetchError, Reason
from sources.fetching.errors import Busy
from sources.models import MOST_TRIES, Entry
from sources.parsing.dates import PartialDate, Precision
from tests.fakes import PARAGRAPH, Answer, FakeClient, html, make_entry, make_outlet, response

pytestmark = pytest.mark.django_db
URL = "https://journal.example/articles/1"
FEED_TEXT = f"<p>{PARAGRAPH}</p><p>Les riverains, eux, demandent une étude sur le bruit des ventilateurs.</p>"


@pytest.fixture
def client() -> FakeClient:
    return FakeClient({URL: response(URL, html("Un centre de données dans la filature"))})


def extract_again(client: FakeClient) -> Entry | None:
    """The next try, as if its time had come."""
    Entry.objects.update(retry_at=timezone.now() - timedelta(seconds=1), leased_until=None)
    return extract_next(client)


def test_the_page_becomes_an_article(client: FakeClient) -> None:
    entry = make_entry(authors=["Ada Martin"])
    extract_next(client)
    article = Article.objects.get()
    assert article.title == "Un centre de données dans la filature"
    assert "ancienne filature" in article.text
    assert (article.entry, article.outlet, article.canonical_url) == (entry, entry.outlet, URL)
    assert article.authors == ["Ada Martin"]
    assert article.word_count > 50
    entry.refresh_from_db()
    assert (entry.outcome, entry.leased_until) == ("article", None)
    assert entry.processed_at is not None


def test_nothing_happens_when_nothing_waits(client: FakeClient) -> None:
    assert extract_next(client) is None


def test_the_page_is_kept_as_it_was_received(client: FakeClient) -> None:
    text = html("« Été » – l’œuvre 🛰", text=f"{PARAGRAPH}\r\n\t<b>l'été\u00a0!</b>")
    client.answers[URL] = response(URL, text.encode("utf-8"))
    make_entry()
    extract_next(client)
    page = Page.objects.get()
    assert page.html == text
    assert (page.status, page.content_type) == (200, "text/html; charset=utf-8")


def test_a_known_address_is_not_fetched_again(client: FakeClient) -> None:
    make_entry(1)
    extract_next(client)
    twin = make_entry(2, make_outlet("Agence"), url=f"{URL}?utm_source=rss#haut")
    extract_next(client)
    twin.refresh_from_db()
    assert twin.outcome == "duplicate"
    assert len(client.asked) == 1
    assert Article.objects.count() == 1


def test_the_same_text_in_the_same_outlet_is_one_article(client: FakeClient) -> None:
    make_entry(1)
    other = "https://journal.example/amp/articles/1"
    client.answers[other] = response(other, html("Un centre de données dans la filature"))
    twin = make_entry(2, url=other)
    extract_next(client)
    extract_next(client)
    twin.refresh_from_db()
    assert twin.outcome == "duplicate"
    assert Article.objects.count() == Page.objects.count() == 1


def test_the_same_text_in_two_outlets_is_two_articles(client: FakeClient) -> None:
    make_entry(1)
    other = "https://agence.example/depeche"
    client.answers[other] = response(other, html("Un centre de données dans la filature"))
    make_entry(2, make_outlet("Agence"), url=other)
    extract_next(client)
    extract_next(client)
    assert Article.objects.count() == 2


@pytest.mark.parametrize(
    "answer",
    [
        FetchError(Reason.HTTP_ERROR, "It answered with the error 404.", status=404),
        FetchError(Reason.GONE, "It is gone.", status=410),
        FetchError(Reason.ROBOTS, "The robots.txt keeps us away."),
        FetchError(Reason.CHALLENGE, "It asks whether the reader is human.", status=403),
        FetchError(Reason.TLS, "It has no valid certificate."),
        AddressRefused("It is at a private address."),
        response(URL, "<html><body><nav>Menu</nav></body></html>"),
        response(URL, ""),
        response(URL, b"%PDF-1.7 \x00\x01\x02"),
    ],
)
def test_what_the_feed_said_stands_in_for_a_page_that_cannot_be_had(client: FakeClient, answer: Answer) -> None:
    client.answers[URL] = answer
    entry = make_entry(content=FEED_TEXT)
    extract_next(client)
    entry.refresh_from_db()
    assert entry.processed_at is not None
    article = Article.objects.get()
    assert article.title == "Article numéro 1"
    assert "bruit des ventilateurs" in article.text
    assert article.url == URL


def test_a_refusal_is_told_with_the_article_it_leaves(client: FakeClient) -> None:
    client.answers[URL] = FetchError(Reason.ROBOTS, "The robots.txt keeps us away.")
    entry = make_entry(content=FEED_TEXT)
    extract_next(client)
    entry.refresh_from_db()
    assert (entry.outcome, entry.error) == ("feed_text", "The robots.txt keeps us away.")


def test_an_entry_with_neither_page_nor_text_is_left_out(client: FakeClient) -> None:
    client.answers[URL] = FetchError(Reason.HTTP_ERROR, "It answered with the error 404.", status=404)
    entry = make_entry()
    extract_next(client)
    entry.refresh_from_db()
    assert (entry.outcome, entry.error) == ("refused", "It answered with the error 404.")
    assert not Article.objects.exists()


def test_a_summary_alone_makes_an_article(client: FakeClient) -> None:
    client.answers[URL] = FetchError(Reason.ROBOTS, "The robots.txt keeps us away.")
    make_entry(summary="Un résumé d'une phrase & demie, <sans> balise.")
    extract_next(client)
    article = Article.objects.get()
    assert article.text == "Un résumé d'une phrase & demie, <sans> balise."
    assert article.title == "Article numéro 1"


@pytest.mark.parametrize(
    "failure",
    [
        FetchError(Reason.TIMEOUT, "It took too long."),
        FetchError(Reason.CONNECTION, "It could not be reached."),
        FetchError(Reason.HTTP_ERROR, "It answered with the error 503.", status=503),
        FetchError(Reason.RATE_LIMITED, "It asks us to come less often.", status=429),
    ],
)
def test_what_may_pass_is_tried_later_and_further_apart(client: FakeClient, failure: FetchError) -> None:
    client.answers[URL] = failure
    entry = make_entry(content=FEED_TEXT)
    waits = []
    for _ in range(MOST_TRIES - 1):
        extract_again(client)
        entry.refresh_from_db()
        assert (entry.processed_at, entry.leased_until, entry.error) == (None, None, str(failure))
        waits.append(entry.retry_at - timezone.now())
    assert waits == sorted(waits)
    assert waits[-1] > 3 * waits[0] > timedelta(minutes=1)
    extract_again(client)
    entry.refresh_from_db()
    assert entry.outcome == "feed_text"


def test_a_server_that_names_a_time_is_obeyed(client: FakeClient) -> None:
    client.answers[URL] = FetchError(
        Reason.RATE_LIMITED, "It asks us to wait.", status=429, retry_after=timedelta(hours=3)
    )
    entry = make_entry()
    extract_next(client)
    entry.refresh_from_db()
    assert entry.retry_at - timezone.now() > timedelta(hours=2, minutes=59)


def test_our_own_pace_never_costs_an_article_its_page(client: FakeClient) -> None:
    page = client.answers[URL]
    client.answers[URL] = Busy("journal.example", timedelta(seconds=5))
    entry = make_entry(content=FEED_TEXT)
    for _ in range(3 * MOST_TRIES):
        extract_again(client)
    entry.refresh_from_db()
    assert (entry.processed_at, entry.tries) == (None, 0)
    assert entry.retry_at - timezone.now() <= timedelta(seconds=5)
    client.answers[URL] = page
    extract_again(client)
    assert Article.objects.get().entry == entry


def test_an_entry_that_kills_its_workers_is_put_aside(client: FakeClient) -> None:
    entry = make_entry(content=FEED_TEXT, tries=MOST_TRIES)
    extract_next(client)
    entry.refresh_from_db()
    assert client.asked == []
    assert entry.outcome == "feed_text"
    assert str(MOST_TRIES) in entry.error


def test_an_entry_whose_feed_text_kills_as_well_is_left_out(
    client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "page", None)  # any reading would fail
    entry = make_entry(content=FEED_TEXT, tries=MOST_TRIES + 1)
    extract_next(client)
    entry.refresh_from_db()
    assert entry.outcome == "refused"


def test_a_worker_that_lost_its_lease_leaves_nothing(client: FakeClient) -> None:
    page = client.answers[URL]

    def answer_late() -> Answer:
        Entry.objects.update(leased_until=timezone.now() + timedelta(minutes=9))
        return page

    client.answers[URL] = answer_late  # type: ignore[assignment]
    entry = make_entry()
    extract_next(client)
    entry.refresh_from_db()
    assert (entry.processed_at, entry.outcome) == (None, "")
    assert not Article.objects.exists()


def test_a_longer_text_in_the_feed_completes_a_page_that_says_little(client: FakeClient) -> None:
    client.answers[URL] = response(URL, "<html><body><article><h1>Titre</h1><p>Réservé.</p></article></body></html>")
    make_entry(content=FEED_TEXT)
    extract_next(client)
    assert "bruit des ventilateurs" in Article.objects.get().text


def said(value: str) -> PartialDate:
    precision = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY, 22: Precision.MINUTE}
    return PartialDate(value, precision.get(len(value), Precision.SECOND))


@pytest.mark.parametrize(
    ("page", "feed", "kept"),
    [
        ("2024-02-28", "2024-02-28T10:15:00+01:00", "2024-02-28T10:15:00+01:00"),
        ("2024-02-27T08:00:00+01:00", "2024-02-28", "2024-02-27T08:00:00+01:00"),
        ("2024-02-27", "2024-02-28", "2024-02-27"),
        ("2024-02", "2024", "2024-02"),
        ("2024", "2024-02-28T10:15+01:00", "2024-02-28T10:15+01:00"),
        (None, "2024-02", "2024-02"),
        ("2024-02", None, "2024-02"),
        (None, None, None),
    ],
)
def test_the_finer_of_two_dates_wins(page: str | None, feed: str | None, kept: str | None) -> None:
    found = reading._finer(said(page) if page else None, said(feed) if feed else None)
    assert (found.value if found else None) == kept


def test_the_feeds_date_serves_a_page_without_one(client: FakeClient) -> None:
    make_entry(published="2024-02-28T10:15:00+01:00", published_precision="second")
    extract_next(client)
    article = Article.objects.get()
    assert article.published_at == datetime(2024, 2, 28, 9, 15, tzinfo=UTC)
    assert (article.published_precision, article.day) == ("second", date(2024, 2, 28))


def test_an_article_that_nobody_dates_stays_undated(client: FakeClient) -> None:
    entry = make_entry()
    extract_next(client)
    article = Article.objects.get()
    assert (article.published_at, article.published_precision, article.day) == (None, "", None)
    assert article.sort_at == article.seen_at == entry.seen_at


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("https://journal.example/le-vrai-chemin", "https://journal.example/le-vrai-chemin"),
        ("https://ailleurs.example/vole", URL),
        ("https://journal.example.ailleurs.example/vole", URL),
        ("javascript:alert(1)", URL),
        ("//[", URL),
    ],
)
def test_an_address_on_another_site_is_not_believed(client: FakeClient, said: str, known: str) -> None:
    head = f"<link rel='canonical' href='{said}'>"
    client.answers[URL] = response(URL, html("Un centre de données dans la filature", head=head))
    make_entry()
    extract_next(client)
    assert Article.objects.get().canonical_url == known


def test_an_article_is_known_by_where_its_page_was_found(client: FakeClient) -> None:
    there = "https://journal.example/le-chemin-apres-redirection"
    client.answers[URL] = response(there, html("Un centre de données dans la filature"))
    make_entry()
    extract_next(client)
    assert Article.objects.get().url == there


def test_characters_and_lengths_that_the_database_refuses_stop_nothing(
    client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = "nul \x00 et demi \ud83d"
    read = ExtractedPage(
        title=bad, authors=(bad,), tags=(bad,), standfirst=bad, section=bad * 50,
        image="https://i.example/" + "a" * 3000,
        paywall_evidence=bad, canonical_url="https://journal.example/" + "b" * 3000, language="fr",
        blocks=(Block("paragraph", f"{bad} {PARAGRAPH}"), Block("paragraph", PARAGRAPH)),
    )  # fmt: skip
    monkeypatch.setattr("articles.pipeline.extract.read_new_page", lambda *args, **options: read)
    client.answers[URL] = replace(response(URL, "x"), url=URL + "?" + "c" * 3000)
    entry = make_entry()
    extract_next(client)
    entry.refresh_from_db()
    assert entry.outcome == "article"
    article = Article.objects.get()
    assert "\x00" not in article.title + article.text + str(article.blocks)
    assert article.text.startswith("nul")
    assert article.text == "\n\n".join(text for _, text in article.blocks)


def test_the_task_makes_articles_of_all_that_waits(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "client", lambda: client)
    for number in range(1, 4):
        address = f"https://journal.example/articles/{number}"
        client.answers[address] = response(address, html(f"Le titre numéro {number}"))
        make_entry(number)
    assert tasks.extract_pages() == 3
    assert tasks.extract_pages() == 0
    assert Article.objects.count() == 3
