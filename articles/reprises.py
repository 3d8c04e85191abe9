"""How words travel between outlets, as pages show it: copied passages, credits, and ancestors that are presumed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from articles.headlines import Change, change
from articles.models import Article, CopiedPassage, Credit, Story
from articles.models.article import LONG, long_of
from articles.text import copying_ancestors, shingles
from articles.text.citations import agencies_in
from articles.text.copying_ancestors import Shared, Witness
from sources.models import DatePrecision, Outlet

MOST_PASSAGES = 3000
MOST_CREDITS = 2000
_LONG_TEXTS = (*long_of("article"), *long_of("source"))
_LONG_BUT_TEXT = tuple(column for column in LONG if column != "text")


@dataclass(frozen=True, slots=True)
class Credited:
    """An outlet or agency that articles of the story credit, with the credits, the first of each article in front."""

    name: str
    outlet: Outlet | None
    mentions: int
    by: tuple[tuple[Credit, int], ...]
    """(first credit, how many) for each article."""


@dataclass(frozen=True, slots=True)
class Copy:
    """An article that repeats passages of others: `share` of its words, from 0 to 1; most come from `source`.

    `others` has one article of each other outlet.
    """

    article: Article
    source: Article
    others: tuple[Article, ...]
    share: float
    is_credited: bool


@dataclass(frozen=True, slots=True)
class Presumed:
    """A text that we do not hold and that these articles had in common, as far as one can tell; see the rule in
    articles/text/copying_ancestors.py."""

    members: tuple[Article, ...]
    agency: str
    reasons: tuple[str, ...]
    words: int

    @property
    def outlets(self) -> str:
        return ", ".join(dict.fromkeys(article.outlet_name for article in self.members))


@dataclass(frozen=True, slots=True)
class Circulation:
    """Who credits whom, who repeats whom, and what several must have had from elsewhere."""

    credited: tuple[Credited, ...]
    copies: tuple[Copy, ...]
    presumed: tuple[Presumed, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A copied passage with the words that it stands beside; `presumed` when both may have had it from elsewhere."""

    passage: CopiedPassage
    here: str
    there: str
    change: Change | None
    is_elsewhere: bool
    """Its source is in another story."""


@dataclass(slots=True)
class _Facts:
    """What the rule of common ancestors looks at, by article."""

    credits: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    agencies: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


def of_story(story: Story) -> Circulation:
    """In a number of queries that does not depend on the story's size."""
    return Circulation(credited=tuple(_credited(story)), copies=tuple(_copies(story)), presumed=presumed_in(story))


def _credited(story: Story) -> list[Credited]:
    found = Credit.objects.filter(article__story=story, is_hidden=False).select_related("article__outlet", "outlet")
    found = found.defer(*long_of("article"))
    by_name: dict[str, dict[int, list[Credit]]] = defaultdict(lambda: defaultdict(list))
    for credit in found.order_by("article__sort_at", "article_id", "start")[:MOST_CREDITS]:
        by_name[credit.outlet.name if credit.outlet else credit.name][credit.article_id].append(credit)
    told = [_credits_of(name, list(by.values())) for name, by in by_name.items()]
    return sorted(told, key=lambda one: (-one.mentions, one.name))


def _credits_of(name: str, by: Sequence[Sequence[Credit]]) -> Credited:
    pairs = tuple((credits[0], len(credits)) for credits in by)
    return Credited(name, by[0][0].outlet, sum(times for _credit, times in pairs), pairs)


def _copies(story: Story) -> list[Copy]:
    """Articles that repeat an earlier one, with those that they take most words from, the largest share first."""
    passages = CopiedPassage.objects.filter(article__story=story, is_hidden=False)
    passages = passages.select_related("article__outlet", "source__outlet").defer(*_LONG_TEXTS)
    taken: dict[Article, Counter[Article]] = defaultdict(Counter)
    for passage in passages.order_by("article_id", "start")[:MOST_PASSAGES]:
        taken[passage.article][passage.source] += passage.end - passage.start
    copies = [_copy(article, by) for article, by in taken.items() if article.original_share is not None]
    return sorted(copies, key=lambda copy: (-copy.share, copy.article.pk))


def _copy(article: Article, by: Counter[Article]) -> Copy:
    main = by.most_common(1)[0][0]
    of_each: dict[int | None, Article] = {main.outlet_id: main}
    for source, _characters in by.most_common():
        of_each.setdefault(source.outlet_id, source)
    return Copy(article, main, tuple(of_each.values())[1:], 1 - (article.original_share or 0), article.names_its_source)


