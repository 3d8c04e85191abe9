"""The words that designate who speaks in a sentence: the subject before a verb of saying, or after it."""

from __future__ import annotations

from functools import cache

from articles.text import names, speech, wordlists
from articles.text.findings import Span
from articles.text.reading import Reading, tokens

PRONOUNS = wordlists.group("grammar", "pronouns")
DETERMINERS = wordlists.group("grammar", "determiners")
CONTRACTED = wordlists.group("grammar", "contracted articles")
PREPOSITIONS = wordlists.group("grammar", "prepositions")
CLITICS = wordlists.group("grammar", "clitics")
ADVERBS = wordlists.group("grammar", "adverbs")
TIME = wordlists.group("grammar", "times")
BOUNDARIES = wordlists.group("grammar", "boundaries")
NOUN_FORMS = wordlists.group("grammar", "verb forms that are nouns")
STOP_AFTER = wordlists.group("grammar", "ends of a phrase")
ASIDES = wordlists.group("grammar", "asides")
APPOSITION_ENDS = wordlists.group("grammar", "ends of an apposition")
AUXILIARIES = wordlists.group("grammar", "auxiliaries")
NO_NAMES = wordlists.group("grammar", "words that open no name")
MANY = wordlists.group("grammar", "words after a partitive")
SET_ADVERBS = {("d'", "emblée"), ("d'", "abord"), ("d'", "ailleurs")}
MEDIA = wordlists.group("grammar", "media")


@cache
def role_words() -> frozenset[str]:
    """First words of the nouns for what a person is."""
    return frozenset(form.strip().lower().split()[0] for row in wordlists.table("roles") for form in row)


