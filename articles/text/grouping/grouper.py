"""The engine: which story an article joins, and which stories have grown together."""

from __future__ import annotations

import heapq
import math
from calendar import monthrange
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from itertools import count

from articles.text.grouping import splitting
from articles.text.grouping.meaning import Meanings, Vector, vector
from articles.text.grouping.shapes import GroupingArticle, Id, Merge, Parameters, Placement, Split
from articles.text.grouping.stories import DAY, Index, Member, Story
from articles.text.grouping.templates import Skeleton, Templates, skeleton
from articles.text.grouping.terms import Terms, read

_SHOWN_TERMS = 8
_NEAREST = 3
_FEWEST_SHARED = 2
# A body keeps its most telling terms, a story speaks by its most telling ones when it is compared with another.
_BODY_TERMS = 60
_STORY_TERMS = 80
# A body's weight grows almost with its mentions: what a text is about, it names again and again.
_MENTIONS = 0.8
# How many days around a moment its rivals are counted.
_RIVAL_DAYS = 4
_FEWEST_RIVALS, _USUAL_RIVALS = 12.0, 100.0

_Bars = tuple[float, float, float]


def _span(article: GroupingArticle) -> tuple[float, float] | None:
    if article.published is None:
        return None
    if article.precision != "month":
        return article.published.timestamp(), article.published.timestamp()
    first = article.published.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.timestamp(), (first + timedelta(days=monthrange(first.year, first.month)[1])).timestamp()


def _between(bars: _Bars, told: float) -> float:
    """The bar of two sides told by so much text together (0 to 2)."""
    low = min(1, int(told))
    return bars[low] + (bars[low + 1] - bars[low]) * (told - low)


def _blur(terms: Terms, names: Collection[str], article_id: Id) -> None:
    """Of a title cut from a pattern, only its own names stay; the rest keeps its weight, but matches nothing."""
    kept = {f"={name}" for name in names}
    gone = [term for term in terms.title if term not in kept]
    terms.title[f"#{article_id}"] = math.sqrt(sum(terms.title.pop(term) ** 2 for term in gone))


