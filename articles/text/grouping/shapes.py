"""What goes in and out of the grouping engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Id = int | str


@dataclass(frozen=True, slots=True)
class GroupingArticle:
    """An article as the engine sees it. Only the title is needed.

    `published` is aware, or None when the article bears no date: it is then near to anything.
    `precision` is "month" for a date known by its month only, which is near to anything in that month.
    `vector` is what `vectors` gives for the article, kept since: empty, the words alone decide.
    """

    id: Id
    published: datetime | None
    language: str
    title: str
    text: str = ""
    standfirst: str = ""
    outlet: str = ""
    precision: str = "second"
    vector: bytes = b""


@dataclass(frozen=True, slots=True)
class Placement:
    """The answer for one article: the story it joins, or the new one it opens (`is_new`).

    `score` is in 0–1 (the best score found, also when it was too low to join); `terms` are the shared names
    and words that decided, as displayed, at most 8; `nearest` the closest articles with their scores, at most 3.
    """

    story: Id
    score: float
    terms: tuple[str, ...]
    nearest: tuple[tuple[Id, float], ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stories that have grown together: every article of `source` belongs in `target`."""

    source: Id
    target: Id
    score: float
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """A story that holds two: `articles` would leave it together. `score` is what still ties them to the rest."""

    story: Id
    articles: tuple[Id, ...]
    score: float
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The dials of the engine, tuned on weeks of several languages apart from those they were checked on.

    A story is joined when likeness × nearness in time reaches a threshold: `threshold` between titles alone,
    `text_threshold` between texts, `mixed_threshold` between a title and texts or two texts of a sentence or two; what
    lies between is interpolated. It is raised by `crowding` for each e-fold of articles around the same days. `reach`
    is in days, for titles and for texts. `title_share` is what the title weighs beside the body. `prior_stories` stand
    for the stories not seen yet when words are weighed. Likeness is the cosine of the words, and of the vectors where
    both sides have one: these weigh `meaning_share`, and tell from a cosine of `meaning_floor` on.
    """

    threshold: float = 0.29
    merge_threshold: float = 0.245
    crowding: float = 0.03
    reach: float = 2.0
    text_threshold: float = 0.105
    mixed_threshold: float = 0.20
    text_merge_threshold: float = 0.22
    text_alone_threshold: float = 0.12
    text_crowding: float = 0.02
    text_reach: float = 30.0
    title_share: float = 0.5
    split_threshold: float = 0.10
    prior_stories: float = 40.0
    meaning_share: float = 0.45
    mixed_meaning_share: float = 0.5
    text_meaning_share: float = 0.3
    meaning_floor: float = 0.25
