"""An outlet's own CSS selectors are used first, checked when they are saved, tried on a page, and watched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Page
from articles.pipeline.extract import extract_next
from articles.text import page
from articles.text.selectors import Selected, Selectors, extract
from articles.views import selectors as views
from sources.fetching.client import FetchError, Reason
from sources.health import selectors_state
from sources.models import Outlet
from tests.fakes import FakeClient, html, make_entry, make_outlet, response

URL = "https://journal.example/articles/1"
CHAPTER = "Les travaux ont commencé lundi, et les premières machines seront livrées avant la fin du mois de mars."
OFFER = "Découvrez notre offre de rentrée, à petit prix et sans engagement, réservée aux nouveaux abonnés du journal."
WIDE = (
    "<html lang='fr'><head><title>Titre pour les moteurs</title>"
    "<meta property='article:published_time' content='2024-02-26T08:00:00+01:00'></head><body>"
    "<div class='haut'><span class='rub'>Énergie</span><h1>Titre pour les moteurs</h1>"
    "<h2 class='vrai'>Le vrai titre de la page</h2><p class='sig'>Par <a>Ada Lune</a> et Luc Petit</p>"
    "<time class='jour' datetime='2024-02-28T10:15:00+01:00'>mercredi</time></div>"
    f"<div class='p1'><p>{CHAPTER} Première partie.</p></div><div class='pub'><p>{OFFER}</p></div>"
    f"<div class='p2'><p>{CHAPTER} Seconde partie.</p><div class='pub'><p>{OFFER} Encore.</p></div></div>"
    "</body></html>"
)


def read(markup: str = WIDE, **given: Any) -> Selected:
    return extract(markup, URL, Selectors(**given))


def test_without_selectors_extraction_finds_by_itself() -> None:
    assert read() == Selected(page.extract(WIDE, URL))


@pytest.mark.parametrize(
    ("given", "fact", "expected"),
    [
        ({"title": ".vrai"}, "title", "Le vrai titre de la page"),
        ({"author": ".sig"}, "authors", ("Ada Lune", "Luc Petit")),
        ({"author": ".sig a"}, "authors", ("Ada Lune",)),
        ({"author": ".rub"}, "authors", ("Énergie",)),
        ({"date": ".jour"}, "published.value", "2024-02-28T10:15:00+01:00"),
        ({"title": "h3, .vrai"}, "title", "Le vrai titre de la page"),
    ],
)
def test_what_a_selector_matches_is_believed(given: dict[str, str], fact: str, expected: object) -> None:
    found: object = read(**given).page
    for name in fact.split("."):
        found = getattr(found, name)
    assert found == expected


def test_a_body_of_several_parts_is_joined_in_the_pages_order() -> None:
    found = read(body=".p2, .p1", remove=(".pub",))
    assert [block.text for block in found.page.blocks] == [f"{CHAPTER} Première partie.", f"{CHAPTER} Seconde partie."]


def test_a_match_inside_a_match_counts_once() -> None:
    assert read(body="div.p1, div.p1 p").page.text.count("Première partie") == 1


def test_what_is_to_be_removed_goes_wherever_it_stands() -> None:
    assert "offre de rentrée" in read(body=".p1, .pub, .p2").page.text
    assert "offre de rentrée" not in read(body=".p1, .pub, .p2", remove=(".pub",)).page.text
    assert "offre de rentrée" not in read(remove=(".pub",)).page.text


def test_the_signature_may_stand_in_what_is_removed() -> None:
    found = read(author=".sig", title=".vrai", remove=(".haut",)).page
    assert (found.title, found.authors) == ("Le vrai titre de la page", ("Ada Lune", "Luc Petit"))


@pytest.mark.parametrize("field", ["body", "title", "author", "date"])
def test_a_selector_that_matches_nothing_is_told_and_changes_nothing(field: str) -> None:
    found = read(**{field: ".absent"})
    assert found.unmatched == (".absent",)
    assert found.page == page.extract(WIDE, URL)


def test_an_empty_match_is_none() -> None:
    assert read(WIDE.replace("Le vrai titre de la page", " "), title=".vrai").unmatched == (".vrai",)


def test_nothing_to_remove_is_no_failure() -> None:
    assert read(remove=(".absent",)).unmatched == ()


def test_a_body_that_cleaning_would_empty_is_kept_as_it_is() -> None:
    short = WIDE.replace("</body>", "<div class='bref'><p>Oui.</p></div></body>")
    assert read(short, body=".bref").page.text == "Oui."


def test_characters_that_no_tree_holds_stop_nothing() -> None:
    assert "Première" in read(WIDE.replace("Première", "\x00Premi\ud800ère"), body=".p1").page.text


def test_nothing_to_read_is_an_error() -> None:
    with pytest.raises(ValueError, match="empty"):
        read("  ", body=".p1")


@pytest.mark.parametrize("broken", ["div >", "a[", "..a", ":nimporte", "p::before", "p:contains(x)"])
def test_a_selector_that_is_none_is_named(broken: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(body=broken)
    with pytest.raises(ValidationError) as told:
        Outlet(name="Le Journal", slug="le-journal", body_selector=broken).save()
    assert broken in " ".join(told.value.messages)


# --- in the stream -------------------------------------------------------------------------------------------------


def collect(markup: str, number: int = 1) -> Article:
    """The article made of this page, of the outlet « Le Journal »."""
    address = f"https://journal.example/articles/{number}"
    make_entry(number, url=address)
    extract_next(FakeClient({address: response(address, markup)}))
    return Article.objects.get(entry__identity=f"{number:064x}")


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["title_selector", "author_selector", "date_selector"])
def test_one_broken_selector_is_refused_whoever_saves(field: str) -> None:
    outlet = make_outlet()
    with pytest.raises(ValidationError):
        outlet.__class__.objects.create(name="Agence", slug="agence", **{field: "a["})
    outlet.remove_selectors = [".pub", "a["]
    with pytest.raises(ValidationError) as told:
        outlet.save()
    assert "a[" in str(told.value.messages)


@pytest.mark.django_db
def test_new_articles_are_read_with_the_selectors() -> None:
    make_outlet(title_selector=".vrai", body_selector=".p2", remove_selectors=[".pub"])
    article = collect(WIDE)
    assert (article.title, article.text) == ("Le vrai titre de la page", f"{CHAPTER} Seconde partie.")


@pytest.mark.django_db
def test_selectors_that_stop_matching_are_noted_until_they_match_again() -> None:
    make_outlet(title_selector=".vrai")
    collect(WIDE)
    assert Outlet.objects.get().selectors_failed_since is None
    collect(html("Un autre gabarit"), 2)
    since = Outlet.objects.get().selectors_failed_since
    assert since is not None
    collect(html("Un autre gabarit encore"), 3)
    assert Outlet.objects.get().selectors_failed_since == since
    collect(WIDE.replace("Le vrai titre", "Un autre titre"), 4)
    assert Outlet.objects.get().selectors_failed_since is None


@pytest.mark.django_db
def test_an_odd_page_is_no_warning_but_a_day_of_them_is() -> None:
    now = timezone.now()
    outlet = make_outlet(title_selector=".vrai", selectors_failed_since=now - timedelta(hours=1))
    assert selectors_state(outlet, now) is None
    outlet.selectors_failed_since = now - timedelta(days=1)
    warned = selectors_state(outlet, now)
    assert warned is not None
    assert (warned.sign, warned.since) == ("warn", outlet.selectors_failed_since)
    outlet.title_selector = ""
    assert selectors_state(outlet, now) is None


# --- the page ------------------------------------------------------------------------------------------------------


def signed_in(role: str) -> Browser:
    user = User.objects.create_user(role)
    user.groups.add(Group.objects.get(name=role))
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def browser(db: None) -> Browser:
    return signed_in("administrateur")


def address(outlet: Outlet) -> str:
    return reverse("selectors:edit", args=[outlet.slug])


def test_the_page_shows_the_selectors(browser: Browser) -> None:
    outlet = make_outlet(body_selector="article > .corps", remove_selectors=[".pub", "a, b"])
    said = browser.get(address(outlet)).content.decode()
    assert address(outlet) == "/titres/le-journal/selecteurs/"
    assert 'value="article &gt; .corps"' in said
    assert ".pub\na, b</textarea>" in said


def test_saving_keeps_them_and_says_how_to_read_the_others_again(browser: Browser) -> None:
    outlet = make_outlet(selectors_failed_since=timezone.now())
    collect(WIDE)
    sent = {"act": "save", "title_selector": " .vrai ", "remove_selectors": ".pub\r\n\r\n .haut, .bas "}
    answer = browser.post(address(outlet), sent, follow=True)
    outlet.refresh_from_db()
    assert (outlet.title_selector, outlet.remove_selectors) == (".vrai", [".pub", ".haut, .bas"])
    assert outlet.selectors_failed_since is None
    assert Article.objects.get().extracted_with == 0
    assert "reextract --outlet le-journal" in answer.content.decode()


def test_saving_what_is_there_reads_nothing_again(browser: Browser) -> None:
    outlet = make_outlet(title_selector=".vrai")
    collect(WIDE)
    browser.post(address(outlet), {"act": "save", "title_selector": ".vrai"})
    assert Article.objects.get().extracted_with != 0


@pytest.mark.parametrize("name", ["body_selector", "remove_selectors"])
def test_a_broken_selector_is_named_beside_its_field(browser: Browser, name: str) -> None:
    outlet = make_outlet(title_selector=".vrai")
    answer = browser.post(
        address(outlet), {"act": "save", "title_selector": "", name: ".bon\ndiv >" if "re" in name else "div >"}
    )
    assert answer.status_code == 400
    assert "div &gt;" in answer.content.decode().split("errorlist", 1)[1]
    outlet.refresh_from_db()
    assert outlet.title_selector == ".vrai"


def test_a_kept_page_is_tried_without_asking_its_site(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    outlet = make_outlet()
    collect(WIDE)
    monkeypatch.setattr(views, "client", None)
    sent = {"act": "preview", "url": URL, "title_selector": ".vrai", "author_selector": ".absent"}
    answer = browser.post(address(outlet), sent)
    preview = answer.context["preview"]
    assert (preview.without.title, preview.with_selectors.title) == (
        "Titre pour les moteurs", "Le vrai titre de la page",
    )  # fmt: skip
    said = answer.content.decode()
    assert preview.unmatched == (".absent",)
    assert "Le vrai titre de la page" in said
    outlet.refresh_from_db()
    assert outlet.title_selector == ""
    assert outlet.selectors_failed_since is None


def test_another_page_is_fetched(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    there = "https://journal.example/ailleurs"
    fake = FakeClient({there: response(there, WIDE)})
    monkeypatch.setattr(views, "client", lambda: fake)
    answer = browser.post(address(make_outlet()), {"act": "preview", "url": there, "title_selector": ".vrai"})
    assert answer.context["preview"].with_selectors.title == "Le vrai titre de la page"
    assert not Page.objects.exists()


@pytest.mark.parametrize("url", ["", "pas une adresse", "file:///etc/passwd", "https://journal.example/absent"])
def test_an_address_that_gives_no_page_is_told(browser: Browser, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    fake = FakeClient({"https://journal.example/absent": FetchError(Reason.HTTP_ERROR, "It is not there.", status=404)})
    monkeypatch.setattr(views, "client", lambda: fake)
    answer = browser.post(address(make_outlet()), {"act": "preview", "url": url})
    assert answer.status_code == 400
    assert "url" in answer.context["form"].errors


def test_a_page_with_nothing_in_it_is_told(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "client", lambda: FakeClient({URL: response(URL, "")}))
    answer = browser.post(address(make_outlet()), {"act": "preview", "url": URL, "body_selector": "p"})
    assert answer.status_code == 400


def test_what_a_page_holds_is_escaped(browser: Browser) -> None:
    outlet = make_outlet()
    collect(WIDE.replace("Le vrai titre", "&lt;script&gt;alert(1)&lt;/script&gt;"))
    said = browser.post(address(outlet), {"act": "preview", "url": URL, "title_selector": ".vrai"}).content.decode()
    assert "<script>alert(1)" not in said


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["lecteur", "journaliste", "éditeur"])
def test_only_administrators_give_selectors(role: str) -> None:
    outlet = make_outlet()
    browser = signed_in(role)
    assert browser.get(address(outlet)).status_code == 403
    assert browser.post(address(outlet), {"act": "save", "title_selector": "h1"}).status_code == 403


@pytest.mark.django_db
def test_a_visitor_signs_in_first() -> None:
    assert Browser().get(address(make_outlet())).status_code == 302
