"""Quotations in a French article: direct, mixed and reported, with who spoke and to whom.

Direct and mixed quotes are the words inside one pair of marks; an indirect quote is the reported clause, without
« que », after a verb of saying or with « selon X ». Marked words that quote nobody (titles, terms, irony) are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from articles.text import citations, wordlists
from articles.text.findings import EntitySpan, QuoteSpan, Span
from articles.text.quotes_clauses import reported_clauses
from articles.text.quotes_cues import Cue, SentenceCues
from articles.text.quotes_marks import LOST, Marked
from articles.text.quotes_speakers import NOBODY, Cast, Speaker
from articles.text.reading import MASK, Reading

_TITLE_BEFORE = re.compile(rf"(?<!\w)(?:{'|'.join(wordlists.lines('title_words'))})e?s? ?[,:]? ?$", re.IGNORECASE)
_CLAUSAL = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(wordlists.group('grammar', 'signs of a clause')))})(?!\w)", re.IGNORECASE
)
_TO_SIGNATURE = re.compile(r"[ .*]{0,3}(?:\n{1,2})?[ –—(,-]{0,4}(?=[A-ZÀ-Ý])")
_SIGNATURE_END = re.compile(r"[.)]?|[,(–—-][^.!?«»]{2,100}[.)]?")
_JUDGING = wordlists.group("grammar", "verbs that judge")
_WORDS = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def _count(text: str) -> int:
    return len(_WORDS.findall(text))


class _Quoter:
    """Goes through the text once, sentence by sentence, remembering who spoke last."""

    def __init__(self, reading: Reading, entities: tuple[EntitySpan, ...], title: str) -> None:
        self.reading = reading
        self.outlets = citations.mentions(reading)
        self.cast = Cast(reading, entities, self.outlets, title)
        names_at = self.cast.names_at()
        starts = sorted(names_at)
        self.parsers = [
            SentenceCues(
                reading,
                span,
                {at: names_at[at] for at in starts[bisect_left(starts, span[0]) : bisect_left(starts, span[1])]},
            )
            for span in reading.sentences
        ]
        self.cues = [parser.find() for parser in self.parsers]
        self.found: list[QuoteSpan] = []
        self.last: Speaker | None = None
        self.last_end = -1
        self.told: dict[str, tuple[str, int]] = {}
        self.outlets_of: dict[int, list[citations.OutletMention]] = {}
        for mention in self.outlets:
            self.outlets_of.setdefault(reading.sentence_at(mention.start), []).append(mention)
        self.marks_of: dict[int, list[Marked]] = {}
        for mark in reading.marked:
            self.marks_of.setdefault(reading.sentence_at(mark.start), []).append(mark)

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
            if decided is not None:
                quoted.append((mark, *decided))
        clauses = list(reported_clauses(self.reading, span, cues))
        covered: list[Span] = []
        for clause, cue in clauses:
            inside = [item for item in quoted if clause[0] - 2 <= item[0].start and item[0].end <= clause[1] + 2]
            words = sum(_count(self.reading.text[item[0].start : item[0].end]) for item in inside)
            largest = max((_count(self.reading.text[item[0].start : item[0].end]) for item in inside), default=0)
            total = _count(self.reading.text[slice(*clause)])
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
        return "direct" if _count(words) >= 4 or rule == "colon" or _CLAUSAL.search(words) else "mixed"

    # -- is it a quote, and whose? --------------------------------------------------------------------------------

    def _decide(self, mark: Marked, index: int, speakers: dict[int, Speaker]) -> tuple[str, Speaker] | None:
        count = _count(self.reading.text[mark.start : mark.end])
        cues = self.cues[index]
        signed = self._signed(mark) if count >= 3 else None
        if signed is not None:
            return "signed", signed
        if count == 0 or self._is_heading(index):
            return None
        for rule in (self._incise_after, self._incise_inside, self._colon, self._complement, self._according):
            decided = rule(mark, index, cues, speakers, count)
            if decided is not None or mark.mark == LOST:
                return decided
        return self._uncued(mark, index, count)

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
        if not re.search(r":\s*$", before):
            return None
        earlier = [cue for cue in cues if cue.end <= mark.outer_start and cue.kind != "selon"]
        if earlier:
            return "colon", speakers[id(earlier[-1])]
        if _TITLE_BEFORE.search(before.rstrip(" :")) or count < 3:
            return None
        named = self._actor_before(start, mark.outer_start)
        if named is not None:
            return "colon", named
        return ("colon", self.last or NOBODY) if count >= 5 else None

    def _actor_before(self, start: int, end: int) -> Speaker | None:
        pairs = self.cast.in_span((start, end))
        for actor, span in pairs:
            if actor.kind == "person":
                return Speaker(actor.name, self.reading.text[slice(*span)], self.cast.role_of(actor), 0.6, actor.kind)
        pronoun = re.search(r"(?:^|[ ,])(il|elle)\b", self.reading.plain[start:end], re.IGNORECASE)
        if pronoun and self.last is not None:
            return self.cast.resolve(Cue("verb", start, end, None, pronoun.group(1).lower()), self.last, start)
        for actor, span in pairs:
            if actor.kind not in ("person", "place"):
                return Speaker(actor.name, self.reading.text[slice(*span)], None, 0.5, actor.kind)
        return None

    def _complement(
        self, mark: Marked, index: int, cues: list[Cue], speakers: dict[int, Speaker], count: int
    ) -> tuple[str, Speaker] | None:
        """Marks in the complement of a verb of saying: « X dénonce un "scandale" »."""
        earlier = [cue for cue in cues if cue.end <= mark.outer_start and cue.allows("frag") and cue.kind != "selon"]
        if not earlier or self._is_term(mark):
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

    def _is_term(self, mark: Marked) -> bool:
        before = self.reading.plain[max(0, mark.outer_start - 30) : mark.outer_start]
        words = self.reading.plain[mark.start : mark.end]
        capitals = [word for word in _WORDS.findall(words) if word[0].isupper()]
        return bool(_TITLE_BEFORE.search(before)) or (len(capitals) == _count(words) and _count(words) < 5)

    def _according(
        self, mark: Marked, index: int, cues: list[Cue], speakers: dict[int, Speaker], count: int
    ) -> tuple[str, Speaker] | None:
        if self._is_term(mark):
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
        if not pairs or not re.search(r",\s*$|,", before):
            return None
        people = [pair for pair in pairs if pair[0].kind == "person"]
        actor, span = (people or pairs)[0]
        return Speaker(actor.name, self.reading.text[slice(*span)], self.cast.role_of(actor), 0.7, actor.kind)

    def _uncued(self, mark: Marked, index: int, count: int) -> tuple[str, Speaker] | None:
        """No verb of saying in the sentence: a continuation, a quote attributed later, or nothing."""
        whole = self._stands_alone(mark, index)
        if whole and count >= 3:
            introduced = self._introduced_after(mark, index)
            if introduced is not None:
                return "attributed-later", introduced
            later = self._later(mark, index)
            if later is not None:
                return "attributed-later", later
            if self.last is not None and mark.start - self.last_end < 700:
                return "continuation", self.last
            return ("alone", self._nearest(mark)) if count >= 6 else None
        if self._is_term(mark):
            return None
        near = (
            self.last is not None
            and mark.start - self.last_end < 350
            and self._same_paragraph(self.last_end, mark.start)
        )
        clausal = _CLAUSAL.search(self.reading.plain[mark.start : mark.end]) is not None
        if near and (count >= 6 or (count >= 3 and clausal)) and self.last is not None:
            return "loose-fragment", self.last
        if count >= (5 if clausal else 12):
            return "loose-fragment", self._nearest(mark)
        return None

    def _signed(self, mark: Marked) -> Speaker | None:
        """« … » – X, directrice: a name alone after the marks, on their line or on the next one."""
        match = _TO_SIGNATURE.match(self.reading.plain, mark.outer_end)
        if match is None:
            return None
        line_end = self.reading.paragraph_of(match.end())[1]
        for actor, (start, end) in self.cast.in_span((match.end(), match.end() + 7)):
            rest = self.reading.plain[end:line_end].strip()
            if actor.kind == "person" and start <= match.end() + 6 and _SIGNATURE_END.fullmatch(rest):
                return Speaker(actor.name, self.reading.text[start:end], self.cast.role_of(actor), 0.9, "person")
        return None

    def _introduced_after(self, mark: Marked, index: int) -> Speaker | None:
        """« … » Zoé, 30 ans, travaille là: the sentence after the marks opens with somebody new."""
        line_start, line_end = self.reading.paragraph_of(mark.start)
        if mark.outer_start - line_start > 2 or index + 1 >= len(self.parsers):
            return None
        span = self.reading.sentences[index + 1]
        opening = self.parsers[index + 1].opening() if span[0] < line_end else None
        if opening is None or opening[0] is None or opening[0][0] > span[0] + 12:
            return None
        for actor, at in self.cast.in_span((span[0], opening[0][1])):
            if actor.kind == "person" and at == min(actor.mentions):
                return Speaker(actor.name, self.reading.text[slice(*at)], self.cast.role_of(actor), 0.7, "person")
        return None

    def _stands_alone(self, mark: Marked, index: int) -> bool:
        start, end = self.reading.sentences[index]
        around = self.reading.masked[start : mark.outer_start] + self.reading.masked[mark.outer_end : end]
        return not re.search(r"\w", around.replace(MASK, "")) or (
            mark.outer_start - start <= 2 and end - mark.outer_end <= 3
        )

    def _same_paragraph(self, one: int, other: int) -> bool:
        return "\n" not in self.reading.text[one:other].strip()

    def _later(self, mark: Marked, index: int) -> Speaker | None:
        """The following sentence of the paragraph gives the speaker: « A. » « B », dit X."""
        paragraph = self.reading.paragraph_of(mark.start)
        for ahead in range(index + 1, min(index + 4, len(self.reading.sentences))):
            span = self.reading.sentences[ahead]
            if span[0] >= paragraph[1]:
                break
            marks = self.marks_of.get(ahead, [])
            incises = [cue for cue in self.cues[ahead] if cue.kind == "incise"]
            if incises and marks and marks[0].outer_start - span[0] < 3 and not self.last_in(paragraph[0], mark.start):
                return self.cast.resolve(incises[0], self.last, incises[0].start)
            if not marks or marks[0].outer_start - span[0] > 3:
                break
        return None

    def last_in(self, start: int, end: int) -> bool:
        """Whether somebody already spoke between two places."""
        return start <= self.last_end <= end

    def _nearest(self, mark: Marked) -> Speaker:
        if self.last is not None and mark.start - self.last_end < 1200:
            return self.last
        line = self.reading.paragraph_of(mark.start)[0]
        return self._actor_before(max(0, line - 300), mark.start) or NOBODY

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
