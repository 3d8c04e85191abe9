"""Feeds of every format in one shape, however they are written."""

from __future__ import annotations

import gzip
import json
import time
from contextlib import suppress
from datetime import timedelta
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.parsing.feeds import NotAFeed, ParsedEntry, ParsedFeed, parse

URL = "https://exemple.fr/flux/rss.xml"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:atom="http://www.w3.org/2005/Atom"'
)


def rss(*items: str, head: str = "<title>La Gazette</title>", declaration: str = "") -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'{declaration}<rss version="2.0" {NAMESPACES}><channel>{head}{body}</channel></rss>'


def read(document: str | bytes, **headers: str) -> ParsedFeed:
    content = document.encode() if isinstance(document, str) else document
    return parse(content, url=URL, headers={name.replace("_", "-"): value for name, value in headers.items()})


def only(document: str | bytes, **headers: str) -> ParsedEntry:
    (entry,) = read(document, **headers).entries
    return entry


def titles(document: str | bytes, **headers: str) -> list[str]:
    return [entry.title for entry in read(document, **headers).entries]


def test_rss_gives_everything_it_says() -> None:
    item = """<title>Puces&#8239;: l’usine de Crolles s’agrandit</title><link>/puces.html?utm_source=rss</link>
        <guid isPermaLink="false">4521 at exemple.fr</guid><pubDate>Tue, 27 Feb 2024 18:33:19 +0100</pubDate>
        <dc:creator>Alice Martin</dc:creator><dc:creator>Karim Benali</dc:creator><category>Industrie</category>
        <category>Puces</category><description>&lt;p&gt;Le chantier &lt;b&gt;reprend&lt;/b&gt;.&lt;/p&gt;</description>
        <content:encoded><![CDATA[<p>Le chantier reprend <a href="/x">ici</a>.</p>]]></content:encoded>"""
    feed = read(rss(item, head="<title>La Gazette</title><link>https://exemple.fr/</link><language>fr-FR</language>"))
    (entry,) = feed.entries
    assert (feed.kind, feed.title, feed.site_url, feed.language) == (
        "rss",
        "La Gazette",
        "https://exemple.fr/",
        "fr-FR",
    )
    assert entry.title == "Puces\u202f: l’usine de Crolles s’agrandit"
    assert entry.url == "https://exemple.fr/puces.html"
    assert entry.guid == "4521 at exemple.fr"
    assert entry.authors == ("Alice Martin", "Karim Benali")
    assert entry.tags == ("Industrie", "Puces")
    assert entry.summary == "Le chantier reprend."
    assert entry.content == '<p>Le chantier reprend <a href="/x">ici</a>.</p>'
    assert entry.published is not None
    assert (entry.published.value, entry.published.precision) == ("2024-02-27T18:33:19+01:00", "second")
    assert entry.language == "fr-FR"


def test_atom_gives_everything_it_says() -> None:
    feed = read("""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://exemple.fr/">
        <title type="html">L&amp;#39;Écho</title><link href="/"/><link rel="hub" href="https://pivot.exemple.fr/"/>
        <entry><id>urn:1</id><title type="html">Un &amp;lt;b&amp;gt; &lt;em&gt;vrai&lt;/em&gt;</title><link href="a/1"/>
        <link rel="enclosure" href="son.mp3"/><author><name>Alice Martin</name><email>a@exemple.fr</email></author>
        <category term="ia" label="IA"/><published>2024-02-26T08:00:00+01:00</published>
        <updated>2024-02-27T09:00:00+01:00</updated>
        <summary>Une phrase &amp; une autre</summary>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Corps</p></div></content>
        </entry></feed>""")
    (entry,) = feed.entries
    assert (feed.kind, feed.title, feed.hub, feed.site_url) == (
        "atom",
        "L'Écho",
        "https://pivot.exemple.fr/",
        "https://exemple.fr/",
    )
    assert (entry.title, entry.url, entry.summary) == (
        "Un <b> vrai",
        "https://exemple.fr/a/1",
        "Une phrase & une autre",
    )
    assert (entry.authors, entry.tags, entry.language) == (("Alice Martin",), ("IA",), "fr")
    assert entry.content == "<p>Corps</p>"
    assert entry.published is not None
    assert entry.modified is not None
    assert (entry.published.value, entry.modified.value) == ("2024-02-26T08:00:00+01:00", "2024-02-27T09:00:00+01:00")


