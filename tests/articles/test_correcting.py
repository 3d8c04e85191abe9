"""People put right what was read: each correction is kept, can be undone, and holds against every later reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from articles import correcting
from articles.correcting import NO_DATE, Facts, Outdated
from articles.editing import Refused
from articles.models import Article, ArticleCorrection, Page, Story
from articles.pipeline.extract import add_document, extract_next
from articles.pipeline.refresh import Outcome, refresh_next
from sources.models import Outlet
from sources.parsing.dates import PartialDate, Precision
from tests.fakes import PARAGRAPH, FakeClient, html, make_entry, make_outlet, response

pytestmark = pytest.mark.django_db
URL = "https://journal.example/articles/1"
TITLE = "Un centre de données dans la filature"
NOTICE = "Rejoignez 12 400 lecteurs et recevez notre courrier du matin, gratuit et sans engagement de votre part."
PAGE = html(TITLE).replace("</article>", f"<p>{NOTICE}</p></article>")


@pytest.fixture
def client() -> FakeClient:
    client = FakeClient({URL: response(URL, PAGE)})
    make_entry(authors=["Ada Lune"], published="2024-02-26T10:15:00+01:00", published_precision="second")
    extract_next(client)
    return client


@pytest.fixture
def article(client: FakeClient) -> Article:
    return Article.objects.get()


@pytest.fixture
def editor() -> User:
    user = User.objects.create_user("editrice", first_name="Inès", last_name="Roy")
    user.groups.add(Group.objects.get(name="éditeur"))
    return user


def put_right(article: Article, editor: User | None, **facts: Any) -> list[ArticleCorrection]:
    article.refresh_from_db()
    wanted = replace(correcting.facts_of(article), **facts)
    kept = correcting.correct(article, editor, wanted, correcting.state_of(article))
    article.refresh_from_db()
    return kept


def read_again(client: FakeClient, page: str) -> str:
    client.answers[URL] = response(URL, page)
    Page.objects.update(refresh_at=timezone.now() - timedelta(seconds=1))
    found = refresh_next(client)
    assert found is not None
    return found.outcome


def facts_to_correct() -> list[tuple[str, Any]]:
    return [
        ("title", "Un titre d'une personne"),
        ("standfirst", "Un chapô d'une personne."),
        ("authors", ["Luc Petit", "Anne Martin"]),
        ("published", ["2024-02-27T23:00:00+00:00", "day"]),
        ("published", NO_DATE),
        ("language", "oc"),
        ("paywalled", True),
        ("dropped", [NOTICE]),
    ]


@pytest.mark.parametrize(("fact", "wanted"), facts_to_correct())
def test_a_correction_shows_and_is_kept(article: Article, editor: User, fact: str, wanted: Any) -> None:
    before = getattr(correcting.facts_of(article), fact)
    (kept,) = put_right(article, editor, **{fact: wanted})
    assert getattr(correcting.facts_of(article), fact) == wanted
    stored = ArticleCorrection.objects.get(pk=kept.pk)
    assert (stored.field, stored.before, stored.after, stored.by) == (fact, before, wanted, editor)
    assert timezone.now() - stored.at < timedelta(minutes=1)


@pytest.mark.parametrize(("fact", "wanted"), facts_to_correct())
def test_a_later_reading_does_not_override_it(
    client: FakeClient, article: Article, editor: User, fact: str, wanted: Any
) -> None:
    put_right(article, editor, **{fact: wanted})
    said = PAGE.replace("douze", "quinze").replace(TITLE, "Un titre de la page").replace(" 12 400", " 12 900")
    head = "<meta name='author' content='Jean Dubois'><meta property='article:published_time' content='2024-03-01'>"
    assert read_again(client, said.replace("<head>", "<head>" + head)) == Outcome.CHANGED
    article.refresh_from_db()
    assert getattr(correcting.facts_of(article), fact) == wanted
    assert "quinze" in article.text
    assert ("Rejoignez" in article.text) == (fact != "dropped")
    Article.objects.update(extracted_with=0)
    call_command("reextract", verbosity=0)
    article.refresh_from_db()
    assert getattr(correcting.facts_of(article), fact) == wanted


@pytest.mark.parametrize(("fact", "wanted"), facts_to_correct())
def test_undoing_shows_what_the_page_says(article: Article, editor: User, fact: str, wanted: Any) -> None:
    before = correcting.facts_of(article)
    text = article.text
    kept = put_right(article, editor, **{fact: wanted})
    for one in kept:
        correcting.undo(one, editor)
    article.refresh_from_db()
    assert correcting.facts_of(article) == before
    assert (article.corrected, article.text) == ({}, text)
    for one in ArticleCorrection.objects.all():
        assert (one.undone_by, one.undone_at is not None) == (editor, True)


def test_undoing_shows_what_the_page_says_by_now(client: FakeClient, article: Article, editor: User) -> None:
    (kept,) = put_right(article, editor, title="Un titre d'une personne")
    read_again(client, PAGE.replace(TITLE, "Ce que la page dit depuis"))
    correcting.undo(kept, editor)
    article.refresh_from_db()
    assert article.title == "Ce que la page dit depuis"


def test_undoing_the_last_of_two_shows_the_first(article: Article, editor: User) -> None:
    put_right(article, editor, title="Premier")
    (second,) = put_right(article, editor, title="Second")
    correcting.undo(second, editor)
    article.refresh_from_db()
    assert article.title == "Premier"


def test_undoing_the_first_of_two_leaves_the_second(article: Article, editor: User) -> None:
    (first,) = put_right(article, editor, title="Premier")
    (second,) = put_right(article, editor, title="Second")
    correcting.undo(first, editor)
    article.refresh_from_db()
    assert article.title == "Second"
    correcting.undo(second, editor)
    article.refresh_from_db()
    assert article.title == TITLE


def test_a_correction_is_undone_once(article: Article, editor: User) -> None:
    (kept,) = put_right(article, editor, title="Premier")
    correcting.undo(kept, editor)
    with pytest.raises(Refused):
        correcting.undo(kept, editor)


def test_several_facts_at_once_are_several_corrections(article: Article, editor: User) -> None:
    kept = put_right(article, editor, title="Un titre", authors=[], language="en")
    assert [one.field for one in kept] == ["title", "authors", "language"]


def test_saying_what_is_said_already_keeps_nothing(article: Article, editor: User) -> None:
    assert put_right(article, editor) == []
    assert not ArticleCorrection.objects.exists()


def test_who_began_before_another_changed_the_article_is_told(article: Article, editor: User) -> None:
    state = correcting.state_of(article)
    wanted = replace(correcting.facts_of(article), title="Le mien")
    put_right(article, editor, title="Celui d'une autre")
    with pytest.raises(Outdated):
        correcting.correct(article, editor, wanted, state)
    article.refresh_from_db()
    assert article.title == "Celui d'une autre"


def test_a_reading_meanwhile_counts_as_a_change(client: FakeClient, article: Article, editor: User) -> None:
    state = correcting.state_of(article)
    wanted = replace(correcting.facts_of(article), language="en")
    read_again(client, PAGE.replace("douze", "quinze"))
    with pytest.raises(Outdated):
        correcting.correct(article, editor, wanted, state)


@pytest.mark.parametrize("facts", [{"title": " "}, {"dropped": "everything"}])
def test_an_article_keeps_a_headline_and_a_text(article: Article, editor: User, facts: dict[str, Any]) -> None:
    if "dropped" in facts:
        facts = {"dropped": [text for _kind, text in article.blocks]}
    with pytest.raises(Refused):
        put_right(article, editor, **facts)
    assert not ArticleCorrection.objects.exists()
    article.refresh_from_db()
    assert (article.title, article.corrected) == (TITLE, {})


def test_an_outlet_has_an_article_once(client: FakeClient, article: Article, editor: User) -> None:
    agency = make_outlet("Agence")
    other = "https://agence.example/1"
    client.answers[other] = response(other, PAGE)
    make_entry(2, agency, url=other)
    extract_next(client)
    with pytest.raises(Refused):
        put_right(article, editor, outlet=agency.pk)


def test_another_outlet_is_counted_by_the_story(article: Article, editor: User) -> None:
    story = Story.objects.create(title=TITLE)
    Article.objects.update(story=story)
    story.refresh()
    put_right(article, editor, outlet=make_outlet("Agence").pk)
    assert article.outlet is not None
    assert article.outlet.name == "Agence"
    story.refresh_from_db()
    assert story.outlet_count == 1
    put_right(article, editor, outlet=0)
    assert article.outlet is None


def test_a_corrected_date_moves_the_article_to_its_day(article: Article, editor: User) -> None:
    put_right(article, editor, published=correcting.as_said(PartialDate("2024-02-28", Precision.DAY)))
    assert (article.day, article.published_precision) == (date(2024, 2, 28), "day")
    assert article.sort_at == datetime(2024, 2, 27, 23, tzinfo=UTC)
    put_right(article, editor, published=correcting.as_said(PartialDate("2024-02", Precision.MONTH)))
    assert article.day is None


def test_a_corrected_text_is_searched_counted_and_analysed(article: Article, editor: User) -> None:
    Article.objects.update(analysed_at=timezone.now())
    put_right(article, editor, dropped=[NOTICE], title="Une briqueterie")
    assert not Article.objects.matching("engagement").exists()
    assert Article.objects.matching("briqueterie").exists()
    assert article.word_count == len(article.text.split())
    assert article.analysed_at is None


def test_what_was_read_still_tells_the_article_from_others(client: FakeClient, article: Article, editor: User) -> None:
    put_right(article, editor, title="Un titre d'une personne")
    twin = "https://journal.example/amp/1"
    client.answers[twin] = response(twin, PAGE)
    entry = make_entry(2, url=twin)
    extract_next(client)
    entry.refresh_from_db()
    assert entry.outcome == "duplicate"


def test_what_a_person_says_with_a_new_document_holds() -> None:
    client = FakeClient({URL: response(URL, PAGE)})
    make_outlet()
    day = PartialDate("2024-02-20", Precision.DAY)
    added = add_document(
        url=URL, client=client, title="Le titre que je sais", published=day, outlet=Outlet.objects.get()
    )
    Article.objects.update(extracted_with=0)
    call_command("reextract", verbosity=0)
    article = Article.objects.get(pk=added.article.pk)
    assert (article.title, article.day) == ("Le titre que je sais", date(2024, 2, 20))
    assert article.as_read("title") == TITLE
    assert {one.field for one in article.corrections.all()} == {"title", "published"}


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(editor: User) -> Browser:
    browser = Browser()
    browser.force_login(editor)
    return browser


def address(article: Article) -> str:
    return reverse("articles:correct", args=[article.pk])


def form_of(browser: Browser, article: Article, **typed: Any) -> dict[str, Any]:
    """What a browser sends when an editor changes only this."""
    form = browser.get(address(article)).context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    return {**sent, "act": "save", **typed}


def test_the_page_shows_what_the_article_says(browser: Browser, article: Article) -> None:
    page = browser.get(address(article))
    assert page.status_code == 200
    assert page.context["form"]["authors"].value() == "Ada Lune"
    assert NOTICE[:40] in page.content.decode()


def test_sending_it_back_untouched_corrects_nothing(browser: Browser, article: Article) -> None:
    Article.objects.update(published_at=datetime(2024, 2, 28, 9, 15, 42, 17, tzinfo=UTC), published_precision="second")
    article.refresh_from_db()
    assert browser.post(address(article), form_of(browser, article)).status_code == 302
    assert not ArticleCorrection.objects.exists()


def test_saving_corrects_and_leads_back_to_the_article(browser: Browser, article: Article, editor: User) -> None:
    typed = form_of(
        browser,
        article,
        title="Un titre\n d'une personne",
        published="février 2024",
        authors="Luc Petit\r\n\r\nAnne M.",
    )
    answer = browser.post(address(article), typed)
    assert (answer.status_code, answer["Location"]) == (302, article.get_absolute_url())
    article.refresh_from_db()
    assert article.title == "Un titre d'une personne"
    assert article.authors == ["Luc Petit", "Anne M."]
    assert article.published_precision == "month"
    assert {one.by for one in ArticleCorrection.objects.all()} == {editor}


def test_blocks_are_left_out_and_put_back(browser: Browser, article: Article) -> None:
    form = browser.get(address(article)).context["form"]
    mark = next(line.mark for line in form.blocks if line.text == NOTICE)
    browser.post(address(article), form_of(browser, article, dropped=[mark]))
    article.refresh_from_db()
    assert NOTICE not in article.text
    assert form_of(browser, article)["dropped"] == [mark]
    browser.post(address(article), form_of(browser, article, dropped=[]))
    article.refresh_from_db()
    assert NOTICE in article.text


def test_undoing_is_a_button(browser: Browser, article: Article, editor: User) -> None:
    (kept,) = put_right(article, editor, title="Un titre d'une personne")
    assert f'value="undo:{kept.pk}"' in browser.get(address(article)).content.decode()
    answer = browser.post(address(article), {"act": f"undo:{kept.pk}"})
    assert answer.status_code == 302
    article.refresh_from_db()
    assert article.title == TITLE


@pytest.mark.parametrize("number", ["", "x", "999999", "9" * 30, "-1"])
def test_undoing_what_is_not_there_is_not_found(browser: Browser, article: Article, number: str) -> None:
    assert browser.post(address(article), {"act": f"undo:{number}"}).status_code == 404


def test_another_articles_correction_is_not_found(browser: Browser, article: Article, editor: User) -> None:
    (kept,) = put_right(article, editor, title="Un titre d'une personne")
    other = add_document(text=f"{PARAGRAPH}\n\n{NOTICE}").article
    assert browser.post(address(other), {"act": f"undo:{kept.pk}"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("published", "le jour d'avant"),
        ("outlet", "999999"),
        ("language", "klingon"),
        ("dropped", ["x"]),
    ],
)
def test_what_cannot_be_is_told_beside_the_field(browser: Browser, article: Article, name: str, value: Any) -> None:
    answer = browser.post(address(article), form_of(browser, article, **{name: value}))
    assert answer.status_code == 400
    assert name in answer.context["form"].errors
    assert not ArticleCorrection.objects.exists()


def test_two_editors_at_once_lose_nothing(browser: Browser, article: Article, editor: User) -> None:
    typed = form_of(browser, article, title="Le mien")
    put_right(article, editor, title="Celui d'une autre")
    answer = browser.post(address(article), typed)
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "Celui d&#x27;une autre" in said
    assert 'value="Le mien"' in said
    form = answer.context["form"]
    again = {**typed, "state": form["state"].value()}
    assert browser.post(address(article), again).status_code == 302
    article.refresh_from_db()
    assert article.title == "Le mien"


@pytest.mark.parametrize(
    ("role", "status"), [("lecteur", 403), ("journaliste", 403), ("éditeur", 200), ("administrateur", 200)]
)
def test_only_editors_correct(article: Article, role: str, status: int) -> None:
    user = User.objects.create_user(role)
    user.groups.add(Group.objects.get(name=role))
    browser = Browser()
    browser.force_login(user)
    assert browser.get(address(article)).status_code == status
    posted = browser.post(address(article), {"act": "save", "title": "Un titre"})
    assert (posted.status_code == 403) == (status == 403)


def test_a_visitor_is_sent_to_the_sign_in_page(article: Article) -> None:
    answer = Browser().get(address(article))
    assert answer.status_code == 302
    assert reverse("account:login") in answer["Location"]


def test_what_others_wrote_is_escaped(browser: Browser, article: Article, editor: User) -> None:
    put_right(article, editor, title="<script>alert(1)</script>", authors=["<b>gras</b>"])
    said = browser.get(address(article)).content.decode()
    assert "<script>alert" not in said
    assert "<b>gras" not in said


def test_facts_cover_every_field_of_a_correction() -> None:
    assert set(Facts.__dataclass_fields__) == set(ArticleCorrection.Field.values)


def test_the_articles_page_leads_editors_here(browser: Browser, article: Article, editor: User) -> None:
    assert address(article) in browser.get(article.get_absolute_url()).content.decode()
    assert address(article) not in Browser().get(article.get_absolute_url()).content.decode()
