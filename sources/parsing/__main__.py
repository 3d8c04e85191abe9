"""`python -m sources.parsing COMMAND`: the parsers on the command line, without a database.

Reads JSON Lines on standard input and prints one JSON line for each, in the same order.
"""

from __future__ import annotations

import base64
import binascii
import sys
from dataclasses import asdict
from typing import Any

from . import discovery, feeds, jsonlines, opml
from .jsonlines import Row


def _content(row: Row) -> bytes:
    try:
        return base64.b64decode(row["content"], validate=False)
    except (binascii.Error, TypeError) as error:
        raise ValueError(f"content is not base64: {error}") from error


def _entry(entry: feeds.ParsedEntry) -> Row:
    return {
        "guid": entry.guid,
        "title": entry.title,
        "link": entry.url,
        "published": entry.published.value if entry.published else None,
        "precision": entry.published.precision.value if entry.published else None,
        "modified": entry.modified.value if entry.modified else None,
        "authors": list(entry.authors),
        "summary": entry.summary,
        "tags": list(entry.tags),
        "language": entry.language,
        "identity": entry.identity,
    }


def feed(row: Row) -> Row:
    """{"url","headers","content": base64} to the feed and every item of the document, repeated ones too."""
    headers: dict[str, Any] = row.get("headers") or {}
    parsed = feeds.parse(_content(row), url=str(row.get("url") or ""), headers=headers)
    return {
        "kind": parsed.kind,
        "feed_title": parsed.title,
        "site_url": parsed.site_url,
        "entries": [_entry(item) for item in parsed.items],
    }


def opml_list(row: Row) -> Row:
    """{"content": base64} to the feeds of an OPML file."""
    return {"feeds": [asdict(one) for one in opml.read(_content(row))]}


def discover(row: Row) -> Row:
    """{"url","html"} to the feeds that a page declares or links to, and the paths worth trying."""
    url = str(row.get("url") or "")
    return {
        "candidates": [asdict(one) for one in discovery.discover(str(row["html"]), url)],
        "guesses": discovery.guesses(url),
    }


def robots(row: Row) -> Row:
    """{"url","text"} to the news sitemaps that a robots.txt names."""
    found = discovery.news_sitemaps(str(row["text"]), str(row.get("url") or ""))
    return {"candidates": [asdict(one) for one in found]}


COMMANDS = {"feed": feed, "opml": opml_list, "discover": discover, "robots": robots}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m sources.parsing {{{','.join(COMMANDS)}}} < rows.jsonl", file=sys.stderr)
        return 2
    return jsonlines.main(jsonlines.each(COMMANDS[arguments[0]]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
