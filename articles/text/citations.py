"""Outlets and agencies that an article credits, and outlets to which somebody spoke."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from articles.text import names, speech, wordlists
from articles.text.findings import CitationSpan, QuoteSpan, Span
from articles.text.reading import KnownOutlets, Reading, fold, read


@dataclass(frozen=True, slots=True)
class OutletMention:
    """An outlet's name in the text; [start, end) without its article; `ambiguous` when it is also a common word."""

    outlet: str
    start: int
    end: int
    ambiguous: bool


_Table = dict[str, tuple[str, bool]]


def _bare(written: str) -> str:
    return re.sub(r"^(?:Le |La |Les |L'|l')", "", written.replace("’", "'"))


@cache
def _lexicon() -> _Table:
    """What each spelling stands for, and whether it is a word too. Names lose their French article."""
    table: _Table = {}
    for lexicon in ("agencies", "outlets"):
        for row in wordlists.table(lexicon):
            others = [other.strip() for other in row[1].split(",") if other.strip()] if len(row) > 1 else []
            ambiguous = len(row) > 2 and "word" in row[2]
            for written in (row[0], *others):
                bare = _bare(written)
                common = ambiguous or (bare != written and bare.lower() in _COMMON)
                table.setdefault(bare, (row[0], common))
    return table


def _with_known(known: KnownOutlets) -> _Table:
    """The lexicons' spellings and those of the caller's outlets, which are told by the caller's own names.

    A single word that no lexicon knows may be any word: it has to be plainly an outlet's.
    """
    table = dict(_lexicon())
    for name, *others in known:
        forms = {bare for written in (name, *others) if (bare := _bare(fold(written)).strip())}
        same = {table[form][0] for form in forms if form in table}
        for form, (outlet, common) in list(table.items()):
            if outlet in same:
                table[form] = (name, common)
        for form in forms - table.keys():
            table[form] = (name, form.isalpha() and form[1:].islower())
    return table


@lru_cache(maxsize=4)
def _index(known: KnownOutlets) -> tuple[re.Pattern[str], _Table]:
    """One pattern for all outlets, and what each spelling stands for."""
    table = _with_known(known)
    forms = sorted((re.escape(form) for form in table), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(forms)})(?![\w-]|\.\w)"), table


_COMMON = wordlists.group("grammar", "outlet names that are words")
_NETWORKS = frozenset({"France Bleu", "France 3", "BFM", "Ici", "RCF", "Rue89", "RTL", "NRJ"})
_STATION = re.compile(r"(?: (?!TV|Business|Tech|Info)[A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)*){1,2}")
_INTRODUCED = re.compile(
    r"\b(?:quotidien|hebdomadaire|mensuel|magazine|journal|tabloïd|bimensuel|webzine|(?:agence|organe) de presse"
    r"|site(?: d'information)?|média|blog|revue scientifique|revue)"
    r"(?: (?:spécialisée?|local|régional|national|économique|financier|britannique|américaine?|allemande?|français"
    r"|belge|suisse|italien(?:ne)?|espagnole?|japonaise?|chinoise?|israélien(?:ne)?|russe|en ligne|de référence"
    r"|satirique|populaire|conservateur|d'investigation|d'information|scientifique|médicale?|tech|informatique))*"
    r" (?P<name>(?:The |Le |La |L'|Les |El |Der |Die |Il )?[A-ZÀ-Ý][\w'’.-]*[\wÀ-ÿ](?: (?:&|of|de la|des|du|de)(?= ))?"
    r"(?: [A-ZÀ-Ý][\w'’-]+){0,2})"
)
_ARTICLE = re.compile(r"(?:\b(?:Le|La|Les|The) |\bL'|\b(?:du|au|le|la|les|aux|des|Du|Au) |\bl')$")
_CONTRACTED = re.compile(r"\b(?:du|au|des|aux|Du|Au) $")


