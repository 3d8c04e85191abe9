"""An editor's week: from signing in to an edition that stands, and a story put in order."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from articles import editing
from articles.candidates import candidates
from articles.converters import Week
from articles.models import Story
from articles.perms import EDITOR
from tests.browser.visiting import Watch
from tests.factories import make_user

Opens = Callable[..., Page]
SAVED = re.compile(r"^saved at \d")


def draft(week: Week, title: str = "") -> list[Story]:
    """A draft of that week with its two most covered stories."""
    editor = User.objects.filter(username="edith").first() or make_user("edith", EDITOR)
    digest = editing.open_digest(week, editor)
    stories = [candidate.story for candidate in candidates(digest)[:2]]
    items = [editing.add_story(digest, story) for story in stories]
    texts = {item.pk: editing.ItemText("", f"Ce que l’on sait du numéro {item.pk}.") for item in items}
    editing.write(digest, editing.DigestText(title, "Un chapeau.", "", texts), digest.version)
    return stories


def test_a_wrong_password_is_told_and_the_right_one_opens_the_desk(open_page: Opens, site: str) -> None:
    user = make_user("noemie", EDITOR, first_name="Noémie")
    page = open_page()
    page.goto("/compte/connexion/?next=/pupitre/")
    page.locator("[name=username]").fill(user.username)
    page.locator("[name=password]").fill("pas le bon")
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=username]")).to_have_value(user.username)
    page.locator("[name=password]").fill("mot de passe")
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url(f"{site}/pupitre/")
    expect(page.locator(".who-am-i")).to_contain_text("Noémie")


def test_ticked_stories_are_added_and_put_in_order(signed_in: Opens) -> None:
    page = signed_in(EDITOR)
    page.goto("/pupitre/")
    page.locator("a[href='/pupitre/semaine/2024-W07/']").first.click()
    for box in page.locator("#candidates input[type=checkbox]").all()[:2]:
        box.check()
    page.locator("button[value=add]").click()
    items = page.locator("[data-order-item]")
    expect(items).to_have_count(2)
    first, second = (item.get_attribute("data-order-item") for item in items.all())
    items.nth(0).locator("button[value^='down:']").click()
    expect(items.nth(0)).to_have_attribute("data-order-item", str(second))
    expect(items.nth(1)).to_have_attribute("data-order-item", str(first))


def test_what_is_typed_is_saved_and_shown_as_readers_will_see_it(signed_in: Opens) -> None:
    draft(Week(2024, 8))
    page = signed_in(EDITOR)
    page.goto("/pupitre/semaine/2024-W08/")
    page.locator("#f-title").fill("La semaine des puces")
    page.locator("[name^='headline-']").first.fill("Un titre à nous")
    page.locator("[name^='note-']").first.fill("Tous en parlent, **aucun** ne chiffre.")
    expect(page.locator("[data-saved]")).to_have_text("not saved yet")
    expect(page.locator("[data-saved]")).to_have_text(SAVED)
    sheet = page.locator("[data-sheet]")
    expect(sheet).to_contain_text("La semaine des puces")
    expect(sheet).to_contain_text("Un titre à nous")
    expect(sheet.locator("strong")).to_have_text("aucun")
    page.reload()
    expect(page.locator("#f-title")).to_have_value("La semaine des puces")
    expect(page.locator("[name^='headline-']").first).to_have_value("Un titre à nous")


def test_an_item_is_dragged_by_its_handle(signed_in: Opens) -> None:
    draft(Week(2024, 10))
    page = signed_in(EDITOR)
    page.goto("/pupitre/semaine/2024-W10/")
    items = page.locator("[data-order-item]")
    last = items.nth(1).get_attribute("data-order-item")
    place = items.nth(0).bounding_box()
    assert place is not None
    items.nth(1).locator("[data-handle]").hover()
    page.mouse.down()
    page.mouse.move(place["x"] + 5, place["y"] + 5, steps=5)
    page.mouse.up()
    expect(items.nth(0)).to_have_attribute("data-order-item", str(last))
    expect(page.locator("[data-saved]")).to_have_text(SAVED)
    page.reload()
    expect(items.nth(0)).to_have_attribute("data-order-item", str(last))


def test_a_second_editor_is_shown_both_texts_and_loses_none(signed_in: Opens, watch: Watch) -> None:
    draft(Week(2024, 10))
    watch.expected.add(409)
    first, second = signed_in(EDITOR), signed_in(EDITOR)
    for page in (first, second):
        page.goto("/pupitre/semaine/2024-W10/")
    first.locator("#f-title").fill("Le titre de la première")
    expect(first.locator("[data-saved]")).to_have_text(SAVED)
    second.locator("#f-title").fill("Le titre du second")
    second.get_by_role("button", name="See both texts").click()
    expect(second.locator(".conflict")).to_contain_text("Le titre de la première")
    expect(second.locator("#f-title")).to_have_value("Le titre du second")
    second.locator("header button[value=save]").click()
    expect(second.locator(".conflict")).to_have_count(0)
    expect(second.locator("#f-title")).to_have_value("Le titre du second")


def test_a_published_edition_stands_for_visitors_and_in_its_feed(signed_in: Opens, open_page: Opens) -> None:
    stories = draft(Week(2024, 9), "La semaine de Mistral")
    page = signed_in(EDITOR)
    page.goto("/pupitre/semaine/2024-W09/")
    page.locator("button[value=publish]").click()
    expect(page.locator("h1")).to_have_text("Publish edition 1?")
    page.get_by_role("button", name="Publish edition 1").click()
    expect(page).to_have_url(re.compile(r"/editions/1/$"))
    visitor = open_page()
    visitor.goto("/editions/1/")
    expect(visitor.locator("main")).to_contain_text("La semaine de Mistral")
    expect(visitor.locator("main")).to_contain_text(stories[0].title)
    feed = visitor.request.get("/editions/fil.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert "La semaine de Mistral" in feed.text()


def test_a_story_is_renamed_and_the_journal_takes_it_back(signed_in: Opens) -> None:
    story = Story.objects.current().by_coverage()[0]
    page = signed_in(EDITOR)
    page.goto(story.get_absolute_url())
    page.locator("#tools summary").first.click()
    page.locator("#t-title").fill("Un nom plus juste")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator("h1")).to_have_text("Un nom plus juste")
    page.locator("#journal").get_by_role("button", name="Undo").first.click()
    expect(page.locator("h1")).to_have_text(story.title)
