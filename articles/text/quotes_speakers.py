"""Who the words of a sentence designate: a name, a role (« son CEO »), a company (« l'opérateur »), a pronoun."""

from __future__ import annotations

import re
from dataclasses import dataclass

from articles.text import names, wordlists
from articles.text.findings import Span
from articles.text.quotes_cast import (
    DEFINITE,
    Actor,
    People,
    bare,
    body_nouns,
    head_noun,
    outlet_nouns,
    role_genders,
)
from articles.text.quotes_cues import Cue
from articles.text.reading import MASK

_INDEFINITE = re.compile(
    r"(?:l'une? des|une?|des|plusieurs|certaine?s?|quelques|deux|trois|quatre|cinq|d'autres)\b|de nombreu",
    re.IGNORECASE,
)
_BY_AUTHOR = re.compile(r"(?: [\w']+){0,3}? par (?:le |la |les |l')?")
_PLURAL = re.compile(r"(?:les|des|ces|ses|leurs|plusieurs|certains|certaines)\b", re.IGNORECASE)
_PLACE = r"(?-i:[A-ZÀ-Ý][\w'-]+(?: [A-ZÀ-Ý][\w'-]+)*)"
_PROPER = re.compile(r"[A-ZÀ-Ý][\w'&.-]+(?: [A-ZÀ-Ý][\w'&.-]+){0,3}")
_ON_AIR = wordlists.group("grammar", "media on air")
_ANY_MEDIUM = wordlists.group("grammar", "media of any kind")
_LEADERS = wordlists.group("grammar", "those who lead")
_SAME_SOURCE = frozenset(line for line in wordlists.lines("same_source"))
_COMPANIES = wordlists.group("grammar", "companies")
_WITH_MEMBERS = wordlists.group("grammar", "bodies with members")
_PROPER_END = re.compile(r"^[a-zà-ÿ'’ -]+ (?!de |du |des |la |le |les |et |en |à |au )[a-zà-ÿ-]{4,} ([A-ZÀ-Ý][\w-]+)$")
_BEFORE_COMPLEMENT = re.compile(r"(?:\b(?:de|du|des|à|au|aux|la|le|les|et|en|par|sur|chez|pour) |['(])$", re.IGNORECASE)
_AGENT = re.compile(r"\bpar (?:le |la |les |l')?$")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: the full name when it is known, the words that say it, the role, and how sure that is."""

    name: str | None
    raw: str | None
    role: str | None = None
    certainty: float = 0.5
    kind: str = ""


NOBODY = Speaker(None, None, None, 0.3)


def _bare_name(raw: str) -> str:
    """A phrase without its article, or the proper name that ends it (« l'organisme de contrôle X »)."""
    proper = _PROPER_END.search(raw)
    if proper is not None:
        return proper.group(1)
    return re.sub(r"^(?:les? |la |l['’])", "", raw, flags=re.IGNORECASE)


class Cast(People):
    """Resolves who speaks; `last` in its methods is who spoke before, up to `last_end`."""

    last_end = -1

    def resolve(self, cue: Cue, last: Speaker | None, position: int) -> Speaker:
        """The speaker of `cue`; `last` spoke before, `position` is where to look back from."""
        role = self.reading.text[slice(*cue.role)] if cue.role else None
        if cue.subject is None:
            return self._pronoun(cue.pronoun, last, position, role)
        raw = self.reading.text[slice(*cue.subject)]
        named = self._named(cue.subject, raw)
        if named is not None:
            return Speaker(named.name, raw, role or self.role_of(named), 0.95, named.kind)
        if last is not None and raw.lower() in _SAME_SOURCE:
            return Speaker(last.name, raw, last.role, 0.7, last.kind)
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
        lead = DEFINITE.match(plain[span[0] : span[1]])
        head = span[0] + (lead.end() if lead else 0)
        for actor, (start, _) in pairs:
            between = plain[span[0] : start].lower()
            if start <= head + 1 or (
                actor.kind != "person"
                and head_noun(raw, body_nouns() | outlet_nouns())
                and not re.search(r"\b(?:de|d'|du|des|à) ?(?:la |le |l')?$", between)
            ):
                return actor
        return self._named_last(span, raw, pairs)

    def _named_last(self, span: Span, raw: str, pairs: list[tuple[Actor, Span]]) -> Actor | None:
        """« l'organisme de surveillance du trafic X »: a body whose name ends the phrase that describes it."""
        if not pairs or _INDEFINITE.match(raw.replace("’", "'")) or head_noun(raw, role_genders()):
            return None
        actor, (start, end) = pairs[-1]
        between = self.reading.plain[span[0] : start]
        apart = re.search(
            r"(?:\b(?:de|du|des|à|au|aux|la|le|les|et|en|par|sur|chez|pour) |['(])$", between, re.IGNORECASE
        )
        whole = end == span[1] and actor.kind not in ("person", "place") and " " in between.strip()
        return actor if whole and not apart else None

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
        outlet_noun = head_noun(plain, outlet_nouns())
        if outlet_noun and " de " not in plain and " du " not in plain:
            on_air = outlet_noun in _ON_AIR
            found = next(
                (
                    actor
                    for actor, _ in self._before(span[0], 2500)
                    if actor.kind == "outlet"
                    and (outlet_noun in _ANY_MEDIUM or on_air == (actor.name in wordlists.lines("broadcasters")))
                ),
                None,
            )
            if found is not None:
                return Speaker(found.name, raw, None, 0.75, "outlet")
        if head_noun(plain, role_genders()):
            return self._by_role(plain, raw, span, last)
        same = self._same_head(plain, span[0])
        if same is not None:
            return Speaker(same.name, raw, None, 0.8, same.kind)
        short = len(plain.split()) <= 5 and self._stands_for_another(plain, span)
        if short and head_noun(plain, body_nouns()):
            found = self._salient_body(span[0], last)
            if found is not None:
                return Speaker(found.name, raw, None, 0.7, found.kind)
        fuller = self._fuller(plain, span[0])
        if fuller is not None:
            return Speaker(fuller, raw, role, 0.7, "organisation")
        if (_PROPER.fullmatch(plain) and not DEFINITE.match(plain)) or (
            DEFINITE.match(plain) and self._is_institution(plain)
        ):
            return Speaker(_bare_name(raw), raw, role, 0.6, "organisation")
        return Speaker(None, raw, role, 0.5)

    def _stands_for_another(self, plain: str, span: Span) -> bool:
        """« le fabricant de puces », « la firme de Cupertino » stand for a company, « l'union des chefs » does not."""
        head = set(bare(plain).split()[:1])
        if re.search(r" (?:de|du|des) (?:la |le |l')?[A-ZÀ-Ý]", plain):
            pairs = self.in_span(span)
            return bool(_COMPANIES & head) and bool(pairs) and all(actor.kind == "place" for actor, _ in pairs)
        return not (_WITH_MEMBERS & head and re.search(r" (?:de|du|des|d') ?\w", plain))

    def _same_head(self, plain: str, position: int) -> Actor | None:
        """« la commission » after « la Commission européenne »: the body whose own name opens with the noun."""
        head = bare(plain)
        for actor, _ in self._before(position, 4000):
            words = names.key(actor.name).split()
            if actor.kind == "organisation" and len(words) > 1 and words[0] == names.key(head):
                return actor
        return None

    def _fuller(self, plain: str, position: int) -> str | None:
        """« la caisse » after « la caisse de retraite des Mines »: the fuller name that the text gave before."""
        head = bare(plain)
        if (
            not DEFINITE.match(plain)
            or head.split(" ")[0] not in wordlists.words("institutions")
            or " de " in head[12:]
        ):
            return None
        pattern = re.compile(
            rf"(?<!\w)(?:la |le |l'){re.escape(head)}(?: \([^)]*\)| [a-zé-]+){{0,3}} (?:de |du |des |d'|de la |de l')"
            + _PLACE,
            re.I,
        )
        match = next(iter(pattern.finditer(self.reading.plain, 0, position)), None)
        if match is None or not re.search(r"[A-ZÀ-Ý]", match.group()[3:]):
            return None
        return _bare_name(self.reading.text[slice(*match.span())])

    def _is_institution(self, plain: str) -> bool:
        """« le parquet de Lyon », « la préfecture du Rhône »: a body told apart by its complement."""
        if bare(plain) in wordlists.group("grammar", "bodies alone"):
            return True
        head = set(bare(plain).split()[:1])
        if _WITH_MEMBERS & head and re.match(r"(?:la |le |l')", plain, re.I):
            return re.search(r" (?:de |des |du |d')", plain) is not None
        return bool(wordlists.words("institutions") & head) and re.search(r" (?:[A-ZÀ-Ý]|d')", plain) is not None

    def _named_after(self, end: int) -> Actor | None:
        """« l'agence britannique (NCA) »: the name stands in brackets after the phrase."""
        if self.reading.plain[end : end + 2] != " (":
            return None
        return next((actor for actor, (start, _) in self.in_span((end, end + 4)) if start == end + 2), None)

    def _author(self, plain: str, span: Span, last: Speaker | None) -> Actor | None:
        """« les chiffres de l'Insee », « le site de l'entreprise »: the document speaks for its author."""
        phrase = re.sub(r"^(?:une?|des|d'|de) ", "", bare(plain))
        if not wordlists.words("document_nouns") & set(phrase.split()[:2]):
            return None
        complement = re.search(r" (?:du |de la |de l'|de |d'|des )(.+)", phrase)
        by = _BY_AUTHOR.match(self.reading.plain, span[1])
        found = [
            actor for actor, _ in self.in_span((span[0], by.end() + 1 if by else span[1])) if actor.kind != "place"
        ]
        if found and (complement or by):
            return found[-1] if by else found[0]
        if complement and head_noun(complement.group(1), body_nouns()) and not re.search(r"[A-ZÀ-Ý]", plain[1:]):
            return self._salient_body(span[0], last)
        return None

    def _by_role(self, plain: str, raw: str, span: Span, last: Speaker | None) -> Speaker:
        """« le PDG », « son CEO », « la ministre »: who has that role, else the last person it fits."""
        for paraphrase, office in wordlists.table("role_paraphrases"):
            plain = re.sub(rf"(?<!\w){paraphrase}(?!\w)", office, plain, flags=re.IGNORECASE)
        noun = head_noun(plain, role_genders())
        gender = role_genders()[noun]
        people = [actor for actor in self.actors if actor.kind == "person" and actor.mentions]
        holders = [
            p
            for p in people
            if _agrees(gender, p)
            and any(
                head_noun(r, role_genders()) == noun or _similar(noun, r) or bare(plain) in r.lower() for r in p.roles
            )
        ]
        bodies = set(re.findall(r"[A-ZÀ-Ý][\w-]+", plain[1:]))
        alone = holders[0] if len(holders) == 1 and (len(people) == 1 or self._spoke(holders[0], last)) else None
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
        exact = [p for p in holders if any(bare(plain) in r.lower() for r in p.roles)]
        holders = exact or holders
        if not holders and alone is None and noun in _LEADERS:
            alone = self._free_person(gender, span[0])
        holders = holders or ([alone] if alone is not None else [])
        earlier = [p for p in holders if p.mentions[0][0] < span[0]] or holders
        if earlier:
            nearest = min(earlier, key=lambda p: min(abs(span[0] - m[0]) for m in p.mentions))
            return Speaker(nearest.name, raw, plain, 0.8, "person")
        speaker = self._actor(last.name) if last is not None and last.kind == "person" and last.name else None
        if speaker is not None and last is not None and not speaker.roles and _agrees(gender, speaker):
            return Speaker(last.name, raw, plain, 0.5, "person")
        if re.search(r" (?:du|de la|de l'|des|de|d') ?\w", bare(plain)) and not head_noun(
            re.sub(r"^.*? (?:du |de la |de l'|des |de |d')", "", plain), body_nouns()
        ):
            return Speaker(None, raw, plain, 0.5)
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
        if noun in _LEADERS:
            head = [p for p in people if self._leads(p)]
            if len(head) == 1:
                return Speaker(head[0].name, raw, plain, 0.6, "person")
        return Speaker(None, raw, plain, 0.5)

    def _spoke(self, actor: Actor, last: Speaker | None) -> bool:
        return last is not None and last.name == actor.name

    def _free_person(self, gender: str, position: int) -> Actor | None:
        """« le patron de X » whom nothing names: the person just named, when the article ties them to no other body."""
        for actor, _ in self._before(position, 500):
            if actor.kind == "person" and _agrees(gender, actor):
                return None if any(re.search(r"[A-ZÀ-Ý]", role[1:]) for role in actor.roles) else actor
        return None

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
            earlier = [m[0] for m in actor.mentions if m[0] < position and self.reading.masked[m[0]] != MASK]
            if earlier and _AGENT.search(self.reading.plain[max(0, earlier[-1] - 6) : earlier[-1]]):
                earlier.pop()
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
        if (
            last is not None
            and last.name is None
            and _may_be_gender(last.raw, gender)
            and not self._person_since(gender, position)
        ):
            return Speaker(None, words, last.role, 0.6)
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

    def _person_since(self, gender: str, position: int) -> bool:
        """Whether somebody of that gender was named since the last words were said."""
        return not 0 <= position - self.last_end < 600 or any(
            actor.kind == "person" and _agrees(gender, actor) for actor, _ in self.in_span((self.last_end, position))
        )

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
        return _agrees(gender, actor) if actor.kind == "person" else gender == "f" or actor.kind != "place"

    def _rival(self, gender: str, actor: Actor, position: int) -> bool:
        """Another person of that gender opened a sentence since `actor` was last named."""
        for other, span in self._before(position, 400):
            if other is actor:
                return False
            if other.kind == "person" and other.gender == gender and self._opens_sentence(span[0]):
                return True
        return False


def _may_be_gender(raw: str | None, gender: str) -> bool:
    """Whether unnamed words (« un dirigeant ») may be of that gender."""
    if not raw:
        return False
    shown = "m" if re.match(r"(?:un|le|ce) ", raw, re.I) else "f" if re.match(r"(?:une|la|cette) ", raw, re.I) else ""
    return shown in ("", gender)


def _agrees(gender: str, actor: Actor | None) -> bool:
    return actor is None or gender == "*" or actor.gender in ("*", gender)


_GATHERINGS = wordlists.group("grammar", "gatherings under a name")
_ANYBODY = wordlists.group("grammar", "anybody")
_SIMILAR = tuple(frozenset(line.split()) for line in wordlists.lines("similar_roles"))


def _similar(noun: str, role: str) -> bool:
    """Nouns that the press uses for one another."""
    words = set(re.findall(r"[\w-]+", role.lower()))
    return any(noun in group and words & group for group in _SIMILAR)
