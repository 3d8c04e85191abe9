"""The administrator's pages on outlets and feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sources import confined, health, subscribing
from sources.fetcher import client
from sources.fetching.client import FetchError
from sources.forms import AddressForm, OpmlForm, SourceForm
from sources.models import Entry, Feed, Outlet
from sources.parsing.feeds import NotAFeed
from sources.subscribing import AlreadyThere, NotFound, Preview

# A role of the newsroom. Its name belongs to articles.perms, which this application may not import: a test compares.
ADMINISTRATOR = "administrateur"
PREVIEWED = 10
ATTEMPTS_SHOWN = 24
ENTRIES_ON_A_PAGE = 40
_FILTERS: dict[str, Callable[[health.State], bool]] = {
    "all": lambda state: True,
    "look": lambda state: state.needs_a_look,
    "ok": lambda state: state.name == "ok",
    "paused": lambda state: state.sign == "off",
}

View = Callable[..., HttpResponse]


def administrators_only(view: View) -> View:
    """Send visitors to the sign-in page, and refuse (403) whoever is not an administrator."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not (user.is_superuser or user.groups.filter(name=ADMINISTRATOR).exists()):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _days() -> dict[str, datetime]:
    """Where today begins and ends, so that a table can leave out the day of a time."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return {"now": timezone.now(), "today": midnight, "yesterday": midnight - timedelta(days=1),
            "tomorrow": midnight + timedelta(days=1)}  # fmt: skip


def _labels(counts: Counter[str]) -> list[tuple[str, str, int]]:
    words = {"all": _("All"), "look": _("To look at"), "ok": _("Up to date"), "paused": _("Paused")}
    return [(name, words[name], counts[name]) for name in _FILTERS]


@require_safe
@administrators_only
def feed_list(request: HttpRequest) -> HttpResponse:
    """Every feed with its state in words; those that need a look first."""
    rows = health.sorted_by_need(health.overview(Feed.objects.select_related("outlet"), timezone.now()))
    counts = Counter(name for name, keeps in _FILTERS.items() for row in rows if keeps(row.state))
    chosen = request.GET.get("etat", "all")
    keeps = _FILTERS.get(chosen, _FILTERS["all"])
    context = {
        **_days(),
        "rows": [row for row in rows if keeps(row.state)],
        "summary": health.in_a_sentence(rows),
        "filters": _labels(counts),
        "chosen": chosen if chosen in _FILTERS else "all",
        "total": len(rows),
    }
    return render(request, "sources/list.html", context)


# --- one feed --------------------------------------------------------------------------------------------------------


@require_safe
@administrators_only
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One feed: its state, its attempts and its entries."""
    feed = get_object_or_404(Feed.objects.select_related("outlet"), pk=pk)
    entries = feed.entries.select_related("article").defer("content", "summary", "article__text", "article__blocks")
    chosen = request.GET.get("issue", "")
    if chosen in Entry.Outcome.values and chosen:
        entries = entries.filter(outcome=chosen)
    outcomes = dict(feed.entries.order_by().values_list("outcome").annotate(count=Count("id")))
    context = {
        **_days(),
        "row": health.overview([feed], timezone.now())[0],
        "feed": feed,
        "rival": Feed.objects.select_related("outlet").filter(url=feed.moved_to).first() if feed.moved_to else None,
        "attempts": feed.attempts.all()[:ATTEMPTS_SHOWN],
        "page": Paginator(entries.order_by("-seen_at", "-id"), ENTRIES_ON_A_PAGE).get_page(request.GET.get("page")),
        "outcomes": [(value, label, outcomes[value]) for value, label in Entry.Outcome.choices if value in outcomes],
        "chosen": chosen,
    }
    return render(request, "sources/detail.html", context)


def _back(request: HttpRequest, feed: Feed) -> HttpResponse:
    """To the page where the button was."""
    return redirect("sources:detail", pk=feed.pk) if request.POST.get("from") == "feed" else redirect("sources:list")


