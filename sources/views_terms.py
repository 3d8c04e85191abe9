"""The administrator's page on the terms of one outlet: how it is read, how long it is kept, how much of it is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from sources.forms_terms import TermsForm
from sources.models import Outlet
from sources.views import administrators_only


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and keep one outlet's terms."""
    outlet = get_object_or_404(Outlet, slug=slug)
    form = TermsForm(request.POST or None, instance=Outlet.objects.get(pk=outlet.pk))
    if form.is_bound and form.is_valid():
        return _save(request, form)
    context = {"outlet": outlet, "form": form, "feeds": outlet.feeds.order_by("pk"), **_counts(outlet)}
    return render(request, "sources/terms.html", context, status=400 if form.errors else 200)


def _save(request: HttpRequest, form: TermsForm) -> HttpResponse:
    outlet: Outlet = form.instance
    if not form.changed_data:
        messages.info(request, _("Nothing was to change."))
        return redirect("sources:terms", slug=outlet.slug)
    outlet.save(update_fields=form.changed_data)
    messages.success(request, _("The settings of %(outlet)s are saved.") % {"outlet": outlet.name})
    if {"shortest_minutes", "longest_minutes"} & set(form.changed_data):
        _hasten(outlet)
    if "retention_days" in form.changed_data and outlet.retention_days:
        _warn(request, outlet, outlet.retention_days)
    return redirect("sources:terms", slug=outlet.slug)


def _hasten(outlet: Outlet) -> None:
    """A feed that waits longer than is wanted now waits no longer than that; one that is due stays due."""
    if outlet.longest_minutes:
        latest = timezone.now() + timedelta(minutes=outlet.longest_minutes)
        outlet.feeds.filter(failing_since=None, next_fetch_at__gt=latest).update(next_fetch_at=latest)


def _warn(request: HttpRequest, outlet: Outlet, days: int) -> None:
    """How much will be dropped in the night that comes."""
    old = _kept(outlet).filter(seen_at__lt=timezone.now() - timedelta(days=days)).count()
    if old:
        told = ngettext(
            "%d text is older than that: it is dropped tonight.",
            "%d texts are older than that: they are dropped tonight.",
            old,
        )
        messages.warning(request, told % old)


def _kept(outlet: Outlet) -> QuerySet[Any]:
    """The outlet's articles (which this application knows by their outlet only) whose text is kept."""
    articles: Any = outlet.articles
    return articles.filter(text_dropped_at=None)  # type: ignore[no-any-return]


def _counts(outlet: Outlet) -> dict[str, Any]:
    """How many texts are kept, how many were dropped, and when the last ones were."""
    dropped: Any = outlet.articles.exclude(text_dropped_at=None)
    counted = dropped.aggregate(count=Count("pk"), last=Max("text_dropped_at"))
    return {"kept": _kept(outlet).count(), "dropped": counted["count"], "dropped_at": counted["last"]}
