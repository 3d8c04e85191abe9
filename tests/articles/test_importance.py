"""What weighs: outlets with a text of their own, then how soon and how much they wrote, then how lately."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from articles.importance import Voice, weigh

START = datetime(2024, 2, 26, 8, tzinfo=UTC)


def voices(*own: float | None, hours: float = 1) -> list[Voice]:
    return [Voice(n, share, START + timedelta(hours=hours * n)) for n, share in enumerate(own)]


def test_outlets_with_their_own_text_count_more_than_copies() -> None:
    assert weigh(voices(1.0, 1.0, 1.0)).score > weigh(voices(1.0, 0.1, 0.1)).score > weigh(voices(1.0)).score


def test_what_is_not_compared_yet_counts_as_its_own() -> None:
    assert weigh(voices(None, None)).own == 2


def test_a_second_article_counts_less_than_a_second_outlet() -> None:
    same = [Voice(1, 1.0, START), Voice(1, 1.0, START)]
    assert weigh(voices(1.0)).score < weigh(same).score < weigh(voices(1.0, 1.0)).score


def test_a_story_that_all_tell_at_once_weighs_more() -> None:
    assert weigh(voices(1.0, 1.0, 1.0)).score > weigh(voices(1.0, 1.0, 1.0, hours=100)).score


def test_a_week_halves_a_story() -> None:
    old, new = weigh(voices(1.0, 1.0, 1.0, 1.0)), weigh(voices(1.0, 1.0))
    assert old.rank > new.rank
    later = [Voice(voice.outlet, voice.own, START + timedelta(weeks=2)) for voice in voices(1.0, 1.0)]
    assert weigh(later).rank > old.rank


def test_nothing_weighs_nothing() -> None:
    assert weigh([]).score == 0


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.one_of(st.none(), st.floats(0, 1)), st.one_of(st.none(), st.integers(0, 1000))),
        min_size=1,
        max_size=20,
    ),
    st.randoms(),
)
def test_the_order_of_articles_does_not_count(rows: list[tuple[int, float | None, int | None]], chance: object) -> None:
    told = [Voice(o, own, None if h is None else START + timedelta(hours=h)) for o, own, h in rows]
    one = weigh(told)
    other = weigh(told[::-1])
    assert abs(one.score - other.score) < 1e-9
    assert one.own <= one.outlets <= one.articles
