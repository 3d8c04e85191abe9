"""Lines that press pages put around articles (read also, paywall, newsletter...), told by lexicons of phrases."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from articles.text.typography import fold
from articles.text.wordlists import lines

_LEADING = re.compile(r"^\W+")
_TRAILING = re.compile(r"\W+$")
# A line this long is prose whatever it begins with; a one- or two-word opening is believed on a shorter line only.
_LONGEST, _LONGEST_LOOSE = 400, 160


@dataclass(frozen=True)
class Phrases:
    """A lexicon of lines: "whole line", "opening…" and "…inside…", compared folded."""

    whole: frozenset[str]
    openings: dict[str, tuple[str, ...]]
    inside: re.Pattern[str]

    def match(self, line: str) -> str:
        """The entry that the line answers to, or ""."""
        if len(line) > _LONGEST:
            return ""
        key = _LEADING.sub("", fold(line))
        if bare := _TRAILING.sub("", key):
            if bare in self.whole:
                return bare
            for opening in self.openings.get(bare.split()[0], ()):
                if key.startswith(opening) and (len(line) <= _LONGEST_LOOSE or opening.count(" ") > 1):
                    return opening
        found = self.inside.search(key)
        return found[0] if found else ""


@cache
def phrases(name: str) -> Phrases:
    """Read the lexicon of lines `name`, once."""
    whole, openings, inside = set(), defaultdict(list), []
    for entry in lines(name):
        words = _LEADING.sub("", fold(entry.replace("…", " ")))
        if entry.startswith("…"):
            inside.append(re.escape(words))
        elif entry.endswith("…"):
            openings[words.split()[0]].append(words)
        else:
            whole.add(words)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(inside) + ")" if inside else r"(?!)")
    return Phrases(frozenset(whole), {word: tuple(found) for word, found in openings.items()}, pattern)


@cache
def names(name: str) -> re.Pattern[str]:
    """A pattern over space-separated words for a lexicon of element names (class, id, role, label)."""
    return re.compile(r"(?<!\S)(?:" + "|".join(sorted(map(re.escape, lines(name)), key=len, reverse=True)) + r")(?!\S)")