def mentions(reading: Reading) -> list[OutletMention]:
    """Every outlet named in the text, credited or not."""
    pattern, table = _index(reading.outlets)
    found = list(_introduced(reading, table))
    taken = {mention.start for mention in found}
    for match in pattern.finditer(reading.plain):
        outlet, common = table[match.group()]
        before = reading.plain[max(0, match.start() - 5) : match.start()]
        article = _ARTICLE.search(before) or _ARTICLE.search(re.sub(r" +$", " ", before))
        if (
            common
            and outlet.startswith(("Le ", "La ", "Les ", "L'"))
            and not (article and article.group()[0] in "LTDAda")
        ):
            continue
        if match.start() in taken:
            continue
        start = match.start() - (len(article.group()) if article and not article.group()[0].islower() else 0)
        capital = article is not None and article.group()[0] in "LT"
        station = _STATION.match(reading.plain, match.end()) if match.group() in _NETWORKS else None
        if station:
            outlet = match.group() + station.group()
        end = station.end() if station else match.end()
        found.append(OutletMention(outlet, start, end, common and not capital))
    return sorted(found, key=lambda mention: mention.start)


def _introduced(reading: Reading, table: dict[str, tuple[str, bool]]) -> Iterator[OutletMention]:
    """Outlets that no lexicon knows, introduced as what they are: « le site spécialisé X », « l'hebdomadaire X »."""
    for match in _INTRODUCED.finditer(reading.plain):
        name = match["name"]
        bare = re.sub(r"^(?:Le |La |Les |L')", "", name)
        known = any(" ".join(bare.split()[:count]) in table for count in range(1, 5))
        if not known and not names.first_name_kind(bare.split()[0]) and names.key(name) not in names.known():
            yield OutletMention(name, match.start("name"), match.end("name"), False)


@cache
def agencies() -> frozenset[str]:
    """The news agencies of the lexicon, by name."""
    return frozenset(row[0] for row in wordlists.table("agencies"))


def agencies_in(text: str) -> set[str]:
    """The news agencies that a by-line or a credit names: « avec AFP » gives AFP."""
    return {mention.outlet for mention in mentions(read(text))} & agencies()


_BETWEEN = "|".join(sorted((re.escape(form) for form in wordlists.lines("outlet_determiners")), key=len, reverse=True))
_TO = re.compile(rf"(?:à|au|auprès)\W*(?:(?:{_BETWEEN}|micro)\W*)*$")
_ON_AIR = re.compile(r"(?<!\w)sur\W*$", re.IGNORECASE)
_VENUE = re.compile(rf"(?:{'|'.join(wordlists.lines('venue_phrases'))})\W*(?:(?:{_BETWEEN})\W*)*$", re.IGNORECASE)
_CREDIT = re.compile(
    rf"(?<!\w)(?:{'|'.join(wordlists.lines('credit_phrases'))})\b\W*(?:(?:{_BETWEEN})\W*)*$", re.IGNORECASE
)
_WHEN = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|hier|ce matin|ce soir|aujourd'hui)(?: \d+ \w+)?"
_INVERTED = re.compile(rf"(?:\b(?:a|ont|avait|avaient|aurait) )?([\w-]+) (?:(?:{_WHEN}) )?(?:(?:{_BETWEEN})\W*)*$")
_SUBJECT = re.compile(
    r"(?:,[^,.;]{0,80},| qui)? (?:(?:a|ont|avait|avaient|lui|nous|se|s'est|en|y|n'|est) )*"
    r"(?:(?:également|aussi|ainsi|encore|notamment|déjà) )?([\w'-]+)"
)


_PLAINLY = re.compile(
    r"\b(?:selon|d'après|par|informations? (?:de|du)|révélations? (?:de|du)|enquête (?:de|du)|confrères (?:de|du)"
    r"|rapporte|révèle|affirme|(?:le |au |du |la |par |l')?(?:magazine|quotidien|journal|hebdomadaire|site"
    r"|mensuel|revue|média"
    r"|chaîne|agence|radio|bihebdomadaire|bimensuel|trimestriel|tabloïd|blog|portail|newsletter|émission)"
    r"(?: (?:\w+(?:ain|ais|ois|ique|and|isé|ien|aire|éen|ol|al)e?|en ligne|d'information|de référence|people))*)"
    r" (?:de |du |le |la |l')?$",
    re.IGNORECASE,
)


