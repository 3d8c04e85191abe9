"""What the articles say: one article → quotes, credits, names, dates, figures.

A step that pulls the articles that are in a story and were not read yet. It replaces what an earlier reading found, and
leaves alone what a person made, corrected or hid.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from articles.models import (
    Article,
    Credit,
    Entity,
    Figure,
    Mention,
    MentionedDate,
    Quote,
    Spelling,
)
from articles.pipeline.compare import MOST_READ, keep_prints
from articles.pipeline.outlets_named import credits_by_link, outlets_known
from articles.text import analysis
from articles.text.analysis import Analysis
from articles.text.findings import CitationSpan, EntitySpan, QuoteSpan
from articles.text.typography import fold
from sources.models import Outlet

_LONGEST_NAME = 200


# --- one article ---------------------------------------------------------------------------------------------------


def analyse_next() -> Article | None:
    """Read the article that has waited longest. None when none waits. Two workers never read the same one."""
    with transaction.atomic():
        waiting = Article.objects.filter(analysed_at=None, story__isnull=False).order_by("sort_at", "id")
        article = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("outlet").first()
        if article is not None:
            if article.text_dropped_at is None:  # else what was found while there was a text stays
                store(article, read(article))
            article.analysed_at = timezone.now()
            article.save(update_fields=["analysed_at"])
            keep_prints(article)
        return article


def read(article: Article) -> Analysis:
    """What the text says; nothing is written."""
    published = timezone.localtime(article.published_at).date().isoformat() if article.published_at else None
    if published and article.published_precision == "month":
        published = published[:7]
    return analysis.analyse(
        article.text[:MOST_READ],
        title=article.title,
        published=published,
        language=article.language,
        outlet=article.outlet.name if article.outlet else "",
        known_outlets=outlets_known(),
    )


def store(article: Article, found: Analysis) -> None:
    """Replace the automatic findings of an article; call it in a transaction."""
    _follow_words(article)
    for model in (Quote, Credit, Figure, MentionedDate, Mention):
        model._default_manager.filter(article=article, by_editor=False, is_hidden=False).delete()
    entities = {span.name: entity for span in found.entities if (entity := entity_for(span)) is not None}
    _store_mentions(article, found.entities, entities)
    _store_quotes(article, found.quotes, entities)
    _store_credits(article, found.citations)
    Figure.objects.bulk_create(
        Figure(article=article, start=f.start, end=f.end, raw=f.raw[:200], value=f.value, unit=f.unit[:40])
        for f in _free(Figure, article, found.figures)
    )
    MentionedDate.objects.bulk_create(
        MentionedDate(
            article=article, start=d.start, end=d.end, raw=d.raw[:200], value=d.value or "", precision=d.precision[:10]
        )
        for d in _free(MentionedDate, article, found.dates)
    )


def _follow_words(article: Article) -> None:
    """What people made or corrected stays at its words when the text around them has changed."""
    for model, field in ((Quote, "text"), (Credit, "raw")):
        for row in model._default_manager.filter(article=article, by_editor=True):
            said = getattr(row, field)
            if said and said not in article.text[row.start : row.end] and (start := article.text.find(said)) >= 0:
                row.start, row.end = start, start + len(said)
                row.save(update_fields=["start", "end"])


def _overlap(one: Any, other: Any) -> bool:
    return bool(one.start < other.end and other.start < one.end)


def _free(model: type[Any], article: Article, spans: Iterable[Any]) -> list[Any]:
    """The spans that no row of a person stands on already."""
    kept = list(
        model._default_manager.filter(Q(by_editor=True) | Q(is_hidden=True), article=article).values_list(
            "start", "end"
        )
    )
    return [span for span in spans if not any(span.start < end and start < span.end for start, end in kept)]


def entity_for(span: EntitySpan) -> Entity | None:
    """The entity that bears this name, made when it is new; a name merged into another is that other."""
    key = fold(span.name)[:_LONGEST_NAME]
    if not key:
        return None
    spelling = Spelling.objects.filter(key=key).select_related("entity__merged_into").first()
    if spelling is not None:
        return spelling.entity.merged_into or spelling.entity
    name = span.name[:_LONGEST_NAME]
    try:
        with transaction.atomic():
            entity = Entity.objects.create(name=name, slug=Entity.free_slug(name), kind=span.kind)
            Spelling.objects.create(entity=entity, key=key, shown=name)
    except IntegrityError:  # another worker has met the same name at the same moment
        return Spelling.objects.select_related("entity").get(key=key).entity
    return entity


def _store_mentions(article: Article, spans: Iterable[EntitySpan], entities: dict[str, Entity]) -> None:
    kept = set(Mention.objects.filter(article=article).values_list("entity_id", flat=True))
    places: dict[int, list[tuple[int, int]]] = {}
    for span in spans:
        if span.name in entities:
            places.setdefault(entities[span.name].pk, []).extend(span.mentions)
    Mention.objects.bulk_create(
        Mention(article=article, entity_id=pk, places=sorted(found)) for pk, found in places.items() if pk not in kept
    )


def _store_quotes(article: Article, quotes: Iterable[QuoteSpan], entities: dict[str, Entity]) -> None:
    Quote.objects.bulk_create(
        Quote(
            article=article,
            start=quote.start,
            end=quote.end,
            type=quote.type,
            text=quote.text,
            speaker=_speaker(quote, entities),
            speaker_raw=(quote.speaker_raw or quote.speaker or "")[:300],
            role=(quote.role or "")[:300],
            told_to=(quote.told_to or "")[:200],
            rule=quote.rule[:60],
            confidence=quote.confidence,
        )
        for quote in _free(Quote, article, quotes)
    )


def _speaker(quote: QuoteSpan, entities: dict[str, Entity]) -> Entity | None:
    """The entity that speaks: one of the article's names, or a name that only the quote gives."""
    if not quote.speaker:
        return None
    if quote.speaker in entities:
        return entities[quote.speaker]
    return entity_for(EntitySpan(quote.speaker, Entity.Kind.PERSON.value, ()))


def _store_credits(article: Article, citations: Iterable[CitationSpan]) -> None:
    """Those that the text gives, and those of its links to the sites of other outlets."""
    known = {outlet.name: outlet for outlet in Outlet.objects.filter(name__in={c.outlet for c in citations})}
    linked = list(credits_by_link(article))
    Credit.objects.bulk_create(
        Credit(
            article=article,
            start=citation.start,
            end=citation.end,
            outlet=known.get(citation.outlet),
            name=citation.outlet[:200],
            raw=citation.raw[:300],
            link=next((link.link for link in linked if _overlap(link, citation)), ""),
        )
        for citation in _free(Credit, article, citations)
    )
    told = [link for link in linked if not any(_overlap(link, citation) for citation in citations)]
    Credit.objects.bulk_create(_free(Credit, article, told))
