"""The leaves of an article's element, made into blocks: what is furniture by its wording, place or repetition goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TypeAlias

from lxml import html

from articles.text.page_boxes import without_boxes, without_crumbs
from articles.text.page_bylines import is_byline, is_credit, is_date_line, is_picture_credit
from articles.text.page_phrases import is_call_to_follow, is_comment_count, phrases
from articles.text.page_tree import HEADINGS, Leaf
from articles.text.spans import Block
from articles.text.typography import tidy, words

Element: TypeAlias = html.HtmlElement
_KINDS = {
    "li": "item", "dd": "item", "dt": "item", "pre": "code", "blockquote": "quote",
} | dict.fromkeys(HEADINGS, "heading")  # fmt: skip
_READ_ALSO = re.compile(
    r"(?<=[.!?»”\"…)])[\s\u00a0]+[(\[>→➡▶•-]*[\s\u00a0]*(?:(?:à|a) )?(?:re)?(?:lire|voir|découvrir|écouter|relire)"
    r"(?: (?:aussi|également|notre|nos|l['’](?:article|analyse|enquête|entretien|interview)))[^.!?]*[.!?]?[)\]]?$",
    re.I,
)
_ENDS = tuple(".!?…:;»”\"')]")
_PROSE = 60
"""Characters from which a leaf that is not mostly links counts as prose."""
_SURELY = 150
"""Characters of a paragraph that ends a text even without a final mark."""
_LONGEST_TITLE = 400
_LONG_HEADING = 200
"""Characters from which a heading is a paragraph that the page merely sets large."""
_FEW = 250
"""Characters of prose after which comments may follow."""
_TEASER = 200
"""Longest usual summary of another article."""
_CELL = 200
"""Longest cell of a table of data, in characters."""
_PULL_QUOTE_WORDS = 5


def is_prose(leaf: Leaf) -> bool:
    shortest = _LONG_HEADING if leaf.tag in HEADINGS else _PROSE
    return len(leaf.text) >= shortest and leaf.link_share < 0.5


def is_title(leaf: Leaf, key: list[str]) -> bool:
    """Whether a leaf shows the title, whose words are `key`: a heading that opens with it, or a line of just that."""
    own = words(leaf.text) if key and len(leaf.text) < _LONGEST_TITLE else []
    return bool(own) and (own[: len(key)] == key if leaf.tag in HEADINGS else own == key and leaf.link_share < 0.5)


def kind(leaf: Leaf) -> str:
    """The block kind of a leaf, from the nearest element around it that has one."""
    node: Element | None = leaf.element
    while node is not None:
        if node.tag in _KINDS:
            return _KINDS[str(node.tag)]
        node = node.getparent()
    return "paragraph"


def _row(leaf: Leaf) -> Element | None:
    """The row of a table of data around a leaf: several short cells; a table that lays out the page has long ones."""
    row = next((node for node in (leaf.element, *leaf.element.iterancestors()) if node.tag == "tr"), None)
    if row is None or len(row) < 2:
        return None
    table = next(row.iterancestors("table"), None)
    if table is None or any(len(tidy("".join(cell.itertext()))) > _CELL for cell in table.iter("td")):
        return None
    return row


def _finished(text: str) -> bool:
    return text.rstrip("\u00a0\u202f 0123456789").endswith(_ENDS)


def blocks(found: list[Leaf], title: str, within: Element) -> tuple[Block, ...]:
    """The article's blocks from the leaves inside its element `within`, in reading order."""
    kept = _after_title(found, title)
    kept = _before_end(kept)
    kept = without_boxes(kept, within, is_prose)
    kept = _trimmed(kept)
    return tuple(_rows(_without_repeats(_with_content(_worded(kept)), title)))


def _rows(found: Iterator[tuple[Leaf, Block]]) -> Iterator[Block]:
    """The blocks, cells of one row of data made one."""
    for row, group in groupby(found, key=lambda one: _row(one[0])):
        if row is None:
            yield from (block for _, block in group)
        else:
            yield Block("row", "\t".join(block.text for _, block in group))


def _after_title(found: list[Leaf], title: str) -> list[Leaf]:
    """The leaves after the headline, when it stands inside the article before most of the text."""
    key = words(title)
    for index, leaf in enumerate(found):
        if index and is_prose(leaf) and leaf.tag not in HEADINGS and index > 40:
            break
        if is_title(leaf, key):
            before = sum(len(one.text) for one in found[:index] if is_prose(one))
            after = sum(len(one.text) for one in found[index + 1 :] if is_prose(one))
            return found[index + 1 :] if after > before and (leaf.tag in HEADINGS or not before) else found
    return found


def _before_end(found: list[Leaf]) -> list[Leaf]:
    """The leaves before the heading of comments, after some prose, or of related articles in the latter half."""
    comments, related = phrases("comment_heads"), phrases("related_heads")
    total = sum(len(leaf.text) for leaf in found if is_prose(leaf))
    passed = 0
    for index, leaf in enumerate(found):
        heads_comments = is_comment_count(leaf.text) or (len(leaf.text) < 80 and comments.match(leaf.text))
        if heads_comments and passed > max(_FEW, total / 5):
            return found[:index]
        heads_related = leaf.tag != "li" and len(leaf.text) < 80 and related.match(leaf.text)
        if heads_related and passed > total / 2 and not _resumes(found[index + 1 :]):
            return found[:index]
        passed += len(leaf.text) if is_prose(leaf) else 0
    return found


