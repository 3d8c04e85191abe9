"""A journalist's way through the review: by mouse, by single keys, and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

DAY = "/revue/2024-02-28/"


def ends(address: str | None) -> re.Pattern[str]:
    """What an address that ends like this looks like."""
    assert address
    return re.compile(re.escape(address) + "$")


def follow(page: Page, link: Locator) -> None:
    address = link.get_attribute("href")
    link.click()
    expect(page).to_have_url(ends(address))


def read_and_search(page: Page) -> None:
    page.goto("/")
    follow(page, page.locator(".story.lead [data-open]"))
    story = page.url
    follow(page, page.locator("#articles [data-open]").first)
    page.go_back()
    expect(page).to_have_url(story)
    page.go_back()
    page.locator("#header-q").fill("Mistral")
    page.locator("#header-q").press("Enter")
    expect(page.locator(".hits mark").first).to_have_text(re.compile("mistral", re.IGNORECASE))


def test_from_the_front_page_to_the_first_story_to_an_article_and_back(page: Page) -> None:
    read_and_search(page)


def test_reading_and_searching_need_no_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    read_and_search(page)
    follow(page, page.locator(".facet a").first)


def test_brackets_lead_to_the_day_before_and_back(page: Page) -> None:
    page.goto(DAY)
    before = page.locator("[data-step=before]").get_attribute("href")
    page.keyboard.press("[")
    expect(page).to_have_url(ends(before))
    page.keyboard.press("]")
    expect(page).to_have_url(ends(DAY))


def test_j_and_k_choose_and_o_opens(page: Page) -> None:
    page.goto(DAY)
    items, chosen = page.locator("[data-item]"), page.locator("[data-item][data-current]")
    page.keyboard.press("j")
    expect(items.nth(0)).to_have_attribute("data-current", "")
    page.keyboard.press("j")
    expect(items.nth(1)).to_have_attribute("data-current", "")
    page.keyboard.press("k")
    expect(items.nth(0)).to_have_attribute("data-current", "")
    expect(chosen).to_have_count(1)
    address = items.nth(0).locator("[data-open]").get_attribute("href")
    page.keyboard.press("o")
    expect(page).to_have_url(ends(address))


def test_a_question_mark_opens_the_help_and_escape_closes_it(page: Page) -> None:
    page.goto(DAY)
    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#key-help")).to_be_hidden()


def test_single_keys_switched_off_stay_off(page: Page) -> None:
    page.goto(DAY)
    page.locator("[data-key-help]").click()
    page.locator("[data-keys-switch]").uncheck()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(page.locator("#key-help")).to_be_hidden()
    expect(page.locator("[data-current]")).to_have_count(0)
    page.locator("[data-key-help]").click()
    page.locator("[data-keys-switch]").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("[data-current]")).to_have_count(1)


def test_a_slash_goes_to_the_search(page: Page) -> None:
    page.goto(DAY)
    page.keyboard.press("/")
    expect(page.locator("#header-q")).to_be_focused()
    page.keyboard.type("jeux/vidéo?")
    expect(page.locator("#header-q")).to_have_value("jeux/vidéo?")


def test_an_outlet_narrows_the_results_and_one_link_widens_them(page: Page) -> None:
    page.goto("/recherche/?q=mistral")
    hits = page.locator(".hits > li")
    everything = hits.count()
    facet = page.locator(".facet li").filter(has=page.locator("a[href*='titre=']")).last
    left = int(facet.locator("span").inner_text())
    assert 0 < left < everything
    follow(page, facet.locator("a"))
    expect(hits).to_have_count(left)
    expect(page.locator(".facet a[aria-current=true]")).to_have_count(1)
    page.locator(".count a").click()
    expect(hits).to_have_count(everything)
