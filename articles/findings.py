"""What was read in the articles, as a story's page and an article's page show it: frozen values, few queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles import disagreements, reprises
from articles.disagreements import Divergence
from articles.headlines import Change, change
from articles.models import Article, Credit, Entity, FindingChange, Quote, Story
from articles.models.article import long_of
from articles.reprises import Copy, Credited, Presumed, SideBySide
from articles.text.families import families
from sources.models import Outlet

SPEAKERS = 8
FAMILIES = 3
MOST_QUOTES = 600
MOST_CHANGES = 100


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
    others: tuple[Quote, ...]
    """The same words given to somebody else, once for each other person: attributions that conflict."""


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
class StoryFindings:
    """Everything that the sections « Qui a dit quoi », « Chiffres qui divergent » and « Circulation » show."""

    speakers: tuple[Speaker, ...]
    folded_speakers: tuple[Speaker, ...]
    divergences: tuple[Divergence, ...]
    roundings: tuple[Divergence, ...]
    """Values that only round one another."""
    credited: tuple[Credited, ...]
    copies: tuple[Copy, ...]
    presumed: tuple[Presumed, ...]

    @property
    def people(self) -> int:
        return len(self.speakers) + len(self.folded_speakers)


def of_story(story: Story) -> StoryFindings:
    """In a number of queries that does not depend on the story's length."""
    quotes = Quote.objects.filter(article__story=story, is_hidden=False).select_related("speaker", "article__outlet")
    quotes = quotes.defer(*long_of("article"))
    speakers = _speakers(list(quotes.order_by("article__sort_at", "article_id", "start")[:MOST_QUOTES]))
    values, circulation = disagreements.of_story(story), reprises.of_story(story)
    return StoryFindings(
        speakers=tuple(speakers[:SPEAKERS]),
        folded_speakers=tuple(speakers[SPEAKERS:]),
        divergences=tuple(one for one in values if not one.is_rounding),
        roundings=tuple(one for one in values if one.is_rounding),
        credited=circulation.credited,
        copies=circulation.copies,
        presumed=circulation.presumed,
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
    others: dict[str, Quote] = {}
    for quote in members:
        if quote.speaker and first.speaker and quote.speaker_id != first.speaker_id:
            others.setdefault(quote.speaker.name, quote)
    outlets = {quote.article.outlet_id for quote in members}
    return Family(first, variants, len(outlets), tuple(others.values()))


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


@dataclass(frozen=True, slots=True)
class ArticleFindings:
    """What was read in one article."""

    quotes: tuple[Quote, ...]
    credits: tuple[Credit, ...]
    names: tuple[tuple[str, tuple[Entity, ...]], ...]
    """By kind, as (kind's label, entities)."""
    copied: tuple[SideBySide, ...]
    presumed: tuple[Presumed, ...]
    changes: tuple[FindingChange, ...] = ()
    """What editors put right, the latest first; for editors only, as are the names of the outlets that we know."""
    outlet_names: tuple[str, ...] = ()
    quote_kinds: tuple[tuple[str, str], ...] = ()


def of_article(article: Article, *, for_editor: bool = False) -> ArticleFindings:
    """Quotes, credits, names, and the copied passages beside their origin."""
    return ArticleFindings(
        quotes=tuple(article.quotes.filter(is_hidden=False).select_related("speaker").order_by("start")),
        credits=tuple(article.given_credits.filter(is_hidden=False).select_related("outlet").order_by("start")),
        names=tuple(_names(article)),
        copied=reprises.beside(article),
        presumed=reprises.presumed_of(article),
        changes=changes_of(article) if for_editor else (),
        outlet_names=tuple(Outlet.objects.values_list("name", flat=True)) if for_editor else (),
        quote_kinds=tuple((kind.value, str(kind.label)) for kind in Quote.Type),
    )


def changes_of(article: Article) -> tuple[FindingChange, ...]:
    """What editors put right of what was read in an article, the latest first."""
    return tuple(article.finding_changes.select_related("by", "undone_by")[:MOST_CHANGES])


def _names(article: Article) -> Iterable[tuple[str, tuple[Entity, ...]]]:
    mentions = article.mentions.filter(is_hidden=False).select_related("entity")
    ranked = sorted(mentions, key=lambda mention: -len(mention.places))
    for kind in Entity.Kind:
        found = tuple(mention.entity for mention in ranked if mention.entity.kind == kind)
        if found:
            yield str(kind.label), found
