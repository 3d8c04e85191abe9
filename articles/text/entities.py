"""People, organisations, products and places that an article names.

Names are found by `names`; their kind is decided by votes over all the places where the article writes them: lexicons,
the words around (« la société X », « le PDG de X », « M. X », « baptisé X »), and the statistical model's label.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache

from articles.text import citations, names, speech, wordlists
from articles.text import entities_extents as extents
from articles.text.findings import EntitySpan, Span
from articles.text.reading import Reading

_TITLE = re.compile(r"(?:\b(?:M|MM|Mme|Mmes|Mlle|Dr|Pr|Me|Mgr|Sir|Monsieur|Madame|Maître|Lord)\.? )$")
_AGE = re.compile(r",? ?\(?\d{1,2} ans\b")
_VERSION = re.compile(r"(?:\b|[A-Za-z])\d+(?:[.,]\d+)*[A-Za-z]{0,2}$")
_LEGAL = re.compile(
    r"\b(?:SA|SAS|SARL|Inc|Ltd|LLC|Corp|Corporation|GmbH|AG|Group|Groupe|Labs?|Technologies|Technology|Media|"
    r"Networks?|Systems|Industries|Telecom|Partners|Capital|Ventures|University|Foundation|Institute|Bank"
    r"|Presse|Médias|Événements|Europe|Services|Solutions|Energy|Énergies?|Assurances?|Banque|Santé|Sports?|Next|Consulting"
    r"|Digital|International|Holding|Éditions|Productions?|Films|Immobilier|Logistics|Logistique|Aviation|Automobiles?"
    r"|Consultants|Conseil|Formation|Ingénierie|Engineering|Semiconductors?|Biotech|Therapeutics|Space|Aerospace|Motor"
    r"|Studios?|Entertainment|Records|Robotics|Security|Research|Company|Pharma|Airlines|Motors|Games)$"
)
_TAIL = re.compile(
    r"^(?:\d+ commentaires?|commentaires?(?: \(\d+\))?|laisser un commentaire|source link ?:.*"
    r"|sources? ?: ?https?:.*|copyright .*)$",
    re.IGNORECASE | re.MULTILINE,
)
_BYLINE = re.compile(
    r"(?:par|by|author|auteur|auteure|avec|propos recueillis par|publié par|photos?|crédits?|©)[ :]*$", re.IGNORECASE
)
_VERB_AFTER = re.compile(r" (?:a|ont|n'a|s'est|va|vient|veut|doit|lance|annonce|propose|prévoit|compte|était|avait)\b")
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_EVENT = re.compile(r" (?:Summit|Week|Weeks|Days?|Forum|Conference|Awards?|Expo|Show|Festival|Cup|Open|Tour|Congress)$")
_STOCK_CODE = re.compile(r"[A-Z]{2,6}\.[A-Z]{1,2}")
_COUNTED = re.compile(
    r"(?:vers|environ|les|des|près|plus|depuis|entre|dès|avant|après|total|article|étape|acte|phase|niveau|top|groupe"
    r"|lot|tome|chapitre|partie|zone|saison|épisode|version|page|question|règle|jour|type|classe|chambre|titre|annexe"
    r"|numéro|plan|lycée|terminal|porte|tour|bus|ligne|route|autoroute|salle|hall|stand|division"
    r"|bataillon|régiment) \d.*",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"[A-ZÀ-Ý][A-ZÀ-Ý&.-]*[A-Z0-9]+s?$")


@dataclass(slots=True)
class _Name:
    """One written form: where it stands and what speaks for each kind."""

    written: str
    mentions: list[Span] = field(default_factory=list)
    acronyms: set[str] = field(default_factory=set)
    votes: dict[str, float] = field(default_factory=lambda: defaultdict(float))


@cache
def _before(lexicon: str) -> re.Pattern[str]:
    forms = sorted((re.escape(line.replace("’", "'")) for line in wordlists.lines(lexicon)), key=len, reverse=True)
    joined = "|".join(forms)
    return re.compile(
        rf"(?:\b|^)(?:{joined})(?: de| d'| chez)?(?: la| le| l'| les)?(?: \w+(?:aine?|aise?|ienne?|ique"
        rf"|ois))? ?[«\"“]? ?$",
        re.I,
    )


@cache
def _after(lexicon: str) -> re.Pattern[str]:
    """« X, éditeur de logiciels », « X, une start-up »."""
    forms = [re.escape(line) for line in wordlists.lines(lexicon) if " de" not in line and line != "chez"]
    return re.compile(rf",? ?[,(] ?(?:la |le |l'|une? |deux |les |des )?(?:{'|'.join(forms)})s?\b", re.IGNORECASE)


@cache
def _role_before() -> re.Pattern[str]:
    forms = {form.strip() for row in wordlists.table("roles") for form in row}
    joined = "|".join(sorted((re.escape(form) for form in forms), key=len, reverse=True))
    return re.compile(rf"\b(?:{joined})(?: (?:du|de|des|d'|de l'|de la) ?[\w' -]{{2,40}}?| [\w-]+)?,? $")


@cache
def _role_right_before() -> re.Pattern[str]:
    forms = {form.strip() for row in wordlists.table("roles") for form in row}
    joined = "|".join(sorted((re.escape(form) for form in forms), key=len, reverse=True))
    return re.compile(rf"\b(?:le |la |l'|un |une )(?:ancien |ancienne |ex-)?(?:{joined}) $", re.IGNORECASE)


_NAMING = re.compile(
    r"\b(?:baptisée?s?|appelée?s?|nommée?s?|dénommée?s?|surnommée?s?|dubbed|intitulée?s?) ?[«\"“]? ?(?:le |la )?$"
)
_COMPANY_AFTER = re.compile(
    r",? (?:qui (?:développe|propose|édite|fabrique|commercialise|emploie|conçoit|produit|exploite|revendique)"
    r"|spécialisée? |spécialiste |basée? (?:à|en)|fondée? (?:en|par)|créée? (?:en|par)|filiale|a levé|lève"
    r"|a racheté|rachète|emploie|recrute|a embauché|va (?:supprimer|lever|racheter|licencier)|supprime"
    r"|développe|édite|commercialise|dirigée? par|présidée? par|cotée?|détenue? par|appartient)(?!\w)"
)
_COMPANY_BEFORE = re.compile(
    r"(?:filiale|rachat|actionnaire|clients?|capital|siège|usines?|locaux|dirigeants?|dirigeante?"
    r"|associée? (?:de|chez|du cabinet)|cotation|faillite|liquidation|chiffre d'affaires) (?:de |d'|du )?$"
    r"|(?:rachetée?|développée?|éditée?|gérée?|conçue?|fabriquée?|commercialisée?|exploitée?|commandée?) par $"
)
_AT_PLACE = re.compile(r"(?:\b(?:à|en|vers|près de|ville de|région de|capitale de|au nord de|au sud de|quartier de)) $")
_ENUMERATES = re.compile(r"(?:,| et| ou|, et|, ou|[^.;\n]{0,120} ;(?: et)?) (?:l'|la |le |les |de |d'|du )?")
_PERSON_AFTER = re.compile(
    r",? (?:PDG|directrice?(?:eur)?|présidente?|fondat|cofondat|co-fondat|ministre|députée?|sénat|professeur"
    r"|chercheu|avocate?|sociologue|maire|porte-parole|chef|secrétaire)"
)


def _capital_spans(reading: Reading) -> list[Span]:
    return list(names.capitals(reading.plain))


def body_end(plain: str) -> int:
    """Where the article stops and comments, sources or links begin."""
    match = _TAIL.search(plain)
    return match.start() if match else len(plain)


def _credited_starts(reading: Reading) -> set[int]:
    """Where an outlet is credited under a name that may also be somebody's (« selon Marianne »)."""
    starts = set()
    for mention in citations.mentions(reading):
        if mention.ambiguous and citations.credit_span(reading, mention):
            starts |= {mention.start, mention.end - len(mention.outlet.split()[-1])}
    return starts


