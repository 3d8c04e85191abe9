"""The administrator's pages on imports: who may open them, what they begin, and how far they say it has come."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from articles import perms
from sources import subscribing
from sources.fetching.client import FetchError, Reason
from sources.importing import asking, reading, working
from sources.importing.asking import Asked
from sources.importing.working import work_next
from sources.jobs import ImportJob
from sources.models import Entry, Feed, Outlet
from sources.parsing import opml
from tests.fakes import FakeClient, item, make_feed, make_outlet, response, rss
from tests.sources.archive_file import Archive

pytestmark = pytest.mark.django_db
JOBS, HISTORY, SITES, STARTER = (
    "/sources/imports/", "/sources/imports/historique/", "/sources/imports/sites/", "/sources/imports/catalogue/",
)  # fmt: skip
SITE, FEED = "https://journal.example/", "https://journal.example/fil.xml"
HOME = f"<html><head><title>Le Journal</title><link rel=alternate type=application/rss+xml href='{FEED}'></head></html>"


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (asking, working, subscribing):
        monkeypatch.setattr(module, "ring", lambda _task: None)


@pytest.fixture
def browser(client: Client) -> Client:
    user = User.objects.create_user("louis")
    user.groups.add(Group.objects.get(name=perms.ADMINISTRATOR))
    client.force_login(user)
    return client


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet(homepage=SITE)


def run(answers: dict[str, object] | None = None) -> FakeClient:
    client = FakeClient(answers or {})  # type: ignore[arg-type]
    while work_next(client, time.monotonic() + 60):
        pass
    return client


@pytest.mark.parametrize("address", [JOBS, HISTORY, SITES])
def test_a_visitor_signs_in_first_and_an_editor_is_refused(address: str, client: Client) -> None:
    assert client.get(address)["Location"].startswith("/compte/connexion/")
    user = User.objects.create_user("salome")
    user.groups.add(Group.objects.get(name=perms.EDITOR))
    client.force_login(user)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("act", ["arret", "suite", "reprise"])
def test_what_changes_a_job_is_posted(act: str, browser: Client) -> None:
    job = asking.add_sites([Asked(SITE)], "un site")
    assert browser.get(f"{job.get_absolute_url()}{act}/").status_code == 405
    assert browser.post(f"{job.get_absolute_url()}{act}/").status_code == 302


def test_a_sitemap_is_asked_for_with_its_days(browser: Client, outlet: Outlet) -> None:
    asked = {
        "outlet": outlet.slug, "sitemap": "journal.example/plan.xml", "first_day": "2019-01-01",
        "last_day": "2019-12-31", "containing": "/articles/", "hosts": "https://www.ancien.example/, vieux.example",
    }  # fmt: skip
    answer = browser.post(HISTORY, asked)
    job = ImportJob.objects.get()
    assert answer["Location"] == f"{job.get_absolute_url()}?suivre=1"
    assert (job.lines.get().address, str(job.first_day)) == ("https://journal.example/plan.xml", "2019-01-01")
    assert job.hosts == ["journal.example", "ancien.example", "vieux.example"]
    assert job.created_by is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"sitemap": ""},
        {"sitemap": "javascript:alert(1)"},
        {"first_day": "2020-01-01", "last_day": "2019-01-01"},
        {"hosts": "pas_un hôte"},
        {"outlet": "inconnu"},
    ],
)
def test_what_cannot_be_asked_is_said_in_the_form(browser: Client, outlet: Outlet, wrong: dict[str, str]) -> None:
    answer = browser.post(HISTORY, {"outlet": outlet.slug, "sitemap": f"{SITE}plan.xml", **wrong})
    assert (answer.status_code, ImportJob.objects.count()) == (400, 0)
    assert "✕" in answer.content.decode()


def test_an_archive_is_uploaded_kept_and_read(browser: Client, outlet: Outlet) -> None:
    content = Archive().add(f"{SITE}articles/1").content
    browser.post(HISTORY, {"outlet": outlet.slug, "file": SimpleUploadedFile("titre.warc.gz", content)})
    job = ImportJob.objects.get()
    assert (job.kind, job.name, reading.file_of(job.lines.get()).read_bytes()) == ("warc", "titre.warc.gz", content)
    run()
    assert "1" in browser.get(job.get_absolute_url()).content.decode()
    assert Entry.objects.get().job == job


def test_a_file_that_is_refused_is_not_kept(browser: Client, outlet: Outlet) -> None:
    before = set(folder().glob("*"))
    upload = SimpleUploadedFile("titre.warc", b"rien")
    assert browser.post(HISTORY, {"outlet": outlet.slug, "file": upload}).status_code == 400
    assert set(folder().glob("*")) == before


def folder() -> Path:
    path: Path = conf.DATA_DIR / reading.FOLDER
    path.mkdir(exist_ok=True)
    return path


def test_an_upload_beyond_the_cap_is_refused(browser: Client, outlet: Outlet, settings: object) -> None:
    settings.PRESSREVIEW_IMPORT_MB = 1  # type: ignore[attr-defined]
    upload = SimpleUploadedFile("titre.csv", b"x" * (3 * 1024 * 1024))
    assert browser.post(HISTORY, {"outlet": outlet.slug, "file": upload}).status_code == 400
    assert ImportJob.objects.count() == 0


def test_a_page_that_is_followed_reloads_itself_until_the_job_is_done(browser: Client, outlet: Outlet) -> None:
    job = asking.import_sitemap(outlet, f"{SITE}plan.xml", asking.Choice())
    address = job.get_absolute_url()
    assert "http-equiv" not in browser.get(address).content.decode()
    assert "http-equiv" in browser.get(f"{address}?suivre=1").content.decode()
    run({f"{SITE}plan.xml": response(f"{SITE}plan.xml", "<urlset></urlset>")})
    assert "http-equiv" not in browser.get(f"{address}?suivre=1").content.decode()


def test_what_others_wrote_is_shown_as_text(browser: Client, outlet: Outlet, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("url\n<script>alert(1)</script>\n")
    job = asking.import_file(outlet, "csv", path, "<b>liste</b>.csv", asking.Choice())
    run()
    page = browser.get(job.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>liste" not in browser.get(JOBS).content.decode()


# --- many sites ------------------------------------------------------------------------------------------------------


def test_each_site_has_its_own_outcome(browser: Client) -> None:
    known = make_feed(make_outlet("Déjà là"), url="https://connu.example/fil")
    lines = [SITE, known.url, "https://muet.example/", "ceci n'est rien", "https://vide.example/fil"]
    browser.post(SITES, {"addresses": "\n".join(lines)})
    vide = "https://vide.example/fil"
    run({
        SITE: response(SITE, HOME), FEED: response(FEED, rss(item(1))), f"{SITE}robots.txt": response(SITE, ""),
        "https://muet.example/": FetchError(Reason.DNS, "no name", url="https://muet.example/"),
        vide: response(vide, rss()),
    })  # fmt: skip
    job = ImportJob.objects.get()
    outcomes = dict(job.lines.values_list("address", "outcome"))
    assert list(outcomes.values()) == ["added", "known", "refused", "refused"]
    assert Feed.objects.get(url=FEED).outlet.name == "Le Journal"
    assert all(job.lines.filter(outcome="refused").values_list("note", flat=True))
    page = browser.get(job.get_absolute_url()).content.decode()
    assert "muet.example" in page
    assert (job.counts.new, job.counts.known, job.counts.refused, job.counts.done) == (1, 1, 2, 4)


def test_the_second_feed_of_a_site_is_taken_where_the_first_is_no_more(browser: Client) -> None:
    old = f"{SITE}vieux.xml"
    home = HOME.replace("</head>", "").replace(
        "<title>", f"<link rel=alternate type=application/rss+xml href='{old}'><title>"
    )
    asking.add_sites([Asked(SITE, "Un autre nom")], "un site")
    run({
        SITE: response(SITE, home), old: FetchError(Reason.GONE, "gone", url=old, status=410),
        FEED: response(FEED, rss(item(1))), f"{SITE}robots.txt": response(SITE, ""),
    })  # fmt: skip
    feed = Feed.objects.get()
    assert (feed.url, feed.outlet.name) == (FEED, "Un autre nom")


def test_the_feeds_of_an_opml_are_looked_at_first(browser: Client) -> None:
    content = opml.write([opml.OpmlFeed("Le Journal", FEED, SITE, "")])
    browser.post(SITES, {"file": SimpleUploadedFile("fils.opml", content)})
    run({FEED: response(FEED, rss(item(1)))})
    assert Feed.objects.get().outlet.name == "Le Journal"
    assert ImportJob.objects.get().name == "fils.opml"


def test_ticked_lines_of_the_starter_pack_are_looked_at(browser: Client) -> None:
    line = subscribing.starter_pack()[0]
    browser.post(STARTER, {"feed": [line.feed, "https://autre.example/"]})
    run({line.feed: response(line.feed, rss(item(1)))})
    assert (Feed.objects.get().url, Feed.objects.get().outlet.kind) == (line.feed, line.kind)
    assert browser.post(STARTER, {})["Location"] == "/sources/catalogue/"


def test_sites_go_on_where_a_killed_worker_left_them(browser: Client) -> None:
    other = "https://autre.example/fil"
    job = asking.add_sites([Asked(FEED), Asked(other)], "deux sites")
    killed = KeyboardInterrupt()
    answers: dict[str, object] = {FEED: response(FEED, rss(item(1))), other: _raising(killed)}
    with pytest.raises(KeyboardInterrupt):
        run(answers)
    assert asking.progress(job).lines_done == 1
    job.lines.update(leased_until=timezone.now())
    answers[other] = response(other, rss(item(2)))
    client = run(answers)
    assert (asking.progress(job).state, Feed.objects.count()) == ("done", 2)
    assert FEED not in [url for url, *_ in client.asked]


def _raising(error: BaseException) -> object:
    def answer() -> object:
        raise error

    return answer


@pytest.mark.parametrize("sent", [{}, {"addresses": "  \n "}, {"addresses": "rien du tout"}])
def test_nothing_to_add_is_said(browser: Client, sent: dict[str, str]) -> None:
    assert browser.post(SITES, sent).status_code == 400


def test_what_was_left_out_is_tried_again(browser: Client) -> None:
    job = asking.add_sites([Asked(FEED)], "un site")
    run({FEED: FetchError(Reason.DNS, "no name", url=FEED)})
    assert asking.progress(job).counts.refused == 1
    browser.post(f"{job.get_absolute_url()}reprise/")
    run({FEED: response(FEED, rss(item(1)))})
    assert (job.counts.new, job.counts.refused) == (1, 0)
