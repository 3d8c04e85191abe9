"""The limits of reported clauses: what « X affirme que … » and « …, selon X » report."""

from __future__ import annotations

import re
from collections.abc import Iterator

from articles.text import wordlists
from articles.text.findings import Span
from articles.text.quotes_cues import Cue
from articles.text.quotes_subjects import role_words
from articles.text.reading import MASK, Reading

_OPENERS = sorted(wordlists.group("grammar", "connectives"), key=len, reverse=True)
_CONNECTIVES = re.compile(rf"(?:(?:{'|'.join(_OPENERS).replace('_', ' ')})(?: ?[,:])? )+")
_INFINITIVE_VERBS = wordlists.group("grammar", "verbs with an infinitive")
_AFTER_CLAUSE = re.compile(
    r",? (?:a-t-(?:il|elle)|ont-(?:ils|elles)|avait-(?:il|elle)|[\w-]+-t-(?:il|elle))\b|;"
    r"|, une? (?:annonce|décision|déclaration|information|affirmation|promesse|position|sortie|démarche|réponse)\b"
    r"|, (?:après (?:avoir|être|s'être)|lors d|en marge|à l'issue|devant la presse"
    r"|dans un (?:communiqué|entretien|tweet|message|discours|courrier|courriel))\b"
)
_SHORTEST = 3


def _words(text: str) -> int:
    return len(re.findall(r"\w+", text))


def _trimmed(reading: Reading, start: int, end: int) -> Span:
    plain = reading.plain
    while start < end and plain[start] in " ,;:–—-":
        start += 1
    while end > start and plain[end - 1] in " ,;:.!?…–—\n":
        end -= 1
    return start, end


def _sentence_end(reading: Reading, sentence: Span) -> int:
    end = sentence[1]
    while end > sentence[0] and reading.masked[end - 1] in ".!?… \n":
        end -= 1
    return end


def _clause_end(reading: Reading, start: int, sentence: Span, cues: list[Cue], own: Cue) -> int:
    """The clause runs to the end of its sentence, or to the next words that report speech themselves."""
    end = _sentence_end(reading, sentence)
    for cue in cues:
        if cue is own or cue.start <= start:
            continue
        before = reading.masked[start : cue.start].rstrip()
        if cue.kind == "verb" and cue.start < end:
            end = min(end, _own_bracket(reading, start, cue.start), _second_verb(reading, start, cue))
        if (
            (cue.kind == "incise" or (cue.form is not None and cue.form.mood == "gerund")) and before.endswith(",")
        ) or (cue.kind == "selon" and reading.masked[cue.group_end : end].strip(" ,.") == "" and before.endswith(",")):
            end = min(end, cue.start)
    match = _AFTER_CLAUSE.search(reading.masked, start, end)
    if match:
        end = match.start()
    dashes = [match.start() for match in re.finditer(r" [–—] ", reading.masked[start:end])]
    if len(dashes) == 1:
        end = start + dashes[0]
    colon = re.search(r" ?: ?(?=[«\"“])", reading.masked[start:end])
    if colon and colon.start() > 10:
        end = start + colon.start()
    closing = reading.masked.find(")", start, end)
    if closing >= 0 and reading.masked.find("(", start, closing) < 0:
        end = closing
    return end


def _own_bracket(reading: Reading, start: int, position: int) -> int:
    """« … (il parle de "x") »: a bracket that reports speech itself ends the clause."""
    opened = reading.masked.rfind("(", start, position)
    return opened if opened > start and ")" not in reading.masked[opened:position] else len(reading.text)


def _second_verb(reading: Reading, start: int, cue: Cue) -> int:
    """« X dit que P et a annoncé Q »: the second verb of X ends the clause."""
    before = reading.masked[start : cue.start]
    match = re.search(r",? (?:et|puis|mais) $", before)
    compound = cue.form is not None and (cue.form.mood == "participle" or cue.that >= 0)
    return start + match.start() if match and compound and match.start() > 12 else len(reading.text)


