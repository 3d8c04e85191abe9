"""The administrator's pages on sources: who may open them, what they show, what their buttons do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.text import slugify

from articles import perms
from sources import alerting, subscribing, views, views_adding
from sources.fetching.client import FetchError, Reason
from sources.fetching.robots import Rules, parse
from sources.models import Entry, Feed, FetchAttempt, Incident, Outlet
from sources.parsing import opml
from sources.parsing.reservation import PATH
from tests.fakes import Answer, FakeClient, html, item, response, rss

pytestmark = pytest.mark.django_db
LIST, ADD, STARTER, OPML, EXPORT = (
    "/sources/", "/sources/ajouter/", "/sources/catalogue/", "/sources/opml/", "/sources/opml/pressreview.opml",
)  # fmt: skip
SITE, FEED = "https://journal.example/", "https://journal.example/fil.xml"
PAGE, RESERVED = "https://journal.example/articles/1", f"https://journal.example{PATH}"
HOME = f"""<html><head><title>Le Journal</title>
<link rel="alternate" type="application/rss+xml" href="{FEED}">
<link rel="alternate" type="application/atom+xml" href="{SITE}tech.atom"></head></html>"""


def person(name: str, role: str) -> User:
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were woken; no worker hears."""
    rung: list[str] = []
    monkeypatch.setattr(subscribing, "ring", rung.append)
    return rung


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(person("louis", perms.ADMINISTRATOR))
    return client


def feed(name: str = "Le Journal", **facts: object) -> Feed:
    outlet = Outlet.objects.create(name=name, slug=slugify(name))
    known = {"last_success_at": timezone.now(), "next_fetch_at": timezone.now() + timedelta(hours=1)}
    return Feed.objects.create(outlet=outlet, url=f"https://{outlet.slug}.example/fil", **{**known, **facts})


def entry(one: Feed, number: int, outcome: str = "refused") -> Entry:
    now = timezone.now()
    return Entry.objects.create(
        outlet=one.outlet, feed=one, identity=f"{number:064}", title=f"Entrée {number}", url=f"{SITE}{number}",
        seen_at=now, retry_at=now, processed_at=now, tries=4, outcome=outcome, error="no article was found",
    )  # fmt: skip


# --- who -------------------------------------------------------------------------------------------------------------


def test_the_role_has_the_name_that_the_newsroom_gives_it() -> None:
    assert alerting.ADMINISTRATOR == perms.ADMINISTRATOR


@pytest.mark.parametrize("address", [LIST, ADD, STARTER, OPML, EXPORT])
def test_a_visitor_signs_in_first_and_an_editor_is_refused(address: str, client: Client) -> None:
    assert client.get(address)["Location"].startswith("/compte/connexion/")
    client.force_login(person("salome", perms.EDITOR))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("act", ["collecter", "pause", "reprise"])
def test_buttons_are_posts_with_a_token_by_an_administrator(act: str, browser: Client, client: Client) -> None:
    address = f"/sources/fils/{feed().pk}/{act}/"
    assert browser.get(address).status_code == 405
    assert client.post(address)["Location"].startswith("/compte/connexion/")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="louis"))
    assert strict.post(address).status_code == 403


# --- the table -------------------------------------------------------------------------------------------------------


def test_an_empty_table_says_what_to_do(browser: Client) -> None:
    assert STARTER in browser.get(LIST).content.decode()


def test_every_feed_is_listed_with_its_state_and_those_in_trouble_first(browser: Client) -> None:
    feed("A jour")
    feed("En panne", failing_since=timezone.now(), failures=3, last_error="HTTP 503")
    rows = browser.get(LIST).context["rows"]
    assert [row.feed.outlet.name for row in rows] == ["En panne", "A jour"]
    assert "HTTP 503" in browser.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("look", ["En panne"]),
        ("ok", ["A jour"]),
        ("paused", ["En pause"]),
        ("nonsense", ["En panne", "A jour", "En pause"]),
    ],
)
def test_the_table_can_be_filtered(chosen: str, names: list[str], browser: Client) -> None:
    feed("A jour")
    feed("En pause", paused_at=timezone.now())
    feed("En panne", failing_since=timezone.now())
    assert [row.feed.outlet.name for row in browser.get(LIST, {"etat": chosen}).context["rows"]] == names


def test_pages_ask_no_more_of_the_database_for_more_rows(browser: Client) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    one = feed("Titre 0")
    entry(one, 0)
    addresses = [LIST, STARTER, OPML, EXPORT, f"/sources/fils/{one.pk}/"]
    few = [queries(address) for address in addresses]
    for number in range(1, 8):
        entry(feed(f"Titre {number}"), number)
        entry(one, 100 + number)
        FetchAttempt.objects.create(feed=one, started_at=timezone.now(), outcome="same")
    assert [queries(address) for address in addresses] == few


