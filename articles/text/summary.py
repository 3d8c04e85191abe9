"""The one sentence of a story's articles that says best what the story is: taken word for word, never written.

A sentence is central when its words are those that the articles open with, weighed by the part of the outlets whose
openings hold them (the centroid of multi-document summarisation: D. Radev et al., 2000); beginnings count more, in an
article and in the story, since news tell first what matters most. Left out are quotes, questions, sentences that lean
on the one before (« Elle », « Mais »), that speak to the reader or of the article itself, and those too long or too
short to stand alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from articles.text import sentences
from articles.text.grouping.terms import fold as unaccented
from articles.text.grouping.terms import views, words
from articles.text.typography import fold
from articles.text.wordlists import lines

LONGEST, SHORTEST = 240, 60
OPENING = 1200
"""Characters of a text in which a candidate stands: further down an article no longer says what happened."""
MOST_ARTICLES = 60
ENOUGH = 0.35
"""A sentence worth less tells a side of the story: the lead's own opening says more."""
_FEWEST_WORDS = 9
_QUOTED = re.compile(r"[«»“”]|\"[^\"]{25,}\"|(?:^|\s)[–—]\s")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# « Le Fil : Que ferez-vous ? », « Ce qui change : … »: a turn of an interview, or the head of an item.
_HEADED = re.compile(r"[^.,;:!?]{2,60}[\s\u00a0\u202f]?:\s")
_CAPITAL_OR_FIGURE = re.compile(r"^[\W_]*[A-ZÀ-ÖØ-ÞŒ\d]")
# How fast the worth of a sentence falls: with its place in its article, and with the place of the article.
_FADING_SENTENCES, _FADING_ARTICLES = 4.0, 30.0
_IN_A_TITLE, _NAMELESS = 2.0, 0.5


@dataclass(frozen=True, slots=True)
class Source:
    """An article, in the order of publication; `own` is the part of its words that are its own, from 0 to 1."""

    key: Hashable
    language: str
    outlet: str
    title: str
    standfirst: str
    text: str
    own: float = 1.0
    most: int = LONGEST
    """The longest excerpt that may be taken from its outlet."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands at [start, end) of its article's standfirst or text; `score` orders them."""

    key: Hashable
    text: str
    in_standfirst: bool
    start: int
    end: int
    score: float


def ranked(articles: Sequence[Source], language: str, names: Collection[str] = ()) -> tuple[Sentence, ...]:
    """The sentences in `language` that could stand for the story, best first; the order is always the same.

    `names` are folded words that name what the story is about: a sentence without any of them (« le groupe… ») counts
    for less.
    """
    told = articles[:MOST_ARTICLES]
    worth = _worth(told, language)
    found = [
        one
        for place, article in enumerate(told)
        if article.language == language
        for one in _candidates(article, place, worth, frozenset(names))
    ]
    return tuple(sorted(found, key=lambda one: -one.score))  # a stable sort: of equals, the earliest


def best(articles: Sequence[Source], language: str, names: Collection[str] = ()) -> Sentence | None:
    """The sentence that says best what the story is; None where no sentence can stand alone, or none is central."""
    return next((one for one in ranked(articles, language, names) if one.score >= ENOUGH), None)


def _terms(text: str, language: str) -> set[str]:
    found = (views(word, language) for word, _is_name in words(text))
    return {key[1] for key in found if key}


def _worth(articles: Sequence[Source], language: str) -> dict[str, float]:
    """Term → the part of the outlets whose headline and opening hold it, above one alone."""
    told = [article for article in articles if article.language == language]
    by_outlet: dict[str, set[str]] = {}
    for article in told:
        opening = f"{article.title}. {article.standfirst} {article.text[: OPENING // 2]}"
        by_outlet.setdefault(article.outlet or str(article.key), set()).update(_terms(opening, language))
    held = Counter(term for terms in by_outlet.values() for term in terms)
    titles = {term for article in told for term in _terms(article.title, language)}
    return {
        term: (count - 0.5) / len(by_outlet) * (_IN_A_TITLE if term in titles else 1.0)
        for term, count in held.items()
        if count > 1 or len(by_outlet) == 1
    }


def _candidates(article: Source, place: int, worth: dict[str, float], names: frozenset[str]) -> Iterator[Sentence]:
    early = 1 / (1 + place / _FADING_ARTICLES)
    for in_standfirst, text in ((False, article.text[: OPENING * 2]), (True, article.standfirst)):
        for number, (start, end) in enumerate(sentences.split(text)):
            said = text[start:end]
            if start > OPENING or not can_stand(said, article.language, min(LONGEST, article.most)):
                continue
            if fold(said) == fold(article.title):
                continue
            score = _score(said, article.language, worth) * early / (1 + number / _FADING_SENTENCES)
            score *= (0.6 + 0.4 * article.own) * (_NAMELESS if names and not names & _folded_words(said) else 1.0)
            yield Sentence(article.key, said, in_standfirst, start, end, score)


def _folded_words(text: str) -> set[str]:
    return {unaccented(word) for word, _is_name in words(text)}


def _score(text: str, language: str, worth: dict[str, float]) -> float:
    """What the sentence's words are worth; long sentences do not win by length alone."""
    terms = _terms(text, language)
    return sum(worth.get(term, 0.0) for term in terms) / math.sqrt(len(terms) + 12.0)


def can_stand(text: str, language: str, most: int = LONGEST) -> bool:
    """Whether a sentence can stand alone under a headline."""
    if not SHORTEST <= len(text) <= most or not text.endswith(".") or text.endswith(("..", "…")):
        return False
    if _QUOTED.search(text) or _HEADED.match(text) or not _CAPITAL_OR_FIGURE.match(text) or "\n" in text:
        return False
    said = [fold(word) for word in _WORD.findall(text)]
    if len(said) < _FEWEST_WORDS or said[0] in _leaning() or " ".join(said[:2]) in _leaning():
        return False
    return not (_to_readers() & set(said)) and not any(teaser in fold(text) for teaser in _teasers())


@cache
def _listed(use: str) -> tuple[str, ...]:
    rows = (line.split("|", 1) for line in lines("summary_out"))
    return tuple(fold(entry.strip()) for kind, entries in rows if kind.strip() == use for entry in entries.split(","))


@cache
def _leaning() -> frozenset[str]:
    return frozenset(_listed("leans"))


@cache
def _to_readers() -> frozenset[str]:
    return frozenset(_listed("to readers"))


@cache
def _teasers() -> tuple[str, ...]:
    return _listed("teaser")