class SubjectParser:
    """Reads the subjects of one sentence. `names_at` maps the start of a name to its end and kind."""

    def __init__(self, reading: Reading, span: Span, names_at: dict[int, tuple[int, str]]) -> None:
        self.reading = reading
        self.span = span
        self.names_at = names_at
        self.within_marks = reading.masked is reading.plain
        self.tokens = list(tokens(reading.masked, *span))
        self.at = {token.start: index for index, token in enumerate(self.tokens)}

    def _first_at(self, position: int) -> int:
        return next((i for i, token in enumerate(self.tokens) if token.start >= position), len(self.tokens))

    def _name_end(self, index: int) -> int | None:
        """Index after the name that starts at token `index`, or None."""
        if index >= len(self.tokens) or self.tokens[index].start not in self.names_at:
            return None
        end = self.names_at[self.tokens[index].start][0]
        return self._first_at(end)

    def _is_title(self, index: int) -> int:
        """How many tokens « M. », « Mme » take at `index`."""
        if index < len(self.tokens) and self.tokens[index].low in (
            "m",
            "mm",
            "mme",
            "mmes",
            "mlle",
            "dr",
            "pr",
            "me",
            "monsieur",
            "madame",
            "maître",
        ):
            return 2 if index + 1 < len(self.tokens) and self.tokens[index + 1].low == "." else 1
        return 0

    def _skip_complements(self, index: int) -> int:
        """Past adverbs, times and « à l'AFP », « dans un entretien au Monde » between a verb and its subject."""
        while index < len(self.tokens):
            low = self.tokens[index].low
            pair = (low, self.tokens[index + 1].low) if index + 1 < len(self.tokens) else (low, "")
            if (low == "ce" and pair[1] in TIME) or pair in SET_ADVERBS:
                index += 2
            elif self._name_end(index) is not None:
                return index
            elif low in ADVERBS or low in TIME or low.endswith("ment") or low[:1].isdigit():
                index += 1
            elif low in PREPOSITIONS and low not in ("de", "d'", "du", "des"):
                index = self._past_complement(index)
            elif low == "," and index + 1 < len(self.tokens) and self._comma_pair(index):
                index = self._comma_pair(index)
            else:
                return index
        return index

    def _comma_pair(self, index: int) -> int:
        """« a déclaré, mardi, X » : past a short bracket between commas that opens with a time or a preposition."""
        following = self.tokens[index + 1].low
        if following not in TIME and following not in PREPOSITIONS and following not in ADVERBS:
            return 0
        for ahead in range(index + 2, min(index + 12, len(self.tokens))):
            if self.tokens[ahead].low == ",":
                return ahead + 1
            if self.tokens[ahead].low in (".", "«", ";"):
                return 0
        return 0

    def _past_complement(self, index: int) -> int:
        index += 1
        while index < len(self.tokens) and (
            self.tokens[index].low in DETERMINERS or self.tokens[index].low in PREPOSITIONS
        ):
            index += 1
        end = self._name_end(index)
        if end is not None:
            return end
        index += 1
        if self._name_end(index) is not None and self.tokens[index - 1].low in MEDIA:
            return self._name_end(index) or index
        while index < len(self.tokens):
            low = self.tokens[index].low
            if (
                not low[0].isalpha()
                or low in DETERMINERS
                or low in PREPOSITIONS
                or low in STOP_AFTER
                or self._name_end(index)
            ):
                break
            index += 1
        return index

    def _subject_after(self, index: int) -> tuple[Span, Span | None, int] | None:
        """The subject that follows its verb, its role, and where both end."""
        return self._subject_at(self._skip_complements(index))

    def _subject_at(self, index: int) -> tuple[Span, Span | None, int] | None:
        if index >= len(self.tokens):
            return None
        name_from = index + self._is_title(index)
        end = self._name_end(name_from)
        if end is not None:
            subject = (self.tokens[index].start, self.tokens[end - 1].end)
            role = self._apposition(end)
            return subject, role, role[1] if role else subject[1]
        low = self.tokens[index].low
        if low in PRONOUNS and low in ("celui-ci", "celle-ci"):
            return (self.tokens[index].start, self.tokens[index].end), None, self.tokens[index].end
        capital = self.reading.text[self.tokens[index].start].isupper()
        following = self.tokens[index + 1].low if index + 1 < len(self.tokens) else ""
        partitive = low in ("d'", "de") and following in MANY
        if low not in DETERMINERS and low != "des" and not capital and not partitive:
            return None
        return self._noun_phrase_after(index)

    def _noun_phrase_after(self, index: int) -> tuple[Span, Span | None, int] | None:
        """The phrase that starts at `index`, or the person named at its end (« le patron de X, Y »)."""
        at = index + 1
        while at < len(self.tokens):
            low = self.tokens[at].low
            named = self._name_end(at)
            if (
                named is not None
                and at > index + 1
                and self._is_person(at)
                and self.tokens[at - 1].low not in PREPOSITIONS
            ):
                return self._person_with_role(at, named, index)
            if named is not None:
                at = named
                continue
            if low == "," and at + 1 < len(self.tokens):
                following = at + 1 + self._is_title(at + 1)
                named = self._name_end(following)
                return (
                    self._person_with_role(at + 1, named, index)
                    if named and self._is_person(following)
                    else self._phrase(index, at)
                )
            if self._ends_phrase(low) or self._says(at):
                break
            at += 1
        return self._phrase(index, at)

    def _says(self, index: int) -> bool:
        """A finite verb of saying, not the noun of the same form (« la note », « le juge »)."""
        form = speech.forms().get(self.tokens[index].low)
        return form is not None and form.mood == "finite" and self.tokens[index].low not in NOUN_FORMS

    def _phrase(self, start: int, end: int) -> tuple[Span, Span | None, int] | None:
        span = (self.tokens[start].start, self.tokens[end - 1].end)
        known = end > start + 1 or self._name_end(start) or self._is_unknown_name(start, start)
        return (span, None, span[1]) if known else None

    def _person_with_role(self, start: int, end: int, role_start: int) -> tuple[Span, Span | None, int]:
        last = start - 1 if self.tokens[start - 1].low != "," else start - 2
        role = (self.tokens[role_start].start, self.tokens[last].end)
        span = (self.tokens[start].start, self.tokens[end - 1].end)
        return span, role, span[1]

    def _is_person(self, index: int) -> bool:
        return self.names_at[self.tokens[index].start][1] == "person"

    def _ends_phrase(self, low: str) -> bool:
        """A sign, a verb, a time or a word that opens something else ends a noun phrase."""
        signs = not low[0].isalnum() or low in BOUNDARIES
        verbs = low in AUXILIARIES or low in ("s'", "se", "n'", "ne")
        return signs or verbs or (low in STOP_AFTER and low != "en") or (low in TIME and low != "dernier")

    def _apposition(self, index: int) -> Span | None:
        """« , directrice des affaires publiques de X » right after a name."""
        if index + 1 >= len(self.tokens) or self.tokens[index].low not in (",", "("):
            return None
        head = index + 1 + (self.tokens[index + 1].low in DETERMINERS)
        if head >= len(self.tokens) or not self._is_role(head):
            return None
        end = head
        while end < len(self.tokens) and self.tokens[end].low not in APPOSITION_ENDS:
            if self.tokens[end].low in AUXILIARIES:
                return None
            end += 1
        return self.tokens[index + 1].start, self.tokens[end - 1].end

    def _is_role(self, index: int) -> bool:
        words = [token.low for token in self.tokens[index : index + 2]]
        return words[0] in role_words() or (
            len(words) > 1
            and words[1] in role_words()
            and words[0]
            in ("ancien", "ancienne", "ex", "premier", "première", "nouveau", "nouvelle", "jeune", "actuel")
        )

    def _subject_before(self, first: int) -> tuple[Span | None, str, Span | None] | None:
        """The subject that precedes its verb: (words, pronoun, role); None when there is none."""
        index = first - 1
        while index >= 0 and (
            self.tokens[index].low in CLITICS
            or self.tokens[index].low in ADVERBS
            or (self.tokens[index].low.endswith("ment") and len(self.tokens[index].low) > 6)
        ):
            if self._name_covers(index):
                break
            index -= 1
        while index >= 0 and self.tokens[index].low in TIME and not self._name_covers(index):
            if index > 0 and self.tokens[index - 1].low in ("ce", "cette"):
                break
            index -= 1
        if index < 0:
            return None
        low = self.tokens[index].low
        if low == "qui":
            antecedent = index - 1
            if antecedent >= 0 and self.tokens[antecedent].low == ",":
                antecedent -= 1
            near = self._nearest_phrase(antecedent)
            if near is not None and near[0] is not None and self._is_source(near[0]):
                return near
            return self._phrase_ending(antecedent) or near
        if low in ("et", "puis", "mais") and index > 2:
            return self._opening_before(index)
        if low in PRONOUNS:
            return None, low, None
        if low in ("dernier", "dernière") and index > 0 and self.tokens[index - 1].low in ("ce", "cette"):
            return (self.tokens[index - 1].start, self.tokens[index].end), "", None
        if low in (",", ")"):
            return self._before_bracket(index)
        return self._phrase_ending(index)

    def _nearest_phrase(self, last: int) -> tuple[Span | None, str, Span | None] | None:
        """« du côté des autorités, qui … »: the antecedent from its own article on."""
        for at in range(last, max(-1, last - 8), -1):
            low = self.tokens[at].low
            if low in DETERMINERS or low in CONTRACTED:
                start = self.tokens[at].start if at < last else -1
                return ((start, self.tokens[last].end), "", None) if start >= 0 else None
            if not low[0].isalpha() or low in AUXILIARIES or low in BOUNDARIES:
                return None
        return None

    def _opening_before(self, index: int) -> tuple[Span | None, str, Span | None] | None:
        """« X rejette les faits et affirme que … »: the subject that opens the sentence goes on."""
        found = self.opening()
        if found is None or (found[0] is not None and found[0][1] > self.tokens[index].start):
            return None
        return found

    def _name_covers(self, index: int) -> bool:
        token = self.tokens[index]
        return any(
            start <= token.start < end
            for start, (end, _) in self.names_at.items()
            if self.span[0] <= start < self.span[1]
        )

    def _before_bracket(self, index: int) -> tuple[Span | None, str, Span | None] | None:
        """« X, directrice de Y, a déclaré » or « le PDG de Y, X, a déclaré »."""
        opening = index - 1
        while opening >= 0 and self.tokens[opening].low not in (",", "("):
            opening -= 1
        if opening < 0:
            return None
        inner = opening + 1 + self._is_title(opening + 1)
        named = self._name_end(inner)
        before = self._phrase_ending(opening - 1) if opening else None
        if named is not None and named == index and self.names_at[self.tokens[inner].start][1] == "person":
            return (self.tokens[inner].start, self.tokens[named - 1].end), "", before[0] if before else None
        if before is None or before[0] is None:
            return self._before_bracket(opening) if opening > 1 else before
        role_from = opening + 1 + (self.tokens[opening + 1].low in DETERMINERS)
        role = (
            (self.tokens[opening + 1].start, self.tokens[index - 1].end)
            if role_from < index and self._is_role(role_from)
            else None
        )
        if (
            role is None
            and before[0] is not None
            and not self._is_person_span(before[0])
            and opening > 2
            and self.tokens[opening - 1].low not in (")",)
        ):
            outer = self._outer_person(opening)
            if outer is not None:
                return outer
        return before[0], before[1], role or before[2]

    def _outer_person(self, opening: int) -> tuple[Span | None, str, Span | None] | None:
        """A name at the head of the sentence, several brackets before the verb."""
        head = self._is_title(0)
        named = self._name_end(head)
        if (
            named is not None
            and self.names_at[self.tokens[head].start][1] == "person"
            and named < len(self.tokens)
            and self.tokens[named].low == ","
        ):
            return (self.tokens[head].start, self.tokens[named - 1].end), "", self._apposition(named)
        return None

    def _is_person_span(self, span: Span) -> bool:
        return any(span[0] <= start < span[1] and kind == "person" for start, (_, kind) in self.names_at.items())

    def _phrase_ending(self, index: int) -> tuple[Span | None, str, Span | None] | None:
        """The noun phrase whose last word is the token `index`."""
        last, at = index, index
        while at >= 0:
            low = self.tokens[at].low
            previous = self.tokens[at - 1].low if at else ""
            name_end = self._name_end(at)
            if (
                name_end is not None
                and name_end <= last + 1
                and previous not in PREPOSITIONS
                and previous not in DETERMINERS
                and not previous.endswith(("'",))
            ):
                start = at
                if at >= 2 and self.tokens[at - 1].low == "." and self._is_title(at - 2):
                    start = at - 2
                elif at >= 1 and self._is_title(at - 1):
                    start = at - 1
                apposed = self._apposed_person(at, last)
                if apposed is not None:
                    return apposed
                return (self.tokens[start].start, self.tokens[last].end), "", self._role_before(at)
            if (
                low in DETERMINERS
                and previous not in PREPOSITIONS
                and at < last + 1
                and not (low in ("le", "la", "l'", "les") and self._name_covers(at) and name_end is None)
            ):
                return (self.tokens[at].start, self.tokens[last].end), "", None
            if (
                low in ("de", "d'")
                and at < last
                and self.tokens[at + 1].low in MANY
                and (at == 0 or previous in (",", "que", "et"))
            ):
                return (self.tokens[at].start, self.tokens[last].end), "", None
            if low == "des" and at < last and (at == 0 or previous in (",", "que", "qu'", "et")):
                return (self.tokens[at].start, self.tokens[last].end), "", None
            if low in AUXILIARIES and not self._name_covers(at):
                return None
            listed = low in (",", "et") and at < last and self.tokens[at + 1].low in ("de", "d'", "du", "des")
            if not listed and (low in BOUNDARIES or low in (",", ".", "et", "»") or low.startswith("█")):
                break
            at -= 1
        first = at + 1
        if first <= last and (self._name_covers(last) or self._is_unknown_name(first, last)):
            return (self.tokens[first].start, self.tokens[last].end), "", None
        return None

    def _is_unknown_name(self, first: int, last: int) -> bool:
        """Words with a capital that no list knows, where a subject stands."""
        words = [self.reading.plain[token.start : token.end] for token in self.tokens[first : last + 1]]
        return (
            len(words) <= 3
            and all(word[0].isupper() and len(word) > 1 for word in words)
            and not words[-1].endswith(("é", "ée", "és", "ées", "ant"))
            and self.tokens[first].low not in names.starters() | ADVERBS | PRONOUNS | TIME | NO_NAMES
        )

    def _apposed_person(self, at: int, last: int) -> tuple[Span | None, str, Span | None] | None:
        """« Charlotte X, fondatrice Y affirme »: the comma after the apposition is missing."""
        if self.names_at[self.tokens[at].start][1] == "person":
            return None
        comma = next((i for i in range(at - 1, max(-1, at - 8), -1) if self.tokens[i].low == ","), -1)
        if comma <= 0 or not self._is_role(comma + 1 + (self.tokens[comma + 1].low in DETERMINERS)):
            return None
        for start, (end, kind) in self.names_at.items():
            if kind == "person" and end == self.tokens[comma - 1].end:
                return (start, end), "", (self.tokens[comma + 1].start, self.tokens[last].end)
        return None

    def _role_before(self, index: int) -> Span | None:
        """« le ministre de l'Économie » right before a name."""
        at = index - 1
        while at >= 0 and self.tokens[at].low not in BOUNDARIES and self.tokens[at].low not in (",", "."):
            if self._is_role(at):
                start = at - 1 if at and self.tokens[at - 1].low in DETERMINERS else at
                return self.tokens[start].start, self.tokens[index - 1].end
            at -= 1
        return None

    def _is_source(self, span: Span) -> bool:
        if any(span[0] <= start < span[1] and kind != "place" for start, (_, kind) in self.names_at.items()):
            return True
        words = [token.low for token in tokens(self.reading.plain, *span)][:5]
        sources = wordlists.words("source_nouns")
        return any(word in sources or word in role_words() for word in words)

    def _may_tell(self, span: Span) -> bool:
        """« selon les militaires » tells a source, « selon les besoins » none."""
        words = [token.low for token in tokens(self.reading.plain, *span)]
        content = [word for word in words if word not in DETERMINERS and word not in CONTRACTED]
        if not content or (words[0] in ("leur", "leurs", "ses", "son", "sa") and not self._is_source(span)):
            return False
        return content[0] not in wordlists.words("selon_stop")

    def viewer(self) -> tuple[Span, Span | None] | None:
        """« Pour le patron de X, … »: the phrase that « pour » opens the sentence with, and its role."""
        if len(self.tokens) < 4 or self.tokens[0].low != "pour":
            return None
        found = self._subject_at(1)
        if found is None or not self._is_source(found[0]):
            return None
        comma = self._first_at(found[2])
        return found[:2] if comma < len(self.tokens) and self.tokens[comma].low == "," else None

    def opening(self) -> tuple[Span | None, str, Span | None] | None:
        """The subject that opens the sentence, past one bracket (« Après une semaine, le ministre … »)."""
        index = 0
        while index < len(self.tokens) and (self.tokens[index].low in TIME or not self.tokens[index].low[0].isalnum()):
            index += 1
        for _ in range(2):
            if index >= len(self.tokens):
                return None
            low = self.tokens[index].low
            if low in ("il", "elle"):
                return None, low, None
            found = None if low in PREPOSITIONS and low != "des" else self._subject_at(index)
            if found is not None:
                return found[0], "", found[1]
            comma = next((i for i in range(index, len(self.tokens)) if self.tokens[i].low == ","), None)
            if comma is None:
                return None
            index = comma + 1
        return None
