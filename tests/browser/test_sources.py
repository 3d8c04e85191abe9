"""An administrator's sources, and the one click that takes the demonstration away (last: it empties the database)."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from articles.models import Article
from articles.perms import ADMINISTRATOR

Opens = Callable[..., Page]


def test_a_feed_is_paused_and_resumed(signed_in: Opens) -> None:
    page = signed_in(ADMINISTRATOR)
    page.goto("/sources/")
    row = page.locator("tr[data-item]").filter(has_text="Agence Transmission")
    row.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_contain_text("Agence Transmission")
    row.get_by_role("button", name="Resume").click()
    expect(row.get_by_role("button", name="Pause")).to_be_visible()


def test_the_starter_pack_collects_nothing_before_it_is_switched_on(signed_in: Opens) -> None:
    page = signed_in(ADMINISTRATOR)
    page.goto("/sources/")
    page.get_by_role("link", name="Starter pack").first.click()
    page.locator("table.pack input[type=checkbox]").first.check()
    expect(page.locator("table.pack .st.ok")).to_have_count(0)
    page.locator("button[value=on]").click()
    expect(page.locator("table.pack .st.ok")).to_have_count(1)


def test_one_click_takes_the_demonstration_away(signed_in: Opens) -> None:
    page = signed_in(ADMINISTRATOR)
    page.goto("/")
    count = Article.objects.count()
    page.get_by_role("button", name="Remove the demonstration").click()
    expect(page.get_by_role("status")).to_contain_text(str(count))
    expect(page.locator("[data-item]")).to_have_count(0)
    assert not Article.objects.exists()
