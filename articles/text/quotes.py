"""Quotations in a French article: direct, mixed and reported, with who spoke and to whom.

Direct and mixed quotes are the words inside one pair of marks; an indirect quote is the reported clause, without
« que », after a verb of saying or with « selon X ». Marked words that quote nobody (titles, terms, irony) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from articles.text import citations, wordlists
from articles.text.findings import EntitySpan, QuoteSpan, Span
from articles.text.quotes_clauses import reported_clauses
from articles.text.quotes_cues import Cue, SentenceCues
from articles.text.quotes_marks import LOST, Marked
from articles.text.quotes_passage import CLAUSAL, TITLE_BEFORE, Passage
from articles.text.quotes_passage import count as words_in
from articles.text.quotes_speakers import NOBODY, Cast, Speaker
from articles.text.reading import MASK, Reading

_JUDGING = wordlists.group("grammar", "verbs that judge")


class _Quoter(Passage):
    """Goes through the text once, sentence by sentence, remembering who spoke last."""

    def run(self) -> tuple[QuoteSpan, ...]:
        for index in range(len(self.reading.sentences)):
            self._sentence(index)
        return tuple(sorted(self.found, key=lambda quote: (quote.start, quote.end)))

    # -- one sentence ---------------------------------------------------------------------------------------------

    def _sentence(self, index: int) -> None:
        span, cues = self.reading.sentences[index], self.cues[index]
        speakers = self._speakers(index)
        quoted: list[tuple[Marked, str, Speaker]] = []
        for mark in self.marks_of.get(index, []):
            decided = self._decide(mark, index, speakers)
            if decided is None and quoted:
                decided = self._listed(mark, *quoted[-1])
            if decided is not None:
                quoted.append((mark, *decided))
        clauses = list(reported_clauses(self.reading, span, cues))
        covered: list[Span] = []
        for clause, cue in clauses:
            inside = [item for item in quoted if clause[0] - 2 <= item[0].start and item[0].end <= clause[1] + 2]
            words = sum(words_in(self.reading.text[item[0].start : item[0].end]) for item in inside)
            largest = max((words_in(self.reading.text[item[0].start : item[0].end]) for item in inside), default=0)
            total = words_in(self.reading.text[slice(*clause)])
            if inside and (largest >= 4 or words * 2 > total or (cue.that < 0 <= cue.infinitive)):
                continue
            quoted = [item for item in quoted if item not in inside]
            covered.append(clause)
            self._add("indirect", clause, speakers[id(cue)], f"{cue.kind}-clause", index)
        for mark, rule, speaker in quoted:
            self._add(self._type(mark, rule), (mark.start, mark.end), speaker, rule, index)
        self._note_venue(index)
        if quoted or covered:
            return
        spoken = [speakers[id(cue)] for cue in cues if cue.kind != "selon" and speakers[id(cue)].name]
        if spoken and spoken[-1].kind == "person":
            self.last, self.last_end = spoken[-1], span[1]

    def _listed(self, mark: Marked, before: Marked, rule: str, speaker: Speaker) -> tuple[str, Speaker] | None:
        """« leur "colère" et leur "lassitude" »: a second fragment in the list that a first one opened."""
        between = self.reading.masked[before.outer_end : mark.outer_start]
        listed = re.fullmatch(r"(?:,| et| ou|, et)(?: [\w']+){0,2} ?", between) is not None
        return (rule, speaker) if listed and rule.endswith(("fragment", "according")) else None

    def _note_venue(self, index: int) -> None:
        """« Dans un entretien au Monde, X … »: what X says in this paragraph was said there."""
        start, end = self.reading.sentences[index]
        paragraph = self.reading.paragraph_of(start)[0]
        for mention in self.outlets_of.get(index, ()):
            if citations.is_venue(self.reading, mention):
                people = [actor.name for actor, _ in self.cast.in_span((start, end)) if actor.kind == "person"]
                for name in people[:1]:
                    self.told[name] = (mention.outlet, paragraph)

    def _speakers(self, index: int) -> dict[int, Speaker]:
        """Speakers of the sentence's cues; a gerund takes the one before it in the sentence."""
        found: dict[int, Speaker] = {}
        current = self.last
        for cue in self.cues[index]:
            if cue.subject is None and not cue.pronoun:
                speaker = self._gerund_speaker(index, cue) if not found else current or NOBODY
            else:
                speaker = self.cast.resolve(cue, current, cue.start)
            found[id(cue)] = speaker
            if cue.kind != "selon" and (speaker.name or speaker.raw):
                current = speaker
        return found

    def _gerund_speaker(self, index: int, cue: Cue) -> Speaker:
        """« X a pris la parole, estimant que … »: the subject that opens the sentence, else who spoke last."""
        following = self._main_cue(index, cue)
        if following is not None:
            return self.cast.resolve(following, self.last, self.reading.sentences[index][0])
        opening = self.parsers[index].opening()
        if opening is not None:
            span, pronoun, role = opening
            if span is None or span[1] <= cue.start:
                found = self.cast.resolve(
                    Cue("verb", cue.start, cue.end, span, pronoun, role), self.last, self.reading.sentences[index][0]
                )
                if found.name or found.raw:
                    return found
        return self.last or NOBODY

    def _main_cue(self, index: int, cue: Cue) -> Cue | None:
        """« Jugeant la mesure "tardive", la maire a dit … »: the verb whose subject the opening gerund shares."""
        if cue.start - self.reading.sentences[index][0] > 12 or cue.form is None or cue.form.mood != "gerund":
            return None
        return next((c for c in self.cues[index] if c.kind == "verb" and (c.subject or c.pronoun)), None)

    def _type(self, mark: Marked, rule: str) -> str:
        if rule in ("fragment", "loose-fragment", "that-fragment"):
            return "mixed"
        words = self.reading.plain[mark.start : mark.end]
        return "direct" if words_in(words) >= 4 or rule == "colon" or CLAUSAL.search(words) else "mixed"

    # -- is it a quote, and whose? --------------------------------------------------------------------------------

    def _decide(self, mark: Marked, index: int, speakers: dict[int, Speaker]) -> tuple[str, Speaker] | None:
        count = words_in(self.reading.text[mark.start : mark.end])
        cues = self.cues[index]
        signed = self.signed(mark) if count >= 3 else None
        if signed is not None:
            return "signed", signed
        if count == 0 or self._is_heading(index):
            return None
        for rule in (self._incise_after, self._incise_inside, self._colon, self._complement, self._according):
            decided = rule(mark, index, cues, speakers, count)
            if decided is not None or mark.mark == LOST:
                return decided
        return self.uncued(mark, index, count)

    def _is_heading(self, index: int) -> bool:
        """A line of its own without final punctuation: a heading that repeats a quotation."""
        start = self.reading.sentences[index][0]
        line_start, line_end = self.reading.paragraph_of(start)
        line = self.reading.text[line_start:line_end].strip()
        last = line.rstrip('»”"″ \u00a0\u202f')[-1:]
        return len(line) < 130 and last not in ".!?…" and line[-1:] not in ".!?…:" and not self.cues[index]

    def _incise_after(
        self, mark: Marked, index: int, cues: list[Cue], speakers: dict[int, Speaker], count: int
    ) -> tuple[str, Speaker] | None:
        for cue in cues:
            if cue.kind == "incise" and cue.start >= mark.outer_end - 1:
                between = self.reading.masked[mark.outer_end : cue.start]
                if re.fullmatch(r"[\s,.»”\"″!?…]*(?:(?:comme|ainsi que|,|l'|s'|le|se|lui|leur|nous) ?)*", between):
                    return "incise", speakers[id(cue)]
                if self._chained(mark, cue) and not any(
                    c.kind == "verb" and c.end <= mark.start and c.allows("frag") for c in cues
                ):
                    return "incise-chained", speakers[id(cue)]
                return None
        return None

    def _chained(self, mark: Marked, cue: Cue) -> bool:
        """« A » et « B », a-t-il dit: nothing but the sentence's own words between this mark and the incise."""
        between = self.reading.masked[mark.outer_end : cue.start]
        return (
            cue.form is not None
            and not re.search(r"[.;!?]\s", between)
            and not any(
                other.kind == "verb" and mark.outer_end <= other.start < cue.start
                for other in self.cues[self.reading.sentence_at(cue.start)]
            )
        )

    def _incise_inside(
        self, mark: Marked, index: int, cues: list[Cue], speakers: dict[int, Speaker], count: int
    ) -> tuple[str, Speaker] | None:
        """« A, affirme X, B » within one pair of marks."""
        if count < 8:
            return None
        found = _inside_cues(self.reading, mark, self.cast)
        for cue in found:
            return "incise-inside", self.cast.resolve(cue, self.last, mark.start + 1)
        return None

    def _colon(
        self, mark: Marked, index: int, cues: list[Cue], speakers: dict[int, Speaker], count: int
    ) -> tuple[str, Speaker] | None:
        start = self.reading.sentences[index][0]
        before = self.reading.masked[start : mark.outer_start]
        if not before.strip() and index:
            return self._colon_above(mark, index)
        if not re.search(r":\s*$", before):
            return None
        earlier = [cue for cue in cues if cue.end <= mark.outer_start and cue.kind != "selon"]
        if earlier:
            return "colon", speakers[id(earlier[-1])]
        if TITLE_BEFORE.search(before.rstrip(" :")) or count < 3:
            return None
        named = self._whose_view(index) or self.actor_before(start, mark.outer_start)
        if named is not None:
            return "colon", named
        return ("colon", self.last or NOBODY) if count >= 5 else None

    def _colon_above(self, mark: Marked, index: int) -> tuple[str, Speaker] | None:
        """The sentence above ends with a colon and the quotation stands on a line of its own."""
        start, end = self.reading.sentences[index - 1]
        if not self.reading.masked[start:end].endswith(":") or mark.start - end > 12:
            return None
        spoken = [cue for cue in self.cues[index - 1] if cue.kind != "selon"]
        if spoken:
            return "colon", self._speakers(index - 1)[id(spoken[-1])]
        opening = self.parsers[index - 1].opening()
        if opening is None:
            return None
        speaker = self.cast.resolve(Cue("verb", start, start, *opening), self.last, start)
        return ("colon", speaker) if speaker.name or speaker.raw else None

    def _complement(
        self, mark: Marked, index: int, cues: list[Cue], speakers: dict[int, Speaker], count: int
    ) -> tuple[str, Speaker] | None:
        """Marks in the complement of a verb of saying: « X dénonce un "scandale" »."""
        earlier = [cue for cue in cues if cue.end <= mark.outer_start and cue.allows("frag") and cue.kind != "selon"]
        if not earlier or self.is_term(mark):
            return None
        cue = earlier[-1]
        outer = next((c for c in earlier[:-1] if 0 <= c.that <= cue.start), None)
        if outer is not None and not cue.allows("que"):
            cue = outer
        between = self.reading.masked[cue.end : mark.outer_start]
        if re.search(r"[.;]\s", between):
            return None
        judged = cue.form is not None and cue.form.lemma in _JUDGING
        if count == 1 and cue.that < 0 and len(between) > (90 if judged else 40):
            return None
        if count <= 2 and re.search(r" (?:qui|dont|où) ", between):
            return None
        return ("that-fragment" if 0 <= cue.that <= mark.start else "fragment"), speakers[id(cue)]

    def _according(
        self, mark: Marked, index: int, cues: list[Cue], speakers: dict[int, Speaker], count: int
    ) -> tuple[str, Speaker] | None:
        if self.is_term(mark):
            return None
        for cue in cues:
            if cue.kind != "selon":
                continue
            if (
                mark.outer_start >= cue.end
                and not re.search(r"[.;]\s", self.reading.masked[cue.end : mark.outer_start])
                and (count > 1 or mark.outer_start - cue.end < 40)
            ):
                return "according", speakers[id(cue)]
            distance = cue.start - mark.outer_end
            if 0 <= distance < 40 and (count > 2 or distance < 4):
                return "according", speakers[id(cue)]
        pour = self._for_whom(mark, index)
        return ("according", pour) if pour is not None and count > 2 else None

    def _whose_view(self, index: int, named: bool = True) -> Speaker | None:
        """« Pour son premier actionnaire, … »: whose view the sentence opens with, when no name tells."""
        start = self.reading.sentences[index][0]
        found = self.parsers[index].viewer()
        if found is None or self.cast.in_span(found[0]):
            return None
        speaker = self.cast.resolve(Cue("selon", start, start + 4, *found[:1], "", found[1]), self.last, start)
        return speaker if speaker.name or (speaker.raw and not named) else None

    def _for_whom(self, mark: Marked, index: int) -> Speaker | None:
        """« Pour X, "…" »."""
        start = self.reading.sentences[index][0]
        before = self.reading.masked[start : mark.outer_start]
        pronoun = re.fullmatch(r"\W*(?:(?:Mais|Et|Or|Ainsi,?) )?[Pp]our (lui|elle),.{0,60}", before)
        if pronoun and MASK not in before:
            return self.cast.resolve(Cue("selon", start, start + 8, None, pronoun.group(1)), self.last, start)
        match = re.match(r"(?:\W*(?:Mais|Et|Or|Ainsi,?) )?\W*[Pp]our (?:le |la |les |l')?", before)
        if not match or MASK in before:
            return None
        pairs = [
            pair for pair in self.cast.in_span((start, mark.outer_start)) if pair[1][0] - start <= match.end() + 45
        ]
        if not pairs and re.search(r",\s*$", before):
            return self._whose_view(index, named=False)
        if not pairs or "," not in before:
            return None
        people = [pair for pair in pairs if pair[0].kind == "person"]
        actor, span = (people or pairs)[0]
        return Speaker(actor.name, self.reading.text[slice(*span)], self.cast.role_of(actor), 0.7, actor.kind)

    # -- answers --------------------------------------------------------------------------------------------------

    def _add(self, kind: str, span: Span, speaker: Speaker, rule: str, index: int) -> None:
        told = self._told_to(index, speaker)
        text = self.reading.text[slice(*span)]
        self.found.append(
            QuoteSpan(
                kind,
                text,
                *span,
                speaker.name,
                speaker.raw,
                speaker.role,
                told,
                rule,
                round(_CONFIDENCE.get(rule, 0.6) * (0.5 + speaker.certainty / 2), 2),
            )
        )
        if speaker.name or speaker.raw:
            self.last = speaker
        self.last_end = max(self.last_end, span[1])
        self.cast.last_end = self.last_end

    def _told_to(self, index: int, speaker: Speaker) -> str | None:
        """The outlet that received the words, in this sentence or earlier for the same speaker and paragraph."""
        start = self.reading.sentences[index][0]
        who = speaker.name or speaker.raw or ""
        paragraph = self.reading.paragraph_of(start)[0]
        for mention in self.outlets_of.get(index, ()):
            if MASK in self.reading.masked[mention.start : mention.end]:
                continue
            if citations.told_to_span(self.reading, mention) is not None and mention.outlet != speaker.name:
                self.told[who] = (mention.outlet, paragraph)
                return mention.outlet
        outlet, where = self.told.get(who, (None, -1))
        return outlet if where == paragraph and who else None


