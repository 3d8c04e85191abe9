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
from tests.browser.visiting import too_wide
from tests.factories import make_user

Opens = Callable[..., Page]
axe = Axe()
QUICKLY = {"resultTypes": ["violations"], "iframes": False, "preload": False, "selectors": False}
CONTRAST = {**QUICKLY, "runOnly": ["color-contrast"]}


@pytest.fixture(scope="module")
def edition(site: str) -> None:
    """Edition 1 is published, and the week after it has a draft."""
    for week in (Week(2024, 8), Week(2024, 9)):
        digest = editing.open_digest(week, make_user(f"edith-{week.number}", EDITOR))
        items = [editing.add_story(digest, candidate.story) for candidate in candidates(digest)[:3]]
        texts = {item.pk: editing.ItemText("", "Les titres **divergent**.\n\n> Une citation.") for item in items}
        text = editing.DigestText("La semaine", "Un chapeau.", "Une introduction.", texts)
        digest = editing.write(digest, text, digest.version)
    earlier = editing.open_digest(Week(2024, 8), make_user("elsa", EDITOR))
    editing.publish(earlier, make_user("esther", EDITOR))


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
    found = violations(page, QUICKLY)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in violations(page, CONTRAST)]
    page.emulate_media(color_scheme="light")
    return found


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


READERS: dict[str, list[Callable[[], str]]] = {
    "the review": [
        lambda: "/",
        lambda: "/revue/2024-W09/",
        lambda: "/revue/2023-02-28/",
        lambda: "/revue/2024-02-28/articles/",
        lambda: "/revue/",
        story_told_most,
        article_with_quotes,
        person_quoted,
    ],
    "lists": [
        lambda: "/histoires/",
        lambda: "/titres/",
        lambda: "/titres/agence-transmission/",
        lambda: "/personnes/",
        lambda: "/recherche/?q=mistral",
        lambda: "/recherche/",
        lambda: "/editions/",
        lambda: "/editions/1/",
        lambda: "/a-propos/",
        lambda: "/compte/connexion/",
    ],
}
STAFF: dict[str, list[Callable[[], str]]] = {
    "the desk": [
        story_told_most,
        article_with_quotes,
        lambda: f"{article_with_quotes()}corriger/",
        lambda: "/pupitre/",
        lambda: "/pupitre/semaine/2024-W09/",
        lambda: "/pupitre/semaine/2024-W09/apercu/",
        lambda: "/pupitre/semaine/2024-W09/publier/",
        lambda: "/pupitre/semaine/2024-W08/",
        lambda: "/pupitre/documents/",
    ],
    "sources and account": [
        lambda: "/sources/",
        lambda: reverse("sources:detail", args=[Feed.objects.earliest("pk").pk]),
        lambda: "/sources/titres/agence-transmission/reglages/",
        lambda: "/sources/ajouter/",
        lambda: "/sources/catalogue/",
        lambda: "/sources/opml/",
        lambda: "/titres/agence-transmission/selecteurs/",
        lambda: "/compte/",
        lambda: "/compte/mot-de-passe/",
    ],
}


def everything_wrong_on(page: Page, addresses: list[Callable[[], str]]) -> dict[str, list[str]]:
    """By page; what is folded away is unfolded first."""
    found = {}
    for address in addresses:
        page.goto(address())
        for folded in page.locator("main details > summary:visible").all()[:3]:
            folded.click()
        found[page.url] = everything_wrong(page) + too_wide(page)
    return {url: wrong for url, wrong in found.items() if wrong}


@pytest.mark.parametrize("group", READERS)
def test_the_pages_of_readers_are_accessible(page: Page, edition: None, group: str) -> None:
    assert everything_wrong_on(page, READERS[group]) == {}


@pytest.mark.parametrize("group", STAFF)
def test_the_pages_of_staff_are_accessible(signed_in: Opens, edition: None, group: str) -> None:
    assert everything_wrong_on(signed_in(ADMINISTRATOR), STAFF[group]) == {}


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
    # The radios of the appearance are read by assistive technology alone: their labels bear the ring.
    assert [stop for stop in stops if not (stop["ring"] and stop["seen"]) and stop["name"] != "theme"] == []
