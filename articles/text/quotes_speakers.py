"""Who the words of a sentence designate: a name, a role (« son CEO »), a company (« l'opérateur »), a pronoun."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache

from articles.text import names, wordlists
from articles.text.citations import OutletMention
from articles.text.findings import EntitySpan, Span
from articles.text.quotes_cues import Cue
from articles.text.reading import MASK, Reading

_DEFINITE = re.compile(r"(?:le|la|l'|les|ce|cette|cet|son|sa|ses|leur|leurs) ?", re.IGNORECASE)
_INDEFINITE = re.compile(
    r"(?:l'une? des|une?|des|plusieurs|certaine?s?|quelques|deux|trois|quatre|cinq|d'autres)\b|de nombreu",
    re.IGNORECASE,
)
_ROLE_AFTER = re.compile(
    r",? ?\(?((?:le |la |l'|un |une |son |sa )?[\w' -]{3,90}?)"
    r"(?=[,.;:)«»\"]| (?:qui|dont|lors|a|avait|et|est|dans)\b|$)"
)
_BY_AUTHOR = re.compile(r"(?: [\w']+){0,3}? par (?:le |la |les |l')?")
_PLURAL = re.compile(r"(?:les|des|ces|ses|leurs|plusieurs|certains|certaines)\b", re.IGNORECASE)
_FAR = 1500


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: the full name when it is known, the words that say it, the role, and how sure that is."""

    name: str | None
    raw: str | None
    role: str | None = None
    certainty: float = 0.5
    kind: str = ""


NOBODY = Speaker(None, None, None, 0.3)


@dataclass(slots=True)
class Actor:
    """A person, a body or an outlet that may speak."""

    name: str
    kind: str
    mentions: list[Span]
    gender: str = "*"
    roles: list[str] = field(default_factory=list)


@cache
def _role_genders() -> dict[str, str]:
    genders: dict[str, str] = {}
    for masculine, feminine in ((row[0].lower(), row[1].lower()) for row in wordlists.table("roles")):
        genders[masculine] = "*" if masculine == feminine else "m"
        if masculine != feminine:
            genders[feminine] = "f"
    return genders


@cache
def _body_nouns() -> dict[str, str]:
    return {" ".join(line.split()[:-1]).lower(): line.split()[-1] for line in wordlists.lines("organisation_nouns")}


@cache
def _outlet_nouns() -> dict[str, str]:
    return {" ".join(line.split()[:-1]).lower(): line.split()[-1] for line in wordlists.lines("outlet_nouns")}


def _bare(words: str) -> str:
    return _DEFINITE.sub("", words, count=1).strip().lower() if _DEFINITE.match(words) else words.strip().lower()


def _head(words: str, nouns: dict[str, str]) -> str:
    """The first noun of `nouns` that opens a phrase, adjectives and articles before it left aside."""
    bare = re.sub(r"^(?:un|une|des|du|de la) ", "", _bare(words))
    bare = re.sub(
        r"^(?:ancien(?:ne)?|ex-?|nouveau|nouvelle|jeune|future?|actuel(?:le)?|célèbre|puissant|petite?|grande?|même) ?",
        "",
        bare,
    )
    for noun in sorted(nouns, key=len, reverse=True):
        if re.match(rf"{re.escape(noun)}(?!\w)", bare):
            return noun
    return ""


