"""What a page says of itself outside its text: JSON-LD, meta elements, links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml import html

from articles.text.page_phrases import phrases
from articles.text.page_tree import Leaf
from articles.text.typography import fold, tidy, words

Element: TypeAlias = html.HtmlElement
Node = dict[str, Any]

_ARTICLE = re.compile(r"article|posting|report|review|interview", re.I)
_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_TAG = re.compile(r"</?(?:p|br|div|h[1-6]|li|ul|ol|blockquote)\b[^<>]*>|</?[a-z][^<>]*>", re.I)
_MANY_TAGS, _LONG_TAG = 30, 80
_FALSE = frozenset(("false", "no", "0", "http://schema.org/false", "https://schema.org/false"))


@dataclass(frozen=True, slots=True)
class Metadata:
    """The meta elements by name (lower case; property, name or itemprop) and the JSON-LD node of the article."""

    metas: dict[str, list[str]] = field(default_factory=dict)
    article: Node = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()

    def meta(self, *keys: str) -> str:
        """The first non-empty content among these names."""
        return next((value for key in keys for value in self.metas.get(key, ())), "")


def read(tree: Element, url: str) -> Metadata:
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if key and (content := tidy(element.get("content") or "")):
            metas.setdefault(key.strip().lower(), []).append(content)
    nodes = tuple(_nodes(tree))
    return Metadata(metas, _resolved(_article(nodes, url), nodes), nodes)


def _resolved(article: Node, nodes: tuple[Node, ...]) -> Node:
    """The article's node with its references ({"@id": …}) replaced by the nodes they name."""
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}

    def follow(value: Any) -> Any:
        if isinstance(value, list):
            return [follow(one) for one in value[:50]]
        if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
            return named.get(value["@id"], value)
        return value

    return {
        key: follow(value) if key in ("author", "publisher", "image", "isPartOf") else value
        for key, value in article.items()
    }


def _nodes(tree: Element) -> Iterator[Node]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            yield from _flat(_json(script.text))


def _json(text: str) -> Any:
    """The value in a script, mended where pages commonly break it; None when it cannot be read."""
    bare = _COMMENT.sub("", text).strip().rstrip(";")
    for candidate in (bare, _TRAILING_COMMA.sub("", bare)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):  # others' markup: what cannot be read says nothing
            continue
    return None


def _flat(value: Any) -> Iterator[Node]:
    """The nodes in a value, in order, those of lists and @graph included."""
    waiting = [value]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting[:0] = one
        elif isinstance(one, dict):
            yield one
            waiting[:0] = [
                one[key]
                for key in ("@graph", "mainEntity", "itemListElement")
                if isinstance(one.get(key), (dict, list))
            ]


def is_a(node: Node, pattern: re.Pattern[str]) -> bool:
    kinds = node.get("@type")
    return any(isinstance(one, str) and pattern.search(one) for one in (kinds if isinstance(kinds, list) else [kinds]))


def _article(nodes: tuple[Node, ...], url: str) -> Node:
    """The node of the page's own article: the one that names its address, else the one that says most."""
    found = [
        node
        for node in nodes
        if is_a(node, _ARTICLE) and ("headline" in node or "datePublished" in node or "name" in node)
    ]
    if not found:
        found = [node for node in nodes if "headline" in node or "datePublished" in node]
    path = urlsplit(url).path.rstrip("/")
    named = [
        node for node in found if path and path in json.dumps([node.get(k) for k in ("url", "@id", "mainEntityOfPage")])
    ]
    return max(
        named or found,
        key=lambda node: ("headline" in node) + ("datePublished" in node) + ("author" in node),
        default={},
    )


def texts(value: Any) -> list[str]:
    """The strings in a JSON-LD value: of a list each, of an object its name or address."""
    if isinstance(value, str):
        return [tidy(unescape(value))] if value.strip() else []
    if isinstance(value, list):
        return [text for one in value[:50] for text in texts(one)]
    if isinstance(value, dict):
        return texts(value.get("name") or value.get("@value") or value.get("url") or "")
    return []


def stated_body(found: Metadata) -> tuple[str, ...]:
    """The paragraphs of the text that JSON-LD gives, often cut and sometimes all that a page built by scripts holds."""
    value = found.article.get("articleBody")
    if not isinstance(value, str):
        return ()
    plain = _TAG.sub("\n", unescape(value)) if "<" in value or "&lt;" in value else unescape(value)
    return tuple(text for line in plain.splitlines() if (text := tidy(line)))


