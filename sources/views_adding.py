"""The administrator's way from a site's address to a source: look, choose a feed, see ten entries, save."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from sources import confined, previewing, subscribing
from sources.fetcher import client
from sources.fetching.client import FetchError
from sources.forms import AddressForm, SourceForm
from sources.models import Outlet
from sources.parsing.discovery import Candidate
from sources.parsing.feeds import NotAFeed
from sources.previewing import Understood
from sources.subscribing import AlreadyThere, Found, NotFound
from sources.views import administrators_only, following

# A feed that gives this many characters of an entry gives its text.
WHOLE = 1500
_FOUND = "sources.found"

Finding = tuple[str, str]
"""The sign of a state and a sentence."""


# --- what to know before saving --------------------------------------------------------------------------------------


def _findings(seen: Understood) -> list[Finding]:
    """What to know before saving, each with its sign."""
    entries = seen.preview.feed.entries
    total = len(entries)
    dated = sum(entry.published is not None for entry in entries)
    signed = sum(bool(entry.authors) for entry in entries)
    full = sum(len(entry.content) > WHOLE for entry in entries)
    said = sorted({entry.language for entry in entries} - {""})
    languages = ", ".join(said or [seen.preview.feed.language or _("not said")])
    texts = _("Texts in the feed: %(count)d of %(total)d, the rest is read off the pages")
    return [
        ("ok" if dated == total else "warn", _("Dates: %(count)d of %(total)d") % {"count": dated, "total": total}),
        ("ok" if signed else "warn", _("Authors: %(count)d of %(total)d") % {"count": signed, "total": total}),
        ("ok", _("Language: %(languages)s") % {"languages": languages}),
        ("ok", texts % {"count": full, "total": total}),
        _robots(seen),
        _paywall(seen),
        _mining(seen),
        _double(seen),
    ]


def _robots(seen: Understood) -> Finding:
    if seen.rules is None:
        return "idle", _("robots.txt: it could not be read")
    if seen.forbidden:
        said = ngettext(
            "robots.txt: %(count)d of %(total)d pages is forbidden; the feed’s own words are kept",
            "robots.txt: %(count)d of %(total)d pages are forbidden; the feed’s own words are kept",
            seen.forbidden,
        )
        return "warn", said % {"count": seen.forbidden, "total": len(seen.lines)}
    if seen.rules.crawl_delay:
        return "ok", _("robots.txt: allowed, one visit every %d s") % seen.rules.crawl_delay
    return "ok", _("robots.txt: allowed")


def _paywall(seen: Understood) -> Finding:
    if not seen.pages_read:
        return "idle", _("Paywall: no page could be looked at")
    counts = {"count": seen.walled, "total": seen.pages_read}
    if seen.walled:
        return "warn", _("Paywall: %(count)d of %(total)d pages that were looked at say so") % counts
    return "ok", _("Paywall: none of the %(total)d pages that were looked at says so") % counts


def _mining(seen: Understood) -> Finding:
    if seen.reserved is None:
        return "ok", _("Text mining: the site says nothing")
    if seen.reserved.is_reserved:
        return "warn", _("Text mining: reserved (tdm-reservation: 1)")
    return "ok", _("Text mining: allowed (tdm-reservation: 0)")


def _double(seen: Understood) -> Finding:
    known = seen.preview.known
    if known:
        return "bad", _("Here already, for %(outlet)s") % {"outlet": known.outlet.name}
    return "ok", _("No source has this address")


# --- the steps -------------------------------------------------------------------------------------------------------


def _look(address: str) -> dict[str, Any]:
    """The second step of adding: the feeds of an address; the third at once when there is only one."""
    try:
        found = subscribing.look(address, client())
    except NotFound as error:
        return {"error": str(error)}
    except (FetchError, confined.Failed) as error:
        return {"error": subscribing.in_words(error)}
    context: dict[str, Any] = {"found": found, "step": 2}
    return context | (_preview(found.candidates[0].url) if len(found.candidates) == 1 else {})


def _preview(url: str) -> dict[str, Any]:
    """The third step: ten entries of a feed, as they were understood."""
    try:
        seen = previewing.understand(url, client())
    except (FetchError, NotAFeed, confined.Failed) as error:
        return {"error": subscribing.in_words(error), "chosen": url}
    return {"seen": seen, "findings": _findings(seen), "step": 3, "chosen": url}


def _signed(found: Found) -> str:
    """What was found, for the next step's form: the site is not asked again, and nothing is kept here."""
    candidates = [[one.url, one.title, one.kind] for one in found.candidates]
    return signing.dumps([found.site, found.name, candidates], salt=_FOUND, compress=True)


