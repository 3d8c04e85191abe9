"""Documents brought by hand, through the function and the command: once, with what the person says on top."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from articles.models import Article, GroupingState, Page, Story
from articles.pipeline import group
from articles.pipeline.extract import DocumentError, add_document
from sources.fetching.client import FetchError, Reason
from sources.models import Outlet
from sources.parsing.dates import PartialDate, Precision
from tests.fakes import PARAGRAPH, FakeClient, html, make_outlet, response

pytestmark = pytest.mark.django_db
TEXT = f"""Un centre de données dans la filature

{PARAGRAPH}

Les riverains, réunis en association, demandent une étude sur le bruit des ventilateurs et sur la chaleur rejetée.
"""
HTML = html("Un centre de données dans la filature")


@pytest.fixture(autouse=True)
def _fresh_engine() -> None:
    group._engine = None
    GroupingState.objects.get_or_create(pk=1)


def run(*files: Path) -> str:
    out = StringIO()
    call_command("add_documents", *map(str, files), stdout=out, stderr=out)
    return out.getvalue()


def test_a_text_becomes_an_article() -> None:
    added = add_document(text=TEXT, name="note.txt")
    assert added.is_new
    assert added.article.title == "Un centre de données dans la filature"
    assert "bruit des ventilateurs" in added.article.text
    assert (added.article.document_name, added.article.outlet, added.article.published_at) == ("note.txt", None, None)


def test_a_page_becomes_an_article() -> None:
    added = add_document(html=HTML, name="page.html")
    assert added.article.title == "Un centre de données dans la filature"
    assert "<p>" not in added.article.text


@pytest.mark.parametrize("given", [{"text": TEXT}, {"html": HTML}, {"html": HTML, "url": "https://journal.example/a"}])
def test_the_same_document_twice_is_one_article(given: dict[str, str]) -> None:
    first = add_document(**given)  # type: ignore[arg-type]
    second = add_document(**given)  # type: ignore[arg-type]
    assert (second.article, second.is_new) == (first.article, False)
    assert Article.objects.count() == 1


def test_another_way_of_writing_it_is_the_same_document() -> None:
    first = add_document(text=TEXT)
    second = add_document(text=TEXT.replace("'", "’").replace(" ", "  ").replace("\n", "\r\n"))
    assert second.article == first.article


@pytest.mark.parametrize("given", [{"text": ""}, {"text": " \n\t"}, {"text": "Bonjour"}, {"html": "<html></html>"}, {}])
def test_what_holds_no_article_is_refused_with_a_sentence(given: dict[str, str]) -> None:
    with pytest.raises(DocumentError, match=r"\w+ \w+ .*\."):
        add_document(**given, name="vide.txt")  # type: ignore[arg-type]
    assert not Article.objects.exists()


def test_what_the_person_says_wins() -> None:
    user, outlet = User.objects.create_user("ada"), make_outlet("La Gazette")
    added = add_document(
        text=TEXT, title="Mon titre", published=PartialDate("2024-02", Precision.MONTH), outlet=outlet, user=user
    ).article
    assert (added.title, added.outlet, added.added_by) == ("Mon titre", outlet, user)
    assert not added.title_is_first_sentence
    assert (added.published_precision, added.day) == ("month", None)


def test_an_address_is_fetched_and_its_page_kept() -> None:
    url = "https://journal.example/a"
    added = add_document(url=url, client=FakeClient({url: response(url, HTML)}))
    assert added.article.canonical_url == url
    assert Page.objects.get().html == HTML


def test_an_address_that_fails_is_told_to_the_person() -> None:
    url = "https://journal.example/a"
    client = FakeClient({url: FetchError(Reason.HTTP_ERROR, "It answered with the error 404.", status=404)})
    with pytest.raises(DocumentError, match="404"):
        add_document(url=url, client=client)


def test_a_known_outlet_is_found_by_its_name_however_it_is_written() -> None:
    known = make_outlet("L’Écho d’Ici")
    page = HTML.replace("<head>", "<head><meta property='og:site_name' content=\"L'ÉCHO D'ICI\">")
    assert add_document(html=page).article.outlet == known


def test_a_known_outlet_is_found_by_its_site() -> None:
    known = make_outlet("Le Journal", homepage="https://www.journal.example/")
    assert add_document(html=HTML, url="https://journal.example/a").article.outlet == known


def test_a_new_outlet_is_made_but_not_collected() -> None:
    page = HTML.replace("<head>", "<head><meta property='og:site_name' content='Le Petit Fil'>")
    outlet = add_document(html=page).article.outlet
    assert outlet is not None
    assert (outlet.name, outlet.is_active) == ("Le Petit Fil", False)
    assert Outlet.objects.count() == 1


def test_two_outlets_with_alike_names_stay_two() -> None:
    make_outlet("Tout autre titre", slug="le-petit-fil")
    page = HTML.replace("<head>", "<head><meta property='og:site_name' content='Le Petit Fil'>")
    outlet = add_document(html=page).article.outlet
    assert outlet is not None
    assert outlet.name == "Le Petit Fil"


def test_the_command_adds_files_and_puts_them_into_a_story(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.html").write_text(HTML.replace("filature</h1>", "filature rouge</h1>"), encoding="utf-8")
    told = run(tmp_path / "a.txt", tmp_path / "b.html")
    assert "1/2 a.txt: Un centre de données" in told
    assert Article.objects.count() == 2
    assert Story.objects.current().get().article_count == 2


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "vide.txt").write_text("")
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(CommandError, match="2 of 3"):
        run(tmp_path / "absent.txt", tmp_path / "vide.txt", tmp_path / "a.txt")
    assert Article.objects.count() == 1


def test_a_file_in_an_older_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.replace("\n", "\r\n").encode("windows-1252"))
    run(tmp_path / "a.txt")
    assert "consomme autant d'électricité" in Article.objects.get().text