_CONFIDENCE = {
    "incise": 0.97,
    "incise-chained": 0.85,
    "incise-inside": 0.9,
    "colon": 0.9,
    "fragment": 0.8,
    "that-fragment": 0.85,
    "according": 0.85,
    "signed": 0.85,
    "attributed-later": 0.75,
    "continuation": 0.7,
    "alone": 0.5,
    "loose-fragment": 0.5,
    "verb-clause": 0.85,
    "selon-clause": 0.75,
    "incise-clause": 0.8,
}


_INCISE_ENDS = re.compile(
    r"$|[,.:;]|(?:dans|à|au|lors|sur|en|devant|lundi|mardi|mercredi|jeudi|vendredi)\b[^,.;:?!]{0,60}[,.]"
)


def _inside_cues(reading: Reading, mark: Marked, cast: Cast) -> Iterator[Cue]:
    """Incises within the marks: between commas, with an inverted subject."""
    inner = Reading(reading.text, reading.plain, reading.plain, (), ())
    finder = SentenceCues(inner, (mark.start, mark.end), cast.names_at())
    for cue in finder.find():
        if cue.kind != "incise" or cue.start <= mark.start + 3:
            continue
        before = re.sub(r"(?:\bs'|\bl'|\b(?:se|me|le|lui|nous) )$", "", reading.plain[mark.start : cue.start]).rstrip()
        after = reading.plain[cue.group_end : mark.end].lstrip()
        named = cue.pronoun in ("il", "elle") or (cue.subject is not None and bool(cast.in_span(cue.subject)))
        if before.endswith((",", "!", "?")) and _INCISE_ENDS.match(after) and named:
            yield cue


def find(reading: Reading, entities: tuple[EntitySpan, ...], title: str = "") -> tuple[QuoteSpan, ...]:
    """Every quotation of the text, in order; `title` helps to tell whom the article is about."""
    return _Quoter(reading, entities, title).run()