def _act(request: HttpRequest, pk: int, act: Callable[[Feed], None], said: str) -> HttpResponse:
    feed = get_object_or_404(Feed.objects.select_related("outlet"), pk=pk)
    act(feed)
    messages.success(request, said % {"outlet": feed.outlet.name})
    return _back(request, feed)


@require_POST
@administrators_only
def collect(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a feed now."""
    said = _("%(outlet)s is read next; reload in a moment to see what came.")
    return _act(request, pk, subscribing.collect_now, said)


@require_POST
@administrators_only
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop reading a feed."""
    return _act(request, pk, subscribing.pause, _("%(outlet)s is paused. What it brought stays."))


@require_POST
@administrators_only
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a feed again."""
    return _act(request, pk, subscribing.resume, _("%(outlet)s is read again, and at once."))


@require_POST
@administrators_only
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again an entry that was left out."""
    entry = get_object_or_404(Entry, pk=pk)
    if subscribing.try_again(entry, timezone.now()):
        messages.success(request, _("“%(entry)s” is tried again.") % {"entry": entry.title or entry.url})
    else:
        messages.info(request, _("This entry was not left out."))
    return redirect("sources:detail", pk=entry.feed_id) if entry.feed_id else redirect("sources:list")


# --- adding ----------------------------------------------------------------------------------------------------------


def _findings(seen: Preview) -> list[tuple[str, str]]:
    """What to know before saving, each with its sign."""
    entries = seen.feed.entries
    total = len(entries)
    dated = sum(entry.published is not None for entry in entries)
    signed = sum(bool(entry.authors) for entry in entries)
    full = sum(len(entry.content) > 1500 for entry in entries)
    languages = ", ".join(sorted({entry.language for entry in entries} - {""}) or [seen.feed.language or _("not said")])
    return [
        ("ok" if dated == total else "warn", _("Dates: %(count)d of %(total)d") % {"count": dated, "total": total}),
        ("ok" if signed else "warn", _("Authors: %(count)d of %(total)d") % {"count": signed, "total": total}),
        ("ok", _("Language: %(languages)s") % {"languages": languages}),
        ("ok", _("Texts in the feed: %(count)d of %(total)d, the rest is read off the pages")
         % {"count": full, "total": total}),
        ("bad" if seen.known else "ok",
         _("Here already, for %(outlet)s") % {"outlet": seen.known.outlet.name} if seen.known
         else _("No source has this address")),
    ]  # fmt: skip


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
        seen = subscribing.preview(url, client())
    except (FetchError, NotAFeed, confined.Failed) as error:
        return {"error": subscribing.in_words(error)}
    return {"seen": seen, "entries": seen.feed.entries[:PREVIEWED], "findings": _findings(seen), "step": 3}


def _save(request: HttpRequest, form: SourceForm) -> HttpResponse | None:
    """Save and answer with the list; None when it cannot be, said in the form."""
    clean = form.cleaned_data
    try:
        subscribing.add(
            name=clean["name"], feed_url=clean["feed"], homepage=clean["site"],
            kind=clean["kind"], language=clean["language"],
        )  # fmt: skip
    except AlreadyThere as known:
        form.add_error("feed", str(known))
        return None
    messages.success(request, _("%(outlet)s is added; its first entries come in a moment.") % {"outlet": clean["name"]})
    return redirect("sources:list")


def _filled(request: HttpRequest, context: dict[str, Any]) -> dict[str, str]:
    """What the form to save starts from: what was typed, then what the site and the feed say of themselves."""
    seen, found = context.get("seen"), context.get("found")
    typed = request.POST
    name = (found.name if found else "") or (seen.feed.title[:120] if seen else "")
    return {
        "feed": typed.get("feed") or (seen.url if seen else ""),
        "name": typed.get("name") or name,
        "site": typed.get("site") or (found.site if found else seen.feed.site_url if seen else ""),
        "kind": typed.get("kind") or Outlet.Kind.TECH.value,
        "language": typed.get("language") or (seen.feed.language[:2].lower() if seen else "") or "fr",
    }


def _step(request: HttpRequest) -> tuple[dict[str, Any], HttpResponse | None]:
    """Do what a button of the wizard asks; nothing is stored before the last one."""
    act = request.POST.get("act", "look")
    if act == "save":
        form = SourceForm(request.POST)
        answer = _save(request, form) if form.is_valid() else None
        return {"form": form, "step": 4}, answer
    form_address = AddressForm({"address": request.POST.get("feed" if act == "preview" else "address", "")})
    if not form_address.is_valid():
        return {"error": next(iter(form_address.errors.values()))[0]}, None
    address = form_address.cleaned_data["address"]
    return (_preview if act == "preview" else _look)(address), None


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def add(request: HttpRequest) -> HttpResponse:
    """Add a source in four steps: address, feeds found, preview, save."""
    context, answer = _step(request) if request.method == "POST" else ({}, None)
    if answer is not None:
        return answer
    form = context.get("form")
    is_wrong = "error" in context or (form is not None and not form.is_valid())
    context |= {
        "step": context.get("step", 1),
        "address": request.POST.get("address", ""),
        "values": _filled(request, context),
        "kinds": Outlet.Kind.choices,
        "outlets": Outlet.objects.order_by("name").values_list("name", flat=True),
        "only_feed": request.GET.get("fil") == "1" or request.POST.get("act") == "save",
    }
    return render(request, "sources/add.html", context, status=400 if is_wrong else 200)


def _starter_lines() -> list[dict[str, Any]]:
    """The pack with what is collected of it."""
    pack = subscribing.starter_pack()
    feeds = Feed.objects.select_related("outlet").at([line.feed for line in pack])
    known = {address: feed for feed in feeds for address in feed.addresses}
    lines = []
    for line in pack:
        feed = known.get(line.feed)
        is_on = feed is not None and not (feed.paused_at or feed.gone_at) and feed.outlet.is_active
        lines.append({"line": line, "feed": feed, "is_on": is_on, "kind": Outlet.Kind(line.kind).label})
    return lines


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def starter(request: HttpRequest) -> HttpResponse:
    """The starter pack: real outlets, none collected before an administrator switches it on."""
    if request.method == "POST":
        act = request.POST.get("act")
        everything = {line.feed for line in subscribing.starter_pack()}
        urls = everything if act == "all" else everything & set(request.POST.getlist("feed"))
        if act == "off":
            count = subscribing.switch_off(urls)
            said = ngettext("%d feed is paused.", "%d feeds are paused.", count)
        else:
            count = subscribing.switch_on(urls)
            said = ngettext("%d feed is switched on.", "%d feeds are switched on.", count)
        messages.success(request, said % count if count else _("Nothing was to change."))
        return redirect("sources:starter")
    lines = _starter_lines()
    context = {"lines": lines, "on": sum(line["is_on"] for line in lines)}
    return render(request, "sources/starter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def opml(request: HttpRequest) -> HttpResponse:
    """Bring a list of feeds from another reader, or take ours away."""
    form = OpmlForm(request.POST, request.FILES) if request.method == "POST" else OpmlForm()
    if form.is_bound and form.is_valid():
        try:
            done = subscribing.import_opml(form.cleaned_data["file"].read())
        except ValueError as error:
            form.add_error("file", str(error))
        else:
            new = ngettext("%d feed was added", "%d feeds were added", done.new) % done.new
            known = ngettext("%d was here already", "%d were here already", done.known) % done.known
            messages.success(request, f"{new}, {known}.")
            return redirect("sources:list")
    context = {"form": form, "feeds": Feed.objects.count()}
    return render(request, "sources/opml.html", context, status=400 if form.errors else 200)


@require_safe
@administrators_only
def export_opml(request: HttpRequest) -> HttpResponse:
    """Every feed, as an OPML file."""
    content = subscribing.export_opml(Feed.objects.select_related("outlet").order_by("outlet__name", "url"))
    headers = {"Content-Disposition": 'attachment; filename="pressreview.opml"'}
    return HttpResponse(content, content_type="text/x-opml; charset=utf-8", headers=headers)
