"""What a page says otherwise, in substance, becomes a new version; the article shows the latest, and all stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Article, ArticleVersion, Page, Story
from articles.pipeline.extract import extract_next
from articles.pipeline.refresh import Outcome, refresh_next
from articles.templatetags.versions import VersionChange, _paired, compare, version_changes
from articles.text import ENGINE, changes
from tests.fakes import PARAGRAPH, FakeClient, html, make_entry, response

pytestmark = pytest.mark.django_db
URL = "https://journal.example/articles/1"
TITLE = "Un centre de données dans la filature"
STANDFIRST = "<meta name='description' content='Le maire y voit des emplois, les riverains du bruit.'>"


def page(
    title: str = TITLE, *, head: str = STANDFIRST, before: str = "", after: str = "", text: str = PARAGRAPH
) -> str:
    whole = html(title, text=text, head=head).replace(title + " »", TITLE + " »")  # the paragraphs name the first title
    return whole.replace("</h1>", f"</h1>{before}").replace("</article>", f"{after}</article>")


@pytest.fixture
def client() -> FakeClient:
    client = FakeClient({URL: response(URL, page())})
    make_entry(title="Ce que le flux annonçait")
    extract_next(client)
    return client


def now_says(client: FakeClient, text: str) -> str | None:
    """The outcome of a look at a page that says this now."""
    client.answers[URL] = response(URL, text)
    Page.objects.update(refresh_at=timezone.now() - timedelta(seconds=1))
    found = refresh_next(client)
    return found.outcome if found else None


def test_an_article_that_never_changed_costs_no_version(client: FakeClient) -> None:
    assert now_says(client, page()) == Outcome.SAME
    assert not ArticleVersion.objects.exists()


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("title", page("Un centre de données contesté dans la filature")),
        ("standfirst", page(head="<meta name='description' content='Le maire y voit quarante emplois.'>")),
        ("text", page(text=PARAGRAPH.replace("douze", "quinze"))),
        ("text", page(after="<p>Le préfet a suspendu le chantier jeudi soir, après un recours des riverains.</p>")),
    ],
)
def test_a_change_of_substance_makes_two_versions_of_one(client: FakeClient, column: str, said: str) -> None:
    before = Article.objects.get()
    assert now_says(client, said) == Outcome.CHANGED
    article = Article.objects.get()
    first, second = article.versions.all()
    assert (first.number, first.title, first.standfirst, first.text) == (
        1,
        before.title,
        before.standfirst,
        before.text,
    )
    assert (first.seen_at, first.fingerprint) == (before.seen_at, before.fingerprint)
    shown = (article.title, article.standfirst, article.text, article.fingerprint)
    assert (second.title, second.standfirst, second.text, second.fingerprint) == shown
    assert getattr(first, column) != getattr(second, column)
    assert article.word_count == len(article.text.split())


@pytest.mark.parametrize(
    "said",
    [
        page().replace("d'", "d’").replace("l'", "l’"),
        page().replace("<p>", "<p>\n   ").replace(" dans ", "\u00a0 dans\n"),
        page().replace("«", '"').replace("»", '"'),
        page(head=STANDFIRST + "<script>var nonce = 'b41f9c'</script>"),
        page(before="<p>Mis à jour le 28 février 2024 à 14 h 32</p>"),
        page(before="<p>Publié il y a 3 heures</p>"),
        page(after="<p>1 284 vues</p><p>12 commentaires</p>"),
        page(after="<aside><h3>À lire aussi</h3><ul><li><a href='/2'>Les livreurs à vélo</a></li></ul></aside>"),
        page(after="<p>Lire aussi : <a href='/2'>Les livreurs à vélo demandent un salaire</a></p>"),
        page(f"{TITLE} [Mis à jour à 14 h]"),
    ],
    ids=["apostrophes", "blanks", "quotes", "script", "updated", "age", "counters", "related", "read also", "stamp"],
)
def test_what_changes_by_itself_makes_no_version(client: FakeClient, said: str) -> None:
    before = Article.objects.get()
    assert now_says(client, said) == Outcome.SAME
    article = Article.objects.get()
    assert (article.title, article.text) == (before.title, before.text)
    assert not ArticleVersion.objects.exists()


def test_versions_follow_one_another(client: FakeClient) -> None:
    for number in ("treize", "quatorze", "quinze"):
        now_says(client, page(text=PARAGRAPH.replace("douze", number)))
    found = list(ArticleVersion.objects.all())
    assert [version.number for version in found] == [1, 2, 3, 4]
    assert [word for word in ("douze", "treize", "quatorze", "quinze") if any(word in one.text for one in found)] == [
        "douze", "treize", "quatorze", "quinze",
    ]  # fmt: skip
    assert "quinze" in Article.objects.get().text


def test_a_page_that_goes_back_is_a_version_of_its_own(client: FakeClient) -> None:
    now_says(client, page("Un centre de données contesté"))
    now_says(client, page())
    assert [version.title for version in ArticleVersion.objects.all()] == [
        TITLE,
        "Un centre de données contesté",
        TITLE,
    ]


def test_the_page_kept_is_the_one_of_the_version_shown(client: FakeClient) -> None:
    changed = page("Un centre de données contesté")
    now_says(client, changed)
    now_says(client, changed.replace("</article>", "<p>12 commentaires</p></article>"))
    assert Page.objects.get().html == changed


def test_what_the_feed_announced_stays(client: FakeClient) -> None:
    now_says(client, page("Un centre de données contesté"))
    assert Article.objects.get().announced_title == "Ce que le flux annonçait"


def test_search_finds_the_latest_text_only(client: FakeClient) -> None:
    now_says(client, page(text=PARAGRAPH.replace("filature", "briqueterie")))
    assert Article.objects.matching("briqueterie").exists()
    now_says(client, page("Un centre de données contesté", text=PARAGRAPH.replace("ancienne filature", "papeterie")))
    assert Article.objects.matching("papeterie").exists()
    assert not Article.objects.matching("briqueterie").exists()


def test_grouping_is_not_done_again_but_the_story_shows_the_headline(client: FakeClient) -> None:
    article = Article.objects.get()
    story = Story.objects.create(title=article.title)
    at = timezone.now()
    Article.objects.update(story=story, grouped_at=at)
    now_says(client, page("Un centre de données contesté"))
    story.refresh_from_db()
    assert Article.objects.get().grouped_at == at
    assert story.title == "Un centre de données contesté"


def test_a_rewritten_article_is_analysed_again(client: FakeClient) -> None:
    Article.objects.update(analysed_at=timezone.now())
    now_says(client, page(after="<p>12 commentaires</p>"))
    assert Article.objects.get().analysed_at is not None
    now_says(client, page("Un centre de données contesté"))
    assert Article.objects.get().analysed_at is None


def test_a_better_engine_is_no_change_of_the_page(client: FakeClient) -> None:
    Article.objects.update(extracted_with=0, title="Ce qu'un moins bon moteur lisait")
    assert now_says(client, page(after="<p>12 commentaires</p>")) == Outcome.SAME
    assert Article.objects.get().title == TITLE
    assert not ArticleVersion.objects.exists()


def test_deleting_an_article_takes_its_versions_along(client: FakeClient) -> None:
    now_says(client, page("Un centre de données contesté"))
    Article.objects.get().delete()
    assert not ArticleVersion.objects.exists()


@pytest.mark.parametrize(
    "line",
    [
        "12 commentaires", "1\u202f284 vues", "Commentaires (3)", "Lu 2 345 fois.", "Mis à jour à 14h32",
        "Il y a 3 heures", "Article modifié le 3 mars à 10 h", "Lire aussi : la fusion se fera", "4 min de lecture",
    ],
)  # fmt: skip
def test_lines_that_change_by_themselves_are_told(line: str) -> None:
    assert changes.moves(line)


@pytest.mark.parametrize(
    "line",
    [
        "Il y a 3 ans, la société ne vendait que des disques durs ; elle emploie mille personnes aujourd'hui.",
        "L'article 12 du texte a été modifié le mois dernier.", "Le film a été vu 12 millions de fois.", "Windows 11",
        "Trois commentaires de la ministre ont suffi.",
    ],
)  # fmt: skip
def test_sentences_that_look_like_them_count(line: str) -> None:
    assert not changes.moves(line)


def test_a_first_reading_notes_its_engine(client: FakeClient) -> None:
    assert Article.objects.get().extracted_with == ENGINE


# --- how versions are shown ----------------------------------------------------------------------------------------

SENTENCES = [
    "Le maire a inauguré mardi le centre de données, en présence de trente élus de la région.",
    "Le bâtiment compte douze salles et consomme autant d'électricité qu'une petite ville.",
    "Les riverains demandent une étude sur le bruit des ventilateurs.",
]


def version(number: int, *texts: str, title: str = TITLE, standfirst: str = "") -> ArticleVersion:
    blocks = [["paragraph", text] for text in texts]
    return ArticleVersion(number=number, title=title, standfirst=standfirst, blocks=blocks, seen_at=timezone.now())


def compared(before: list[str], after: list[str]) -> VersionChange:
    return compare(version(1, *before), version(2, *after))


def told(change: VersionChange) -> list[list[tuple[str, str]]]:
    return [[(piece.kind, piece.text) for piece in block.change.pieces] for block in change.blocks]


def test_a_changed_word_is_shown_among_those_that_stay() -> None:
    change = compared(SENTENCES, [SENTENCES[0], SENTENCES[1].replace("douze", "quinze"), SENTENCES[2]])
    ((before, out, put, after),) = told(change)
    assert (before, out, put) == (("same", "Le bâtiment compte"), ("del", "douze"), ("ins", "quinze"))
    assert after[0] == "same"
    assert (change.removed, change.added, change.is_rewritten) == (1, 1, False)
    assert change.blocks[0].skipped == 1


def test_a_paragraph_that_came_or_went_is_shown_whole() -> None:
    assert told(compared(SENTENCES[:2], SENTENCES)) == [[("ins", SENTENCES[2])]]
    assert told(compared(SENTENCES, SENTENCES[:2])) == [[("del", SENTENCES[2])]]


def test_a_paragraph_put_before_a_changed_one_does_not_hide_the_change() -> None:
    changed = SENTENCES[1].replace("douze", "quinze")
    change = compared(SENTENCES, [SENTENCES[0], "Le préfet a suspendu le chantier jeudi.", changed, SENTENCES[2]])
    assert [pieces[0][0] for pieces in told(change)] == ["ins", "same"]


@given(old=st.lists(st.text("ab ", min_size=1), max_size=6), new=st.lists(st.text("ab ", min_size=1), max_size=6))
def test_every_paragraph_is_paired_once_and_in_order(old: list[str], new: list[str]) -> None:
    pairs = list(_paired(old, new))
    assert [before for before, _ in pairs if before] == old
    assert [after for _, after in pairs if after] == new


def test_typography_alone_is_no_change() -> None:
    assert told(compared(SENTENCES, [text.replace("'", "’") for text in SENTENCES])) == []


def test_a_text_written_anew_is_said_to_be_rewritten() -> None:
    change = compared(SENTENCES, ["Le préfet a suspendu le chantier jeudi soir, après un recours."])
    assert change.is_rewritten
    assert (change.before, len(change.after)) == (tuple(SENTENCES), 1)


def test_very_long_blocks_are_shown_whole_and_fast() -> None:
    words = [f"mot{number}" for number in range(20_000)]
    (pieces,) = told(compared([" ".join(words)], [" ".join([*words[:-1], "fin"])]))
    assert [kind for kind, _ in pieces] == ["del", "ins"]


def test_a_standfirst_that_came_is_shown() -> None:
    change = compare(version(1), version(2, standfirst="Le maire y voit des emplois."))
    assert change.standfirst is not None
    assert [piece.kind for piece in change.standfirst.pieces] == ["ins"]


def shown(is_readable: bool) -> str:
    return render_to_string("components/_versions.html", {"article": Article.objects.get(), "is_readable": is_readable})


def test_the_latest_change_is_shown_first(client: FakeClient) -> None:
    now_says(client, page("Un centre de données contesté dans la filature"))
    now_says(client, page(text=PARAGRAPH.replace("douze", "quinze")))
    assert [one.number for one in version_changes(Article.objects.get())] == [3, 2]


def test_an_article_that_never_changed_shows_nothing(client: FakeClient) -> None:
    assert shown(True).strip() == ""


def test_readers_of_the_text_see_it_compared(client: FakeClient) -> None:
    now_says(client, page("Un centre de données contesté dans la filature", text=PARAGRAPH.replace("douze", "quinze")))
    said = shown(True)
    assert "<ins>contesté</ins>" in said
    assert said.index("<del>douze</del>") < said.index("<ins>quinze</ins>")


def test_others_see_the_headline_compared_and_how_much_of_the_text_changed(client: FakeClient) -> None:
    now_says(client, page("Un centre de données contesté dans la filature", text=PARAGRAPH.replace("douze", "quinze")))
    said = shown(False)
    assert "<ins>contesté</ins>" in said
    assert "quinze" not in said
    assert "3" in said


def test_what_outlets_wrote_is_escaped(client: FakeClient) -> None:
    now_says(client, page(after="<p>La balise &lt;script&gt;alert(1)&lt;/script&gt; était visible sur la page.</p>"))
    said = shown(True)
    assert "&lt;script&gt;" in said
    assert "<script>" not in said


def test_showing_versions_takes_one_query(client: FakeClient, django_assert_num_queries: Any) -> None:
    for number in ("treize", "quatorze", "quinze"):
        now_says(client, page(text=PARAGRAPH.replace("douze", number)))
    article = Article.objects.get()
    with django_assert_num_queries(1):
        render_to_string("components/_versions.html", {"article": article, "is_readable": True})


def test_the_articles_page_shows_its_versions(client: FakeClient) -> None:
    address = Article.objects.get().get_absolute_url()
    assert 'id="versions"' not in Browser().get(address).content.decode()
    now_says(client, page("Un centre de données contesté dans la filature", text=PARAGRAPH.replace("douze", "quinze")))
    said = Browser().get(address).content.decode()
    assert "<ins>contesté</ins>" in said
    assert "quinze" not in said.split('id="versions"')[1]  # the text is for the newsroom
