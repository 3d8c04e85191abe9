"""Verbs that report speech, in every form the press uses, from their infinitives and a table of irregular forms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from articles.text import wordlists


@dataclass(frozen=True, slots=True)
class Form:
    """What one written form can be: its lemma, its uses in the lexicon, and "finite", "participle" or "gerund"."""

    lemma: str
    uses: frozenset[str]
    mood: str


_ER_ENDINGS = ["e", "ent", "ait", "aient", "a", "èrent", "era", "eront", "erait", "eraient"]
_IR_ENDINGS = ["it", "issent", "issait", "issaient", "irent", "ira", "iront", "irait", "iraient"]
_AGREEMENTS = ("", "e", "s", "es")


def _soften(stem: str, ending: str) -> str:
    """« commencer » → commençait, « juger » → jugeait: the stem keeps its sound before a and o."""
    if ending[0] in "aâo":
        return stem[:-1] + "ç" if stem.endswith("c") else stem + "e" if stem.endswith("g") else stem
    return stem


def _open_stem(stem: str, ending: str) -> str:
    """« suggérer » → suggère, « relever » → relève: é or e before a silent ending."""
    if ending not in ("e", "ent", "era", "eront"):
        return stem
    head, vowel, tail = next(
        ((stem[:i], stem[i], stem[i + 1 :]) for i in range(len(stem) - 1, 0, -1) if stem[i] in "aeiouyéèêœ"),
        (stem, "", ""),
    )
    if vowel in ("é", "e") and 0 < len(tail) <= 2 and (vowel == "é" or tail in ("v", "l", "n")):
        return head + "è" + tail
    return stem


def _first_group(stem: str) -> dict[str, str]:
    forms = {}
    for ending in _ER_ENDINGS:
        forms[_soften(_open_stem(stem, ending), ending) + ending] = "finite"
        forms.setdefault(_soften(stem, ending) + ending, "finite")
    forms.update({stem + "é" + agreement: "participle" for agreement in _AGREEMENTS})
    forms[_soften(stem, "ant") + "ant"] = "gerund"
    if stem.endswith("y"):
        forms.update({stem[:-1] + "i" + ending: "finite" for ending in ("e", "ent", "era")})
    return forms


def _second_group(stem: str) -> dict[str, str]:
    forms = {stem + ending: "finite" for ending in _IR_ENDINGS}
    forms.update({stem + "i" + agreement: "participle" for agreement in _AGREEMENTS})
    forms[stem + "issant"] = "gerund"
    return forms


@cache
def _irregular() -> dict[str, dict[str, str]]:
    found = {}
    for lemma, finite, participles, gerund in wordlists.table("verbs_irregular"):
        forms = dict.fromkeys(finite.split(), "finite")
        for participle in participles.split():
            endings = _AGREEMENTS if not participle.endswith(("s", "e")) else ("",)
            for ending in endings:
                forms.setdefault(participle + ending, "participle")
        forms[gerund] = "gerund"
        found[lemma] = forms
    return found


def conjugated(lemma: str) -> dict[str, str]:
    """Form → mood for one infinitive."""
    if lemma in _irregular():
        return _irregular()[lemma]
    if lemma.endswith("er"):
        return _first_group(lemma[:-2])
    return _second_group(lemma[:-2]) if lemma.endswith("ir") else {}


@cache
def forms() -> dict[str, Form]:
    """Every form of every verb of saying → what it is. A form that is finite and participle (« dit ») is finite."""
    found: dict[str, Form] = {}
    for line in wordlists.lines("verbs_saying"):
        lemma, *uses = line.split()
        for form, mood in conjugated(lemma).items():
            found.setdefault(form, Form(lemma, frozenset(uses), mood))
    return found


@cache
def infinitives() -> dict[str, Form]:
    """Infinitive of every verb of saying → what it is."""
    rows = (line.split() for line in wordlists.lines("verbs_saying"))
    return {lemma: Form(lemma, frozenset(uses), "infinitive") for lemma, *uses in rows if "weak" not in uses}


@cache
def participles() -> frozenset[str]:
    """Forms that may follow an auxiliary."""
    found = {form for form, what in forms().items() if what.mood == "participle"}
    for _, _, written, _ in wordlists.table("verbs_irregular"):
        found |= {participle + ending for participle in written.split() for ending in ("", "e", "s", "es")}
    return frozenset(found | {"dit", "écrit", "redit", "décrit", "prédit", "conclu", "fait", "plaint", "craint"})
