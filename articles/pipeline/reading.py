"""From a page to an article's facts, at its first reading and at every later one: what a person put right holds."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

import psycopg2
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models import Article, ArticleCorrection, Page, Story
from articles.text import ENGINE, page, selectors
from articles.text.selectors import Selectors
from articles.text.spans import Block, ExtractedPage
from articles.text.typography import fold
from sources import confined
from sources.bell import ring
from sources.fetching.client import Response
from sources.models import Entry, Outlet
from sources.parsing.dates import PartialDate, Precision
from sources.parsing.plaintext import scrub, text_of
from sources.parsing.urls import MAX_LENGTH
from sources.terms import Paywall

# A page that holds less than this is no article; the feed's own text is used where it says more.
LEAST_CHARACTERS = 150
MOST_TEXT = 300_000

# A published article is looked at again this long after it was first seen: most corrections come within a day.
LOOKS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=72))

# What a reading says. The outlet and the addresses are no part of it: they are what the article is known by.
TEXT_COLUMNS = ("title", "title_is_first_sentence", "standfirst", "blocks")
FACT_COLUMNS = (
    "authors", "credits", "section", "tags", "image_url", "language", "paywalled", "paywall_evidence", "published_at",
    "published_precision", "modified_at", "links",
)  # fmt: skip
# What the analysis of an article looks at, and what its story shows or compares.
_ANALYSED = {"title", "blocks", "links", "language", "published_at", "published_precision", "outlet_id"}
_TOLD = {"title", "blocks", "published_at", "outlet_id"}

# The constraints that say "this article is there already".
_ONCE = frozenset({"article_url_once", "article_text_once"})
_FINENESS = {p: rank for rank, p in enumerate(reversed(list(Precision)))}
_NUMBER = re.compile(r"\d+")


# --- a page → what it says -----------------------------------------------------------------------------------------


def selectors_of(outlet: Outlet | None) -> Selectors:
    """The selectors that an outlet has for its pages."""
    if outlet is None:
        return Selectors()
    return Selectors(
        body=outlet.body_selector,
        title=outlet.title_selector,
        author=outlet.author_selector,
        date=outlet.date_selector,
        remove=tuple(outlet.remove_selectors),
    )


def read_page(html: str, url: str, outlet: Outlet | None, fetched_at: datetime | None = None) -> ExtractedPage:
    """What a page says, by the outlet's own selectors first. Raises ValueError when it holds nothing to read."""
    return confined.call(selectors.extract, html, url, selectors_of(outlet), fetched_at=fetched_at).page


def read_new_page(html: str, url: str, outlet: Outlet, fetched_at: datetime) -> ExtractedPage:
    """The same for a page that was fetched just now: its outlet is told since when its selectors find nothing."""
    selected = confined.call(selectors.extract, html, url, selectors_of(outlet), fetched_at=fetched_at)
    if bool(selected.unmatched) != bool(outlet.selectors_failed_since):
        since = timezone.now() if selected.unmatched else None
        Outlet.objects.filter(pk=outlet.pk, selectors_failed_since__isnull=since is not None).update(
            selectors_failed_since=since
        )
    return selected.page


def feed_text(entry: Entry) -> ExtractedPage:
    """The feed's own text: the page's worth of HTML that some give, or the summary."""
    if entry.content:
        try:
            html = f"<html><body><article>{entry.content}</article></body></html>"
            extracted = confined.call(page.extract, html, entry.url)
        except ValueError:
            extracted = ExtractedPage()
        if extracted.text:
            return replace(extracted, title=entry.title)
    words = text_of(entry.content, html=True, limit=MOST_TEXT) or entry.summary
    return ExtractedPage(title=entry.title, blocks=(Block("paragraph", words),) if words else ())


def completed(extracted: ExtractedPage, entry: Entry | None) -> ExtractedPage | None:
    """A page that says little with the feed's longer text; None when there is no article in either."""
    if entry is not None and len(extracted.text) < LEAST_CHARACTERS:
        fed = feed_text(entry)
        if len(fed.text) > len(extracted.text):
            extracted = replace(extracted, blocks=fed.blocks)
    has_title = extracted.title or (entry and entry.title)
    return extracted if extracted.text and has_title else None


def merged(extracted: ExtractedPage, entry: Entry) -> ExtractedPage:
    """The page's word first, the feed's where the page is silent or says less."""
    said = None
    if entry.published:
        said = PartialDate(entry.published, Precision(entry.published_precision))
    return replace(
        extracted,
        title=extracted.title or entry.title,
        authors=extracted.authors or tuple(entry.authors),
        tags=extracted.tags or tuple(entry.tags),
        published=_finer(extracted.published, said),
        language=extracted.language or entry.language or entry.outlet.language,
    )


