"""The application as `manage.py run` starts it, used by its forms as an administrator would."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import quoteattr

import httpx

from tests.running import Run, running, until

# The pace of the default settings; tests.running does without it.
DEFAULT_PACE = {"PRESSREVIEW_HOST_GAP": "1", "PRESSREVIEW_CONTACT": "https://revue.example/contact"}
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class House:
    """A running application with an administrator signed in."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.web = httpx.Client(
            base_url=f"http://127.0.0.1:{run.port}", follow_redirects=True, timeout=120, trust_env=False
        )

    # --- as a person -------------------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        password = (self.run.data / "first-password.txt").read_text().strip()
        page = self.send("/compte/connexion/", {"username": "admin", "password": password})
        assert "sessionid" in self.web.cookies, page.text[:2000]

    def send(
        self, path: str, fields: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> httpx.Response:
        """Open a page with a form, fill it in and send it."""
        found = _TOKEN.search(self.web.get(path).text)
        token = found[1] if found else self.web.cookies.get("csrftoken", "")
        headers = {"Referer": str(self.web.base_url)}
        return self.web.post(path, data={"csrfmiddlewaretoken": token, **fields}, files=files, headers=headers)

    def import_opml(self, feeds: Mapping[str, str]) -> httpx.Response:
        """Bring a list of feeds: names to addresses."""
        lines = [f"<outline type='rss' text={quoteattr(n)} xmlUrl={quoteattr(u)}/>" for n, u in feeds.items()]
        opml = f"<opml version='2.0'><head/><body>{''.join(lines)}</body></opml>"
        return self.send("/sources/opml/", {}, {"file": ("liste.opml", opml.encode())})

    # --- as a clock --------------------------------------------------------------------------------------------------

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database; psycopg2's placeholders."""
        return self.run.ask(statement, *values)

    def make_due(self, urls: Collection[str]) -> dict[int, int]:
        """Let these feeds' time come; each one's number with the number of its visits so far."""
        rows = self.ask(
            "UPDATE sources_feed f SET next_fetch_at = now() WHERE url = ANY(%s) AND gone_at IS NULL RETURNING id, "
            "(SELECT count(*) FROM sources_fetchattempt a WHERE a.feed_id = f.id)", list(urls),
        )  # fmt: skip
        return {int(number): int(visits) for number, visits in rows}

    def visits(self) -> dict[int, int]:
        rows = self.ask("SELECT feed_id, count(*) FROM sources_fetchattempt GROUP BY feed_id")
        return {int(number): int(count) for number, count in rows}

    def poll(self, urls: Collection[str], patience: float = 900) -> list[str]:
        """Have these feeds read once more; those that were not in time."""
        before = self.make_due(urls)
        late: list[int] = []

        def read() -> bool:
            visits = self.visits()
            late[:] = [number for number, count in before.items() if visits.get(number, 0) <= count]
            return not late

        until(read, patience)
        return [str(url) for (url,) in self.ask("SELECT url FROM sources_feed WHERE id = ANY(%s)", late)]

    def waiting(self, leaving_out: Collection[str] = ()) -> int:
        """Entries that are to be tried now or within seconds, but for those of the feeds left out."""
        rows = self.ask(
            "SELECT count(*) FROM sources_entry e JOIN sources_feed f ON f.id = e.feed_id WHERE processed_at IS NULL "
            "AND NOT f.url = ANY(%s) AND (retry_at < now() + interval '20 seconds' OR e.leased_until > now())",
            list(leaving_out),
        )
        return int(rows[0][0])

    def settle(self, leaving_out: Collection[str] = (), patience: float = 900) -> bool:
        """Wait until every entry that can be tried has been."""
        return until(lambda: self.waiting(leaving_out) == 0, patience)

    def answers(self) -> bool:
        """Whether the site is up, with its database and its Redis."""
        try:
            return self.web.get("/sante/").status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def house(**settings: str) -> Iterator[House]:
    """An application without the demonstration press, on a new data folder which goes with it."""
    with running("--no-demo", **{**DEFAULT_PACE, **settings}) as run:
        if not run.says("PressReview is at"):
            raise AssertionError("\n".join(run.lines))
        made = House(run)
        made.sign_in()
        try:
            yield made
        except Exception:
            print("\n".join(["The application's last words:", *run.lines[-12:]]), file=sys.stderr)
            raise
