"""The fingerprints by which texts that repeat each other are found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from articles.text.shingles import MOST_PRINTS, prints, winnowed

PASSAGE = (
    "Le tribunal de commerce a ouvert mardi une procédure de sauvegarde pour le fabricant de vélos Roulevite, qui "
    "emploie trois cents personnes dans la Drôme depuis que son fondateur y a repris une ancienne filature."
)


def filler(name: str, count: int) -> str:
    return " ".join(f"{name}{number}" for number in range(count))


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 8))
def test_each_window_has_its_smallest_run_chosen(digests: list[int], window: int) -> None:
    chosen = dict(winnowed(digests, window))
    for start in range(max(0, len(digests) - window + 1)):
        within = range(start, start + window)
        assert any(place in chosen and digests[place] == min(digests[start : start + window]) for place in within)


def test_a_passage_is_known_again_whatever_stands_around_it() -> None:
    one, other = f"{filler('avant', 200)} {PASSAGE}", f"{PASSAGE.upper()} {filler('apres', 300)}"
    assert set(prints(one)) & set(prints(other))
    assert not set(prints(filler("avant", 200))) & set(prints(filler("apres", 300)))


def test_a_long_text_has_no_more_prints_than_any() -> None:
    assert len(prints(filler("mot", 5000))) <= MOST_PRINTS


def test_prints_are_the_same_in_every_process() -> None:
    assert prints("un deux trois quatre cinq six sept huit") == (-6420086400771863146,)


def test_a_text_of_few_words_has_none() -> None:
    assert prints("Trop court.") == ()