def test_rdf_gives_its_items_and_dublin_core_dates() -> None:
    feed = read("""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Brèves</title></channel>
        <item rdf:about="https://exemple.fr/1"><title>Un</title><link>https://exemple.fr/1</link><dc:date>2024-02</dc:date></item>
        </rdf:RDF>""")
    (entry,) = feed.entries
    assert (feed.kind, feed.title, entry.title, entry.url) == ("rdf", "Brèves", "Un", "https://exemple.fr/1")
    assert entry.published is not None
    assert (entry.published.value, entry.published.precision) == ("2024-02", "month")


def test_json_feed_gives_everything_it_says() -> None:
    items = [
        {"id": 7, "url": "/7", "title": "Sept < huit", "content_html": "<p>Corps</p>",
         "date_published": "2024-02-26T08:00:00Z",
         "authors": [{"name": "Alice Martin"}], "tags": ["ia", 3], "language": "fr"},
        {"id": "8", "content_text": "Juste\ndu texte <b>"},
        "rien", None, {"id": []},
    ]  # fmt: skip
    feed = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "JSON", "items": items}))
    seven, eight = feed.entries
    assert (feed.kind, feed.title, len(feed.items)) == ("json", "JSON", 3)
    assert (seven.guid, seven.url, seven.title, seven.summary) == ("7", "https://exemple.fr/7", "Sept < huit", "Corps")
    assert (seven.authors, seven.tags, seven.language) == (("Alice Martin",), ("ia",), "fr")
    assert (eight.summary, eight.content, eight.published) == ("Juste du texte <b>", "Juste\ndu texte &lt;b&gt;", None)


def test_a_news_sitemap_gives_its_articles() -> None:
    feed = read("""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
        <url><loc>https://exemple.fr/1</loc><lastmod>2024-02-27</lastmod>
        <image:image><image:title>Photo</image:title></image:image>
        <news:news><news:publication><news:name>La Gazette</news:name>
        <news:language>fr</news:language></news:publication>
        <news:publication_date>2024-02-26T08:00:00+01:00</news:publication_date>
        <news:title>Puces &amp; usines</news:title>
        <news:keywords>puces, usines</news:keywords></news:news></url><url><loc>https://exemple.fr/2</loc></url></urlset>""")
    (first,) = feed.entries
    assert (feed.kind, feed.title) == ("sitemap", "La Gazette")
    assert (first.title, first.language, first.tags) == ("Puces & usines", "fr", ("puces", "usines"))
    assert first.published is not None
    assert first.published.value == "2024-02-26T08:00:00+01:00"


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("AT&amp;T", "AT&T"),
        ("AT&T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("1 &lt; 2", "1 < 2"),
        ("Un &lt;b&gt;gras&lt;/b&gt; titre", "Un gras titre"),
        ("<![CDATA[Un <i>italique</i> &amp; co]]>", "Un italique & co"),
        ("<![CDATA[R&D : l'écart]]>", "R&D : l'écart"),
        ("caf&eacute; &nbsp;&hellip;", "café \xa0…"),
        ("&#150; tiret", "– tiret"),
        ("  deux\n\t lignes ", "deux lignes"),
        ("La balise &lt;script&gt;", "La balise <script>"),
    ],
)
def test_titles_are_decoded_once_and_bare_of_tags(said: str, plain: str) -> None:
    assert only(rss(f"<title>{said}</title><guid>1</guid>")).title == plain


def test_scripts_and_styles_are_no_text() -> None:
    html = escape("<style>p{}</style><p>Un</p><script>x()</script><p title='a > b'>deux<br>trois</p><!-- non -->")
    assert only(rss(f"<guid>1</guid><description>{html}</description>")).summary == "Un deux trois"


TITLE = "L’été à Noël : cœur, façade, 50 € — “guillemets”"


