"""What an editor corrects of what was read: a speaker, a false quote or credit, two names that are one, a name's kind.

A row that a person touched is never replaced by a later reading (`by_editor`), and one taken away stays, hidden, so
that it does not come back. Every act is written in the log of the administration: who, what, when.
"""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils.translation import gettext as _

from articles.models import Credit, Entity, Mention, Quote, Spelling
from articles.text.typography import fold


class Refused(Exception):
    """The act is not possible; the message is a sentence for the person who tried."""


def _log(user: User, row: models.Model, said: str) -> None:
    LogEntry.objects.log_actions(user.pk, [row], CHANGE, change_message=said, single_object=True)


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


@transaction.atomic
def set_speaker(quote: Quote, name: str, user: User) -> Quote:
    """Say who speaks; an empty name says that nobody knows."""
    before = quote.speaker.name if quote.speaker else quote.speaker_raw
    quote.speaker = entity_named(name) if name.strip() else None
    if quote.speaker is None:
        quote.speaker_raw = ""
    quote.by_editor = True
    quote.save(update_fields=["speaker", "speaker_raw", "by_editor"])
    _log(user, quote, f"speaker: {before} → {name.strip()}")
    return quote


@transaction.atomic
def hide(finding: Quote | Credit, user: User) -> None:
    """Take away what is no quote or no credit."""
    finding.is_hidden = finding.by_editor = True
    finding.save(update_fields=["is_hidden", "by_editor"])
    _log(user, finding, "hidden")


@transaction.atomic
def merge_entities(source: Entity, target: Entity, user: User) -> Entity:
    """Two names are one: everything of `source` becomes `target`'s, and its address leads there."""
    target = target.merged_into or target
    if source == target:
        raise Refused(_("A name cannot be merged into itself."))
    Spelling.objects.filter(entity=source).update(entity=target)
    Quote.objects.filter(speaker=source).update(speaker=target)
    known = {mention.article_id: mention for mention in target.mentions.all()}
    for mention in source.mentions.all():
        if mention.article_id in known:
            known[mention.article_id].places = sorted([*known[mention.article_id].places, *mention.places])
            known[mention.article_id].save(update_fields=["places"])
            mention.delete()
    Mention.objects.filter(entity=source).update(entity=target)
    Entity.objects.filter(merged_into=source).update(merged_into=target)
    Entity.objects.filter(pk=source.pk).update(merged_into=target)
    _log(user, target, f"merged: {source.name}")
    return target


@transaction.atomic
def split_spelling(spelling: Spelling, user: User) -> Entity:
    """A spelling is another name after all: it becomes an entity of its own, for the articles read from now on."""
    old = spelling.entity
    if old.spellings.count() < 2:
        raise Refused(_("It is the only spelling of this name."))
    entity = Entity.objects.create(name=spelling.shown, slug=Entity.free_slug(spelling.shown), kind=old.kind)
    spelling.entity = entity
    spelling.save(update_fields=["entity"])
    Quote.objects.filter(speaker=old, speaker_raw=spelling.shown).update(speaker=entity)
    _log(user, old, f"split: {spelling.shown}")
    return entity


@transaction.atomic
def set_kind(entity: Entity, kind: str, user: User) -> None:
    """Say what a name names."""
    if kind not in Entity.Kind.values:
        raise Refused(_("Choose what to do."))
    _log(user, entity, f"kind: {entity.kind} → {kind}")
    entity.kind, entity.kind_by_editor = kind, True
    entity.save(update_fields=["kind", "kind_by_editor"])
