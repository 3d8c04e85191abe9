"""Lists of feeds, in and out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.parsing.opml import MAX_BYTES, OpmlFeed, read, write

FEEDS = [
    OpmlFeed("La Gazette", "https://gazette.exemple.fr/rss?a=1&b=2", "https://gazette.exemple.fr/", ""),
    OpmlFeed("L’Écho « des » puces <b>", "https://echo.exemple.fr/flux", "", "Économie"),
    OpmlFeed("", "https://sans-titre.exemple.fr/flux", "", "Économie"),
    OpmlFeed("Le Fil", "http://fil.exemple.fr/atom.xml", "http://fil.exemple.fr/", "Tech / IA & robots"),
]


def test_what_is_written_is_read_again() -> None:
    assert read(write(FEEDS)) == FEEDS
    assert write(read(write(FEEDS))) == write(FEEDS)


def test_other_readers_find_what_they_expect() -> None:
    written = write(FEEDS, title="Ma revue").decode()
    assert written.startswith("<?xml")
    assert "<title>Ma revue</title>" in written
    assert (
        'type="rss" text="La Gazette" title="La Gazette" xmlUrl="https://gazette.exemple.fr/rss?a=1&amp;b=2"' in written
    )


def test_groups_in_groups_make_one_folder() -> None:
    content = b"""<?xml version="1.0"?><opml version="1.0"><body><outline text="Presse"><outline title="Tech">
        <outline text="Fil" type="RSS" XMLURL="https://fil.exemple.fr/rss" HTMLURL="javascript:alert(1)"/>
        </outline></outline></body></opml>"""
    assert read(content) == [OpmlFeed("Fil", "https://fil.exemple.fr/rss", "", "Presse / Tech")]


def test_a_feed_is_listed_once_and_what_is_none_is_left_out() -> None:
    content = b"""<opml><body><outline text="A" xmlUrl="https://a.exemple.fr/rss"/>
        <outline text="B" xmlUrl="https://a.exemple.fr/rss"/>
        <outline text="C" xmlUrl="javascript:alert(1)"/><outline text="D" xmlUrl="file:///etc/passwd"/>
        <outline text="E"/></body></opml>"""
    assert [feed.title for feed in read(content)] == ["A"]


@pytest.mark.parametrize(
    ("before", "title", "ampersand", "codec"),
    [
        ("", "Été", "&", "utf-8"),
        ("", "&Eacute;t&eacute;", "&amp;", "utf-16"),
        ("<?xml version='1.0' encoding='iso-8859-1'?>", "Été", "&amp;", "latin-1"),
    ],
)
def test_files_written_carelessly_are_read(before: str, title: str, ampersand: str, codec: str) -> None:
    content = f"{before}<opml><body><outline text='{title}' xmlUrl='https://a.exemple.fr/rss?x=1{ampersand}y=2'/>"
    assert read(content.encode(codec)) == [OpmlFeed("Été", "https://a.exemple.fr/rss?x=1&y=2", "", "")]


@pytest.mark.parametrize("content", [b"", b"\0", b"<html></html>", b"Bonjour", b"<rss/>", b"{}", b"\x89PNG\r\n"])
def test_what_is_no_opml_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(ValueError, match="not an OPML"):
        read(content)


def test_a_file_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="larger than 5 MB"):
        read(b"<opml>" + b" " * MAX_BYTES)


def test_hostile_files_cost_little_and_reach_nothing() -> None:
    laughs = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
    outline = '<opml><body><outline text="&l9;&x;" xmlUrl="https://a.exemple.fr/rss"/></body></opml>'
    entities = f'<!DOCTYPE opml [<!ENTITY l0 "lol"><!ENTITY x SYSTEM "file:///etc/passwd">{laughs}]>'
    started = time.process_time()
    assert "root:" not in repr(read((entities + outline).encode()))
    assert len(read(("<opml>" + "<outline text='a'>" * 100_000).encode())) == 0
    assert time.process_time() - started < 3


words = st.text(st.characters(codec="utf-8"), max_size=30).map(lambda text: " ".join(text.split()))


@settings(deadline=None)
@given(st.lists(st.tuples(words, words), max_size=5))
def test_any_titles_survive_the_round_trip(titles: list[tuple[str, str]]) -> None:
    feeds = [
        OpmlFeed(title, f"https://{number}.exemple.fr/rss", "", folder) for number, (title, folder) in enumerate(titles)
    ]
    again = read(write(feeds))
    assert write(read(write(again))) == write(again)
    assert {feed.feed_url for feed in again} == {feed.feed_url for feed in feeds}
