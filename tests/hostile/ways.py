"""Every way in by which an address comes to be fetched, led to where nothing may be reached."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

from tests.hostile import outside, press
from tests.hostile.house import House, house
from tests.hostile.press import Scenario
from tests.running import ROOT, until

# Without the guard the canaries must hear us, else their silence proves nothing.
LEAST_HITS = 20


def _by_wizard(home: House, address: str) -> None:
    """Add by a site's address, then preview and save the same address as a feed's."""
    home.send("/sources/ajouter/", {"act": "look", "address": address})
    home.send("/sources/ajouter/", {"act": "preview", "feed": address})
    fields = {"feed": address, "name": f"Titre {address[:60]}", "site": "", "kind": "tech", "language": "fr"}
    home.send("/sources/ajouter/", {"act": "save", **fields})


def _discovered(home: House) -> str:
    """A page that declares one feed, one that would run a script, and one at a private address."""
    address = f"http://page-discover.{press.DOMAIN}/s/page-discover/page.html"
    page = home.send("/sources/ajouter/", {"act": "look", "address": address})
    wrong = [mark for mark in ("javascript:", outside.CANARY) if mark in page.text]
    is_there = "/s/normal-rss/feed.xml" in page.text
    told = f"discovery: the feed is {'' if is_there else 'not '}found, and beside it {wrong or 'nothing'}"
    return told if is_there and not wrong else f"WRONG {told}"


def _by_admin(home: House, addresses: Sequence[str]) -> None:
    """Change the address of a feed in the administration, once for each address."""
    path = f"/admin/sources/feed/{home.ask('SELECT min(id) FROM sources_feed')[0][0]}/change/"
    outlet = home.ask("SELECT outlet_id FROM sources_feed ORDER BY id LIMIT 1")[0][0]
    for address in addresses:
        fields = {"url": address, "outlet": outlet, "kind": "", "title": "", "paused_at_0": "", "paused_at_1": ""}
        home.send(path, {**fields, "next_fetch_at_0": "2020-01-01", "next_fetch_at_1": "00:00:00"})
        stored = home.ask("SELECT url FROM sources_feed WHERE url = %s", address)
        if stored:
            home.poll([address], 120)


def _by_document(home: House, address: str) -> None:
    """Bring a document at an address, as a journalist does."""
    home.send("/pupitre/documents/", {"url": address})


def _by_selectors(home: House, address: str) -> None:
    """Try selectors on a page of an outlet."""
    slug = home.ask("SELECT slug FROM sources_outlet ORDER BY id LIMIT 1")[0][0]
    home.send(f"/titres/{slug}/selecteurs/", {"act": "preview", "body_selector": "p", "url": address})


def _by_imports(home: House, addresses: Sequence[str]) -> Iterator[str]:
    """The history of an outlet from sitemaps, one of which lists private pages, and many sites at once."""
    slug = home.ask("SELECT slug FROM sources_outlet ORDER BY id LIMIT 1")[0][0]
    answers = [
        home.send("/sources/imports/historique/", {"outlet": slug, "sitemap": sitemap}).status_code
        for sitemap in (outside.SITEMAP, f"{outside.CANARY}/sitemap.xml", *addresses[:5], *addresses[-5:])
    ]
    answers.append(home.send("/sources/imports/sites/", {"addresses": "\n".join(addresses)}).status_code)
    lines = "SELECT count(*) FROM sources_importline"
    waiting = f"{lines} WHERE outcome = ''"
    if not until(lambda: home.ask(waiting)[0][0] == 0, 600):
        yield f"{home.ask(waiting)[0][0]} lines of imports still wait"
    home.settle(patience=300)
    yield f"{home.ask(lines)[0][0]} lines of imports, forms answered {sorted(set(answers))}"


def _by_feeds(home: House, scenarios: Sequence[Scenario]) -> Iterator[str]:
    """OPML with private addresses and redirects to them, and a feed whose links, images and enclosures are private."""
    behind = {one.name: one.url for one in scenarios if one.kind == "feed" and one.verdict.get("no_canary")}
    private = {f"privé {n}": url for n, url in enumerate(outside.private_addresses(scenarios))}
    answer = home.import_opml({**behind, **private, "liens": outside.LINKS, "pages": outside.PAGES})
    numbers = {int(number) for (number,) in home.ask("SELECT id FROM sources_feed")}
    yield f"{len(numbers)} feeds brought as OPML ({answer.status_code})"
    if not until(lambda: not numbers - set(home.visits()), 600):
        yield f"WRONG {len(numbers - set(home.visits()))} feeds were never read"
    if not home.settle(patience=600):
        yield f"{home.waiting()} entries still wait"
    read = home.ask("SELECT count(*) FROM sources_feed WHERE last_success_at IS NOT NULL AND url = ANY(%s)",
                    [*private.values()])[0][0]  # fmt: skip
    if read:
        yield f"WRONG {read} feeds at private addresses were read"


def _told(way: str, before: int, ears: outside.Ears) -> str:
    hits = [*press.canary_hits(), *ears.heard]
    return f"{'WRONG ' if len(hits) > before else ''}{way}: {len(hits) - before} canary hits {hits[before:][:2] or ''}"


def ways() -> Iterator[str]:
    """No way in leads to a private address, and without the guard they do."""
    press.reset()
    scenarios, ears = press.scenarios(), outside.Ears()
    with outside.serving(scenarios), house() as home:
        private = outside.private_addresses(scenarios)
        sites = [one.url for one in scenarios if one.verdict.get("no_canary")]
        yield from _by_feeds(home, scenarios)
        yield _told(f"OPML, redirects, entries' links, images, enclosures ({len(sites) + len(private)} addresses)",
                    0, ears)  # fmt: skip
        for address in [*private, *sites, outside.SITE, outside.SITEMAP]:
            _by_wizard(home, address)
        yield _discovered(home)
        yield _told("the wizard: site address, discovery, robots.txt and sitemaps, preview, save", 0, ears)
        _by_admin(home, [*private[:6], *sites[:6]])
        yield _told("a feed's address changed in the administration", 0, ears)
        for address in [*private, *sites]:
            _by_document(home, address)
        yield _told("documents by address", 0, ears)
        for address in [*private, *sites]:
            _by_selectors(home, address)
        yield _told("the preview of selectors", 0, ears)
        home.ask("UPDATE articles_page SET refresh_at = now() RETURNING 1")
        until(lambda: not home.ask("SELECT 1 FROM articles_page WHERE refresh_at <= now() LIMIT 1"), 150)
        yield _told("looking again at pages", 0, ears)
        yield from _by_imports(home, [*private, *sites])
        yield _told("imports of histories and of many sites", 0, ears)
        yield from _without_guard(home, ears)


def _without_guard(home: House, ears: outside.Ears) -> Iterator[str]:
    """The same client with the guard patched away, in a process of its own: the canaries have to be heard."""
    environment = {**os.environ, "PRESSREVIEW_DATA": str(home.run.data)}
    done = subprocess.run([sys.executable, "-m", "tests.hostile.guardless"], cwd=ROOT, env=environment, text=True,
                          capture_output=True, timeout=600, check=False)  # fmt: skip
    hits = len(press.canary_hits()) + len(ears.heard)
    yield f"{'' if hits >= LEAST_HITS else 'WRONG '}without the guard: {hits} canary hits {done.stderr[-300:]}"
