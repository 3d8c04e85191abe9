"""Kept pages are read again with a better engine: counted, resumable, and without touching what people corrected."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from itertools import islice

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles import correcting
from articles.management.commands import reextract as command
from articles.models import Article, ArticleVersion, Page, Story
from articles.pipeline import reading, reextract
from articles.pipeline.extract import extract_next
from articles.pipeline.reextract import reread_all, to_reread, waiting
from articles.text import ENGINE
from sources.models import Outlet
from tests.fakes import PARAGRAPH, FakeClient, html, make_entry, make_outlet, response

pytestmark = pytest.mark.django_db
OLD = "Ce qu'un moins bon moteur lisait"


def add(number: int = 1, outlet: Outlet | None = None, page: str = "", **fields: object) -> Article:
    """An article that an older engine read badly off its page."""
    address = f"https://journal.example/articles/{number}"
    client = FakeClient({address: response(address, page or html(f"Le titre numéro {number}"))})
    entry = make_entry(number, outlet, url=address, **fields)
    extract_next(client)
    article = Article.objects.get(entry=entry)
    article.title, article.extracted_with = OLD, 0
    article.save()
    return article


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("reextract", *arguments, stdout=said, stderr=said)
    return said.getvalue()


def test_a_kept_page_is_read_again() -> None:
    article = add()
    said = run()
    article.refresh_from_db()
    assert (article.title, article.extracted_with) == ("Le titre numéro 1", ENGINE)
    assert "1 / 1 (100 %), 1 changed" in said
    assert "title: 1 changed" in said


def test_what_is_read_already_is_not_read_again() -> None:
    add()
    run()
    assert "0 / 0" in run()


def test_an_article_without_a_page_is_left_alone() -> None:
    article = add()
    Page.objects.all().delete()
    run()
    article.refresh_from_db()
    assert article.title == OLD


def test_a_run_that_is_stopped_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reextract, "CHUNK", 2)
    for number in range(1, 6):
        add(number)
    list(islice(reread_all(waiting(to_reread())), 3))
    assert Article.objects.filter(extracted_with=ENGINE).count() == 3
    assert "2 / 2 (100 %), 2 changed" in run()
    assert not Article.objects.filter(title=OLD).exists()


def test_two_runs_at_once_share_the_work() -> None:
    for number in range(1, 5):
        add(number)
    one, other = reread_all(waiting(to_reread())), reread_all(waiting(to_reread()))
    done = [found.article for pair in zip(one, other, strict=True) for found in pair]
    assert len(done) == len(set(done)) == 4


def test_stopping_by_hand_says_that_it_can_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    add()

    def stopped(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "reread_all", stopped)
    said = run()
    assert "0 / 1" in said
    assert "goes on from here" in said


def test_one_outlet_only() -> None:
    here, there = add(1, make_outlet("Le Journal")), add(2, make_outlet("Agence"))
    run("--outlet", "agence")
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.title, there.title) == (OLD, "Le titre numéro 2")


def test_an_outlet_that_nobody_knows_is_named_with_those_that_are() -> None:
    make_outlet("Agence")
    with pytest.raises(CommandError, match=r"agnce.*agence"):
        run("--outlet", "agnce")


def test_articles_since_a_day_in_the_sites_time_zone() -> None:
    before = add(1, published="2024-02-27T23:59:00+01:00", published_precision="minute")
    after = add(2, published="2024-02-28T00:01:00+01:00", published_precision="minute")
    run("--since", "2024-02-28")
    before.refresh_from_db()
    after.refresh_from_db()
    assert (before.title, after.title) == (OLD, "Le titre numéro 2")


def test_a_dry_run_stores_nothing_and_tells_what_would_change() -> None:
    article = add()
    Article.objects.update(text="Trois mots seulement", blocks=[["paragraph", "Trois mots seulement"]])
    said = run("--dry-run")
    article.refresh_from_db()
    assert (article.title, article.text, article.extracted_with) == (OLD, "Trois mots seulement", 0)
    assert f"#{article.pk} {OLD}" in said
    assert "'Le titre numéro 1'" in said
    assert "text: 3 → " in said
    assert "title: 1 would change" in said


def test_a_long_dry_run_lists_some_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "MOST_SHOWN", 1)
    for number in range(1, 4):
        add(number)
    said = run("--dry-run")
    assert said.count("headline:") == 1
    assert "(2 more articles" in said
    assert "3 / 3 (100 %), 3 changed" in said


def test_all_reads_what_this_engine_has_read() -> None:
    article = add()
    Article.objects.update(extracted_with=ENGINE)
    assert "0 / 0" in run()
    assert "1 / 1" in run("--all", "--dry-run")
    run("--all")
    article.refresh_from_db()
    assert (article.title, article.extracted_with) == ("Le titre numéro 1", ENGINE)


def test_what_people_corrected_stays() -> None:
    article = add()
    editor = User.objects.create(username="editrice")
    wanted = replace(correcting.facts_of(article), title="Le titre d'une personne", authors=["Ada Lune"])
    correcting.correct(article, editor, wanted, correcting.state_of(article))
    run()
    article.refresh_from_db()
    assert (article.title, article.authors) == ("Le titre d'une personne", ["Ada Lune"])
    assert article.as_read("title") == "Le titre numéro 1"


def test_the_story_the_grouping_and_the_date_seen_stay() -> None:
    article = add()
    story, at = Story.objects.create(title=OLD), timezone.now()
    Article.objects.update(story=story, grouped_at=at)
    run()
    after = Article.objects.get()
    assert (after.story, after.grouped_at, after.seen_at, after.url) == (story, at, article.seen_at, article.url)
    assert Story.objects.get().title == "Le titre numéro 1"  # its only article has this headline now


def test_search_follows() -> None:
    add()
    assert not Article.objects.matching("numéro").filter(title=OLD).filter(text="").exists()
    Article.objects.update(text="", blocks=[])
    assert not Article.objects.matching("filature").exists()
    run()
    assert Article.objects.matching("filature").exists()


def test_the_latest_version_follows_the_engine() -> None:
    article = add()
    for number, title in enumerate(("Premier titre", OLD), 1):
        ArticleVersion.objects.create(article=article, number=number, seen_at=timezone.now(), title=title)
    run()
    assert [one.title for one in ArticleVersion.objects.all()] == ["Premier titre", "Le titre numéro 1"]


def test_a_page_without_an_article_is_told_and_passed_over() -> None:
    article = add()
    Page.objects.update(packed=Page.pack("<html><body><nav>Menu</nav></body></html>"))
    said = run()
    article.refresh_from_db()
    assert (article.title, article.extracted_with) == (OLD, ENGINE)
    assert "no article on the kept page" in said


def test_an_article_that_becomes_anothers_twin_stays_as_it_is() -> None:
    add(1)
    other = add(2)
    run()
    Page.objects.filter(article=other).update(packed=Page.objects.get(article__entry__identity=f"{1:064x}").packed)
    Article.objects.filter(pk=other.pk).update(extracted_with=0)
    said = run()
    other.refresh_from_db()
    assert (other.title, other.extracted_with) == ("Le titre numéro 2", ENGINE)
    assert "the outlet has the same article already" in said


def test_a_page_that_our_engine_fails_on_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = add(1), add(2)
    read = reading.reread

    def fail(article: Article, page: Page) -> set[str] | None:
        if article.pk == bad.pk:
            raise RecursionError("a page too deep")
        return read(article, page)

    monkeypatch.setattr(reading, "reread", fail)
    run()
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (bad.extracted_with, good.title) == (0, "Le titre numéro 2")
    assert "a page too deep" in caplog.text


def test_the_feeds_text_still_completes_a_page_that_says_little() -> None:
    article = add(
        page="<html><body><article><h1>Titre</h1><p>Réservé.</p></article></body></html>",
        content=f"<p>{PARAGRAPH}</p><p>Les riverains demandent une étude sur le bruit des ventilateurs.</p>",
    )
    run()
    article.refresh_from_db()
    assert "bruit des ventilateurs" in article.text


def test_the_selectors_of_the_outlet_are_used() -> None:
    outlet = make_outlet()
    article = add(1, outlet, page=html("Le titre", text=f"<span class='vrai'>Ceci</span> {PARAGRAPH}"))
    Outlet.objects.update(title_selector=".vrai")
    run()
    article.refresh_from_db()
    assert article.title == "Ceci"
