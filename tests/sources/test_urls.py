"""When two addresses are one, and which are none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.parsing.urls import canonical, clean, fingerprint, host, is_front_page, is_tracking, is_web_address

SAME = [
    "https://www.exemple.fr/economie/puces-2024.html",
    "http://www.exemple.fr/economie/puces-2024.html",
    "https://exemple.fr/economie/puces-2024.html",
    "HTTPS://WWW.EXEMPLE.FR:443/economie/puces-2024.html",
    "https://www.exemple.fr./economie/puces-2024.html",
    "https://www.exemple.fr/economie/puces-2024.html/",
    "https://www.exemple.fr/economie/puces-2024.html#commentaires",
    "https://www.exemple.fr/economie/puces-2024.html?utm_source=rss&utm_medium=feed",
    "https://www.exemple.fr/economie/puces-2024.html#xtor=RSS-3208",
    "https://www.exemple.fr/economie/puces-2024.html?xtor=RSS-3208&at_medium=custom7&fbclid=IwAR0",
    "https://www.exemple.fr/monde/../economie/./puces-2024.html",
    "https://www.exemple.fr/economie/puces%2d2024.html",
    " https://www.exemple.fr/economie/puces-2024.html\n",
]


@pytest.mark.parametrize("url", SAME)
def test_one_article_has_one_fingerprint(url: str) -> None:
    assert fingerprint(url) == fingerprint(SAME[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://exemple.fr/?p=12", "https://exemple.fr/?p=13"),
        ("https://exemple.fr/Puces", "https://exemple.fr/puces"),
        ("https://exemple.fr/a%2Fb", "https://exemple.fr/a/b"),
        ("https://exemple.fr:8080/a", "https://exemple.fr/a"),
        ("https://exemple.fr/#!/a", "https://exemple.fr/#!/b"),
        ("https://blog.exemple.fr/a", "https://exemple.fr/a"),
        ("https://exemple.fr/a?id=1&id=2", "https://exemple.fr/a?id=2"),
        ("https://exemple.fr/amp/a", "https://exemple.fr/a"),
    ],
)
def test_two_articles_have_two_fingerprints(one: str, other: str) -> None:
    assert fingerprint(one)
    assert fingerprint(one) != fingerprint(other)


def test_canonical_addresses_are_sorted_and_bare() -> None:
    url = "HTTP://Exemple.FR:80/a/b/../c/?z=1&utm_source=x&a=2#suite"
    assert canonical(url) == "http://exemple.fr/a/c?a=2&z=1"


def test_cleaning_keeps_what_a_reader_needs() -> None:
    url = "https://exemple.fr/a/?b=2&a=1&utm_campaign=x#suite"
    assert clean(url) == "https://exemple.fr/a/?b=2&a=1#suite"


def test_cleaning_escapes_what_could_leave_an_attribute() -> None:
    cleaned = clean("https://exemple.fr/\"onmouseover=alert(1) x='<b>")
    assert not set(cleaned) & set('"<> ')


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("/a.html", "https://exemple.fr/a.html"),
        ("a.html", "https://exemple.fr/flux/a.html"),
        ("?p=3", "https://exemple.fr/flux/rss.xml?p=3"),
        ("//autre.fr/4", "https://autre.fr/4"),
        ("https://été.fr/été", "https://xn--t-9fab.fr/%C3%A9t%C3%A9"),
    ],
)
def test_links_are_resolved_against_their_base(link: str, absolute: str) -> None:
    assert clean(link, "https://exemple.fr/flux/rss.xml") == absolute


NONE = [
    "",
    "exemple",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "mailto:a@exemple.fr",
    "file:///etc/passwd",
    "http://",
    "http://[",
    "http://exemple.fr\\@autre.fr/",
    "//\\autre.fr",
    "http://nom:mot@exemple.fr/",
    "http://exemple.fr:99999/",
    "http://exemple.fr:0/",
    "http://exemple.fr/" + "a" * 20_000,
]


@pytest.mark.parametrize("url", NONE)
def test_what_is_no_web_address_is_nothing(url: str) -> None:
    assert not is_web_address(url)
    assert (clean(url), canonical(url), fingerprint(url), host(url)) == ("", "", "", "")


@pytest.mark.parametrize("link", ["http://", " HTTPS:", "http:///a", "http:a", "http://?a"])
def test_a_link_without_host_is_not_read_as_the_base(link: str) -> None:
    assert clean(link, "https://exemple.fr/flux/rss.xml") == ""


@pytest.mark.parametrize("name", ["utm_source", "UTM_Term", "xtor", "at_medium", "fbclid", "mtm_kwd", "_ga"])
def test_tracking_parameters_are_known(name: str) -> None:
    assert is_tracking(name)


@pytest.mark.parametrize(
    "name", ["id", "p", "page", "article", "q", "date", "nsid", "att", "utmost", "ns_id", "mc_page"]
)
def test_parameters_that_choose_a_page_are_kept(name: str) -> None:
    assert not is_tracking(name)


def test_a_front_page_is_no_article() -> None:
    assert is_front_page("https://exemple.fr")
    assert is_front_page("https://exemple.fr/?utm_source=rss#haut")
    assert not is_front_page("https://exemple.fr/?p=1")


def test_the_host_is_without_port_and_in_lower_case() -> None:
    assert host("https://Exemple.FR:8443/a") == "exemple.fr"
    assert host("http://[::1]:80/") == "[::1]"


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_cleaned_without_error_and_once_for_all(text: str) -> None:
    for url in (text, f"http://{text}", f"http://exemple.fr/{text}", f"http://exemple.fr/?{text}"):
        cleaned = clean(url)
        assert clean(cleaned) == cleaned or not cleaned
        assert canonical(canonical(url)) == canonical(url)
        assert not cleaned or is_web_address(cleaned)
