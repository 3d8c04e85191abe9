"""Who signed an article: people apart from agencies, collective signatures and the outlet itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from typing import TypeAlias

from lxml import html

from articles.text import wordlists
from articles.text.page_body import Near
from articles.text.page_bylines import is_byline, is_date_line, is_dated
from articles.text.page_metadata import Metadata, is_outlet, texts
from articles.text.page_names import name_of
from articles.text.page_phrases import names as names_in
from articles.text.page_tree import HEADINGS, Leaf
from articles.text.typography import fold, tidy, words
from articles.text.wordlists import lines

Element: TypeAlias = html.HtmlElement
_METAS = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "creator", "parsely-author",
    "sailthru.author", "cxenseparse:author", "og:article:author", "byl", "authors", "article.author",
)  # fmt: skip
_LEAD = re.compile(
    r"^\W*(?:(?:article|texte|tribune|chronique|un (?:texte|documentaire|article|reportage)|reportage|propos|traduction"
    r"|photos?|dossier|video|images?)\s+)*"
    r"(?:(?:ecrit|redige|publie|recueillis?|realises?|traduit|signe|posted|written|published|prepare|present|propose)e?s?\s+)*"
    r"(?:(?:par|by|de|from)\b|auteure?s?\s*:|textes?\s*:|autrice\s*:|author\s*:|redaction\s*:)\s*",
    re.I,
)
_PROPOS = re.compile(r"propos recueillis par|recueillis? par|\btexte par\b", re.I)
_CUT = re.compile(
    r"\s*(?:\b(?:publie|mis a jour|le \d|il y a|temps de lecture|lecture|posted|on \d|updated|\d{1,2}[/.]\d{1,2}|"
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|\d{1,2} \w+ \d{4})).*$",
    re.I,
)
_CONTACT = re.compile(r"\S+@\S+\.\w+|https?://\S+|www\.\S+|@\w+|\([^)]*\)|\[[^\]]*\]|\(.*$")
_LINE = 400
"""Characters of a line that may be a name or a date; in a single word of 200 kB contacts are sought for minutes."""
_ADDRESS = re.compile(r"https?:|\bwww\.|^@")
"""What a stated author holds when it is a site or an account."""
_INSIDE = re.compile(r"\((?:avec|et|with|and)\s+([^)]*)\)", re.I)
_BAR = re.compile(r"\s*[|•·]\s*|\s[–—-]\s|\n")
_SPLIT = re.compile(r"\s*(?:[,;/&+\n]|\bet\b|\band\b|\bpuis\b)\s*")
_WITH = re.compile(r"\s+(?:avec|with)\s+|^avec\s+", re.I)
_PARTICLES = frozenset((
    "de", "du", "des", "d", "la", "le", "les", "l", "van", "von", "der", "den", "ten", "ter", "el", "al", "ben", "bin",
    "ibn", "di", "da", "dos", "del", "della", "y", "e", "o",
))  # fmt: skip
_ARTICLES = frozenset(("le", "la", "les", "un", "une", "the"))
_ELIDED = re.compile(r"[dDlLoO]['’][A-ZÀ-Ý]")
_LABELS = frozenset(
    ("auteur", "auteurs", "auteure", "autrice", "par", "by", "author", "authors", "texte", "redaction", "de")
)


@dataclass(frozen=True, slots=True)
class Signed:
    people: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()


@cache
def _agencies() -> frozenset[str]:
    """Agencies by every way to write them, and the signatures of nobody in particular."""
    named = [alias for name, others, *_ in wordlists.table("agencies") for alias in (name, *others.split(","))]
    return frozenset(fold(entry) for entry in (*named, *lines("collective_signatures")) if entry)


@cache
def _collective() -> frozenset[str]:
    return frozenset(lines("collective_words"))


@cache
def _functions() -> frozenset[str]:
    return frozenset(lines("byline_words"))


def is_person(name: str) -> bool:
    """Whether the words look like one person's name: two to five, each capitalised, none of an organisation."""
    tokens = re.findall(r"[^\W\d_][\w'’.]*", name)
    if not 2 <= len(tokens) <= 6 or len(name) > 50 or re.search(r"\d", name):
        return False
    folded = fold(name)
    surnames = words(folded.removeprefix("france "))  # also a first name
    if folded in _agencies() or not _collective().isdisjoint(surnames):
        return False
    capitals = [token for token in tokens if token[0].isupper() or _ELIDED.match(token)]
    plain = all(token in capitals or token.lower() in _PARTICLES for token in tokens)
    return len(capitals) >= 2 and plain and tokens[0].lower() not in _ARTICLES


