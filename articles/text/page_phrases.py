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


_COMMENT_COUNT = re.compile(
    r"^\W*(?:\(?\d+\)?\s+(?:commentaires?|comments?|reactions?|reponses?|contributions?)|commentaires?\s*\(?\d+\)?)"
    r"(?:\W*$|\s(?:sur|a|on|pour|au sujet)\b)"
)


_PLATFORM = (
    r"(?:google (?:actualites?|news|discover)|whatsapp|telegram|newsletters?|infolettres?|facebook|twitter|instagram"
    r"|tiktok|linkedin|bluesky|mastodon|threads|youtube|flipboard|apple news|reseaux sociaux)"
)
_FOLLOW = re.compile(
    r"^\W*(?:suivez|retrouvez|abonnez-vous|rejoignez|inscrivez-vous|pour (?:nous )?suivre"
    rf"|pour ne (?:rien|pas|manquer|rater))\b.*\b{_PLATFORM}\b"
    r"|\b(?:abonn|inscri|recev)\w+.*\bvotre (?:boite (?:mail|e-mail|de reception)|messagerie)\b"
)


def is_call_to_follow(line: str) -> bool:
    """Whether an outlet calls its readers to a platform or a letter: « Suivez L’Écho sur Google Actualités »."""
    return len(line) < 250 and bool(_FOLLOW.search(fold(line)))


def is_comment_count(line: str) -> bool:
    """Whether a line heads comments by their number: « 3 commentaires », « 21 commentaires sur “Titre” »."""
    return len(line) < 200 and bool(_COMMENT_COUNT.match(fold(line)))


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


@dataclass(frozen=True)
class Names:
    """A lexicon of element names: runs of words, by their first word."""

    runs: dict[str, tuple[tuple[str, ...], ...]]

    def found_in(self, name: str, *, at_end: bool = False) -> bool:
        """Whether one of the parts of a name (see `page_names.name_of`) holds an entry, or ends on one."""
        return any(self._in_part(part.split(), at_end) for part in name.split(" / "))

    def _in_part(self, part: list[str], at_end: bool) -> bool:
        for index, word in enumerate(part):
            for run in self.runs.get(word, ()):
                stop = index + len(run)
                if tuple(part[index:stop]) == run and (not at_end or stop == len(part)):
                    return True
        return False


@cache
def names(name: str) -> Names:
    """Read the lexicon of element names (class, id, role, label) `name`, once."""
    runs: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for entry in lines(name):
        words = tuple(entry.split())
        runs[words[0]].append(words)
    return Names({word: tuple(found) for word, found in runs.items()})
