"""What reading a French article finds: frozen facts, each with its place in the text.

Offsets are in characters (code points) of the text that was read, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class QuoteSpan:
    """Words given to somebody. `type` is "direct", "mixed" (a fragment in the writer's sentence) or "indirect".

    `speaker` is the full name where the article tells it, else None; `speaker_raw` are the words that designate the
    speaker in the sentence; `told_to` the outlet that received the words; `rule` names the rule that decided, with
    `confidence` between 0 and 1.
    """

    type: str
    text: str
    start: int
    end: int
    speaker: str | None = None
    speaker_raw: str | None = None
    role: str | None = None
    told_to: str | None = None
    rule: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class CitationSpan:
    """A place where the article credits another outlet or an agency."""

    outlet: str
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class EntitySpan:
    """One named thing and every place that names it; `kind` is "person", "organisation", "product" or "place"."""

    name: str
    kind: str
    mentions: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date the text mentions.

    `value` is "2024-02-26", "2024-02", "2024" or a range "2024-02-26/2024-03-03"; None when nothing fixes it.
    """

    raw: str
    start: int
    end: int
    value: str | None
    precision: str


@dataclass(frozen=True, slots=True)
class FigureSpan:
    """An amount, a percentage or a count; `value` is in plain units (millions multiplied out)."""

    raw: str
    start: int
    end: int
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that also stand in an earlier text: [start, end) here, [source_start, source_end) in `source`."""

    start: int
    end: int
    source: str
    source_start: int
    source_end: int
