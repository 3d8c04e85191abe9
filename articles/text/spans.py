"""What text processing hands to the rest of the house: frozen, and free of Django."""

from __future__ import annotations

from dataclasses import dataclass, field

from sources.parsing.dates import PartialDate


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article's body, in reading order.

    `kind` is "paragraph", "heading", "quote", "item" (of a list), "row" (of a table, cells parted by tabs) or "code";
    `text` is plain text, as the outlet wrote it, white space folded.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the text to another page: its words, and its absolute address (http or https)."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """What one page, or one loose document, says of itself. Absent facts are empty, never guessed."""

    title: str = ""
    title_is_first_sentence: bool = False
    standfirst: str = ""
    authors: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    """Agencies and « avec AFP », kept apart from the people who sign."""
    outlet: str = ""
    published: PartialDate | None = None
    modified: PartialDate | None = None
    language: str = ""
    """ISO 639-1, measured on the text."""
    canonical_url: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    paywalled: bool = False
    paywall_evidence: str = ""
    """The rule that told the wall, such as "isAccessibleForFree" or the sentence on the page."""
    blocks: tuple[Block, ...] = field(default=())
    links: tuple[Link, ...] = field(default=())

    @property
    def text(self) -> str:
        """The body as plain text, blocks parted by a blank line: the text that every offset refers to."""
        return "\n\n".join(block.text for block in self.blocks)
