"""The words of an article that tell its story apart, as weighted terms comparable across articles."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import snowballstemmer

from articles.text.grouping.shapes import GroupingArticle

LEXICONS = Path(__file__).parent.parent / "lexicons"

_TAG = re.compile(r"<[^>]{1,200}>")
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_ALGORITHMS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
# A language without a stemmer keeps the head of its words, where inflexion seldom reaches.
_HEAD = 6
# How much of a body is read: what a story is about stands in the first paragraphs.
_BODY_WORDS = 300


@dataclass(slots=True)
class Terms:
    """Term → weight within the article (unit of one mention in the title), and term → the word as first written."""

    weights: dict[str, float] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)


@cache
def _stop_words(language: str) -> frozenset[str]:
    path = LEXICONS / f"grouping_stop_{language}.txt"
    if not path.exists():
        return frozenset()
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())


@cache
def _stemmer(language: str) -> snowballstemmer.BaseStemmer | None:
    return snowballstemmer.stemmer(_ALGORITHMS[language]) if language in _ALGORITHMS else None


def fold(word: str) -> str:
    """Lower case without accents: « Élysée » and "elysee" are one word."""
    return "".join(char for char in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(char))


def clean(text: str) -> str:
    """Text without tags, entities, nor UTF-8 read as Latin-1 (some feeds carry all three)."""
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    if "Ã" in text:
        repaired = text.encode("cp1252", "ignore").decode("utf-8", "replace")
        text = text if "\ufffd" in repaired else repaired
    return text


@lru_cache(maxsize=200_000)
def term(word: str, language: str) -> str:
    """The term of one word, "" for a word that tells nothing."""
    folded = fold(word)
    if folded in _stop_words(language) or (len(folded) == 1 and not folded.isdigit()):
        return ""
    if any(char.isdigit() for char in folded):
        return folded
    stemmer = _stemmer(language)
    return fold(stemmer.stemWord(word.casefold())) if stemmer else folded[:_HEAD]


def words(text: str) -> Iterator[str]:
    """The words of a text; a run of Chinese or Japanese characters gives its pairs of characters."""
    for match in _WORD.finditer(text):
        word = match.group()
        if not _CJK.search(word):
            yield word
        else:
            yield from (word[i : i + 2] for i in range(max(1, len(word) - 1)))


def _count(found: Terms, text: str, language: str, weight: float, limit: int | None = None) -> None:
    for place, word in enumerate(words(clean(text))):
        if limit is not None and place >= limit:
            return
        key = term(word, language)
        if key:
            found.weights[key] = found.weights.get(key, 0.0) + weight
            found.shown.setdefault(key, word)


def read(article: GroupingArticle) -> tuple[Terms, Terms]:
    """The terms of the title, and those of the standfirst and the first paragraphs."""
    title, body = Terms(), Terms()
    _count(title, article.title, article.language, 1.0)
    _count(body, article.standfirst, article.language, 2.0)
    _count(body, article.text, article.language, 1.0, _BODY_WORDS)
    return title, body