class Grouper:
    """The active stories and what may join them. Not thread-safe; one for each process is enough.

    `next_story` gives the id of a story that opens; without it, stories are numbered from 1.
    """

    def __init__(self, *, parameters: Parameters | None = None, next_story: Callable[[], Id] | None = None) -> None:
        self.parameters = parameters or Parameters()
        numbers = count(1)
        self._next_story = next_story or (lambda: next(numbers))
        self._index = Index(self.parameters.prior_stories)
        self._meanings = Meanings()
        self._story_of: dict[Id, Id] = {}
        self._changed: dict[Id, None] = {}
        self._per_day: dict[int, int] = {}
        self._templates = Templates()
        self._now = 0.0
        self._last: tuple[GroupingArticle, Member, Skeleton] | None = None

    def __len__(self) -> int:
        return len(self._story_of)

    def place(self, article: GroupingArticle, *, story: Id | None = None) -> Placement:
        """Decide and add in one call; `story` forces the answer."""
        placement = self.decide(article)
        if story is not None:
            is_new = story not in self._index.stories
            placement = Placement(story, placement.score, placement.terms, placement.nearest, is_new)
        self.add(article, placement.story)
        return placement

    def decide(self, article: GroupingArticle, *, forbidden: Collection[Id] = ()) -> Placement:
        """Where the article belongs among the active stories, those an editor has `forbidden` left aside.

        Nothing is added. An article that is active already should be removed first: it is its own best match.
        """
        member, _ = self._read(article)
        best, score, margin = self._best(member, forbidden)
        if best is None:
            return Placement(self._next_story(), 0.0, (), (), True)
        terms, nearest = self._shared_terms(member, best), self._nearest(member, best)
        joins = margin >= 0 and not self._is_thin(member, best, terms)
        return Placement(best.id if joins else self._next_story(), score, terms, nearest, not joins)

    @staticmethod
    def _is_thin(member: Member, story: Story, terms: tuple[str, ...]) -> bool:
        """A text and another that share one word only, say the name of a great firm, are not one story."""
        return (member.told > 0 or story.told > 0) and len(terms) < _FEWEST_SHARED

    def add(self, article: GroupingArticle, story: Id) -> None:
        """Put the article in the story, opened if need be; an article added twice is moved."""
        if article.id in self._story_of:
            self.remove(article.id)
        member, title = self._read(article)
        self._now = member.arrived
        self._count_rival(member, 1)
        day = int(member.span[0] / DAY) if member.span else None
        self._templates.see(title, day, member.arrived)
        if member.vector is not None:
            self._meanings.see(member.language, member.vector, 1)
        self._enter(member, story)

    def remove(self, article_id: Id) -> None:
        """Take an article out; its story goes with its last article. KeyError when it is not active."""
        story = self._story_of.pop(article_id)
        member = self._index.leave(article_id, story)
        self._count_rival(member, -1)
        if member.vector is not None and member.apart is not None:
            self._meanings.see(member.language, member.vector, -1)
            self._meanings.change(story, member.apart, -1)
        self._note_change(story)

    def merge(self, source_story: Id, target_story: Id) -> None:
        """Move every article of the source into the target. A story that is no longer active moves nothing."""
        if source_story == target_story or source_story not in self._index.stories:
            return
        for member in self._index.dissolve(source_story):
            if member.apart is not None:
                self._meanings.change(source_story, member.apart, -1)
            self._enter(member, target_story)
        self._note_change(source_story)

    def forget(self, before: datetime) -> None:
        """Drop the articles older than `before` (undated ones by when they came), so that cost follows the window."""
        limit = before.timestamp()
        self._templates.forget(limit)
        members = [member for story in self._index.stories.values() for member in story.members.values()]
        for member in members:
            if (member.span[1] if member.span else member.arrived) < limit:
                self.remove(member.id)

    def story_of(self, article_id: Id) -> Id:
        """The story an active article is in. KeyError when it is not active."""
        return self._story_of[article_id]

    def proposals(self) -> list[Merge | Split]:
        """What has grown together or drifted apart since the last call, merges first, best first.

        No story stands in two proposals: applying them and asking again may bring further ones.
        Cost follows the stories changed, not the archive.
        """
        changed, self._changed = self._changed, {}
        merges = [merge for story_id in changed for merge in self._merges(self._index.stories[story_id])]
        found = sorted(
            {(merge.source, merge.target): merge for merge in merges}.values(),
            key=lambda merge: (-merge.score, str(merge.source), str(merge.target)),
        )
        taken: set[Id] = set()
        kept: list[Merge | Split] = []
        for merge in found:
            if merge.source in taken or merge.target in taken:
                self._changed.update({merge.source: None, merge.target: None})
                continue
            taken |= {merge.source, merge.target}
            kept.append(merge)
        splits = (self._split(self._index.stories[story_id]) for story_id in changed if story_id not in taken)
        return kept + [split for split in splits if split]

    def _split(self, story: Story) -> Split | None:
        if len(story.members) < splitting.FEWEST:
            return None
        found = splitting.halves(story, self._index)
        if found is None or found[1] >= self.parameters.split_threshold:
            return None
        member = story.members[found[0][0]]
        return Split(story.id, tuple(found[0]), found[1], self._shared_terms(member, story))

    def _merges(self, story: Story) -> list[Merge]:
        strongest = heapq.nlargest(
            _STORY_TERMS, story.weights, key=lambda term: story.weights[term] * self._index.rarity(term)
        )
        middle = story.middle()
        span = None if middle is None else (middle, middle)
        member = Member(story.id, {term: story.weights[term] for term in strongest}, {}, span, self._now, story.told)
        found = []
        bars = self._merge_bars(span, alone=len(story.members) == 1)
        for other, cosine, meant in self._compared(member.weights, self._meanings.of_story(story.id)):
            if other is story:
                continue
            there = other.middle()
            gap = 0.0 if middle is None or there is None else abs(middle - there)
            told = story.told + other.told
            score = self._blended(cosine, meant, told) * self._nearness(gap, told)
            if score >= _between(bars, told):
                source, target = sorted((story, other), key=self._rank)
                found.append(Merge(source.id, target.id, min(1.0, score), self._shared_terms(member, other)))
        return found

    @staticmethod
    def _rank(story: Story) -> tuple[int, float, str]:
        """The larger story stays, then the older."""
        return len(story.members), -(story.moments[0] if story.moments else math.inf), str(story.id)

    def _best(self, member: Member, forbidden: Collection[Id]) -> tuple[Story | None, float, float]:
        """The story most above its bar, its score, and by how much it passes."""
        best: tuple[Story | None, float, float] = (None, 0.0, -math.inf)
        bars = self._bars(member.span)
        for story, cosine, meant in self._compared(member.weights, member.apart):
            if story.id in forbidden:
                continue
            told = member.told + story.told
            score = min(1.0, self._blended(cosine, meant, told) * self._nearness(story.gap(member.span), told))
            margin = score - _between(bars, told)
            if margin > best[2]:
                best = story, score, margin
        return best

    def _compared(
        self, weights: dict[str, float], meaning: Vector | None
    ) -> Iterator[tuple[Story, float, float | None]]:
        """The stories that share telling words: each with the cosine of the words, and of the meanings if known."""
        found = list(self._index.cosines(weights))
        meant = {} if meaning is None else self._meanings.cosines(meaning, [story.id for story, _ in found])
        return ((story, cosine, meant.get(story.id)) for story, cosine in found)

    def _blended(self, cosine: float, meant: float | None, told: float) -> float:
        if meant is None:
            return cosine
        ours = self.parameters
        share = _between((ours.meaning_share, ours.mixed_meaning_share, ours.text_meaning_share), told)
        return (1 - share) * cosine + share * max(0.0, (meant - ours.meaning_floor) / (1 - ours.meaning_floor))

    def _nearness(self, gap: float, told: float) -> float:
        """1 at no distance in time; words of titles alone soon mean something else, a text speaks for weeks."""
        days = gap / DAY
        title, text = math.exp(-days / self.parameters.reach), 1 / (1 + days / self.parameters.text_reach)
        return _between((title, text, text), told)

    def _bars(self, span: tuple[float, float] | None) -> _Bars:
        """What a score must reach when neither side, one, or both are told by a text.

        A bar rises with the articles around: among more rivals the best by chance scores higher.
        """
        ours, rivals = self.parameters, max(self._rivals(span), _FEWEST_RIVALS)
        crowd = ours.text_crowding * math.log(rivals / _FEWEST_RIVALS)
        return (
            ours.threshold + ours.crowding * math.log(rivals / _USUAL_RIVALS),
            ours.mixed_threshold + crowd,
            ours.text_threshold + crowd,
        )

    def _merge_bars(self, span: tuple[float, float] | None, *, alone: bool) -> _Bars:
        """A text still alone is judged almost as when it came: the story it belongs in may have grown since."""
        ours, (titles, mixed, texts) = self.parameters, self._bars(span)
        more = (ours.text_alone_threshold if alone else ours.text_merge_threshold) - ours.text_threshold
        return titles + ours.merge_threshold - ours.threshold, mixed + more, texts + more

    def _rivals(self, span: tuple[float, float] | None) -> float:
        if span is None:
            return float(len(self._story_of))
        day = span[0] / DAY
        return sum(
            self._per_day.get(place, 0) * math.exp(-abs(day - place - 0.5))
            for place in range(int(day) - _RIVAL_DAYS, int(day) + _RIVAL_DAYS + 1)
        )

    def _count_rival(self, member: Member, change: int) -> None:
        if member.span:
            day = int(member.span[0] / DAY)
            self._per_day[day] = self._per_day.get(day, 0) + change
            if not self._per_day[day]:
                del self._per_day[day]

    def _read(self, article: GroupingArticle) -> tuple[Member, Skeleton]:
        if self._last and self._last[0] is article:
            return self._last[1:]
        terms, span = read(article), _span(article)
        arrived = max(self._now, span[0]) if span else self._now
        title = skeleton(article.title)
        names = self._templates.names(title)
        if names is not None:
            _blur(terms, names, article.id)
        weights = self._blend(terms.title, terms.body)
        shown = {term: word for term, word in terms.shown.items() if term in weights}
        member = Member(article.id, weights, shown, span, arrived, terms.told, article.language)
        member.vector = vector(article.vector)
        if member.vector is not None:
            member.apart = self._meanings.apart(member.language, member.vector)
        self._last = article, member, title
        return member, title

    def _blend(self, title: dict[str, float], body: dict[str, float]) -> dict[str, float]:
        """One vector for title and body, each brought to length one, so that a long body does not drown its title."""
        if not body:
            return title
        rarity = self._index.rarity
        sizes = {term: weight**_MENTIONS for term, weight in body.items()}
        kept = heapq.nlargest(_BODY_TERMS, sizes, key=lambda term: sizes[term] * rarity(term))
        share = self.parameters.title_share if title else 0.0
        blended: dict[str, float] = {}
        parts = ((title, share), ({term: sizes[term] for term in kept}, 1 - share))
        for weights, part in parts:
            norm = self._index.norm(weights)
            for term, weight in weights.items():
                blended[term] = blended.get(term, 0.0) + part * weight / norm
        return blended

    def _enter(self, member: Member, story_id: Id) -> None:
        self._index.enter(member, story_id)
        self._story_of[member.id] = story_id
        if member.apart is not None:
            self._meanings.change(story_id, member.apart, 1)
        self._note_change(story_id)

    def _note_change(self, story_id: Id) -> None:
        if story_id in self._index.stories:
            self._changed[story_id] = None
        else:
            self._changed.pop(story_id, None)

    def _shared_terms(self, member: Member, story: Story) -> tuple[str, ...]:
        shared = [term for term in member.weights if term[0] in "=~" and term in story.weights]
        weight = {term: member.weights[term] * story.weights[term] * self._index.rarity(term) ** 2 for term in shared}
        best = heapq.nsmallest(_SHOWN_TERMS, shared, key=lambda term: (-weight[term], term))
        return tuple(dict.fromkeys(self._show(term, member, story) for term in best))

    @staticmethod
    def _show(term: str, member: Member, story: Story) -> str:
        if term in member.shown:
            return member.shown[term]
        return next((other.shown[term] for other in story.members.values() if term in other.shown), term[1:])

    def _nearest(self, member: Member, story: Story) -> tuple[tuple[Id, float], ...]:
        rarity = {term: self._index.rarity(term) ** 2 * weight for term, weight in member.weights.items()}
        norm = self._index.norm(member.weights)
        found = []
        for other in story.members.values():
            dot = sum(weight * other.weights[term] for term, weight in rarity.items() if term in other.weights)
            found.append((other.id, round(min(1.0, dot * other.share / norm), 4)))
        found.sort(key=lambda pair: (-pair[1], str(pair[0])))
        return tuple(found[:_NEAREST])
