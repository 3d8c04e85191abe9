"""Which passages of an article stand in an earlier one, by another outlet.

Earlier texts are indexed by some of their runs of five words (see shingles.py), chosen so that any common run of eight
words is found; a hit is then grown both ways, over small changes, into a passage. Looking a text up costs the length of
that text, however many are indexed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from articles.text import citations, names, quotes_marks, reading
from articles.text.findings import Passage, Span
from articles.text.shingles import Words, cut, digests, winnowed
from sources.parsing import jsonlines

RUN = 5
WINDOW = 4
FEWEST_WORDS = 10
_FEWEST_SAME = 0.7
_MOST_PLACES = 8
_LONGEST_CHANGE = 7
_ANCHOR = 3
_FEWEST_OUTSIDE = 3
_LONGEST_QUOTE = 900


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one text shares with earlier ones.

    `original_share` is the part of its words, between 0 and 1, outside `passages`; `credited` tells whether the text
    names an outlet it has passages from, or an agency.
    """

    original_share: float
    passages: tuple[Passage, ...]
    credited: bool


@dataclass(frozen=True, slots=True)
class _Text:
    id: str
    outlet: str
    published: str
    text: str
    fewest: int


@dataclass(frozen=True, slots=True)
class _Match:
    """Words [start, end) here stand at [other_start, other_end) in text number `number`; `same` of them are equal."""

    start: int
    end: int
    number: int
    other_start: int
    other_end: int
    same: int


def _resynced(here: tuple[str, ...], i: int, there: tuple[str, ...], j: int, step: int) -> tuple[int, int] | None:
    """Past a small change: the nearest place where a few words in a row agree again."""
    for total in range(1, 2 * _LONGEST_CHANGE + 1):
        for skip in range(max(0, total - _LONGEST_CHANGE), min(total, _LONGEST_CHANGE) + 1):
            a, b = i + step * skip, j + step * (total - skip)
            if _agrees(here, a, there, b, step):
                return a, b
    return None


def _agrees(here: tuple[str, ...], a: int, there: tuple[str, ...], b: int, step: int) -> bool:
    for offset in range(_ANCHOR):
        x, y = a + step * offset, b + step * offset
        if not (0 <= x < len(here) and 0 <= y < len(there)) or here[x] != there[y]:
            return False
    return True


def _grown(here: tuple[str, ...], i: int, there: tuple[str, ...], j: int, step: int) -> tuple[int, int, int]:
    """Grow from a common word outwards; returns the last agreeing places and how many words agreed."""
    same, last = 0, (i, j)
    while 0 <= i < len(here) and 0 <= j < len(there):
        if here[i] == there[j]:
            same, last = same + 1, (i, j)
            i, j = i + step, j + step
            continue
        found = _resynced(here, i, there, j, step)
        if found is None:
            break
        i, j = found
    return (*last, same)


