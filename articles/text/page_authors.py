"""Who signed an article: people apart from agencies, collective signatures and the outlet itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lxml import html

from articles.text.page_bylines import is_byline
from articles.text.page_metadata import Metadata, is_outlet, texts
from articles.text.page_names import name_of
from articles.text.page_phrases import lines
from articles.text.page_tree import Leaf
from articles.text.typography import fold, tidy, words

Element = html.HtmlElement
_METAS = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "creator", "parsely-author", "sailthru.author",
    "cxenseparse:author", "og:article:author", "byl", "authors", "article.author", "twitter:data1",
)  # fmt: skip
_SIGNED = re.compile(r"(?<!\S)(author|authors|auteur|auteurs|autrice|byline|bylines|signature|signatures|signed|writer|journaliste|redacteur)(?!\S)")
_ABOUT = re.compile(r"(?<!\S)(bio|biography|box|comment|comments|related|avatar|date|list|follow|image|photo|role|function|fonction|job|desc|description)(?!\S)")
_LEAD = re.compile(
    r"^\W*(?:(?:article|texte|tribune|chronique|un (?:texte|documentaire|article|reportage)|reportage|propos|traduction|photos?|dossier|video|images?)\s+)*"
    r"(?:(?:ecrit|redige|publie|recueillis?|realises?|traduit|signe|posted|written|published|prepare|present|propose)e?s?\s+)*"
    r"(?:(?:par|by|de|from)\b|auteure?s?\s*:|autrice\s*:|author\s*:|redaction\s*:)\s*",
    re.I,
)
_PROPOS = re.compile(r"propos recueillis par|recueillis? par|\btexte par\b", re.I)
_CUT = re.compile(
    r"\s*(?:[|•·]|\s[–—-]\s|\b(?:publie|mis a jour|le \d|il y a|temps de lecture|lecture|posted|on \d|updated|\d{1,2}[/.]\d{1,2}|"
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|\d{1,2} \w+ \d{4})).*$",
    re.I,
)
_CONTACT = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|(?<!\w)@\w+|\([^)]*\)|\[[^\]]*\]|\(.*$")
_SPLIT = re.compile(r"\s*(?:[,;/&+\n]|\bet\b|\band\b|\bpuis\b)\s*")
_WITH = re.compile(r"\s+(?:avec|with)\s+|^avec\s+", re.I)
_PARTICLES = frozenset("de du des d la le les l van von der den ten ter el al ben bin ibn di da dos del della y e o".split())
_SHORT_NAME = re.compile(r"^[A-ZÀ-Ý]\.?$")
_COLLECTIVE = re.compile(
    r"\b(redac(?:tion)?|afp|reuters|agence|service|equipe|journal|magazine|collectif|association|desk|editorial|staff|admin|"
    r"news|presse|press|radio|tv|media|medias|info|infos|france|international|economie|monde|web|videos?|photos?|blog|"
    r"com|fr|org|net|contenu|partenaire|communique|membres?|lecteurs?|abonnes?|inc|sarl|group|groupe|institut|universite)\b"
)


@dataclass(frozen=True, slots=True)
class Signed:
    people: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()


@cache
def _agencies() -> frozenset[str]:
    return frozenset(fold(entry) for entry in lines("agencies.txt"))


def is_person(name: str) -> bool:
    """Whether the words look like one person's name: two to five, each capitalised, none of an organisation."""
    tokens = re.findall(r"[^\W\d_]+", name)
    if not 2 <= len(tokens) <= 6 or len(name) > 50 or re.search(r"\d", name):
        return False
    folded = fold(name)
    if folded in _agencies() or _COLLECTIVE.search(folded):
        return False
    capitals = [token for token in tokens if token[0].isupper()]
    return len(capitals) >= 2 and all(token[0].isupper() or token.lower() in _PARTICLES for token in tokens)


