"""Where an editor puts right what was read in an article: each act is a form on the article's own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles import annotating, perms
from articles.models import Article, CopiedPassage, Credit, Figure, MentionedDate, Quote

Finding = Quote | Credit | CopiedPassage | Figure | MentionedDate
_FIELDS: dict[str, type[Any]] = {
    "quote": Quote, "credit": Credit, "passage": CopiedPassage, "figure": Figure, "date": MentionedDate,
}  # fmt: skip
_PLACES: dict[type[Any], str] = {Quote: "quotes", Credit: "credits", CopiedPassage: "passages"}


@require_POST
@perms.role_required(perms.EDITOR)
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a finding, take it away, add one that was missed, or undo (POST "act": a key of _ACTS or _ADDING)."""
    article = get_object_or_404(Article, pk=pk)
    assert isinstance(request.user, User)
    act = request.POST.get("act", "").partition(":")
    place = ""
    try:
        if act[0] == "undo":
            annotating.undo(get_object_or_404(article.finding_changes, pk=_number(act[2])), request.user)
            place = "#changes"
        elif act[0] in _ADDING:
            place = f"#{_PLACES[type(_ADDING[act[0]](request, article, request.user))]}"
        elif act[0] in _ACTS:
            found = _asked(request, article)
            _ACTS[act[0]](request, found, request.user)
            place = f"#{_PLACES.get(type(found), 'changes')}"
        else:
            raise annotating.Refused(_("Choose what to do."))
        messages.success(request, _("Saved."))
    except annotating.Refused as error:
        messages.error(request, str(error))
    return redirect(f"{article.get_absolute_url()}{place}")


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 18 else 0


def _asked(request: HttpRequest, article: Article) -> Finding:
    """The row that the form names; 404 for none of this article."""
    field = next((name for name in _FIELDS if request.POST.get(name)), "quote")
    rows = _FIELDS[field]._default_manager.select_related("article")
    found: Finding = get_object_or_404(rows, pk=_number(request.POST.get(field, "")), article=article)
    return found


def _speaker(request: HttpRequest, found: Finding, user: User) -> None:
    if not isinstance(found, Quote):
        raise annotating.Refused(_("Choose what to do."))
    annotating.set_speaker(found, request.POST.get("speaker", ""), user)


def _details(request: HttpRequest, found: Finding, user: User) -> None:
    """All that the form of a quote holds, each fact where it changed."""
    if not isinstance(found, Quote):
        raise annotating.Refused(_("Choose what to do."))
    shown = found.speaker.name if found.speaker else found.speaker_raw
    if request.POST.get("speaker", shown).strip() != shown:
        annotating.set_speaker(found, request.POST["speaker"], user)
    if request.POST.get("type", found.type) != found.type:
        annotating.set_type(found, request.POST["type"], user)
    if request.POST.get("told_to", found.told_to).strip() != found.told_to:
        annotating.set_told_to(found, request.POST["told_to"], user)


def _outlet(request: HttpRequest, found: Finding, user: User) -> None:
    if not isinstance(found, Credit):
        raise annotating.Refused(_("Choose what to do."))
    annotating.set_outlet(found, request.POST.get("outlet", ""), user)


def _hide(request: HttpRequest, found: Finding, user: User) -> None:
    annotating.hide(found, user)


def _add_quote(request: HttpRequest, article: Article, user: User) -> Finding:
    said = request.POST
    return annotating.add_quote(article, said.get("words", ""), said.get("speaker", ""), said.get("type", ""), user)


def _add_credit(request: HttpRequest, article: Article, user: User) -> Finding:
    return annotating.add_credit(article, request.POST.get("words", ""), request.POST.get("outlet", ""), user)


_ACTS: dict[str, Callable[[HttpRequest, Finding, User], None]] = {
    "speaker": _speaker,
    "details": _details,
    "outlet": _outlet,
    "hide": _hide,
}
_ADDING: dict[str, Callable[[HttpRequest, Article, User], Finding]] = {
    "add_quote": _add_quote,
    "add_credit": _add_credit,
}
