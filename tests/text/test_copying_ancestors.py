"""When a common ancestor is presumed, and when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from articles.text.copying_ancestors import Shared, Witness, infer

NOON = datetime(2024, 2, 28, 12, tzinfo=UTC)
WORDS = tuple(range(0, 1000, 5))


def witness(key: int, outlet: str, minutes: int, *agencies: str) -> Witness:
    credited = frozenset(agencies)
    return Witness(key, outlet, NOON + timedelta(minutes=minutes), credited, credited, False, WORDS)


FIRST, SECOND = witness(1, "Le Journal", 0, "AFP"), witness(2, "La Gazette", 120, "AFP")
SAME = Shared(2, 1, (0, 300), (100, 400))


def test_two_that_credit_one_agency_have_a_dispatch_in_common() -> None:
    (found,) = infer([FIRST, SECOND], [SAME])
    assert (found.members, found.agency, found.reasons, found.words) == ((1, 2), "AFP", ("agency",), 60)


def test_two_that_came_out_within_minutes_did_not_read_each_other() -> None:
    (found,) = infer([witness(1, "Le Journal", 0), witness(2, "La Gazette", 9)], [SAME])
    assert (found.agency, found.reasons) == ("", ("minutes",))


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        (witness(1, "Le Journal", 0), SECOND, SAME),
        (FIRST, replace(SECOND, credits=frozenset({"AFP", "Le Journal"})), SAME),
        (FIRST, replace(SECOND, outlet="Le Journal"), SAME),
        (replace(FIRST, is_agency=True), SECOND, SAME),
        (FIRST, SECOND, replace(SAME, there=(100, 200))),
        (FIRST, witness(2, "La Gazette", 120, "Reuters"), SAME),
        (replace(FIRST, at=None), witness(2, "La Gazette", 1), SAME),
    ],
    ids=["one agency", "credits the other", "one outlet", "the agency", "few words", "two agencies", "no time"],
)
def test_nothing_is_presumed_without_a_reason(first: Witness, second: Witness, shared: Shared) -> None:
    assert infer([first, second], [shared]) == ()


def test_a_dispatch_that_is_held_is_no_inference() -> None:
    agency = Witness(3, "AFP", NOON - timedelta(hours=1), frozenset(), frozenset(), True, WORDS)
    shared = [SAME, Shared(1, 3, (100, 400), (0, 300)), Shared(2, 3, (300, 600), (300, 600))]
    assert infer([agency, FIRST, SECOND], shared) == ()


def test_three_that_keep_other_parts_have_one_in_common() -> None:
    one, two = witness(1, "Le Journal", 0), witness(2, "La Gazette", 120)
    third = witness(3, "Le Courrier", 240)
    crossing = [SAME, Shared(3, 1, (0, 150), (500, 650)), Shared(3, 2, (150, 300), (500, 650))]
    (found,) = infer([one, two, third], crossing)
    assert (found.members, found.reasons) == ((1, 2), ("crossed",))
    assert infer([one, two, replace(third, credits=frozenset({"Le Journal"}))], crossing) == ()
    assert infer([one, two, third], crossing[:2]) == ()


def test_pairs_that_meet_are_one_group_in_any_order() -> None:
    third = witness(3, "Le Courrier", 240, "AFP")
    shared = [SAME, Shared(3, 2, (0, 300), (500, 800))]
    answers = {infer([FIRST, SECOND, third], list(order)) for order in permutations(shared)}
    assert [[found.members for found in answer] for answer in answers] == [[(1, 2, 3)]]