@pytest.mark.parametrize(
    ("codec", "declared", "http"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8-sig", "utf-8", ""),
        ("utf-8", "", ""),
        ("utf-8", "iso-8859-1", "iso-8859-1"),
        ("utf-8", "us-ascii", "us-ascii"),
        ("utf-8", "x-klingon", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-32", "utf-32", ""),
        ("cp1252", "windows-1252", ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "utf-8", "windows-1252"),
        ("cp1252", "utf-8", "utf-8"),
        ("cp1252", "", ""),
    ],
)
def test_the_encoding_is_found_whatever_is_claimed(codec: str, declared: str, http: str) -> None:
    claim = f' encoding="{declared}"' if declared else ""
    document = rss(f"<title>{TITLE}</title><guid>1</guid>", declaration=f'<?xml version="1.0"{claim}?>\n')
    content_type = "application/rss+xml" + (f"; charset={http}" if http else "")
    assert titles(document.encode(codec), content_type=content_type) == [TITLE]


def test_half_utf_8_and_half_latin_1_are_both_read() -> None:
    document = rss("<title>UN</title><guid>1</guid>", "<title>DEUX</title><guid>2</guid>").encode()
    mixed = document.replace(b"UN", "Été".encode()).replace(b"DEUX", "Été".encode("latin-1"))
    assert titles(mixed) == ["Été", "Été"]


def test_seven_bits_that_spell_markup_are_left_as_they_are() -> None:
    document = rss(
        "<title>+ADw-script+AD4-</title><guid>1</guid>", declaration='<?xml version="1.0" encoding="utf-7"?>'
    )
    assert titles(document) == ["+ADw-script+AD4-"]


def test_characters_that_databases_refuse_are_gone() -> None:
    title = only(rss("<title>a\0\x01\x0b&#0;&#x1;&#xD800;&#xFFFF;z</title><guid>1\0</guid>")).title
    assert title == "az"


@pytest.mark.parametrize(
    "before", ["\r\n\t ", "<br />\n<b>Warning</b>: foo() in /x.php\n", "\ufeff", "<!-- cache <html> -->"]
)
@pytest.mark.parametrize("after", ["", "<!-- cache -->", "<script>x</script>\0\0", "\n\nDeprecated: bar()"])
def test_what_stands_around_the_feed_is_left_aside(before: str, after: str) -> None:
    document = rss("<title>Un</title><guid>1</guid>", declaration='<?xml version="1.0"?>')
    assert titles(before + document + after) == ["Un"]


def test_gzip_left_by_the_transport_is_undone() -> None:
    assert titles(gzip.compress(rss("<title>Un</title><guid>1</guid>").encode())) == ["Un"]


def test_entries_before_a_cut_are_kept() -> None:
    document = rss(*(f"<title>Titre {number}</title><guid>{number}</guid>" for number in range(9)))
    assert titles(document[: document.index("Titre 6")])[:6] == [f"Titre {number}" for number in range(6)]


def test_one_bad_entry_costs_no_other() -> None:
    good = "<title>Bon</title><guid>1</guid>"
    bad = "<title>Mal <b>fermé</title><link>http://[</link><pubDate>32 Foo 99999</pubDate><guid>2</guid>"
    assert "Bon" in titles(rss(bad, good, bad.replace("2", "3"), good.replace("1", "4")))


@pytest.mark.parametrize("stray", ["</link>", "<width></width>", "</category>", "<textinput><link/>", "<b></i>"])
def test_elements_out_of_place_cost_no_entry(stray: str) -> None:
    good = "<title>Bon</title><guid>1</guid>"
    assert titles(rss(good, head=f"<title>La Gazette</title>{stray}")) == ["Bon"]
    assert titles(rss(f"{good}{stray}", good.replace("1", "2"))) == ["Bon", "Bon"]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"<!doctype html><html><body>Maintenance</body></html>", "a web page"),
        (b"<html><body><pre>&lt;rss&gt;</pre><rss></rss></body></html>", "a web page"),
        (b'<?xml version="1.0"?><opml><body/></opml>', "“opml”"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><metadata><rdf:RDF/></metadata></svg>', "“svg”"),
        (b'{"error": "x"}', "JSON"),
        (b'{"items": [', "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"%PDF-1.4\n\0\0", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0", "an image"),
        (b"PK\x03\x04\0\0", "a ZIP archive"),
        (b"Bonjour", "plain text"),
        (b"<sitemapindex><sitemap/></sitemapindex>", "sitemaps"),
        (b"<urlset><url><loc>https://exemple.fr/mentions</loc></url></urlset>", "without news"),
    ],
)
def test_what_is_no_feed_is_named(content: bytes, named: str) -> None:
    with pytest.raises(NotAFeed, match=named):
        read(content)


def test_an_empty_feed_is_a_feed() -> None:
    assert read(rss()).entries == ()


def each(element: str, *values: str) -> str:
    """A feed with one item for each value, which stands in `element`."""
    return rss(*(f"<guid>{number}</guid><{element}>{escape(value)}</{element}>" for number, value in enumerate(values)))


LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(50_000))
SPACES = " ".join(f'xmlns:n{number}="u{number}"' for number in range(20_000))
HOSTILE = {
    "laughs": f'<!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]>' + rss("<title>&l9;</title><guid>1</guid>"),
    "quadratic": f'<!DOCTYPE rss [<!ENTITY a "{"A" * 50_000}">]>' + rss(f"<title>{'&a;' * 5000}</title><guid>1</guid>"),
    "author": each("author", f"a@{'a.' * 200_000}!"),
    "author in pieces": rss("<guid>1</guid><author>" + "<b>a@a.</b>" * 30_000 + "!</author>"),
    "dates": each("pubDate", "1" * 50_000, "Mon, " * 20_000, "2020-" + "01-" * 30_000, "4" + " " * 90_000 + "x"),
    "html": each("description", "<" * 50_000, "<a " * 30_000, "<!--" * 30_000, "&" * 50_000, '<p x="' * 30_000),
    "end tags": each("description", "</p>" * 50_000, "<a href='" * 20_000, "<![CDATA[" * 20_000, "<script" * 20_000),
    "links": each("link", "http://" + "a." * 50_000, "http://[" * 20_000, "http://e.fr/" + "../" * 50_000),
    "deep": rss("<guid>1</guid>" + "<a>" * 50_000 + "</a>" * 50_000),
    "attributes": rss(f"<guid>1</guid><title {ATTRIBUTES}>x</title>"),
    "namespaces": f"<rss {SPACES}><channel/></rss>",
    "name": "<rss><channel><" + "a" * 2_000_000 + "/></channel></rss>",
    "cdata": rss("<title>" + "<![CDATA[" * 20_000),
    "comments": "<rss><channel>" + "<!--" * 50_000,
    "references": rss("<title>" + "&#" * 50_000 + "&#" + "9" * 50_000 + ";</title><guid>1</guid>"),
    "tags": rss("<guid>1</guid>" + "<category>c</category>" * 5000 + "<dc:creator>a</dc:creator>" * 1000),
    "fields": rss(f"<guid>{'g' * 100_000}</guid><title>{'T' * 1_000_000}</title>"),
    "brackets": "<rss><channel>" + "<" * 100_000,
    "json": '{"version": "1", "items": ' + "[" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_cost_little(name: str) -> None:
    started = time.process_time()
    try:
        assert sum(len(repr(entry)) for entry in read(HOSTILE[name]).entries) < 1_000_000
    except NotAFeed:
        assert name in ("quadratic", "json")
    assert time.process_time() - started < 4


def test_nothing_outside_the_document_is_read() -> None:
    entity = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>'
    assert "root:" not in repr(read(entity + rss("<title>a &x; b</title><guid>1</guid><description>&x;</description>")))


def test_the_documents_own_short_entities_are_known() -> None:
    document = '<!DOCTYPE rss [<!ENTITY gaz "La Gazette">]>' + rss("<title>&gaz; &amp; &unknown;</title><guid>1</guid>")
    assert titles(document) == ["La Gazette & &unknown;"]


@pytest.mark.parametrize(
    ("head", "ttl"),
    [
        ("<ttl>90</ttl>", timedelta(minutes=90)),
        ("<ttl>0</ttl>", None),
        ("<ttl>bientôt</ttl>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", timedelta(hours=6)),
        ("<sy:updatePeriod> hourly </sy:updatePeriod>", timedelta(hours=1)),
        ("", None),
    ],
)
def test_the_declared_rhythm_is_told(head: str, ttl: timedelta | None) -> None:
    assert read(rss(head=head)).ttl == ttl


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Fri, 01 Jan 2099 00:00:00 +0100", "2099-01-01T00:00:00+01:00"),
        ("2026-01", "2026-01"),
        ("janvier 2026", "2026-01"),
        ("2026", "2026"),
        ("mar., 06 janv. 2026 10:00:00 +0100", "2026-01-06T10:00:00+01:00"),
        ("2026-01-05", "2026-01-05"),
        ("Invalid Date", None),
        ("", None),
    ],
)
def test_dates_are_kept_as_far_as_they_say(said: str, value: str | None) -> None:
    published = only(rss(f"<guid>1</guid><pubDate>{said}</pubDate>")).published
    assert (published.value if published else None) == value


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "mailto:a@exemple.fr", "http://", "http://e.fr/" + "a" * 20_000]
)
def test_a_link_that_is_no_web_address_is_left_out(link: str) -> None:
    assert only(rss(f"<title>Un</title><guid isPermaLink='false'>1</guid><link>{link}</link>")).url == ""


