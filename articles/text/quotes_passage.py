"""The passage around a quotation that no verb of saying introduces: signatures, continuations, what comes next."""

from __future__ import annotations

import re
from bisect import bisect_left

from articles.text import citations, wordlists
from articles.text.findings import EntitySpan, QuoteSpan
from articles.text.quotes_cues import Cue, SentenceCues
from articles.text.quotes_marks import Marked
from articles.text.quotes_speakers import NOBODY, Cast, Speaker
from articles.text.reading import MASK, Reading

TITLE_BEFORE = re.compile(rf"(?<!\w)(?:{'|'.join(wordlists.lines('title_words'))})e?s? ?[,:]? ?$", re.IGNORECASE)
CLAUSAL = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(wordlists.group('grammar', 'signs of a clause')))})(?!\w)", re.IGNORECASE
)
_TO_SIGNATURE = re.compile(r"[ .*]{0,3}(?:\n{1,2})?[ –—(,-]{0,4}(?=[A-ZÀ-Ý])")
_CIVILITY = ("", "M.", "Mme", "Me", "Dr", "Pr")
_SIGNATURE_END = re.compile(r"[.)]?|[,(–—-][^.!?«»]{2,100}[.)]?")
_ABOUT = re.compile(
    r"(?:rapport|étude|colloque|conférence|livre|débat|dossier|table ronde|thèse)(?: [\w']+){0,2} sur $", re.I
)
_WORDS = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def count(text: str) -> int:
    """How many words a text has."""
    return len(_WORDS.findall(text))


class Passage:
    """What is known while a text is read sentence by sentence: its cues, its marks, who spoke last and where."""

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

    def actor_before(self, start: int, end: int) -> Speaker | None:
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

    def uncued(self, mark: Marked, index: int, words: int) -> tuple[str, Speaker] | None:
        """No verb of saying in the sentence: a continuation, a quote attributed later, or nothing."""
        whole = self._stands_alone(mark, index)
        if whole and words >= 3:
            introduced = self._introduced_after(mark, index)
            if introduced is not None:
                return "attributed-later", introduced
            later = self._later(mark, index)
            if later is not None:
                return "attributed-later", later
            if self.last is not None and mark.start - self.last_end < 700:
                return "continuation", self.last
            return ("alone", self._nearest(mark)) if words >= 6 else None
        if self.is_term(mark):
            return None
        near = (
            self.last is not None
            and mark.start - self.last_end < 350
            and self._same_paragraph(self.last_end, mark.start)
        )
        clausal = CLAUSAL.search(self.reading.plain[mark.start : mark.end]) is not None
        if near and (words >= 6 or (words >= 3 and clausal)) and self.last is not None:
            return "loose-fragment", self.last
        if words >= (5 if clausal else 12):
            return "loose-fragment", self._nearest(mark)
        return None

    def signed(self, mark: Marked) -> Speaker | None:
        """« … » – X, directrice: a name alone after the marks, on their line or on the next one."""
        match = _TO_SIGNATURE.match(self.reading.plain, mark.outer_end)
        if match is None:
            return None
        line_end = self.reading.paragraph_of(match.end())[1]
        for actor, (start, end) in self.cast.in_span((match.end(), match.end() + 7)):
            rest = self.reading.plain[end:line_end].strip()
            between = self.reading.plain[match.end() : start].strip()
            if actor.kind == "person" and between in _CIVILITY and _SIGNATURE_END.fullmatch(rest):
                return Speaker(actor.name, self.reading.text[start:end], self.cast.role_of(actor), 0.9, "person")
        return None

    def _introduced_after(self, mark: Marked, index: int) -> Speaker | None:
        """« … » Zoé, 30 ans, travaille là: the sentence after the marks opens with somebody new."""
        line_start, line_end = self.reading.paragraph_of(mark.start)
        if mark.outer_start - line_start > 2 or index + 1 >= len(self.parsers):
            return None
        span = self.reading.sentences[index + 1]
        opening = self.parsers[index + 1].opening() if span[0] < line_end else None
        if opening is None or opening[0] is None or opening[0][0] > span[0] + 60:
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
        return self.actor_before(max(0, line - 300), mark.start) or NOBODY

    def is_term(self, mark: Marked) -> bool:
        before = self.reading.plain[max(0, mark.outer_start - 30) : mark.outer_start]
        words = self.reading.plain[mark.start : mark.end]
        capitals = [word for word in _WORDS.findall(words) if word[0].isupper() or word[0].isdigit()]
        return bool(TITLE_BEFORE.search(before) or _ABOUT.search(before)) or (
            len(capitals) == count(words) and count(words) < 5
        )
