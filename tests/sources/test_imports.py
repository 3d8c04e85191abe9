"""The history of an outlet comes in once, however often it is asked for and whoever is killed on the way."""

from __future__ import annotations

import gzip
import time
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from articles.models import Article
from articles.pipeline.extract import extract_next
from sources import confined
from sources.collecting import store
from sources.fetching import archives
from sources.fetching.client import FetchError, Reason
from sources.fetching.errors import Busy
from sources.importing import asking, entries, reading, working
from sources.importing.asking import Choice, cancel, import_file, import_sitemap, progress, resume
from sources.importing.working import work_next
from sources.jobs import ImportJob, ImportLine
from sources.models import ArchivedPage, Entry, Outlet
from sources.parsing.feeds import parse
from tests.fakes import FakeClient, html, item, make_entry, make_feed, make_outlet, response, rss
from tests.sources.archive_file import Archive

pytestmark = pytest.mark.django_db
SITE = "https://journal.example"
MAP = f"{SITE}/sitemap.xml"
LONG_AGO = date(2010, 1, 1)


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet(homepage=f"{SITE}/")


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    for module in (asking, working):
        monkeypatch.setattr(module, "ring", rung.append)
    return rung


def urlset(*addresses: str, more: str = "") -> str:
    pages = "".join(f"<url><loc>{address}</loc>{more}</url>" for address in addresses)
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{pages}</urlset>"


def index(*addresses: str, more: str = "") -> str:
    return "<sitemapindex>" + "".join(f"<sitemap><loc>{a}</loc>{more}</sitemap>" for a in addresses) + "</sitemapindex>"


def pages(*numbers: int) -> list[str]:
    return [f"{SITE}/articles/{number}" for number in numbers]


def run(client: FakeClient | None = None, seconds: float = 60) -> None:
    """Work until nothing is due."""
    while work_next(client or FakeClient({}), time.monotonic() + seconds):
        pass


def sitemap_job(outlet: Outlet, answers: Mapping[str, str | bytes], choice: Choice | None = None) -> ImportJob:
    job = import_sitemap(outlet, MAP, choice or Choice())
    run(FakeClient({url: response(url, body) for url, body in answers.items()}))
    job.refresh_from_db()
    return job


def numbers(job: ImportJob) -> tuple[int, int, int, int]:
    counts = job.counts
    return counts.done, counts.new, counts.known, counts.refused


# --- sitemaps --------------------------------------------------------------------------------------------------------


def test_the_pages_of_a_sitemap_become_entries_of_the_outlet(outlet: Outlet, bell: list[str]) -> None:
    job = sitemap_job(outlet, {MAP: urlset(*pages(1, 2, 3))})
    assert numbers(job) == (3, 3, 0, 0)
    assert set(Entry.objects.values_list("url", flat=True)) == set(pages(1, 2, 3))
    assert (job.started_at, job.finished_at) != (None, None)
    assert {"sources.work_imports", "articles.extract_pages"} <= set(bell)


def test_an_index_leads_to_its_sitemaps_gzipped_ones_too(outlet: Outlet) -> None:
    other = f"{SITE}/2019.xml.gz"
    job = sitemap_job(outlet, {
        MAP: index(other, f"{SITE}/2020.xml"),
        other: gzip.compress(urlset(*pages(1, 2)).encode()), f"{SITE}/2020.xml": urlset(*pages(2, 3)),
    })  # fmt: skip
    assert numbers(job) == (4, 3, 1, 0)
    assert job.lines.count() == 3


def test_what_is_imported_twice_or_announced_by_a_feed_is_there_once(outlet: Outlet) -> None:
    with transaction.atomic():
        store(make_feed(outlet), parse(rss(item(1)).encode(), url=SITE).entries, timezone.now())
    first = sitemap_job(outlet, {MAP: urlset(*pages(1, 2))})
    second = sitemap_job(outlet, {MAP: urlset(*pages(1, 2))})
    assert (numbers(first), numbers(second)) == ((2, 1, 1, 0), (2, 0, 2, 0))
    assert Entry.objects.count() == 2


