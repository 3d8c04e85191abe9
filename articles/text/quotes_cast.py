"""Everybody an article names, as those who may speak: people with their roles and genders, bodies, outlets."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache

from articles.text import names, wordlists
from articles.text.citations import OutletMention
from articles.text.findings import EntitySpan, Span
from articles.text.reading import MASK, Reading

DEFINITE = re.compile(r"(?:le|la|l'|les|ce|cette|cet|son|sa|ses|leur|leurs) ?", re.IGNORECASE)
_ROLE_AFTER = re.compile(
    r",? ?\(?((?:le |la |l'|un |une |son |sa )?[\w' -]{3,90}?)"
    r"(?=[,.;:)«»\"]| (?:qui|dont|lors|a|avait|et|est|dans)\b|$)"
)
_FIRST_NAME = re.compile(
    r"(?<![\w'.-])(?<!Saint )(?<!Sainte )[A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)?(?![\w'-]| [A-ZÀ-Ý]| de[s ]| d')"
)
_FAR = 1500


@dataclass(slots=True)
class Actor:
    """A person, a body or an outlet that may speak."""

    name: str
    kind: str
    mentions: list[Span]
    gender: str = "*"
    roles: list[str] = field(default_factory=list)


@cache
def role_genders() -> dict[str, str]:
    """Noun for what a person is → "m", "f" or "*"."""
    genders: dict[str, str] = {}
    for masculine, feminine in ((row[0].lower(), row[1].lower()) for row in wordlists.table("roles")):
        genders[masculine] = "*" if masculine == feminine else "m"
        if masculine != feminine:
            genders[feminine] = "f"
    return genders


@cache
def body_nouns() -> dict[str, str]:
    """Noun that stands for a company or a body → its gender."""
    return {" ".join(line.split()[:-1]).lower(): line.split()[-1] for line in wordlists.lines("organisation_nouns")}


@cache
def outlet_nouns() -> dict[str, str]:
    """Noun that stands for an outlet → its gender."""
    return {" ".join(line.split()[:-1]).lower(): line.split()[-1] for line in wordlists.lines("outlet_nouns")}


def bare(words: str) -> str:
    """A phrase without its article, lower case."""
    return DEFINITE.sub("", words, count=1).strip().lower() if DEFINITE.match(words) else words.strip().lower()


def head_noun(words: str, nouns: dict[str, str]) -> str:
    """The first noun of `nouns` that opens a phrase, adjectives and articles before it left aside."""
    words = re.sub(r"^(?:un|une|des|du|de la) ", "", bare(words))
    words = re.sub(
        r"^(?:ancien(?:ne)?|ex-?|nouveau|nouvelle|jeune|future?|actuel(?:le)?|célèbre|puissant|petite?|grande?|même) ?",
        "",
        words,
    )
    for noun in sorted(nouns, key=len, reverse=True):
        if re.match(rf"{re.escape(noun)}(?!\w)", words):
            return noun
    return ""


class People:
    """Everybody an article names: their names, places, genders and roles."""

    def __init__(
        self, reading: Reading, entities: tuple[EntitySpan, ...], outlets: list[OutletMention], title: str = ""
    ) -> None:
        self.reading = reading
        self.title = names.key(title)
        self.actors = [
            Actor(e.name, e.kind, list(e.mentions)) for e in entities if e.kind in ("person", "organisation", "place")
        ]
        self._add_outlets(outlets)
        self._add_first_names()
        self.starts = sorted((span[0], index) for index, actor in enumerate(self.actors) for span in actor.mentions)
        for actor in self.actors:
            if actor.kind == "person":
                self._describe(actor)

    def _add_outlets(self, outlets: list[OutletMention]) -> None:
        by_name = {names.key(actor.name): actor for actor in self.actors if actor.kind == "organisation"}
        for mention in outlets:
            actor = by_name.get(names.key(mention.outlet))
            if actor is None:
                actor = Actor(mention.outlet, "outlet", [])
                by_name[names.key(mention.outlet)] = actor
                self.actors.append(actor)
            actor.kind, actor.name = "outlet", mention.outlet
            if not any(start < mention.end and mention.start < end for start, end in actor.mentions):
                actor.mentions.append((mention.start, mention.end))

    def _add_first_names(self) -> None:
        """People whom the article calls by their first name alone; of somebody named in full, one more mention."""
        people = {actor.name.split()[0]: actor for actor in self.actors if actor.kind == "person"}
        taken = sorted(span for actor in self.actors for span in actor.mentions)
        for match in _FIRST_NAME.finditer(self.reading.plain):
            word, span = match.group(), match.span()
            if not names.first_name_kind(word) or names.key(word) in names.known() or word.lower() in names.starters():
                continue
            at = bisect_right(taken, span)
            if any(start < span[1] and span[0] < end for start, end in taken[max(0, at - 1) : at + 1]):
                continue
            if word not in people:
                people[word] = Actor(word, "person", [])
                self.actors.append(people[word])
            people[word].mentions = sorted([*people[word].mentions, span])

    def names_at(self) -> dict[int, tuple[int, str]]:
        """Start of each mention → its end and kind, for the parser of subjects."""
        return {start: (end, actor.kind) for actor in self.actors for start, end in actor.mentions}

    def _describe(self, actor: Actor) -> None:
        """Gender and roles of a person from the first name, titles and appositions."""
        plain = self.reading.plain
        first = names.first_name_kind(actor.name.split()[0].replace("’", "'"))
        if first:
            actor.gender = first
        for start, end in actor.mentions:
            before = re.sub(r" \([^)]*\)", "", plain[max(0, start - 90) : start])
            after = re.sub(r"^\.(?=,)", "", plain[end : end + 120])
            if re.search(r"\b(?:M\.|M|Monsieur) $", before):
                actor.gender = "m"
            elif re.search(r"\b(?:Mme|Mlle|Madame)\.? $", before):
                actor.gender = "f"
            for role in (self._role_after(after), self._role_before(before)):
                if role:
                    actor.roles.append(role)
                    gender = role_genders().get(head_noun(role, role_genders()), "*")
                    if actor.gender == "*" and gender != "*":
                        actor.gender = gender

    def _role_after(self, after: str) -> str:
        match = _ROLE_AFTER.match(after)
        if not match or not after.startswith((",", " (")):
            return ""
        return match.group(1).strip() if head_noun(match.group(1), role_genders()) else ""

    def _role_before(self, before: str) -> str:
        match = re.search(r"((?:\b(?:le|la|son|sa|un|une|du|au) |\bl')?[\w' -]{3,60}?),? (?:M\. |Mme )?$", before)
        if not match:
            return ""
        words = re.split(r"[.;:«»\"]|\b(?:que|et|par|pour|avec|mais) ", match.group(1))[-1]
        for cut in re.finditer(r"\b(?:le |la |l'|son |sa |un |une |du |au |)(?=[\w-])", words):
            if head_noun(words[cut.start() :], role_genders()) and not re.search(
                r"(?:\bde|d'|\bdu|\bdes|\bà|\bpar|\bavec) ?$", words
            ):
                return words[cut.start() :].strip()
        return ""

    def in_span(self, span: Span) -> list[tuple[Actor, Span]]:
        """Actors named in `span`, in order."""
        low = bisect_right(self.starts, (span[0], -1))
        found = []
        for start, index in self.starts[low:]:
            if start >= span[1]:
                break
            found.append((self.actors[index], next(m for m in self.actors[index].mentions if m[0] == start)))
        return found

    def _before(self, position: int, far: int = _FAR) -> list[tuple[Actor, Span]]:
        """Actors named before `position`, the nearest first."""
        found = reversed(self.in_span((max(0, position - far), position)))
        return [pair for pair in found if self.reading.masked[pair[1][0]] != MASK]

    def role_of(self, actor: Actor) -> str | None:
        """The fullest role the article gives a person."""
        return max(actor.roles, key=len, default=None)
