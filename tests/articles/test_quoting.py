"""What a digest quotes of each article, against what its outlet allows."""

from __future__ import annotations

from typing import Any

import pytest

from articles.editing import Refused
from articles.models import Digest
from articles.quoting import shares
from tests.factories import make_article, make_edition, make_outlet, make_story

pytestmark = pytest.mark.django_db
TEXT = "Le ministre a dit que « la loi sera votée avant l’été ». Il a ajouté dix mots pour finir cette phrase ici."
WORDS = len(TEXT.split())


def content(note: str = "", limit: int | None = 10, introduction: str = "", excerpt: str = "") -> dict[str, Any]:
    make_outlet("Le Strict", quoted_percent=limit)
    article = make_article("Un titre", outlet="Le Strict", text=TEXT, word_count=WORDS)
    one = {"id": article.pk, "excerpt": excerpt}
    return {"introduction_html": introduction, "items": [{"note_html": note, "articles": [one]}]}


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("<p>Rien de cité.</p>", 0),
        ("<p>Selon lui, « la loi sera votée avant l'été ».</p>", 6),
        ("<p>“la loi sera votée <em>avant</em> l’été”</p>", 6),
        ("<p>« la loi sera votée » et « la loi sera votée avant l’été »</p>", 6),
        ("<p>« la loi sera votée […] pour finir cette phrase »</p>", 8),
        ("<p>« la loi »</p>", 0),
        ("<p>« des mots que personne n’a dits »</p>", 0),
    ],
)
def test_words_in_quotation_marks_that_the_article_says_count_once(note: str, words: int) -> None:
    (share,) = shares(content(note))
    assert share.quoted == pytest.approx(words / WORDS)


def test_what_the_introduction_quotes_counts_and_so_do_excerpts_without_a_note() -> None:
    (share,) = shares(content(introduction="<p>« la loi sera votée »</p>", excerpt="Il a ajouté dix mots pour finir…"))
    assert share.quoted == pytest.approx(11 / WORDS)
    assert share.is_too_much


def test_outlets_without_a_limit_are_not_counted() -> None:
    assert shares(content("<p>« la loi sera votée avant l’été »</p>", limit=None)) == []


def test_an_edition_that_quotes_too_much_is_not_published() -> None:
    make_outlet("Le Strict", quoted_percent=10)
    article = make_article("Un titre", outlet="Le Strict", text=TEXT, word_count=WORDS)
    with pytest.raises(Refused, match="Le Strict"):
        make_edition(make_story(article), note="« la loi sera votée avant l’été »")
    assert Digest.objects.get().published_at is None


def test_an_edition_within_the_limit_is_published() -> None:
    make_outlet("Le Strict", quoted_percent=50)
    article = make_article("Un titre", outlet="Le Strict", text=TEXT, word_count=WORDS)
    assert make_edition(make_story(article), note="« la loi sera votée avant l’été »").number == 1