def test_a_feed_adds_nothing_that_an_import_brought(outlet: Outlet) -> None:
    sitemap_job(outlet, {MAP: urlset(*pages(1))})
    with transaction.atomic():
        assert store(make_feed(outlet), parse(rss(item(1)).encode(), url=SITE).entries, timezone.now()) == 0


def test_addresses_elsewhere_and_front_pages_are_refused_in_words(outlet: Outlet) -> None:
    job = sitemap_job(outlet, {MAP: urlset("https://ailleurs.example/1", f"{SITE}/", *pages(1))})
    assert numbers(job) == (3, 1, 0, 2)
    assert [content for _, content, _ in job.lines.get().problems] == ["https://ailleurs.example/1", f"{SITE}/"]


def test_the_chosen_days_hold_for_dates_addresses_and_last_changes(outlet: Outlet) -> None:
    dated = [f"{SITE}/2019/03/05/a", f"{SITE}/2020/03/05/b", f"{SITE}/2021/03/c"]
    old = "<url><loc>https://journal.example/vieux</loc><lastmod>2019-12-31</lastmod></url>"
    choice = Choice(first_day=date(2020, 1, 1), last_day=date(2020, 12, 31))
    job = sitemap_job(outlet, {MAP: urlset(*dated, *pages(4)).replace("</urlset>", f"{old}</urlset>")}, choice)
    assert set(Entry.objects.values_list("url", flat=True)) == {dated[1], *pages(4)}
    assert "3" in job.lines.get().note


def test_a_sitemap_that_ended_before_the_chosen_days_is_not_read(outlet: Outlet) -> None:
    gone = f"{SITE}/2009.xml"
    answers = {MAP: index(gone, more="<lastmod>2009-12-31</lastmod>")}
    assert sitemap_job(outlet, answers, Choice(first_day=LONG_AGO)).lines.count() == 1


def test_only_addresses_that_contain_the_words_are_taken(outlet: Outlet) -> None:
    sitemap_job(outlet, {MAP: urlset(*pages(1), f"{SITE}/tags/2")}, Choice(containing="/articles/"))
    assert Entry.objects.get().url == pages(1)[0]


def test_indexes_in_a_circle_come_to_an_end(outlet: Outlet) -> None:
    other = f"{SITE}/autre.xml"
    job = sitemap_job(outlet, {MAP: index(other, MAP), other: index(MAP, other)})
    assert (job.lines.count(), job.finished_at is not None) == (2, True)


def test_indexes_that_lead_ever_deeper_come_to_an_end(outlet: Outlet) -> None:
    chain = {MAP: index(f"{SITE}/0.xml")}
    chain |= {f"{SITE}/{depth}.xml": index(f"{SITE}/{depth + 1}.xml") for depth in range(20)}
    job = sitemap_job(outlet, chain)
    assert job.lines.count() == reading.MOST_DEPTH
    assert numbers(job)[3] == 1


def test_an_index_of_too_many_sitemaps_is_cut_and_says_so(outlet: Outlet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_SITEMAPS", 3)
    job = sitemap_job(outlet, {MAP: index(*(f"{SITE}/{n}.xml" for n in range(9))),
                               **{f"{SITE}/{n}.xml": urlset(*pages(n)) for n in range(9)}})  # fmt: skip
    assert (job.lines.count(), numbers(job)) == (3, (9, 2, 0, 7))


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>Bonjour</body></html>", b"\x1f\x8b\x08damaged", b"{}", gzip.compress(b"\0" * 200_000_000)],
    ids=["empty", "page", "damaged", "json", "bomb"],
)
def test_what_is_no_sitemap_is_refused_in_a_sentence(outlet: Outlet, body: bytes) -> None:
    job = sitemap_job(outlet, {MAP: body})
    line = job.lines.get()
    assert (line.outcome, bool(line.note), Entry.objects.count()) == ("refused", True, 0)
    assert progress(job).state == "done"


def test_a_site_that_does_not_answer_is_asked_again_later_then_no_more(outlet: Outlet) -> None:
    job = import_sitemap(outlet, MAP, Choice())
    down = FakeClient({MAP: FetchError(Reason.TIMEOUT, "too slow", url=MAP)})
    for _ in range(9):
        job.lines.update(retry_at=timezone.now())
        run(down)
    assert len(down.asked) == working.MOST_TRIES
    assert job.lines.get().outcome == "refused"


