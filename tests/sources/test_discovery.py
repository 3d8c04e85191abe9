"""Where a site keeps its feeds."""

from __future__ import annotations

import base64
import io
import json
import time

import pytest

from sources.parsing.__main__ import main
from sources.parsing.discovery import Candidate, discover, guesses, news_sitemaps

PAGE = "https://exemple.fr/economie/"


def urls(html: str, page: str = PAGE) -> list[str]:
    return [candidate.url for candidate in discover(html, page)]


def test_declared_feeds_come_with_title_and_kind() -> None:
    html = """<head><link rel="alternate" type="application/rss+xml" title="À la une &amp; plus"
        href="/rss.xml?utm_source=x">
        <link rel="ALTERNATE feed" type="application/atom+xml; charset=utf-8" href="atom">
        <link rel=alternate type="application/feed+json" href="/feed.json">
        <link rel="stylesheet" type="application/rss+xml" href="/style">
        <link rel="alternate" hreflang="en" href="/en/"></head>"""
    assert discover(html, PAGE) == [
        Candidate("https://exemple.fr/rss.xml", "À la une & plus", "rss"),
        Candidate("https://exemple.fr/economie/atom", "", "atom"),
        Candidate("https://exemple.fr/feed.json", "", "json"),
    ]


def test_the_wordpress_interface_is_no_feed() -> None:
    assert urls('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">') == []


@pytest.mark.parametrize(
    "href",
    [
        "/rss",
        "/feed/",
        "/flux-rss.xml",
        "/rss/une.xml",
        "/actu.rss",
        "/une.atom",
        "/?feed=rss2",
        "/feeds/posts",
        "/atom.xml",
        "/syndication/une",
    ],
)
def test_links_that_look_like_feeds_are_found(href: str) -> None:
    assert urls(f'<a href="{href}">Suivre</a>') == [f"https://exemple.fr{href}"]


@pytest.mark.parametrize(
    "href",
    [
        "/feedback",
        "/rssi-cybersecurite",
        "/newsletter",
        "/flux-migratoires/article.html",
        "/transatomique",
        "/feed/article-sur-les-flux-123.html",
    ],
)
def test_articles_are_not_taken_for_feeds(href: str) -> None:
    assert urls(f'<a href="{href}">Lire</a>') == []


def test_the_feeds_of_readers_comments_are_left_out() -> None:
    link = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
    html = link.format("Gazette » Flux des commentaires", "/a/feed/") + link.format("", "/comments/feed/")
    assert urls(html + link.format("Gazette » Flux", "/feed/")) == ["https://exemple.fr/feed/"]


def test_declared_feeds_come_first_and_each_once() -> None:
    html = '<a href="/feed/">RSS</a><link rel="alternate" type="application/rss+xml" href="/rss"><a href="http://exemple.fr/rss#haut">RSS</a>'
    assert urls(html) == ["https://exemple.fr/rss", "https://exemple.fr/feed/"]


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "http://127.0.0.1:8901/rss",
        "http://169.254.169.254/rss",
        "http://[::1]/rss",
        "file:///rss",
        "feed:x",
        "",
        "http://[",
    ],
)
def test_addresses_that_are_not_for_us_are_left_out(href: str) -> None:
    assert urls(f'<link rel="alternate" type="application/rss+xml" href="{href}"><a href="{href}">RSS</a>') == []


def test_a_press_on_loopback_may_name_its_own_feeds() -> None:
    assert urls('<link rel="alternate" type="application/rss+xml" href="/rss">', "http://127.0.0.1:8900/") == [
        "http://127.0.0.1:8900/rss"
    ]


def test_a_press_on_loopback_may_not_name_its_neighbours() -> None:
    assert urls('<a href="http://127.0.0.1:8901/rss">RSS</a>', "http://127.0.0.1:8900/") == []


def test_the_base_of_the_page_counts_when_it_is_a_web_address() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="rss">'
    assert urls(f'<base href="https://autre.fr/x/">{link}') == ["https://autre.fr/x/rss"]
    assert urls(f'<base href="javascript:0">{link}') == ["https://exemple.fr/economie/rss"]


