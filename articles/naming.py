"""What an editor corrects of names: two that are one, one that was two, another name, another kind. Each with undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.annotating import Refused, note
from articles.models import Article, Entity, FindingChange, Mention, Quote, Spelling
from articles.text.typography import fold
from sources.bell import ring

Act = FindingChange.Act


@transaction.atomic
def merge(source: Entity, target: Entity, user: User) -> Entity:
    """Two names are one: everything of `source` becomes `target`'s, and its address leads there."""
    target = target.merged_into or target
    if source == target:
        raise Refused(_("A name cannot be merged into itself."))
    moved: dict[str, Any] = {
        "source": source.pk,
        "spellings": list(source.spellings.values_list("pk", flat=True)),
        "quotes": list(source.quotes.values_list("pk", flat=True)),
        "followers": list(source.merged.values_list("pk", flat=True)),
        "mentions": [],
        "joined": [],
    }
    known = {mention.article_id: mention for mention in target.mentions.all()}
    for mention in source.mentions.all():
        if other := known.get(mention.article_id):
            moved["joined"].append([mention.article_id, mention.places])
            other.places = sorted([*other.places, *mention.places])
            other.save(update_fields=["places"])
            mention.delete()
        else:
            moved["mentions"].append(mention.pk)
    _give(moved, target)
    Entity.objects.filter(pk=source.pk).update(merged_into=target)
    note(user, Act.MERGED, target, words=source.name, before=moved, said=(source.name, target.name))
    return target


def _give(moved: dict[str, Any], entity: Entity) -> None:
    Spelling.objects.filter(pk__in=moved["spellings"]).update(entity=entity)
    Quote.objects.filter(pk__in=moved["quotes"]).update(speaker=entity)
    Mention.objects.filter(pk__in=moved["mentions"]).update(entity=entity)
    Entity.objects.filter(pk__in=moved["followers"]).update(merged_into=entity)


@transaction.atomic
def split(spelling: Spelling, user: User) -> Entity:
    """A spelling is another name after all: an entity of its own; the articles that name either are read again."""
    old = spelling.entity
    if old.spellings.count() < 2:
        raise Refused(_("It is the only spelling of this name."))
    before = Entity.objects.filter(merged_into=old, name=spelling.shown).order_by("pk").first()
    entity = before or Entity(name=spelling.shown, slug=Entity.free_slug(spelling.shown), kind=old.kind)
    entity.merged_into = None
    entity.save()
    spelling.entity = entity
    spelling.save(update_fields=["entity"])
    Quote.objects.filter(speaker=old, speaker_raw=spelling.shown).update(speaker=entity)
    _read_again(old)
    parted = {"spelling": spelling.pk, "entity": entity.pk}
    note(user, Act.SPLIT, old, words=spelling.shown, before=parted, said=(old.name, spelling.shown))
    return entity


def _read_again(*entities: Entity) -> None:
    """The articles that name these are read again, by the spellings as they are now."""
    articles = Mention.objects.filter(entity__in=entities, by_editor=False).values("article")
    Article.objects.filter(pk__in=articles).update(analysed_at=None)
    ring("articles.analyse_articles")


@transaction.atomic
def rename(entity: Entity, name: str, user: User) -> None:
    """Show a name otherwise; its address and its other spellings stay."""
    shown = " ".join(name.split())[:200]
    key = fold(shown)[:200]
    if not key:
        raise Refused(_("The name is empty."))
    spelling = Spelling.objects.filter(key=key).first()
    if spelling is not None and spelling.entity_id != entity.pk:
        raise Refused(_("Another name is spelt so: merge the two instead."))
    if spelling is None:
        Spelling.objects.create(entity=entity, key=key, shown=shown)
    before, entity.name = entity.name, shown
    entity.save(update_fields=["name"])
    note(user, Act.RENAMED, entity, words=shown, before={"name": before}, said=(before, shown))


@transaction.atomic
def set_kind(entity: Entity, kind: str, user: User) -> None:
    """Say what a name names."""
    if kind not in Entity.Kind.values:
        raise Refused(_("Choose what to do."))
    before = {"kind": entity.kind, "kind_by_editor": entity.kind_by_editor}
    said = (str(entity.get_kind_display()), str(Entity.Kind(kind).label))
    entity.kind, entity.kind_by_editor = kind, True
    entity.save(update_fields=["kind", "kind_by_editor"])
    note(user, Act.SORT, entity, words=entity.name, before=before, said=said)


# --- undoing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def undo(change: FindingChange, user: User) -> None:
    """Take one act on a name back. Raises Refused where a later one has to be undone first, or it was already."""
    locked = FindingChange.objects.select_for_update().get(pk=change.pk)
    if locked.undone_at:
        raise Refused(_("This correction was undone already."))
    later = FindingChange.objects.filter(kind=locked.kind, row=locked.row, undone_at=None, pk__gt=locked.pk)
    if later.filter(act=locked.act).exists():
        raise Refused(_("A later correction stands on this one: undo that one first."))
    entity = Entity.objects.get(pk=locked.row)
    _UNDO[locked.act](entity, locked.before)
    locked.undone_by, locked.undone_at = user, timezone.now()
    locked.save(update_fields=["undone_by", "undone_at"])


def _unmerge(target: Entity, moved: dict[str, Any]) -> None:
    source = Entity.objects.get(pk=moved["source"])
    Entity.objects.filter(pk=source.pk).update(merged_into=None)
    _give(moved, source)
    for article, places in moved["joined"]:
        mention = Mention.objects.filter(entity=target, article=article).first()
        if mention is not None:
            mention.places = [place for place in mention.places if place not in places]
            mention.save(update_fields=["places"])
        Mention.objects.get_or_create(entity=source, article_id=article, defaults={"places": places})
    _read_again(source, target)


def _unsplit(old: Entity, parted: dict[str, Any]) -> None:
    entity = Entity.objects.get(pk=parted["entity"])
    Spelling.objects.filter(pk=parted["spelling"]).update(entity=old)
    Quote.objects.filter(speaker=entity).update(speaker=old)
    Entity.objects.filter(pk=entity.pk).update(merged_into=old)
    _read_again(entity, old)


def _set_back(entity: Entity, before: dict[str, Any]) -> None:
    Entity.objects.filter(pk=entity.pk).update(**before)


_UNDO: dict[str, Callable[[Entity, dict[str, Any]], None]] = {
    Act.MERGED: _unmerge,
    Act.SPLIT: _unsplit,
    Act.RENAMED: _set_back,
    Act.SORT: _set_back,
}
