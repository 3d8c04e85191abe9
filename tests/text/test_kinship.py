"""Names that tell stories apart, and the stories that share them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from articles.text.kinship import kin, names_of, telling

FOUNDRY = (
    "Le fondeur Silex ouvre une usine. Selon Ada Brun, le groupe Silex emploie mille personnes. Ada Brun s’en félicite."
)
OTHER = (
    "Hier, le géant Silex a publié ses comptes. Silex perd de l’argent, regrette Ada Brun. La Gazette locale l’a écrit."
)


def test_a_name_is_shown_as_it_is_written_in_full() -> None:
    shown = {name.key: name.shown for name in names_of([FOUNDRY, OTHER])}
    assert shown == {"silex": "Silex", "brun": "Ada Brun"}


def test_a_word_that_only_opens_sentences_is_no_name() -> None:
    assert names_of(["Demain viendra. Demain encore. Demain toujours."] * 2) == ()


def test_outlets_tell_no_story() -> None:
    texts = ["Lu dans La Gazette, puis dans La Gazette, et chez Silex, oui Silex."] * 2
    assert {name.shown for name in names_of(texts, outlets=["La Gazette"])} == {"Silex"}


def test_elided_words_leave_the_name() -> None:
    assert {name.shown for name in names_of(["Le patron d’Orvane et l’usine Orvane."] * 2)} == {"Orvane"}


def test_telling_names_are_the_rare_ones_first() -> None:
    names = names_of([FOUNDRY, OTHER])
    assert [name.key for name in telling(names, 100, {"silex": 60})] == ["brun", "silex"]


def test_two_stories_that_share_rare_names_are_related() -> None:
    own = {"silex": 1.0, "brun": 0.5, "dunkerque": 0.4}
    others = {1: {"silex": 1.0, "comptes": 0.5}, 2: {"horizon": 1.0}}
    found = kin(own, others, {1: 5, 2: 5}, 100, {"silex": 3})
    assert [(one.story, one.shared) for one in found] == [(1, ("silex",))]


def test_one_passing_name_is_not_enough() -> None:
    own, other = {"silex": 1.0, "brun": 0.4}, {"orvane": 1.0, "brun": 0.4}
    assert kin(own, {1: other}, {1: 0}, 100, {}) == ()


def test_a_name_of_everything_ties_nothing() -> None:
    own = {"numerama": 1.0, "silex": 1.0, "ada": 1.0}
    other = {"numerama": 1.0, "orvane": 1.0, "cyan": 1.0}
    assert kin(own, {1: other}, {1: 0}, 100, {"numerama": 99}) == ()


def test_what_is_far_in_time_is_less_related() -> None:
    own, same = {"silex": 1.0, "brun": 1.0}, {"silex": 1.0, "brun": 1.0}
    found = kin(own, {1: same, 2: same}, {1: 60, 2: 1}, 100, {})
    assert [one.story for one in found] == [2, 1]
    assert found[0].score > 2 * found[1].score


@given(st.lists(st.text(max_size=200), max_size=4))
def test_any_text_has_names_of_a_bounded_size(texts: list[str]) -> None:
    for name in names_of(texts):
        assert 0 < name.weight <= 1
        assert 1 < len(name.key) <= 60
        assert len(name.shown) <= 120
