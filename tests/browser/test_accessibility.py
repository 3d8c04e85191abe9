"""Every kind of page, light and dark, by axe-core; and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from articles import editing
from articles.candidates import candidates
from articles.converters import Week
from articles.models import Article, Entity, Story
from articles.perms import ADMINISTRATOR, EDITOR
from sources.models import Feed
from tests.factories import make_user

Opens = Callable[..., Page]
axe = Axe()
QUICKLY = {"resultTypes": ["violations"], "iframes": False, "preload": False, "selectors": False}
CONTRAST = {**QUICKLY, "runOnly": ["color-contrast"]}


@pytest.fixture(scope="module")
def edition(site: str) -> str:
    """The address of a published edition; the week after has a draft."""
    for week in (Week(2024, 8), Week(2024, 9)):
        digest = editing.open_digest(week, make_user(f"edith-{week.number}", EDITOR))
        items = [editing.add_story(digest, candidate.story) for candidate in candidates(digest)[:3]]
        texts = {item.pk: editing.ItemText("", "Les titres **divergent**.\n\n> Une citation.") for item in items}
        text = editing.DigestText("La semaine", "Un chapeau.", "Une introduction.", texts)
        digest = editing.write(digest, text, digest.version)
    earlier = editing.open_digest(Week(2024, 8), make_user("elsa", EDITOR))
    return editing.publish(earlier, make_user("esther", EDITOR)).get_absolute_url()


def violations(page: Page, options: Mapping[str, object]) -> list[str]:
    """What axe finds, with the first elements that it means."""
    found = axe.run(page, options=dict(options)).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:4]]} "
        f"{[check['message'] for check in one['nodes'][0]['any'][:1]]}"
        for one in found
    ]


def everything_wrong(page: Page) -> list[str]:
    """On the page as it is open, in light colours and in dark ones."""
    light = violations(page, QUICKLY)
    page.emulate_media(color_scheme="dark")
    return light + [f"dark: {one}" for one in violations(page, CONTRAST)]


def story_told_most() -> str:
    return Story.objects.current().by_coverage()[0].get_absolute_url()


def article_with_quotes() -> str:
    article = Article.objects.exclude(quotes=None).first()
    assert article is not None
    return article.get_absolute_url()


def person_quoted() -> str:
    person = Entity.objects.exclude(quotes=None).first()
    assert person is not None
    return person.get_absolute_url()


PUBLIC: dict[str, Callable[[], str]] = {
    "front": lambda: "/",
    "week": lambda: "/revue/2024-W09/",
    "day without articles": lambda: "/revue/2023-02-28/",
    "articles of a day": lambda: "/revue/2024-02-28/articles/",
    "archive": lambda: "/revue/",
    "stories": lambda: "/histoires/",
    "story": story_told_most,
    "article": article_with_quotes,
    "outlets": lambda: "/titres/",
    "outlet": lambda: "/titres/agence-transmission/",
    "people": lambda: "/personnes/",
    "person": person_quoted,
    "search": lambda: "/recherche/?q=mistral",
    "search without words": lambda: "/recherche/",
    "editions": lambda: "/editions/",
    "about": lambda: "/a-propos/",
    "sign in": lambda: "/compte/connexion/",
}
STAFF: dict[str, Callable[[], str]] = {
    "story with tools": story_told_most,
    "article with tools": article_with_quotes,
    "correct": lambda: f"{article_with_quotes()}corriger/",
    "desk": lambda: "/pupitre/",
    "draft": lambda: "/pupitre/semaine/2024-W09/",
    "preview": lambda: "/pupitre/semaine/2024-W09/apercu/",
    "publish": lambda: "/pupitre/semaine/2024-W09/publier/",
    "published": lambda: "/pupitre/semaine/2024-W08/",
    "documents": lambda: "/pupitre/documents/",
    "sources": lambda: "/sources/",
    "feed": lambda: reverse("sources:detail", args=[Feed.objects.earliest("pk").pk]),
    "add a source": lambda: "/sources/ajouter/",
    "starter pack": lambda: "/sources/catalogue/",
    "opml": lambda: "/sources/opml/",
    "selectors": lambda: "/titres/agence-transmission/selecteurs/",
    "profile": lambda: "/compte/",
    "password": lambda: "/compte/mot-de-passe/",
}


@pytest.mark.parametrize("name", PUBLIC)
def test_a_readers_page_is_accessible(page: Page, edition: str, name: str) -> None:
    page.goto(PUBLIC[name]())
    assert everything_wrong(page) == []


def test_an_edition_is_accessible(page: Page, edition: str) -> None:
    page.goto(edition)
    assert everything_wrong(page) == []


@pytest.mark.parametrize("name", STAFF)
def test_a_staff_page_is_accessible(signed_in: Opens, edition: str, name: str) -> None:
    page = signed_in(ADMINISTRATOR)
    page.goto(STAFF[name]())
    for folded in page.locator("details > summary").all()[:3]:
        if folded.is_visible():
            folded.click()
    assert everything_wrong(page) == []


def test_the_key_help_is_accessible(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_be_visible()
    assert everything_wrong(page) == []


# --- by keyboard ------------------------------------------------------------------------------------------------------

FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  return {name: (e.getAttribute("aria-label") || e.innerText || e.name || e.id).trim(), href: e.getAttribute("href"),
    seen: box.width > 1 && box.height > 1, ring};
}"""


def test_the_first_tab_reaches_a_link_that_skips_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_tab_goes_through_the_navigation_to_the_first_story_with_the_focus_in_sight(page: Page) -> None:
    page.goto("/")
    wanted = page.locator(".story.lead [data-open]").get_attribute("href")
    stops = []
    for _ in range(90):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
        if stops[-1]["href"] == wanted:
            break
    hrefs = [stop["href"] for stop in stops]
    assert hrefs[-1] == wanted
    navigation = [hrefs.index(address) for address in ("#content", "/", "/histoires/", "/titres/", "/editions/")]
    assert navigation == sorted(navigation)
    assert [stop for stop in stops if not (stop["ring"] and stop["seen"]) and stop["name"] != "theme"] == []
