"""From what a feed announced, or a person brought, to an article."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, count
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from articles import correcting
from articles.models import Article, Page
from articles.pipeline import imported
from articles.pipeline.reading import (
    article_of,
    completed,
    feed_text,
    is_in_a_wanted_language,
    merged,
    page_columns,
    read_new_page,
    read_page,
    stored,
)
from articles.text import document
from articles.text.spans import ExtractedPage
from sources import confined, reserving
from sources.bell import ring
from sources.fetching.client import Client, FetchError, Reason, Response
from sources.models import MOST_TRIES, Entry, Outlet, relock
from sources.parsing import reservation
from sources.parsing.dates import PartialDate
from sources.parsing.urls import MAX_LENGTH, canonical, host
from sources.terms import Paywall

logger = logging.getLogger(__name__)

LEAST_DOCUMENT_CHARACTERS = 40
FIRST_RETRY = timedelta(minutes=2)
BUSY_WAIT = timedelta(seconds=5)
_PASSING = frozenset({Reason.TIMEOUT, Reason.CONNECTION, Reason.DNS, Reason.RATE_LIMITED})


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
    if entry.outlet.paywall == Paywall.FULL and imported.archived(entry) is None:
        _from_feed(entry, _("this outlet's pages are behind a paywall: they are not visited"))
        return
    try:
        response = imported.archived(entry) or client.get(entry.url, kind="page")
        read = read_page if entry.job_id else read_new_page  # old pages say nothing of today's selectors
        extracted = read(response.text, response.url, entry.outlet, response.fetched_at)
    except FetchError as error:
        _not_fetched(entry, error)
    except confined.Failed as error:
        _not_read(entry, error)
    except ValueError as error:
        _from_feed(entry, str(error))
    else:
        if not entry.job_id:  # nor of today's terms
            reserving.note(entry.outlet, reservation.of_page(response.text, response.headers), timezone.now())
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


def _not_read(entry: Entry, error: confined.Failed) -> None:
    """Once is enough for a page that costs too much; what the state of the machine may explain is tried again."""
    if error.is_passing and entry.tries < MOST_TRIES:
        _give_back(entry, FIRST_RETRY * 4 ** (entry.tries - 1), tries=entry.tries, error=str(error))
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
    extracted = feed_text(entry)
    if not entry.title or not extracted.text:
        _finish(entry, Entry.Outcome.REFUSED, error)
    else:
        _store_entry(entry, extracted, Entry.Outcome.FEED_TEXT, error=error)


def _from_page(entry: Entry, response: Response, extracted: ExtractedPage) -> None:
    found = completed(extracted, entry)
    if found is None:
        _from_feed(entry, _("no article was found on the page"))
    elif why := imported.unwanted(entry, merged(found, entry).published):
        _finish(entry, Entry.Outcome.REFUSED, why)
    else:
        _store_entry(entry, found, Entry.Outcome.ARTICLE, response=response)


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
        imported.forget_page(entry)
        said = merged(extracted, entry)
        if not is_in_a_wanted_language(said.language, entry.outlet):
            entry.finish(Entry.Outcome.UNWANTED, timezone.now(), _("its language is “%s”") % said.language)
            return
        article = article_of(said, entry.outlet)
        article.entry, article.seen_at = entry, entry.seen_at
        article.url = response.url if response and len(response.url) <= MAX_LENGTH else entry.url
        article.canonical_url = _canonical(extracted, article.url)
        if not stored(article, force_insert=True):
            entry.finish(Entry.Outcome.DUPLICATE, timezone.now())
            return
        if response:
            _keep_page(article, response)
        entry.finish(outcome, timezone.now(), error)
        ring("articles.group_articles")


def _canonical(extracted: ExtractedPage, url: str) -> str:
    """The address to know the article by: the page's own word is taken only for its own site."""
    said = extracted.canonical_url
    same_site = said and urlsplit(said).hostname == urlsplit(url).hostname
    return canonical(said if same_site and said else url) if url else ""


def _keep_page(article: Article, response: Response) -> None:
    look = imported.first_look(article)
    Page.objects.create(article=article, url=article.url, refresh_at=look, **page_columns(response))


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
    extracted = _read(text, html, response, url, outlet)
    if len(extracted.text) < LEAST_DOCUMENT_CHARACTERS:
        raise DocumentError(_("No article was found in %(name)s.") % {"name": name or url or _("this document")})
    read = article_of(extracted, outlet or _outlet(extracted, url))
    extracted = replace(extracted, title=title or extracted.title, published=published or extracted.published)
    if title:
        extracted = replace(extracted, title_is_first_sentence=False)
    article = article_of(extracted, read.outlet)
    article.url = response.url if response else (url or extracted.canonical_url)
    article.canonical_url = _canonical(extracted, article.url)
    article.added_by = user
    article.document_name = name[:300]
    with transaction.atomic():
        if not stored(article, force_insert=True):
            return Added(_same(article), is_new=False)
        if response:
            _keep_page(article, response)
        correcting.note_given(article, read, user)
        ring("articles.group_articles")
    return Added(article, is_new=True)


def _fetch(url: str, client: Client | None) -> Response:
    if client is None:
        raise ValueError("an address needs a client to fetch it with")
    try:
        return client.get(url, kind="page")
    except FetchError as error:
        raise DocumentError(_("The page could not be read: %(error)s") % {"error": error}) from error


def _read(text: str, html: str, response: Response | None, url: str, outlet: Outlet | None) -> ExtractedPage:
    try:
        if response:
            return read_page(response.text, response.url, outlet, response.fetched_at)
        return read_page(html, url, outlet) if html else confined.call(document.extract, text)
    except confined.Failed as error:
        raise DocumentError(str(error)) from error
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
