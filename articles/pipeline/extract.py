"""From what a feed announced, or a person brought, to an article."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import accumulate, chain, count
from urllib.parse import urlsplit

import psycopg2
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from articles.models import Article, Page
from articles.text import document, page
from articles.text.spans import Block, ExtractedPage
from articles.text.typography import fold
from sources.bell import ring
from sources.fetching.client import Client, FetchError, Reason, Response
from sources.models import MOST_TRIES, Entry, Outlet, relock
from sources.parsing.dates import PartialDate, Precision
from sources.parsing.plaintext import scrub, text_of
from sources.parsing.urls import MAX_LENGTH, canonical, host

logger = logging.getLogger(__name__)

# A page that holds less than this is no article; the feed's own text is used where it says more.
LEAST_CHARACTERS = 150
LEAST_DOCUMENT_CHARACTERS = 40
MOST_TEXT = 300_000
FIRST_RETRY = timedelta(minutes=2)
BUSY_WAIT = timedelta(seconds=5)
_PASSING = frozenset({Reason.TIMEOUT, Reason.CONNECTION, Reason.DNS, Reason.RATE_LIMITED})
# The constraints that say "this article is there already".
_ONCE = frozenset({"article_url_once", "article_text_once"})
_FINENESS = {p: rank for rank, p in enumerate(reversed(list(Precision)))}


class DocumentError(ValueError):
    """What was brought cannot become an article; the message is a sentence for the person who brought it."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a document: its article, and whether it was new."""

    article: Article
    is_new: bool


# --- entries -------------------------------------------------------------------------------------------------------


def extract_next(client: Client) -> Entry | None:
    """Take the entry that has waited longest and make it an article. None when none waits."""
    with transaction.atomic():
        entry = Entry.objects.claim(timezone.now())
    if entry is not None:
        _extract(entry, client)
    return entry


def _extract(entry: Entry, client: Client) -> None:
    if _known(entry.url):
        _finish(entry, Entry.Outcome.DUPLICATE)
        return
    if entry.tries > MOST_TRIES + 1:
        _finish(entry, Entry.Outcome.REFUSED, _("reading it ended its worker, again and again"))
        return
    if entry.tries > MOST_TRIES:
        _from_feed(entry, _("the page could not be read: it was given up after %d tries") % MOST_TRIES)
        return
    try:
        response = client.get(entry.url, kind="page")
        extracted = page.extract(response.text, response.url, fetched_at=response.fetched_at)
    except FetchError as error:
        _not_fetched(entry, error)
    except ValueError as error:
        _from_feed(entry, str(error))
    else:
        _from_page(entry, response, extracted)


def _known(url: str) -> bool:
    return bool(url) and Article.objects.filter(canonical_url=canonical(url)).exists()


def _not_fetched(entry: Entry, error: FetchError) -> None:
    """Try again later what may pass; use what the feed said where it will not."""
    if error.reason == Reason.BUSY:  # our own pace: no try was made
        _give_back(entry, error.retry_after or BUSY_WAIT, tries=entry.tries - 1)
    elif (error.reason in _PASSING or (error.status or 0) >= 500) and entry.tries < MOST_TRIES:
        wait = error.retry_after or FIRST_RETRY * 4 ** (entry.tries - 1)
        _give_back(entry, wait, tries=entry.tries, error=str(error))
    else:
        _from_feed(entry, str(error))


@transaction.atomic
def _give_back(claimed: Entry, wait: timedelta, *, tries: int, error: str = "") -> None:
    """Put an entry back among the waiting ones, to be taken again after `wait`."""
    entry = relock(claimed)
    if entry is None:
        logger.warning("%s took longer than its lease", claimed.url)
        return
    entry.leased_until, entry.retry_at, entry.error, entry.tries = None, timezone.now() + wait, error, tries
    entry.save(update_fields=["leased_until", "retry_at", "error", "tries"])