def _is_subject(reading: Reading, mention: OutletMention) -> bool:
    """« Le Parisien rapporte que … », « La Tribune évoque un … »."""
    match = _SUBJECT.match(reading.plain, mention.end)
    if not match:
        return False
    form = speech.forms().get(match.group(1).lower())
    before = reading.plain[max(0, mention.start - 12) : mention.start]
    return (
        form is not None and "weak" not in form.uses and not re.search(r"\b(?:à|de|du|au|des|d') ?(?:l'|la )?$", before)
    )


def _spoken(before: str) -> bool:
    """A verb of saying among the last words before « à l'AFP »."""
    words = re.findall(r"[\w'-]+", before)[-9:]
    return any(
        (form := speech.forms().get(re.sub(r"-t?-?(?:il|elle|ils|elles)$", "", word.lower()))) is not None
        and "weak" not in form.uses
        for word in words
    )


def _verb_before(before: str) -> re.Match[str] | None:
    """« rapporte le quotidien », « a révélé »: a verb of saying right before the name."""
    match = _INVERTED.search(before)
    form = speech.forms().get(match.group(1).lower()) if match else None
    return match if form is not None and form.mood != "gerund" and "que" in form.uses else None


def _plainly_outlet(before: str) -> bool:
    """A name that is a common word too, plainly an outlet here: « selon Next », « le magazine Capital »."""
    return bool(_PLAINLY.search(before) or _VENUE.search(before)) or before.endswith(("au ", "Au ", "du "))


def _before(reading: Reading, mention: OutletMention, length: int) -> str:
    """The words of the same sentence before a mention."""
    sentence = reading.sentences[reading.sentence_at(mention.start)][0] if reading.sentences else 0
    return reading.masked[max(sentence, mention.start - length) : mention.start]


def is_venue(reading: Reading, mention: OutletMention) -> bool:
    """« dans un entretien au Monde », « au micro de France Inter »."""
    return _VENUE.search(_before(reading, mention, 110)) is not None


def told_to_span(reading: Reading, mention: OutletMention) -> Span | None:
    """The words that say somebody spoke to this outlet (« à l'AFP », « dans les colonnes du Monde »), or None."""
    before = _before(reading, mention, 110)
    for pattern in (_VENUE, _TO):
        match = pattern.search(before)
        if match and (pattern is _VENUE or _spoken(before[: match.start()])):
            return mention.start - len(before) + match.start(), mention.end
    match = _ON_AIR.search(before) if mention.outlet in wordlists.lines("broadcasters") else None
    if match and (_spoken(before[: match.start()]) or not before[: match.start()].strip()):
        return mention.start - len(before) + match.start(), mention.end
    return None


def credit_span(reading: Reading, mention: OutletMention) -> Span | None:
    """The words that credit this outlet (« selon Reuters », « rapporte Le Monde »), or None."""
    before = _before(reading, mention, 90)
    match = _CREDIT.search(before) or _verb_before(before)
    if match and mention.ambiguous and not _plainly_outlet(before):
        return None
    if match:
        return mention.start - len(before) + match.start(), mention.end
    if _is_subject(reading, mention) and (not mention.ambiguous or _plainly_outlet(before)):
        return mention.start, mention.end
    after = reading.plain[mention.end : mention.end + 2]
    if re.search(r"(?:\(|\bavec )(?:l')?$", before, re.IGNORECASE) and after[:1] in (")", "\n", "", "."):
        return mention.start, mention.end
    return None


def find(reading: Reading, own: str = "", quotes: tuple[QuoteSpan, ...] = ()) -> tuple[CitationSpan, ...]:
    """Places where another outlet than `own` is credited: by a phrase, or as the speaker of one of `quotes`."""
    found = []
    speakers = {quote.speaker for quote in quotes}
    for mention in mentions(reading):
        if own and names.key(mention.outlet) == names.key(own):
            continue
        span = credit_span(reading, mention) or told_to_span(reading, mention)
        if span is None and mention.outlet in speakers and not mention.ambiguous:
            span = (mention.start, mention.end)
        if span is not None:
            found.append(CitationSpan(mention.outlet, reading.text[span[0] : span[1]], *span))
    return tuple(found)
