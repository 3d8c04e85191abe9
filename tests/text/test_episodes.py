"""A story is cut where its coverage falls silent or begins to speak of something else."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from articles.text.episodes import FEWEST, Cut, Told, cut

FIRST = date(2024, 2, 26)
DEAL = ("silex", "capital", "accord", "milliards", "usine")
PROBE = ("silex", "concurrence", "enquête", "régulateur", "plainte")
PLEDGE = ("silex", "promesse", "emplois", "ouvert", "publier")


def told(*days: tuple[int, tuple[str, ...]]) -> list[Told]:
    """One article for each (days after the first, its words), each with a word of its own."""
    return [
        Told(number, FIRST + timedelta(days=day), {**dict.fromkeys(words, 1.0), f"own{number}": 1.0})
        for number, (day, words) in enumerate(days)
    ]


def spans(cuts: tuple[Cut, ...]) -> list[tuple[int, int]]:
    return [((one.first_day - FIRST).days, (one.last_day - FIRST).days) for one in cuts]


THREE = told(*[(0, DEAL)] * 4, *[(1, PROBE)] * 3, (2, PROBE), *[(7, PLEDGE)] * 3, (8, PLEDGE))


def test_a_long_story_is_cut_where_its_subject_shifts() -> None:
    assert spans(cut(THREE)) == [(0, 0), (1, 2), (7, 8)]


def test_a_short_story_is_one_episode() -> None:
    assert spans(cut(told(*[(0, DEAL)] * 4, *[(1, PROBE)] * 4))) == [(0, 1)]
    assert spans(cut(told((0, DEAL), (5, PROBE), (9, PLEDGE)))) == [(0, 9)]


def test_one_subject_without_a_pause_is_one_episode() -> None:
    assert spans(cut(told(*[(day, DEAL) for day in range(8)]))) == [(0, 7)]


def test_a_long_silence_alone_cuts() -> None:
    assert spans(cut(told(*[(0, DEAL)] * 3, *[(12, DEAL)] * 3))) == [(0, 0), (12, 12)]


def test_no_article_is_an_episode_of_its_own() -> None:
    cuts = cut(told(*[(0, DEAL)] * 6, (30, PROBE)))
    assert spans(cuts) == [(0, 30)]


def test_an_episode_is_led_by_its_first_central_article_and_knows_its_new_words() -> None:
    second = cut(THREE)[1]
    assert second.lead == 4
    assert set(second.terms[:3]) <= {"concurrence", "enquête", "régulateur", "plainte"}
    assert "silex" not in second.terms


def test_copies_of_one_dispatch_do_not_make_the_rest_another_episode() -> None:
    same = ("silex", *(f"mot{n}" for n in range(20)))
    copies = [Told(n, FIRST, dict.fromkeys(same, 1.0)) for n in range(4)]
    later = told(*[(day, (*(same * 2)[day * 4 : day * 4 + 9], f"angle{day}")) for day in range(1, 5)])
    assert len(cut([*copies, *later])) == 1


def test_what_a_person_arranged_stands() -> None:
    day = FIRST + timedelta(days=2)
    cuts = cut(THREE, held=[FIRST, day], held_to=FIRST + timedelta(days=8))
    assert spans(cuts) == [(0, 1), (2, 8)]


def test_what_comes_after_what_a_person_arranged_is_cut_by_itself() -> None:
    more = told(*[(day, words) for day, words in [(0, DEAL)] * 4 + [(1, PROBE)] * 4 + [(9, PLEDGE)] * 4])
    cuts = cut(more, held=[FIRST], held_to=FIRST + timedelta(days=1))
    assert spans(cuts) == [(0, 1), (9, 9)]


def test_nothing_told_has_no_episode() -> None:
    assert cut([]) == ()


@settings(max_examples=60, deadline=None)
@given(
    days=st.lists(st.integers(0, 40), min_size=1, max_size=30),
    held_to=st.one_of(st.none(), st.integers(0, 40)),
    seed=st.integers(0, 5),
)
def test_every_article_lies_in_one_episode_and_the_answer_is_always_the_same(
    days: list[int], held_to: int | None, seed: int
) -> None:
    subjects = (DEAL, PROBE, PLEDGE)
    articles = told(*[(day, subjects[(day * seed) % 3]) for day in sorted(days)])
    held = [] if held_to is None else [articles[0].day]
    cuts = cut(articles, held=held, held_to=None if held_to is None else FIRST + timedelta(days=held_to))
    assert cuts == cut(articles, held=held, held_to=None if held_to is None else FIRST + timedelta(days=held_to))
    for article in articles:
        assert sum(one.first_day <= article.day <= one.last_day for one in cuts) == 1
    sizes = [sum(one.first_day <= article.day <= one.last_day for article in articles) for one in cuts]
    if len(cuts) > 1 and held_to is None:
        assert min(sizes) >= FEWEST
