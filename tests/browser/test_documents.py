"""A journalist brings documents."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from articles.perms import JOURNALIST
from tests.browser.visiting import Watch

TEXT = """La fibre arrive enfin à Plouzané

Par Maëlle Kerdraon, le 28 février 2024

Les travaux ont commencé lundi dans la commune, après deux ans de retard. « Nous n’y croyions plus », a déclaré la
maire, Soizic Le Goff. L’opérateur promet que les deux mille foyers seront raccordés avant la fin de l’année.
"""
PAGE = """<!doctype html><html lang="fr"><head><title>Un câble de plus sous la Manche</title></head><body><article>
<h1>Un câble de plus sous la Manche</h1><p>Par Yann Tanguy</p>
<p>Le navire câblier a quitté le port de Brest mardi matin avec huit cents kilomètres de fibre à son bord.</p>
<p>La liaison doit doubler la capacité entre les deux rives avant l’été, selon le consortium qui la finance.</p>
</article></body></html>"""


def test_a_pasted_text_shows_what_was_understood(signed_in: Callable[..., Page]) -> None:
    page = signed_in(JOURNALIST)
    page.goto("/pupitre/documents/")
    page.locator("#id_text").fill(TEXT)
    page.get_by_role("button", name="Add", exact=True).click()
    understood = page.locator("#lus")
    expect(understood.locator("h3")).to_have_text("La fibre arrive enfin à Plouzané")
    expect(understood).to_contain_text("Maëlle Kerdraon")
    expect(understood).to_contain_text("28 February 2024")


def test_an_uploaded_page_is_read(signed_in: Callable[..., Page]) -> None:
    page = signed_in(JOURNALIST)
    page.goto("/pupitre/documents/")
    file = {"name": "cable.html", "mimeType": "text/html", "buffer": PAGE.encode()}
    page.locator("#id_uploads").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#lus h3")).to_have_text("Un câble de plus sous la Manche")


def test_a_form_without_a_document_says_so_and_keeps_what_was_typed(
    signed_in: Callable[..., Page], watch: Watch
) -> None:
    watch.expected.add(400)
    page = signed_in(JOURNALIST)
    page.goto("/pupitre/documents/")
    page.locator("#id_title").fill("Un titre gardé")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("Un titre gardé")