# --- one feed --------------------------------------------------------------------------------------------------------


def test_collecting_now_makes_the_feed_due_and_wakes_the_collector(browser: Client, bell: list[str]) -> None:
    one = feed()
    assert browser.post(f"/sources/fils/{one.pk}/collecter/")["Location"].startswith(f"{LIST}?suivi={one.pk}-")
    assert Feed.objects.due(timezone.now()).get() == one
    assert bell == ["sources.collect_due"]


@pytest.mark.parametrize("place", ["list", "feed"])
def test_the_visit_that_was_asked_for_is_shown_as_it_comes(place: str, browser: Client) -> None:
    one = feed()
    page = browser.post(f"/sources/fils/{one.pk}/collecter/", {"from": place})["Location"]
    waiting = browser.get(page).content.decode()
    assert "data-follow" in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    FetchAttempt.objects.create(feed=one, started_at=timezone.now(), outcome="new", entries_new=7, seconds=0.4)
    shown = browser.get(page)
    assert not shown.context["follow"].waits
    assert "data-follow" not in shown.content.decode()
    assert "7" in shown.content.decode()


def test_a_visit_that_does_not_come_is_not_awaited_for_ever(browser: Client) -> None:
    one = feed()
    asked = timezone.now() - timedelta(minutes=2)
    follow = browser.get(LIST, {"suivi": f"{one.pk}-{asked.timestamp():.0f}"}).context["follow"]
    assert (follow.waits, follow.is_late) == (False, True)


@pytest.mark.parametrize("asked", ["", "x", "1", "1-", "1-x", "999-1", "1-99999999999999", "-1", "1-²"])
def test_an_address_that_tells_of_no_visit_is_a_plain_page(asked: str, browser: Client) -> None:
    feed()
    assert browser.get(LIST, {"suivi": asked}).status_code == 200


def test_incidents_are_shown_with_their_reason_and_those_fixed_lately(browser: Client, settings: object) -> None:
    now, one = timezone.now(), feed("Le Fil")
    facts = {"reason": "http_error", "status": 503, "tries": 4}
    known = {"began_at": now - timedelta(hours=5), "opened_at": now - timedelta(hours=4)}
    Incident.objects.create(feed=one, kind="failing", facts=facts, **known)
    Incident.objects.create(feed=feed("L’Ancien"), kind="silent", closed_at=now - timedelta(days=2), **known)
    Incident.objects.create(feed=feed("L’Oublié"), kind="silent", closed_at=now - timedelta(days=9), **known)
    page = browser.get(LIST)
    assert [incident.feed for incident in page.context["opened"]] == [one]
    assert [incident.feed.outlet.name for incident in page.context["fixed"]] == ["L’Ancien"]
    assert "503" in page.content.decode()
    assert "503" in browser.get(f"/sources/fils/{one.pk}/").content.decode()


def test_settings_of_its_own_are_shown_and_can_be_filtered(browser: Client) -> None:
    feed("Comme les autres")
    own = feed("À part")
    Outlet.objects.filter(pk=own.outlet_id).update(excerpt_limit=123, body_selector="main")
    page = browser.get(LIST, {"etat": "own"})
    assert [row.feed for row in page.context["rows"]] == [own]
    assert "123" in page.content.decode()
    assert len(page.context["rows"][0].settings) == 2


@pytest.mark.parametrize("rules", [None, Rules(True), Rules(False), parse("User-agent: *\nCrawl-delay: 10")])
def test_a_feeds_page_says_what_its_site_lets_us_do(
    rules: Rules | None, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "kept_rules", lambda url: rules)
    one = feed()
    Outlet.objects.update(tdm_reserved=True, tdm_since=timezone.now(), tdm_policy="https://journal.example/licence")
    page = browser.get(f"/sources/fils/{one.pk}/").content.decode()
    assert "robots.txt" in page
    assert "https://journal.example/licence" in page
    assert ("10 s" in page) == (rules is not None and rules.crawl_delay == 10)


def test_a_feed_is_paused_and_resumed_from_its_own_page(browser: Client) -> None:
    one = feed()
    page = f"/sources/fils/{one.pk}/"
    assert browser.post(f"{page}pause/", {"from": "feed"})["Location"] == page
    assert Feed.objects.get().paused_at
    browser.post(f"{page}reprise/", {"from": "feed"})
    assert Feed.objects.get().paused_at is None


def test_a_feeds_page_shows_its_visits_and_what_became_of_its_entries(browser: Client) -> None:
    one = feed()
    entry(one, 1)
    FetchAttempt.objects.create(feed=one, started_at=timezone.now(), outcome="failed", error="HTTP 502 Bad Gateway")
    page = browser.get(f"/sources/fils/{one.pk}/").content.decode()
    for said in ("Entrée 1", "no article was found", "HTTP 502 Bad Gateway"):
        assert said in page


