"""Which language a text is written in, measured on the text itself.

Small words tell the languages that the press around us is written in at the cost of one dictionary; a statistical
model would know more languages and cost a hundred times the memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from articles.text.typography import fold
from articles.text.wordlists import lines

_TOKEN = re.compile(r"[^\W\d_]+'?")
"""A word, with the apostrophe that elides it: French and Italian « l' » are not the English possessive."""
_LETTERS = {"fr": "éèêàçùœîôûë", "de": "äöüß", "es": "ñ¿¡áíóú", "pt": "ãõçáóê", "it": "èàòìù"}
_LETTER_WORTH = 0.5
_SAMPLE = 4000
"""Characters looked at: more do not change the answer."""
_LEAST = 0.12
"""The share of words that have to be small words of the language."""
_LEAD = 1.15
"""How many times the weight of the runner-up."""
_SCRIPTS = (
    ("ja", "\u3040", "\u30ff"),
    ("ru", "\u0400", "\u04ff"),
    ("ar", "\u0600", "\u06ff"),
    ("el", "\u0370", "\u03ff"),
    ("he", "\u0590", "\u05ff"),
    ("ko", "\uac00", "\ud7af"),
    ("zh", "\u4e00", "\u9fff"),
)
_ELSEWHERE = re.compile("[" + "".join(f"{first}-{last}" for _, first, last in _SCRIPTS) + "]")


@cache
def _weights() -> dict[str, dict[str, float]]:
    """For each word, what it says for each language: the fewer share it, the more."""
    shared: dict[str, list[str]] = defaultdict(list)
    for line in lines("language_words"):
        language, _, entries = line.partition(":")
        for word in dict.fromkeys(entries.split()):
            shared[word].append(language)
    return {word: dict.fromkeys(languages, 1 / len(languages)) for word, languages in shared.items()}


def detect(text: str) -> str:
    """The ISO 639-1 code of the text's language, or "" when the text does not tell.

    Latin script: fr, en, de, es, it, pt, nl. Other scripts are told by their letters alone (Cyrillic as ru, Arabic
    letters as ar).
    """
    sample = text[:_SAMPLE]
    if script := _script(sample):
        return script
    tokens = _TOKEN.findall(fold(sample))
    scores: dict[str, float] = defaultdict(float)
    for token in tokens:
        for language, weight in _weights().get(token, {}).items():
            scores[language] += weight
    lowered = sample.lower()
    for language, letters in _LETTERS.items():
        scores[language] += _LETTER_WORTH * sum(lowered.count(letter) for letter in letters)
    (best, score), (_, second), *_rest = [*sorted(scores.items(), key=lambda item: -item[1]), ("", 0.0), ("", 0.0)]
    return best if score >= _LEAST * len(tokens) and score >= _LEAD * second and score >= 1 else ""


def _script(sample: str) -> str:
    """The language of a text mostly in another script than Latin; kana make Chinese characters Japanese."""
    if not _ELSEWHERE.search(sample):
        return ""
    letters = sum(character.isalpha() for character in sample) or 1
    for language, first, last in _SCRIPTS:
        share = sum(first <= character <= last for character in sample) / letters
        if share > (0.1 if language == "ja" else 0.5):
            return language
    return ""