_MODEL_WEIGHTS = {"person": 2.0, "place": 2.0, "organisation": 1.5, "product": 1.5}


class _Finder:
    """Gathers the names of one text and their votes."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.plain = reading.plain
        self.model = dict(names.model_names(reading.text))
        self.credited = _credited_starts(reading)
        self.lower_words = set(re.findall(r"(?<![\w-])[a-zà-ÿ][\w-]+", self.plain))
        self.found: dict[str, _Name] = {}

    def run(self) -> dict[str, _Name]:
        for span in self._spans():
            written = self.plain[span[0] : span[1]]
            name = self.found.setdefault(written, _Name(written))
            name.mentions.append(span)
            self._vote(name, span)
        return self.found

    def enumerations(self) -> list[list[_Name]]:
        """Names that stand in a row of three or more, parted by commas, semicolons or « et »."""
        places = sorted(
            ((span, name) for name in self.found.values() for span in name.mentions), key=lambda place: place[0]
        )
        rows: list[list[_Name]] = [[]]
        last = -1
        for (start, end), name in places:
            if last < 0 or not _ENUMERATES.fullmatch(self.plain[last:start]):
                rows.append([])
            rows[-1].append(name)
            last = end
        return [row for row in rows if len(row) > 2]

    def _spans(self) -> list[Span]:
        spans: list[Span] = []
        limit = body_end(self.plain)
        bodies = list(extents.bodies_in_lower_case(self.plain))
        spans += [span for span in bodies if span[0] < limit]
        for raw in _capital_spans(self.reading):
            if any(start <= raw[0] < end for start, end in bodies):
                continue
            cut = extents.without_starter(self.plain, raw)
            if cut is None or cut[0] >= limit or self._is_credit(cut):
                continue
            for piece in extents.parted(self.plain, cut):
                piece = self._with_particles(extents.without_role(self.plain, piece))
                piece = extents.without_version(self.plain, extents.with_tail(self.reading, piece, self.model))
                if self._is_name(piece):
                    spans.append(piece)
        kept: list[Span] = []
        for span in sorted(spans):
            if not kept or span[0] >= kept[-1][1]:
                kept.append(span)
        return kept

    def _is_name(self, span: Span) -> bool:
        written = self.plain[span[0] : span[1]]
        low = written.lower()
        if len(written) < 2 or low in names.demonyms() or low in names.starters() or written in names.common_acronyms():
            return False
        if re.match(r"CVE-\d", written) or _STOCK_CODE.fullmatch(written) or _COUNTED.fullmatch(written):
            return False
        if _EVENT.search(written) and names.key(written) not in names.known():
            return False
        if " " in written and all(word in names.not_names() for word in written.split()):
            return False
        if re.fullmatch(r"(?:France|Europe|Horizon|Paris|Vision|Agenda) 20\d\d", written):
            return False
        if re.fullmatch(rf"(?:{_MONTHS}|[TS][1-4]) \d+", low) or re.fullmatch(r"[TS][1-4] \d+", written):
            return False
        if self._is_byline(span) or (written in names.not_names() and not names.known().get(names.key(written))):
            return False
        if names.key(written) in names.known() or " " in written:
            return not (written.isupper() and len(written) > 12)
        before = self.plain[max(0, span[0] - 14) : span[0]]
        if extents.is_short_name_of_body(self.plain, span):
            return True
        if not extents.OPENS.search(before[-4:]) or _TITLE.search(before):
            return True
        return bool(_ACRONYM.match(written)) or (low not in self.lower_words and self._is_seen(span))

    def _with_particles(self, span: Span) -> Span:
        role = _role_right_before().search(self.plain[max(0, span[0] - 40) : span[0]]) is not None
        return names.with_particles(self.plain, span, self.model, role)

    def _is_credit(self, span: Span) -> bool:
        """« (Photo X. AFP) », « X / AFP », « Par X, Y »: who took or wrote, not what is told."""
        line_start, line_end = self.reading.paragraph_of(span[0])
        line = self.plain[line_start:line_end]
        before = self.plain[max(line_start, span[0] - 12) : span[0]]
        signed = (
            re.match(r"(?:Par|By|Propos recueillis par) [A-ZÀ-Ý]", line) is not None
            and len(line) < 140
            and not line.rstrip().endswith(".")
        )
        return (
            signed
            or re.search(r"(?:/ ?|\bPhotos?:? |© ?|\(c\) ?|Crédits?:? ?)$", before) is not None
            or (
                re.match(r" ?/ ?[A-Z]", self.plain[span[1] : span[1] + 4]) is not None
                and self.plain[span[0] : span[1]].isupper()
            )
        )

    def _is_byline(self, span: Span) -> bool:
        """A line that only signs the article or credits a picture."""
        line_start, line_end = self.reading.paragraph_of(span[0])
        before, after = self.plain[line_start : span[0]], self.plain[span[1] : line_end]
        return len(after.strip()) < 25 and _BYLINE.fullmatch(before.strip()) is not None

    def _is_seen(self, span: Span) -> bool:
        """A lone word at the head of a sentence: named elsewhere too, or a name to the model (a person needs two)."""
        written = re.escape(self.plain[span[0] : span[1]])
        if re.search(rf"[\w,'] {written}(?!\w)", self.plain):
            return True
        if re.search(r"\d|[a-z][A-Z]", self.plain[span[0] : span[1]]):
            return True
        return (
            self._model_kind(span) in ("organisation", "product", "place")
            and _VERB_AFTER.match(self.plain, span[1]) is not None
        )

    def _model_kind(self, span: Span) -> str:
        best, kind = 0.0, ""
        for (start, end), label in self.model.items():
            shared = min(end, span[1]) - max(start, span[0])
            if shared > 0 and shared / (max(end, span[1]) - min(start, span[0])) > max(best, 0.5):
                best, kind = shared / (max(end, span[1]) - min(start, span[0])), label
        return kind

    def _vote(self, name: _Name, span: Span) -> None:
        votes = name.votes
        before, after = self.plain[max(0, span[0] - 60) : span[0]], self.plain[span[1] : span[1] + 40]
        model = self._model_kind(span)
        if model:
            votes[model] += _MODEL_WEIGHTS[model] if " " in name.written or model != "person" else 0.9
        if model == "product":
            votes["organisation"] += 0.7
        entry = names.known().get(names.key(name.written))
        if entry is None and names.key(name.written) in names.surnames():
            votes["person"] += 3
        if entry is not None and not entry.ambiguous:
            votes["organisation" if entry.kind == "outlet" else entry.kind] += 3
        elif _ACRONYM.fullmatch(name.written) and len(name.written) <= 6:
            votes["product" if re.search(r"\d", name.written) else "organisation"] += 1.5
        if span[0] in self.credited:
            votes["organisation"] += 8
        if len(name.mentions) == 1:
            self._vote_form(name)
        acronym = extents.SHORT_NAME.match(after)
        if acronym and any(word[0] == acronym[1][0] for word in wordlists.unaccented(name.written).upper().split()):
            name.acronyms.add(acronym[1])
        if extents.is_short_name_of_body(self.plain, span):
            votes["organisation"] += 3
        if _TITLE.search(before):
            votes["person"] += 6
        elif _role_before().search(before) and name.written.count(" "):
            votes["person"] += 4 if _role_right_before().search(before) else 3
        if _AGE.match(after) or _PERSON_AFTER.match(after):
            votes["person"] += 2
        if _after("organisation_nouns_before").match(after):
            votes["organisation"] += 2.5
        elif _after("product_nouns").match(after):
            votes["product"] += 2
        if _before("organisation_nouns_before").search(before):
            votes["organisation"] += 3
        if _COMPANY_AFTER.match(after) or _COMPANY_BEFORE.search(before):
            votes["organisation"] += 2
        if _before("product_nouns").search(before):
            votes["product"] += 2.5
        if _NAMING.search(before):
            votes["product"] += 2
        if _AT_PLACE.search(before):
            votes["place"] += 1.5
        self._vote_verb(votes, after)

    def _vote_verb(self, votes: dict[str, float], after: str) -> None:
        match = re.match(r" (?:(?:a|ont|avait|n'a pas|a été|s'est|va|vient|veut|vient de) )?(\w+)", after)
        form = speech.forms().get(match.group(1).lower()) if match else None
        if form and "que" in form.uses:
            votes["organisation"] += 0.7
            votes["person"] += 0.5

    def _vote_form(self, name: _Name) -> None:
        votes, written = name.votes, name.written
        entry = names.known().get(names.key(written))
        if entry is not None:
            kind = "organisation" if entry.kind == "outlet" else entry.kind
            votes[kind] += 1 if entry.ambiguous else 8
        words = written.split()
        if entry is not None and entry.kind == "outlet":
            votes["product"] = 0.0
        if re.match(r"[A-Z]{3,5} [A-ZÀ-Ý]", written) or re.fullmatch(r"U[A-Z]?[A-ZÀ-Ý][a-zà-ÿ]{3,}", written):
            votes["organisation"] += 2
        first = names.first_name_kind(words[0])
        if first and len(words) == 1 and entry is None:
            votes["person"] += 1
        if first and len(words) > 1:
            votes["person"] += 4
        if words[0].lower() in wordlists.words("organisation_heads"):
            votes["organisation"] += 5
        if _LEGAL.search(written):
            votes["organisation"] += 3
        if _VERSION.search(written) and not written.isdigit():
            votes["product"] += 3
        if entry is None and _ACRONYM.fullmatch(written) and len(written) <= 7 and written.isalpha():
            votes["organisation"] += 2.5
        head = names.known().get(names.key(words[0]))
        if entry is None and head and len(words) > 1 and head.kind == "product":
            votes["product"] += 2.5


def _kind(votes: dict[str, float]) -> str:
    best = max(votes, key=lambda kind: votes[kind], default="")
    return best if best and votes[best] >= 1.4 else ""


def _same(kind: str, short: str, full: str) -> bool:
    """Whether `short` may be another way to write `full`, of the same kind."""
    a, b = names.key(short).split(), names.key(full).split()
    if a == b or "".join(a) == "".join(b):
        return True
    if kind == "person":
        return len(a) < len(b) and (b[-len(a) :] == a or (len(a) == 1 and b[0] == a[0]))
    if kind == "organisation":
        if len(a) == 1 and len(b) > 1 and a[0] == b[0] and names.known().get(a[0]) is None:
            return True
        suffixes = ("ai", "group", "groupe", "inc", "sa", "corp", "labs", "france", "technologies")
        return len(b) == len(a) + 1 and b[: len(a)] == a and b[-1] in suffixes
    return False


def _share_votes(found: dict[str, _Name]) -> None:
    """« MistralAI », « Mistral AI » and « mistral ai » are one name: their votes count for all."""
    together: dict[str, list[_Name]] = defaultdict(list)
    for name in found.values():
        together[names.key(name.written).replace(" ", "")].append(name)
    for group in together.values():
        total: dict[str, float] = defaultdict(float)
        for name in group:
            for kind, weight in name.votes.items():
                total[kind] += weight
        for name in group:
            name.votes = total


def _level(together: list[_Name]) -> None:
    """« Bioptimus, Mistral et Nabla »: the members of an enumeration are of one kind, that of most of them."""
    kinds = Counter(_kind(name.votes) for name in together)
    kinds.pop("", None)
    for kind, count in kinds.most_common(1):
        for name in together:
            if count >= 2 and len(together) - count <= count:
                name.votes[kind] += 1.5


def _settle_heads(by_kind: dict[str, list[_Name]]) -> None:
    """« la Commission », « Hydro »: the first word of a body named in full is that body; a bare noun else is nobody."""
    bodies = {names.key(name.written).split()[0] for name in by_kind["organisation"] if not name.written.isalpha()}
    for kind in list(by_kind):
        for name in list(by_kind[kind]):
            key = names.key(name.written)
            if " " in key or key in names.known():
                continue
            if kind != "organisation" and key in bodies and not names.first_name_kind(name.written):
                by_kind["organisation"].append(name)
                by_kind[kind].remove(name)
            elif kind == "organisation" and key not in bodies and key in _unaccented_heads():
                by_kind[kind].remove(name)


@cache
def _unaccented_heads() -> frozenset[str]:
    return frozenset(map(wordlists.unaccented, wordlists.words("organisation_heads")))


def _grouped(found: dict[str, _Name], listed: list[list[_Name]]) -> list[tuple[str, list[_Name]]]:
    """Names of one kind that are one thing, the fullest first."""
    by_kind: dict[str, list[_Name]] = defaultdict(list)
    _share_votes(found)
    _lend_kinds(found)
    for names_together in listed:
        _level(names_together)
    for name in found.values():
        if kind := _kind(name.votes):
            by_kind[kind].append(name)
    _settle_heads(by_kind)
    groups: list[tuple[str, list[_Name]]] = []
    for kind, entries in by_kind.items():
        for name in sorted(entries, key=lambda entry: (-len(entry.written.split()), entry.mentions[0])):
            home = next(
                (group for k, group in groups if k == kind and any(_same_thing(kind, name, o) for o in group)), None
            )
            if home is not None:
                home.append(name)
            else:
                groups.append((kind, [name]))
    return groups


def _same_thing(kind: str, name: _Name, other: _Name) -> bool:
    if _same(kind, name.written, other.written) or name.written in other.acronyms or other.written in name.acronyms:
        return True
    one, two = (names.known().get(names.key(entry.written)) for entry in (name, other))
    return one is not None and two is not None and one.name == two.name and one.kind == two.kind


def _lend_kinds(found: dict[str, _Name]) -> None:
    """A surname alone is the person whose full name the article gives."""
    people = [name for name in found.values() if _kind(name.votes) == "person" and " " in name.written]
    for name in found.values():
        if " " in name.written:
            continue
        if names.known().get(names.key(name.written)) is None and any(
            _same("person", name.written, p.written) for p in people
        ):
            name.votes["person"] += 6 * len(name.mentions)


def _display(reading: Reading, group: list[_Name]) -> str:
    entry = names.known().get(names.key(group[0].written))
    start, end = group[0].mentions[0]
    if entry is not None and entry.kind == "outlet":
        return entry.name
    return reading.text[start:end]


def find(reading: Reading, own: str = "") -> tuple[EntitySpan, ...]:
    """Every named thing of the text, in order of first mention; `own` is the outlet itself, which is left out."""
    finder = _Finder(reading)
    found = {written: name for written, name in finder.run().items() if names.key(written) != names.key(own)}
    entities = [
        EntitySpan(_display(reading, group), kind, tuple(sorted(span for name in group for span in name.mentions)))
        for kind, group in _grouped(found, finder.enumerations())
    ]
    return tuple(sorted(entities, key=lambda entity: entity.mentions[0]))
