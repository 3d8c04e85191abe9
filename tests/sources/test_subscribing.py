"""Looking for feeds, adding them, and lists of them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sources import subscribing
from sources.fetching.client import FetchError, Reason
from sources.models import Entry, Feed, Outlet
from sources.parsing.feeds import NotAFeed
from sources.subscribing import AlreadyThere, NotFound
from tests.fakes import Answer, FakeClient, item, response, rss

pytestmark = pytest.mark.django_db
SITE, FEED = "https://journal.example/", "https://journal.example/fil.xml"
MISSING = FetchError(Reason.HTTP_ERROR, "It answered with the error 404.", status=404)
HOME = f"""<html><head><title>Toute l’actualité | Le Journal</title>
<link rel="alternate" type="application/rss+xml" title="Tout" href="{FEED}"></head><body></body></html>"""


class _Missing(dict[str, Answer]):
    """Answers 404 wherever nothing was put."""

    def __missing__(self, url: str) -> Answer:
        return MISSING


def site(answers: dict[str, str]) -> FakeClient:
    return FakeClient(answers=_Missing({url: response(url, body) for url, body in answers.items()}))


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were woken; no worker hears."""
    rung: list[str] = []
    monkeypatch.setattr(subscribing, "ring", rung.append)
    return rung


# --- looking ---------------------------------------------------------------------------------------------------------


def test_a_site_leads_to_the_feeds_that_it_declares() -> None:
    found = subscribing.look(SITE, site({SITE: HOME}))
    assert [candidate.url for candidate in found.candidates] == [FEED]
    assert (found.site, found.name) == (SITE, "Le Journal")


def test_a_sitemap_of_news_is_found_in_robots_txt() -> None:
    robots = "User-agent: *\nSitemap: https://journal.example/sitemap-news.xml\n"
    found = subscribing.look(SITE, site({SITE: HOME, f"{SITE}robots.txt": robots}))
    assert [candidate.kind for candidate in found.candidates] == ["rss", "sitemap"]


def test_the_address_of_a_feed_leads_to_itself() -> None:
    found = subscribing.look(FEED, site({FEED: rss(item(1))}))
    assert [candidate.url for candidate in found.candidates] == [FEED]


def test_a_site_that_names_no_feed_is_asked_for_a_usual_one() -> None:
    found = subscribing.look(SITE, site({SITE: "<html><p>Rien</p></html>", f"{SITE}feed/": rss(item(1))}))
    assert [candidate.url for candidate in found.candidates] == [f"{SITE}feed/"]


def test_a_site_without_any_feed_is_asked_a_few_times_and_then_left() -> None:
    client = site({SITE: "<html><p>Rien</p></html>"})
    with pytest.raises(NotFound):
        subscribing.look(SITE, client)
    assert len(client.asked) == 2 + subscribing.GUESSES


def test_a_site_that_does_not_answer_says_so() -> None:
    with pytest.raises(FetchError):
        subscribing.look(SITE, site({}))


@pytest.mark.parametrize("reason", Reason)
def test_every_failure_has_words(reason: Reason) -> None:
    assert subscribing.in_words(FetchError(reason, "In English.")).endswith(".")


def test_an_error_of_the_site_is_told_with_its_number() -> None:
    assert "404" in subscribing.in_words(MISSING)


def test_a_preview_reads_the_feed_and_stores_nothing() -> None:
    seen = subscribing.preview(FEED, site({FEED: rss(item(1), item(2))}))
    assert len(seen.feed.entries) == 2
    assert seen.known is None
    assert not Feed.objects.exists()


def test_a_preview_of_a_page_is_refused() -> None:
    with pytest.raises(NotAFeed):
        subscribing.preview(SITE, site({SITE: HOME}))


def test_a_preview_knows_a_feed_however_its_address_is_spelled() -> None:
    feed = subscribing.add(name="Le Journal", feed_url=FEED)
    other = "http://www.journal.example/fil.xml?utm_source=x"
    assert subscribing.preview(other, site({other: rss(item(1))})).known == feed


# --- adding ----------------------------------------------------------------------------------------------------------


def test_a_feed_is_added_with_its_outlet_and_read_at_once(bell: list[str]) -> None:
    feed = subscribing.add(name="L’Écho", feed_url=FEED, homepage=SITE, kind="trade", language="fr")
    assert (feed.outlet.name, feed.outlet.slug, feed.outlet.kind) == ("L’Écho", "l-echo", "trade")
    assert feed.next_fetch_at <= timezone.now()
    assert "sources.collect_due" in bell


def test_a_second_feed_goes_to_the_same_outlet() -> None:
    subscribing.add(name="Le Journal", feed_url=FEED)
    subscribing.add(name="le journal", feed_url=f"{SITE}tech.xml")
    assert Outlet.objects.get().feeds.count() == 2