def test_entries_can_be_filtered_by_their_outcome(browser: Client) -> None:
    one = feed()
    entry(one, 1), entry(one, 2, "article")
    shown = browser.get(f"/sources/fils/{one.pk}/", {"issue": "article"}).context["page"]
    assert [row.title for row in shown] == ["Entrée 2"]


def test_an_entry_that_was_left_out_is_tried_again(browser: Client, bell: list[str]) -> None:
    one = entry(feed(), 1)
    browser.post(f"/sources/entrees/{one.pk}/reprise/")
    one.refresh_from_db()
    assert (one.tries, one.processed_at, one.outcome) == (0, None, "")
    assert bell == ["articles.extract_pages"]


def test_what_outlets_wrote_is_escaped_and_leads_to_the_web_only(browser: Client) -> None:
    one = feed("<script>alert(1)</script>", title="<img src=x>")
    Entry.objects.filter(pk=entry(one, 1).pk).update(title="<b>gras</b>", url="javascript:alert(1)")
    for address in (LIST, f"/sources/fils/{one.pk}/"):
        page = browser.get(address).content.decode()
        for bad in ("<script>alert", "<img src=x", "<b>gras", 'href="javascript'):
            assert bad not in page


def test_a_feed_that_does_not_exist_is_not_found(browser: Client) -> None:
    assert browser.get("/sources/fils/1/").status_code == 404
    assert browser.post("/sources/fils/1/pause/").status_code == 404


# --- adding ----------------------------------------------------------------------------------------------------------


def answer_with(monkeypatch: pytest.MonkeyPatch, **others: Answer) -> FakeClient:
    answers: dict[str, Answer] = {
        SITE: response(SITE, HOME),
        f"{SITE}robots.txt": response(f"{SITE}robots.txt", ""),
        FEED: response(FEED, rss(item(1, title="Une entrée du fil"))),
        PAGE: response(PAGE, html("Une entrée du fil")),
        RESERVED: FetchError(Reason.HTTP_ERROR, "404", status=404),
        **others,
    }
    fake = FakeClient(answers=dict(answers))
    monkeypatch.setattr(views_adding, "client", lambda: fake)
    return fake


def test_a_site_is_looked_at_then_previewed_then_saved(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch)
    found = browser.post(ADD, {"act": "look", "address": "journal.example/"})
    assert [candidate.url for candidate in found.context["found"].candidates] == [FEED, f"{SITE}tech.atom"]
    seen = browser.post(ADD, {"act": "preview", "feed": FEED, "found": found.context["signed"]})
    assert "Une entrée du fil" in seen.content.decode()
    assert f"{SITE}tech.atom" in seen.content.decode()  # what was found stays, to see another one
    assert not Feed.objects.exists()
    saved = browser.post(ADD, {**seen.context["values"], "act": "save"})
    assert saved["Location"].startswith(f"/sources/fils/{Feed.objects.get().pk}/?suivi=")
    assert (Feed.objects.get().url, Outlet.objects.get().name) == (FEED, "Le Journal")


def test_the_address_of_a_feed_goes_straight_to_its_preview(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch)
    page = browser.post(ADD, {"act": "look", "address": FEED})
    assert page.context["step"] == 3
    assert len(page.context["seen"].lines) == 1


