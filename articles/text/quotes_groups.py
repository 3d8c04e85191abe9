"""The verb group of a sentence: where it begins, whether it is one, and the clause that it opens."""

from __future__ import annotations

import re

from articles.text import speech, wordlists
from articles.text.findings import Span
from articles.text.quotes_subjects import (
    ADVERBS,
    AUXILIARIES,
    CLITICS,
    DETERMINERS,
    NOUN_FORMS,
    TIME,
    SubjectParser,
)

BEFORE_NOUNS = wordlists.group("grammar", "words before a noun")
INFORMING = wordlists.group("grammar", "verbs that inform somebody")
THAT_STOPS = wordlists.group("grammar", "signs before which no clause opens")
BEFORE_OTHER_THAT = wordlists.group("grammar", "words before another que")
PERIODS = wordlists.group("grammar", "periods")
WHISPERED = wordlists.group("grammar", "verbs of rumour")
FINITE = wordlists.group("grammar", "finite verbs") | AUXILIARIES
AFTER_OTHER_THAT = wordlists.group("grammar", "words after another que")
_INFINITIVE = re.compile(r"^[\wé'-]{1,}(?:er|ir|re|oir)$")


class VerbGroups(SubjectParser):
    """Reads the verb groups of one sentence."""

    def _is_restrictive(self, first: int, last: int) -> bool:
        """« n'a reconnu sa défaite qu'à demi-mot »: « ne … que » reports nothing."""
        around = [token.low for token in self.tokens[max(0, first - 2) : last + 2]]
        return ("n'" in around or "ne" in around) and not {"pas", "plus", "jamais", "rien", "guère"} & set(around)

    def _with_auxiliary(self, index: int) -> int:
        """The first word of the verb group that ends at a participle."""
        at = index
        while at > 0 and (self.tokens[at - 1].low in AUXILIARIES or self.tokens[at - 1].low in CLITICS):
            at -= 1
        if at == index and at > 1 and self.tokens[at - 1].low in ADVERBS and self.tokens[at - 2].low in AUXILIARIES:
            return self._with_auxiliary(at - 2)
        return at

    def _is_noun(self, index: int) -> bool:
        token = self.tokens[index]
        if self.reading.text[token.start].isupper() and index > 0 and self.tokens[index - 1].low not in (".", "«", '"'):
            return True
        previous = self.tokens[index - 1].low if index else ""
        if previous in BEFORE_NOUNS and token.low != "disant":
            return not (previous == "en" and speech.forms()[token.low].mood == "gerund")
        before = self.tokens[index - 2].low if index > 1 else ""
        return (
            token.low in NOUN_FORMS
            and previous in ("la", "le", "l'", "les", "premier", "première", "nouvelle", "grande")
            and before not in ("comme", "que", "qu'", ",", "»", "ainsi")
        )

    def _that(self, index: int, form: speech.Form | None = None) -> int:
        """Where the clause after « que » begins when « que » follows the verb, directly or after a short complement."""
        index = self._past_time(index)
        first = self.tokens[index].low if index < len(self.tokens) else ""
        if first in DETERMINERS and (form is None or form.lemma not in INFORMING):
            return -1
        for ahead in range(index, min(index + 20, len(self.tokens))):
            low = self.tokens[ahead].low
            if low in ("que", "qu'"):
                direct = all(token.low in ADVERBS for token in self.tokens[index:ahead])
                return self._skip_blank(self.tokens[ahead].end) if direct and ahead > index else self._after_that(ahead)
            stops = low in THAT_STOPS or low.startswith("█")
            if stops or (speech.forms().get(low) is not None and not self._is_noun(ahead)):
                return -1
        return -1

    def _past_time(self, index: int) -> int:
        """« a annoncé le 10 janvier dernier que », « ce mercredi que », « la semaine dernière que »."""
        words = [token.low for token in self.tokens[index : index + 6]]
        if len(words) < 2 or words[0] not in ("le", "la", "l'", "ce", "cette", "en", "fin", "début", "mi"):
            return index
        if not (words[1][:1].isdigit() or words[1] in TIME or words[1] in PERIODS):
            return index
        index += 2
        while index < len(self.tokens) and (
            self.tokens[index].low in TIME or self.tokens[index].low in PERIODS or self.tokens[index].low[:1].isdigit()
        ):
            index += 1
        return index

    def _after_that(self, index: int) -> int:
        """« plus que », « ainsi que », « que prévu » open no reported clause; « ce que » after « sur » does."""
        before, following = self.tokens[index - 1].low, self.tokens[min(index + 1, len(self.tokens) - 1)].low
        if before == "ce" and self.tokens[index - 2].low in ("à", "sur", "de"):
            return self._skip_blank(self.tokens[index].end)
        if before in BEFORE_OTHER_THAT or following in AFTER_OTHER_THAT:
            return -1
        return self._skip_blank(self.tokens[index].end)

    def _skip_blank(self, position: int) -> int:
        while position < self.span[1] and self.reading.plain[position] == " ":
            position += 1
        return position

    def _infinitive(self, index: int) -> int:
        """Where an infinitive clause begins right after the verb (« affirme ne pas avoir … »)."""
        past = self._skip_complements(index)
        if (
            past > index
            and past < len(self.tokens)
            and self.tokens[past].low in ("avoir", "être", "vouloir", "pouvoir")
        ):
            return self.tokens[past].start
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

    def _follows_like(self, first: int) -> bool:
        """« comme le disait X, que … »: what follows is no clause of the verb."""
        return "comme" in [token.low for token in self.tokens[max(0, first - 3) : first]]

    def _after_who(self, first: int) -> bool:
        """« des cours qui rappellent que … »: after « qui », only somebody who can speak is quoted."""
        return "qui" in [token.low for token in self.tokens[max(0, first - 3) : first]]

    def _closes_a_clause(self, first: int, last: int, form: speech.Form, group_end: int) -> bool:
        """« Rien n'a changé, assure la caisse. »: after a clause, a verb and its subject alone up to a sign."""
        if "que" not in form.uses or "weak" in form.uses or self.tokens[first - 1].low != ",":
            return False
        earlier = {token.low for token in self.tokens[: first - 1]}
        if not earlier & FINITE or self.tokens[self._first_at(self.tokens[last].end)].low in ("un", "une"):
            return False
        return (
            re.match(
                r"(?: \([^()]{1,15}\)[^,.;:]{0,40})? ?(?:[,.;:!?]|$)", self.reading.masked[group_end : self.span[1]]
            )
            is not None
        )

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

    def _is_impersonal(self, first: int, pronoun: str, form: speech.Form) -> bool:
        """« il se murmure que … »: nobody in particular."""
        before = [token.low for token in self.tokens[max(0, first - 3) : first]]
        if "ne" in before and {"rien", "personne", "nul"} & set(before):
            return True
        return pronoun == "il" and form.lemma in WHISPERED and before[-1:] == ["se"]

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
        before = re.sub(r"[ ,](?:comme|l'|le|se|s'|lui|nous|leur|me|m')$", "", before).rstrip(" ,")
        return before.endswith(("»", '"', "”", "″", "''", "█")) or before == ""
