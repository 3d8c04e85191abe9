"""A loose text (pasted, syndicated, mailed) as an `ExtractedPage`.

Such texts carry their facts as labelled lines before or behind the text (« Publish date : … »), navigation before it,
and newsletters, comments and trailers after it. Lines are read from both ends towards the prose in the middle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from articles.text import language, page_authors, sentences
from articles.text.document_fields import (
    known_outlet,
    labelled,
    leading_date,
    looks_like_outlet,
    outlet_in,
    outlet_of_address,
)
from articles.text.page_bylines import is_byline, is_credit, is_date_line, is_picture_credit
from articles.text.page_metadata import web_address
from articles.text.page_phrases import is_call_to_follow, is_comment_count, phrases
from articles.text.spans import Block, ExtractedPage
from articles.text.typography import fold, tidy, words
from sources.parsing.dates import PartialDate, parse_date

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")
_SIGNED_OFF = re.compile(r"^(?:--|cordialement|bien cordialement|bien a vous|bonne lecture|a bientot|amicalement)\W*$")
_ITEM = re.compile(r"^(?:[-–—•*▪◦‣]|\d{1,2}[.)])[\s\u00a0]+(?=\S)")
_CRUMBS = re.compile(r"^[^.!?:]{1,40}(?:\s[>›»/]\s[^.!?:]{1,60}){1,6}$")
_FORWARD = re.compile(r"^(?:(?:re|tr|fw|fwd)\s*:\s*)+", re.I)
_GLUED = re.compile(r"(?:(?<=\w\w)|(?<=[»”\")]))(?P<mark>[.!?…])(?=(?:[«“]\s?)?[A-ZÀ-Ý](?:[a-zà-ÿ]|['’\s]))")
_FILLER = re.compile(r"(?:\.\s*){8,}")
_PROSE, _TITLE_WORDS, _HEADING_WORDS, _GLUED_PART = 100, 35, 14, 60
_HEAD_LINES = 56


@dataclass
class _Reading:
    """What has been learnt so far of a document."""

    facts: dict[str, list[str]] = field(default_factory=dict)
    dates: list[PartialDate] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    """Lines of promotion and navigation, which may still name the outlet."""

    def fact(self, name: str) -> str:
        return next(iter(self.facts.get(name, ())), "")


@dataclass(frozen=True)
class _Line:
    text: str
    fresh: bool
    """Whether an empty line stands before it."""


def extract(text: str, *, reference: datetime | None = None) -> ExtractedPage:
    """The article in a loose text, without its navigation, comments and trailers.

    `reference` (aware) is when the text was found: relative dates are read against it. Without a title of its own the
    first sentence stands for it. Raises ValueError when the text is empty.
    """
    if not isinstance(text, str):
        raise ValueError(f"a document is text, not {type(text).__name__}")
    date, rest = leading_date(_CONTROL.sub("", text))
    lines = _unwrapped(_lines(rest))
    if not lines:
        raise ValueError("the text is empty")
    found = _Reading(facts={"date": [date]} if date else {})
    body = _without_tail(_without_head(_without_comments(lines, found), found), found)
    title, body = _title(body, found)
    body = _without_signatures(body, found, reference)
    blocks = _blocks(body, found, title)
    return _page(title, blocks, found, reference)


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    fresh = True
    for raw in text.splitlines():
        line = tidy(_FILLER.sub("", raw)).removeprefix("> ")
        if line.strip(">"):
            lines.append(_Line(line.removeprefix("# "), fresh))
        fresh = not line.strip(">")
    return lines


def _unwrapped(lines: list[_Line]) -> list[_Line]:
    """Lines cut at a fixed width, as in e-mails, joined to paragraphs."""
    joined: list[_Line] = []
    for group in _groups(lines):
        widths = [len(line.text) for line in group[:-1]]
        wrapped = len(widths) >= 2 and min(widths) >= 45 and max(widths) <= 95 and max(widths) - min(widths) <= 25
        if wrapped and not any(labelled(line.text)[0] or _ITEM.match(line.text) for line in group):
            joined.append(_Line(" ".join(line.text for line in group), group[0].fresh))
        else:
            joined += group
    return joined


def _groups(lines: list[_Line]) -> list[list[_Line]]:
    """Runs of lines without an empty line between them."""
    groups: list[list[_Line]] = []
    for line in lines:
        if line.fresh or not groups:
            groups.append([line])
        else:
            groups[-1].append(line)
    return groups


def _is_furniture(text: str) -> bool:
    known = phrases("boilerplate_lines").match(text) or phrases("document_lines").match(text)
    return bool(known) or is_call_to_follow(text)


def _is_prose(text: str) -> bool:
    return len(text) >= _PROSE and (text.rstrip('»”"’) ')[-1:] in ".!?…" or len(text) > 250)


def _without_comments(lines: list[_Line], found: _Reading) -> list[_Line]:
    """The lines before the readers' comments."""
    heads, related = phrases("comment_heads"), phrases("related_heads")
    total = sum(len(line.text) for line in lines)
    passed = 0
    for index, line in enumerate(lines):
        head = is_comment_count(line.text) or (len(line.text) < 60 and heads.match(line.text))
        if head and passed > total / 4:
            return lines[:index]
        listed = (
            len(line.text) < 60 and related.match(line.text) and not any(_is_prose(one.text) for one in lines[index:])
        )
        if listed and passed > total / 3:
            found.dropped += [one.text for one in lines[index:] if not _learn(one.text, found)]
            return lines[:index]
        passed += len(line.text)
    return lines


