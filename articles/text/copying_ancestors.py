"""Common ancestors that are inferred: articles that share passages and had them, it seems, from a text we do not hold.

The rule. Two articles of different outlets share at least FEWEST_WORDS words, counted where the earlier one has them
from nobody that we hold. A common ancestor is presumed of them when neither credits the other, and one of these holds:

- *agency*: both credit the same press agency, and neither outlet is that agency;
- *minutes*: both give their time and came out within MINUTES of each other, too close to have read one another;
- *crossed*: a third, later article that credits neither holds words of each which the other lacks: three texts that
  each keep another part of one.

Pairs that meet make one group. An agency's own article is nobody's sibling: it is an ancestor that we hold. The answer
depends on the facts alone, not on their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from articles.text.findings import Span

FEWEST_WORDS = 30
FEWEST_CROSSED = 20
MINUTES = 15


@dataclass(frozen=True, slots=True)
class Witness:
    """An article as this rule sees it.

    `credits` are the names of those that it credits, agencies and outlets; `agencies` those of them that are agencies.
    `at` is None where its time is not known. `words` are the offsets at which its words start, in order.
    """

    key: int
    outlet: str
    at: datetime | None
    credits: frozenset[str]
    agencies: frozenset[str]
    is_agency: bool
    words: Sequence[int]


@dataclass(frozen=True, slots=True)
class Shared:
    """Words of the later article `later` at `here` that stand in `earlier` at `there`."""

    later: int
    earlier: int
    here: Span
    there: Span


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A text that is presumed; `agency` is "" where nothing names it.

    `members` are in the order they were given, `reasons` some of "agency", "minutes", "crossed", and `words` how many
    words the two that share most have in common.
    """

    members: tuple[int, ...]
    agency: str
    reasons: tuple[str, ...]
    words: int


@dataclass(frozen=True, slots=True)
class _Pair:
    first: int
    second: int
    agency: str
    reasons: frozenset[str]
    words: int


def infer(witnesses: Sequence[Witness], shared: Iterable[Shared]) -> tuple[Ancestor, ...]:
    """The ancestors presumed of these articles, given in the order they came out; those with most members first."""
    known = {witness.key: witness for witness in witnesses}
    own = [one for one in shared if one.later in known and one.earlier in known]
    pairs = [pair for ties in _by_pair(own, known).values() if (pair := _pair(ties, own, known)) is not None]
    order = {witness.key: place for place, witness in enumerate(witnesses)}
    groups = [_ancestor(group, order) for group in _joined(pairs)]
    return tuple(sorted(groups, key=lambda group: (-len(group.members), order[group.members[0]])))


def _by_pair(shared: Iterable[Shared], known: Mapping[int, Witness]) -> dict[tuple[int, int], list[Shared]]:
    """What two articles of different outlets share, where neither is an agency's."""
    found: dict[tuple[int, int], list[Shared]] = {}
    for one in shared:
        later, earlier = known[one.later], known[one.earlier]
        if later.outlet != earlier.outlet and not (later.is_agency or earlier.is_agency):
            found.setdefault((one.earlier, one.later), []).append(one)
    return found


def _pair(ties: Sequence[Shared], shared: Sequence[Shared], known: Mapping[int, Witness]) -> _Pair | None:
    """What is presumed of two articles, or None."""
    earlier, later = known[ties[0].earlier], known[ties[0].later]
    if later.outlet in earlier.credits or earlier.outlet in later.credits:
        return None
    had = [one.here for one in shared if one.later == earlier.key]
    words = sum(_count(earlier, tie.there, had) for tie in ties)
    if words < FEWEST_WORDS:
        return None
    agencies = sorted(earlier.agencies & later.agencies - {earlier.outlet, later.outlet})
    reasons = {
        "agency": bool(agencies),
        "minutes": bool(earlier.at and later.at) and _apart(earlier, later) <= timedelta(minutes=MINUTES),
        "crossed": _is_crossed(earlier, later, ties, shared, known),
    }
    held = frozenset(reason for reason, holds in reasons.items() if holds)
    agency = agencies[0] if agencies else ""
    return _Pair(earlier.key, later.key, agency, held, words) if held else None


def _apart(one: Witness, other: Witness) -> timedelta:
    assert one.at is not None
    assert other.at is not None
    return abs(one.at - other.at)


def _is_crossed(
    earlier: Witness, later: Witness, ties: Sequence[Shared], shared: Sequence[Shared], known: Mapping[int, Witness]
) -> bool:
    """Whether a third article, later than both, holds words of each that the other lacks."""
    common = {earlier.key: [tie.there for tie in ties], later.key: [tie.here for tie in ties]}
    thirds = {one.later for one in shared if one.earlier == earlier.key}
    thirds &= {one.later for one in shared if one.earlier == later.key}
    for key in sorted(thirds - {earlier.key, later.key}):
        third = known[key]
        if third.is_agency or third.outlet in {earlier.outlet, later.outlet}:
            continue
        if third.credits & {earlier.outlet, later.outlet}:
            continue
        taken = [
            sum(
                _count(side, one.there, common[side.key])
                for one in shared
                if (one.later, one.earlier) == (key, side.key)
            )
            for side in (earlier, later)
        ]
        if min(taken) >= FEWEST_CROSSED:
            return True
    return False


def _count(witness: Witness, span: Span, without: Iterable[Span]) -> int:
    """How many of an article's words start in a span and in none of the others."""
    others = list(without)
    within = (at for at in witness.words if span[0] <= at < span[1])
    return sum(not any(start <= at < end for start, end in others) for at in within)


def _joined(pairs: Sequence[_Pair]) -> list[list[_Pair]]:
    """Pairs that have an article in common, together."""
    groups: list[list[_Pair]] = []
    for pair in pairs:
        meeting = [group for group in groups if any({pair.first, pair.second} & {p.first, p.second} for p in group)]
        groups = [group for group in groups if group not in meeting]
        groups.append([pair, *(one for group in meeting for one in group)])
    return groups


def _ancestor(pairs: Sequence[_Pair], order: Mapping[int, int]) -> Ancestor:
    members = {key for pair in pairs for key in (pair.first, pair.second)}
    named = Counter(pair.agency for pair in pairs if pair.agency)
    agency = min(named, key=lambda name: (-named[name], name), default="")
    reasons = {reason for pair in pairs for reason in pair.reasons}
    return Ancestor(
        tuple(sorted(members, key=order.__getitem__)), agency, tuple(sorted(reasons)), max(pair.words for pair in pairs)
    )