def test_our_own_pace_at_the_host_is_no_failure(outlet: Outlet) -> None:
    job = import_sitemap(outlet, MAP, Choice())
    run(FakeClient({MAP: Busy("journal.example", timedelta(seconds=9))}))
    line = job.lines.get()
    assert (line.tries, line.done_at) == (0, None)
    assert line.retry_at > timezone.now()


def test_pages_to_fetch_are_due_one_after_the_other(outlet: Outlet, settings: object) -> None:
    settings.PRESSREVIEW_HOST_GAP = 10.0  # type: ignore[attr-defined]
    sitemap_job(outlet, {MAP: urlset(*pages(1, 2, 3))})
    due = list(Entry.objects.order_by("retry_at").values_list("retry_at", flat=True))
    assert [b - a for a, b in pairwise(due)] == [timedelta(seconds=10)] * 2


def test_today_comes_before_history(outlet: Outlet) -> None:
    sitemap_job(outlet, {MAP: urlset(*pages(1))})
    Entry.objects.update(retry_at=timezone.now() - timedelta(days=1))
    today = make_entry(7, outlet)
    with transaction.atomic():
        claimed = Entry.objects.claim(timezone.now())
    assert claimed == today


# --- killed, stopped, taken up again ---------------------------------------------------------------------------------


class Killed(BaseException):
    """What the worker was doing is lost."""