def _learn(text: str, found: _Reading) -> bool:
    """Take a labelled line into the facts."""
    name, value = labelled(text)
    if not name:
        return False
    found.facts.setdefault(name, []).append(value)
    return True


def _without_head(lines: list[_Line], found: _Reading) -> list[_Line]:
    """The lines from the title or the first prose on: labels, menus and crumbs before them are read and left."""
    first = next((index for index, line in enumerate(lines) if _is_prose(line.text)), len(lines))
    head, rest = lines[: min(first, _HEAD_LINES)], lines[min(first, _HEAD_LINES) :]
    kept: list[_Line] = []
    for line in head:
        if _CRUMBS.match(line.text):
            found.facts.setdefault("section", []).append(re.split(r"\s[>›»/]\s", line.text)[-1])
        elif _is_furniture(line.text) and not is_byline(line.text):
            found.dropped.append(line.text)
        elif not _learn(line.text, found):
            kept.append(line)
    return _without_menu(kept) + rest


def _without_menu(head: list[_Line]) -> list[_Line]:
    """Without a run of three or more one- to three-word lines before a longer one: a menu."""
    run = 0
    while run < len(head) and len(words(head[run].text)) <= 3:
        run += 1
    return head[run:] if run >= 3 and run < len(head) else head


def _without_tail(lines: list[_Line], found: _Reading) -> list[_Line]:
    """The lines up to the last of the text. The first trailer after the last prose ends it: the rest is only read."""
    last = max((index for index, line in enumerate(lines) if _is_prose(line.text)), default=len(lines))
    for index in range(last + 1, len(lines)):
        if _is_trailer(lines[index].text):
            for line in lines[index:]:
                _take(line.text, found)
            return lines[:index]
    return lines


def _is_trailer(text: str) -> bool:
    return bool(labelled(text)[0]) or _is_furniture(text) or _signs_off(text) or not re.search(r"[^\W\d_]", text)


def _take(text: str, found: _Reading) -> None:
    """Learn from a line what it may tell, and leave it."""
    if not _learn(text, found):
        _undated(text, found)
        found.dropped.append(text)


def _signs_off(text: str) -> bool:
    return bool(_SIGNED_OFF.match(fold(text)))


def _undated(text: str, found: _Reading) -> str:
    """The line, or nothing when it is only a date, which is learnt."""
    if len(text) < 60 and not is_byline(text) and (is_date_line(text)) and (date := parse_date(text)):
        found.dates.append(date)
        return ""
    return text


def _title(lines: list[_Line], found: _Reading) -> tuple[str, list[_Line]]:
    """The displayed title and the lines after it; an outlet's name or a rubric above it is learnt."""
    stated = _FORWARD.sub("", found.fact("title"))
    rest = list(lines)
    while len(rest) > 1 and _is_above_title(rest[0].text, rest[1].text, found):
        rest.pop(0)
    if stated:
        return stated, rest[1:] if rest and words(rest[0].text) == words(stated) else rest
    if len(rest) > 1 and _is_title(rest[0].text):
        return rest[0].text, rest[1:]
    return "", rest


def _is_above_title(text: str, following: str, found: _Reading) -> bool:
    """Whether a first line is an outlet, a rubric, a signature or a date and the title comes after it."""
    if outlet := known_outlet(text) or outlet_of_address(found.fact("link"), [text]) if len(words(text)) <= 5 else "":
        found.facts.setdefault("outlet", []).append(text if known_outlet(text) else outlet)
        return True
    if is_byline(text) or is_date_line(text) or is_picture_credit(text):
        _sign(text, found, None)
        return True
    if looks_like_outlet(text) and _is_title(following) and not is_byline(following):
        found.facts.setdefault("outlet", []).append(text)
        return True
    if len(words(text)) <= 3 and _is_title(following) and len(words(following)) >= 4 and text[-1:] not in ".!?…»":
        found.facts.setdefault("section", []).append(text)
        return True
    return False


def _is_title(text: str) -> bool:
    return 2 <= len(words(text)) <= _TITLE_WORDS and not _is_prose(text) and not (text.endswith(".") and len(text) > 60)


def _sign(text: str, found: _Reading, reference: datetime | None) -> None:
    signed = page_authors.names(text)
    found.people += signed.people
    found.credits += signed.credits
    if date := parse_date(text, reference=reference):
        found.dates.insert(0, date)


