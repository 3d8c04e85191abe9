"""Which stories are related: the names that each is told with, and how near two stories are by the names they share.

A name is a word that the articles write with a capital inside a sentence; it is shown as the longest run of such words
that it mostly stands in (« Health Data Hub » for "hub"). Names are weighed like the terms of a search engine: by the
part of a story's articles that write them, times how few stories do (K. Spärck Jones, 1972); two stories are compared
by the cosine of these vectors (G. Salton), which falls with the days between them.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from articles.text.grouping.terms import fold
from articles.text.wordlists import lines

MOST_NAMES = 24
SEEN_BY = 0.3
"""A name of a story stands in this part of its articles, and in two of them where there are more."""
RELATED = 0.2
CENTRAL = 0.5
"""One shared name is enough where this part of both stories' articles write it; else two are needed."""
FADING_DAYS = 45.0
_SHOWN = 4
_READ = 6000
_LONGEST_KEY, _LONGEST_NAME = 60, 120

_WORD = re.compile(r"[^\W\d_](?:\w|[-.’'](?=\w))*|\d+(?:[.,]\d+)*")
_OPENERS = frozenset('.!?:«“"\n…–—•')
_ELIDED = re.compile(r"^[cdjlmnst]’|^[cdjlmnst]'|^qu['’]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """A name with the part of the articles that write it, from 0 to 1."""

    key: str
    shown: str
    weight: float


@dataclass(frozen=True, slots=True)
class Kin:
    """A story near another: `score` from 0 to 1, and the keys of the names that they share, most telling first."""

    story: int
    score: float
    shared: tuple[str, ...]


def runs(text: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Runs of words with a capital, and whether a run opens a sentence: « le Health Data Hub » gives three words.

    A word that opens a sentence stands alone: its capital says nothing.
    """
    run: list[str] = []
    opens, end = False, -1
    for match in _WORD.finditer(text):
        word = _ELIDED.sub("", match[0])
        is_name, is_first = word[:1].isupper(), _opens(text, match.start())
        follows = text[end : match.start()] in {" ", "\u00a0"} and word == match[0] and not opens
        if run and not (follows and (is_name or word.isdigit())):
            yield tuple(run), opens
            run = []
        if is_name or (run and word.isdigit()):
            opens = is_first if not run else opens
            run.append(word)
        end = match.end()
    if run:
        yield tuple(run), opens


def _words(name: str) -> list[str]:
    return [_ELIDED.sub("", match[0]) for match in _WORD.finditer(name)]


def _opens(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \u00a0\u202f")
    return not before or before[-1] in _OPENERS


def names_of(texts: Sequence[str], outlets: Iterable[str] = ()) -> tuple[Name, ...]:
    """The names of a story told in these texts, the most written first; the names of `outlets` tell no story."""
    kept_out = {tuple(fold(word) for word in _words(outlet)) for outlet in outlets}
    articles = [_written(text, kept_out) for text in texts]
    known = {key for article in articles for key, form, opens in article if not opens}
    held: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for article in articles:
        held.update({key for key, _form, _opens in article})
        for key, form, _opens in article:
            forms[key][form] += 1
    fewest = max(2.0, SEEN_BY * len(texts)) if len(texts) > 1 else 1.0
    found = [
        Name(key, _best(forms[key]), held[key] / len(texts))
        for key in sorted(known)
        if held[key] >= fewest and forms[key].total() > 1
    ]
    return _once(sorted(found, key=lambda name: (-name.weight, -forms[name.key].total(), name.key)))


def _written(text: str, kept_out: Collection[tuple[str, ...]]) -> list[tuple[str, str, bool]]:
    """Each word with a capital: its key, the run that it stands in, and whether that opens a sentence."""
    found = []
    for run, opens in runs(text[:_READ]):
        if tuple(fold(word) for word in run) in kept_out:
            continue
        form = " ".join(run)[:_LONGEST_NAME]
        found += [(key, form, opens) for word in run if _names_something(key := fold(word)[:_LONGEST_KEY])]
    return found


def _names_something(key: str) -> bool:
    return len(key) > 1 and not key[0].isdigit() and key not in _stop()


@cache
def _stop() -> frozenset[str]:
    lists = ("related_stop", "grouping_stop_fr", "grouping_stop_en", "not_names", "places")
    return frozenset(fold(word) for name in lists for line in lines(name) for word in line.split())


def _once(names: Sequence[Name]) -> tuple[Name, ...]:
    """One key for each name: that of its longest word, the same wherever the name is written in full."""
    kept: dict[str, Name] = {}
    for name in names:
        other = kept.get(name.shown)
        if other is None or (len(name.key), name.key) > (len(other.key), other.key):
            kept[name.shown] = name
    return tuple(name for name in names if kept[name.shown] is name)


def _best(forms: Counter[str]) -> str:
    """The run that the word mostly stands in; the shortest of equals."""
    return min(forms, key=lambda form: (-forms[form], len(form), form))


def rarity(stories: int, holders: int) -> float:
    """Inverse story frequency of a name that `holders` of `stories` are told with."""
    return math.log(1 + stories / (holders + 1))


def telling(names: Sequence[Name], stories: int, holders: Mapping[str, int]) -> tuple[Name, ...]:
    """The names that tell this story from the others, at most MOST_NAMES."""
    worth = {name.key: name.weight * rarity(stories, holders.get(name.key, 0)) for name in names}
    return tuple(sorted(names, key=lambda name: (-worth[name.key], name.key))[:MOST_NAMES])


def kin(
    own: Mapping[str, float],
    others: Mapping[int, Mapping[str, float]],
    days_apart: Mapping[int, float],
    stories: int,
    holders: Mapping[str, int],
) -> tuple[Kin, ...]:
    """Which of `others` (story → name → weight) are related to a story told with the names `own`, nearest first."""
    keys = {*own, *(key for held in others.values() for key in held)}
    rare = {key: rarity(stories, holders.get(key, 0)) for key in keys}
    found = []
    for story, held in others.items():
        shared = sorted(own.keys() & held.keys(), key=lambda key: (-own[key] * held[key] * rare[key] ** 2, key))
        if not _is_enough(shared, own, held):
            continue
        dot = sum(own[key] * held[key] * rare[key] ** 2 for key in shared)
        score = dot / (_length(own, rare) * _length(held, rare)) / (1 + days_apart[story] / FADING_DAYS)
        if score >= RELATED:
            found.append(Kin(story, score, tuple(shared[:_SHOWN])))
    return tuple(sorted(found, key=lambda one: (-one.score, one.story)))


def _is_enough(shared: Sequence[str], own: Mapping[str, float], held: Mapping[str, float]) -> bool:
    return len(shared) > 1 or any(own[key] >= CENTRAL and held[key] >= CENTRAL for key in shared)


def _length(held: Mapping[str, float], rare: Mapping[str, float]) -> float:
    return math.sqrt(sum((weight * rare[key]) ** 2 for key, weight in held.items())) or 1.0
