"""The five real documents beside the project become five articles of one story, each as far as it says itself."""

from __future__ import annotations

from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from articles.models import Article, GroupingState, Story
from articles.pipeline import group
from articles.pipeline.group import group_batch
from pressreview.demo.library import load_articles
from tests.fakes import make_outlet

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
NAMES = ("000", "001", "002", "003", "004")
FURNITURE = (
    "Laisser un commentaire", "Votre adresse e-mail", "Source link", "Author :", "Publish date", "Tags :", "Copyright",
    "abonnez-vous sur Google Actualités", "2 commentaires", "Passer au contenu", ". . . .", "28/02/2024",
    "date 2024-02", "fuite de cerveaux aux US",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh_engine() -> None:
    group._engine = None
    GroupingState.objects.get_or_create(pk=1)


def add(shared: Path) -> dict[str, Article]:
    """The articles by the number of their file."""
    files = sorted((shared / "press").glob("*.txt"))
    assert [file.name[:3] for file in files] == list(NAMES)
    call_command("add_documents", *map(str, files), stdout=StringIO())
    return {article.document_name[:3]: article for article in Article.objects.exclude(document_name="")}


def publish_demonstration() -> None:
    """The demonstration's articles, stored and grouped, without their server."""
    outlets = {slug: make_outlet(slug, is_demo=True) for slug in {told.outlet for told in load_articles()}}
    for told in load_articles():
        Article.objects.create(
            outlet=outlets[told.outlet], title=told.title, standfirst=told.standfirst, text=told.body,
            language=told.language, published_at=told.published, published_precision="second", seen_at=timezone.now(),
            fingerprint=sha256(told.title.encode()).hexdigest(),
        )  # fmt: skip
    while group_batch():
        continue


def test_five_documents_are_five_articles_of_one_story(shared: Path) -> None:
    articles = add(shared)
    assert set(articles) == set(NAMES)
    assert Story.objects.current().get().article_count == 5


def test_they_are_one_story_also_beside_the_demonstration(shared: Path) -> None:
    publish_demonstration()
    before = Story.objects.current().count()
    stories = {name: article.story_id for name, article in add(shared).items()}
    assert len(set(stories.values())) == 1, stories
    assert Story.objects.current().count() in {before, before + 1}


def test_each_date_is_known_as_far_as_it_is_said(shared: Path) -> None:
    told = {
        name: (article.published_at and f"{timezone.localtime(article.published_at)}", article.published_precision)
        for name, article in add(shared).items()
    }
    assert told == {
        "000": ("2024-02-28 00:00:00+01:00", "day"),
        "001": ("2024-02-27 18:33:19+01:00", "second"),
        "002": ("2024-02-01 00:00:00+01:00", "month"),
        "003": (None, ""),
        "004": (None, ""),
    }


def test_each_headline_is_the_documents_own(shared: Path) -> None:
    articles = add(shared)
    assert articles["000"].title.startswith("Le vent de l’open source")
    assert articles["001"].title.startswith("MistralAI contre OpenAI")
    assert articles["004"].title.endswith("et l’Europe est furieuse")
    for name in ("002", "003"):
        assert articles[name].title_is_first_sentence
    assert articles["003"].title == "Mistral AI joue la carte de l'apaisement."


def test_authors_and_outlets_are_those_that_are_stated(shared: Path) -> None:
    articles = add(shared)
    assert {name: article.authors for name, article in articles.items()} == {
        "000": [], "001": ["Maxime Recoquillé"], "002": [], "003": [], "004": [],
    }  # fmt: skip
    assert articles["001"].outlet_name == "L’Express"
    assert [articles[name].outlet for name in ("000", "002", "003")] == [None, None, None]


def test_no_furniture_is_left_in_the_texts(shared: Path) -> None:
    left = {(name, words) for name, article in add(shared).items() for words in FURNITURE if words in article.text}
    assert left == set()


def test_nothing_of_the_texts_is_lost(shared: Path) -> None:
    articles = add(shared)
    for name, words in {
        "000": "abus de position dominante du géant des logiciels", "001": "L’avantage d’être parti le premier.",
        "002": "décourageraient les nouveaux arrivants innovants", "003": "nous continuerons d'avoir deux gammes",
        "004": "qui déborde d’enjeux stratégiques et économiques.",
    }.items():  # fmt: skip
        assert words in articles[name].text
    assert articles["000"].text.startswith("La licorne française") or articles["000"].standfirst.startswith(
        "La licorne"
    )


def test_adding_them_again_changes_nothing(shared: Path) -> None:
    add(shared)
    before = list(Article.objects.order_by("pk").values_list("pk", "story"))
    add(shared)
    assert list(Article.objects.order_by("pk").values_list("pk", "story")) == before