def _from_feed(entry: Entry, error: str) -> None:
    """An article made of what the feed itself said, when the page cannot be had."""
    extracted = _feed_text(entry)
    if not entry.title or not extracted.text:
        _finish(entry, Entry.Outcome.REFUSED, error)
    else:
        _store_entry(entry, extracted, Entry.Outcome.FEED_TEXT, error=error)


def _feed_text(entry: Entry) -> ExtractedPage:
    """The feed's own text: the page's worth of HTML that some give, or the summary."""
    if entry.content:
        try:
            extracted = page.extract(f"<html><body><article>{entry.content}</article></body></html>", entry.url)
        except ValueError:
            extracted = ExtractedPage()
        if extracted.text:
            return replace(extracted, title=entry.title)
    words = text_of(entry.content, html=True, limit=MOST_TEXT) or entry.summary
    return ExtractedPage(title=entry.title, blocks=(Block("paragraph", words),) if words else ())


def _from_page(entry: Entry, response: Response, extracted: ExtractedPage) -> None:
    if len(extracted.text) < LEAST_CHARACTERS:
        fed = _feed_text(entry)
        if len(fed.text) > len(extracted.text):
            extracted = replace(extracted, blocks=fed.blocks)
    if not extracted.text or not (extracted.title or entry.title):
        _from_feed(entry, _("no article was found on the page"))
    else:
        _store_entry(entry, extracted, Entry.Outcome.ARTICLE, response=response)


def _finish(claimed: Entry, outcome: str, error: str = "") -> None:
    with transaction.atomic():
        entry = relock(claimed)
        if entry is not None:
            entry.finish(outcome, timezone.now(), error)


def _store_entry(
    claimed: Entry, extracted: ExtractedPage, outcome: str, *, response: Response | None = None, error: str = ""
) -> None:
    """The article and the end of the entry, in one transaction: a worker killed before it leaves nothing behind."""
    with transaction.atomic():
        entry = relock(claimed)
        if entry is None:
            return
        article = _article(_merge(extracted, entry), entry.outlet)
        article.entry, article.seen_at = entry, entry.seen_at
        article.url = response.url if response and len(response.url) <= MAX_LENGTH else entry.url
        article.canonical_url = _canonical(extracted, article.url)
        article.language = extracted.language or entry.language or entry.outlet.language
        if not _insert(article):
            entry.finish(Entry.Outcome.DUPLICATE, timezone.now())
            return
        if response:
            _keep_page(article, response)
        entry.finish(outcome, timezone.now(), error)
        ring("articles.group_articles")


def _merge(extracted: ExtractedPage, entry: Entry) -> ExtractedPage:
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
    )


def _finer(first: PartialDate | None, second: PartialDate | None) -> PartialDate | None:
    """The more precise of two dates, the first where they are equally so."""
    if first is None or second is None:
        return first or second
    return second if _FINENESS[second.precision] > _FINENESS[first.precision] else first


def _canonical(extracted: ExtractedPage, url: str) -> str:
    """The address to know the article by: the page's own word is taken only for its own site."""
    said = extracted.canonical_url
    same_site = said and urlsplit(said).hostname == urlsplit(url).hostname
    return canonical(said if same_site and said else url) if url else ""


def _insert(article: Article) -> bool:
    """False when the same article is there already, by its address or, in the same outlet, by its text."""
    try:
        with transaction.atomic():
            article.save(force_insert=True)
    except IntegrityError as error:
        cause = error.__cause__
        if not isinstance(cause, psycopg2.Error) or cause.diag.constraint_name not in _ONCE:
            raise
        return False
    return True


def _keep_page(article: Article, response: Response) -> None:
    Page.objects.create(
        article=article,
        url=article.url,
        status=response.status,
        content_type=response.headers.get("content-type", "")[:200],
        fetched_at=response.fetched_at,
        packed=Page.pack(response.text),
    )


# --- articles ------------------------------------------------------------------------------------------------------


def _article(extracted: ExtractedPage, outlet: Outlet | None) -> Article:
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
        paywalled=extracted.paywalled,
        paywall_evidence=extracted.paywall_evidence[:300],
        text=extracted.text,
        blocks=[[block.kind, block.text] for block in extracted.blocks],
        word_count=len(extracted.text.split()),
    )
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