def _found(signed: str) -> Found | None:
    """What the step before had found; None where the form holds nothing of ours."""
    try:
        site, name, candidates = signing.loads(signed, salt=_FOUND)
    except signing.BadSignature:
        return None
    return Found(site, name, [Candidate(*one) for one in candidates])


def _step(request: HttpRequest) -> tuple[dict[str, Any], HttpResponse | None]:
    """Do what a button of the wizard asks; nothing is stored before the last one."""
    act = request.POST.get("act", "look")
    if act == "save":
        form = SourceForm(request.POST)
        answer = _save(request, form) if form.is_valid() else None
        found = _found(request.POST.get("found", ""))
        return {"form": form, "step": 4, "found": found, "chosen": request.POST.get("feed", "")}, answer
    form_address = AddressForm({"address": request.POST.get("feed" if act == "preview" else "address", "")})
    if not form_address.is_valid():
        return {"error": next(iter(form_address.errors.values()))[0]}, None
    address = form_address.cleaned_data["address"]
    if act != "preview":
        return _look(address), None
    found = _found(request.POST.get("found", ""))
    return {"step": 2 if found else 1, **({"found": found} if found else {}), **_preview(address)}, None


def _save(request: HttpRequest, form: SourceForm) -> HttpResponse | None:
    """Save and answer with the new source's page; None when it cannot be, said in the form."""
    clean = form.cleaned_data
    try:
        feed = subscribing.add(
            name=clean["name"], feed_url=clean["feed"], homepage=clean["site"],
            kind=clean["kind"], language=clean["language"],
        )  # fmt: skip
    except AlreadyThere as known:
        form.add_error("feed", str(known))
        return None
    messages.success(request, _("%(outlet)s is added; its first entries come in a moment.") % {"outlet": clean["name"]})
    return redirect(following(feed))


def _filled(request: HttpRequest, context: dict[str, Any]) -> dict[str, str]:
    """What the form to save starts from: what was typed, then what the site and the feed say of themselves."""
    seen, found = context.get("seen"), context.get("found")
    feed = seen.preview.feed if seen else None
    typed = request.POST if request.POST.get("act") == "save" else {}
    name = (found.name if found else "") or (feed.title[:120] if feed else "")
    return {
        "feed": typed.get("feed") or (seen.preview.url if seen else ""),
        "name": typed.get("name") or name,
        "site": typed.get("site") or (found.site if found else feed.site_url if feed else ""),
        "kind": typed.get("kind") or Outlet.Kind.TECH.value,
        "language": typed.get("language") or (feed.language[:2].lower() if feed else "") or "fr",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def add(request: HttpRequest) -> HttpResponse:
    """Add a source in four steps: address, feeds found, preview, save."""
    context, answer = _step(request) if request.method == "POST" else ({}, None)
    if answer is not None:
        return answer
    form = context.get("form")
    is_wrong = "error" in context or (form is not None and not form.is_valid())
    found = context.get("found")
    context |= {
        "step": context.get("step", 1),
        "address": request.POST.get("address", ""),
        "signed": _signed(found) if found else "",
        "values": _filled(request, context),
        "kinds": Outlet.Kind.choices,
        "outlets": Outlet.objects.order_by("name").values_list("name", flat=True),
        "only_feed": request.GET.get("fil") == "1" or request.POST.get("act") == "save",
    }
    return render(request, "sources/add.html", context, status=400 if is_wrong else 200)
