"""What an editor does to a digest: one act, one transaction on a locked row. No act touches a published edition."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import markdown, quoting
from articles.converters import Week
from articles.models import Article, Digest, DigestItem, Story

# « Very short excerpts » (neighbouring right of 2019): what the manifest keeps of an article, in characters.
EXCERPT = 200
# Whoever holds it gives the next number: any constant will do that no other part of the application takes.
_NUMBERING_LOCK = 0x5052_4E55

_BREAKS = re.compile(r"[ \t\r\n\f\v]+")
_SENTENCE_END = re.compile(r"[.!?…](?:[\s\u00a0\u202f]*[»”\"])?(?=\s|$)")


class Refused(Exception):
    """The act is not possible; the message is a sentence for the person who tried."""


class Conflict(Exception):
    """Another editor saved meanwhile. `current` is the digest as it is now; nothing was written."""

    def __init__(self, current: Digest) -> None:
        super().__init__(_("Another editor saved this digest meanwhile."))
        self.current = current


@dataclass(frozen=True, slots=True)
class ItemText:
    """What an editor wrote about one story of a digest."""

    headline: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DigestText:
    """Everything that an editor writes in a digest; `items` goes by the number of the item."""

    title: str
    standfirst: str
    introduction: str
    items: Mapping[int, ItemText]


def open_digest(week: Week, user: User) -> Digest:
    """The week's digest, made by `user` when there is none yet."""
    return Digest.objects.get_or_create(year=week.year, week=week.number, defaults={"created_by": user})[0]


def _lock(digest: Digest) -> Digest:
    """The digest's row, locked. Raises Refused when it is published."""
    locked = Digest.objects.select_for_update().get(pk=digest.pk)
    if locked.state == Digest.State.PUBLISHED:
        raise Refused(_("This edition is published: it does not change any more."))
    return locked


def _renumber(items: Iterable[DigestItem]) -> None:
    """Give the items the positions 1, 2, 3… in the order given, writing only those that moved."""
    moved = []
    for position, item in enumerate(items, 1):
        if item.position != position:
            item.position = position
            moved.append(item)
    DigestItem.objects.bulk_update(moved, ["position"])


@transaction.atomic
def add_story(digest: Digest, story: Story, text: ItemText | None = None, position: int | None = None) -> DigestItem:
    """Pick a story: at the end, or at `position` (from 1). Picking it twice changes nothing."""
    _lock(digest)
    text = text or ItemText()
    items = list(digest.items.all())
    item, is_new = DigestItem.objects.get_or_create(
        digest=digest,
        story=story,
        defaults={"position": len(items) + 1, "headline": text.headline, "note": text.note},
    )
    if is_new and position is not None:
        items.insert(position - 1, item)
        _renumber(items)
    return item


@transaction.atomic
def remove_story(digest: Digest, item: DigestItem) -> None:
    """Take a story out of the digest, with what was written about it."""
    _lock(digest)
    digest.items.filter(pk=item.pk).delete()
    _renumber(digest.items.all())


@transaction.atomic
def move(item: DigestItem, direction: Literal["up", "down"]) -> None:
    """Let an item change places with its neighbour; at the end of the list nothing happens."""
    _lock(item.digest)
    items = list(item.digest.items.all())
    if item not in items:
        raise Refused(_("This story is no longer in the contents."))
    here = items.index(item)
    there = here + (-1 if direction == "up" else 1)
    if 0 <= there < len(items):
        items[here], items[there] = items[there], items[here]
        _renumber(items)


@transaction.atomic
def reorder(digest: Digest, ids: list[int]) -> None:
    """Put the items in the order of `ids`; those that it does not name keep their order, after the others."""
    _lock(digest)
    places = {pk: place for place, pk in enumerate(ids)}
    _renumber(sorted(digest.items.all(), key=lambda item: places.get(item.pk, len(places))))


def _same(digest: Digest, items: Mapping[int, DigestItem], text: DigestText) -> bool:
    """Whether the digest already says all this; an item that is gone counts only if something was written about it."""
    if (digest.title, digest.standfirst, digest.introduction) != (text.title, text.standfirst, text.introduction):
        return False
    kept = {pk: ItemText(item.headline, item.note) for pk, item in items.items()}
    return all(kept.get(pk, ItemText()) == wanted for pk, wanted in text.items.items())


@transaction.atomic
def write(digest: Digest, text: DigestText, expected_version: int) -> Digest:
    """Save what an editor wrote over the version that the editor had read, and answer the digest as saved.

    Raises Conflict when the digest has another version by now, or has lost a story that the text speaks of, and the
    texts differ; raises Refused when it is published.
    """
    locked = _lock(digest)
    items = {item.pk: item for item in locked.items.all()}
    if _same(locked, items, text):
        return locked
    lost = any(pk not in items and wanted != ItemText() for pk, wanted in text.items.items())
    if locked.version != expected_version or lost:
        raise Conflict(locked)
    for pk, wanted in text.items.items():
        if pk in items:
            items[pk].headline, items[pk].note = wanted.headline, wanted.note
    DigestItem.objects.bulk_update(items.values(), ["headline", "note"])
    locked.title, locked.standfirst, locked.introduction = text.title, text.standfirst, text.introduction
    locked.version += 1
    locked.save()
    return locked