def test_the_same_feed_twice_is_refused() -> None:
    subscribing.add(name="Le Journal", feed_url=FEED)
    with pytest.raises(AlreadyThere):
        subscribing.add(name="Un autre", feed_url=FEED.replace("https", "http"))
    assert Outlet.objects.count() == 1


def test_two_outlets_of_like_names_get_two_addresses() -> None:
    subscribing.add(name="Le Fil", feed_url=FEED)
    subscribing.add(name="Le-Fil", feed_url="https://autre.example/rss")
    assert sorted(Outlet.objects.values_list("slug", flat=True)) == ["le-fil", "le-fil-2"]


def test_pausing_and_resuming_also_bring_back_what_was_gone() -> None:
    feed = subscribing.add(name="Le Journal", feed_url=FEED)
    subscribing.pause(feed)
    assert not Feed.objects.collectable().exists()
    Feed.objects.update(gone_at=timezone.now())
    subscribing.resume(feed)
    assert Feed.objects.collectable().get() == feed


def test_pausing_twice_keeps_the_first_moment() -> None:
    feed = subscribing.add(name="Le Journal", feed_url=FEED)
    subscribing.pause(feed)
    first = Feed.objects.get().paused_at
    subscribing.pause(feed)
    assert Feed.objects.get().paused_at == first


@pytest.mark.parametrize(("outcome", "again"), [("refused", True), ("article", False), ("feed_text", False)])
def test_only_an_entry_that_was_left_out_is_tried_again(outcome: str, again: bool) -> None:
    feed, now = subscribing.add(name="Le Journal", feed_url=FEED), timezone.now()
    entry = Entry.objects.create(
        outlet=feed.outlet, feed=feed, identity="1" * 64, seen_at=now, retry_at=now, tries=4, processed_at=now,
        outcome=outcome, error="no article",
    )  # fmt: skip
    assert subscribing.try_again(entry, now) is again
    entry.refresh_from_db()
    assert (entry.tries == 0, entry.processed_at is None, entry.outcome == "") == (again, again, again)


# --- the starter pack ------------------------------------------------------------------------------------------------


def test_the_pack_holds_real_feeds_once_each_of_known_kinds() -> None:
    pack = subscribing.starter_pack()
    assert len(pack) >= 45
    assert len({line.feed for line in pack}) == len(pack)
    assert {line.kind for line in pack} <= {"tech", "business", "trade", "agency"}
    assert all(line.feed.startswith("https://") and line.site.startswith("https://") for line in pack)


def test_nothing_of_the_pack_is_collected_before_it_is_switched_on() -> None:
    subscribing.starter_pack()
    assert not Outlet.objects.exists()


def test_some_of_the_pack_is_switched_on_once() -> None:
    chosen = {line.feed for line in subscribing.starter_pack()[:3]}
    assert subscribing.switch_on(chosen) == 3
    assert subscribing.switch_on(chosen) == 0
    assert set(Feed.objects.collectable().values_list("url", flat=True)) == chosen


def test_the_pack_is_switched_off_and_on_again() -> None:
    chosen = {subscribing.starter_pack()[0].feed}
    subscribing.switch_on(chosen)
    assert subscribing.switch_off(chosen) == 1
    assert not Feed.objects.collectable().exists()
    assert subscribing.switch_on(chosen) == 1
    assert Feed.objects.collectable().count() == 1


def test_a_feed_that_is_not_of_the_pack_is_not_switched() -> None:
    subscribing.add(name="Le Journal", feed_url=FEED)
    assert subscribing.switch_off({FEED}) == 0
    assert subscribing.switch_on({"https://inconnu.example/rss"}) == 0


# --- lists of feeds --------------------------------------------------------------------------------------------------


def test_a_list_goes_out_and_comes_back_the_same() -> None:
    subscribing.add(name="L’Écho & Cie", feed_url=FEED, homepage=SITE, kind="trade")
    subscribing.add(name="L’Écho & Cie", feed_url=f"{SITE}tech.xml", homepage=SITE, kind="trade")
    content = subscribing.export_opml(Feed.objects.select_related("outlet").order_by("url"))
    Outlet.objects.all().delete()
    done = subscribing.import_opml(content)
    assert (done.new, done.known) == (2, 0)
    outlet = Outlet.objects.get()
    assert (outlet.name, outlet.kind, outlet.homepage) == ("L’Écho & Cie", "trade", SITE)
    assert subscribing.export_opml(Feed.objects.select_related("outlet").order_by("url")) == content


def test_importing_a_list_twice_adds_nothing() -> None:
    subscribing.add(name="Le Journal", feed_url=FEED)
    content = subscribing.export_opml(Feed.objects.select_related("outlet"))
    assert subscribing.import_opml(content) == subscribing.Imported(0, 1)


def test_a_file_that_is_no_list_is_refused() -> None:
    with pytest.raises(ValueError, match="OPML"):
        subscribing.import_opml(b"<html></html>")
