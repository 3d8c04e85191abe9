"""Outlets and agencies that an article credits, and outlets to which somebody spoke."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from articles.text import names, speech, wordlists
from articles.text.findings import CitationSpan, QuoteSpan, Span
from articles.text.reading import Reading


@dataclass(frozen=True, slots=True)
class OutletMention:
    """An outlet's name in the text; [start, end) without its article; `ambiguous` when it is also a common word."""

    outlet: str
    start: int
    end: int
    ambiguous: bool


@cache
def _index() -> tuple[re.Pattern[str], dict[str, tuple[str, bool]]]:
    """One pattern for all outlets, and what each spelling stands for. Names lose their French article."""
    table: dict[str, tuple[str, bool]] = {}
    for lexicon in ("agencies", "outlets"):
        for row in wordlists.table(lexicon):
            others = [other.strip() for other in row[1].split(",") if other.strip()] if len(row) > 1 else []
            ambiguous = len(row) > 2 and "word" in row[2]
            for written in (row[0], *others):
                bare = re.sub(r"^(?:Le |La |Les |L'|l')", "", written.replace("’", "'"))
                common = ambiguous or (bare != written and bare.lower() in _COMMON)
                table.setdefault(bare, (row[0], common))
    forms = sorted((re.escape(form) for form in table), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(forms)})(?![\w-]|\.\w)"), table


_COMMON = frozenset(
    "monde point croix tribune express parisien opinion humanité équipe presse devoir temps soir matin obs progrès figaro "
    "provence montagne alsace union écho écho jours lettre monde times hindu sun welt recherche".split()
)
_ARTICLE = re.compile(r"(?:\b(?:Le|La|Les|The) |\bL'|\b(?:du|au|le|la|les|aux|des|Du|Au) |\bl')$")
_CONTRACTED = re.compile(r"\b(?:du|au|des|aux|Du|Au) $")


def mentions(reading: Reading) -> list[OutletMention]:
    """Every outlet named in the text, credited or not."""
    pattern, table = _index()
    found = []
    for match in pattern.finditer(reading.plain):
        outlet, common = table[match.group()]
        before = reading.plain[max(0, match.start() - 5) : match.start()]
        article = _ARTICLE.search(before)
        if (
            common
            and outlet.startswith(("Le ", "La ", "Les ", "L'"))
            and not (article and article.group()[0] in "LTDAda")
        ):
            continue
        start = match.start() - (len(article.group()) if article and not article.group()[0].islower() else 0)
        capital = article is not None and article.group()[0] in "LT"
        found.append(OutletMention(outlet, start, match.end(), common and not capital))
    return found


_TO = re.compile(
    r"(?:à|au|auprès de|auprès du|auprès d'|avec|pour)(?: l'agence(?: de presse)?| la chaîne(?: [\w']+)?| la radio| le magazine| le journal| le quotidien"
    r"| l'hebdomadaire| nos confrères (?:de|du)| journal| quotidien| magazine| site| micro de| micro du)?(?: le| la| l'| les)? ?$"
)
_VENUE = re.compile(
    r"(?:dans (?:les colonnes|une (?:tribune|interview|lettre)|un (?:entretien|article|communiqué)|l'entretien)[^.;«»]{0,60}?|sur (?:l'antenne|le plateau|les ondes|le site)"
    r"|au micro|à l'antenne|interrogée?s? (?:par|sur)|invitée?s? (?:de|sur)|joint[e]?s? par|contactée?s? par|entretien[^.;«»]{0,30}? (?:à|au|avec|accordé[e]?[^.;]{0,20})"
    r"|interview[^.;«»]{0,30}? (?:à|au|avec|accordé[e]?[^.;]{0,20}))\W*(?:(?:de|du|des|d'|par|à|au|aux|avec|sur|l'agence|la chaîne|la radio|le journal|le quotidien|la|le|l'|les)\W*)*$"
)
_SELON = re.compile(
    r"\b(?:selon|d'après|à en croire|pour|citée?s? (?:par|dans)|relayée?s? par|révélée?s? par|rapportée?s? par|repérée?s? par|publiée?s? (?:par|dans)|évoquée?s? (?:par|dans)"
    r"|comme (?:le |l')?\w+|source ?:|sources? (?:de|d')|avec|informations? (?:de|du|d')|révélations? (?:de|du|d')|enquête (?:de|du|d')|article (?:de|du|d')|confrères (?:de|du|d')|consultée?s? par"
    r"|obtenue?s? par|dévoilée?s? par|indiquée?s? par|interrogée?s? par|rapport(?:e|ent|ait)|précise|indique|écrit|affirme|révèle|assure|explique|note|souligne|annonce|relate|raconte|signale|relève|pointe|selon les informations)\b"
    r"\W*(?:(?:de|du|des|d'|le|la|les|l'|les informations|l'agence|nos confrères|quotidien|journal|magazine|site|hebdomadaire|média|agence|chaîne|américaine?|britannique|français[e]?|allemande?|spécialisé|de presse|économique)\W*)*$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:,[^,.;]{0,80},)? (?:(?:a|ont|avait|avaient|lui|nous|se|s'est|en|y|n'|est) )*(?:(?:également|aussi|ainsi|encore|notamment|déjà) )?([\w'-]+)"
)