def _without_signatures(lines: list[_Line], found: _Reading, reference: datetime | None) -> list[_Line]:
    """Without the lines that sign and date near the start and the end."""
    first = next((index for index, line in enumerate(lines) if _is_prose(line.text)), 0)
    last = next((index for index in range(len(lines) - 1, -1, -1) if _is_prose(lines[index].text)), len(lines))
    kept: list[_Line] = []
    for index, line in enumerate(lines):
        edge = index <= first + 2 or index >= last
        signs = is_byline(line.text) or is_date_line(line.text) or is_credit(line.text)
        name = index != first and page_authors.is_person(line.text) and not line.text.isupper() and "," not in line.text
        if not edge or index == first or _is_prose(line.text):
            kept.append(line)
        elif not _learn(line.text, found):
            if signs or name:
                _sign(line.text, found, reference)
            else:
                kept.append(line)
    return kept


def _blocks(lines: list[_Line], found: _Reading, title: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    seen = {" ".join(words(title))}
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        if _is_caption(line, following) or " ".join(words(line.text)) in seen:
            continue
        if _is_furniture(line.text):
            found.dropped.append(line.text)
            continue
        if _is_prose(line.text):
            seen.add(" ".join(words(line.text)))
        blocks += _as_blocks(line.text, following)
    while blocks and blocks[-1].kind == "heading" and len(blocks) > 1:
        blocks.pop()
    return tuple(blocks)


def _is_caption(line: _Line, following: _Line | None) -> bool:
    """Whether a line credits a picture, or is the legend right above such a credit."""
    if is_picture_credit(line.text) and not _is_prose(line.text):
        return True
    credited = following is not None and not following.fresh and is_picture_credit(following.text)
    return credited and len(line.text) < 150 and line.text[-1:] != "."


def _as_blocks(text: str, following: _Line | None) -> list[Block]:
    if item := _ITEM.match(text):
        return [Block("item", text[item.end() :])]
    ends = text.rstrip('»”"’) \u00a0')[-1:] in (".", "…", ":", ";", ",")
    if len(words(text)) <= _HEADING_WORDS and not ends and following is not None and len(following.text) > len(text):
        return [Block("heading", text)]
    return [Block("paragraph", part) for part in _unglued(text)]


def _unglued(text: str) -> list[str]:
    """A paragraph parted where the page's own paragraphs were pasted together (« constante.Un mot »)."""
    parts: list[str] = []
    start = 0
    for match in _GLUED.finditer(text):
        if match.end() - start >= _GLUED_PART and len(text) - match.end() >= _GLUED_PART:
            parts.append(text[start : match.end()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]


def _first_sentence(blocks: tuple[Block, ...]) -> str:
    text = next((block.text for block in blocks), "")
    start, end = next(iter(sentences.split(text)), (0, 0))
    return text[start:end]


def _outlet(found: _Reading) -> str:
    """The outlet: as the document names it, as its link spells it, or as its newsletter line calls itself."""
    stated = found.fact("outlet")
    if stated and not web_address(stated, ""):
        return stated
    names = [tag for tags in found.facts.get("tags", []) for tag in re.split(r"[,;]", tags)]
    if spelt := outlet_of_address(found.fact("link") or stated, [name.strip() for name in names]):
        return spelt
    promoted = [line for line in found.dropped if phrases("boilerplate_lines").match(line) or is_call_to_follow(line)]
    return next((name for line in promoted if (name := outlet_in(line))), "")


def _authors(found: _Reading) -> page_authors.Signed:
    stated = [page_authors.names(value) for value in found.facts.get("author", [])]
    people = [name for one in stated for name in one.people] + found.people
    credits_ = [name for one in stated for name in one.credits] + found.credits
    return page_authors.Signed(tuple(dict.fromkeys(people)), tuple(dict.fromkeys(credits_)))


def _published(found: _Reading, reference: datetime | None) -> PartialDate | None:
    """The labelled date, else the one of a line that only dates or signs; a forwarded mail's own date says nothing."""
    if not _FORWARD.match(found.fact("title")):
        for value in found.facts.get("date", []):
            if date := parse_date(value, reference=reference):
                return date
    return next(iter(found.dates), None)


def _page(title: str, blocks: tuple[Block, ...], found: _Reading, reference: datetime | None) -> ExtractedPage:
    signed = _authors(found)
    wall = next((line for line in found.dropped if phrases("paywall_lines").match(line)), "")
    tags = [tidy(tag) for value in found.facts.get("tags", []) for tag in re.split(r"[,;]", value)]
    modified = next((date for value in found.facts.get("modified", []) if (date := parse_date(value))), None)
    return ExtractedPage(
        title=title or _first_sentence(blocks),
        title_is_first_sentence=not title,
        authors=signed.people,
        credits=signed.credits,
        outlet=_outlet(found),
        published=_published(found, reference),
        modified=modified,
        language=language.detect("\n".join(block.text for block in blocks) or title),
        canonical_url=web_address(found.fact("link"), ""),
        section=found.fact("section"),
        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
        paywalled=bool(wall),
        paywall_evidence=wall,
        blocks=blocks,
    )
