"""Bringing loose documents: what is understood is shown, and what is wrong is said without losing what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles import perms
from articles.models import Article
from articles.views import documents
from sources.fetching.client import FetchError, Reason
from sources.models import Outlet
from tests.fakes import FakeClient, response

pytestmark = pytest.mark.django_db
PAGE = "/pupitre/documents/"
TEXT = """La fibre arrive au village

Par Inès Karadjian, le 28 février 2024 à 14 h 02

Le conseil a voté « oui » sans débat. Trois habitants s’y opposent, et une association soutient le projet sans réserve.

Les travaux commencent mardi, et le maire promet une première maison raccordée avant la fin du mois de mars."""
PROSE = "Une phrase assez longue pour être lue et comprise de tous. " * 8
HTML = f"<html><body><article><h1>Un titre de page</h1><p>{PROSE}</p></article></body></html>"


def person(name: str, role: str) -> User:
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(person("jo", perms.JOURNALIST))
    return client


def file(name: str, content: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def test_a_visitor_is_sent_to_the_sign_in_page(client: Client) -> None:
    assert client.get(PAGE)["Location"].startswith("/compte/connexion/")


def test_a_reader_is_refused_and_a_journalist_is_not(browser: Client) -> None:
    reader = Client()
    reader.force_login(person("lu", perms.READER))
    assert reader.get(PAGE).status_code == 403
    assert browser.get(PAGE).status_code == 200


def test_a_pasted_text_becomes_an_article_and_is_shown_as_understood(browser: Client) -> None:
    page = browser.post(PAGE, {"text": TEXT}, follow=True)
    article = Article.objects.get()
    assert (article.title, article.authors) == ("La fibre arrive au village", ["Inès Karadjian"])
    assert article.published_precision == "minute"
    assert article.added_by == User.objects.get(username="jo")
    assert list(page.context["understood"]) == [article]
    assert list(page.context["latest"]) == [article]


def test_pasted_html_is_read_as_a_page(browser: Client) -> None:
    browser.post(PAGE, {"text": HTML})
    assert Article.objects.get().title == "Un titre de page"


def test_what_a_person_sets_wins(browser: Client) -> None:
    data = {"text": TEXT, "title": "Mon titre", "published": "mars 2023", "outlet": "L'Informateur"}
    browser.post(PAGE, data)
    article = Article.objects.get()
    assert (article.title, article.published_precision) == ("Mon titre", "month")
    assert article.outlet is not None
    assert (article.outlet.name, article.outlet.is_active) == ("L’Informateur", False)


def test_a_known_outlet_is_found_whatever_the_capitals_and_the_apostrophe(browser: Client) -> None:
    known = Outlet.objects.create(name="L’Informateur", slug="informateur")
    browser.post(PAGE, {"text": TEXT, "outlet": "l'informateur"})
    assert Article.objects.get().outlet == known


def test_several_files_are_added_and_a_bad_one_is_named(browser: Client) -> None:
    files = [file("a.txt", TEXT), file("b.html", HTML), file("vide.txt", "rien")]
    page = browser.post(PAGE, {"uploads": files}, follow=True)
    assert sorted(Article.objects.values_list("document_name", flat=True)) == ["a.txt", "b.html"]
    assert any("vide.txt" in str(message) for message in page.context["messages"])


def test_a_file_in_the_encoding_of_windows_is_read(browser: Client) -> None:
    browser.post(PAGE, {"uploads": [file("a.txt", TEXT.encode("cp1252"))]})
    assert "« oui »" in Article.objects.get().text


def test_the_same_document_twice_is_one_article(browser: Client) -> None:
    browser.post(PAGE, {"text": TEXT})
    page = browser.post(PAGE, {"text": TEXT}, follow=True)
    assert Article.objects.count() == 1
    assert list(page.context["understood"]) == [Article.objects.get()]


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("published", {"text": TEXT, "published": "n’importe quand"}),
        ("url", {"url": "pas une adresse"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("text", {"text": "trop court"}),
        ("__all__", {}),
        ("__all__", {"text": TEXT, "url": "https://exemple.fr/"}),
        ("text", {"text": "nul \x00 part"}),
    ],
)
def test_bad_input_is_said_and_nothing_is_lost(field: str, data: dict[str, str], browser: Client) -> None:
    answer = browser.post(PAGE, {**data, "title": "Un titre à garder"})
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert "Un titre à garder" in answer.content.decode()
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    "files",
    [
        [file("a.pdf", "x")],
        [file("grand.txt", b"x" * (5 * 1024 * 1024 + 1))],
        [file(f"{number}.txt", TEXT) for number in range(51)],
    ],
)
def test_files_that_cannot_be_taken_are_refused(files: list[SimpleUploadedFile], browser: Client) -> None:
    answer = browser.post(PAGE, {"uploads": files})
    assert answer.status_code == 400
    assert answer.context["form"].errors["uploads"]


def test_a_file_that_is_no_text_is_named(browser: Client) -> None:
    page = browser.post(PAGE, {"uploads": [file("image.txt", b"\x89PNG\x00\x00\x01" * 40)]})
    assert any("image.txt" in str(message) for message in page.context["messages"])
    assert not Article.objects.exists()


def test_an_outlet_named_for_a_document_that_fails_is_not_made(browser: Client) -> None:
    browser.post(PAGE, {"text": "trop court", "outlet": "Un nouveau"})
    assert not Outlet.objects.exists()


def test_an_address_is_fetched_and_read(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient(answers={"https://journal.example/a": response("https://journal.example/a", HTML)})
    monkeypatch.setattr(documents, "client", lambda: fake)
    browser.post(PAGE, {"url": "journal.example/a"})
    assert Article.objects.get().url == "https://journal.example/a"


def test_an_address_that_does_not_answer_is_said(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    error = FetchError(Reason.TIMEOUT, "https://journal.example/a took too long.")
    monkeypatch.setattr(documents, "client", lambda: FakeClient(answers={"https://journal.example/a": error}))
    answer = browser.post(PAGE, {"url": "https://journal.example/a"})
    assert answer.status_code == 400
    assert "took too long" in answer.content.decode()
    assert "https://journal.example/a" in answer.content.decode()


def test_what_a_document_says_is_escaped(browser: Client) -> None:
    hostile = TEXT.replace("La fibre", "<script>alert(1)</script> La fibre")
    assert "<script>alert" not in browser.post(PAGE, {"text": hostile}, follow=True).content.decode()


def test_the_page_asks_no_more_of_the_database_for_more_documents(browser: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(PAGE)
        return len(captured)

    def bring(*numbers: int) -> None:
        said: Any = [file(f"{number}.txt", TEXT.replace("village", f"village {number}")) for number in numbers]
        browser.post(PAGE, {"uploads": said})

    bring(1)
    browser.get(PAGE)
    few = queries()
    bring(2, 3, 4, 5)
    assert queries() == few
