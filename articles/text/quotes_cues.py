"""Where a sentence says that somebody speaks: verbs of saying with their subject, incises, « selon X »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from articles.text import speech, wordlists
from articles.text.findings import Span
from articles.text.quotes_groups import VerbGroups
from articles.text.quotes_subjects import (
    ADVERBS,
    ASIDES,
    AUXILIARIES,
    BOUNDARIES,
    CLITICS,
    PREPOSITIONS,
    TIME,
)

JUDGING = wordlists.group("grammar", "verbs that judge")
SEMI_AUXILIARIES = wordlists.group("grammar", "verbs before an infinitive")
BEFORE_INFINITIVE = wordlists.group("grammar", "words between a verb and its infinitive")
HAVING = frozenset({"a", "ont", "avait", "avaient", "aurait", "auraient", "ayant"})
_SUFFIX = re.compile(r"^(.+?)(?:-t)?-(il|elle|ils|elles|on|je)$")


@dataclass(frozen=True, slots=True)
class Cue:
    """A place that reports speech.

    `kind` is "incise" (the subject follows the verb), "verb" (it precedes) or "selon". [start, end) holds the verb
    group or the preposition; `subject` the words that designate the speaker (None when a pronoun alone or nothing
    does); `pronoun` that pronoun. `that` is where the clause after « que » begins, -1 without one.
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


