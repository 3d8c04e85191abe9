"""What others wrote is shown as text: injected markup runs nowhere, even in a browser that ignores our policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from articles import editing
from articles.converters import Week
from articles.models import Article, Digest, Entity, Mention, Quote, Story
from articles.perms import ADMINISTRATOR
from pressreview.middleware import POLICY
from sources.models import Outlet
from tests.factories import NOON, announced, make_article, make_feed, make_outlet, make_story, make_user

DO = "window.ran=1;alert(1)"
TITLE = f"<script>{DO}</script> Titre </title><svg/onload={DO}>"
ANNOUNCED = f"Annonce --><img src=x onerror={DO}><!--"
AUTHOR = f'"><img src=x onerror="{DO}">'
TAG = f"' autofocus onfocus='{DO}' x='"
SECTION = f"</option></select><iframe srcdoc='<script>parent.{DO}</script>'></iframe>"
STANDFIRST = f"<details open ontoggle={DO}>Chapeau</details>"
BLOCK = f"Un silex {{{{ 7|add:7 }}}} {{% now 'Y' %}} <a href='javascript:{DO}'>suite</a> <base href=//ailleurs.example>"
OUTLET = f"</script><script>{DO}</script> Le Journal"
QUOTE = f"<marquee onstart={DO}>Nous n’avons rien fait</marquee> \ue000script\ue001{DO}\ue000/script\ue001"
SPEAKER = f"<style>@import 'javascript:{DO}'</style> Jean \u202egnourV"
NOTE = f"[lien](javascript:{DO}) [autre](data:text/html,<script>{DO}</script>) <img src=x onerror={DO}> ![x](x)"
ADDRESS = f"javascript:{DO}"

# What must not be in a page: a script that ran, an attribute that would run one, an element that others brought in.
RAN = """() => [
  window.ran === undefined ? "" : "a script ran",
  ...[...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on") ||
    ["href", "src", "action"].includes(a.name) && /^\\s*(javascript|data:text)/i.test(a.value)))
    .map((e) => e.outerHTML),
  ...[...document.querySelectorAll("script:not([src]), iframe, object, embed, base, marquee, main style, main img")]
    .map((e) => e.outerHTML),
].filter(Boolean)"""


@dataclass(frozen=True)
class Hostile:
    article: Article
    story: Story
    outlet: Outlet
    person: Entity
    digest: Digest


@pytest.fixture(scope="module")
def hostile(site: str) -> Hostile:
    """One article in which every text that others write holds markup that would run."""
    outlet = make_outlet(OUTLET, homepage=ADDRESS, owner=AUTHOR, description=STANDFIRST)
    make_feed(outlet, title=TITLE, last_error=ANNOUNCED, failures=3)
    article = make_article(
        TITLE, NOON, OUTLET, url=ADDRESS, authors=[AUTHOR], credits=[TAG], tags=[TAG], section=SECTION[:200],
        standfirst=STANDFIRST, text=BLOCK, blocks=[["text", BLOCK], ["heading", TITLE], ["quote", QUOTE]],
        paywalled=True, paywall_evidence=TAG, document_name=AUTHOR, analysed_at=NOON,
    )  # fmt: skip
    announced(article, ANNOUNCED)
    person = Entity.objects.create(name=SPEAKER, slug="hostile", kind=Entity.Kind.PERSON)
    Mention.objects.create(article=article, entity=person, places=[[0, 5]])
    Quote.objects.create(
        article=article,
        type=Quote.Type.DIRECT,
        text=QUOTE,
        speaker=person,
        speaker_raw=SPEAKER,
        role=TAG,
        start=0,
        end=9,
    )
    story = make_story(article, make_article(f"Suite {TITLE}", NOON, "Un autre titre", text=BLOCK))
    digest = editing.open_digest(Week(2024, 9), make_user("edith"))
    item = editing.add_story(digest, story)
    text = editing.DigestText(TITLE, STANDFIRST, NOTE, {item.pk: editing.ItemText(AUTHOR, NOTE)})
    return Hostile(article, story, outlet, person, editing.write(digest, text, digest.version))


def pages(hostile: Hostile) -> list[str]:
    """Every page that shows something of it."""
    week = Week(2024, 9)
    return [
        "/revue/2024-02-28/",
        "/revue/2024-W09/",
        "/revue/2024-02-28/articles/",
        "/histoires/?tri=couverture",
        hostile.story.get_absolute_url(),
        hostile.article.get_absolute_url(),
        reverse("articles:correct", args=[hostile.article.pk]),
        reverse("outlets:list"),
        hostile.outlet.get_absolute_url(),
        reverse("selectors:edit", args=[hostile.outlet.slug]),
        reverse("people:list"),
        hostile.person.get_absolute_url(),
        "/recherche/?q=silex",
        reverse("desk:digest", args=[week]),
        reverse("desk:preview", args=[week]),
        reverse("desk:publish", args=[week]),
        reverse("desk:documents"),
        reverse("sources:list"),
        reverse("sources:detail", args=[hostile.outlet.feeds.get().pk]),
    ]


def test_injected_markup_is_text_on_every_page_even_without_our_policy(
    signed_in: Callable[..., Page], hostile: Hostile
) -> None:
    page = signed_in(ADMINISTRATOR, bypass_csp=True)
    found = {}
    for address in pages(hostile):
        answer = page.goto(address)
        assert answer is not None
        assert answer.headers["content-security-policy"] == POLICY, address
        assert DO in (page.locator("main").text_content() or ""), address
        found[address] = page.evaluate(RAN)
    assert {address: ran for address, ran in found.items() if ran} == {}


@pytest.mark.parametrize(
    "words", [f'"><script>{DO}</script>', TAG, f'" autofocus onfocus="{DO}'], ids=["element", "single", "double"]
)
def test_what_is_searched_for_is_shown_as_it_was_typed(
    open_page: Callable[..., Page], hostile: Hostile, words: str
) -> None:
    page = open_page(bypass_csp=True)
    page.goto(f"/recherche/?{urlencode({'q': words, 'titre': words, 'mois': words})}")
    assert page.locator("#q").input_value() == words
    assert page.evaluate(RAN) == []


@pytest.mark.parametrize(
    "words", [TITLE, AUTHOR, TAG, SECTION[:200], BLOCK], ids=["title", "author", "tag", "section", "text"]
)
def test_the_articles_page_shows_every_character_that_others_wrote(
    signed_in: Callable[..., Page], hostile: Hostile, words: str
) -> None:
    page = signed_in(ADMINISTRATOR)
    page.goto(hostile.article.get_absolute_url())
    assert " ".join(words.split()) in " ".join((page.locator("main").text_content() or "").split())


def test_a_published_edition_holds_its_markup_as_text(signed_in: Callable[..., Page], hostile: Hostile) -> None:
    edition = editing.publish(Digest.objects.get(pk=hostile.digest.pk), make_user("elsa"))
    page = signed_in(ADMINISTRATOR, bypass_csp=True)
    for address in (edition.get_absolute_url(), "/", "/editions/", "/pupitre/"):
        page.goto(address)
        assert page.evaluate(RAN) == [], address


@pytest.mark.parametrize("address", ["/fil.atom", "/histoires/{story}/fil.atom", "/titres/{outlet}/fil.atom"])
def test_feeds_are_xml_whose_markup_is_escaped(page: Page, hostile: Hostile, address: str) -> None:
    answer = page.request.get(address.format(story=hostile.story.pk, outlet=hostile.outlet.slug))
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "&lt;script&gt;" in answer.text()
    assert not any(markup in answer.text() for markup in ("<script", "<img", "<svg", 'href="javascript:'))
