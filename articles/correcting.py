"""What people put right in one article: every correction is kept, can be undone, and holds against later readings.

`Article.corrected` keeps what the page says in the corrected columns, and later readings go there: undoing the last
correction of a fact shows what the page says by then, not what it said when the fact was corrected.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.editing import Refused
from articles.models import Article, ArticleCorrection
from articles.pipeline.reading import dropped_from, keep, plain, set_blocks, without
from sources.bell import ring
from sources.parsing.dates import PartialDate

Field = ArticleCorrection.Field
NO_DATE = ["", ""]
# What grouping looks at: when one of these is put right, the article's story is decided again.
_GROUPED_BY = {Field.TITLE, Field.PUBLISHED, Field.LANGUAGE, Field.DROPPED}

# The columns behind each fact.
COLUMNS: dict[str, tuple[str, ...]] = {
    Field.TITLE: ("title", "title_is_first_sentence"),
    Field.STANDFIRST: ("standfirst",),
    Field.AUTHORS: ("authors",),
    Field.OUTLET: ("outlet_id",),
    Field.PUBLISHED: ("published_at", "published_precision"),
    Field.LANGUAGE: ("language",),
    Field.PAYWALLED: ("paywalled", "paywall_evidence"),
    Field.DROPPED: ("blocks",),
}


class Outdated(Exception):
    """The article is no longer what the editor had read; nothing was written."""

    def __init__(self) -> None:
        super().__init__(_("This article was corrected or read again meanwhile."))


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a person can put right, in plain values as ArticleCorrection holds them; one attribute for each fact."""

    title: str
    standfirst: str
    authors: list[str]
    outlet: int
    """0 where it is not known."""
    published: list[str]
    """[ISO 8601, precision], or NO_DATE."""
    language: str
    paywalled: bool
    dropped: list[str]
    """The texts of the blocks that are left out."""


def as_said(date: PartialDate | None) -> list[str]:
    """A date as `Facts.published` has it."""
    return [date.instant().astimezone(UTC).isoformat(), str(date.precision)] if date else NO_DATE


def facts_of(article: Article) -> Facts:
    """The article as it is shown."""
    at = article.published_at
    return Facts(
        title=article.title,
        standfirst=article.standfirst,
        authors=list(article.authors),
        outlet=article.outlet_id or 0,
        published=[at.astimezone(UTC).isoformat(), article.published_precision] if at else NO_DATE,
        language=article.language,
        paywalled=article.paywalled,
        dropped=dropped_from(article) if "blocks" in article.corrected else [],
    )


def state_of(article: Article) -> str:
    """A short mark of all that a correction may change: while it is the same, nobody has touched the article."""
    shown = [[getattr(facts_of(article), field.name) for field in fields(Facts)], article.as_read("blocks")]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


@transaction.atomic
def correct(article: Article, user: User | None, wanted: Facts, read_state: str) -> list[ArticleCorrection]:
    """Make the article say what `wanted` says; the corrections kept, none where it says so already.

    `read_state` is the article's `state_of` when the person began. Raises Outdated when it has another by now, and
    Refused, with a sentence, for what cannot be: no headline, no text left, an article that the outlet has already.
    """
    locked = _lock(article.pk)
    if state_of(locked) != read_state:
        raise Outdated
    now, shown, kept = timezone.now(), facts_of(locked), []
    for name in Field.values:
        before, after = getattr(shown, name), getattr(wanted, name)
        if before != after:
            _hold(locked, name)
            _SETTERS[name](locked, after)
            fact = ArticleCorrection(article=locked, field=name, before=before, after=after, by=user, at=now)
            kept.append(fact)
    if kept:
        ArticleCorrection.objects.bulk_create(kept)
        _save(locked, {fact.field for fact in kept})
    return kept


@transaction.atomic
def undo(correction: ArticleCorrection, user: User) -> None:
    """Take one correction back: the fact is what the correction before it made it, or else what the page says now."""
    article = _lock(correction.article_id)
    held = article.corrections.select_for_update().filter(field=correction.field, undone_at=None).order_by("-id")
    if correction.pk not in {one.pk for one in held}:
        raise Refused(_("This correction was undone already."))
    correction.undone_by, correction.undone_at = user, timezone.now()
    correction.save(update_fields=["undone_by", "undone_at"])
    latest = next((one for one in held if one.pk != correction.pk), None)
    if latest is not None:
        _SETTERS[correction.field](article, latest.after)
    else:
        _release(article, correction.field)
    _save(article, {correction.field})


def note_given(article: Article, read: Article, user: User | None) -> None:
    """What a person said with a new document holds like a correction: `read` is what the document itself says."""
    given, said = facts_of(article), facts_of(read)
    now = timezone.now()
    for name in (Field.TITLE, Field.PUBLISHED):
        before, after = getattr(said, name), getattr(given, name)
        if before != after:
            article.corrected |= {column: plain(getattr(read, column)) for column in COLUMNS[name]}
            ArticleCorrection.objects.create(article=article, field=name, before=before, after=after, by=user, at=now)
    if article.corrected:
        article.save(update_fields=["corrected"])


def _lock(pk: int) -> Article:
    return Article.objects.select_for_update(of=("self",)).select_related("entry", "story").get(pk=pk)


def _hold(article: Article, name: str) -> None:
    """Keep what the page says before a person's word takes its place."""
    for column in COLUMNS[name]:
        article.corrected.setdefault(column, plain(getattr(article, column)))


def _release(article: Article, name: str) -> None:
    """Show what the page says again."""
    for column in COLUMNS[name]:
        value = article.corrected.pop(column)
        setattr(article, column, datetime.fromisoformat(value) if column == "published_at" and value else value)
    set_blocks(article, article.blocks)


def _save(article: Article, changed: set[str]) -> None:
    if not article.title.strip():
        raise Refused(_("An article needs a headline."))
    if not article.blocks and article.as_read("blocks"):
        raise Refused(_("At least one block of the text must stay."))
    if not keep(article, {column for name in changed for column in COLUMNS[name]}):
        raise Refused(_("This outlet has the same article already."))
    if changed & _GROUPED_BY and not article.placed_by_editor:
        Article.objects.filter(pk=article.pk).update(grouped_at=None)  # its story may be another one
        ring("articles.group_articles")


# --- how each fact is written --------------------------------------------------------------------------------------


def _set_title(article: Article, title: str) -> None:
    article.title, article.title_is_first_sentence = title, False


def _set_standfirst(article: Article, standfirst: str) -> None:
    article.standfirst = standfirst


def _set_authors(article: Article, authors: list[str]) -> None:
    article.authors = authors


def _set_outlet(article: Article, outlet: int) -> None:
    article.outlet_id = outlet or None


def _set_published(article: Article, published: list[str]) -> None:
    at, precision = published
    article.published_at, article.published_precision = datetime.fromisoformat(at) if at else None, precision


def _set_language(article: Article, language: str) -> None:
    article.language = language


def _set_paywalled(article: Article, paywalled: bool) -> None:
    article.paywalled, article.paywall_evidence = paywalled, ""


def _set_dropped(article: Article, dropped: list[str]) -> None:
    set_blocks(article, without(article.corrected["blocks"], dropped))


_SETTERS: dict[str, Callable[[Article, Any], None]] = {
    Field.TITLE: _set_title,
    Field.STANDFIRST: _set_standfirst,
    Field.AUTHORS: _set_authors,
    Field.OUTLET: _set_outlet,
    Field.PUBLISHED: _set_published,
    Field.LANGUAGE: _set_language,
    Field.PAYWALLED: _set_paywalled,
    Field.DROPPED: _set_dropped,
}
