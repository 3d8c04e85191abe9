"""The administrator's pages on outlets and feeds."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sources.models import Entry, Feed

# The group's name is a role of the newsroom, which is decided upstream of nobody: a test holds both to the same word.
ADMINISTRATOR = "administrateur"

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


@require_safe
@administrators_only
def feed_list(request: HttpRequest) -> HttpResponse:
    """Every feed with its state in words."""
    return render(request, "sources/list.html", {"feeds": Feed.objects.select_related("outlet")})


@administrators_only
def add(request: HttpRequest) -> HttpResponse:
    """Add an outlet and its feed."""
    return render(request, "sources/add.html")


@administrators_only
def starter(request: HttpRequest) -> HttpResponse:
    """The starter pack: real outlets, none collected before an administrator switches it on."""
    return render(request, "sources/starter.html")


@administrators_only
def opml(request: HttpRequest) -> HttpResponse:
    """Bring a list of feeds from elsewhere."""
    return render(request, "sources/opml.html")


@require_safe
@administrators_only
def export_opml(request: HttpRequest) -> HttpResponse:
    """Every feed, as an OPML file."""
    return HttpResponse("", content_type="text/x-opml")


@require_safe
@administrators_only
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One feed: its attempts and its entries."""
    return render(request, "sources/detail.html", {"feed": get_object_or_404(Feed, pk=pk)})


@require_POST
@administrators_only
def collect(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a feed now."""
    Feed.objects.filter(pk=pk).update(next_fetch_at=timezone.now())
    messages.success(request, _("This feed is read next."))
    return redirect("sources:list")


@require_POST
@administrators_only
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop reading a feed."""
    Feed.objects.filter(pk=pk).update(paused_at=timezone.now())
    return redirect("sources:list")


@require_POST
@administrators_only
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a feed again."""
    Feed.objects.filter(pk=pk).update(paused_at=None, next_fetch_at=timezone.now())
    return redirect("sources:list")


@require_POST
@administrators_only
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again an entry that was put aside."""
    entry = get_object_or_404(Entry, pk=pk)
    Entry.objects.filter(pk=pk).update(tries=0, retry_at=timezone.now(), processed_at=None)
    return redirect("sources:detail", pk=entry.feed_id)
