"""Where a name begins and ends: capitals that only open a sentence, two names in a row, lower-case tails of bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from articles.text import names, wordlists
from articles.text.findings import Span
from articles.text.reading import Reading

OPENS = re.compile(r"(?:^|[.!?…:«»“”\"•\n–—(\[]|- ) *$")
_CAPITAL_ROLE = re.compile(
    r"(?:PDG|P-DG|CEO|DG|CTO|Président|Présidente|Ministre|Premier ministre|Directeur|Directrice|Professeur"
    r"|Docteur|Maître|Me|M|Mme|Sir|Lord) (?=[A-ZÀ-Ý])"
)
_ADJECTIVE = (
    r"\w{2,}(?:al|ale|aux|ales|ique|iques|éenn?e?|éens|ienn?e?|iens|aine?|ère|ieure?|taire|taires|ive|ifs?|iste|istes"
    r"|aise?|oise?|ine|elle?|able|ible|ée?s?|unis?|publics?|publique|libre|arabe|civile?)"
)
_ADJECTIVES = re.compile(rf"(?: {_ADJECTIVE}(?!\w))+")
_NOT_AN_ADJECTIVE = re.compile(
    r" (?:annonce|affirme|publie|accuse|dénonce|propose|prépare|lance|considère|réclame|déclare|estime|indique|explique"
    r"|critique|pratique|applique|rendue?s?|créée?s?|saisie?s?|chargée?s?|basée?s?|située?s?|dirigée?s?|présidée?s?"
    r"|fondée?s?|installée?s?|réunie?s?|également|réalise|utilise|autorise|organise|précise|vise|refuse|mise|avise"
    r"|\w+er[ae]|\w+era|\w+ait|même|elle|quelle|celle|telle)(?!\w)"
)
_COMPLEMENT = re.compile(
    r" (?:de la |de l'|des |du |de |d'|pour la |pour le |pour l')(?!une? )[\w-]+(?: [A-ZÀ-Ý][\w-]+)*"
)
_NAMED_COMPLEMENT = re.compile(r" (?:de la |de l'|des |du |de |d')[A-ZÀ-Ý][\w-]+(?: [A-ZÀ-Ý][\w-]+)*")
_NO_COMPLEMENT = re.compile(
    r" (?:de|du|des|d') ?(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|plus|moins|nombreux|ses|son|sa|leurs?"
    r"|ces?|cette|notre|nos|mon|ma|\d|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre"
    r"|décembre|près|tout|toute|tous|faire|avoir|l'époque|dernier|dernière)(?!\w)"
)
_IN_MARKS = re.compile(r"[«“\"] ?$")
_MARK_AFTER = re.compile(r" ?[»”\"]")
_GOES_ON = re.compile(rf" (?:(?:de|du|des|pour) |d'(?!une? )|{_ADJECTIVE}(?!\w))")
_STOPS = re.compile(
    r",| (?:dans|lors|qui|que|avec|sur|contre|pour le|et (?:le|la|les)|à partir|a|est|ont|\w+(?:era|eront|ait))\b"
    r"| (?!(?:de|pour|contre|à|et|sur|dans|par|avec|sous|que|entre|selon) )[a-zà-ÿ]+ (?:le|la|les|un|une|son|sa|ses)\b"
)
_NEVER_FIRST = wordlists.group("grammar", "words that open no name")
_DEDICATED = wordlists.words("organisation_heads") | {"prix", "rue", "place", "stade", "aéroport", "clinique", "chu"}
_WHOLE = frozenset(word for key in names.known() for word in key.split()[:1])
_LONGEST = 90
SHORT_NAME = re.compile(r" \(([A-ZÀ-Ý][\w&-]{1,11})[),]")
_UP_TO_SHORT_NAME = re.compile(r"(?: (?!\()[\w'’-]+,?){1,14}?(?= \(([A-ZÀ-Ý][\w&-]{1,9})\))")
_UNIVERSITY = re.compile(r"\buniversité ([A-ZÀ-Ý][\w-]+)(?: (?:\d{1,2}\b|[A-ZÀ-Ý][\w-]+))*")
_BODY_IN_LOWER_CASE = re.compile(
    r"\b(?:ministère|université|préfecture|rectorat|consulat|ambassade)(?: (?:russe|ukrainien|français|américain"
    r"|chinois|allemand|britannique|israélien|algérien|marocain|belge|fédéral)(?:ne|e)?)? "
    r"(?:de la |de l'|des |du |de |d')[A-ZÀ-Ý][\w-]*(?:(?:,? et de (?:la |l')|, de (?:la |l')| et du | et des | )"
    r"[A-ZÀ-Ý][\w-]*| (?:nationale|étrangères|supérieur|publics?|sociales?|numérique))*"
)


def without_starter(plain: str, span: Span) -> Span | None:
    """Cut a word that is capital only because a sentence opens with it; None when nothing is left."""
    start, end = span
    if _IN_MARKS.search(plain[max(0, start - 2) : start]) and _MARK_AFTER.match(plain, end):
        return span
    promotion = re.match(r"(?:À |A )?(?:LIRE|VOIR)(?: AUSSI)? ", plain[start:end])
    start += promotion.end() if promotion else 0
    while start < end:
        word = re.match(r"[\w'-]+", plain[start:end])
        opens = OPENS.search(plain[max(0, start - 4) : start]) is not None
        low = word.group().lower() if word is not None else ""
        rest = plain[start + word.end() + 1 : end] if word else ""
        starts = low in names.starters() or (low not in _WHOLE and names.key(_unversioned(rest)) in names.known())
        if word is None or not ((opens and starts) or low in _NEVER_FIRST):
            break
        start += word.end()
        while start < end and not plain[start].isalnum():
            start += 1
    return (start, end) if start < end and not plain[start].isdigit() else None


def _is_organisation(written: str) -> bool:
    entry = names.known().get(names.key(written))
    return entry is not None and entry.kind in ("organisation", "outlet") and not entry.ambiguous


def parted(plain: str, span: Span) -> Iterator[Span]:
    """Two names in a row: « Le Monde Arthur Mensch », « Twitter Google Nexus », « Orange-Bouygues Telecom »."""
    written = plain[span[0] : span[1]]
    cuts = [(match.start(), match.end()) for match in re.finditer(r" |(?<=\w)-(?=[A-Z])", written)]
    if names.key(written) not in names.known():
        for left, right in cuts:
            if _parts(written[:left], written[right:]):
                yield span[0], span[0] + left
                yield span[0] + right, span[1]
                return
    yield span


def _parts(before: str, after: str) -> bool:
    """Whether two names meet here: a body and a first name with a surname, or two known bodies."""
    words = after.split()
    heads = before.lower().split()
    if len(heads) > 2 and len(words) == 2 and heads[0] not in _DEDICATED and all(map(names.first_name_kind, words[:1])):
        return not any(map(names.first_name_kind, before.split()))
    entry = names.known().get(names.key(before))
    body = " " in before and before.split()[0].lower() in wordlists.words("organisation_heads")
    is_title = body or (entry is not None and entry.kind != "product")
    if is_title and len(words) > 1 and names.first_name_kind(words[0]):
        return True
    if len(words) == 1 and _is_organisation(before) and names.key(after) in names.surnames():
        return True
    following = after if _is_organisation(after) else words[0]
    return _is_organisation(before) and _is_organisation(following)


def without_role(plain: str, span: Span) -> Span:
    """« PDG Arthur Mensch », « Village Augustin X »: a capital word before a full name is left out."""
    match = _CAPITAL_ROLE.match(plain, *span)
    if match:
        return match.end(), span[1]
    words = [found.span() for found in re.finditer(r"\S+", plain[span[0] : span[1]])]
    if len(words) < 3:
        return span
    first, second = (plain[span[0] + a : span[0] + b] for a, b in words[:2])
    if names.first_name_kind(second) and not names.first_name_kind(first) and first.isalpha() and first[1:].islower():
        return span[0] + words[1][0], span[1]
    return span


def with_tail(reading: Reading, span: Span, model: Mapping[Span, str]) -> Span:
    """The lower-case tail of a body (« Cour » + « de justice de l'Union européenne »), by lexicon, model and form."""
    plain = reading.plain
    first = re.match(r"[\w-]+", plain[span[0] : span[1]])
    listed = _listed_end(plain, span)
    if listed > span[1]:
        return span[0], listed
    spelt = _UP_TO_SHORT_NAME.match(plain, span[1])
    if (
        first is not None
        and spelt
        and "\n" not in spelt.group()
        and _abbreviates(spelt[1], plain[span[0] : spelt.end()])
    ):
        return span[0], spelt.end()
    if first is None or first.group().lower() not in wordlists.words("organisation_heads"):
        return span
    seen = [end for start, end in model if start <= span[0] < end and end - span[0] < _LONGEST]
    end = max([span[1], *seen])
    if "\n" in plain[span[0] : end] or not _GOES_ON.match(plain, span[1]):
        end = span[1]
    cut = _STOPS.search(plain[span[1] : end])
    end = span[1] + cut.start() if cut else end
    return span[0], max(end, _formal_end(plain, span))


def _abbreviates(short: str, full: str) -> bool:
    """Whether the capitals of « Anssi », « C3N » are, in order, initials of the words of the full name."""
    initials = [wordlists.unaccented(word)[0] for word in re.findall(r"\w{2,}", full)]
    letters = [letter for letter in wordlists.unaccented(short) if letter.isalpha()]
    if not initials or letters[0] != initials[0]:
        return False
    place = 0
    for letter in letters:
        if letter in initials[place:]:
            place = initials.index(letter, place) + 1
    matched = sum(letter in initials for letter in letters)
    return matched >= 2 and matched * 2 >= len(letters) and letters[-1] in initials[1:]


def is_short_name_of_body(plain: str, span: Span) -> bool:
    """« l'Office européen antifraude (Olaf) »: a lone word in brackets, soon after the noun of a body."""
    if plain[span[0] - 1 : span[0]] != "(" or plain[span[1] : span[1] + 1] != ")" or " " in plain[span[0] : span[1]]:
        return False
    words = re.findall(r"[\w-]+", plain[max(0, span[0] - 90) : span[0]].rpartition("\n")[2])
    return any(word.lower() in wordlists.words("organisation_heads") for word in words[-12:])


def bodies_in_lower_case(plain: str) -> Iterator[Span]:
    """« le ministère russe de la Défense », « l'université de Montréal »: named bodies that the press writes small."""
    for match in _BODY_IN_LOWER_CASE.finditer(plain):
        words = re.finditer(r" ([A-ZÀ-Ý][\w-]*)(?= [A-ZÀ-Ý])", match.group())
        person = next((word for word in words if names.first_name_kind(word[1])), None)
        yield match.start(), match.start() + person.start() if person else match.end()
    for match in _UNIVERSITY.finditer(plain):
        if not names.first_name_kind(match[1]):
            yield match.span()


def without_version(plain: str, span: Span) -> Span:
    """« Chrome 72.0.3626.121 », « Lyon 1er »: a build number or an ordinal is no part of the name."""
    return span[0], span[0] + len(_unversioned(plain[span[0] : span[1]]))


def _unversioned(written: str) -> str:
    return re.sub(r" (?:\d+(?:\.\d+){2,}|\d+(?:er|e|ème|ᵉ))$", "", written)


def _formal_end(plain: str, span: Span) -> int:
    """« Fonds » + « européen » + « de développement » + « régional »: adjectives and complements, by their form."""
    end = _past_adjectives(plain, span[1])
    complement = _COMPLEMENT.match(plain, end)
    if complement is None or _NO_COMPLEMENT.match(plain, end):
        return end
    end = _past_adjectives(plain, complement.end())
    named = _NAMED_COMPLEMENT.match(plain, end)
    return named.end() if named else end


def _past_adjectives(plain: str, end: int) -> int:
    match = _ADJECTIVES.match(plain, end)
    if match is None or _NOT_AN_ADJECTIVE.search(match.group()):
        return end
    return match.end()


def _listed_end(plain: str, span: Span) -> int:
    """« Nations » + « unies »: the longest name of the lexicons that goes on after the capitals."""
    end = span[1]
    for match in re.finditer(r" [\w'-]+", plain[span[1] : span[1] + 60]):
        if "\n" in plain[span[1] : span[1] + match.start()]:
            break
        entry = names.known().get(names.key(plain[span[0] : span[1] + match.end()]))
        if entry is not None and entry.kind != "place":
            end = span[1] + match.end()
    return end
