"""The words of an article that tell its story apart, as weighted terms comparable across articles."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

import snowballstemmer  # type: ignore[import-untyped]

from articles.text.grouping.shapes import GroupingArticle

LEXICONS = Path(__file__).parent.parent / "lexicons"

_TAG = re.compile(r"<[^>]{1,200}>")
_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
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
# A title's word counts three times: as written, by its stem, and by its head, which inflexion, compounds and
# cognates of other languages share. Together they did as well as character n-grams at a tenth of their cost.
_WRITTEN, _STEM, _HEAD = 0.55, 0.63, 0.55
_HEAD_LETTERS = 4
# A language without a stemmer keeps this much of its words as their stem.
_STEM_LETTERS = 5
# How much of a body is read: what a story is about stands in the first paragraphs.
_BODY_WORDS = 300
_STANDFIRST = 2.0
# A text of so many words tells its story apart by itself; of two sentences, half the words are its title's.
_FULL_WORDS = 100
# In a sentence, a capital says that a word is a name, except where every noun bears one.
_NAME = 1.5
_CAPITALS_ARE_NOUNS = frozenset({"de"})
# Words that the press writes about anything, and names it writes every week: in the first days the stream itself
# cannot tell them yet.
_COMMON, _HOUSEHOLD = 0.4, 0.55
_SENTENCE_ENDS = frozenset('.!?:«“"\n')


@dataclass(slots=True)
class Terms:
    """Term → weight within the article, and term → the word as first written.

    "=word" is a word as written (a name, in a body), "~stem" its stem, "head-" its first letters.
    `told` says how much of a text there is, from 0 for a title alone to 1.
    """

    title: dict[str, float] = field(default_factory=dict)
    body: dict[str, float] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    told: float = 0.0


def fold(word: str) -> str:
    """Lower case without accents: « Élysée » and "elysee" are one word."""
    if word.isascii():
        return word.lower()
    return "".join(char for char in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(char))


@cache
def _lexicon(name: str) -> frozenset[str]:
    path = LEXICONS / f"grouping_{name}.txt"
    if not path.exists():
        return frozenset()
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())


@cache
def _common_stems(language: str) -> frozenset[str]:
    return frozenset(_stem(word, language) for word in _lexicon(f"common_{language}"))


@cache
def _stemmer(language: str) -> snowballstemmer.BaseStemmer | None:
    return snowballstemmer.stemmer(_ALGORITHMS[language]) if language in _ALGORITHMS else None


@lru_cache(maxsize=200_000)
def views(word: str, language: str) -> tuple[str, str, str] | None:
    """The word as written, its stem and its head, each marked; None for a word that tells nothing."""
    folded = fold(word)
    if folded in _lexicon(f"stop_{language}") or len(folded) == 1:
        return None
    return f"={folded}", f"~{_stem(word, language)}", f"{folded[:_HEAD_LETTERS]}-"


@lru_cache(maxsize=200_000)
def _stem(word: str, language: str) -> str:
    stemmer = _stemmer(language)
    if any(char.isdigit() for char in word):
        return fold(word)
    return fold(stemmer.stemWord(word.casefold())) if stemmer else fold(word)[:_STEM_LETTERS]


@lru_cache(maxsize=200_000)
def _weight(word: str, language: str) -> float:
    if _stem(word, language) in _common_stems(language) or _YEAR.fullmatch(word):
        return _COMMON
    return _HOUSEHOLD if fold(word) in _lexicon("household_names") else 1.0


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


def words(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a text, each with whether a capital inside a sentence makes it a name.

    A run of Chinese or Japanese characters gives its pairs of characters.
    """
    for match in _WORD.finditer(text):
        word = match.group()
        if _CJK.search(word):
            yield from ((word[i : i + 2], False) for i in range(max(1, len(word) - 1)))
            continue
        yield word, word[0].isupper() and not _opens_sentence(text, match.start())


def _opens_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \u00a0\u202f")
    return not before or before[-1] in _SENTENCE_ENDS


def read(article: GroupingArticle) -> Terms:
    """The terms of the title in their three views; of the standfirst and the first paragraphs, names and stems."""
    terms, language = Terms(), article.language
    for word, _ in words(clean(article.title)):
        found = views(word, language)
        if found:
            terms.shown.setdefault(found[1], word)
            terms.shown.setdefault(found[0], word)
            common = _weight(word, language)
            for key, weight in zip(found, (_WRITTEN, _STEM, _HEAD), strict=True):
                terms.title[key] = terms.title.get(key, 0.0) + weight * common
    parts = ((article.standfirst, _STANDFIRST), (article.text, 1.0))
    read = [(list(islice(words(clean(text)), _BODY_WORDS)), weight) for text, weight in parts]
    terms.told = min(1.0, sum(len(found) for found, _ in read) / _FULL_WORDS)
    _read_body(terms, read, language)
    return terms


def _read_body(terms: Terms, parts: list[tuple[list[tuple[str, bool]], float]], language: str) -> None:
    """A name stands as written, so that it is the same in every language; other words by their stem."""
    names = {word for found, _ in parts for word, is_name in found if is_name}
    if language in _CAPITALS_ARE_NOUNS:
        names = set()
    for found, weight in parts:
        for word, _ in found:
            key = views(word, language)
            if key:
                term = key[0] if word in names else key[1]
                terms.shown.setdefault(term, word)
                terms.body[term] = terms.body.get(term, 0.0) + weight * _weight(word, language) * (
                    _NAME if word in names else 1.0
                )