class SentenceCues(VerbGroups):
    """Finds the cues of one sentence."""

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
        if token.low in speech.infinitives():
            return self._historic(index) or self._after_semi_auxiliary(index)
        form = speech.forms().get(token.low)
        if form is not None and form.mood == "participle":
            return self._coordinated(index) or self._passive(index, form)
        if form is None or self._is_noun(index):
            return None
        return self._verb(index, index, form)

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
            if low in PREPOSITIONS and ahead > index:
                return self._past_phrase(index, ahead)
            if not (low in ADVERBS or low in CLITICS or low.endswith("ment") or low in ASIDES or low in TIME):
                return None
        return None

    def _past_phrase(self, index: int, start: int) -> Cue | None:
        """« a par ailleurs indiqué », « a dans un premier temps assuré »: a short phrase before the participle."""
        for ahead in range(start + 1, min(start + 7, len(self.tokens))):
            low = self.tokens[ahead].low
            form = speech.forms().get(low)
            if low in speech.participles() and form is not None and self.tokens[index].low in HAVING:
                return self._verb(index, ahead, form)
            if not low[0].isalpha() or low in AUXILIARIES or low in BOUNDARIES or low == "et":
                return None
        return None

    def _coordinated(self, index: int) -> Cue | None:
        """« X a confirmé les faits et indiqué que … »: a second participle after one auxiliary."""
        if index < 3 or self.tokens[index - 1].low not in ("et", "puis", "mais"):
            return None
        first = next((at for at in range(index - 2, -1, -1) if self.tokens[at].low in HAVING), -1)
        subject = self._subject_before(first) if first > 0 else None
        form = speech.forms()[self.tokens[index].low]
        that, infinitive = self._that(index + 1, form), self._infinitive(index + 1)
        if subject is None or (that < 0 and infinitive < 0 and "frag" not in form.uses):
            return None
        start, end = self.tokens[index].start, self.tokens[index].end
        return Cue("verb", start, end, *subject, that, infinitive, form, end)

    def _historic(self, index: int) -> Cue | None:
        """« Et d'ajouter que … », « avant de préciser : … »: who spoke before goes on."""
        if index < 2 or self.tokens[index - 1].low not in ("de", "d'"):
            return None
        if self.tokens[index - 2].low not in ("et", "avant") or (self.tokens[index - 2].low == "et" and index > 2):
            return None
        form = speech.infinitives()[self.tokens[index].low]
        start, end = self.tokens[index].start, self.tokens[index].end
        return Cue("verb", start, end, None, "", None, self._that(index + 1, form), -1, form, end)

    def _passive(self, index: int, form: speech.Form) -> Cue | None:
        """« jugée "tardive" par la maire »: a participle before marks, with who judges after « par »."""
        follows = self.reading.masked[self.tokens[index].end : self.span[1]]
        if form.lemma not in JUDGING or not re.match(r" (?:de |comme |d')?[«\"“]", follows):
            return None
        closing = next((at for at in range(index + 1, len(self.tokens)) if self.tokens[at].low.startswith("█")), -1)
        agent = next(
            (at for at in range(closing, min(closing + 8, len(self.tokens))) if self.tokens[at].low == "par"), -1
        )
        found = self._subject_at(agent + 1) if closing > 0 and agent > 0 else None
        if found is None:
            return None
        start, end = self.tokens[index].start, self.tokens[index].end
        return Cue("verb", start, end, found[0], "", found[1], -1, -1, form, end)

    def _after_semi_auxiliary(self, index: int) -> Cue | None:
        """« vient de confirmer que … », « a tenu à préciser que … », « doit reconnaître que … »."""
        form = speech.infinitives()[self.tokens[index].low]
        that = self._that(index + 1, form)
        at = index - 1
        while at > 0 and (self.tokens[at].low in BEFORE_INFINITIVE or self.tokens[at].low in ADVERBS | CLITICS):
            at -= 1
        if at <= 0 or self.tokens[at].low not in SEMI_AUXILIARIES:
            return None
        first = self._with_auxiliary(at)
        found = self._subject_before(first)
        if found is None or not (found[1] in ("il", "elle") or (found[0] and self._is_source(found[0]))):
            return None
        start, end = self.tokens[first].start, self.tokens[index].end
        return Cue("verb", start, end, *found, that, -1, form, end)

    def _inverted(self, index: int, base: str, pronoun: str) -> Cue | None:
        token = self.tokens[index]
        last, form = index, speech.forms().get(base)
        if base == "peut" and index + 1 < len(self.tokens) and self.tokens[index + 1].low == "lire":
            last, form = index + 1, _PHRASE_FORM
        if form is None:
            for ahead in range(index + 1, min(index + 6, len(self.tokens))):
                phrase = _phrases().match(self.reading.masked, self.tokens[ahead].start, self.span[1])
                if phrase:
                    last, form = self._first_at(phrase.end()) - 1, _PHRASE_FORM
                    break
                found = speech.forms().get(self.tokens[ahead].low)
                if found is not None and self.tokens[ahead].low in speech.participles():
                    if base in ("est", "sont", "était") and (
                        index == 0 or self.tokens[index - 1].low not in ("s'", "se")
                    ):
                        pronoun = "on"
                    last, form = ahead, found
                    break
                if self.tokens[ahead].low in (".", "?", "»", "«", ";"):
                    return None
        if form is None:
            return None
        end = self.tokens[last].end
        return Cue("incise", token.start, end, None, pronoun, None, self._that(last + 1), -1, form, end)

    def _verb(self, first: int, last: int, form: speech.Form) -> Cue | None:
        start, end = self.tokens[first].start, self.tokens[last].end
        that, infinitive = self._that(last + 1, form), self._infinitive(last + 1)
        if that >= 0 and self._is_restrictive(first, last):
            that = -1
        if form.mood != "gerund" and "incise" in form.uses and self._follows_incise_place(first):
            found = self._subject_after(last + 1)
            if found is not None and (
                self._after_marks(first)
                or (("que" in form.uses or self.within_marks) and self._is_source(found[0]))
                or self._closes_a_clause(first, last, form, found[2])
            ):
                subject, role, group_end = found
                if self._follows_like(first):
                    that = -1
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
        if not form.uses & {"que", "frag"}:
            return None
        found_before = self._subject_before(first)
        if found_before is None:
            return None
        subject_before, pronoun, role = found_before
        if that >= 0 and subject_before and self._after_who(first) and not self._is_source(subject_before):
            that = -1
        if self._is_supposed(subject_before, first, pronoun) or self._is_impersonal(first, pronoun, form):
            return None
        return Cue("verb", start, end, subject_before, pronoun, role, that, infinitive, form, end)

    def _gerund_subject(self, first: int) -> Span | None:
        """« l'Arabie saoudite condamnant … »: a subject right before, without a comma."""
        if first == 0 or self.tokens[first - 1].low in (",", "en", "tout", "»", '"'):
            return None
        found = self._phrase_ending(first - 1)
        return found[0] if found else None

    def _opens_with_opinion(self, index: int) -> bool:
        """« De l'avis de X, … », not « se passer de l'avis de X »."""
        before = self.tokens[index - 3].low if index > 2 else ","
        return index > 1 and self.tokens[index - 2].low in ("de", "à") and before in (",", "»", "et", "mais")

    def _selon(self, index: int) -> Cue | None:
        low = self.tokens[index].low
        previous = self.tokens[index - 1].low if index else ""
        opens = {"après": ("d'",), "croire": ("en",), "avis": ("l'",), "yeux": ("aux", "ses")}
        if low != "selon" and previous not in opens[low]:
            return None
        start = self.tokens[index - (0 if low == "selon" else 2 if low in ("croire", "avis") else 1)].start
        after = index + 1
        if low == "croire" and previous == "en" and index > 1 and self.tokens[index - 2].low == "l'":
            return Cue(
                "selon",
                self.tokens[max(0, index - 3)].start,
                self.tokens[index].end,
                None,
                "il ou elle",
                None,
                group_end=self.tokens[index].end,
            )
        if low == "yeux" and previous == "ses":
            return Cue(
                "selon", start, self.tokens[index].end, None, "il ou elle", None, group_end=self.tokens[index].end
            )
        if low == "avis" and not self._opens_with_opinion(index):
            return None
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
