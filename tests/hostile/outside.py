"""What the press lacks: a feed that links where it should not, a site that leads there, and ears on our own ports."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape, quoteattr

from tests.hostile.press import Scenario

ADDRESS, PORT = "93.184.216.40", 8080
ROOT = f"http://{ADDRESS}:{PORT}"
PAGES, LINKS, SITE, SITEMAP = f"{ROOT}/pages.xml", f"{ROOT}/liens.xml", f"{ROOT}/", f"{ROOT}/sitemap-news.xml"
CANARY = "http://127.0.0.1:8901"
# Where the application's own servers would listen if they did on the network.
OWN_PORTS = (5432, 6379, 8000)


def private_addresses(scenarios: Sequence[Scenario]) -> list[str]:
    """Every spelling of a private address that the press redirects to, as an address of its own."""
    found = [str(one.verdict["direct_url"]) for one in scenarios if "direct_url" in one.verdict]
    return [url.format(c=8901, h="normal.press.test", p=80) for url in found]


def _feed(title: str, items: Iterator[str]) -> str:
    return f'<rss version="2.0"><channel><title>{title}</title><link>{SITE}</link>{"".join(items)}</channel></rss>'


def _pages(scenarios: Sequence[Scenario]) -> str:
    """A feed whose entries are the press's hostile pages."""
    pages = (one for one in scenarios if one.kind == "page")
    return _feed("Pages", (f"<item><title>{one.name}</title><link>{one.url}</link></item>" for one in pages))


def _links(scenarios: Sequence[Scenario]) -> str:
    """A feed whose entries, images and enclosures lie at private addresses, and behind redirects to them."""
    behind = [one.url for one in scenarios if one.name.startswith("ssrf-") and one.verdict.get("must_fail")]
    items = (
        f"<item><title>Lien {n}</title><link>{escape(url)}</link><description>&lt;img src={escape(quoteattr(url))}&gt;"
        f"</description><enclosure url={quoteattr(url)} type='image/png' length='1'/></item>"
        for n, url in enumerate([*private_addresses(scenarios), *behind])
    )
    return _feed("Liens", items)


_SITE = (
    f"<html><head><title>Un site</title><link rel='alternate' type='application/rss+xml' href='{CANARY}/decouvert'>"
    f"<link rel='alternate' type='application/atom+xml' href='{SITEMAP}'><base href='{CANARY}/base/'>"
    f"</head><body><a href='{CANARY}/fil.xml'>RSS</a><a href='/rss'>RSS</a></body></html>"
)
_ROBOTS = f"User-agent: *\nAllow: /\nSitemap: {CANARY}/sitemap-news.xml\nSitemap: {SITEMAP}\n"
_SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{CANARY}/actualite</loc><news:news>'
    "<news:publication_date>2026-01-01</news:publication_date><news:title>Une actualité</news:title></news:news></url>"
    "</urlset>"
)


@contextmanager
def serving(scenarios: Sequence[Scenario]) -> Iterator[None]:
    """Our own corner of the namespace's web."""
    texts = {
        "/pages.xml": ("application/rss+xml", _pages(scenarios)),
        "/liens.xml": ("application/rss+xml", _links(scenarios)),
        "/": ("text/html", _SITE), "/robots.txt": ("text/plain", _ROBOTS), "/sitemap-news.xml": ("text/xml", _SITEMAP),
    }  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = texts.get(self.path, ("text/plain", ""))
            body = text.encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The workers tell enough."""

    server = ThreadingHTTPServer((ADDRESS, PORT), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class Ears:
    """Listens where our own Postgres, Redis and site might, and counts who comes."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        for port in OWN_PORTS:
            listener = socket.create_server(("127.0.0.1", port))
            threading.Thread(target=self._listen, args=(listener, port), daemon=True).start()

    def _listen(self, listener: socket.socket, port: int) -> None:
        while True:
            caller, _ = listener.accept()
            self.heard.append(f"127.0.0.1:{port}")
            caller.close()
