"""OPML (opml.org/spec2): a list of feeds in and out, as every feed reader exchanges it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from . import charsets
from .plaintext import collapse, scrub
from .urls import is_web_address
from .xmlfeeds import tree

MAX_BYTES = 5 * 1024 * 1024
MAX_FEEDS = 5_000
_MAX_TEXT = 300


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """One subscription; `folder` is the path of the groups it stands in, joined by " / ", "" at the top."""

    title: str
    feed_url: str
    site_url: str
    folder: str


def _root(content: bytes) -> etree._Element:
    if len(content) > MAX_BYTES:
        raise ValueError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    label = charsets.of_xml(content)
    text = scrub(charsets.decode(content, [label] if label else [])).lstrip("\ufeff\t\n\r ")
    if text.startswith("<?xml"):  # its encoding is no longer that of the text
        text = text.split("?>", 1)[-1]
    root = tree(text)
    if root is None or not isinstance(root.tag, str) or root.tag.rpartition("}")[2].lower() != "opml":
        raise ValueError("This file is not an OPML list of feeds.")
    return root


def _attribute(outline: etree._Element, *names: str) -> str:
    """The first of the attributes that says something; their case varies from reader to reader."""
    said = {str(name).lower(): collapse(str(value)) for name, value in outline.attrib.items()}
    return next((said[name] for name in names if said.get(name)), "")


def _folder(outline: etree._Element) -> str:
    groups = [_attribute(one, "text", "title")[:_MAX_TEXT] for one in outline.iterancestors("outline")]
    return " / ".join(reversed([group for group in groups if group]))[:_MAX_TEXT]


def read(content: bytes) -> list[OpmlFeed]:
    """The feeds of an OPML file, each once, in order; outlines that are no feed, or no web address, are left out.

    Raises ValueError, with a sentence, for a file that is no OPML or is too large.
    """
    found: dict[str, OpmlFeed] = {}
    for outline in _root(content).iter("outline"):
        address = _attribute(outline, "xmlurl", "url")
        if not is_web_address(address) or len(found) == MAX_FEEDS:
            continue
        site = _attribute(outline, "htmlurl")
        title = _attribute(outline, "title", "text")[:_MAX_TEXT]
        title = "" if title == address else title  # as `write` names the nameless
        feed = OpmlFeed(title, address, site if is_web_address(site) else "", _folder(outline))
        found.setdefault(address, feed)
    return list(found.values())


def _outline(parent: etree._Element, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, "outline", {name: scrub(value) for name, value in attributes.items() if value})


def write(feeds: Iterable[OpmlFeed], *, title: str = "PressReview") -> bytes:
    """OPML 2.0 in UTF-8, one group for each folder; `read` gives the same feeds back, folder by folder."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = scrub(title)
    body = etree.SubElement(root, "body")
    groups: dict[str, etree._Element] = {"": body}
    for feed in feeds:
        if feed.folder not in groups:
            groups[feed.folder] = _outline(body, text=feed.folder, title=feed.folder)
        name = feed.title or feed.feed_url
        _outline(
            groups[feed.folder], type="rss", text=name, title=feed.title, xmlUrl=feed.feed_url, htmlUrl=feed.site_url
        )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