def test_a_worker_killed_halfway_costs_one_step(
    outlet: Outlet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ROWS_A_STEP", 2)
    path = tmp_path / "liste.csv"
    path.write_text("\n".join(["url", *pages(*range(7))]))
    job = import_file(outlet, "csv", path, "liste.csv", Choice())
    steps: list[int] = []

    def dies_at_the_third(*args: object) -> int:
        steps.append(1)
        if len(steps) == 3:
            raise Killed
        return real(*args)  # type: ignore[arg-type]

    real = entries.store
    monkeypatch.setattr(working, "store", dies_at_the_third)
    with pytest.raises(Killed):
        run()
    assert numbers(job) == (4, 4, 0, 0)
    assert work_next(FakeClient({}), 0) is None  # its lease still holds
    job.lines.update(leased_until=timezone.now() - timedelta(seconds=1))
    run()
    assert numbers(job) == (7, 7, 0, 0)
    assert Entry.objects.count() == 7
    assert progress(job).lines_done == 1


def test_a_line_that_ends_its_workers_is_put_aside(outlet: Outlet) -> None:
    job = import_sitemap(outlet, MAP, Choice())
    job.lines.update(tries=working.MOST_TRIES)
    run()
    assert job.lines.get().outcome == "refused"
    assert "worker" in job.lines.get().note or "processus" in job.lines.get().note


def test_a_long_line_makes_room_and_goes_on(outlet: Outlet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_A_STEP", 2)
    path = tmp_path / "liste.csv"
    path.write_text("\n".join(pages(*range(5))))
    job = import_file(outlet, "csv", path, "liste.csv", Choice())
    work_next(FakeClient({}), 0)
    assert numbers(job) == (2, 2, 0, 0)
    assert job.lines.get().leased_until is None
    run()
    assert numbers(job) == (5, 5, 0, 0)


def test_a_job_that_is_stopped_stops_and_goes_on_where_it_was(outlet: Outlet) -> None:
    other = f"{SITE}/a.xml"
    client = FakeClient({MAP: response(MAP, index(other)), other: response(other, urlset(*pages(1, 2)))})
    job = import_sitemap(outlet, MAP, Choice())
    work_next(client, 0)
    assert cancel(job)
    run(client)
    assert ([url for url, *_ in client.asked], progress(ImportJob.objects.get()).state) == ([MAP], "stopped")
    assert resume(job)
    assert not resume(job)
    run(client)
    assert numbers(job) == (2, 2, 0, 0)


def test_the_pages_of_a_stopped_job_are_not_fetched(outlet: Outlet) -> None:
    job = sitemap_job(outlet, {MAP: urlset(*pages(1))})
    cancel(job)
    assert extract_next(FakeClient({})) is None
    resume(job)
    page = html("Un titre", head="<meta property='article:published_time' content='2019-03-05T08:00:00Z'>")
    assert extract_next(FakeClient({pages(1)[0]: response(pages(1)[0], page)}))
    assert progress(ImportJob.objects.get()).state == "done"


def test_a_worker_that_lost_its_line_stores_nothing(outlet: Outlet) -> None:
    job = import_sitemap(outlet, MAP, Choice())

    def taken_over() -> object:
        ImportLine.objects.update(leased_until=timezone.now() + timedelta(hours=1))
        return response(MAP, urlset(*pages(1)))

    work_next(FakeClient({MAP: taken_over}), 0)  # type: ignore[dict-item]
    assert (numbers(job), Entry.objects.count()) == ((0, 0, 0, 0), 0)


# --- what becomes of the pages ---------------------------------------------------------------------------------------


def extracted(outlet: Outlet, page: str, choice: Choice | None = None) -> Entry:
    sitemap_job(outlet, {MAP: urlset(*pages(1))}, choice)
    extract_next(FakeClient({pages(1)[0]: response(pages(1)[0], page)}))
    return Entry.objects.get()


def test_an_undated_page_of_a_sitemap_is_no_news(outlet: Outlet) -> None:
    entry = extracted(outlet, html("Qui sommes-nous"))
    assert (entry.outcome, Article.objects.count()) == ("refused", 0)


def test_a_page_of_another_day_than_the_chosen_ones_is_left_out(outlet: Outlet) -> None:
    page = html("Un titre", head="<meta property='article:published_time' content='2009-03-05T08:00:00Z'>")
    assert extracted(outlet, page, Choice(first_day=LONG_AGO)).outcome == "refused"


def test_old_news_is_read_once_and_not_looked_at_again(outlet: Outlet) -> None:
    page = html("Un titre", head="<meta property='article:published_time' content='2019-03-05T08:00:00Z'>")
    entry = extracted(outlet, page)
    assert entry.outcome == "article"
    assert entry.article.page.refresh_at is None


# --- lists of addresses ----------------------------------------------------------------------------------------------


def listed(outlet: Outlet, tmp_path: Path, content: bytes) -> ImportJob:
    path = tmp_path / "liste.csv"
    path.write_bytes(content)
    job = import_file(outlet, "csv", path, "liste.csv", Choice())
    run()
    return job


def test_bad_lines_of_a_list_are_reported_and_the_others_go_on(outlet: Outlet, tmp_path: Path) -> None:
    text = f"adresse;titre;date\n{pages(1)[0]};Été « un »;5 mars 2019\nrien du tout;x;\n{pages(2)[0]};\x00;2019-03\n"
    job = listed(outlet, tmp_path, text.encode("latin-1"))
    assert numbers(job) == (3, 2, 0, 1)
    assert [tuple(one[:2]) for one in job.lines.get().problems] == [(3, "rien du tout;x;")]
    first = Entry.objects.get(url=pages(1)[0])
    assert (first.title, first.published, first.published_precision) == ("Été « un »", "2019-03-05", "day")


def test_a_file_that_is_no_list_is_refused(outlet: Outlet, tmp_path: Path) -> None:
    job = listed(outlet, tmp_path, b"PK\x03\x04" + bytes(100))
    assert job.lines.get().outcome == "refused"


def test_an_uploaded_list_goes_when_it_is_read(outlet: Outlet, django_capture_on_commit_callbacks: object) -> None:
    folder = settings.DATA_DIR / reading.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "essai"
    path.write_text(pages(1)[0])
    import_file(outlet, "csv", path, "liste.csv", Choice())
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        run()
    assert not path.exists()


def test_a_file_that_is_gone_is_told(outlet: Outlet, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("x")
    job = import_file(outlet, "csv", path, "liste.csv", Choice())
    path.unlink()
    run()
    assert job.lines.get().outcome == "refused"


# --- web archives ----------------------------------------------------------------------------------------------------


@pytest.fixture
def archive() -> Archive:
    return (
        Archive().add(*pages(1)).add(*pages(2)).add("https://ailleurs.example/1").add(f"{SITE}/i.png", kind="image/png")
    )


def archived(outlet: Outlet, path: Path) -> ImportJob:
    job = import_file(outlet, "warc", path, path.name, Choice())
    run()
    return job


def test_archived_pages_become_articles_without_a_visit(outlet: Outlet, archive: Archive, tmp_path: Path) -> None:
    job = archived(outlet, archive.write(tmp_path / "a.warc.gz"))
    assert numbers(job) == (2, 2, 0, 0)
    assert ArchivedPage.objects.count() == 2
    nobody = FakeClient({})
    while extract_next(nobody):
        pass
    article = Article.objects.get(url=pages(1)[0])
    assert (article.title, article.seen_at.isoformat()) == ("Article 1", "2019-03-05T10:00:00+00:00")
    assert (article.page.fetched_at, article.page.refresh_at) == (article.seen_at, None)
    assert (nobody.asked, ArchivedPage.objects.count(), progress(job).outcomes) == ([], 0, {"article": 2})


def test_an_archive_brought_twice_adds_nothing(outlet: Outlet, archive: Archive, tmp_path: Path) -> None:
    path = archive.write(tmp_path / "a.warc.gz")
    archived(outlet, path)
    assert numbers(archived(outlet, path)) == (2, 0, 2, 0)


def test_an_archive_is_taken_up_at_the_byte_where_it_was_left(
    outlet: Outlet, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive.write(tmp_path / "a.warc.gz")
    real = archives.read
    monkeypatch.setattr(confined, "call", lambda f, *a, **k: real(*a, most_records=2))
    job = import_file(outlet, "warc", path, path.name, Choice())
    work_next(FakeClient({}), 0)
    line = job.lines.get()
    assert (line.new, 0 < line.position < line.size) == (1, True)
    run()
    assert numbers(job) == (2, 2, 0, 0)


def test_a_damaged_archive_gives_what_is_whole(outlet: Outlet, tmp_path: Path) -> None:
    content = Archive(is_gzip=False).add(*pages(1)).add(*pages(2)).add(*pages(3)).content
    second = content.find(b"WARC/1.", content.find(pages(2)[0].encode()) - 500)
    path = tmp_path / "a.warc"
    path.write_bytes(content[:second] + b"ceci n'est pas une notice\n" * 9 + content[second:])
    job = archived(outlet, path)
    assert job.counts.new >= 2
    assert job.counts.refused >= 1


@pytest.fixture
def _no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading process dies at the record of the second page, whatever is asked of it."""
    real = archives.read

    def call(function: object, path: str, position: int, *rest: object, **most: int) -> object:
        if function is not real:
            return archives.next_start(path, position)
        part = real(path, position, *rest, **most)  # type: ignore[arg-type]
        if any("/2" in page.url for page in part.pages):
            raise confined.Failed(confined.Why.MEMORY, "trop de mémoire")
        return part

    monkeypatch.setattr(confined, "call", call)


@pytest.mark.usefixtures("_no_child")
def test_a_record_that_kills_its_reader_is_passed_over(outlet: Outlet, tmp_path: Path) -> None:
    path = Archive().add(*pages(1)).add(*pages(2)).add(*pages(3)).write(tmp_path / "a.warc.gz")
    job = archived(outlet, path)
    assert set(Entry.objects.values_list("url", flat=True)) == set(pages(1, 3))
    assert job.counts.refused == 1


def test_what_is_no_archive_is_not_begun(outlet: Outlet, tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(b"<html>")
    with pytest.raises(asking.Refused):
        import_file(outlet, "warc", path, "a.warc", Choice())


def test_an_outlet_without_a_site_needs_its_hosts_named(tmp_path: Path) -> None:
    path = Archive().add(*pages(1)).write(tmp_path / "a.warc.gz")
    nowhere = make_outlet("Sans Site")
    with pytest.raises(asking.Refused):
        import_file(nowhere, "warc", path, "a.warc", Choice())
    job = import_file(nowhere, "warc", path, "a.warc", Choice(hosts=("journal.example",)))
    run()
    assert job.counts.new == 1
