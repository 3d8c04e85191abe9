"""The lines of a loose document that speak of it: labelled fields, dates and signatures alone on a line, outlets."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

from articles.text import wordlists
from articles.text.typography import fold, words

_LABELLED = re.compile(r"^\W{0,3}([^\W\d_][\w’' -]{0,30}?)[\s\u00a0\u202f]*[:：][\s\u00a0\u202f]*(\S.*)$")
_LONGEST_VALUE = 300
_NEWSPAPER = re.compile(
    r"^(?:Le |La |Les |L['’]|The )[A-ZÀ-Ý][\w-]*"
    r"(?:\s(?:(?:du|de|des|la|le|les|et|of|and)\s|[dl]['’])*[A-ZÀ-Ý][\w-]*){0,3}$"
)
_DATE_FIRST = re.compile(r"^\s*date[\s\u00a0:]+((?:19|20)\d{2}(?:-\d{2}){0,2})(?:[\s\u00a0]+|$)", re.I)
_FOLLOW = re.compile(
    r"\b(?:sur|de|du|d['’]|à|au|avec|newsletter|chez|suivez|suivre|rejoignez|soutenez)\s*"
    r"((?:(?:[Ll]e|[Ll]a|[Ll]es|[Ll]['’])\s?)?[A-ZÀ-Ý0-9][\w.’'-]*(?:\s(?:(?:du|de|des|la|le|les|l['’]|d['’])\s?)*[A-ZÀ-Ý0-9][\w.’'-]*)*)"
)


@cache
def _fields() -> dict[str, str]:
    """Each label and the field it stands for."""
    pairs = (line.partition(":") for line in wordlists.lines("document_labels"))
    return {label.strip(): field for field, _, labels in pairs for label in labels.split(",")}


def labelled(line: str) -> tuple[str, str]:
    """The field and value of a line like « Author : Anne Martin », or ("", "")."""
    match = _LABELLED.match(line)
    field = _fields().get(fold(match[1]), "") if match else ""
    if not match or not field or len(match[2]) > _LONGEST_VALUE:
        return "", ""
    return field, match[2].strip()


def leading_date(text: str) -> tuple[str, str]:
    """The date with which a text opens (« date 2024-02 Microsoft a annoncé… ») and the text after it."""
    match = _DATE_FIRST.match(text)
    return (match[1], text[match.end() :]) if match else ("", text)


@cache
def _outlets() -> dict[str, str]:
    """Known outlets by every way to write them, joined and folded."""
    known: dict[str, str] = {}
    for name, others, *_ in wordlists.table("outlets"):
        for alias in [name, *others.split(",")]:
            if key := "".join(words(alias)):
                known.setdefault(key, name)
    return known


def known_outlet(line: str) -> str:
    """The line itself when it is the name of an outlet, else ""."""
    return line if "".join(words(line)) in _outlets() else ""


def looks_like_outlet(line: str) -> bool:
    """Whether a line alone reads as a newspaper's name: an article and words that all have a capital."""
    return len(line) <= 40 and bool(_NEWSPAPER.match(line))


def outlet_of_address(address: str, names: list[str]) -> str:
    """Which of `names` the host of an address spells (« L’Express » for lexpress.fr), else the known outlet there."""
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    spelt = "".join(words(host.rsplit(".", 1)[0]))
    for name in names:
        key = words(name)
        if spelt and spelt in ("".join(key), "".join(key[1:]) if key and key[0] in ("l", "le", "la", "les") else ""):
            return name
    return _outlets().get("".join(words(host)), _outlets().get(spelt, ""))


def outlet_in(line: str) -> str:
    """The outlet that a line of promotion speaks for (« ne manquez rien de L’Écho du Code »), or ""."""
    platforms = wordlists.words("platforms")
    for match in _FOLLOW.finditer(line):
        name = match[1].strip(" .,’'")
        if fold(name) not in platforms and fold(name).split()[0] not in platforms and len(name) > 3:
            return re.sub(r"^(?:le|la|les)\s|^l['’]", "", name)
    return ""
