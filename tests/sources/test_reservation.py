"""Text and data mining, reserved or not, and the paywall that a page declares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.parsing.access import is_free
from sources.parsing.reservation import Reservation, of_file, of_headers, of_html, of_page

POLICY = "https://journal.example/licence.json"
YES, NO, BY_TERMS = Reservation(True), Reservation(False), Reservation(True, POLICY)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, None),
        ({"tdm-reservation": "1"}, YES),
        ({"tdm-reservation": " 0 "}, NO),
        ({"tdm-reservation": "1", "tdm-policy": POLICY}, BY_TERMS),
        ({"tdm-reservation": "1", "tdm-policy": "javascript:alert(1)"}, YES),
        ({"tdm-reservation": "yes"}, None),
        ({"tdm-policy": POLICY}, None),
    ],
)
def test_headers_say_it(headers: dict[str, str], said: Reservation | None) -> None:
    assert of_headers(headers) == said


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<html></html>", None),
        ('<meta name="tdm-reservation" content="1">', YES),
        ("<META CONTENT='1' NAME='TDM-Reservation'/>", YES),
        ("<meta name=tdm-reservation content=0>", NO),
        (f'<meta content="{POLICY}" name="tdm-policy"><meta name="tdm-reservation" content="1">', BY_TERMS),
        ('<meta name="tdm-reservation">', None),
        ('<meta name="description" content="tdm-reservation 1">', None),
    ],
)
def test_a_page_says_it(html: str, said: Reservation | None) -> None:
    assert of_html(html) == said


def test_the_page_counts_before_the_header() -> None:
    assert of_page('<meta name="tdm-reservation" content="0">', {"tdm-reservation": "1"}) == NO
    assert of_page("<p>", {"tdm-reservation": "1"}) == YES


FILE = f"""[{{"location": "/", "tdm-reservation": 0}},
 {{"location": "/articles/*", "tdm-reservation": 1, "tdm-policy": "{POLICY}"}},
 {{"location": "*.pdf$", "tdm-reservation": 1}}, {{"location": "/x$", "tdm-reservation": 1}}, 7]"""


@pytest.mark.parametrize(
    ("path", "said"),
    [("/", NO), ("/articles/1", BY_TERMS), ("/a/b.pdf", YES), ("/a/b.pdf?x", NO), ("/x", YES), ("/xy", NO)],
)
def test_the_file_of_an_origin_goes_by_path(path: str, said: Reservation) -> None:
    assert of_file(FILE, path) == said


@pytest.mark.parametrize("text", ["", "{}", "[]", "<html>", "[[[", '[{"location": "/"}]', "[" * 100_000])
def test_a_file_that_says_nothing_says_nothing(text: str) -> None:
    assert of_file(text) is None


@given(st.text(), st.text())
def test_nothing_that_a_site_sends_breaks_the_reading(text: str, path: str) -> None:
    of_file(text, path), of_html(text), of_headers({"tdm-reservation": text, "tdm-policy": path}), is_free(text)


@pytest.mark.parametrize(
    ("html", "free"),
    [
        ("<p>Bonjour</p>", None),
        ('{"isAccessibleForFree": true}', True),
        ('{"isAccessibleForFree":"False"}', False),
        ('{"isAccessibleForFree": true, "hasPart": {"isAccessibleForFree": false}}', False),
        ('<meta property="article:content_tier" content="metered">', False),
        ('<meta property="article:content_tier" content="free">', True),
        ('<meta itemprop="isAccessibleForFree" content="false">', False),
    ],
)
def test_a_page_declares_its_paywall(html: str, free: bool | None) -> None:
    assert is_free(html) == free
