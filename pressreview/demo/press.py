"""The press server: the demonstration's outlets over HTTP, with the standard library only.

Run it with `python -m pressreview.demo.press --host 127.0.0.1 --port 8765`.
"""

import argparse
import hashlib
import logging
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache, partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType
from urllib.parse import urlsplit

from pressreview.demo.feeds import feed
from pressreview.demo.library import (
    DemoArticle,
    DemoOutlet,
    article_path,
    feed_url,
    load_articles,
    load_outlets,
)
from pressreview.demo.rendering import article_page, home_page, index_page, outlets_by_slug, picture

__all__ = [
    "DemoArticle",
    "DemoOutlet",
    "article_path",
    "feed_url",
    "load_articles",
    "load_outlets",
    "make_server",
    "running",
    "serve",
]

logger = logging.getLogger(__name__)
HTML = "text/html; charset=utf-8"
FEED_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
SAFE_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
ROBOTS = "User-agent: *\nDisallow: /recherche\n"


@dataclass(frozen=True)
class Resource:
    """Something the press publishes: `body` takes the base address that its links start with."""

    content_type: str
    changed: datetime
    body: Callable[[str], bytes]


@cache
def resources() -> dict[str, Resource]:
    """Every path of the press."""
    newest = max(article.updated for article in load_articles())
    found = {
        "/": Resource(HTML, newest, lambda base: index_page(base).encode()),
        "/robots.txt": Resource("text/plain; charset=utf-8", newest, lambda base: ROBOTS.encode()),
    }
    for outlet in load_outlets():
        found |= _outlet_resources(outlet)
    for article in load_articles():
        found |= _article_resources(outlets_by_slug()[article.outlet], article)
    return found


def _outlet_resources(outlet: DemoOutlet) -> dict[str, Resource]:
    changes = [article.updated for article in load_articles() if article.outlet == outlet.slug]
    if not changes:
        return {}
    icon = partial(picture, outlet.slug, outlet.colour, 32, 32)
    return {
        outlet.home: Resource(HTML, max(changes), lambda base: home_page(outlet, base).encode()),
        outlet.feed_path: Resource(FEED_TYPES[outlet.feed], max(changes), partial(feed, outlet)),
        f"{outlet.home}icon.png": Resource("image/png", min(changes), lambda base: icon()),
    }


def _article_resources(outlet: DemoOutlet, article: DemoArticle) -> dict[str, Resource]:
    image = partial(picture, article.slug, outlet.colour)
    return {
        article_path(outlet, article): Resource(
            HTML, article.updated, lambda base: article_page(outlet, article, base).encode()
        ),
        f"{outlet.home}images/{article.slug}.png": Resource("image/png", article.published, lambda base: image()),
    }


class PressHandler(BaseHTTPRequestHandler):
    """GET and HEAD with validators; anything else is 404 or 501."""

    server_version = "DemoPress"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        logger.debug("%s %s", self.address_string(), format % args)

    def _answer(self, with_body: bool) -> None:
        resource = resources().get(urlsplit(self.path).path)
        if resource is None:
            self._send(HTTPStatus.NOT_FOUND, {"Content-Type": HTML}, b"<h1>404</h1>", with_body)
            return
        body = resource.body(self._base())
        headers = {
            "Content-Type": resource.content_type,
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
            "Last-Modified": format_datetime(resource.changed.astimezone(UTC), usegmt=True),
            "Cache-Control": "public, max-age=60",
        }
        if self._is_fresh(headers["ETag"], resource.changed):
            self._send(HTTPStatus.NOT_MODIFIED, headers, b"", with_body=False)
        else:
            self._send(HTTPStatus.OK, headers, body, with_body)

    def _is_fresh(self, etag: str, changed: datetime) -> bool:
        # RFC 9110, 13.1.3: If-Modified-Since counts only in the absence of If-None-Match.
        if (given := self.headers.get("If-None-Match")) is not None:
            return given.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in given.split(","))
        since = self.headers.get("If-Modified-Since", "")
        try:
            return changed <= parsedate_to_datetime(since)
        except (ValueError, TypeError):  # an unreadable or zoneless date is ignored, as the RFC asks
            return False

    def _base(self) -> str:
        host = self.headers.get("Host", "")
        if not SAFE_HOST.fullmatch(host):
            name, port = self.connection.getsockname()[:2]
            host = f"{name}:{port}"
        return f"http://{host}"

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes, with_body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def make_server(host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """A bound server, not yet serving; port 0 takes a free one. Raises OSError when the port is taken."""
    server = ThreadingHTTPServer((host, port), PressHandler)
    server.daemon_threads = True
    return server


@contextmanager
def running(host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve in a thread for the length of the block; gives the base address, such as http://127.0.0.1:8765."""
    server = make_server(host, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="demo-press")
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def serve(host: str = "127.0.0.1", port: int = 8765) -> None:
    """Serve until SIGTERM or SIGINT, then stop cleanly. Must be called in the main thread."""
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    with running(host, port) as base:
        logger.info("demonstration press on %s", base)
        stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the demonstration press.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    serve(options.host, options.port)


if __name__ == "__main__":
    main()
