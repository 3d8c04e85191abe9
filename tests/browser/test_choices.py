"""What a visitor may choose: light or dark, French or English."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

NIGHT, DAY = "dark", "light"


def paper(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def choose(page: Page, theme: str) -> None:
    page.locator(f"label:has(#theme-{theme})").click()


def test_the_colours_change_at_once_and_stay(page: Page) -> None:
    page.goto("/")
    light = paper(page)
    choose(page, NIGHT)
    dark = paper(page)
    assert dark != light
    page.reload()
    assert paper(page) == dark
    expect(page.locator("#theme-dark")).to_be_checked()
    choose(page, DAY)
    assert paper(page) == light


def test_without_a_choice_the_colours_are_the_systems(open_page: Callable[..., Page]) -> None:
    light, dark = open_page(), open_page(color_scheme=NIGHT)
    for page in (light, dark):
        page.goto("/")
    assert paper(light) != paper(dark)
    choose(dark, DAY)
    assert paper(light) == paper(dark)


def test_without_javascript_a_button_keeps_the_choice(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/histoires/")
    light = paper(page)
    choose(page, NIGHT)
    page.locator("form.theme button").click()
    expect(page.locator("#theme-dark")).to_be_checked()
    assert page.url.endswith("/histoires/")
    assert paper(page) != light


@pytest.mark.parametrize("with_script", [True, False])
def test_the_language_changes_and_stays(open_page: Callable[..., Page], with_script: bool) -> None:
    page = open_page(java_script_enabled=with_script)
    page.goto("/histoires/")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/")
    expect(page.get_by_role("link", name="Front page")).to_be_visible()
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
