"""Searching finds what a French reader means, and no query breaks it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.models import Article

pytestmark = pytest.mark.django_db
TEXTS = {
    "marché": "Le marché de l’occasion s’effondre",
    "œuvre": "Les œuvres générées par la machine n’ont pas d’auteur",
    "été": "Un été sans réseau à Saint-Étienne-du-Rouvray",
    "cœur": "Atos : au cœur de la restructuration",
    "chips": "The chip maker's shares are falling in New York",
}


@pytest.fixture(autouse=True)
def _articles() -> None:
    for number, (key, title) in enumerate(TEXTS.items()):
        language = "en" if key == "chips" else "fr"
        Article.objects.create(
            title=title, text=f"{title}. Voilà tout.", language=language, fingerprint=f"{number:064}"
        )


def found(words: str) -> set[str]:
    titles = set(Article.objects.matching(words).values_list("title", flat=True))
    return {key for key, title in TEXTS.items() if title in titles}


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("marché", {"marché"}), ("marche", {"marché"}), ("MARCHÉS", {"marché"}), ("marchés", {"marché"}),
        ("été", {"été"}), ("ete", {"été"}), ("Saint-Étienne", {"été"}), ("saint etienne", {"été"}),
        ("œuvre", {"œuvre"}), ("oeuvre", {"œuvre"}), ("Œuvres", {"œuvre"}), ("OEUVRES", {"œuvre"}),
        ("cœur", {"cœur"}), ("coeur", {"cœur"}),
        ("l'occasion", {"marché"}), ("l’occasion", {"marché"}), ("occasion", {"marché"}),
        ("d’auteur", {"œuvre"}), ("n'ont pas d'auteur", {"œuvre"}),
        ("les œuvres", {"œuvre"}), ("des œuvres", {"œuvre"}), ("le marché", {"marché"}),
        ("falling", {"chips"}), ("fall", {"chips"}), ("share", {"chips"}),
        ('"marché de l\'occasion"', {"marché"}), ('"occasion marché"', set()),
        ("marché or réseau", {"marché", "été"}),
        ("voilà -marché", {"œuvre", "été", "cœur", "chips"}), ("voilà -oeuvre", {"marché", "été", "cœur", "chips"}),
        ("voila -les", {"marché", "œuvre", "été", "cœur", "chips"}),
        ("absent", set()),
    ],
)  # fmt: skip
def test_what_a_reader_means_is_found(words: str, keys: set[str]) -> None:
    assert found(words) == keys


@pytest.mark.parametrize("words", ["", " ", "les", "-", '"', "''", "!!!", "de la", "\x00", "a\x00b", "\ud83d"])
def test_words_that_say_nothing_find_nothing(words: str) -> None:
    assert found(words) == set()


@given(words=st.text(max_size=60) | st.text(alphabet="aé'’\"-()&|!:*<>\\ \x00\udc80", max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_breaks_the_search(words: str) -> None:
    list(Article.objects.matching(words))


def test_a_very_long_query_is_answered() -> None:
    assert found("marché " * 3000) == {"marché"}


def test_a_very_long_text_is_stored() -> None:
    words = " ".join(f"mot{number}" for number in range(60_000))
    made = Article.objects.create(title="Long", text=words, fingerprint="f" * 64)
    assert list(Article.objects.matching("mot7")) == [made]
