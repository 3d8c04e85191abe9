"""What an editor corrects of what was read in an article: whose words, which kind, said to whom, whom it credits.

A row that a person touched is never replaced by a later reading (`by_editor`), and one taken away stays, hidden, so
that it does not come back. Every act is kept as it was before and after, with who and when, and can be undone.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import (
    Article,
    CopiedPassage,
    Credit,
    Entity,
    Figure,
    FindingChange,
    MentionedDate,
    Quote,
    Spelling,
    Story,
)
from articles.text.typography import fold
from sources.models import Outlet

Act = FindingChange.Act
MODELS: dict[str, type[models.Model]] = {
    FindingChange.Kind.QUOTE: Quote,
    FindingChange.Kind.CREDIT: Credit,
    FindingChange.Kind.PASSAGE: CopiedPassage,
    FindingChange.Kind.FIGURE: Figure,
    FindingChange.Kind.DATE: MentionedDate,
}
Row = Quote | Credit | CopiedPassage | Figure | MentionedDate
MOST_WORDS = 400
_WORD = re.compile(r"\w+")
_BETWEEN_WORDS = r"\W{1,12}"


class Refused(Exception):
    """The act is not possible; the message is a sentence for the person who tried."""


def note(
    user: User,
    act: str,
    row: models.Model,
    *,
    article: Article | None = None,
    words: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    said: tuple[str, str] = ("", ""),
) -> FindingChange:
    """Keep one act, so that it is listed and can be undone; `said` are the two values as people read them.

    It is written in the log of the administration too.
    """
    told = f"{act}: {said[0]} → {said[1]}" if any(said) else str(act)
    LogEntry.objects.log_actions(user.pk, [row], CHANGE, change_message=told, single_object=True)
    return FindingChange.objects.create(
        article=article,
        kind=row._meta.model_name or "",
        row=row.pk,
        act=act,
        words=words[:200],
        before=before or {},
        after=after or {},
        said_before=said[0][:300],
        said_after=said[1][:300],
        by=user,
        at=timezone.now(),
    )


def entity_named(name: str, kind: str = Entity.Kind.PERSON) -> Entity:
    """The entity that bears this name in any spelling, made when there is none. Raises Refused for an empty name."""
    shown = " ".join(name.split())[:200]
    key = fold(shown)[:200]
    if not key:
        raise Refused(_("The name is empty."))
    spelling = Spelling.objects.filter(key=key).select_related("entity__merged_into").first()
    if spelling:
        return spelling.entity.merged_into or spelling.entity
    entity = Entity.objects.create(name=shown, slug=Entity.free_slug(shown), kind=kind)
    Spelling.objects.create(entity=entity, key=key, shown=shown)
    return entity


def outlet_named(name: str) -> Outlet | None:
    """The outlet of this name, or of which it is another name; None where there is none."""
    said = " ".join(name.split())
    spellings = {said, said.replace("'", "’"), said.replace("’", "'")}
    matches = Q()
    for spelling in spellings:
        matches |= Q(name__iexact=spelling) | Q(aliases__contains=[spelling])
    return Outlet.objects.filter(matches).order_by("pk").first() if said else None


def _words_of(row: Row) -> str:
    return row.article.text[row.start : row.end]


def _change(row: Row, act: str, values: dict[str, Any], user: User, said: tuple[str, str]) -> None:
    """Write some columns of a row and keep the act; nothing where the row says so already."""
    before = {name: getattr(row, name) for name in values}
    if before == values and row.by_editor:
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.by_editor = True
    row.save(update_fields=[*values, "by_editor"])
    note(user, act, row, article=row.article, words=_words_of(row), before=before, after=values, said=said)
    _tell(row)


def _tell(row: Row) -> None:
    """What follows from a finding is counted again."""
    if row.article.story_id:
        Story.objects.filter(pk=row.article.story_id).update(compared_at=None)


@transaction.atomic
def set_speaker(quote: Quote, name: str, user: User) -> Quote:
    """Say who speaks; an empty name says that nobody knows."""
    before = quote.speaker.name if quote.speaker else quote.speaker_raw
    entity = entity_named(name) if name.strip() else None
    values = {
        "speaker_id": entity.pk if entity else None,
        "speaker_raw": quote.speaker_raw if entity else "",
        "named_in_id": None,
    }
    _change(quote, Act.SPEAKER, values, user, (before, entity.name if entity else ""))
    return quote


@transaction.atomic
def set_type(quote: Quote, kind: str, user: User) -> None:
    """Say whether the words are the speaker's own, some of them, or the journalist's."""
    if kind not in Quote.Type.values:
        raise Refused(_("Choose what to do."))
    said = (str(quote.get_type_display()), str(Quote.Type(kind).label))
    _change(quote, Act.TYPE, {"type": kind}, user, said)


@transaction.atomic
def set_told_to(quote: Quote, name: str, user: User) -> None:
    """Say to which outlet the words were said; an empty name for none."""
    known = outlet_named(name)
    told = known.name if known else " ".join(name.split())[:200]
    _change(quote, Act.TOLD_TO, {"told_to": told}, user, (quote.told_to, told))


@transaction.atomic
def set_outlet(credit: Credit, name: str, user: User) -> None:
    """Say which outlet or agency is credited, one of ours or another."""
    known = outlet_named(name)
    told = known.name if known else " ".join(name.split())[:200]
    if not told:
        raise Refused(_("The name is empty."))
    before = credit.outlet.name if credit.outlet else credit.name
    _change(credit, Act.OUTLET, {"outlet_id": known.pk if known else None, "name": told}, user, (before, told))


@transaction.atomic
def hide(finding: Row, user: User) -> None:
    """Take away what is none: no quote, no credit, no reprise, not the figure or the date of this thing."""
    _change(finding, Act.HIDDEN, {"is_hidden": True}, user, ("", ""))


# --- what was missed -----------------------------------------------------------------------------------------------


def place_of(article: Article, words: str) -> tuple[int, int]:
    """Where an article says these words, typography and case aside. Raises Refused where it does not."""
    tokens = _WORD.findall(words)
    if not tokens:
        raise Refused(_("Paste the words of the article."))
    if len(tokens) > MOST_WORDS:
        raise Refused(_("These are too many words for one finding."))
    found = re.search(_BETWEEN_WORDS.join(map(re.escape, tokens)), article.text, re.IGNORECASE)
    if found is None:
        raise Refused(_("The article does not say these words."))
    return found.span()


def _is_free(model: type[models.Model], article: Article, start: int, end: int) -> bool:
    overlapping: models.QuerySet[Any] = model._default_manager.filter(
        article=article, start__lt=end, end__gt=start, is_hidden=False
    )
    return not overlapping.exists()


@transaction.atomic
def add_quote(article: Article, words: str, speaker: str, kind: str, user: User) -> Quote:
    """A quote that was missed: its words as the article has them, and who says them."""
    start, end = place_of(article, words)
    if not _is_free(Quote, article, start, end):
        raise Refused(_("A quote was read in these words already: correct it instead."))
    quote = Quote.objects.create(
        article=article,
        start=start,
        end=end,
        type=kind if kind in Quote.Type.values else Quote.Type.DIRECT,
        text=article.text[start:end],
        speaker=entity_named(speaker) if speaker.strip() else None,
        by_editor=True,
        confidence=1,
    )
    _added(quote, speaker.strip(), user)
    return quote


@transaction.atomic
def add_credit(article: Article, words: str, name: str, user: User) -> Credit:
    """A credit that was missed: the words that give it, and the outlet or agency."""
    start, end = place_of(article, words)
    known = outlet_named(name)
    told = known.name if known else " ".join(name.split())[:200]
    if not told:
        raise Refused(_("The name is empty."))
    if not _is_free(Credit, article, start, end):
        raise Refused(_("A credit was read in these words already: correct it instead."))
    raw = article.text[start:end][:300]
    credit = Credit.objects.create(
        article=article, start=start, end=end, outlet=known, name=told, raw=raw, by_editor=True
    )
    _added(credit, told, user)
    return credit


def _added(row: Row, said: str, user: User) -> None:
    note(user, Act.ADDED, row, article=row.article, words=_words_of(row), said=("", said))
    _tell(row)


# --- undoing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def undo(change: FindingChange, user: User) -> None:
    """Take one act back. Raises Refused where a later act on the same row has to be undone first, or it was already."""
    locked = FindingChange.objects.select_for_update().get(pk=change.pk)
    if locked.undone_at:
        raise Refused(_("This correction was undone already."))
    others = FindingChange.objects.filter(kind=locked.kind, row=locked.row, undone_at=None).exclude(pk=locked.pk)
    if others.filter(pk__gt=locked.pk, act=locked.act).exists():
        raise Refused(_("A later correction stands on this one: undo that one first."))
    row = MODELS[locked.kind]._default_manager.select_related("article").filter(pk=locked.row).first()
    if row is not None:
        _restore(row, locked, is_touched=others.exists())
    locked.undone_by, locked.undone_at = user, timezone.now()
    locked.save(update_fields=["undone_by", "undone_at"])


def _restore(row: Any, change: FindingChange, *, is_touched: bool) -> None:
    """As it was; where nothing of a person's is left on a row, the next reading may replace it."""
    _tell(row)
    if change.act == Act.ADDED:
        if is_touched:
            raise Refused(_("A later correction stands on this one: undo that one first."))
        row.delete()
        return
    for name, value in change.before.items():
        setattr(row, name, value)
    row.by_editor = is_touched
    row.save(update_fields=[*change.before, "by_editor"])