def names(line: str) -> Signed:
    """The people and the credits that one signature names (« Par Anne Martin, à Lyon, et Luc Petit (avec AFP) »)."""
    agencies = [inner for inner in re.findall(r"\(([^)]*)\)", line) if fold(inner.removeprefix("avec ")) in _agencies()]
    bare = tidy(_CONTACT.sub(" ", line))
    bare = _stripped(bare)
    people: list[str] = []
    credits_: list[str] = [one.removeprefix("avec ").strip() for one in agencies]
    for piece in _SPLIT.split(bare):
        first, *rest = _WITH.split(piece)
        person = _leading_name(first)
        if is_person(person):
            people.append(person)
            credits_ += [one for one in rest if one]
        elif _is_signature(piece):
            credits_.append(piece.strip(" .:-–—"))
    return Signed(_once(people), _once(credits_))


def _stripped(line: str) -> str:
    """Without « Par » and the like before, dates and reading times after."""
    folded = fold(line)
    if len(folded) != len(line):  # ligatures change the length: fold cannot be used as a map
        folded = line.lower()
    if match := _PROPOS.search(folded):
        line, folded = line[match.end() :], folded[match.end() :]
    elif match := _LEAD.match(folded):
        line, folded = line[match.end() :], folded[match.end() :]
    cut = _CUT.search(folded)
    return line[: cut.start()] if cut else line


def _leading_name(piece: str) -> str:
    """The run of capitalised words and particles with which the piece starts."""
    kept: list[str] = []
    for token in piece.split():
        word = token.strip(".,:;\u00a0\u202f")
        if not word:
            break
        initial = word[:1].isupper() or word.lower() in _PARTICLES or re.match(r"(?:d|l|o)['’][A-ZÀ-Ý]", word)
        if not initial:
            break
        kept.append(token.strip(",:;"))
    while kept and kept[-1].lower() in _PARTICLES:
        kept.pop()
    return _cased(" ".join(kept))


def _cased(name: str) -> str:
    return name


def _is_signature(piece: str) -> bool:
    text = piece.strip()
    return bool(text) and len(text) <= 60 and (text[0].isupper() or text[0].isdigit() or " " not in text) and len(words(text)) <= 8


def _once(values: list[str]) -> tuple[str, ...]:
    return tuple({" ".join(words(value)): value for value in reversed(values)}.values())[::-1]


def read(tree: Element, found: Metadata, near: list[Leaf], outlet: str, url: str) -> Signed:
    """Who signed: JSON-LD's people, unless the visible byline names more; metas and credits where nobody else does."""
    stated = [_merged(texts(found.article.get("author"))), _merged([found.meta(key) for key in _METAS if found.meta(key)][:1])]
    shown = [names(line) for line in _bylines(tree, near)]
    sources = [_without_outlet(one, outlet, url) for one in [*stated, *shown]]
    people = next((one.people for one in sources if one.people), ())
    for one in sources[len(stated) :]:
        if set(_keys(one.people)) > set(_keys(people)):
            people = one.people
    credits_ = next((one.credits for one in [*sources[len(stated) :], *sources] if one.credits), ())
    if not people and not credits_:
        credits_ = next((one.credits for one in [*shown, *stated] if one.credits), ())
    return Signed(people, tuple(credit for credit in credits_ if credit not in people))


def _keys(values: tuple[str, ...]) -> list[str]:
    return [" ".join(words(value)) for value in values]


def _merged(values: list[str]) -> Signed:
    found = [names(value) for value in values if value and not value.startswith(("http", "@", "www."))]
    return Signed(_once([name for one in found for name in one.people]), _once([name for one in found for name in one.credits]))


def _without_outlet(signed: Signed, outlet: str, url: str) -> Signed:
    return Signed(
        tuple(name for name in signed.people if not is_outlet(name, outlet, url)),
        tuple(name for name in signed.credits if not is_outlet(name, outlet, url)),
    )


def _bylines(tree: Element, near: list[Leaf]) -> Iterator[str]:
    """The signatures that the page shows: elements named so, then lines that open like one."""
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("meta", "link", "script", "body", "html"):
            continue
        rel = (element.get("rel") or "").split()
        name = name_of(element)
        if ("author" in rel or _SIGNED.search(name)) and not _ABOUT.search(name):
            text = tidy(" ".join(element.itertext()))
            if 0 < len(text) <= 150 and (words(text)):
                yield text
    for leaf in near:
        if is_byline(leaf.text):
            yield leaf.text
