"""Lines that say who signed an article and when it was published."""

from __future__ import annotations

import re
from functools import cache

from articles.text.typography import fold
from articles.text.wordlists import lines

_TOKEN = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:er|h\d*|e)?|\d+h|h|[ap]m|hn[ep]|ha[ep]|cet|cest|gmt|utc|est|edt")
_OPENING = re.compile(
    r"\W*(?:(?:propos|textes?|photos?|images?)?\s*(?:recueillis?|ecrits?|rediges?)?\s*(?:par|by)\b|publie|mis a jour|"
    r"mise a jour|modifie|cree|poste|actualise|published|posted|updated|written|auteurs?\b|autrice\b|un texte de|"
    r"texte de|temps de lecture|redaction)"
)
_DATED = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}|\b\d{1,2}(?:er)? ?[a-z]{3,9}\.? '?\d{2,4}\b"
    r"|\b\d{1,2} ?h ?\d{2}\b|\d{1,2}:\d{2}"
    r"|\bil y a \d+ [a-z]+|\b(?:hier|aujourd'hui)\b"
)
_AGENCY_WORDS = frozenset(("afp", "reuters", "belga", "ats", "efe", "ansa"))
_LONGEST = 25


@cache
def _byline_words() -> frozenset[str]:
    return frozenset(lines("byline_words"))


def residue(line: str) -> int:
    """How many words of the line are neither names, nor numbers, nor words of bylines and dates."""
    tokens = _TOKEN.findall(line)
    return sum(
        1
        for token in tokens
        if not token[0].isupper() and not _NUMBER.fullmatch(folded := fold(token)) and folded not in _byline_words()
    )


def is_dated(line: str) -> bool:
    return bool(_DATED.search(fold(line)))


def is_byline(line: str) -> bool:
    """Whether the line only signs or dates the article: « Par Anne Martin et Luc Petit », « Publié le 3 mai à 10h »."""
    if len(_TOKEN.findall(line)) > _LONGEST:
        return False
    return bool(_OPENING.match(fold(line))) and residue(line) <= len(_TOKEN.findall(line)) // 8


def is_date_line(line: str) -> bool:
    """Whether the line holds nothing but a date, names and words of bylines."""
    return len(_TOKEN.findall(line)) <= _LONGEST and is_dated(line) and residue(line) == 0


def is_credit(line: str) -> bool:
    """Whether the line is a signature that names an agency: « Le Quotidien avec AFP », « (Reuters) »."""
    tokens = _TOKEN.findall(line)
    return len(tokens) <= 8 and any(fold(token) in _AGENCY_WORDS for token in tokens) and residue(line) == 0


_PICTURE = re.compile(
    r"^\W*(?:©|\(c\)\s|(?:photo|image)?\s?credits? ?(?:photos?|images?)?(?: de la une)?\s*:"
    r"|photos?\s*:|photo\s+(?:afp|reuters|dr|d'illustration)\b|(?:image|illustration|visuel)\s*:)"
    r"|^[^.!?]{0,90}\s(?:©|/ ?afp\b|/ ?reuters\b|/ ?getty\b|/ ?sipa\b|/ ?unsplash\b)"
)


def is_picture_credit(line: str) -> bool:
    """Whether a line credits or captions a picture: « © Anne Martin », « Le port de Brest. Anne Martin / AFP »."""
    return len(line) < 150 and bool(_PICTURE.search(fold(line)))