# --- presumed ancestors --------------------------------------------------------------------------------------------


def presumed_in(story: Story) -> tuple[Presumed, ...]:
    """The ancestors that are presumed of articles of a story, and of others that share passages with them."""
    passages = list(
        CopiedPassage.objects.filter(article__story=story, is_hidden=False).order_by("article_id", "start")[
            :MOST_PASSAGES
        ]
    )
    numbers = {number for one in passages for number in (one.article_id, one.source_id)}
    articles = list(
        Article.objects.filter(pk__in=numbers).select_related("outlet").defer(*_LONG_BUT_TEXT).order_by("sort_at", "id")
    )
    facts, by_key = _facts(articles), {article.pk: article for article in articles}
    shared = [
        Shared(one.article_id, one.source_id, (one.start, one.end), (one.source_start, one.source_end))
        for one in passages
    ]
    return tuple(
        Presumed(tuple(by_key[key] for key in found.members), found.agency, found.reasons, found.words)
        for found in copying_ancestors.infer([_witness(article, facts) for article in articles], shared)
    )


def _facts(articles: Sequence[Article]) -> _Facts:
    facts = _Facts()
    for article in articles:
        facts.agencies[article.pk] |= agencies_in(" ; ".join(article.credits))
        facts.credits[article.pk] |= facts.agencies[article.pk]
    credits = Credit.objects.filter(article__in=articles, is_hidden=False).select_related("outlet")
    for credit in credits.defer("raw"):
        name = credit.outlet.name if credit.outlet else credit.name
        facts.credits[credit.article_id].add(name)
        if (credit.outlet and credit.outlet.kind == Outlet.Kind.AGENCY) or agencies_in(name):
            facts.agencies[credit.article_id].add(name)
    return facts


def _witness(article: Article, facts: _Facts) -> Witness:
    has_time = article.published_precision in {DatePrecision.SECOND, DatePrecision.MINUTE}
    is_agency = bool(article.outlet and article.outlet.kind == Outlet.Kind.AGENCY)
    return Witness(
        key=article.pk,
        outlet=article.outlet_name,
        at=article.published_at if has_time else None,
        credits=frozenset(facts.credits[article.pk]),
        agencies=frozenset(facts.agencies[article.pk]),
        is_agency=is_agency or bool(agencies_in(article.outlet_name)),
        words=[start for start, _end in shingles.cut(article.text).spans],
    )


# --- one article ---------------------------------------------------------------------------------------------------


def beside(article: Article) -> tuple[SideBySide, ...]:
    """The copied passages of an article beside their origin, where the texts of both are kept."""
    if article.text_dropped_at:
        return ()
    passages = article.copied.filter(is_hidden=False, source__text_dropped_at=None)
    passages = passages.select_related("source__outlet", "source__story")
    passages = passages.defer(*(f"source__{column}" for column in _LONG_BUT_TEXT))
    return tuple(_beside(article, passage) for passage in passages.order_by("start"))


def _beside(article: Article, passage: CopiedPassage) -> SideBySide:
    here = article.text[passage.start : passage.end]
    there = passage.source.text[passage.source_start : passage.source_end]
    is_elsewhere = passage.source.story_id not in {None, article.story_id}
    return SideBySide(passage, here, there, change(there, here), is_elsewhere)


def presumed_of(article: Article) -> tuple[Presumed, ...]:
    """The ancestors that are presumed of one article."""
    if article.story is None:
        return ()
    return tuple(found for found in presumed_in(article.story) if article.pk in {one.pk for one in found.members})


# --- for other programs --------------------------------------------------------------------------------------------


def as_rows(circulation: Circulation) -> dict[str, list[dict[str, object]]]:
    """What a story's JSON says of circulation; articles by their number."""
    return {
        "copies": [
            {
                "article": copy.article.pk,
                "from": [source.pk for source in (copy.source, *copy.others)],
                "share": round(copy.share, 4),
                "credited": copy.is_credited,
            }
            for copy in circulation.copies
        ],
        "presumed_ancestors": [
            {
                "inferred": True,
                "agency": one.agency,
                "reasons": list(one.reasons),
                "words": one.words,
                "articles": [article.pk for article in one.members],
            }
            for one in circulation.presumed
        ],
        "credits": [
            {
                "name": one.name,
                "outlet": one.outlet.slug if one.outlet else "",
                "articles": [{"article": credit.article_id, "times": times} for credit, times in one.by],
            }
            for one in circulation.credited
        ],
    }