def _that_clause(reading: Reading, sentence: Span, cues: list[Cue], cue: Cue) -> Span | None:
    start = cue.that if cue.that >= 0 else cue.infinitive
    if start < 0 or not cue.allows("que") or (cue.allows("weak") and cue.form is not None and "weak" in cue.form.uses):
        return None
    if cue.that < 0 and (cue.form is None or cue.form.lemma not in _INFINITIVE_VERBS):
        return None
    if cue.kind == "verb" and cue.pronoun in ("on", "je", "j'", "nous", "ce"):
        return None
    return _trimmed(reading, start, _clause_end(reading, start, sentence, cues, cue))


def _incise_clause(reading: Reading, sentence: Span, cues: list[Cue], cue: Cue) -> Span | None:
    """« P, a indiqué X » without marks, « comme l'a dit X, P », « P, comme le dit X »."""
    masked = reading.masked
    before = masked[sentence[0] : cue.start]
    if re.search(r"(?:^|[ ,(])comme (?:le |l')?$", before, re.IGNORECASE):
        lead = re.sub(r",? ?comme (?:le |l')?$", "", before, flags=re.IGNORECASE)
        if lead.strip():
            if any(other.end <= cue.start for other in cues) or re.search(
                r":\s*(?:[«\"“]|$)", masked[cue.group_end : sentence[1] + 4]
            ):
                return None
            return _strip_lead(reading, *_trimmed(reading, sentence[0], sentence[0] + len(lead)))
        after = masked.find(",", cue.group_end, sentence[1])
        end = _sentence_end(reading, sentence)
        stop = re.search(r" : ?[«\"“]|;", masked[after:end]) if after >= 0 else None
        return _trimmed(reading, after + 1, after + stop.start() if stop else end) if after >= 0 else None
    if not before.rstrip().endswith(",") or re.search(r"[»”\"]\s*,?\s*$", before) or MASK * 25 in before:
        return None
    if _CONNECTIVES.fullmatch(before.rstrip() + " "):
        return _trimmed(reading, cue.group_end, _sentence_end(reading, sentence))
    start, end = _trimmed(reading, sentence[0], cue.start)
    return _strip_lead(reading, start, end)


_DATELINE = re.compile(r"[A-ZÀ-Ý][A-ZÀ-Ý' -]+[,(][^–—\n]{0,70} [–—-]+ ")


def _strip_lead(reading: Reading, start: int, end: int) -> Span:
    """Without the dateline and the connective that open a sentence."""
    dateline = _DATELINE.match(reading.plain, start, end)
    start = dateline.end() if dateline else start
    match = _CONNECTIVES.match(reading.plain, start, end)
    return (match.end() if match else start), end


def _according_clause(reading: Reading, sentence: Span, cues: list[Cue], cue: Cue) -> Span | None:
    masked = reading.masked
    lead = masked[sentence[0] : cue.start]
    end = _sentence_end(reading, sentence)
    if not re.search(r"\w", _CONNECTIVES.sub("", lead, count=1)) or re.fullmatch(
        r"\W*(?:Et|Mais|Ainsi|Or|Car|Toujours|Car|Toutefois|Cependant|Mais),? ?", lead
    ):
        return _after_lead(reading, cue, end, cues)
    tail = masked[cue.group_end : end]
    if cue.pronoun and re.match(r" (?:le |la |les |l'|un |une |des |à |en |de )", tail) and "," not in lead[-4:]:
        return _trimmed(reading, *_strip_lead(reading, sentence[0], end))
    if re.search(r"(?:qui|que|dont|et|mais|où|car|ou), ?$", lead):
        inner = re.match(r",? ?", tail)
        start = cue.group_end + (inner.end() if inner else 0)
        stop = re.search(
            r" et (?:\w+ ){0,2}?(?:sera|est|a|ont|doit|va|peut|avait|devrait)\b|, (?:mais|ce qui|alors|tandis|et)\b",
            masked[start:end],
        )
        return _trimmed(reading, start, start + stop.start() if stop else end)
    return _before_according(reading, sentence, cue, lead, tail, end)