def test_a_site_that_does_not_answer_is_said_and_its_address_kept(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = FetchError(Reason.DNS, "journal.example is not known.")
    monkeypatch.setattr(views_adding, "client", lambda: FakeClient(answers={SITE: error}))
    page = browser.post(ADD, {"act": "look", "address": SITE})
    assert page.status_code == 400
    assert page.context["error"] == subscribing.in_words(error)
    assert SITE in page.content.decode()


def test_a_feed_that_is_no_feed_is_said(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views_adding, "client", lambda: FakeClient(answers={SITE: response(SITE, HOME)}))
    page = browser.post(ADD, {"act": "preview", "feed": SITE})
    assert page.status_code == 400
    assert page.context["error"]


def test_the_preview_tells_dates_access_robots_and_text_mining(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"{SITE}prive/2"
    wall = '<script type="application/ld+json">{"isAccessibleForFree": false}</script>'
    body = rss(item(1), item(2, url=other))
    fake = answer_with(
        monkeypatch,
        **{
            FEED: response(FEED, body, headers={"tdm-reservation": "1", "tdm-policy": f"{SITE}licence"}),
            PAGE: response(PAGE, html("Un titre", head=wall)),
        },
    )
    fake.robots = parse("User-agent: *\nDisallow: /prive/\nCrawl-delay: 7")
    page = browser.post(ADD, {"act": "preview", "feed": FEED})
    seen = page.context["seen"]
    assert [(line.is_allowed, line.is_free) for line in seen.lines] == [(True, False), (False, None)]
    assert (seen.walled, seen.pages_read, seen.forbidden) == (1, 1, 1)
    assert seen.reserved.is_reserved
    assert [sign for sign, _words in page.context["findings"]].count("warn") == 4  # authors, robots, paywall, mining
    assert f'href="{SITE}licence"' in page.content.decode()


def test_the_sites_file_on_text_mining_is_asked_for(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = '[{"location": "/articles/", "tdm-reservation": 1}]'
    answer_with(monkeypatch, **{RESERVED: response(RESERVED, rules)})
    assert browser.post(ADD, {"act": "preview", "feed": FEED}).context["seen"].reserved.is_reserved


def test_pages_that_cannot_be_had_leave_the_preview_as_it_is(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, **{PAGE: FetchError(Reason.TIMEOUT, "slow")})
    seen = browser.post(ADD, {"act": "preview", "feed": FEED}).context["seen"]
    assert (seen.pages_read, seen.reserved) == (0, None)


def test_a_list_of_feeds_that_is_not_ours_is_not_shown(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch)
    page = browser.post(ADD, {"act": "preview", "feed": FEED, "found": "made:up"})
    assert page.status_code == 200
    assert page.context.get("found") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("feed", "javascript:alert(1)"), ("feed", ""), ("name", ""), ("kind", "x"), ("language", "français")],
)
def test_what_cannot_be_saved_is_said_and_kept(field: str, value: str, browser: Client) -> None:
    good = {"act": "save", "feed": FEED, "name": "Le Journal", "site": SITE, "kind": "tech", "language": "fr"}
    page = browser.post(ADD, {**good, field: value})
    assert page.status_code == 400
    assert field in page.context["form"].errors
    assert not Feed.objects.exists()


def test_a_feed_that_is_here_already_is_refused(browser: Client) -> None:
    subscribing.add(name="Le Journal", feed_url=FEED)
    page = browser.post(ADD, {"act": "save", "feed": FEED, "name": "Autre", "kind": "tech", "language": "fr"})
    assert page.status_code == 400
    assert "Le Journal" in page.content.decode()


def test_the_pack_is_switched_on_by_choice_and_as_a_whole(browser: Client) -> None:
    first = subscribing.starter_pack()[0]
    browser.post(STARTER, {"act": "on", "feed": [first.feed, "https://inconnu.example/"]})
    assert Feed.objects.get().url == first.feed
    browser.post(STARTER, {"act": "all"})
    assert Feed.objects.count() == len(subscribing.starter_pack())
    browser.post(STARTER, {"act": "off", "feed": [first.feed]})
    assert Feed.objects.get(url=first.feed).paused_at


def test_opening_the_pack_collects_nothing(browser: Client) -> None:
    assert browser.get(STARTER).status_code == 200
    assert not Outlet.objects.exists()


# --- lists -----------------------------------------------------------------------------------------------------------


def test_a_list_is_taken_away_and_brought_back(browser: Client) -> None:
    one = feed()
    content = browser.get(EXPORT).content
    assert [row.feed_url for row in opml.read(content)] == [one.url]
    Outlet.objects.all().delete()
    browser.post(OPML, {"file": SimpleUploadedFile("liste.opml", content)})
    assert Feed.objects.get().url == one.url


def test_a_file_that_is_no_list_is_said(browser: Client) -> None:
    page = browser.post(OPML, {"file": SimpleUploadedFile("liste.opml", b"bonjour")})
    assert page.status_code == 400
    assert "OPML" in str(page.context["form"].errors["file"])


# --- Django's admin --------------------------------------------------------------------------------------------------


TABLES = (
    "sources/outlet sources/feed sources/entry sources/fetchattempt sources/incident articles/article articles/story "
    "articles/digest articles/page articles/storyevent articles/articleversion articles/articlecorrection "
    "articles/groupingstate"
)


def test_an_outlets_table_leads_to_its_settings(client: Client) -> None:
    client.force_login(User.objects.create_superuser("racine"))
    one = feed()
    assert (
        f"/sources/titres/{one.outlet.slug}/reglages/"
        in client.get(f"/admin/sources/outlet/{one.outlet_id}/change/").content.decode()
    )
    assert client.get("/admin/sources/outlet/add/").status_code == 200


@pytest.mark.parametrize("model", TABLES.split())
def test_every_table_opens_in_the_admin(model: str, client: Client) -> None:
    client.force_login(User.objects.create_superuser("racine"))
    entry(feed(), 1)
    assert client.get(f"/admin/{model}/", {"q": "x"}).status_code == 200