@pytest.mark.parametrize(
    "html", ["", " ", "\0", "<", "<html/>", "<!-- -->", "<a>", "<link rel=alternate type=application/rss+xml>"]
)
def test_pages_without_feeds_give_none(html: str) -> None:
    assert discover(html, PAGE) == []


def test_hostile_pages_cost_little() -> None:
    started = time.process_time()
    for html in ("<div>" * 50_000, "<a href=/rss>" * 20_000, "<b><i>" * 20_000, "<link " + "a=1 " * 50_000):
        assert len(discover(html, PAGE)) <= 50
    assert time.process_time() - started < 5


def test_robots_txt_names_news_sitemaps() -> None:
    text = """User-agent: *
Sitemap: https://exemple.fr/sitemap.xml
sitemap:https://exemple.fr/sitemap_news.xml
Sitemap: /actualites.xml
Sitemap: javascript:news"""
    assert news_sitemaps(text, "https://exemple.fr/robots.txt") == [
        Candidate("https://exemple.fr/sitemap_news.xml", "", "sitemap"),
        Candidate("https://exemple.fr/actualites.xml", "", "sitemap"),
    ]


def test_usual_paths_are_guessed_under_the_page_then_at_the_root() -> None:
    found = guesses("https://exemple.fr/economie/?utm_source=x")
    assert found[:3] == [
        "https://exemple.fr/economie/feed/",
        "https://exemple.fr/economie/rss.xml",
        "https://exemple.fr/feed/",
    ]
    assert len(found) == len(set(found))
    assert guesses("javascript:alert(1)") == []


def answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, *rows: object
) -> tuple[int, list[dict[str, object]]]:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{json.dumps(row)}\n" for row in rows)))
    status = main([command])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_the_command_line_reads_feeds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    item = "<title>Un</title><guid>1</guid><link>/1</link><pubDate>2024-02</pubDate><description>Deux</description>"
    content = encoded(f"<rss><channel><title>Gazette</title><item>{item}</item><item>{item}</item></channel></rss>")
    rows = [
        {"id": "a", "url": PAGE, "headers": {}, "content": content},
        {"id": "b", "content": encoded("non")},
        {"id": "c"},
    ]
    status, (feed, refused, without) = answers(monkeypatch, capsys, "feed", *rows)
    assert status == 1
    assert (feed["id"], feed["feed_title"]) == ("a", "Gazette")
    expected = {
        "guid": "1",
        "title": "Un",
        "link": "https://exemple.fr/1",
        "published": "2024-02",
        "precision": "month",
        "summary": "Deux",
    }
    entries = feed["entries"]
    assert isinstance(entries, list)
    assert len(entries) == 2
    assert expected.items() <= entries[0].items()
    assert (refused["id"], without["id"]) == ("b", "c")
    assert "not a feed" in str(refused["error"])


def test_the_command_line_reads_lists_pages_and_robots(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opml = encoded("<opml><body><outline text='A' xmlUrl='https://a.exemple.fr/rss'/></body></opml>")
    _, (listed,) = answers(monkeypatch, capsys, "opml", {"id": 1, "content": opml})
    _, (found,) = answers(monkeypatch, capsys, "discover", {"id": 2, "url": PAGE, "html": "<a href='/rss'>RSS</a>"})
    _, (named,) = answers(monkeypatch, capsys, "robots", {"id": 3, "url": PAGE, "text": "Sitemap: /news.xml"})
    assert listed["feeds"] == [{"title": "A", "feed_url": "https://a.exemple.fr/rss", "site_url": "", "folder": ""}]
    assert found["candidates"] == [{"url": "https://exemple.fr/rss", "title": "RSS", "kind": ""}]
    assert named["candidates"] == [{"url": "https://exemple.fr/news.xml", "title": "", "kind": "sitemap"}]


def test_the_command_line_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == main(["autre"]) == 2
    assert "feed,opml,discover,robots" in capsys.readouterr().err