def excerpt(text: str, limit: int = EXCERPT) -> str:
    """The beginning of `text` on one line, to the end of a sentence or else of a word: at most `limit` characters.

    The outlet's own typography stays, no-break spaces included.
    """
    line = _BREAKS.sub(" ", text).strip() if limit else ""
    if len(line) <= limit:
        return line
    ends = [match.end() for match in _SENTENCE_END.finditer(line[: limit + 1]) if match.end() <= limit]
    if ends and ends[-1] > limit // 3:
        return line[: ends[-1]]
    cut = line[:limit].rsplit(" ", 1)[0] if " " in line[:limit] else line[: limit - 1]
    return cut.rstrip(" ,;:–—-«(\u00a0\u202f") + "…"


def limit_of(article: Article, most: int) -> int:
    """Most characters of an excerpt of this article: `most`, or less where its outlet's terms allow less."""
    return min(most, article.outlet.excerpt_characters) if article.outlet else most


def first_lines(article: Article) -> str:
    """What to quote of an article: its text, less the sentence that already serves as its headline."""
    text = article.text or article.standfirst
    return text.removeprefix(article.title).lstrip(" .") if article.title_is_first_sentence else text


def _sealed_article(article: Article) -> dict[str, Any]:
    return {
        "id": article.pk,
        "title": article.title,
        "outlet": article.outlet.name if article.outlet else "",
        "authors": list(article.authors),
        "published": article.published_at.isoformat() if article.published_at else "",
        "precision": article.published_precision,
        "url": article.url,
        "excerpt": excerpt(first_lines(article), limit_of(article, EXCERPT)),
        "hash": article.fingerprint,
    }


def _articles_by_story(digest: Digest, stories: Iterable[int]) -> dict[int, list[Article]]:
    """The articles of the week on each story, oldest first, with those whose date nobody knows."""
    told: dict[int, list[Article]] = {}
    in_week = Q(day__gte=digest.first_day, day__lte=digest.last_day) | Q(published_at=None)
    articles = Article.objects.filter(in_week, story__in=list(stories)).select_related("outlet")
    for article in articles.defer("blocks", "search").order_by("sort_at", "id"):
        told.setdefault(article.story_id or 0, []).append(article)
    return told


def manifest(digest: Digest, now: datetime, number: int | None, editor: str) -> dict[str, Any]:
    """Everything that the published page shows, made of plain values: what `Digest.sealed` holds.

    "published" and "published_at" are ISO 8601 with their offset, "published" is "" where no date is known, "precision"
    is a DatePrecision, "note_html" and "introduction_html" are safe HTML, "hash" is the article's fingerprint.
    """
    items = list(digest.items.select_related("story"))
    told = _articles_by_story(digest, [item.story_id for item in items])
    return {
        "number": number,
        "year": digest.year,
        "week": digest.week,
        "title": digest.title,
        "standfirst": digest.standfirst,
        "introduction_html": markdown.render(digest.introduction),
        "published_at": now.isoformat(),
        "editor": editor,
        "items": [
            {
                "headline": item.headline or item.story.title,
                "note_html": markdown.render(item.note),
                "story_id": item.story_id,
                "story_url": item.story.get_absolute_url(),
                "articles": [_sealed_article(article) for article in told.get(item.story_id, [])],
            }
            for item in items
        ],
    }


def seal_of(sealed: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of `sealed` as canonical JSON: UTF-8, sorted keys, no spaces."""
    canonical = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def missing(content: Mapping[str, Any]) -> list[str]:
    """What keeps a digest with this manifest from being published, in sentences; empty when nothing does."""
    reasons = []
    if not content["title"].strip():
        reasons.append(_("The digest has no title."))
    if not content["items"]:
        reasons.append(_("No story is picked."))
    for item in content["items"]:
        if not item["articles"]:
            reasons.append(_("“%(story)s” has no article in this week.") % {"story": item["headline"]})
    return reasons + [_too_much(share) for share in quoting.shares(content) if share.is_too_much]


def _too_much(share: quoting.Share) -> str:
    said = _("%(quoted)d%% of “%(title)s” is quoted, and %(outlet)s allows %(allowed)d%%.")
    numbers = {"quoted": math.ceil(share.quoted * 100), "allowed": round(share.allowed * 100)}
    return said % {"title": share.title, "outlet": share.outlet, **numbers}


def next_number() -> int:
    """The number that the next published edition will bear."""
    return int(Digest.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _take_number() -> int:
    """The next number, kept for this transaction: another one waits here until this one ends, well or badly."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING_LOCK])
    return next_number()


def name_of(user: User) -> str:
    """How a person signs: the full name where one is known, else the account's."""
    return user.get_full_name() or user.get_username()


@transaction.atomic
def publish(digest: Digest, user: User, expected_version: int | None = None) -> Digest:
    """Give the digest its number for ever, and seal it; answer it as published.

    Raises Refused when something is missing or it is published already, Conflict when `expected_version` is given and
    another editor saved since. The edition is shown from `sealed` alone: what happens to its articles no longer counts.
    """
    locked = _lock(digest)
    if expected_version is not None and locked.version != expected_version:
        raise Conflict(locked)
    now = timezone.now()
    content = manifest(locked, now, _take_number(), name_of(user))
    if reasons := missing(content):
        raise Refused(" ".join(reasons))
    locked.number, locked.sealed, locked.seal = content["number"], content, seal_of(content)
    locked.state, locked.published_at, locked.published_by = Digest.State.PUBLISHED, now, user
    locked.version = F("version") + 1
    locked.save()
    locked.refresh_from_db()
    return locked
