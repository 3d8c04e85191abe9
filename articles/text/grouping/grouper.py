"""The engine: an inverted index over the active stories, one weighted word vector for each story."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from calendar import monthrange
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from articles.text.grouping.shapes import GroupingArticle, Id, Merge, Parameters, Placement, Split
from articles.text.grouping.terms import Terms, read

_DAY = 86_400.0
_SHOWN_TERMS = 8
_NEAREST = 3
# A term found in more than this share of the active stories names no candidate by itself.
_COMMON = 0.25


@dataclass(slots=True)
class _Member:
    """An article in the index. `span` is when it may have been published (seconds), None when it bears no date."""

    id: Id
    weights: dict[str, float]
    shown: dict[str, str]
    span: tuple[float, float] | None
    arrived: float
    has_text: bool
    share: float = 0.0


@dataclass(slots=True)
class _Story:
    members: dict[Id, _Member] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    moments: list[float] = field(default_factory=list)
    norm: float = 0.0


def _span(article: GroupingArticle) -> tuple[float, float] | None:
    if article.published is None:
        return None
    if article.precision != "month":
        return article.published.timestamp(), article.published.timestamp()
    first = article.published.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.timestamp(), (first + timedelta(days=monthrange(first.year, first.month)[1])).timestamp()


class Grouper:
    """The active stories and what may join them. Not thread-safe; one for each process is enough.

    `next_story` gives the id of a story that opens; without it, stories are numbered from 1.
    """

    def __init__(self, *, parameters: Parameters | None = None, next_story: Callable[[], Id] | None = None) -> None:
        self.parameters = parameters or Parameters()
        numbers = count(1)
        self._next_story = next_story or (lambda: next(numbers))
        self._stories: dict[Id, _Story] = {}
        self._story_of: dict[Id, Id] = {}
        self._postings: dict[str, dict[Id, None]] = {}
        self._frequency: dict[str, int] = {}
        self._now = 0.0

    def place(self, article: GroupingArticle, *, story: Id | None = None) -> Placement:
        """Decide and add in one call; `story` forces the answer."""
        placement = self.decide(article)
        if story is not None:
            placement = Placement(
                story, placement.score, placement.terms, placement.nearest, story not in self._stories
            )
        self.add(article, placement.story)
        return placement

    def decide(self, article: GroupingArticle, *, forbidden: Collection[Id] = ()) -> Placement:
        """Where the article belongs among the active stories, those an editor has `forbidden` left aside."""
        member = self._member(article)
        scores = self._scores(member, forbidden)
        best = max(scores, key=lambda story: (scores[story], -self._order(story)), default=None)
        if best is None:
            return Placement(self._next_story(), 0.0, (), (), True)
        score = min(1.0, scores[best])
        terms, nearest = self._shared_terms(member, best), self._nearest(member, best)
        if score < self.parameters.threshold:
            return Placement(self._next_story(), score, terms, nearest, True)
        return Placement(best, score, terms, nearest, False)

    def add(self, article: GroupingArticle, story: Id) -> None:
        """Put the article in the story, opened if need be; an article added twice is moved."""
        if article.id in self._story_of:
            self.remove(article.id)
        member = self._member(article)
        self._now = member.arrived
        for term in member.weights:
            self._frequency[term] = self._frequency.get(term, 0) + 1
        self._story_of[article.id] = story
        self._enter(member, story)

    def remove(self, article_id: Id) -> None:
        """Take an article out; its story goes with its last article. KeyError when it is not active."""
        story = self._story_of.pop(article_id)
        member = self._stories[story].members[article_id]
        for term in member.weights:
            self._frequency[term] -= 1
            if not self._frequency[term]:
                del self._frequency[term]
        self._leave(member, story)

    def merge(self, source_story: Id, target_story: Id) -> None:
        """Move every article of the source into the target. A story that is no longer active moves nothing."""
        if source_story == target_story or source_story not in self._stories:
            return
        for member in list(self._stories[source_story].members.values()):
            self._leave(member, source_story)
            self._story_of[member.id] = target_story
            self._enter(member, target_story)

    def forget(self, before: datetime) -> None:
        """Drop the articles older than `before` (undated ones by when they came), so that cost follows the window."""
        limit = before.timestamp()
        for story in list(self._stories.values()):
            for member in [m for m in story.members.values() if (m.span[1] if m.span else m.arrived) < limit]:
                self.remove(member.id)

    def story_of(self, article_id: Id) -> Id:
        """The story an active article is in. KeyError when it is not active."""
        return self._story_of[article_id]

    def __len__(self) -> int:
        return len(self._story_of)

    def proposals(self) -> list[Merge | Split]:
        """Stories that have grown together, best first."""
        found = [merge for story in self._stories for merge in self._merges(story)]
        return sorted(found, key=lambda merge: -merge.score)

    def _merges(self, story_id: Id) -> Iterator[Merge]:
        story = self._stories[story_id]
        mean = {term: weight / len(story.members) for term, weight in story.weights.items()}
        moments = story.moments
        span = (moments[0], moments[-1]) if moments else None
        whole = _Member(story_id, mean, {}, span, self._now, any(m.has_text for m in story.members.values()))
        for other, score in self._scores(whole, {story_id}).items():
            if score >= self.parameters.merge_threshold and self._order(other) < self._order(story_id):
                yield Merge(story_id, other, min(1.0, score), self._shared_terms(whole, other))

    def _order(self, story: Id) -> float:
        """Stories rank by their first moment: ties are settled the same way whatever the ids."""
        moments = self._stories[story].moments
        return moments[0] if moments else math.inf

    def _member(self, article: GroupingArticle) -> _Member:
        title, body = read(article)
        span = _span(article)
        arrived = max(self._now, span[0]) if span else self._now
        weights = self._blend(title, body)
        return _Member(article.id, weights, {**body.shown, **title.shown}, span, arrived, bool(body.weights))

    def _blend(self, title: Terms, body: Terms) -> dict[str, float]:
        """One vector for title and body, each brought to length one, so that a long body does not drown its title."""
        share = self.parameters.title_share if title.weights and body.weights else 1.0
        blended: dict[str, float] = {}
        for terms, part in ((title, share), (body, 1 - share if title.weights else 1.0)):
            sizes = {term: 1 + math.log(weight) for term, weight in terms.weights.items()}
            norm = math.sqrt(sum(size * size for size in sizes.values())) or 1.0
            for term, size in sizes.items():
                blended[term] = blended.get(term, 0.0) + part * size / norm
        return blended

    def _rarity(self, term: str) -> float:
        prior = self.parameters.prior_articles
        return math.log(1 + (len(self._story_of) + prior) / (self._frequency.get(term, 0) + 1))

    def _norm(self, weights: dict[str, float]) -> float:
        return math.sqrt(sum((weight * self._rarity(term)) ** 2 for term, weight in weights.items())) or 1.0

    def _enter(self, member: _Member, story_id: Id) -> None:
        story = self._stories.setdefault(story_id, _Story())
        member.share = 1 / self._norm(member.weights)
        story.members[member.id] = member
        for term, weight in member.weights.items():
            story.weights[term] = story.weights.get(term, 0.0) + weight * member.share
            self._postings.setdefault(term, {})[story_id] = None
        story.norm = self._norm(story.weights)
        if member.span:
            insort(story.moments, member.span[0])

    def _leave(self, member: _Member, story_id: Id) -> None:
        story = self._stories[story_id]
        del story.members[member.id]
        if member.span:
            story.moments.pop(bisect_left(story.moments, member.span[0]))
        kept = {term for other in story.members.values() for term in other.weights}
        for term, weight in member.weights.items():
            if term in kept:
                story.weights[term] -= weight * member.share
                continue
            del story.weights[term]
            del self._postings[term][story_id]
            if not self._postings[term]:
                del self._postings[term]
        story.norm = self._norm(story.weights)
        if not story.members:
            del self._stories[story_id]

    def _scores(self, member: _Member, forbidden: Collection[Id]) -> dict[Id, float]:
        """Cosine × nearness in time, for the stories that share a term rare enough to name them."""
        common = max(20.0, _COMMON * len(self._stories))
        weights = {term: weight * self._rarity(term) for term, weight in member.weights.items()}
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        named: dict[Id, float] = {}
        for term, weight in weights.items():
            postings = self._postings.get(term, {})
            if len(postings) > common:
                continue
            for story in postings:
                named[story] = named.get(story, 0.0) + weight
        scores: dict[Id, float] = {}
        for story_id in named:
            if story_id in forbidden:
                continue
            story = self._stories[story_id]
            held = story.weights
            dot = sum(weight * held[term] * self._rarity(term) for term, weight in weights.items() if term in held)
            scores[story_id] = dot / (norm * story.norm) * self._nearness(member, story)
        return scores

    def _nearness(self, member: _Member, story: _Story) -> float:
        days = self._gap(member, story) / _DAY
        reach = self.parameters.text_decay_days if member.has_text else self.parameters.decay_days
        return math.exp(-0.5 * (days / reach) ** 2)

    @staticmethod
    def _gap(member: _Member, story: _Story) -> float:
        """Seconds between the article and the nearest of the story; none when either bears no date."""
        if member.span is None or not story.moments:
            return 0.0
        start, end = member.span
        after = bisect_left(story.moments, start)
        gaps = []
        if after < len(story.moments):
            gaps.append(max(0.0, story.moments[after] - end))
        if after:
            gaps.append(start - story.moments[after - 1])
        return min(gaps)

    def _shared_terms(self, member: _Member, story_id: Id) -> tuple[str, ...]:
        story = self._stories[story_id]
        shared = [term for term in member.weights if term in story.weights]
        shared.sort(key=lambda term: (-member.weights[term] * story.weights[term] * self._rarity(term) ** 2, term))
        shown = (self._show(term, member, story) for term in shared[:_SHOWN_TERMS])
        return tuple(dict.fromkeys(shown))

    @staticmethod
    def _show(term: str, member: _Member, story: _Story) -> str:
        if term in member.shown:
            return member.shown[term]
        return next((other.shown[term] for other in story.members.values() if term in other.shown), term)

    def _nearest(self, member: _Member, story_id: Id) -> tuple[tuple[Id, float], ...]:
        norm = self._norm(member.weights)
        found = []
        for other in self._stories[story_id].members.values():
            shared = member.weights.keys() & other.weights.keys()
            dot = sum(member.weights[term] * other.weights[term] * self._rarity(term) ** 2 for term in shared)
            found.append((other.id, round(min(1.0, dot * other.share / norm), 4)))
        found.sort(key=lambda pair: (-pair[1], str(pair[0])))
        return tuple(found[:_NEAREST])