_STRICT = re.compile(
    r"\b(?:selon|d'après|citée?s? par|révélée?s? par|rapportée?s? par|publiée?s? (?:par|dans)|rapporte|révèle|affirme|confrères (?:de|du)|(?:le |au |du |la |par |l')?"
    r"(?:magazine|quotidien|journal|hebdomadaire|site|mensuel|revue|média|chaîne|agence)(?: \w+(?:ain|ais|ique|and|isé)e?)?) (?:de |du |le |la |l')?$",
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
    words = re.findall(r"[\w'-]+", before)[-5:]
    return any(
        (form := speech.forms().get(re.sub(r"-t?-?(?:il|elle|ils|elles)$", "", word.lower()))) is not None
        and "weak" not in form.uses
        for word in words
    )


def _plainly_outlet(before: str) -> bool:
    """A name that is a common word too: « du Monde » after « les colonnes », « selon Next », « le magazine Capital »."""
    return bool(_STRICT.search(before) or _VENUE.search(before)) or before.endswith(("au ", "Au ", "du "))


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
    if mention.ambiguous and not _plainly_outlet(before):
        return None
    for pattern in (_VENUE, _TO):
        match = pattern.search(before)
        if match and (pattern is _VENUE or _spoken(before[: match.start()])):
            return mention.start - len(before) + match.start(), mention.end
    return None


def _credit_span(reading: Reading, mention: OutletMention) -> Span | None:
    before = _before(reading, mention, 90)
    match = _SELON.search(before)
    if match and mention.ambiguous and not _plainly_outlet(before):
        return None
    if match:
        return mention.start - len(before) + match.start(), mention.end
    if _is_subject(reading, mention) and not mention.ambiguous:
        return mention.start, mention.end
    after = reading.plain[mention.end : mention.end + 3]
    if before.endswith("(") and after.startswith(")"):
        return mention.start, mention.end
    return None


def find(reading: Reading, own: str = "", quotes: tuple[QuoteSpan, ...] = ()) -> tuple[CitationSpan, ...]:
    """Places where another outlet than `own` is credited: by a phrase, or as the speaker of one of `quotes`."""
    found = []
    speakers = {quote.speaker for quote in quotes}
    for mention in mentions(reading):
        if own and names.key(mention.outlet) == names.key(own):
            continue
        span = _credit_span(reading, mention) or told_to_span(reading, mention)
        if span is None and mention.outlet in speakers and not mention.ambiguous:
            span = (mention.start, mention.end)
        if span is not None:
            found.append(CitationSpan(mention.outlet, reading.text[span[0] : span[1]], *span))
    return tuple(found)
