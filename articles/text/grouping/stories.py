"""The active stories as word vectors, and the inverted index that finds them by a term."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from articles.text.grouping.meaning import Vector
from articles.text.grouping.shapes import Id

DAY = 86_400.0
# Postings are read from the rarest term on, up to this many for one article.
_POSTINGS = 400
# Only this many candidates, those that share the rarest words, are compared in full.
_CANDIDATES = 8


@dataclass(slots=True)
class Member:
    """An article in the index. `span` is when it may have been published (seconds), None when it bears no date.

    `told` is 0 for a title alone, 1 for a text of some length; `vector` what the model says, `apart` what is its own.
    """

    id: Id
    weights: dict[str, float]
    shown: dict[str, str]
    span: tuple[float, float] | None
    arrived: float
    told: float
    language: str = ""
    vector: Vector | None = None
    apart: Vector | None = None
    share: float = 0.0


@dataclass(slots=True)
class Story:
    """A group of articles. `weights` adds their vectors, each brought to length one; `norm` is its length."""

    id: Id
    members: dict[Id, Member] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    moments: list[float] = field(default_factory=list)
    norm: float = 0.0
    full: float = 0.0

    def gap(self, span: tuple[float, float] | None) -> float:
        """Seconds between a span of time and the nearest article; none when either bears no date."""
        if span is None or not self.moments:
            return 0.0
        start, end = span
        after = bisect_left(self.moments, start)
        gap = start - self.moments[after - 1] if after else math.inf
        if after < len(self.moments):
            gap = min(gap, max(0.0, self.moments[after] - end))
        return gap

    @property
    def told(self) -> float:
        """How fully its articles are told by their texts, 0 (titles alone) to 1."""
        return min(1.0, max(0.0, self.full / len(self.members)))

    def middle(self) -> float | None:
        return sum(self.moments) / len(self.moments) if self.moments else None


class Index:
    """Stories, found through their terms. A term weighs by how few stories hold it, not by how few articles:
    the word of one great story, in forty of its titles, stays telling."""

    def __init__(self, prior: float) -> None:
        self.stories: dict[Id, Story] = {}
        self._holders: dict[str, dict[Id, None]] = {}
        self._prior = prior

    def rarity(self, term: str) -> float:
        """Inverse story frequency; `prior` stories hold none of the terms, so that the first days are not wild."""
        return math.log(1 + (len(self.stories) + self._prior) / (len(self._holders.get(term, ())) + 1))

    def norm(self, weights: dict[str, float]) -> float:
        """The length of a vector under the present rarities; 1 for an empty one."""
        return math.sqrt(sum((weight * self.rarity(term)) ** 2 for term, weight in weights.items())) or 1.0

    def enter(self, member: Member, story_id: Id) -> None:
        story = self.stories.get(story_id)
        if story is None:
            story = self.stories[story_id] = Story(story_id)
        member.share = 1 / self.norm(member.weights)
        story.members[member.id] = member
        story.full += member.told
        for term, weight in member.weights.items():
            story.weights[term] = story.weights.get(term, 0.0) + weight * member.share
            self._holders.setdefault(term, {})[story_id] = None
        if member.span:
            insort(story.moments, member.span[0])
        story.norm = self.norm(story.weights)

    def leave(self, article_id: Id, story_id: Id) -> Member:
        """Take an article out of its story, which goes with its last article."""
        story = self.stories[story_id]
        member = story.members.pop(article_id)
        story.full -= member.told
        if member.span:
            story.moments.pop(bisect_left(story.moments, member.span[0]))
        kept = {term for other in story.members.values() for term in other.weights}
        for term, weight in member.weights.items():
            if term in kept:
                story.weights[term] -= weight * member.share
            else:
                self._forget(term, story)
        story.norm = self.norm(story.weights)
        if not story.members:
            del self.stories[story_id]
        return member

    def dissolve(self, story_id: Id) -> list[Member]:
        """Take a whole story out; its articles, to be put elsewhere."""
        story = self.stories.pop(story_id)
        for term in list(story.weights):
            self._forget(term, story)
        return list(story.members.values())

    def _forget(self, term: str, story: Story) -> None:
        del story.weights[term]
        holders = self._holders[term]
        del holders[story.id]
        if not holders:
            del self._holders[term]

    def cosines(self, weights: dict[str, float]) -> Iterator[tuple[Story, float]]:
        """The stories that share telling terms with a vector, each with its cosine."""
        rarities = {term: self.rarity(term) for term in weights}
        length = math.sqrt(sum((weight * rarities[term]) ** 2 for term, weight in weights.items())) or 1.0
        squared = {term: weight * rarities[term] ** 2 for term, weight in weights.items()}
        for story_id in self._candidates(squared):
            story = self.stories[story_id]
            held = story.weights
            dot = 0.0
            for term, weight in squared.items():  # a plain loop: here the engine spends its time
                if term in held:
                    dot += weight * held[term]
            yield story, dot / (length * story.norm)

    def _candidates(self, squared: dict[str, float]) -> list[Id]:
        """Read from the rarest term on, until enough postings have been read: a word of all names nobody."""
        held = sorted((len(self._holders[term]), term) for term in squared if term in self._holders)
        shared: dict[Id, float] = {}
        postings = 0
        for size, term in held:
            postings += size
            if postings > _POSTINGS and shared:
                break
            weight = squared[term]
            for story_id in self._holders[term]:
                shared[story_id] = shared.get(story_id, 0.0) + weight
        if len(shared) <= _CANDIDATES:
            return list(shared)
        return heapq.nlargest(_CANDIDATES, shared, key=shared.__getitem__)
