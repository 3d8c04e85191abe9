"""The demonstration press answers like a dozen real outlets, and its copy is clean."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from bs4 import BeautifulSoup

from pressreview.demo.library import load_articles, load_outlets
from pressreview.demo.press import DemoArticle, DemoOutlet, article_path, feed_url, running
from pressreview.demo.rendering import (
    PAYWALL,
    body_blocks,
    byline,
    date_texts,
    joined,
    opened,
    outlets_by_slug,
    picture,
    related,
)

OUTLETS = load_outlets()
ARTICLES = load_articles()
IDENTITY = [outlet.slug for outlet in OUTLETS]

# What a French typographer would send back, with the reason.
SINS = {
    "guillemet ouvert sans espace insécable": re.compile(r"«(?!\u00a0)"),
    "guillemet fermé sans espace insécable": re.compile(r"(?<!\u00a0)»"),
    "ponctuation haute sans fine insécable": re.compile(r"(?<![\u202f!?;])[;!?]"),
    "deux-points sans espace insécable": re.compile(r"(?<![\u00a0\d])[:]"),
    "apostrophe droite": re.compile(r"'"),
    "guillemet droit": re.compile(r'"'),
    "unité séparable de son nombre": re.compile(r"\d [%€$]"),
}
NOT_PROSE = re.compile(r"\]\([^)]*\)|https?://\S+|`[^`]*`|^\|[-:| ]+\|$", re.MULTILINE)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running() as address:
        yield address


def fetch(url: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request(method, parts.path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def words(html: str) -> str:
    return " ".join(BeautifulSoup(html, "lxml").get_text(" ").split())


def of(outlet: DemoOutlet) -> list[DemoArticle]:
    return [article for article in ARTICLES if article.outlet == outlet.slug]


def url_of(article: DemoArticle, base: str) -> str:
    return base + article_path(outlets_by_slug()[article.outlet], article)


def test_the_press_is_large_enough_to_show_stories() -> None:
    stories = Counter(article.story for article in ARTICLES)
    assert len(OUTLETS) == 12
    assert len(ARTICLES) >= 75
    assert len(stories) >= 18
    assert max(stories.values()) >= 14


def test_every_article_belongs_to_an_outlet_and_has_its_own_address() -> None:
    assert {article.outlet for article in ARTICLES} == set(IDENTITY)
    paths = [article_path(outlets_by_slug()[article.outlet], article) for article in ARTICLES]
    assert len(paths) == len(set(paths))
    assert len({(article.outlet, article.slug) for article in ARTICLES}) == len(ARTICLES)


def test_every_article_is_dated_within_the_three_weeks() -> None:
    days = [article.published.date().isoformat() for article in ARTICLES]
    assert "2024-02-12" <= min(days) <= max(days) <= "2024-03-05"
    assert all(article.modified is None or article.modified > article.published for article in ARTICLES)


def test_every_article_is_signed_by_a_journalist_of_its_outlet() -> None:
    strangers = [
        (article.slug, author)
        for article in ARTICLES
        for author in article.authors
        if author not in outlets_by_slug()[article.outlet].journalists
    ]
    assert strangers == []


@pytest.mark.parametrize("sin", SINS)
def test_french_copy_commits_no_typographic_sin(sin: str) -> None:
    found = []
    for article in (article for article in ARTICLES if article.language == "fr"):
        for text in (article.title, article.feed_title, article.standfirst, article.credit, article.body):
            prose = NOT_PROSE.sub("", text)
            found += [(article.slug, prose[max(0, m.start() - 20) : m.end() + 10]) for m in SINS[sin].finditer(prose)]
    assert found == []


def test_some_headlines_are_corrected_after_the_feed_announced_them() -> None:
    assert sum(article.feed_title != article.title for article in ARTICLES) >= 2


@pytest.mark.parametrize("outlet", OUTLETS, ids=IDENTITY)
def test_a_feed_announces_every_article_of_its_outlet(outlet: DemoOutlet, base: str) -> None:
    response, body = fetch(feed_url(outlet, base))
    assert response.status == 200
    titles = [article.feed_title for article in reversed(of(outlet))]
    if outlet.feed == "json":
        items = json.loads(body)["items"]
        assert [item["title"] for item in items] == titles
        assert all(item["id"] and ("content_html" in item) != ("content_text" in item) for item in items)
    else:
        parsed = feedparser.parse(body)
        assert not parsed.bozo
        assert [entry.title for entry in parsed.entries] == titles
        assert [entry.link for entry in parsed.entries] == [url_of(article, base) for article in reversed(of(outlet))]


@pytest.mark.parametrize("outlet", [outlet for outlet in OUTLETS if outlet.feed != "json"], ids=lambda o: str(o.slug))
def test_an_xml_feed_gives_authors_categories_and_dates(outlet: DemoOutlet, base: str) -> None:
    entries = feedparser.parse(fetch(feed_url(outlet, base))[1]).entries
    for entry, article in zip(entries, reversed(of(outlet)), strict=True):
        assert {tag.term for tag in entry.tags} >= {article.section, *article.tags}
        # feedparser keeps the dc:date of RSS 1.0 as an update.
        assert (entry.get("published_parsed") or entry.updated_parsed)[:5] == article.published.utctimetuple()[:5]
        assert not article.authors or entry.author in article.authors
        assert bool(entry.get("content")) == (outlet.content and not article.paywalled)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: f"{article.outlet}/{article.slug}")
def test_a_page_answers_with_its_text_headline_byline_and_date(article: DemoArticle, base: str) -> None:
    outlet = outlets_by_slug()[article.outlet]
    response, body = fetch(url_of(article, base))
    page = words(body.decode())
    opening, rest = opened(body_blocks(article, base))
    shown = [words(block) for block in (opening if article.paywalled else opening + rest)]
    assert response.status == 200
    assert " ".join(article.title.split()) in page
    assert " ".join(byline(outlet, article).split()) in page
    assert all(" ".join(text.split()) in page for text in date_texts(outlet, article))
    assert [text for text in shown if text not in page] == []
    assert outlet.language == article.language


@pytest.mark.parametrize("article", [article for article in ARTICLES if article.paywalled], ids=lambda a: str(a.slug))
def test_a_paywalled_page_stops_after_its_opening(article: DemoArticle, base: str) -> None:
    page = words(fetch(url_of(article, base))[1].decode())
    _, rest = opened(body_blocks(article, base))
    assert rest
    assert [block for block in rest if words(block) in page] == []
    assert PAYWALL[article.language][0] in page


def test_an_opening_never_ends_on_a_heading() -> None:
    assert opened(["<p>a</p>", "<h2>b</h2>", "<p>c</p>", "<p>d</p>"]) == (
        ["<p>a</p>", "<h2>b</h2>", "<p>c</p>"],
        ["<p>d</p>"],
    )
    assert opened(["<p>a</p>"]) == (["<p>a</p>"], [])


@pytest.mark.parametrize("outlet", OUTLETS, ids=IDENTITY)
def test_a_home_page_leads_to_the_feed_and_the_articles(outlet: DemoOutlet, base: str) -> None:
    soup = BeautifulSoup(fetch(base + outlet.home)[1], "lxml")
    feeds = [link["href"] for link in soup.select("link[rel=alternate]")]
    links = {link["href"] for link in soup.select("main a")}
    assert feeds == [feed_url(outlet, base)]
    assert links >= {url_of(article, base) for article in of(outlet)}


@pytest.mark.parametrize("outlet", OUTLETS, ids=IDENTITY)
def test_every_page_says_that_the_outlet_is_fictional(outlet: DemoOutlet, base: str) -> None:
    for url in (base + outlet.home, url_of(of(outlet)[0], base)):
        html = fetch(url)[1].decode()
        assert "Titre fictif" in html or "Fictional outlet" in html


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: f"{article.outlet}/{article.slug}")
def test_no_page_runs_a_script_or_leaves_the_press(article: DemoArticle, base: str) -> None:
    soup = BeautifulSoup(fetch(url_of(article, base))[1], "lxml")
    assert [script for script in soup.select("script") if script.get("type") != "application/ld+json"] == []
    resources = [str(tag.get("src") or tag.get("href")) for tag in soup.select("img, link")]
    assert all(resource.startswith(base) for resource in resources)


def test_pages_of_different_outlets_are_built_differently() -> None:
    assert len({outlet.template for outlet in OUTLETS}) >= 5
    assert len({outlet.dates for outlet in OUTLETS}) >= 5
    assert len({outlet.byline for outlet in OUTLETS}) >= 5
    assert {outlet.feed for outlet in OUTLETS} == {"rss", "atom", "json", "rdf"}


def test_json_ld_names_the_authors_and_the_date(base: str) -> None:
    article = next(a for a in ARTICLES if outlets_by_slug()[a.outlet].template == "economie" and len(a.authors) == 2)
    script = BeautifulSoup(fetch(url_of(article, base))[1], "lxml").select_one("script")
    assert script is not None
    data = json.loads(script.string or "")
    assert [author["name"] for author in data["author"]] == list(article.authors)
    assert data["datePublished"] == article.published.isoformat()


def test_the_index_lists_every_outlet(base: str) -> None:
    html = fetch(base + "/")[1].decode()
    assert all(f'href="{base}{outlet.home}"' in html for outlet in OUTLETS)


def test_an_unchanged_feed_answers_304_to_its_etag(base: str) -> None:
    url = feed_url(OUTLETS[0], base)
    first, _ = fetch(url)
    again, body = fetch(url, If_None_Match=str(first.headers["ETag"]))
    assert (again.status, body) == (304, b"")
    assert fetch(url, If_None_Match='"other"')[0].status == 200


def test_an_unchanged_page_answers_304_to_its_date(base: str) -> None:
    url = url_of(ARTICLES[0], base)
    first, _ = fetch(url)
    assert fetch(url, If_Modified_Since=str(first.headers["Last-Modified"]))[0].status == 304
    assert fetch(url, If_Modified_Since="Mon, 01 Jan 2024 00:00:00 GMT")[0].status == 200
    assert fetch(url, If_Modified_Since="hier soir")[0].status == 200


def test_the_etag_wins_over_the_date(base: str) -> None:
    url = url_of(ARTICLES[0], base)
    date = str(fetch(url)[0].headers["Last-Modified"])
    assert fetch(url, If_None_Match='"other"', If_Modified_Since=date)[0].status == 200


def test_head_gives_the_headers_of_get_without_the_body(base: str) -> None:
    url = feed_url(OUTLETS[1], base)
    head, nothing = fetch(url, method="HEAD")
    full, body = fetch(url)
    assert nothing == b""
    assert head.headers["Content-Length"] == str(len(body))
    assert head.headers["ETag"] == full.headers["ETag"]


def test_an_unknown_path_answers_404(base: str) -> None:
    assert fetch(f"{base}/le-signal-numerique/2024/02/rien.html")[0].status == 404


def test_robots_may_read_everything_but_the_search(base: str) -> None:
    response, body = fetch(f"{base}/robots.txt")
    assert response.status == 200
    assert b"Disallow: /recherche" in body


def test_a_hostile_host_header_does_not_reach_the_links(base: str) -> None:
    body = fetch(base + "/", Host='x"><b>')[1].decode()
    assert f'href="{base}/le-signal-numerique/"' in body


def test_a_picture_is_a_png_and_never_changes() -> None:
    first = picture("lundi", "#123456")
    assert first.startswith(b"\x89PNG\r\n")
    assert first == picture("lundi", "#123456")
    assert first != picture("mardi", "#123456")


def test_images_named_by_pages_exist(base: str) -> None:
    response, _ = fetch(f"{base}/{ARTICLES[0].outlet}/images/{ARTICLES[0].slug}.png")
    assert (response.status, response.headers["Content-Type"]) == (200, "image/png")


def test_names_are_joined_as_the_language_wants() -> None:
    assert joined(["A"], "fr") == "A"
    assert joined(["A", "B", "C"], "fr") == "A, B et C"
    assert joined(["A", "B"], "en") == "A and B"


def test_related_articles_come_from_the_same_outlet_and_story_first() -> None:
    article = next(article for article in ARTICLES if article.slug == "mistral-ai-microsoft-partenariat")
    found = related(article)
    assert article not in found
    assert {other.outlet for other in found} == {article.outlet}
    assert found[0].story == article.story


@pytest.mark.parametrize(
    "text", ["no front matter", "+++\ntitle = 'x\n+++\n", "+++\ntitle = 'x'\n+++\n", "+++\nbogus = 1\n+++\n"]
)
def test_a_broken_file_is_named_in_the_error(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "articles" / "le-signal-numerique" / "casse.md"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("pressreview.demo.library.HERE", tmp_path)
    with pytest.raises(ValueError, match=r"casse\.md"):
        load_articles.__wrapped__()


def test_the_command_serves_until_it_is_asked_to_stop() -> None:
    command = [sys.executable, "-m", "pressreview.demo.press", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stderr is not None
    address = re.search(r"http://\S+", process.stderr.readline())
    assert address is not None
    with urllib.request.urlopen(address[0] + "/robots.txt", timeout=10) as response:
        assert response.status == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    process.stderr.close()