def names(line: str) -> Signed:
    """The people and the credits that one signature names (« Par Anne Martin, à Lyon, et Luc Petit (avec AFP) »)."""
    people: list[str] = []
    credits_: list[str] = []
    for part in _signatures(_INSIDE.sub(r", \1", line)):
        for piece in _SPLIT.split(tidy(_CONTACT.sub(" ", part))):
            _sort(piece, people, credits_)
    return Signed(_once(people), _once(credits_))


def _signatures(line: str) -> list[str]:
    """The parts of a line that sign, without « Par » before and the date after: all of them when none says « Par »."""
    parts = [part for part in _BAR.split(line) if part]
    led = [part for part in parts if _LEAD.match(_plain(part)) or _PROPOS.search(_plain(part))]
    return [_stripped(part) for part in led or parts]


def _plain(text: str) -> str:
    """The text folded where that keeps its length, so that places found in it are places in the text."""
    folded = fold(text)
    return folded if len(folded) == len(text) else text.lower()


def _stripped(part: str) -> str:
    plain = _plain(part)
    lead = _PROPOS.search(plain) or _LEAD.match(plain)
    if lead:
        part, plain = part[lead.end() :], plain[lead.end() :]
    cut = _CUT.search(plain)
    return part[: cut.start()] if cut else part


def _sort(piece: str, people: list[str], credits_: list[str]) -> None:
    """Put one name among the people or the credits, or nowhere when it is a place or a function."""
    first, *rest = _WITH.split(piece)
    person = _leading_name(first)
    if is_person(person):
        people.append(person)
        credits_ += [one for one in rest if one]
    elif _is_signature(piece):
        credits_.append(piece.strip(" .:-–—"))


def _undoubled(name: str) -> str:
    """« Anne Martin Anne Martin », as a page with a picture and a link gives it, once."""
    half, odd = divmod(len(tokens := name.split()), 2)
    same = not odd and words(" ".join(tokens[:half])) == words(" ".join(tokens[half:]))
    return " ".join(tokens[:half]) if same else name


def _leading_name(piece: str) -> str:
    """The run of capitalised words and particles with which the piece starts."""
    kept: list[str] = []
    for token in piece.split():
        word = token.strip(".,:;\u00a0\u202f")
        if not word:
            break
        initial = word[:1].isupper() or word.lower() in _PARTICLES or _ELIDED.match(word)
        if not initial or (fold(word) in _functions() and word.lower() not in _PARTICLES):
            break
        kept.append(token.strip(",:;"))
    while kept and kept[-1].lower() in _PARTICLES:
        kept.pop()
    return _undoubled(" ".join(kept))


def _is_signature(piece: str) -> bool:
    """Whether words that name no person sign all the same: not a place, a function or a label."""
    text = piece.strip()
    if all(word in _functions() for word in words(text)) and fold(text) not in _agencies():
        return False
    return (
        bool(text)
        and len(text) <= 60
        and (text[0].isupper() or text[0].isdigit() or " " not in text or bool(_WITH.search(text)))
        and len(words(text)) <= 8
    )


def _once(values: list[str]) -> tuple[str, ...]:
    return tuple({" ".join(words(value)): value for value in reversed(values)}.values())[::-1]


