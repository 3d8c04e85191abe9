"""How a headline changed between what the feed announced and what the page shows: pure text work."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

# Above this share of changed words a diff cannot be read: both headlines are shown whole.
REWRITTEN = 0.6


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that were kept ("same"), taken out ("del") or put in ("ins")."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change; when `is_rewritten`, `pieces` holds the whole old headline and then the whole new one."""

    pieces: tuple[Piece, ...]
    is_rewritten: bool


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def differ(old: str, new: str) -> bool:
    """Whether more than case, accents, punctuation and spaces differs."""
    return old != new and _folded(old) != _folded(new)


def change(old: str, new: str) -> Change | None:
    """What changed, in whole words, deletions first; None when it is nothing that a reader would notice."""
    if not differ(old, new):
        return None
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(None, [_folded(word) for word in before], [_folded(word) for word in after], False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    if same < (1 - REWRITTEN) * max(len(before), len(after)):
        return Change((Piece("del", " ".join(before)), Piece("ins", " ".join(after))), True)
    pieces: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", " ".join(after[c:d])))
            continue
        if b > a:
            pieces.append(Piece("del", " ".join(before[a:b])))
        if d > c:
            pieces.append(Piece("ins", " ".join(after[c:d])))
    return Change(tuple(pieces), False)
