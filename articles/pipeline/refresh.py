"""Looking again at pages that were published: what they say otherwise becomes a new version, and nothing is lost."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from articles.models import Article, ArticleVersion, Page
from articles.pipeline import reading
from articles.pipeline.reading import FACT_COLUMNS, LOOKS
from articles.text import ENGINE, changes
from articles.text.spans import ExtractedPage
from sources import confined
from sources.fetching.client import Client, FetchError, Reason, Response
from sources.parsing.urls import canonical
from sources.terms import Paywall

logger = logging.getLogger(__name__)
BUSY_WAIT = timedelta(seconds=5)
# What comes is still the same article while it shares this much of the longer words: even a text written anew keeps
# its names, where a consent page or a challenge keeps nothing; an address that leads elsewhere has to show more.
SAME_ARTICLE, SAME_ARTICLE_ELSEWHERE = 0.1, 0.5
# A wall that went up leaves an opening: below this share of the text that was read, what was read stays.
WALLED_SHARE = 0.5
_REFUSED = frozenset({Reason.ROBOTS, Reason.BAD_URL, Reason.ADDRESS_REFUSED})


class Outcome(StrEnum):
    """What a look at a page brought."""

    SAME = "same"
    """Nothing, or nothing of substance: facts around the text may have been taken over."""
    CHANGED = "changed"
    WALLED = "walled"
    """A paywall went up: the text that was read before it stays."""
    STRAY = "stray"
    """Something that is not this article came: no article, another one, or one that is known already."""
    MISSING = "missing"
    """The page is gone (404 or 410)."""
    FAILED = "failed"
    BUSY = "busy"
    """Our own pace at the host: nothing was tried."""
    LEFT = "left"
    """It is not to be looked at any more."""
    LOST = "lost"
    """The look took longer than its lease, and another worker has the page."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one page."""

    page: Page
    outcome: Outcome


def refresh_next(client: Client) -> Look | None:
    """Look again at the page that has been due longest. None when none is due."""
    with transaction.atomic():
        page = Page.objects.claim(timezone.now())
    return Look(page, _look(page, client)) if page else None


def _look(page: Page, client: Client) -> Outcome:
    if not _is_wanted(page):
        return _close(page, None, Outcome.LEFT)
    try:
        response = client.get(page.url, etag=page.etag, last_modified=page.last_modified, kind="page")
    except FetchError as error:
        return _missed(page, error)
    if response.not_modified or response.text == page.html:
        return _close(page, response, Outcome.SAME)
    outlet = page.article.outlet
    assert outlet is not None
    try:
        extracted = reading.read_new_page(response.text, response.url, outlet, response.fetched_at)
    except confined.Failed:
        return _unread(page)
    except ValueError:
        return _close(page, response, Outcome.STRAY)
    return _take(page, response, extracted)


def _is_wanted(page: Page) -> bool:
    """Only pages of active outlets, once for the demonstration's, and no page that ended its workers time and again."""
    outlet = page.article.outlet
    if outlet is None or not outlet.is_active or outlet.paywall == Paywall.FULL:
        return False
    return page.looks <= (1 if outlet.is_demo else len(LOOKS))


# --- the end of a look ---------------------------------------------------------------------------------------------


@transaction.atomic
def _close(claimed: Page, response: Response | None, outcome: Outcome) -> Outcome:
    """Write down a look that brought nothing; `response` is None where the page is not to be looked at any more."""
    page = Page.objects.relock(claimed)
    if page is None:
        return Outcome.LOST
    page.refresh_at = None
    if response is not None:
        _plan(page)
        _note_validators(page, response)
        _found(page.article_id)
    page.save(update_fields=["refresh_at", "etag", "last_modified"])
    return outcome


@transaction.atomic
def _unread(claimed: Page) -> Outcome:
    """Come back at the next time for it to a page that came and could not be read: it is asked for whole again."""
    page = Page.objects.relock(claimed)
    if page is None:
        return Outcome.LOST
    _plan(page)
    page.save(update_fields=["refresh_at"])
    return Outcome.FAILED


@transaction.atomic
def _missed(claimed: Page, error: FetchError) -> Outcome:
    """Come back at the next time for it, or never where that would be in vain."""
    page, now = Page.objects.relock(claimed), timezone.now()
    if page is None:
        return Outcome.LOST
    outcome = Outcome.FAILED
    if error.reason == Reason.BUSY:
        page.refresh_at, page.looks, outcome = now + (error.retry_after or BUSY_WAIT), page.looks - 1, Outcome.BUSY
    else:
        _plan(page, not_before=now + error.retry_after if error.retry_after else None)
    if error.status in (404, 410):
        Article.objects.filter(pk=page.article_id, gone_at=None).update(gone_at=now)
        outcome = Outcome.MISSING
    if error.status == 410 or error.reason in _REFUSED:
        page.refresh_at = None
    page.save(update_fields=["refresh_at", "looks"])
    return outcome