def _finer(first: PartialDate | None, second: PartialDate | None) -> PartialDate | None:
    """The more precise of two dates, the first where they are equally so."""
    if first is None or second is None:
        return first or second
    return second if _FINENESS[second.precision] > _FINENESS[first.precision] else first


# --- what it says → an article's columns ---------------------------------------------------------------------------


def is_walled(extracted: ExtractedPage, outlet: Outlet | None) -> bool:
    """Whether an article is behind a paywall: as its outlet's terms have it, else as its page says."""
    if outlet is None or outlet.paywall == Paywall.AUTO:
        return extracted.paywalled
    return outlet.paywall != Paywall.NONE


def is_in_a_wanted_language(language: str, outlet: Outlet) -> bool:
    """Whether the outlet's terms keep articles in this language; what nobody knows is kept."""
    return not outlet.languages or not language or language.lower().split("-")[0] in outlet.languages


def article_of(extracted: ExtractedPage, outlet: Outlet | None) -> Article:
    """An article with what was extracted, not saved yet."""
    extracted = _storable(extracted)
    article = Article(
        outlet=outlet,
        fingerprint=fingerprint(extracted.title, extracted.text),
        title=extracted.title,
        title_is_first_sentence=extracted.title_is_first_sentence,
        standfirst=extracted.standfirst,
        authors=list(extracted.authors),
        credits=list(extracted.credits),
        section=extracted.section[:200],
        tags=list(extracted.tags),
        image_url=extracted.image if len(extracted.image) <= MAX_LENGTH else "",
        language=extracted.language,
        paywalled=is_walled(extracted, outlet),
        paywall_evidence=extracted.paywall_evidence[:300],
        extracted_with=ENGINE,
        links=[[scrub(link.words), scrub(link.url)] for link in extracted.links],
    )
    set_blocks(article, [[block.kind, block.text] for block in extracted.blocks])
    set_published(article, extracted.published)
    article.modified_at = extracted.modified.instant() if extracted.modified else None
    return article


def _storable(said: ExtractedPage) -> ExtractedPage:
    """Without the characters that the database refuses, and with blocks up to MOST_TEXT characters in all."""
    sizes = accumulate(len(block.text) + 2 for block in said.blocks)
    blocks = [block for block, size in zip(said.blocks, sizes, strict=True) if size <= MOST_TEXT]
    if said.blocks and not blocks:
        blocks = [replace(said.blocks[0], text=said.blocks[0].text[:MOST_TEXT])]
    return replace(
        said,
        title=scrub(said.title),
        standfirst=scrub(said.standfirst),
        authors=tuple(map(scrub, said.authors)),
        credits=tuple(map(scrub, said.credits)),
        section=scrub(said.section),
        tags=tuple(map(scrub, said.tags)),
        image=scrub(said.image),
        paywall_evidence=scrub(said.paywall_evidence),
        blocks=tuple(replace(block, text=scrub(block.text)) for block in blocks),
    )


def set_published(article: Article, published: PartialDate | None) -> None:
    """Write a publication date with the precision it has; None clears it."""
    article.published_at = published.instant() if published else None
    article.published_precision = published.precision.value if published else ""


def set_blocks(article: Article, blocks: list[list[str]]) -> None:
    """Write the blocks with the text and the count that follow from them."""
    article.blocks = blocks
    article.text = "\n\n".join(text for _kind, text in blocks)
    article.word_count = len(article.text.split())


def fingerprint(title: str, text: str) -> str:
    """SHA-256, in hexadecimal, of the words: white space, case and typography do not count."""
    return hashlib.sha256(f"{fold(title)}\n{fold(text)}".encode()).hexdigest()


def keep(article: Article, changed: set[str]) -> bool:
    """Save the columns that changed, with what follows from them; False when the outlet has the same article already.

    Columns that are the same are not written: the index of words follows those of the text. The story and the grouping
    stay as they are; the analysis is done again, and the story counts again. Call it in a transaction.
    """
    columns = changed | {"corrected", "extracted_with"}
    if changed & {*TEXT_COLUMNS}:
        columns |= {"text", "word_count", "fingerprint"}
    if changed & _ANALYSED:
        article.analysed_at = None
        columns.add("analysed_at")
        ring("articles.analyse_articles")
    if not stored(article, update_fields=columns):
        return False
    if article.story_id and changed & _TOLD:
        Story.objects.select_for_update().get(pk=article.story_id).refresh()
    return True


def stored(article: Article, **options: Any) -> bool:
    """Save; False when the same article is there already, by its address or, in the same outlet, by its text."""
    try:
        with transaction.atomic():
            article.save(**options)
    except IntegrityError as error:
        cause = error.__cause__
        if not isinstance(cause, psycopg2.Error) or cause.diag.constraint_name not in _ONCE:
            raise
        return False
    return True


def page_columns(response: Response) -> dict[str, Any]:
    """What a Page keeps of an answer."""
    return {
        "status": response.status,
        "content_type": response.headers.get("content-type", "")[:200],
        "fetched_at": response.fetched_at,
        "packed": Page.pack(response.text),
        **validators(response),
    }