class Cast:
    """Everybody an article names, and who spoke last."""

    def __init__(
        self, reading: Reading, entities: tuple[EntitySpan, ...], outlets: list[OutletMention], title: str = ""
    ) -> None:
        self.reading = reading
        self.title = names.key(title)
        self.actors = [
            Actor(e.name, e.kind, list(e.mentions)) for e in entities if e.kind in ("person", "organisation", "place")
        ]
        self._add_outlets(outlets)
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

    def names_at(self) -> dict[int, tuple[int, str]]:
        """Start of each mention → its end and kind, for the parser of subjects."""
        return {start: (end, actor.kind) for actor in self.actors for start, end in actor.mentions}

    def _describe(self, actor: Actor) -> None:
        """Gender and roles of a person from the first name, titles and appositions."""
        plain = self.reading.plain
        first = names.first_name_kind(actor.name.split()[0].replace("’", "'"))
        if first and " " in actor.name:
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
                    gender = _role_genders().get(_head(role, _role_genders()), "*")
                    if actor.gender == "*" and gender != "*":
                        actor.gender = gender

    def _role_after(self, after: str) -> str:
        match = _ROLE_AFTER.match(after)
        if not match or not after.startswith((",", " (")):
            return ""
        return match.group(1).strip() if _head(match.group(1), _role_genders()) else ""

    def _role_before(self, before: str) -> str:
        match = re.search(r"((?:\b(?:le|la|son|sa|un|une|du|au) |\bl')?[\w' -]{3,60}?),? (?:M\. |Mme )?$", before)
        if not match:
            return ""
        words = re.split(r"[.;:«»\"]|\b(?:que|et|par|pour|avec|mais) ", match.group(1))[-1]
        for cut in re.finditer(r"\b(?:le |la |l'|son |sa |un |une |du |au |)(?=[\w-])", words):
            if _head(words[cut.start() :], _role_genders()) and not re.search(
                r"(?:\bde|d'|\bdu|\bdes|\bà|\bpar|\bavec) ?$", words
            ):
                return words[cut.start() :].strip()
        return ""

    # -- resolution -----------------------------------------------------------------------------------------------

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

    def resolve(self, cue: Cue, last: Speaker | None, position: int) -> Speaker:
        """The speaker of `cue`; `last` spoke before, `position` is where to look back from."""
        role = self.reading.text[slice(*cue.role)] if cue.role else None
        if cue.subject is None:
            return self._pronoun(cue.pronoun, last, position, role)
        raw = self.reading.text[slice(*cue.subject)]
        named = self._named(cue.subject, raw)
        if named is not None:
            return Speaker(named.name, raw, role or self.role_of(named), 0.95, named.kind)
        if raw.lower() in ("celui-ci", "celle-ci", "ce dernier", "cette dernière"):
            return self._pronoun(
                "il" if raw.lower() in ("celui-ci", "ce dernier") else "elle", last, cue.subject[0], role, raw
            )
        return self._described(raw, cue.subject, last, role)

    def _named(self, span: Span, raw: str) -> Actor | None:
        """The actor that a phrase names at its head, not in a complement (« un porte-parole de la Commission »)."""
        plain = self.reading.plain
        pairs = self.in_span(span)
        for actor, (start, _) in pairs:
            before = plain[span[0] : start].lower()
            complement = re.search(r"\b(?:de|d'|du|des|à|avec|par|pour|chez) ?$", before)
            if actor.kind == "person" and not complement and not _GATHERINGS & set(before.split()):
                return actor
        lead = _DEFINITE.match(plain[span[0] : span[1]])
        head = span[0] + (lead.end() if lead else 0)
        for actor, (start, _) in pairs:
            between = plain[span[0] : start].lower()
            if start <= head + 1 or (
                actor.kind != "person"
                and _head(raw, _body_nouns() | _outlet_nouns())
                and not re.search(r"\b(?:de|d'|du|des|à) ?(?:la |le |l')?$", between)
            ):
                return actor
        return None

    def role_of(self, actor: Actor) -> str | None:
        """The fullest role the article gives a person."""
        return max(actor.roles, key=len, default=None)

    def _described(self, raw: str, span: Span, last: Speaker | None, role: str | None) -> Speaker:
        plain = raw.replace("’", "'")
        named = self._named_after(span[1])
        if named is not None:
            return Speaker(named.name, raw, role, 0.85, named.kind)
        author = self._author(plain, span, last)
        if author is not None:
            return Speaker(author.name, raw, None, 0.75, author.kind)
        if _INDEFINITE.match(plain) or _PLURAL.match(plain) or " et l" in plain:
            return Speaker(None, raw, role, 0.8)
        outlet_noun = _head(plain, _outlet_nouns())
        if outlet_noun and " de " not in plain and " du " not in plain:
            found = next((actor for actor, _ in self._before(span[0], 2500) if actor.kind == "outlet"), None)
            if found is not None:
                return Speaker(found.name, raw, None, 0.75, "outlet")
        if _head(plain, _role_genders()):
            return self._by_role(plain, raw, span, last)
        short = len(plain.split()) <= 5 and not re.search(r" (?:de|du|des) (?:la |l')?[A-ZÀ-Ý]", plain)
        if short and _head(plain, _body_nouns()):
            found = self._salient_body(span[0], last)
            if found is not None:
                return Speaker(found.name, raw, None, 0.7, found.kind)
        return Speaker(None, raw, role, 0.5)

    def _named_after(self, end: int) -> Actor | None:
        """« l'agence britannique (NCA) »: the name stands in brackets after the phrase."""
        if self.reading.plain[end : end + 2] != " (":
            return None
        return next((actor for actor, (start, _) in self.in_span((end, end + 4)) if start == end + 2), None)

    def _author(self, plain: str, span: Span, last: Speaker | None) -> Actor | None:
        """« les chiffres de l'Insee », « le site de l'entreprise »: the document speaks for its author."""
        bare = re.sub(r"^(?:une?|des|d'|de) ", "", _bare(plain))
        if not wordlists.words("document_nouns") & set(bare.split()[:2]):
            return None
        complement = re.search(r" (?:du |de la |de l'|de |d'|des )(.+)", bare)
        by = _BY_AUTHOR.match(self.reading.plain, span[1])
        found = [
            actor for actor, _ in self.in_span((span[0], by.end() + 1 if by else span[1])) if actor.kind != "place"
        ]
        if found and (complement or by):
            return found[-1] if by else found[0]
        if complement and _head(complement.group(1), _body_nouns()) and not re.search(r"[A-ZÀ-Ý]", plain[1:]):
            return self._salient_body(span[0], last)
        return None

    def _by_role(self, plain: str, raw: str, span: Span, last: Speaker | None) -> Speaker:
        """« le PDG », « son CEO », « la ministre »: who has that role, else the last person it fits."""
        for paraphrase, office in wordlists.table("role_paraphrases"):
            plain = re.sub(rf"(?<!\w){paraphrase}(?!\w)", office, plain, flags=re.IGNORECASE)
        noun = _head(plain, _role_genders())
        gender = _role_genders()[noun]
        people = [actor for actor in self.actors if actor.kind == "person" and actor.mentions]
        holders = [
            p
            for p in people
            if any(_head(r, _role_genders()) == noun or _similar(noun, r) for r in p.roles) and _agrees(gender, p)
        ]
        bodies = set(re.findall(r"[A-ZÀ-Ý][\w-]+", plain[1:]))
        placed = [
            p
            for p in people
            if bodies and _agrees(gender, p) and any(bodies & set(re.findall(r"[\w-]+", r)) for r in p.roles)
        ]
        holders = (
            [p for p in holders if p in placed]
            or placed
            or ([] if bodies and holders and not self._may_be(holders, bodies) else holders)
        )
        exact = [p for p in holders if any(_bare(plain) in r.lower() for r in p.roles)]
        holders = exact or holders
        earlier = [p for p in holders if p.mentions[0][0] < span[0]] or holders
        if earlier:
            nearest = min(earlier, key=lambda p: min(abs(span[0] - m[0]) for m in p.mentions))
            return Speaker(nearest.name, raw, plain, 0.8, "person")
        if re.search(r" (?:du|de la|de l'|des|de|d') ?\w", _bare(plain)) and not _head(
            re.sub(r"^.*? (?:du |de la |de l'|des |de |d')", "", plain), _body_nouns()
        ):
            return Speaker(None, raw, plain, 0.5)
        speaker = self._actor(last.name) if last is not None and last.kind == "person" and last.name else None
        if (
            last is not None
            and speaker is not None
            and _agrees(gender, speaker)
            and (not speaker.roles or noun in _ANYBODY)
        ):
            return Speaker(last.name, raw, plain, 0.6, "person")
        for actor, _ in self._before(span[0], 900):
            if actor.kind == "person" and _agrees(gender, actor) and (not actor.roles or noun in _ANYBODY):
                return Speaker(actor.name, raw, plain, 0.5, "person")
        if noun in ("pdg", "p-dg", "ceo", "patron", "dirigeant", "fondateur", "cofondateur", "co-fondateur"):
            head = [p for p in people if self._leads(p)]
            if len(head) == 1:
                return Speaker(head[0].name, raw, plain, 0.6, "person")
        return Speaker(None, raw, plain, 0.5)

    def _may_be(self, holders: list[Actor], bodies: set[str]) -> bool:
        """Whether a holder's roles name no other body than the phrase does."""
        return any(not re.search(r"[A-ZÀ-Ý]", role[1:]) for p in holders for role in p.roles)

    def _leads(self, person: Actor) -> bool:
        """« l'entreprise dirigée par X », « créée par X »."""
        plain = self.reading.plain
        return any(
            re.search(r"\b(?:dirigée?|créée?|fondée?|cofondée?|pilotée?|menée?) par $", plain[max(0, m[0] - 20) : m[0]])
            for m in person.mentions
        )

    def _actor(self, name: str) -> Actor | None:
        return next((actor for actor in self.actors if actor.name == name), None)

    def _salient_body(self, position: int, last: Speaker | None) -> Actor | None:
        """The organisation the passage is about: often named, and lately."""
        bodies = [actor for actor in self.actors if actor.kind == "organisation"]
        scored = []
        for actor in bodies:
            earlier = [m[0] for m in actor.mentions if m[0] < position]
            if earlier:
                distance = position - max(earlier)
                titled = 1.5 if names.key(actor.name) in self.title else 0.0
                recent = 3.0 / (1 + distance / 300) + 1.5 * self._opens_sentence(max(earlier))
                scored.append((len(actor.mentions) ** 0.5 + recent + titled, actor))
        if last is not None and last.kind == "organisation" and last.name:
            scored += [(2.5, actor) for actor in bodies if actor.name == last.name]
        return max(scored, key=lambda pair: pair[0])[1] if scored else None

    def _opens_sentence(self, position: int) -> bool:
        start = self.reading.sentences[self.reading.sentence_at(position)][0]
        return position - start < 4

    def _pronoun(
        self, pronoun: str, last: Speaker | None, position: int, role: str | None, raw: str | None = None
    ) -> Speaker:
        words = raw or pronoun or None
        if pronoun == "il ou elle":
            return self._pronoun(
                "elle" if last and last.name and (a := self._actor(last.name)) and a.gender == "f" else "il",
                last,
                position,
                role,
                "ses yeux",
            )
        gender = {"il": "m", "lui": "m", "elle": "f"}.get(pronoun, "")
        if pronoun in ("ils", "elles", "eux", "on", "nous"):
            return Speaker(None, words, role, 0.5)
        if pronoun in ("je", "j'") or not gender:
            return Speaker(last.name, words, last.role, 0.6, last.kind) if last else NOBODY
        actor = self._actor(last.name) if last is not None and last.name else None
        if (
            actor is not None
            and last is not None
            and self._fits(gender, actor)
            and not self._rival(gender, actor, position)
        ):
            return Speaker(actor.name, words, last.role or role, 0.75, actor.kind)
        found = self._likely_person(gender, position)
        if found is not None:
            return Speaker(found.name, words, self.role_of(found), 0.65, "person")
        if gender == "f" or last is None:
            found = self._salient_body(position, last)
            if found is not None:
                return Speaker(found.name, words, None, 0.5, found.kind)
        if last is not None:
            return Speaker(last.name, words, last.role, 0.4, last.kind)
        return Speaker(None, words, role, 0.3)

    def _likely_person(self, gender: str, position: int) -> Actor | None:
        """The person a pronoun stands for: lately named, and rather the first of a sentence than a complement."""
        here, best, top = self.reading.sentence_at(position), None, 0.0
        for actor, (start, _) in self._before(position, 700):
            if actor.kind != "person" or not _agrees(gender, actor):
                continue
            sentence = self.reading.sentence_at(start)
            first = next((a for a, _ in self.in_span(self.reading.sentences[sentence]) if a.kind == "person"), None)
            complement = re.search(
                r"\b(?:de|d'|du|à|avec|par|pour|contre|chez|sur|que|selon) ?$",
                self.reading.plain[max(0, start - 7) : start],
            )
            score = 1.0 / (1 + here - sentence) + (0.6 if first is actor and not complement else 0.0)
            if score > top:
                best, top = actor, score
        return best

    def _fits(self, gender: str, actor: Actor) -> bool:
        return _agrees(gender, actor) if actor.kind == "person" else gender == "f" or actor.kind == "organisation"

    def _rival(self, gender: str, actor: Actor, position: int) -> bool:
        """Another person of that gender opened a sentence since `actor` was last named."""
        for other, span in self._before(position, 400):
            if other is actor:
                return False
            if other.kind == "person" and other.gender == gender and self._opens_sentence(span[0]):
                return True
        return False


def _agrees(gender: str, actor: Actor | None) -> bool:
    return actor is None or gender == "*" or actor.gender in ("*", gender)


_GATHERINGS = wordlists.group("grammar", "gatherings under a name")
_ANYBODY = wordlists.group("grammar", "anybody")
_SIMILAR = tuple(frozenset(line.split()) for line in wordlists.lines("similar_roles"))


def _similar(noun: str, role: str) -> bool:
    """Nouns that the press uses for one another."""
    words = set(re.findall(r"[\w-]+", role.lower()))
    return any(noun in group and words & group for group in _SIMILAR)