def _plan(page: Page, not_before: datetime | None = None) -> None:
    """The next time for this page, if there is one."""
    at = reading.next_look(page.article.seen_at, timezone.now())
    page.refresh_at = max(at, not_before) if at and not_before else at


def _note_validators(page: Page, response: Response) -> None:
    """A 304 may leave out the validators that it confirms."""
    said = reading.validators(response)
    for name, value in said.items():
        if value or not response.not_modified:
            setattr(page, name, value)


def _found(article: int) -> None:
    Article.objects.filter(pk=article, gone_at__isnull=False).update(gone_at=None)


# --- another page than before --------------------------------------------------------------------------------------


@transaction.atomic
def _take(claimed: Page, response: Response, extracted: ExtractedPage) -> Outcome:
    """Take over what a page says now: a new version where it is of substance, the facts around the text anyway."""
    page = Page.objects.relock(claimed)
    if page is None:
        return Outcome.LOST
    article = _locked(page.article_id)
    _found(article.pk)
    outcome = _compare(article, page, response, extracted)
    _plan(page)
    _note_validators(page, response)
    if outcome == Outcome.CHANGED:
        for name, value in reading.page_columns(response).items():
            setattr(page, name, value)
    page.save()
    return outcome


def _locked(number: int) -> Article:
    articles = Article.objects.select_for_update(of=("self",)).select_related("outlet", "entry__outlet")
    return articles.defer("search").get(pk=number)


def _compare(article: Article, page: Page, response: Response, extracted: ExtractedPage) -> Outcome:
    completed = reading.completed(extracted, article.entry)
    new = reading.again(article, completed) if completed else None
    if new is None or _is_other(article, new, page, response):
        return Outcome.STRAY
    reread = reading.reread(article, page) if article.extracted_with != ENGINE else None
    if reread is not None and not reading.keep(article, reread):  # what a better engine reads is no change of the page
        return Outcome.STRAY
    reading.settle(article, new)
    shown = _said(article)
    if shown == _said(new):
        return _take_facts(article, new, Outcome.SAME)
    if new.paywalled and len(new.text) < WALLED_SHARE * len(_text(article)):
        return _take_facts(article, new, Outcome.WALLED)
    return _next_version(article, new, response.fetched_at)


def _take_facts(article: Article, new: Article, outcome: Outcome) -> Outcome:
    if changed := reading.apply(article, new, FACT_COLUMNS):
        reading.keep(article, changed)
    return outcome


def _is_other(article: Article, new: Article, page: Page, response: Response) -> bool:
    """Whether no article came, or another one: the address leads to a front page, a section, a consent page."""
    if len(new.text) < min(reading.LEAST_CHARACTERS, len(_text(article)) / 2):
        return True
    moved = canonical(response.url) not in {canonical(page.url), article.canonical_url}
    least = SAME_ARTICLE_ELSEWHERE if moved else SAME_ARTICLE
    return changes.kinship(_said(article), _said(new)) < least


def _text(article: Article) -> str:
    return "\n\n".join(text for _kind, text in article.as_read("blocks"))


def _said(article: Article) -> changes.Said:
    """What counts of what the page says, whatever people corrected."""
    texts = [text for _kind, text in article.as_read("blocks")]
    return changes.said(article.as_read("title"), article.as_read("standfirst"), texts)


def _next_version(article: Article, new: Article, seen_at: datetime) -> Outcome:
    """The first change of an article writes its first version too."""
    last = article.versions.order_by("-number").first()
    first = last or _version(article, article, 1, article.seen_at)
    if not reading.keep(article, reading.apply(article, new)):
        return Outcome.STRAY
    if last is None:
        first.save()
    _version(article, new, first.number + 1, seen_at).save()
    return Outcome.CHANGED


def _version(article: Article, read: Article, number: int, seen_at: datetime) -> ArticleVersion:
    return ArticleVersion(article=article, number=number, seen_at=seen_at, **version_columns(read))


def version_columns(read: Article) -> dict[str, object]:
    """What a version keeps of a reading."""
    return {
        "title": read.as_read("title"),
        "standfirst": read.as_read("standfirst"),
        "blocks": read.as_read("blocks"),
        "fingerprint": read.fingerprint,
    }