def test_a_permalink_stands_for_a_missing_link() -> None:
    assert only(rss("<guid>https://exemple.fr/1</guid>")).url == "https://exemple.fr/1"


def test_an_email_address_is_nobodys_name() -> None:
    assert only(rss("<guid>1</guid><author>alice@exemple.fr (Alice Martin)</author>")).authors == ("Alice Martin",)
    assert only(rss("<guid>1</guid><author>alice@exemple.fr</author>")).authors == ()


def identity(item: str) -> str:
    return only(rss(item)).identity


ITEM = (
    "<title>Un</title><link>https://exemple.fr/puces</link><guid isPermaLink='false'>id-1</guid>"
    "<pubDate>2024-02-26</pubDate>"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("id-1", "id-2"),
        ("id-1", "  id-1\n"),
        ("https://", "http://"),
        ("/puces", "/puces?utm_source=rss&amp;utm_campaign=9"),
        ("/puces", "/puces#xtor=RSS-9"),
        ("<title>Un", "<title>Deux"),
        ("2024-02-26", "2024-03-01"),
    ],
)
def test_an_identity_survives_what_publishers_change(before: str, after: str) -> None:
    assert identity(ITEM) == identity(ITEM.replace(before, after))


def test_an_article_at_a_new_address_keeps_its_alias() -> None:
    one, other = only(rss(ITEM)), only(rss(ITEM.replace("/puces", "/puces-mis-a-jour")))
    assert one.identity != other.identity
    assert one.alias == other.alias != ""


def test_an_article_without_link_is_its_guid_and_guids_mind_their_case() -> None:
    one, two = read(rss("<guid isPermaLink='false'>AbC</guid>", "<guid isPermaLink='false'>aBc</guid>")).entries
    assert one.identity != two.identity
    assert one.identity == identity("<title>Autre</title><guid isPermaLink='false'>AbC</guid>")


def test_an_article_without_link_nor_guid_is_its_words() -> None:
    one, two = read(rss("<description>Un texte</description>", "<description>Un autre</description>")).entries
    assert one.identity != two.identity
    assert one.identity == identity("<description>&lt;p&gt;Un  texte&lt;/p&gt;</description>")


def test_a_guid_that_all_items_share_tells_nothing() -> None:
    shared = "<title>Titre {0}</title><link>https://exemple.fr/{0}</link><guid>https://exemple.fr/journal</guid>"
    entries = read(rss(*(shared.format(number) for number in range(5)))).entries
    assert len(entries) == 5
    assert {entry.alias for entry in entries} == {""}
    assert entries[2].identity == identity(shared.format(2))


def test_an_address_that_different_items_share_tells_nothing() -> None:
    live = "<title>Message {0}</title><link>https://exemple.fr/direct</link><guid isPermaLink='false'>m{0}</guid>"
    assert len(read(rss(*(live.format(number) for number in range(5)))).entries) == 5


def test_items_that_lead_to_the_front_page_are_told_by_their_guids() -> None:
    item = (
        "<title>Brève {0}</title><link>https://exemple.fr/?utm_source=rss</link><guid isPermaLink='false'>b{0}</guid>"
    )
    assert identity(item.format(1)) != identity(item.format(2))


def test_the_same_item_three_times_is_one_article() -> None:
    feed = read(rss(ITEM, ITEM, ITEM))
    assert (len(feed.items), len(feed.entries)) == (3, 1)


def test_empty_items_are_no_articles() -> None:
    feed = read(rss("", "", "<title/>", "<enclosure url='x'/>"))
    assert (len(feed.items), feed.entries) == (4, ())


def test_the_order_of_items_changes_no_identity() -> None:
    items = [f"<title>En direct</title><link>https://exemple.fr/{number}</link>" for number in range(9)]
    forth, back = read(rss(*items)).entries, read(rss(*reversed(items))).entries
    assert [entry.identity for entry in forth] == [entry.identity for entry in reversed(back)]


@settings(deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_feed_or_are_refused(content: bytes) -> None:
    for before in (b"", b"<rss><channel><item><title>", b"<feed><entry>", b'{"items":['):
        with suppress(NotAFeed):
            for entry in read(before + content).entries:
                entry.title.encode()
                assert "\0" not in repr(entry)
