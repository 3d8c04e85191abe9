"""What an editor may write in a note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.markdown import render


def test_emphasis_lists_and_quotations_are_drawn() -> None:
    assert render("**Le Fil** dit *non*") == "<p><strong>Le Fil</strong> dit <em>non</em></p>"
    assert "<li>un</li>" in render("- un\n- deux")
    assert "<blockquote>" in render("> « Rien n’est joué »")


def test_a_line_break_stays_a_line_break() -> None:
    assert render("un\ndeux") == "<p>un<br>\ndeux</p>"


def test_links_lead_to_the_web_and_ask_for_nothing() -> None:
    assert render("[ici](https://exemple.fr/a)") == (
        '<p><a href="https://exemple.fr/a" rel="noopener nofollow">ici</a></p>'
    )


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "mailto:a@b.fr", "//exemple.fr", "/admin/", "x"],
)
def test_other_links_stay_text(address: str) -> None:
    assert "<a" not in render(f"[ici]({address})")
    assert "<a" not in render(f"<{address}>")


@pytest.mark.parametrize("html", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>gras</b>", "<!-- x"])
def test_html_is_shown_as_it_was_typed(html: str) -> None:
    assert "&lt;" in render(html)
    assert html not in render(html)


def test_headings_and_images_stay_text() -> None:
    assert render("# Titre") == "<p># Titre</p>"
    assert "<img" not in render("![x](https://exemple.fr/x.png)")


def test_what_others_wrote_keeps_its_typography() -> None:
    said = "«\u00a0Rien n’est joué\u202f!\u00a0»"
    assert render(said) == f"<p>{said}</p>".replace("\u00a0", "&nbsp;")


@given(st.text(max_size=200))
def test_nothing_typed_becomes_an_active_element(text: str) -> None:
    html = render(text).lower()
    for tag in ("<script", "<img", "<iframe", "<style", "<svg", "<form", "<object"):
        assert tag not in html
    assert " on" not in "".join(part.split(">")[0] for part in html.split("<")[1:] if part.startswith("a "))
