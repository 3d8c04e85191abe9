"""The administrator's pages on outlets and feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sources import alerting, health, subscribing
from sources.alerting import ADMINISTRATOR
from sources.fetcher import kept_rules
from sources.forms import OpmlForm
from sources.models import Entry, Feed, Incident, Outlet

ATTEMPTS_SHOWN = 24
ENTRIES_ON_A_PAGE = 40
INCIDENTS_SHOWN = 20
FIXED_FOR = timedelta(days=7)
# A feed that was asked for is read within seconds; after this long the page stops waiting for it.
PATIENCE = timedelta(seconds=60)
_FILTERS: dict[str, Callable[[health.Health], bool]] = {
    "all": lambda row: True,
    "look": lambda row: row.state.needs_a_look,
    "ok": lambda row: row.state.name == "ok",
    "paused": lambda row: row.state.sign == "off",
    "own": lambda row: bool(row.settings),
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
    words = {"all": _("All"), "look": _("To look at"), "ok": _("Up to date"), "paused": _("Paused"),
             "own": _("Own settings")}  # fmt: skip
    return [(name, words[name], counts[name]) for name in _FILTERS]


@require_safe
@administrators_only
def feed_list(request: HttpRequest) -> HttpResponse:
    """Every feed with its state in words; those that need a look first."""
    rows = health.sorted_by_need(health.overview(Feed.objects.select_related("outlet"), timezone.now()))
    counts = Counter(name for name, keeps in _FILTERS.items() for row in rows if keeps(row))
    chosen = request.GET.get("etat", "all")
    keeps = _FILTERS.get(chosen, _FILTERS["all"])
    context = {
        **_days(),
        "rows": [row for row in rows if keeps(row)],
        "summary": health.in_a_sentence(rows),
        "filters": _labels(counts),
        "chosen": chosen if chosen in _FILTERS else "all",
        "total": len(rows),
        "follow": _follow(request, rows),
        **_incidents(),
    }
    return render(request, "sources/list.html", context)


def _incidents() -> dict[str, Any]:
    """What is wrong now, what was fixed lately, and who is told."""
    known = Incident.objects.select_related("feed__outlet")
    opened, fixed = known.opened(), known.fixed_since(timezone.now() - FIXED_FOR)
    return {
        "opened": opened[:INCIDENTS_SHOWN],
        "more_opened": max(opened.count() - INCIDENTS_SHOWN, 0),
        "fixed": fixed[:INCIDENTS_SHOWN],
        "told_to": alerting.recipients(),
        "has_mail": alerting.has_mail(),
    }


# --- a visit that was asked for --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Follow:
    """A feed that somebody asked to be read now: whether that is still to come, and whether it should have come."""

    feed: int
    waits: bool
    is_late: bool


def following(feed: Feed, page: str = "detail") -> str:
    """The address of a page that shows the feed's next visit as it comes."""
    address = reverse("sources:list") if page == "list" else reverse("sources:detail", args=[feed.pk])
    return f"{address}?suivi={feed.pk}-{timezone.now().timestamp():.0f}"


def _follow(request: HttpRequest, rows: list[health.Health]) -> Follow | None:
    """The visit that the address tells to wait for; None where it tells of none."""
    number, _dash, moment = request.GET.get("suivi", "").partition("-")
    row = next((row for row in rows if str(row.feed.pk) == number), None)
    if row is None or not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        return None
    asked = datetime.fromtimestamp(int(moment), UTC)
    came = row.latest is not None and row.latest.started_at >= asked - timedelta(seconds=1)
    is_late = not timedelta(seconds=-5) < timezone.now() - asked < PATIENCE
    return Follow(row.feed.pk, waits=not came and not is_late, is_late=not came and is_late)


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
    row = health.overview([feed], timezone.now())[0]
    outcomes = dict(feed.entries.order_by().values_list("outcome").annotate(count=Count("id")))
    context = {
        **_days(),
        "row": row,
        "feed": feed,
        "rival": Feed.objects.select_related("outlet").filter(url=feed.moved_to).first() if feed.moved_to else None,
        "attempts": feed.attempts.all()[:ATTEMPTS_SHOWN],
        "page": Paginator(entries.order_by("-seen_at", "-id"), ENTRIES_ON_A_PAGE).get_page(request.GET.get("page")),
        "outcomes": [(value, label, outcomes[value]) for value, label in Entry.Outcome.choices if value in outcomes],
        "chosen": chosen,
        "incidents": feed.incidents.all()[:INCIDENTS_SHOWN],
        "follow": _follow(request, [row]),
        **_robots(feed.url),
    }
    return render(request, "sources/detail.html", context)


def _robots(url: str) -> dict[str, Any]:
    """What the site's robots.txt lets us do, as it was read last."""
    rules = kept_rules(url)
    return {"robots": rules, "is_allowed": rules.allows(url) if rules else None}


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
    """Read a feed now; the page that comes shows what comes of it."""
    feed = get_object_or_404(Feed, pk=pk)
    address = following(feed, "detail" if request.POST.get("from") == "feed" else "list")
    subscribing.collect_now(feed)
    return redirect(address)


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


# --- the starter pack ------------------------------------------------------------------------------------------------


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