def validators(response: Response) -> dict[str, str]:
    """What to send back with the next request: byte for byte, or not at all where it is too long to keep."""
    return {
        "etag": response.etag if len(response.etag) <= 500 else "",
        "last_modified": response.last_modified if len(response.last_modified) <= 100 else "",
    }


def next_look(seen_at: datetime, now: datetime) -> datetime | None:
    """When to look at a page again; None once the last time for it is past. Times that were missed are left out."""
    return next((seen_at + wait for wait in LOOKS if seen_at + wait > now), None)


# --- a later reading -----------------------------------------------------------------------------------------------


def reading_of(article: Article, html: str, url: str, fetched_at: datetime) -> Article | None:
    """What a page says now of a known article, as an article that is not saved; None when there is none on the page."""
    try:
        extracted = completed(read_page(html, url, article.outlet, fetched_at), article.entry)
    except ValueError:
        return None
    return again(article, extracted) if extracted else None


def again(article: Article, extracted: ExtractedPage) -> Article:
    """What was extracted anew for a known article, with what its feed said, as an article that is not saved."""
    return article_of(merged(extracted, article.entry) if article.entry else extracted, article.outlet)


def apply(article: Article, new: Article, columns: tuple[str, ...] = (*TEXT_COLUMNS, *FACT_COLUMNS)) -> set[str]:
    """Take over a new reading, unsaved; the columns that the page says otherwise. What a person corrected stays."""
    changed = set()
    for column in columns:
        value = getattr(new, column)
        if column in article.corrected:
            value = plain(value)
        if article.as_read(column) != value:
            changed.add(column)
            _write(article, column, value)
    if "blocks" in columns:
        article.fingerprint = new.fingerprint
        set_blocks(article, _kept(article))
    article.extracted_with = ENGINE
    return changed


def _write(article: Article, column: str, value: Any) -> None:
    if column in article.corrected:
        article.corrected[column] = value
    else:
        setattr(article, column, value)


def _kept(article: Article) -> list[list[str]]:
    """The blocks to show: those that were read, less those that a person left out."""
    blocks: list[list[str]] = article.as_read("blocks")
    if "blocks" not in article.corrected:
        return blocks
    return without(blocks, dropped_from(article))


def dropped_from(article: Article) -> list[str]:
    """The texts of the blocks that people left out of an article."""
    held = article.corrections.filter(field=ArticleCorrection.Field.DROPPED, undone_at=None)
    latest = held.order_by("-id").first()
    return list(latest.after) if latest else []


def without(blocks: list[list[str]], dropped: list[str]) -> list[list[str]]:
    """The blocks less the dropped ones, whatever their typography and their figures: « 12 avis » drops « 13 avis »."""
    keys = set(map(block_key, dropped))
    return [block for block in blocks if block_key(block[1]) not in keys]


def block_key(text: str) -> str:
    """What a block is known by when it was left out."""
    return _NUMBER.sub("0", fold(text))


def plain(value: Any) -> Any:
    """A column's value as JSON holds it."""
    return value.isoformat() if isinstance(value, datetime) else value


def settle(article: Article, new: Article) -> None:
    """Let a later reading of the page say no less than the first: what it leaves out stays, and so does the date.

    Outlets put a new date on what they rewrite, and « il y a 2 heures » soon is « hier »: the first date is that of the
    publication, and a later one counts only where it says the same more precisely.
    """
    for column in ("authors", "credits", "tags", "section", "image_url", "modified_at"):
        if not getattr(new, column):
            setattr(new, column, article.as_read(column))
    read = Article(published_precision=article.as_read("published_precision"))
    at = article.as_read("published_at")
    read.published_at = datetime.fromisoformat(at) if isinstance(at, str) else at
    if read.published_at and not _says_more(new, read):
        new.published_at, new.published_precision = read.published_at, read.published_precision


_LENGTHS = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10, Precision.MINUTE: 16, Precision.SECOND: 19}


def _says_more(new: Article, read: Article) -> bool:
    """Whether the first date is the beginning of the other one."""
    if not (new.published_at and read.published_at):
        return False
    finer, length = _LENGTHS[Precision(new.published_precision)], _LENGTHS[Precision(read.published_precision)]
    moments = (timezone.localtime(at).isoformat()[:length] for at in (new.published_at, read.published_at))
    return finer > length and len(set(moments)) == 1


def reread(article: Article, page: Page) -> set[str] | None:
    """Read the kept page once more into `article`, unsaved; the columns that it says otherwise, None for no article."""
    new = reading_of(article, page.html, page.url, page.fetched_at)
    if new is None:
        return None
    if article.versions.exists():  # the kept page is not the one that was read first
        settle(article, new)
    return apply(article, new)
