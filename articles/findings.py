"""What was read in the articles, as a story's page and an article's page show it: frozen values, few queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.headlines import Change, change
from articles.models import Article, CopiedPassage, Credit, Entity, Figure, Quote, Story
from articles.text.families import Amount, context, diverging, families

SPEAKERS = 8
FAMILIES = 3
MOST_QUOTES = 600
MOST_FIGURES = 2000
SHOWN_AROUND = 90


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording of a quote; `change` against the first seen, None where it is the same or another language."""

    quote: Quote
    change: Change | None


@dataclass(frozen=True, slots=True)
class Family:
    """One thing said, as the outlets gave it, the first seen first."""

    first: Quote
    variants: tuple[Variant, ...]
    outlets: int
    others: tuple[str, ...]
    """Other people to whom outlets give the same words: attributions that conflict."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who is quoted in the story."""

    entity: Entity | None
    name: str
    role: str
    families: tuple[Family, ...]
    folded: tuple[Family, ...]
    quotes: int
    outlets: int


@dataclass(frozen=True, slots=True)
class Value:
    """One of several values that outlets give for one thing."""

    raw: str
    outlets: tuple[str, ...]
    where: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Divergence:
    """Figures that disagree; `about` are the words around the first of them."""

    about: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Credited:
    """An outlet or agency that articles of the story credit, with who does and how often."""

    name: str
    mentions: int
    by: tuple[tuple[Article, int], ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """An article that repeats passages of another: `share` of its words, from 0 to 1."""

    article: Article
    source: Article
    share: float
    is_credited: bool


@dataclass(frozen=True, slots=True)
class StoryFindings:
    """Everything that the sections « Qui a dit quoi », « Chiffres qui divergent » and « Circulation » show."""

    speakers: tuple[Speaker, ...]
    folded_speakers: tuple[Speaker, ...]
    divergences: tuple[Divergence, ...]
    credited: tuple[Credited, ...]
    copies: tuple[Copy, ...]

    @property
    def people(self) -> int:
        return len(self.speakers) + len(self.folded_speakers)


def of_story(story: Story) -> StoryFindings:
    """Five queries, however long the story."""
    quotes = Quote.objects.filter(article__story=story, is_hidden=False).select_related(
        "speaker", "article__outlet", "article__entry"
    )
    quotes = quotes.defer("article__text", "article__blocks", "article__search", "article__entry__content")
    speakers = _speakers(list(quotes.order_by("article__sort_at", "article_id", "start")[:MOST_QUOTES]))
    return StoryFindings(
        speakers=tuple(speakers[:SPEAKERS]),
        folded_speakers=tuple(speakers[SPEAKERS:]),
        divergences=tuple(_divergences(story)),
        credited=tuple(_credited(story)),
        copies=tuple(_copies(story)),
    )


def _who(quote: Quote) -> str:
    return quote.speaker.name if quote.speaker else quote.speaker_raw


def _speakers(quotes: Sequence[Quote]) -> list[Speaker]:
    """Those who are quoted, most quoted first; a family is told under the speaker of its first wording."""
    told: dict[str, list[Family]] = defaultdict(list)
    for places in families([quote.text for quote in quotes]):
        members = [quotes[place] for place in places]
        if name := _who(members[0]):
            told[name].append(_family(members))
    speakers = [_speaker(name, found) for name, found in told.items()]
    return sorted(speakers, key=lambda one: (one.entity is None, -one.outlets, -one.quotes, one.name))


def _family(members: Sequence[Quote]) -> Family:
    first = members[0]
    variants = tuple(
        Variant(quote, change(first.text, quote.text) if quote.article.language == first.article.language else None)
        for quote in members[1:]
        if quote.article_id != first.article_id
    )
    others = {_who(quote) for quote in members if quote.speaker_id != first.speaker_id and quote.speaker}
    outlets = {quote.article.outlet_id for quote in members}
    return Family(first, variants, len(outlets), tuple(sorted(others - {_who(first)})))


def _speaker(name: str, found: Sequence[Family]) -> Speaker:
    ranked = sorted(found, key=lambda family: (-family.outlets, family.first.type == Quote.Type.INDIRECT))
    roles = Counter(family.first.role for family in found if family.first.role)
    outlets = {family.first.article.outlet_id for family in found}
    outlets |= {variant.quote.article.outlet_id for family in found for variant in family.variants}
    return Speaker(
        entity=found[0].first.speaker,
        name=name,
        role=max(roles, key=lambda role: (roles[role], len(role)), default=""),
        families=tuple(ranked[:FAMILIES]),
        folded=tuple(ranked[FAMILIES:]),
        quotes=sum(1 + len(family.variants) for family in found),
        outlets=len(outlets),
    )


def _divergences(story: Story) -> Iterable[Divergence]:
    figures = Figure.objects.filter(article__story=story, is_hidden=False).exclude(unit="")
    figures = figures.select_related("article__outlet").defer("article__blocks", "article__search")
    ordered = list(figures.order_by("article__sort_at", "article_id", "start")[:MOST_FIGURES])
    by_key = {figure.pk: figure for figure in ordered}
    amounts = [
        Amount(
            figure.pk,
            figure.article.outlet_name,
            figure.value,
            figure.unit,
            context(figure.article.text, figure.start, figure.end),
        )
        for figure in ordered
    ]
    for group in diverging(amounts):
        members = [by_key[int(str(amount.key))] for amount in group]
        yield Divergence(_around(members[0]), tuple(_values(members)))


def _around(figure: Figure) -> str:
    """The words around a figure, cut at its sentence and at whole words."""
    text = figure.article.text
    before = text[: figure.start].rsplit("\n", 1)[-1].rsplit(". ", 1)[-1]
    after = text[figure.end :].split("\n", 1)[0].split(". ", 1)[0]
    if len(before) > SHOWN_AROUND:
        before = "… " + before[-SHOWN_AROUND:].split(" ", 1)[-1]
    if len(after) > SHOWN_AROUND // 2:
        after = after[: SHOWN_AROUND // 2].rsplit(" ", 1)[0] + " …"
    return f"{before}{figure.raw}{after}".strip()


def _values(figures: Sequence[Figure]) -> Iterable[Value]:
    """The values, the most told first."""
    by_value: dict[tuple[float, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        by_value[figure.value, figure.unit].append(figure)
    for same in sorted(by_value.values(), key=lambda some: -len({one.article.outlet_id for one in some})):
        outlets = tuple(dict.fromkeys(figure.article.outlet_name for figure in same))
        first_of_each = {figure.article.outlet_name: figure for figure in reversed(same)}
        yield Value(same[0].raw, outlets, tuple(first_of_each[name] for name in outlets))


def _credited(story: Story) -> list[Credited]:
    found = Credit.objects.filter(article__story=story, is_hidden=False).select_related("article__outlet", "outlet")
    found = found.defer("article__text", "article__blocks", "article__search")
    by_name: dict[str, Counter[Article]] = defaultdict(Counter)
    for credit in found.order_by("article__sort_at", "start"):
        by_name[credit.outlet.name if credit.outlet else credit.name][credit.article] += 1
    told = [Credited(name, sum(by.values()), tuple(by.items())) for name, by in by_name.items()]
    return sorted(told, key=lambda one: (-one.mentions, one.name))


def _copies(story: Story) -> list[Copy]:
    """Articles that repeat an earlier one, with the article that they take most words from, the largest share first."""
    passages = CopiedPassage.objects.filter(article__story=story, is_hidden=False)
    passages = passages.select_related("article__outlet", "source__outlet")
    passages = passages.defer("article__text", "article__blocks", "article__search", "source__text", "source__blocks")
    taken: dict[Article, Counter[Article]] = defaultdict(Counter)
    for passage in passages.defer("source__search"):
        taken[passage.article][passage.source] += passage.end - passage.start
    copies = [
        Copy(article, by.most_common(1)[0][0], 1 - (article.original_share or 0), article.names_its_source)
        for article, by in taken.items()
        if article.original_share is not None
    ]
    return sorted(copies, key=lambda copy: (-copy.share, copy.article.pk))


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A copied passage with the words that it stands beside."""

    passage: CopiedPassage
    here: str
    there: str
    change: Change | None


@dataclass(frozen=True, slots=True)
class ArticleFindings:
    """What was read in one article."""

    quotes: tuple[Quote, ...]
    credits: tuple[Credit, ...]
    names: tuple[tuple[str, tuple[Entity, ...]], ...]
    """By kind, as (kind's label, entities)."""
    copied: tuple[SideBySide, ...]


def of_article(article: Article) -> ArticleFindings:
    """Quotes, credits, names, and the copied passages beside their origin."""
    passages = article.copied.filter(is_hidden=False).select_related("source__outlet").order_by("start")
    return ArticleFindings(
        quotes=tuple(article.quotes.filter(is_hidden=False).select_related("speaker").order_by("start")),
        credits=tuple(article.given_credits.filter(is_hidden=False).select_related("outlet").order_by("start")),
        names=tuple(_names(article)),
        copied=tuple(_beside(article, passage) for passage in passages),
    )


def _names(article: Article) -> Iterable[tuple[str, tuple[Entity, ...]]]:
    mentions = article.mentions.filter(is_hidden=False).select_related("entity")
    ranked = sorted(mentions, key=lambda mention: -len(mention.places))
    for kind in Entity.Kind:
        found = tuple(mention.entity for mention in ranked if mention.entity.kind == kind)
        if found:
            yield str(kind.label), found


def _beside(article: Article, passage: CopiedPassage) -> SideBySide:
    here = article.text[passage.start : passage.end]
    there = passage.source.text[passage.source_start : passage.source_end]
    return SideBySide(passage, here, there, change(there, here))
