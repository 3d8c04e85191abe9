"""RSS, RDF and Atom by feedparser's own machinery, driven so that hostile documents stay cheap.

Not `feedparser.parse`, which decodes, sanitises and resolves a second time, keeps long fields for regular expressions
that take quadratic time, and turns a bare GUID into an address.
"""

from __future__ import annotations

import logging
import re
import xml.sax
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from html import escape
from html.entities import html5
from io import BytesIO
from typing import Any
from xml.sax.handler import feature_external_ges, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, InputSource

from feedparser import mixin
from feedparser.api import LooseFeedParser, StrictFeedParser  # type: ignore[import-untyped]
from lxml import etree

from .plaintext import scrub, text_of
from .shapes import MAX_DATE, MAX_NAME, MAX_TITLE, RawEntry

log = logging.getLogger(__name__)

MAX_ENTRIES = 20_000
_MAX_ELEMENTS = 500_000
_MAX_DEPTH = 300
# Characters of a malformed document that are read, at some microseconds each.
_MAX_MALFORMED = 4_000_000
_MAX_ATTRIBUTES = 200
_DATES = frozenset({"published", "updated", "created", "expired"})
# What feedparser raises over elements that stand where it does not expect them; the others are still good.
_UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError)
_NO_ATTRIBUTES = AttributesNSImpl({}, {})
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

_CDATA_OR_REFERENCE = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?:(\w{1,40});|#(\d{1,9}|[xX][0-9a-fA-F]{1,8});|)", re.DOTALL
)
_DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[<>]*(?:\[(?P<subset>.*?)\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ENTITY = re.compile(r"""<!ENTITY\s+(\w{1,40})\s+(?:"([^"&<%]{0,64})"|'([^'&<%]{0,64})')\s*>""")
_PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})

# feedparser joins the address of the document to itself at every element.
mixin.make_safe_absolute_uri = lru_cache(64)(mixin.make_safe_absolute_uri)


class _Enough(xml.sax.SAXException):
    """The document goes on past all reason; what was read of it is kept."""


class _Bounded:
    """What both of feedparser's parsers are told to do otherwise."""

    # A GUID is not an address because it lacks isPermaLink="false".
    can_be_relative_uri = LooseFeedParser.can_be_relative_uri - {"id"}
    resolve_relative_uris = False
    sanitize_html = False
    elements = 0

    def unknown_starttag(self: Any, tag: str, attrs: list[tuple[str, str]]) -> None:
        self.elements = self.elements + 1
        if self.depth > _MAX_DEPTH or len(self.entries) > MAX_ENTRIES or self.elements > _MAX_ELEMENTS:
            raise _Enough("nested or repeated past all reason")
        try:
            super().unknown_starttag(tag, attrs[:_MAX_ATTRIBUTES])  # type: ignore[misc]
        except _UNREADABLE as error:
            log.debug("<%s> is out of place: %r", tag, error)

    def unknown_endtag(self: Any, tag: str) -> None:
        depth = self.depth
        try:
            super().unknown_endtag(tag)  # type: ignore[misc]
        except _UNREADABLE as error:
            log.debug("</%s> is out of place: %r", tag, error)
            self.depth = depth - 1

    def pop(self: Any, element: str, strip_whitespace: int = 1) -> Any:
        # Dates and authors are read with regular expressions, some of them quadratic.
        value = super().pop(element, strip_whitespace)  # type: ignore[misc]
        return value[:MAX_DATE] if value and element in _DATES else value

    def _sync_author_detail(self: Any, key: str = "author") -> None:
        context = self._get_context()
        if isinstance(context.get(key), str):
            context[key] = context[key][:MAX_NAME]
        super()._sync_author_detail(key)  # type: ignore[misc]


class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]
    """For well-formed documents."""

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:
        # feedparser looks each of them up among all the others.
        super().startElementNS(name, qname, attrs if len(attrs) <= _MAX_ATTRIBUTES else _NO_ATTRIBUTES)


class _Loose(_Bounded, LooseFeedParser):  # type: ignore[misc]
    """For the others, tag by tag."""


def _character(digits: str) -> str:
    number = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return escape(scrub(chr(number))) if 0 < number < 0x110000 else ""


def _mend(text: str, entities: dict[str, str]) -> str:
    """Named references of HTML and of the document's own DOCTYPE made characters, bare ampersands made references."""

    def one(match: re.Match[str]) -> str:
        name, number = match[1], match[2]
        if match[0].startswith("<"):
            return match[0]
        if number:
            return match[0] if match[0] in ("&#38;", "&#60;") else _character(number)
        if name in _PREDEFINED:
            return match[0]
        known = entities.get(name) or html5.get(f"{name};") if name else None
        return escape(known) if known else "&amp;" + match[0][1:]

    return _CDATA_OR_REFERENCE.sub(one, text)


