"""The versions of an article, compared word by word for those who may read its text, by their headlines for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest

from django import template

from articles.headlines import REWRITTEN, Change, Piece, change
from articles.models import Article, ArticleVersion
from articles.text.typography import fold, words

register = template.Library()

# A block is compared word by word with the one that took its place while it shares this much with it.
_KIN = 0.4
# Comparing longer blocks word by word would take longer than a page may: they are shown whole.
_LONGEST_BLOCK = 1500


@dataclass(frozen=True, slots=True)
class BlockChange:
    """One block: `change` says how it became what it is; `skipped` blocks before it stayed the same."""

    change: Change
    skipped: int


@dataclass(frozen=True, slots=True)
class VersionChange:
    """What one version says otherwise than the one before."""

    number: int
    seen_at: datetime
    title: Change | None
    standfirst: Change | None
    blocks: tuple[BlockChange, ...]
    removed: int
    """Words taken out of the text."""
    added: int
    is_rewritten: bool
    """More than 60 % of the words of the text changed: both texts are to be shown whole, `before` and `after`."""
    before: tuple[str, ...]
    after: tuple[str, ...]


@register.simple_tag
def version_changes(article: Article) -> list[VersionChange]:
    """The changes of an article, the latest first; empty for one that never changed."""
    versions = list(ArticleVersion.objects.filter(article=article.pk).order_by("number"))
    return [compare(old, new) for old, new in pairwise(versions)][::-1]


def compare(old: ArticleVersion, new: ArticleVersion) -> VersionChange:
    """What `new` says otherwise than `old`: whole words, deletions first."""
    before, after = _texts(old), _texts(new)
    blocks = tuple(_block_changes(before, after))
    removed, added = _count(blocks, "del"), _count(blocks, "ins")
    longest = max(_length(before), _length(after), 1)
    return VersionChange(
        number=new.number,
        seen_at=new.seen_at,
        title=change(old.title, new.title),
        standfirst=_shown(old.standfirst, new.standfirst),
        blocks=blocks,
        removed=removed,
        added=added,
        is_rewritten=bool(before and after) and max(removed, added) > REWRITTEN * longest,
        before=before,
        after=after,
    )


def _texts(version: ArticleVersion) -> tuple[str, ...]:
    return tuple(text for _kind, text in version.blocks)


def _length(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)


def _count(blocks: Sequence[BlockChange], kind: str) -> int:
    """Words in the pieces of this kind."""
    return sum(len(piece.text.split()) for block in blocks for piece in block.change.pieces if piece.kind == kind)


def _shown(old: str, new: str) -> Change | None:
    """As `change`, for texts of which one may be empty."""
    if old and new:
        return change(old, new)
    return _whole(old, new) if old or new else None


def _whole(old: str, new: str) -> Change:
    """One text in the place of another, or of nothing."""
    pieces = [Piece(kind, text) for kind, text in (("del", old), ("ins", new)) if text]
    return Change(tuple(pieces), len(pieces) == 2)


def _block_changes(before: Sequence[str], after: Sequence[str]) -> Iterator[BlockChange]:
    """The blocks that changed, in reading order, each with how many stayed the same since the one before it."""
    matcher = SequenceMatcher(None, list(map(fold, before)), list(map(fold, after)), autojunk=False)
    skipped = 0
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            skipped += b - a
            continue
        for old, new in _paired(before[a:b], after[c:d]):
            told = _replaced(old, new)
            if told is not None:
                yield BlockChange(told, skipped)
                skipped = 0


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Blocks that stand for one another; "" where there is none. Those that are alike are paired, in order."""
    start = 0
    for text in old:
        places = [place for place in range(start, len(new)) if _is_kin(text, new[place])]
        if not places:
            yield text, ""
            continue
        yield from (("", extra) for extra in new[start : places[0]])
        yield text, new[places[0]]
        start = places[0] + 1
    yield from zip_longest((), new[start:], fillvalue="")


def _is_kin(old: str, new: str) -> bool:
    mine, other = set(words(old)), set(words(new))
    return len(mine & other) >= _KIN * max(len(mine), len(other), 1)


def _replaced(old: str, new: str) -> Change | None:
    """How one block became another; None when only its typography changed."""
    if not (old and new) or max(len(old.split()), len(new.split())) > _LONGEST_BLOCK:
        return _whole(old, new)
    return change(old, new)
