"""Find what stands between quotation marks of every kind, mangled, nested and unclosed ones included."""

from __future__ import annotations

import re
from dataclasses import dataclass

OPENING = "«“„‟"
CLOSING = "»”"
STRAIGHT = '"″＂'
ANY = OPENING + CLOSING + STRAIGHT
_BLANK = " \t\n\r\u00a0\u202f\u2009"
_PAIRS = {"«": "»", "“": "”", "„": "“”", "‟": "”", "‘": "’"}
_BEFORE_STRAIGHT = _BLANK + "([{'’—–-/:;,«“"
LOST = ""
"""The mark of a quotation whose opening mark is missing."""
_AFTER_LOST = re.compile(
    r"[ \u00a0\u202f]?, ?(?:(?:a|ont|avait|avaient)[ -]|[\w-]+-t-(?:il|elle)|[a-zà-ÿ]+ (?:[A-ZÀ-Ý]|l[ea] |l['’]))"
)
_LONGEST_OVER_PARAGRAPHS = 4000


@dataclass(frozen=True, slots=True)
class Marked:
    """Words between marks: [start, end) without the marks and the blanks inside them, [outer_start, outer_end) with."""

    start: int
    end: int
    outer_start: int
    outer_end: int
    mark: str
    closed: bool


@dataclass(slots=True)
class _Open:
    position: int
    mark: str
    width: int


def _next_marks(text: str, position: int, limit: int) -> str:
    return "".join(letter for letter in text[position : position + limit] if letter in ANY)