def check_address(url: str) -> None:
    """Raise ValueError when a page's own address cannot be read (« http://[ »)."""
    try:
        urlsplit(url).port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise ValueError(f"the page's address cannot be read: {url!r}: {error}") from error


def web_address(value: str, base: str) -> str:
    """`value` made absolute, or "" unless it is an http or https address with a host."""
    try:
        address = urljoin(base, value.strip())
        parts = urlsplit(address)
        return address if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:  # such as an unclosed [ in the host
        return ""


def canonical_url(tree: Element, found: Metadata, url: str) -> str:
    """The address that the page gives as its own; a front page is not believed of an article."""
    links = [
        link.get("href") or "" for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for value in [*links, found.meta("og:url")]:
        address = web_address(value, url) if value else ""
        if address and (
            urlsplit(address).path.strip("/") or urlsplit(address).query or not urlsplit(url).path.strip("/")
        ):
            return address
    return ""


def image(found: Metadata, url: str) -> str:
    jsonld = found.article.get("image")
    first = jsonld[0] if isinstance(jsonld, list) and jsonld else jsonld
    candidates = [found.meta("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")]
    candidates += texts(first.get("url") if isinstance(first, dict) else first)
    return next((address for value in candidates if value and (address := web_address(value, url))), "")


def outlet(found: Metadata) -> str:
    """The name under which the outlet publishes, without its slogan."""
    publisher = next(iter(texts(found.article.get("publisher"))), "")
    sites = [
        name
        for node in found.nodes
        if is_a(node, re.compile("^(NewsMediaOrganization|WebSite)$"))
        for name in texts(node.get("name"))
    ]
    for name in (
        found.meta("og:site_name"),
        publisher,
        *sites,
        found.meta("application-name", "dc.publisher", "al:ios:app_name"),
    ):
        short = re.split(r"\s+[|–—-]\s+|\s*:\s", name)[0].strip()
        if short and not short.startswith(("http", "www.", "@")):
            return short
    return ""


def section(found: Metadata) -> str:
    values = [found.meta("article:section"), *texts(found.article.get("articleSection"))]
    return next((value for value in values if value and len(value) <= _LONG_TAG), "")


def tags(found: Metadata) -> tuple[str, ...]:
    """The keywords that the page gives itself, each once."""
    values = found.metas.get("article:tag", []) + texts(found.article.get("keywords"))
    values = values or [found.meta("news_keywords", "keywords")]
    seen: dict[str, str] = {}
    for value in values:
        for tag in re.split(r"[,;]", value) if "," in value or ";" in value else [value]:
            if (clean := tidy(tag)) and len(clean) <= _LONG_TAG:
                seen.setdefault(fold(clean), clean)
    return tuple(seen.values())[:_MANY_TAGS]


def standfirst(found: Metadata) -> str:
    """What the page gives as its summary."""
    return found.meta("og:description", "description", "twitter:description") or next(
        iter(texts(found.article.get("description"))), ""
    )


def paywall(found: Metadata, leaves: list[Leaf]) -> str:
    """The evidence that the text is behind a wall, or "": what JSON-LD and meta elements say, else a sentence."""
    free = _free(found.article) if found.article else None
    if free is None:
        free = next((said for node in found.nodes if (said := _free(node)) is not None), None)
    if free is not None:
        return "" if free else "isAccessibleForFree"
    tier = found.meta("article:content_tier").lower()
    if tier:
        return "" if tier == "free" else f"article:content_tier={tier}"
    lexicon = phrases("paywall_lines")
    return next((leaf.text for leaf in leaves if lexicon.match(leaf.text)), "")


def _free(node: Node) -> bool | None:
    said = node.get("isAccessibleForFree")
    return None if said is None else str(said).strip().lower() not in _FALSE


def is_outlet(name: str, found_outlet: str, url: str) -> bool:
    """Whether `name` names the outlet itself, by the name it gives or by its host."""
    key = "".join(words(name))
    domain = (urlsplit(url).hostname or "").removeprefix("www.")
    host, whole = "".join(words(domain.rsplit(".", 1)[0])), "".join(words(domain))
    outlet_key = "".join(words(found_outlet))
    return bool(key) and (
        key in (outlet_key, host) or (len(key) > 4 and (key in whole or (outlet_key != "" and key in outlet_key)))
    )
