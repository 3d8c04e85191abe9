"""Who « le PDG » of one article is, when another article of the same story names him.

The rule. A designation with a definite article (« le PDG de Silex ») is a person of the story when its office is one
that a single person holds (lexicons/offices.txt), when the office is the one that another article gives to that person,
no more and no less (« directeur » is not « directeur commercial »), and when it is held at the same place: all
telling words of its complement stand in the complement there. A bare « le PDG » takes its place from its own article,
which has to name it. More than one such person in the story, and nobody is named.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from articles.text import wordlists
from articles.text.typography import fold

_DEFINITE = re.compile(r"(?:le|la|l'|les)\s*(?=\w)")
_OFFICE_ENDS = re.compile(r"\s(?:de|du|des|chez|a|au|aux|en charge|charge|chargee)\s|\sd'|,")
_WORD = re.compile(r"[\w&]+")
_SMALL = frozenset("de du des la le les l d a au aux et en chez pour par sur son sa ses leur".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Named:
    """A person with the role that an article gives; `article` is the caller's key of it."""

    person: Hashable
    role: str
    article: Hashable


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A voice that its article names by its role alone; `text` is that article's."""

    key: Hashable
    designation: str
    text: str


@dataclass(frozen=True, slots=True)
class _Office:
    group: int
    place: frozenset[str]


@cache
def _offices() -> dict[str, int]:
    return {
        fold(word).replace("-", " "): number
        for number, line in enumerate(wordlists.lines("offices"))
        for word in line.split()
    }


def _office(role: str, *, definite: bool = False) -> _Office | None:
    """The office and the telling words of its place; None for a role that several may hold."""
    said = fold(role).strip()
    article = _DEFINITE.match(said)
    if definite and article is None:
        return None
    said = said[article.end() :] if article else said
    end = _OFFICE_ENDS.search(said)
    head = (said[: end.start()] if end else said).strip().replace("-", " ")
    if head not in _offices() and " " in head and not end:  # « PDG Silex »
        head, _, rest = head.partition(" ")
        said = f"{head} de {rest}"
        end = _OFFICE_ENDS.search(said)
    group = _offices().get(head)
    if group is None:
        return None
    return _Office(group, frozenset(_WORD.findall(said[end.start() :] if end else "")) - _SMALL)


def resolve(unnamed: Sequence[Unnamed], named: Iterable[Named]) -> dict[Hashable, Named]:
    """For the voices that can be named, by key, the person with the first role that names them."""
    known = [(one, office) for one in named if (office := _office(one.role)) is not None]
    found: dict[Hashable, Named] = {}
    for voice in unnamed:
        office = _office(voice.designation, definite=True)
        holders = [one for one, held in known if office is not None and _is_same(office, held, voice.text)]
        if len({one.person for one in holders}) == 1:
            found[voice.key] = holders[0]
    return found


def _is_same(office: _Office, held: _Office, text: str) -> bool:
    if office.group != held.group or not held.place:
        return False
    if office.place:
        return office.place <= held.place
    words = set(_WORD.findall(fold(text)))
    return held.place <= words