def _without_doctype(text: str) -> tuple[str, dict[str, str]]:
    """The document without its DOCTYPE, and the short plain entities that this one declared: no bomb can be built."""
    head = text[:65536]
    doctype = _DOCTYPE.search(head)
    if doctype is None:
        return text, {}
    declared = {name: one or other for name, one, other in _ENTITY.findall(doctype["subset"] or "")[:200]}
    return text[: doctype.start()] + text[doctype.end() :], declared


def _strict(text: str, url: str) -> Any:
    parser = _Strict(url, None, "utf-8")
    reader = xml.sax.make_parser()  # noqa: S317 - without DOCTYPE there are neither entities nor outside references
    reader.setFeature(feature_namespaces, True)
    reader.setFeature(feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = InputSource()
    source.setByteStream(BytesIO(text.encode("utf-8", "replace")))
    with suppress(_Enough):
        reader.parse(source)
    return parser


def _loose(text: str, url: str) -> Any:
    parser = _Loose(url, None, "utf-8", {})
    with suppress(_Enough):
        parser.feed(text[:_MAX_MALFORMED])
    return parser


def mended(text: str) -> str:
    """The document without DOCTYPE, its entities and HTML's resolved, so that strict parsers accept it."""
    return _mend(*_without_doctype(text))


def tree(text: str) -> etree._Element | None:
    """The root element of a document that is no RSS nor Atom, damaged ones mended; None when there is none."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(mended(text).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def run(text: str, url: str) -> Any:
    """feedparser's state after reading the document: `feeddata` and `entries`."""
    text = mended(text)
    try:
        return _strict(text, url)
    except (xml.sax.SAXException, ValueError):
        return _loose(text, url)


def _get(data: Any, key: str) -> Any:
    """Without feedparser's substitutions of one field for another."""
    return dict.get(data, key)


def text(data: Any, key: str) -> str:
    """A field as it was read, "" when it is absent."""
    value = _get(data, key)
    return value if isinstance(value, str) else ""


def _is_html(data: Any, key: str) -> bool:
    return (_get(data, f"{key}_detail") or {}).get("type") in _HTML_TYPES


def _authors(entry: Any) -> Iterator[str]:
    """Names; an e-mail address is nobody's name."""
    people = _get(entry, "authors") or []
    for person in people:
        name = person.get("name") or ""
        if name and "@" not in name:
            yield name
    if not any(person.get("name") for person in people) and "@" not in text(entry, "author"):
        yield text(entry, "author")


def _content(entry: Any) -> tuple[str, str]:
    """The longest content as HTML, with its language."""
    parts = [part for part in _get(entry, "content") or [] if part.get("value")]
    if not parts:
        return "", ""
    best = max(parts, key=lambda part: len(part["value"]))
    html = best["value"] if best.get("type") in _HTML_TYPES else escape(best["value"])
    return html, best.get("language") or ""


def link_of(data: Any, relation: str) -> str:
    """Address of the first link element of that relation."""
    hrefs = (one.get("href") for one in _get(data, "links") or [] if one.get("rel", "alternate") == relation)
    return next((href for href in hrefs if href), "")


def link(data: Any) -> str:
    """The page that a feed or an entry stands for."""
    return text(data, "link") or link_of(data, "alternate")


def title(data: Any) -> str:
    """A feed's title as plain text."""
    return text_of(text(data, "title"), html=_is_html(data, "title"), limit=MAX_TITLE)


def raw_entry(entry: Any) -> RawEntry:
    """One of feedparser's entries in our words."""
    content, content_language = _content(entry)
    language = (_get(entry, "title_detail") or {}).get("language") or content_language
    return RawEntry(
        guid=text(entry, "id"),
        link=link(entry),
        title=text(entry, "title"),
        title_is_html=_is_html(entry, "title"),
        authors=tuple(_authors(entry)),
        summary=text(entry, "summary"),
        summary_is_html=_is_html(entry, "summary") or not _get(entry, "summary_detail"),
        content=content,
        published=text(entry, "published") or text(entry, "created"),
        modified=text(entry, "updated"),
        language=language,
        tags=tuple(tag.get("label") or tag.get("term") or "" for tag in (_get(entry, "tags") or [])[:100]),
    )