def fingerprint(title: str, text: str) -> str:
    """SHA-256, in hexadecimal, of the words: white space, case and typography do not count."""
    return hashlib.sha256(f"{fold(title)}\n{fold(text)}".encode()).hexdigest()


# --- documents by hand ---------------------------------------------------------------------------------------------


def add_document(
    *,
    text: str = "",
    html: str = "",
    url: str = "",
    name: str = "",
    user: User | None = None,
    outlet: Outlet | None = None,
    title: str = "",
    published: PartialDate | None = None,
    client: Client | None = None,
) -> Added:
    """Make an article of a text, a page's HTML or an address; what the person says wins over what is read.

    The same document given twice is the same article. Raises DocumentError with a sentence for the person.
    """
    response = _fetch(url, client) if url and not (text or html) else None
    extracted = _read(text, html, response, url)
    if len(extracted.text) < LEAST_DOCUMENT_CHARACTERS:
        raise DocumentError(_("No article was found in %(name)s.") % {"name": name or url or _("this document")})
    extracted = replace(extracted, title=title or extracted.title, published=published or extracted.published)
    if title:
        extracted = replace(extracted, title_is_first_sentence=False)
    article = _article(extracted, outlet or _outlet(extracted, url))
    article.url = response.url if response else (url or extracted.canonical_url)
    article.canonical_url = _canonical(extracted, article.url)
    article.added_by = user
    article.document_name = name[:300]
    with transaction.atomic():
        if not _insert(article):
            return Added(_same(article), is_new=False)
        if response:
            _keep_page(article, response)
        ring("articles.group_articles")
    return Added(article, is_new=True)


def _fetch(url: str, client: Client | None) -> Response:
    if client is None:
        raise ValueError("an address needs a client to fetch it with")
    try:
        return client.get(url, kind="page")
    except FetchError as error:
        raise DocumentError(_("The page could not be read: %(error)s") % {"error": error}) from error


def _read(text: str, html: str, response: Response | None, url: str) -> ExtractedPage:
    try:
        if response:
            return page.extract(response.text, response.url, fetched_at=response.fetched_at)
        return page.extract(html, url) if html else document.extract(text)
    except ValueError as error:
        raise DocumentError(_("The document could not be read: %(error)s.") % {"error": error}) from error


def _same(article: Article) -> Article:
    """The article that is there already."""
    same = Article.objects.filter(outlet=article.outlet, fingerprint=article.fingerprint).first()
    return same or Article.objects.get(canonical_url=article.canonical_url)


def _outlet(extracted: ExtractedPage, url: str) -> Outlet | None:
    """The outlet of this site or of the name that a document gives, made when it is new; None when it gives neither."""
    site = host(url).removeprefix("www.")
    name = extracted.outlet.strip()[:120] or site
    if not name:
        return None
    return _outlet_at(site) or _outlet_named(name) or _new_outlet(name, extracted.language)


def _outlet_at(site: str) -> Outlet | None:
    """The one outlet whose home page is on this site."""
    near = Outlet.objects.filter(homepage__icontains=site) if site else Outlet.objects.none()
    found = [outlet for outlet in near if host(outlet.homepage).removeprefix("www.") == site]
    return found[0] if len(found) == 1 else None


def _outlet_named(name: str) -> Outlet | None:
    spellings = {name, name.replace("'", "’"), name.replace("’", "'")}
    matches = Q()
    for spelling in spellings:
        matches |= Q(name__iexact=spelling)
    return Outlet.objects.filter(matches).order_by("pk").first()


def _new_outlet(name: str, language: str) -> Outlet:
    """An outlet that is known by its articles but not collected."""
    stem = slugify(name.replace("’", "-").replace("'", "-"))[:110] or "titre"
    taken = set(Outlet.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug = next(slug for slug in chain([stem], (f"{stem}-{n}" for n in count(2))) if slug not in taken)
    fields = {"name": name, "language": language or "fr", "is_active": False}
    return Outlet.objects.get_or_create(slug=slug, defaults=fields)[0]
