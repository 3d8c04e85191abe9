"""The outlets' feeds: RSS 2.0, RSS 1.0 (RDF), Atom and JSON Feed, each built from the same articles."""

import json
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from pressreview.demo.library import DemoArticle, DemoOutlet, article_path, feed_url, load_articles
from pressreview.demo.rendering import body_blocks

# ElementTree writes these literally: a feed's prefixes are then the ones that readers meet in the wild.
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
ATOM = "http://www.w3.org/2005/Atom"
RSS_1 = "http://purl.org/rss/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML_HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n'


def feed(outlet: DemoOutlet, base: str) -> bytes:
    """The outlet's feed in its own format, newest article first, UTF-8."""
    articles = [article for article in reversed(load_articles()) if article.outlet == outlet.slug]
    return WRITERS[outlet.feed](outlet, articles, base)


def rss(outlet: DemoOutlet, articles: list[DemoArticle], base: str) -> bytes:
    """RSS 2.0 with dc:creator, categories and, for some outlets, content:encoded."""
    root = ET.Element("rss", {"version": "2.0", "xmlns:content": CONTENT, "xmlns:dc": DUBLIN_CORE, "xmlns:atom": ATOM})
    channel = _add(root, "channel")
    for tag, text in _channel(outlet, base).items():
        _add(channel, tag, text)
    _add(channel, "language", outlet.language)
    _add(channel, "lastBuildDate", format_datetime(max(article.updated for article in articles)))
    _add(channel, "atom:link", href=feed_url(outlet, base), rel="self", type="application/rss+xml")
    for article in articles:
        _rss_item(channel, outlet, article, base)
    return _written(root)


def _rss_item(channel: ET.Element, outlet: DemoOutlet, article: DemoArticle, base: str) -> None:
    link = base + article_path(outlet, article)
    item = _add(channel, "item")
    _add(item, "title", article.feed_title)
    _add(item, "link", link)
    _add(item, "description", article.standfirst)
    for author in article.authors:
        _add(item, "dc:creator", author)
    for category in (article.section, *article.tags):
        _add(item, "category", category)
    _add(item, "pubDate", format_datetime(article.published))
    if outlet.guid == "permalink":
        _add(item, "guid", link, isPermaLink="true")
    else:
        _add(item, "guid", _opaque(outlet, article), isPermaLink="false")
    if _carries_content(outlet, article):
        _add(item, "content:encoded", _content(article, base))


def rdf(outlet: DemoOutlet, articles: list[DemoArticle], base: str) -> bytes:
    """RSS 1.0: items are listed in the channel and stand beside it."""
    root = ET.Element("rdf:RDF", {"xmlns": RSS_1, "xmlns:rdf": RDF, "xmlns:dc": DUBLIN_CORE})
    channel = _add(root, "channel", **{"rdf:about": feed_url(outlet, base)})
    for tag, text in _channel(outlet, base).items():
        _add(channel, tag, text)
    sequence = _add(_add(channel, "items"), "rdf:Seq")
    for article in articles:
        link = base + article_path(outlet, article)
        _add(sequence, "rdf:li", **{"rdf:resource": link})
        item = _add(root, "item", **{"rdf:about": link})
        _add(item, "title", article.feed_title)
        _add(item, "link", link)
        _add(item, "description", article.standfirst)
        _add(item, "dc:date", article.published.isoformat())
        for author in article.authors:
            _add(item, "dc:creator", author)
        for tag in (article.section, *article.tags):
            _add(item, "dc:subject", tag)
    return _written(root)


def atom(outlet: DemoOutlet, articles: list[DemoArticle], base: str) -> bytes:
    """Atom 1.0 with tag: identifiers."""
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": outlet.language})
    _add(root, "id", f"tag:{outlet.slug}.example,2024:fil")
    _add(root, "title", outlet.name)
    _add(root, "subtitle", outlet.description)
    _add(root, "updated", max(article.updated for article in articles).isoformat())
    _add(root, "link", href=feed_url(outlet, base), rel="self", type="application/atom+xml")
    _add(root, "link", href=base + outlet.home, rel="alternate", type="text/html")
    _add(_add(root, "author"), "name", outlet.name)
    for article in articles:
        _atom_entry(root, outlet, article, base)
    return _written(root)


def _atom_entry(root: ET.Element, outlet: DemoOutlet, article: DemoArticle, base: str) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", _opaque(outlet, article))
    _add(entry, "title", article.feed_title)
    _add(entry, "link", href=base + article_path(outlet, article), rel="alternate", type="text/html")
    _add(entry, "published", article.published.isoformat())
    _add(entry, "updated", article.updated.isoformat())
    for author in article.authors:
        _add(_add(entry, "author"), "name", author)
    for term in (article.section, *article.tags):
        _add(entry, "category", term=term)
    _add(entry, "summary", article.standfirst)
    if _carries_content(outlet, article):
        _add(entry, "content", _content(article, base), type="html")


def json_feed(outlet: DemoOutlet, articles: list[DemoArticle], base: str) -> bytes:
    """JSON Feed 1.1."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "description": outlet.description,
        "home_page_url": base + outlet.home,
        "feed_url": feed_url(outlet, base),
        "icon": f"{base}{outlet.home}icon.png",
        "language": outlet.language,
        "items": [_json_item(outlet, article, base) for article in articles],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _json_item(outlet: DemoOutlet, article: DemoArticle, base: str) -> dict[str, object]:
    # An item must carry content: an outlet of summaries gives its standfirst as text.
    whole = _carries_content(outlet, article)
    content = {"content_html": _content(article, base)} if whole else {"content_text": article.standfirst}
    return content | {
        "id": _opaque(outlet, article),
        "url": base + article_path(outlet, article),
        "title": article.feed_title,
        "summary": article.standfirst,
        "image": f"{base}{outlet.home}images/{article.slug}.png",
        "date_published": article.published.isoformat(),
        "date_modified": article.updated.isoformat(),
        "authors": [{"name": name} for name in article.authors],
        "tags": [article.section, *article.tags],
    }


WRITERS: Mapping[str, Callable[[DemoOutlet, list[DemoArticle], str], bytes]] = {
    "rss": rss,
    "rdf": rdf,
    "atom": atom,
    "json": json_feed,
}


def _channel(outlet: DemoOutlet, base: str) -> dict[str, str]:
    return {"title": outlet.name, "link": base + outlet.home, "description": outlet.description}


def _carries_content(outlet: DemoOutlet, article: DemoArticle) -> bool:
    return outlet.content and not article.paywalled


def _content(article: DemoArticle, base: str) -> str:
    return "\n".join(body_blocks(article, base))


def _opaque(outlet: DemoOutlet, article: DemoArticle) -> str:
    return f"tag:{outlet.slug}.example,2024:{article.slug}"


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    child.text = text or None
    return child


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8")
    return XML_HEAD + written
