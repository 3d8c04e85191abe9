"""What an editor may write in a note: a small part of Markdown, made safe."""

from __future__ import annotations

from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt

# Headings would break the page's outline, images would bring in other sites: both stay the plain text they were.
_RULES = ["emphasis", "link", "autolink", "list", "blockquote", "newline", "escape", "entity", "backticks"]
_TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code"}
_SCHEMES = {"http", "https"}


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in _SCHEMES and bool(parts.hostname)


_PARSER = MarkdownIt("zero", {"html": False, "breaks": True}).enable(_RULES)
# markdown-it-py's own seam for deciding which links become links.
_PARSER.validateLink = _is_web  # type: ignore[method-assign]


def render(text: str) -> str:
    """Safe HTML for `text`: paragraphs, emphasis, lists, quotations, and links to http(s) addresses.

    Raw HTML, headings and images are shown as the characters they are. The answer holds no attribute but a link's.
    """
    return nh3.clean(
        _PARSER.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow",
    ).strip()
