"""Where a sentence says that somebody speaks: verbs of saying with their subject, incises, « selon X »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from articles.text import speech, wordlists
from articles.text.findings import Span
from articles.text.reading import Reading, Token, tokens

PRONOUNS = frozenset("il elle ils elles on lui eux je nous j' celui-ci celle-ci ceux-ci celles-ci qui".split())
_DETERMINERS = frozenset(
    "le la les l' un une ce cet cette ces son sa ses leur leurs notre nos mon ma mes plusieurs certains certaines quelques deux trois quatre cinq".split()
)
_CONTRACTED = frozenset("du des au aux".split())
_PREPOSITIONS = frozenset(
    "de d' du des à au aux en pour sur dans par avec chez contre selon vers sous entre depuis devant auprès lors via après avant sans comme".split()
)
_CLITICS = frozenset("ne n' se s' lui leur nous vous y en l' le la les me m' pas jamais plus rien".split())
_ADVERBS = frozenset(
    "également aussi encore déjà ensuite toujours ainsi même alors enfin puis notamment cependant pourtant toutefois donc surtout bien "
    "très hier tôt plus tard volontiers depuis parfois souvent récemment lui-même elle-même eux-mêmes d'emblée d'ailleurs".split()
)
_TIME = frozenset(
    "lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre hier matin soir midi après-midi aujourd'hui dernier dernière 1er".split()
)
_BOUNDARIES = frozenset(
    "que qu' mais car quand lorsque lorsqu' si où dont puisque puisqu' tandis alors ; : ( ) « » “ ” \" ″ – — …".split()
)
_NOUN_FORMS = frozenset(
    "annonce annonces note notes juge juges critique critiques réplique cite demande lance présente rapporte reproche doute crie pointe reprise "
    "appel décret écrits dit dits cri relève traite parle constat commentaire expose propose commente".split()
)
_STOP_AFTER = frozenset(
    "qui que qu' dont où lors après avant dans sur en pour par avec et mais alors lorsque lorsqu' quand tandis car afin pendant devant depuis selon ce cette".split()
)
_ASIDES = frozenset(", été quant à elle eux elles il voulu voulue".split())
_AUXILIARIES = frozenset("a ont avait avaient aurait auraient est sont était étaient aura ayant".split())
_MEDIA = frozenset("journal quotidien magazine agence chaîne site radio micro hebdomadaire média mensuel revue".split())
_SUFFIX = re.compile(r"^(.+?)(?:-t)?-(il|elle|ils|elles|on|je)$")
_INFINITIVE = re.compile(r"^[\wé'-]{1,}(?:er|ir|re|oir)$")


@dataclass(frozen=True, slots=True)
class Cue:
    """A place that reports speech.

    `kind` is "incise" (the subject follows the verb), "verb" (it precedes) or "selon". [start, end) holds the verb group
    or the preposition; [subject_start, subject_end) the words that designate the speaker (empty when a pronoun alone or
    nothing does); `pronoun` that pronoun. `that` is where the clause after « que » begins, -1 without one.
    """

    kind: str
    start: int
    end: int
    subject: Span | None = None
    pronoun: str = ""
    role: Span | None = None
    that: int = -1
    infinitive: int = -1
    form: speech.Form | None = None
    group_end: int = 0
    """End of the whole group, subject and role included."""

    def allows(self, use: str) -> bool:
        return self.form is None or use in self.form.uses


@cache
def _phrases() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(wordlists.lines('verbs_phrases'))})(?!\w)", re.IGNORECASE)


_PHRASE_FORM = speech.Form("faire savoir", frozenset({"que", "incise", "frag"}), "finite")


@cache
def _role_words() -> frozenset[str]:
    return frozenset(form.strip().lower().split()[0] for row in wordlists.table("roles") for form in row)


class SentenceCues:
    """Finds the cues of one sentence. `names_at` maps the start of a name to its end and kind."""

    def __init__(self, reading: Reading, span: Span, names_at: dict[int, tuple[int, str]]) -> None:
        self.reading = reading
        self.span = span
        self.names_at = names_at
        self.tokens = list(tokens(reading.masked, *span))
        self.at = {token.start: index for index, token in enumerate(self.tokens)}

    def find(self) -> list[Cue]:
        cues, index = [], 0
        while index < len(self.tokens):
            cue = self._at(index)
            if cue is not None:
                cues.append(cue)
                while index < len(self.tokens) and self.tokens[index].start < cue.end:
                    index += 1
            else:
                index += 1
        return cues

    def _at(self, index: int) -> Cue | None:
        token = self.tokens[index]
        if token.low in ("selon", "après", "croire", "avis", "yeux"):
            return self._selon(index)
        phrase = _phrases().match(self.reading.masked, token.start, self.span[1])
        if phrase:
            return self._verb(self._with_auxiliary(index), self._first_at(phrase.end()) - 1, _PHRASE_FORM)
        match = _SUFFIX.match(token.low)
        if match:
            return self._inverted(index, match.group(1), match.group(2))
        if token.low in (
            "a",
            "ont",
            "avait",
            "avaient",
            "aurait",
            "auraient",
            "est",
            "sont",
            "s'est",
            "était",
            "ayant",
        ):
            return self._compound(index)
        form = speech.forms().get(token.low)
        if form is None or form.mood == "participle" or self._is_noun(index):
            return None
        return self._verb(index, index, form)

    def _is_restrictive(self, first: int, last: int) -> bool:
        """« n'a reconnu sa défaite qu'à demi-mot »: « ne … que » reports nothing."""
        around = [token.low for token in self.tokens[max(0, first - 2) : last + 2]]
        return ("n'" in around or "ne" in around) and not {"pas", "plus", "jamais", "rien", "guère"} & set(around)

    def _with_auxiliary(self, index: int) -> int:
        """The first word of the verb group that ends at a participle."""
        at = index
        while at > 0 and (self.tokens[at - 1].low in _AUXILIARIES or self.tokens[at - 1].low in _CLITICS):
            at -= 1
        return at

    def _first_at(self, position: int) -> int:
        return next((i for i, token in enumerate(self.tokens) if token.start >= position), len(self.tokens))

    def _is_noun(self, index: int) -> bool:
        token = self.tokens[index]
        if self.reading.text[token.start].isupper() and index > 0 and self.tokens[index - 1].low not in (".", "«", '"'):
            return True
        previous = self.tokens[index - 1].low if index else ""
        if (
            previous
            in ("de", "d'", "du", "des", "un", "une", "cette", "son", "sa", "leur", "ce", "aux", "au", "ces", "en")
            and token.low != "disant"
        ):
            return not (previous == "en" and speech.forms()[token.low].mood == "gerund" or previous == "ce")
        before = self.tokens[index - 2].low if index > 1 else ""
        return (
            token.low in _NOUN_FORMS
            and previous in ("la", "le", "l'", "les", "premier", "première", "nouvelle", "grande")
            and before not in ("comme", "que", "qu'", ",", "»", "ainsi")
        )

    def _compound(self, index: int) -> Cue | None:
        """An auxiliary, then adverbs, then a participle of a verb of saying."""
        for ahead in range(index + 1, min(index + 6, len(self.tokens))):
            low = self.tokens[ahead].low
            form = speech.forms().get(low)
            if low in speech.participles() and form is not None:
                passive = self.tokens[index].low in ("est", "sont", "était") and (
                    index == 0 or self.tokens[index - 1].low not in ("s'", "se")
                )
                return None if passive else self._verb(index, ahead, form)
            if not (low in _ADVERBS or low in _CLITICS or low.endswith("ment") or low in _ASIDES or low in _TIME):
                return None
        return None

    def _inverted(self, index: int, base: str, pronoun: str) -> Cue | None:
        token = self.tokens[index]
        last, form = index, speech.forms().get(base)
        if form is None:
            for ahead in range(index + 1, min(index + 6, len(self.tokens))):
                phrase = _phrases().match(self.reading.masked, self.tokens[ahead].start, self.span[1])
                if phrase:
                    last, form = self._first_at(phrase.end()) - 1, _PHRASE_FORM
                    break
                found = speech.forms().get(self.tokens[ahead].low)
                if found is not None and self.tokens[ahead].low in speech.participles():
                    last, form = ahead, found
                    break
                if self.tokens[ahead].low in (".", "?", "»", "«", ";"):
                    return None
        if form is None:
            return None
        end = self.tokens[last].end
        return Cue("incise", token.start, end, None, pronoun, None, self._that(last + 1), -1, form, end)

    def _that(self, index: int) -> int:
        """Where the clause after « que » begins when « que » follows the verb, directly or after a short complement."""
        limit = min(index + 14, len(self.tokens))
        inside_comma = False
        for ahead in range(index, limit):
            low = self.tokens[ahead].low
            if low in ("que", "qu'"):
                before = self.tokens[ahead - 1].low
                if before in (
                    "plus",
                    "moins",
                    "ainsi",
                    "alors",
                    "tandis",
                    "mieux",
                    "autant",
                    "tel",
                    "telle",
                    "même",
                    "ce",
                    "bien",
                    "pour",
                    "après",
                    "avant",
                ):
                    if before == "ce" and self.tokens[ahead - 2].low in ("à", "sur", "de"):
                        return self.tokens[ahead].end
                    return -1
                return self._skip_blank(self.tokens[ahead].end)
            if low in (
                ".",
                ";",
                ":",
                "?",
                "!",
                "«",
                '"',
                "“",
                "et",
                "mais",
                "qui",
                "dont",
                "où",
                "(",
                "»",
                "”",
            ) or low.startswith("█"):
                return -1
            if low == ",":
                if ahead == index:
                    inside_comma = True
                elif not inside_comma:
                    inside_comma = True
            elif speech.forms().get(low) is not None and not self._is_noun(ahead):
                return -1
        return -1

    def _skip_blank(self, position: int) -> int:
        while position < self.span[1] and self.reading.plain[position] == " ":
            position += 1
        return position

    def _infinitive(self, index: int) -> int:
        """Where an infinitive clause begins right after the verb (« affirme ne pas avoir … »)."""
        at = index
        while at < len(self.tokens) and self.tokens[at].low in (
            "ne",
            "n'",
            "pas",
            "plus",
            "jamais",
            "en",
            "y",
            "se",
            "s'",
            "l'",
            "le",
            "la",
            "les",
            "lui",
            "rien",
        ):
            at += 1
        if (
            at < len(self.tokens)
            and _INFINITIVE.match(self.tokens[at].low)
            and not self.reading.text[self.tokens[at].start].isupper()
        ):
            if (
                at > index
                and self.tokens[index].low in ("la", "les", "le", "l'")
                and self.tokens[at].low not in ("avoir", "être", "faire")
            ):
                return -1
            return self.tokens[index].start
        return -1

    def _verb(self, first: int, last: int, form: speech.Form) -> Cue | None:
        start, end = self.tokens[first].start, self.tokens[last].end
        that, infinitive = self._that(last + 1), self._infinitive(last + 1)
        if that >= 0 and self._is_restrictive(first, last):
            that = -1
        if form.mood != "gerund" and self._follows_incise_place(first):
            found = self._subject_after(last + 1)
            if found is not None and (self._after_marks(first) or self._is_source(found[0])):
                subject, role, group_end = found
                return Cue(
                    "incise",
                    start,
                    end,
                    subject,
                    "",
                    role,
                    that if that > group_end or that == -1 else -1,
                    -1,
                    form,
                    max(group_end, end),
                )
        if form.mood == "gerund":
            own = self._gerund_subject(first)
            return Cue("verb", start, end, own, "", None, that, -1, form, end)
        found_before = self._subject_before(first)
        if found_before is None:
            return None
        subject_before, pronoun, role = found_before
        if self._is_supposed(subject_before, first, pronoun):
            return None
        return Cue("verb", start, end, subject_before, pronoun, role, that, infinitive, form, end)

    def _follows_incise_place(self, first: int) -> bool:
        """Right after marks, a comma or « comme »: the place where a subject follows its verb."""
        index = first - 1
        while index >= 0 and self.tokens[index].low in ("l'", "le", "la", "s'", "se", "lui", "nous", "y", "en", "leur"):
            index -= 1
        if index < 0:
            return True
        low = self.tokens[index].low
        return low in (
            ",",
            "»",
            '"',
            "”",
            "″",
            "“",
            "comme",
            "–",
            "—",
            "-",
            ")",
            "que",
            "qu'",
            "ainsi",
            "''",
        ) or low.startswith("█")

    def _gerund_subject(self, first: int) -> Span | None:
        """« l'Arabie saoudite condamnant … »: a subject right before, without a comma."""
        if first == 0 or self.tokens[first - 1].low in (",", "en", "tout", "»", '"'):
            return None
        found = self._phrase_ending(first - 1)
        return found[0] if found else None

    def opening(self) -> tuple[Span | None, str, Span | None] | None:
        """The subject that opens the sentence, past one bracket (« Après une semaine, le ministre … »)."""
        index = 0
        while index < len(self.tokens) and (self.tokens[index].low in _TIME or not self.tokens[index].low[0].isalnum()):
            index += 1
        for _ in range(2):
            if index >= len(self.tokens):
                return None
            low = self.tokens[index].low
            if low in ("il", "elle"):
                return None, low, None
            found = None if low in _PREPOSITIONS and low != "des" else self._subject_at(index)
            if found is not None:
                return found[0], "", found[1]
            comma = next((i for i in range(index, len(self.tokens)) if self.tokens[i].low == ","), None)
            if comma is None:
                return None
            index = comma + 1
        return None

    def _is_supposed(self, subject: Span | None, first: int, pronoun: str) -> bool:
        """« si elle le juge nécessaire »: nothing is said."""
        index = self.at.get(subject[0], first) - 1 if subject else first - 1
        while not subject and index >= 0 and self.tokens[index].low != pronoun:
            index -= 1
        index -= 0 if subject else 1
        return (
            index >= 0
            and self.tokens[index].low in ("si", "s'")
            and (index == 0 or self.tokens[index - 1].low != "même")
        )

    def _after_marks(self, first: int) -> bool:
        """Marks close right before the verb, a comma aside."""
        before = self.reading.masked[self.span[0] : self.tokens[first].start].rstrip(" ,")
        before = re.sub(r"[ ,](?:comme|l'|le|se|s'|lui)$", "", before).rstrip(" ,")
        return before.endswith(("»", '"', "”", "″", "''", "█")) or before == ""

    # -- subjects -------------------------------------------------------------------------------------------------

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
            if low == "ce" and index + 1 < len(self.tokens) and self.tokens[index + 1].low in _TIME:
                index += 2
            elif low in _ADVERBS or low in _TIME or low.endswith("ment") or low[:1].isdigit():
                index += 1
            elif low in _PREPOSITIONS and low not in ("de", "d'", "du", "des"):
                index = self._past_complement(index)
            elif low == "," and index + 1 < len(self.tokens) and self._comma_pair(index):
                index = self._comma_pair(index)
            else:
                return index
        return index

    def _comma_pair(self, index: int) -> int:
        """« a déclaré, mardi, X » : past a short bracket between commas that opens with a time or a preposition."""
        following = self.tokens[index + 1].low
        if following not in _TIME and following not in _PREPOSITIONS and following not in _ADVERBS:
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
            self.tokens[index].low in _DETERMINERS or self.tokens[index].low in _PREPOSITIONS
        ):
            index += 1
        end = self._name_end(index)
        if end is not None:
            return end
        index += 1
        if self._name_end(index) is not None and self.tokens[index - 1].low in _MEDIA:
            return self._name_end(index) or index
        while index < len(self.tokens):
            low = self.tokens[index].low
            if (
                not low[0].isalpha()
                or low in _DETERMINERS
                or low in _PREPOSITIONS
                or low in _STOP_AFTER
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
        if low not in _DETERMINERS and low != "des" and not capital:
            return None
        return self._noun_phrase_after(index)

    def _noun_phrase_after(self, index: int) -> tuple[Span, Span | None, int] | None:
        start, at = index, index + 1
        while at < len(self.tokens):
            low = self.tokens[at].low
            named = self._name_end(at)
            if (
                named is not None
                and self.names_at[self.tokens[at].start][1] == "person"
                and self.tokens[at - 1].low not in _PREPOSITIONS
                and at > start + 1
            ):
                span = (self.tokens[at].start, self.tokens[named - 1].end)
                return span, (self.tokens[start].start, self.tokens[at - 1].end), span[1]
            if named is not None:
                at = named
                continue
            if low == "," and at + 1 < len(self.tokens):
                following = at + 1 + self._is_title(at + 1)
                named = self._name_end(following)
                if named is not None and self.names_at[self.tokens[following].start][1] == "person":
                    span = (self.tokens[at + 1].start, self.tokens[named - 1].end)
                    return span, (self.tokens[start].start, self.tokens[at - 1].end), span[1]
                break
            if (
                not low[0].isalnum()
                or (low in _STOP_AFTER and low not in ("en",))
                or low in _BOUNDARIES
                or low in _TIME
                and low != "dernier"
            ):
                break
            at += 1
        span = (self.tokens[start].start, self.tokens[at - 1].end)
        return (span, None, span[1]) if at > start + 1 or self._name_end(start) else None

    def _apposition(self, index: int) -> Span | None:
        """« , directrice des affaires publiques de X » right after a name."""
        if index + 1 >= len(self.tokens) or self.tokens[index].low not in (",", "("):
            return None
        head = index + 1
        if self.tokens[head].low in _DETERMINERS:
            head += 1
        if head >= len(self.tokens) or not self._is_role(head):
            return None
        end = head
        while end < len(self.tokens) and self.tokens[end].low not in (
            ",",
            ".",
            ";",
            ":",
            ")",
            "»",
            "«",
            '"',
            "qui",
            "lors",
            "dont",
        ):
            end += 1
        return self.tokens[index + 1].start, self.tokens[end - 1].end

    def _is_role(self, index: int) -> bool:
        words = [token.low for token in self.tokens[index : index + 2]]
        return words[0] in _role_words() or (
            len(words) > 1
            and words[1] in _role_words()
            and words[0]
            in ("ancien", "ancienne", "ex", "premier", "première", "nouveau", "nouvelle", "jeune", "actuel")
        )

    def _subject_before(self, first: int) -> tuple[Span | None, str, Span | None] | None:
        """The subject that precedes its verb: (words, pronoun, role); None when there is none."""
        index = first - 1
        while index >= 0 and (
            self.tokens[index].low in _CLITICS
            or self.tokens[index].low in _ADVERBS
            or (self.tokens[index].low.endswith("ment") and len(self.tokens[index].low) > 6)
        ):
            if self._name_covers(index):
                break
            index -= 1
        while index >= 0 and self.tokens[index].low in _TIME and not self._name_covers(index):
            index -= 1
        if index < 0:
            return None
        low = self.tokens[index].low
        if low == "qui":
            antecedent = index - 1
            if antecedent >= 0 and self.tokens[antecedent].low == ",":
                antecedent -= 1
            return self._phrase_ending(antecedent)
        if low in PRONOUNS:
            return None, low, None
        if low in ("dernier", "dernière") and index > 0 and self.tokens[index - 1].low in ("ce", "cette"):
            return (self.tokens[index - 1].start, self.tokens[index].end), "", None
        if low in (",", ")"):
            return self._before_bracket(index)
        return self._phrase_ending(index)

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
        role_from = opening + 1 + (self.tokens[opening + 1].low in _DETERMINERS)
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
                and previous not in _PREPOSITIONS
                and previous not in _DETERMINERS
                and not previous.endswith(("'",))
            ):
                start = at
                if at >= 2 and self.tokens[at - 1].low == "." and self._is_title(at - 2):
                    start = at - 2
                elif at >= 1 and self._is_title(at - 1):
                    start = at - 1
                return (self.tokens[start].start, self.tokens[last].end), "", self._role_before(at)
            if (
                low in _DETERMINERS
                and previous not in _PREPOSITIONS
                and at < last + 1
                and not (low in ("le", "la", "l'", "les") and self._name_covers(at) and name_end is None)
            ):
                return (self.tokens[at].start, self.tokens[last].end), "", None
            if low == "des" and at < last and (at == 0 or previous in (",", "que", "qu'", "et")):
                return (self.tokens[at].start, self.tokens[last].end), "", None
            if low in _BOUNDARIES or low in (",", ".", "et", "»") or low.startswith("█"):
                break
            at -= 1
        first = at + 1
        if first <= last and self._name_covers(last):
            return (self.tokens[first].start, self.tokens[last].end), "", None
        return None

    def _role_before(self, index: int) -> Span | None:
        """« le ministre de l'Économie » right before a name."""
        at = index - 1
        while at >= 0 and self.tokens[at].low not in _BOUNDARIES and self.tokens[at].low not in (",", "."):
            if self._is_role(at):
                start = at - 1 if at and self.tokens[at - 1].low in _DETERMINERS else at
                return self.tokens[start].start, self.tokens[index - 1].end
            at -= 1
        return None

    # -- selon ----------------------------------------------------------------------------------------------------

    def _selon(self, index: int) -> Cue | None:
        low = self.tokens[index].low
        previous = self.tokens[index - 1].low if index else ""
        opens = {"après": ("d'",), "croire": ("en",), "avis": ("l'",), "yeux": ("aux", "ses")}
        if low != "selon" and previous not in opens[low]:
            return None
        start = self.tokens[index - (0 if low == "selon" else 2 if low in ("croire", "avis") else 1)].start
        after = index + 1
        if low == "yeux" and previous == "ses":
            return Cue(
                "selon", start, self.tokens[index].end, None, "il ou elle", None, group_end=self.tokens[index].end
            )
        if low in ("avis", "yeux"):
            after += 1
        if after >= len(self.tokens):
            return None
        word = self.tokens[after].low
        if word in ("lui", "elle", "eux", "elles", "moi", "nous"):
            return Cue("selon", start, self.tokens[after].end, None, word, None, group_end=self.tokens[after].end)
        found = self._subject_at(after)
        if found is None or not self._may_tell(found[0]):
            return None
        subject, role, group_end = found
        told = re.match(r" qu'(il|elle) ", self.reading.plain[subject[1] : subject[1] + 9])
        if told:
            return Cue("selon", start, subject[1], None, told.group(1), None, group_end=group_end)
        return Cue("selon", start, subject[1], subject, "", role, group_end=group_end)

    def _may_tell(self, span: Span) -> bool:
        """« selon les militaires » tells a source, « selon les besoins » none."""
        words = [token.low for token in tokens(self.reading.plain, *span)]
        content = [word for word in words if word not in _DETERMINERS and word not in _CONTRACTED]
        if not content or words[0] in ("leur", "leurs", "ses", "son", "sa") and not self._is_source(span):
            return False
        return content[0] not in wordlists.words("selon_stop")

    def _is_source(self, span: Span) -> bool:
        if any(span[0] <= start < span[1] and kind != "place" for start, (_, kind) in self.names_at.items()):
            return True
        words = [token.low for token in tokens(self.reading.plain, *span)][:5]
        sources = wordlists.words("source_nouns")
        return any(word in sources or word in _role_words() for word in words)