def _after_lead(reading: Reading, cue: Cue, end: int, cues: list[Cue]) -> Span | None:
    """« Selon X, P »: P begins after the comma that ends X and its apposition."""
    comma = reading.masked.find(",", cue.group_end, end)
    comma = _past_apposition(reading, comma, end)
    if comma < 0 or comma - cue.group_end > 130:
        return _trimmed(reading, cue.group_end, end) if cue.group_end < end else None
    return _trimmed(reading, comma + 1, _clause_end(reading, comma + 1, (comma + 1, end), cues, cue))


_APPOSED = re.compile(
    r"qui |dont |\w+[éè]e?s?(?: par| à| de| d'| dans| en)|lui-même|elle-même|\d+ ans|cité|interrogé"
    r"|de |du |des |d'|à |au |ainsi que|l'une?|PDG|(?:le |la |l'|une? )?(?:ancien(?:ne)? |ex-|vice-|co-?)?"
    r"(?P<noun>[\w-]+)"
)


_ONE_NAME = r"[A-ZÀ-Ý][\w'-]+(?: [A-ZÀ-Ý][\w'-]+){1,3}"
_NAMES = re.compile(rf"(?: {_ONE_NAME},)* {_ONE_NAME} et {_ONE_NAME}(?=,)")


def _is_apposed(reading: Reading, start: int) -> bool:
    """Whether the words at `start` say who somebody is."""
    match = _APPOSED.match(reading.plain, start)
    return match is not None and (match["noun"] is None or match["noun"].lower() in role_words())


def _past_apposition(reading: Reading, comma: int, end: int) -> int:
    """« Selon X, directeur de Y, P »: the comma after the apposition, when there is one."""
    listed = _NAMES.match(reading.plain, comma + 1) if comma >= 0 else None
    if listed and listed.end() < end:
        comma = listed.end()
    together = listed is not None and reading.plain.startswith("les ", comma + 2)
    if comma < 0 or not (together or _is_apposed(reading, comma + 2)):
        return comma
    following = reading.masked.find(",", comma + 1, end)
    return following if 0 <= following - comma < 110 and end - following > 15 else comma


def _before_according(reading: Reading, sentence: Span, cue: Cue, lead: str, tail: str, end: int) -> Span | None:
    """« P, selon X »: the whole sentence so far, or the part between commas when X stands in a bracket."""
    masked = reading.masked
    base, stripped = (
        sentence[0],
        re.sub(
            r"[ ,]+(?:toujours|également|encore|aussi|notamment|du moins|au moins|et)$", "", lead.rstrip(" ,(")
        ).rstrip(" ,("),
    )
    opened = stripped.rfind("(")
    if opened >= 0 and ")" not in stripped[opened:]:
        return _trimmed(reading, base + opened + 1, base + len(stripped))
    breaks = [
        match.end() for match in re.finditer(r"[:;]\s|\s[–—]\s|, (?:mais|tandis que|alors que|ce qui|car) ", stripped)
    ]
    start = breaks[-1] if breaks else 0
    if re.match(r" ?, ?\w", tail):
        comma = stripped.rfind(", ", start)
        if comma < 0 and len(stripped.split()) < 9:
            return _trimmed(reading, *_strip_lead(reading, base, end))
        start = comma + 2 if comma >= 0 else start
    elif re.match(r" (?:a|ont|est|sont|va|avait)\b", tail):
        comma = stripped.rfind(", ", start)
        start = comma + 2 if comma >= 0 else start
    span = _strip_lead(reading, base + start, base + len(stripped))
    return _trimmed(reading, *span) if masked else None


def reported_clauses(reading: Reading, sentence: Span, cues: list[Cue]) -> Iterator[tuple[Span, Cue]]:
    """Reported clauses of one sentence with the cue that reports each; none lies within another."""
    taken: list[Span] = []
    for cue in cues:
        if cue.kind == "selon":
            span = _according_clause(reading, sentence, cues, cue)
        elif cue.that >= 0 or cue.infinitive >= 0:
            span = _that_clause(reading, sentence, cues, cue)
        elif cue.kind == "incise":
            span = _incise_clause(reading, sentence, cues, cue)
        else:
            span = None
        if span is None or _words(reading.plain[slice(*span)]) < _SHORTEST:
            continue
        if not any(span[0] < end and start < span[1] for start, end in taken):
            taken.append(span)
            yield span, cue