def _resumes(rest: list[Leaf]) -> bool:
    """Whether an article goes on: teasers of other articles are short or links."""
    return any(len(leaf.text) > _TEASER and leaf.link_share < 0.2 for leaf in rest)


def _trimmed(found: list[Leaf]) -> list[Leaf]:
    """Without the crumbs before the first prose and after the last: bylines, dates, tags, labels of buttons."""
    prose = [index for index, leaf in enumerate(found) if is_prose(leaf)]
    if not prose:
        return found
    first = prose[0]
    last = next(
        (index for index in reversed(prose) if len(found[index].text) > _SURELY or _finished(found[index].text)), first
    )
    head = [leaf for index, leaf in enumerate(found[:first]) if _opens(leaf, index == first - 1)]
    tail: list[Leaf] = []
    for leaf in found[last + 1 :]:
        before = tail[-1] if tail else found[last]
        listed = leaf.tag == "li" and leaf.link_share < 0.5 and (before.tag == "li" or before.text.endswith(":"))
        if not listed and not _closes(leaf):
            break
        tail.append(leaf)
    return without_crumbs(
        head + found[first : last + 1] + tail, len(head), len(head) + prose[1] - first if len(prose) > 1 else 0
    )


def _opens(leaf: Leaf, adjacent: bool) -> bool:
    if leaf.tag in HEADINGS:
        return adjacent and leaf.tag != "h1" and leaf.link_share < 0.5
    return leaf.link_share < 0.5 and len(leaf.text) > 25 and _finished(leaf.text)


def _closes(leaf: Leaf) -> bool:
    return leaf.tag not in HEADINGS and leaf.link_share < 0.5 and len(leaf.text) > 15 and _finished(leaf.text)


def _worded(found: list[Leaf]) -> Iterator[tuple[Leaf, str]]:
    """Each leaf's paragraphs, without furniture by its wording or because all of it is a link."""
    for index, leaf in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        if _is_link(leaf, following):
            continue
        edge = index < 6 or index >= len(found) - 2
        for text in _paragraphs(leaf):
            dated = edge and (is_date_line(text) or is_credit(text))
            if not is_byline(text) and not dated and not is_picture_credit(text):
                yield leaf, _READ_ALSO.sub("", text) if leaf.linked > 20 else text


def _is_link(leaf: Leaf, following: Leaf | None) -> bool:
    """Whether a leaf is nothing but a link to something else; a linked heading above its own text is not."""
    if leaf.link_share <= 0.8 or len(leaf.text) >= 250:
        return False
    return leaf.tag not in HEADINGS or following is None or not is_prose(following)


def _paragraphs(leaf: Leaf) -> list[str]:
    """A leaf's lines as paragraphs: an empty line parts them, as does a break after a finished sentence."""
    lexicon = phrases("boilerplate_lines")
    paragraphs: list[str] = []
    fresh = True
    for text, _linked in leaf.lines:
        if not text or (leaf.tag != "li" and (lexicon.match(text) or is_call_to_follow(text))):
            fresh = True
            continue
        if fresh or (len(paragraphs[-1]) > 80 and _finished(paragraphs[-1])):
            paragraphs.append(text)
        else:
            paragraphs[-1] += " " + text
        fresh = False
    return paragraphs


def _with_content(found: Iterator[tuple[Leaf, str]]) -> list[tuple[Leaf, str]]:
    """Without the headings at the end, which nothing follows any more."""
    kept = list(found)
    while kept and kept[-1][0].tag in HEADINGS:
        kept.pop()
    return kept


def _without_repeats(found: list[tuple[Leaf, str]], title: str) -> Iterator[tuple[Leaf, Block]]:
    """Without what is said twice: a second standfirst, pull quotes, the title again."""
    keys = [" ".join(words(text)) for _, text in found]
    seen = {" ".join(words(title))}
    whole = "\n".join(keys)
    for (leaf, text), key in zip(found, keys, strict=True):
        in_row = _row(leaf) is not None
        if not key or (key in seen and not in_row):
            continue
        seen.add(key)
        pulled = (
            not in_row
            and leaf.tag not in HEADINGS
            and key.count(" ") >= _PULL_QUOTE_WORDS - 1
            and _contained(key, whole)
        )
        if not pulled:
            yield leaf, Block(kind(leaf), text)


def _contained(key: str, whole: str) -> bool:
    """Whether the words of `key` also stand inside a longer paragraph."""
    start = whole.find(key)
    while start >= 0:
        end = start + len(key)
        line_start, line_end = whole.rfind("\n", 0, start) + 1, whole.find("\n", end)
        if (line_end if line_end >= 0 else len(whole)) - line_start > len(key):
            return True
        start = whole.find(key, end)
    return False