class _Scanner:
    """One pass over the text with a stack of open marks; only the outermost pairs are reported."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stack: list[_Open] = []
        self.found: list[Marked] = []

    def run(self) -> list[Marked]:
        position = 0
        while position < len(self.text):
            position += self._step(position)
        if self.stack:
            self._abandon(len(self.text))
        return self.found

    def _step(self, position: int) -> int:
        letter = self.text[position]
        if letter == "\n":
            self._paragraph_end(position)
        elif letter in STRAIGHT or (letter == "'" and self.text.startswith("''", position)):
            return self._straight(position, 2 if letter == "'" else 1)
        elif letter in OPENING:
            self._opening(position, letter)
        elif letter in CLOSING:
            self._closing(position, letter)
        elif letter == "‘" and self._is_single(position):
            self.stack.append(_Open(position, letter, 1))
        elif letter == "’" and self.stack and self.stack[-1].mark == "‘" and not self._letter_at(position + 1):
            self._close(position, 1)
        return 1

    def _letter_at(self, position: int) -> bool:
        return 0 <= position < len(self.text) and self.text[position].isalnum()

    def _is_single(self, position: int) -> bool:
        """‘…’ as marks: opened before a letter, not inside a word, and closed before the paragraph ends."""
        if self._letter_at(position - 1) or not self._letter_at(position + 1):
            return False
        return re.compile(r"[^\n‘]{2,300}?’(?!\w)").match(self.text, position + 1) is not None

    def _opening(self, position: int, letter: str) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and self._closes_all_the_same(top, position, letter):
            self._close(position, 1)
        elif top is not None and top.mark == letter and letter == "«" and len(self.stack) == 1:
            self._reopened(position, letter)
        else:
            self.stack.append(_Open(position, letter, 1))

    def _closes_all_the_same(self, top: _Open, position: int, letter: str) -> bool:
        """An opening mark where only a closing one makes sense: « mot« , »phrase « ., „German“."""
        if letter == "“" and top.mark in "„“":
            return not self._letter_at(position + 1)
        glued = position > 0 and self.text[position - 1] not in _BLANK and not self._letter_at(position + 1)
        return self._before_sign(position) and (top.mark in CLOSING or (top.mark == letter and glued))

    def _reopened(self, position: int, letter: str) -> None:
        """« inside «: nested when two closings follow, else the first was never closed."""
        ahead = _next_marks(self.text, position + 1, 600).replace('"', "")
        depth, closings = 1, 0
        for mark in ahead:
            depth += 1 if mark == "«" else -1 if mark == "»" else 0
            closings = max(closings, 1 - depth)
            if depth <= -1:
                break
        if depth <= -1 or closings >= 2:
            self.stack.append(_Open(position, letter, 1))
            return
        self._abandon(position)
        self.stack.append(_Open(position, letter, 1))

    def _closing(self, position: int, letter: str) -> None:
        for depth in range(len(self.stack) - 1, -1, -1):
            mark = self.stack[depth].mark
            if letter in _PAIRS.get(mark, "") or (depth == 0 and mark not in "‘"):
                del self.stack[depth + 1 :]
                self._close(position, 1)
                return
        before = self.text[position - 1] if position else "\n"
        if before in _BLANK and self._closes_later(position):
            self.stack.append(_Open(position, letter, 1))
        elif not self.stack:
            self._unopened(position)

    def _unopened(self, position: int) -> None:
        """« Rien ne change », dit X » whose opening mark was lost: the words since the colon or the line's start."""
        if not _AFTER_LOST.match(self.text, position + 1) or not self._letter_at(position - 1):
            return
        start = max(self.text.rfind("\n", 0, position) + 1, self.found[-1].outer_end if self.found else 0)
        colon = max(self.text.rfind(": ", start, position), self.text.rfind(":\u00a0", start, position))
        start = colon + 1 if colon >= 0 else start
        if position - start > 15 and not self.text[position - 1].isdigit():
            self.found.append(Marked(self._past_signs(start, position), position, start, position + 1, LOST, False))

    def _past_signs(self, start: int, end: int) -> int:
        while start < end and not self.text[start].isalnum():
            start += 1
        return start

    def _closes_later(self, position: int) -> bool:
        """A closing mark used as an opening one: another mark that closes must come in the same paragraph."""
        line_end = self.text.find("\n", position)
        line_end = len(self.text) if line_end < 0 else line_end
        following = next((at for at in range(position + 1, line_end) if self.text[at] in ANY), -1)
        return following >= 0 and (self.text[following] not in OPENING or self._before_sign(following))

    def _before_sign(self, position: int) -> bool:
        """A mark before a comma, a full stop or the end of the line closes, whatever its shape."""
        after = self.text[position + 1 : position + 4].lstrip(" \u00a0\u202f\u2009")
        return after[:1] in ",.;:!?)\n" or position + 1 >= len(self.text)

    def _straight(self, position: int, width: int) -> int:
        before = self.text[position - 1] if position else "\n"
        after = self.text[position + width] if position + width < len(self.text) else "\n"
        top = next((entry for entry in reversed(self.stack) if entry.mark in STRAIGHT + "'"), None)
        mangled = self.text[position] == "″" and self.stack and self.stack[-1].mark in CLOSING
        if mangled or (top is not None and (after in _BLANK or before not in _BEFORE_STRAIGHT)):
            while top is not None and self.stack[-1] is not top:
                self.stack.pop()
            self._close(position, width)
        elif before in _BEFORE_STRAIGHT and (after not in _BLANK or '"' in self.text[position + 1 :].split("\n", 1)[0]):
            self.stack.append(_Open(position, self.text[position], width))
        elif not self.stack and width == 1:
            self._unopened(position)
        return width

    def _close(self, position: int, width: int) -> None:
        opened = self.stack.pop()
        if not self.stack:
            self._report(opened, position, position + width, closed=True)

    def _report(self, opened: _Open, inner_end: int, outer_end: int, closed: bool) -> None:
        start, end = opened.position + opened.width, inner_end
        while start < end and self.text[start] in _BLANK:
            start += 1
        while end > start and self.text[end - 1] in _BLANK:
            end -= 1
        if end > start:
            self.found.append(Marked(start, end, opened.position, outer_end, opened.mark, closed))

    def _paragraph_end(self, position: int) -> None:
        """An open quotation goes on in the next paragraph only when that one closes it before opening another."""
        if not self.stack or self.text[position - 1 : position] == "\n":
            return
        base = self.stack[0]
        rest = self.text[position : position + 3000].lstrip(_BLANK)
        head = rest[:1]
        if (
            base.mark in STRAIGHT
            or len(self.stack) > 3
            or head in OPENING
            or head in CLOSING
            or not self._closed_ahead(base, rest)
            or position - base.position > _LONGEST_OVER_PARAGRAPHS
        ):
            self._abandon(position)

    def _closed_ahead(self, base: _Open, rest: str) -> bool:
        following = next((letter for letter in rest[:2500] if letter in OPENING + CLOSING), "")
        return following != "" and following in _PAIRS.get(base.mark, "")

    def _abandon(self, position: int) -> None:
        """Report the outermost open quotation as unclosed, up to `position` or to its first closing clue."""
        opened = self.stack[0]
        self.stack.clear()
        body = self.text[opened.position + opened.width : position]
        if opened.mark in "‘'" or not body.strip(_BLANK):
            return
        self._report(opened, position, position, closed=False)


def scan(text: str) -> list[Marked]:
    """Every outermost marked span of `text`, in order of appearance."""
    return _Scanner(text).run()