class CopyIndex:
    """Earlier texts, found again by what they share. Texts older than `days` before the newest are forgotten."""

    def __init__(self, days: int = 30) -> None:
        self.days = days
        self._texts: OrderedDict[int, _Text] = OrderedDict()
        self._places: dict[int, list[tuple[int, int]]] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, id: str, outlet: str, published: str, text: str, fewest: int = FEWEST_WORDS) -> None:
        """Index one text; `published` is ISO 8601, perhaps partial or empty.

        A passage that stands in it has at least `fewest` words: more for texts that tell of something else.
        """
        number, self._next = self._next, self._next + 1
        self._texts[number] = _Text(str(id), outlet or "", published or "", text, fewest)
        for place, digest in winnowed(digests(cut(text).words, RUN), WINDOW):
            places = self._places.setdefault(digest, [])
            if len(places) < _MOST_PLACES:
                places.append((number, place))
        self._forget(published)

    def _forget(self, newest: str) -> None:
        """Drop what is too old, oldest first."""
        day = _day(newest)
        while day is not None and self._texts:
            number, oldest = next(iter(self._texts.items()))
            then = _day(oldest.published)
            if then is None or day - then <= timedelta(days=self.days):
                return
            del self._texts[number]
            self._drop(number, oldest.text)

    def _drop(self, number: int, text: str) -> None:
        for _, digest in winnowed(digests(cut(text).words, RUN), WINDOW):
            left = [entry for entry in self._places.get(digest, []) if entry[0] != number]
            if left:
                self._places[digest] = left
            else:
                self._places.pop(digest, None)

    def compare(self, text: str, *, outlet: str = "") -> Comparison:
        """Passages of `text` that stand in earlier texts of other outlets than `outlet`."""
        here = cut(text)
        matches = list(self._matches(here.words, outlet))
        marked = [span for span in quotes_marks.scan(text) if span.closed and span.end - span.start < _LONGEST_QUOTE]
        kept = [match for match in matches if not _within_marks(here, match, marked)]
        passages = tuple(self._passage(text, here, match) for match in kept)
        copied = sum(match.end - match.start for match in kept)
        share = 1.0 - copied / len(here.words) if here.words else 1.0
        return Comparison(round(share, 4), passages, self._is_credited(text, kept))

    def _matches(self, words: tuple[str, ...], outlet: str) -> Iterator[_Match]:
        """The longest match at each place, left to right, none over another."""
        found, place, floor = digests(words, RUN), 0, 0
        while place < len(found):
            best = max(
                (self._match(words, place, entry, floor) for entry in self._candidates(found[place], outlet)),
                key=lambda match: (match.same, -match.number),
                default=None,
            )
            if best is not None and _is_passage(best, self._texts[best.number].fewest):
                yield best
                place = floor = best.end
            else:
                place += 1

    def _candidates(self, digest: int, outlet: str) -> Iterator[tuple[int, int]]:
        for number, place in self._places.get(digest, ()):
            text = self._texts.get(number)
            if text is not None and not (outlet and text.outlet == outlet):
                yield number, place

    def _match(self, words: tuple[str, ...], place: int, entry: tuple[int, int], floor: int) -> _Match:
        number, other = entry
        there = cut(self._texts[number].text).words
        end, other_end, after = _grown(words, place, there, other, 1)
        start, other_start, before = _grown(words[: place + 1], place, there, other, -1)
        while start < floor:
            start, other_start = start + 1, other_start + 1
        return _Match(start, end + 1, number, other_start, other_end + 1, min(after + before - 1, end + 1 - start))

    def _passage(self, text: str, here: Words, match: _Match) -> Passage:
        source = self._texts[match.number]
        there = cut(source.text)
        start, end = here.spans[match.start][0], _with_stop(text, here.spans[match.end - 1][1])
        other_start = there.spans[match.other_start][0]
        other_end = _with_stop(source.text, there.spans[match.other_end - 1][1])
        return Passage(start, end, source.id, other_start, other_end)

    def _is_credited(self, text: str, matches: list[_Match]) -> bool:
        if not matches:
            return False
        outlets = {self._texts[match.number].outlet for match in matches} - {""}
        named = {mention.outlet for mention in citations.mentions(reading.read(text))}
        keys = {names.key(outlet) for outlet in named}
        return bool(named & citations.agencies()) or any(
            names.key(outlet) in keys or _names(text, outlet) for outlet in outlets
        )


def _names(text: str, outlet: str) -> bool:
    """Whether a text writes an outlet's name, its article aside."""
    bare = re.sub(r"^(?:Le |La |Les |L['’])", "", outlet)
    return re.search(rf"(?<!\w){re.escape(reading.fold(bare))}(?!\w)", reading.fold(text)) is not None


def own_share(text: str, copied: Iterable[Span]) -> float:
    """The part of a text's words, between 0 and 1, outside the `copied` spans; 1 for a text without words."""
    starts = [start for start, _end in cut(text).spans]
    spans = list(copied)
    outside = sum(not any(start <= at < end for start, end in spans) for at in starts)
    return round(outside / len(starts), 4) if starts else 1.0


def _is_passage(match: _Match, fewest: int) -> bool:
    length = max(match.end - match.start, match.other_end - match.other_start)
    return match.same >= fewest and match.same >= _FEWEST_SAME * length


def _within_marks(here: Words, match: _Match, marked: list[quotes_marks.Marked]) -> bool:
    """Words that both articles quote from a third person are not copied from one another."""
    start, end = here.spans[match.start][0], here.spans[match.end - 1][1]
    at = bisect_left([span.end for span in marked], start)
    outside = match.end - match.start
    for span in marked[at:]:
        if span.start >= end:
            break
        inside = [s for s, _ in here.spans[match.start : match.end] if span.start <= s < span.end]
        outside -= len(inside)
    return outside < _FEWEST_OUTSIDE


def _with_stop(text: str, end: int) -> int:
    """Take in the sign that ends a sentence."""
    match = re.compile(r"[.!?…]+(?:\s?[»”\"])?|\s?[»”\"][.!?…]?").match(text, end)
    return match.end() if match else end


def _day(published: str) -> date | None:
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)", published or "")
    return date(*map(int, match.groups())) if match else None


def command(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """`python -m articles.text compare`: rows in time order, each compared with those before it."""
    index = CopyIndex()

    def one(row: dict[str, Any]) -> dict[str, Any]:
        outlet, text = row.get("outlet") or "", row["text"]
        found = index.compare(text, outlet=outlet)
        index.add(row.get("id") or "", outlet, row.get("date") or "", text)
        return {
            "original_share": found.original_share,
            "passages": [
                {
                    "start": p.start,
                    "end": p.end,
                    "from": p.source,
                    "from_start": p.source_start,
                    "from_end": p.source_end,
                }
                for p in found.passages
            ],
            "credited": found.credited,
        }

    return jsonlines.each(one)(rows)