def read(tree: Element, found: Metadata, near: Near, inside: list[Leaf], outlet: str, url: str) -> Signed:
    """Who signed. People: those of the line above the text that says « Par », else of JSON-LD, else of an element above
    the text that is named signature, else of meta elements, else of the same below the text, where other articles may
    be announced, else a name that stands alone; a source that names more people is believed over one that names some
    of them. Credits: those that the page shows first.
    """
    above, below = _shown(near.head), _shown(near.tail)
    linked = _merged(texts(found.article.get("author")))
    meta = _merged([found.meta(key) for key in _METAS if found.meta(key)][:1] or _microdata(tree))
    led = [signed for line in _led(near.head) if (signed := names(line)).people][:1]
    sources = [*led, linked, *above, meta, *below]
    candidates = [people for one in sources if (people := _without_outlet(one.people, outlet, url))]
    candidates += [*_beside_date(near.head), *_signing_off(inside)]
    people = candidates[0] if candidates else ()
    people = next((more for more in candidates if set(_keys(more)) > set(_keys(people))), people)
    credits_ = next((one.credits for one in [*above, *below, linked, meta] if one.credits), ())
    if not people and not credits_:
        credits_ = next((one.people for one in sources if one.people), ())
    return Signed(people, tuple(credit for credit in credits_ if credit not in people))


def _shown(near: list[Leaf]) -> list[Signed]:
    return [names(line) for line in _bylines(near)]


def _microdata(tree: Element) -> list[str]:
    """The names in the first element marked up as the author."""
    for element in tree.iter("span", "div", "p", "a", "meta", "address"):
        if element.get("itemprop") == "author":
            inner = [
                one.get("content") or "".join(one.itertext()) for one in element.iter() if one.get("itemprop") == "name"
            ]
            return [tidy(text) for text in inner or [element.get("content") or "".join(element.itertext())][:150]]
    return []


def _beside_date(near: list[Leaf]) -> list[tuple[str, ...]]:
    """The name that stands alone on the line before the date, or on the one after it."""
    lines_ = [(tidy(_CONTACT.sub("", leaf.text[:_LINE])), leaf.tag not in HEADINGS) for leaf in near]
    found: list[tuple[str, ...]] = [
        (name,)
        for (one, plain), (other, also) in pairwise(lines_)
        for name, beside, usual in ((one, other, plain), (other, one, also))
        if usual and is_person(name) and is_dated(beside) and (is_byline(beside) or is_date_line(beside))
    ]
    return found[:1]


def _signing_off(inside: list[Leaf]) -> list[tuple[str, ...]]:
    """The names that stand alone under a paragraph well inside the text, if they are one line only."""
    found = [
        leaf.text
        for before, leaf in pairwise(inside[max(0, len(inside) // 3 - 1) :])
        if leaf.tag in ("p", "div", "td") and is_person(leaf.text) and not leaf.text.isupper() and len(before.text) > 60
    ]
    return [tuple(found)] if len(found) == 1 else []


def _without_outlet(people: tuple[str, ...], outlet: str, url: str) -> tuple[str, ...]:
    own = set(words(outlet))
    return tuple(name for name in people if not (set(words(name)) <= own if own else is_outlet(name, "", url)))


def _keys(values: tuple[str, ...]) -> list[str]:
    return [" ".join(words(value)) for value in values]


def _merged(values: list[str]) -> Signed:
    found = [names(value) for value in values if value and not _ADDRESS.search(value)]
    return Signed(
        _once([name for one in found for name in one.people]), _once([name for one in found for name in one.credits])
    )


def _bylines(near: list[Leaf]) -> Iterator[str]:
    """The signatures shown around the article: elements named so, then lines that open like one."""
    seen: set[Element] = set()
    for leaf in near:
        for element in _signing(leaf):
            if element not in seen:
                seen.add(element)
                yield tidy(" ".join(element.itertext()))
    yield from _led(near)


def _led(near: list[Leaf]) -> Iterator[str]:
    """The lines that say that they sign: « Par Anne Martin », or « Auteur » above a name."""
    for leaf, following in pairwise([*near, near[-1]] if near else []):
        if fold(leaf.text).strip(" :") in _LABELS and names(following.text).people:
            yield following.text
        elif is_byline(leaf.text):
            yield leaf.text


def _signing(leaf: Leaf) -> Iterator[Element]:
    """The elements around and inside a leaf that are named as a signature and hold no more than one."""
    above = [leaf.element, *islice(leaf.element.iterancestors(), 3)]
    for element in [*reversed(above), *islice(leaf.element.iterdescendants(), 40)]:
        name = name_of(element)
        signs = "author" in (element.get("rel") or "").split() or names_in("signature_names").found_in(name)
        if (
            signs
            and not names_in("signature_side_names").found_in(name)
            and 0 < len(tidy("".join(element.itertext()))) <= 150
        ):
            yield element
