"""The administrator's pages on long jobs: the history of an outlet, many sites at once, and how far they have come."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sources.forms_imports import HistoryForm, SitesForm
from sources.importing import asking
from sources.importing.asking import Asked, Refused
from sources.jobs import ImportJob
from sources.models import Entry
from sources.subscribing import starter_pack
from sources.views import administrators_only

JOBS_ON_A_PAGE = 30
LINES_ON_A_PAGE = 100
PROBLEMS_SHOWN = 200
FOLLOW_SECONDS = 5


def _followed(job: ImportJob) -> HttpResponse:
    """The job's page, which reloads itself until somebody says otherwise."""
    return redirect(f"{job.get_absolute_url()}?suivre=1")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@require_safe
@administrators_only
def job_list(request: HttpRequest) -> HttpResponse:
    """Every job with its state, the latest first."""
    jobs = Paginator(ImportJob.objects.select_related("outlet", "created_by"), JOBS_ON_A_PAGE)
    page = jobs.get_page(request.GET.get("page"))
    rows = [(job, asking.progress(job)) for job in page]
    return render(request, "sources/import_list.html", {"rows": rows, "page": page})


def _begin(form: HistoryForm, user: User) -> ImportJob:
    """Begin what a valid form asks for. Raises Refused; an upload does not outlive that."""
    found, outlet = form.cleaned_data, form.cleaned_data["outlet"]
    if found["sitemap"]:
        return asking.import_sitemap(outlet, found["sitemap"], form.choice, user)
    file = found["file"]
    name = file.name or ""
    path = asking.keep(file)
    try:
        return asking.import_file(outlet, asking.kind_of(name), path, name, form.choice, user)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def history(request: HttpRequest) -> HttpResponse:
    """Ask for the history of an outlet."""
    is_sent = request.method == "POST"
    form = HistoryForm(request.POST, request.FILES) if is_sent else HistoryForm()
    if form.is_bound and form.is_valid():
        try:
            return _followed(_begin(form, _user(request)))
        except Refused as error:
            form.add_error("file" if form.cleaned_data["file"] else "sitemap", str(error))
    chosen = request.POST.get("outlet") or request.GET.get("titre", "")
    most = settings.PRESSREVIEW_IMPORT_MB
    context = {"form": form, "outlets": form.fields["outlet"].queryset, "chosen": chosen, "most_mb": most}  # type: ignore[attr-defined]
    return render(request, "sources/import_history.html", context, status=400 if form.errors else 200)


def _asked(form: SitesForm) -> tuple[list[Asked], list[str]]:
    """The sites of a valid form, and what in it is no address. Raises Refused."""
    file, pasted = form.cleaned_data["file"], form.cleaned_data["addresses"]
    asked, wrong = asking.sites_in(pasted.encode("utf-8", "replace")) if pasted.strip() else ([], [])
    if file:
        more, also_wrong = asking.sites_in(file.read())
        asked, wrong = asked + more, wrong + also_wrong
    return asked, wrong


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def sites(request: HttpRequest) -> HttpResponse:
    """Ask for many sites to be looked at and added."""
    form = SitesForm(request.POST, request.FILES) if request.method == "POST" else SitesForm()
    if form.is_bound and form.is_valid():
        try:
            asked, wrong = _asked(form)
            file = form.cleaned_data["file"]
            name = (file.name if file else "") or ngettext("%d site", "%d sites", len(asked)) % len(asked)
            job = asking.add_sites(asked, name, _user(request))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            _tell_wrong(request, wrong)
            return _followed(job)
    return render(request, "sources/import_sites.html", {"form": form}, status=400 if form.errors else 200)


def _tell_wrong(request: HttpRequest, wrong: list[str]) -> None:
    if wrong:
        said = ngettext(
            "%(count)d line is no address: %(lines)s", "%(count)d lines are no address: %(lines)s", len(wrong)
        )
        messages.warning(request, said % {"count": len(wrong), "lines": "; ".join(line[:80] for line in wrong[:10])})


@require_POST
@administrators_only
def starter_sites(request: HttpRequest) -> HttpResponse:
    """Look at the ticked feeds of the starter pack before they are collected."""
    ticked = set(request.POST.getlist("feed"))
    asked = [Asked(line.feed, line.name) for line in starter_pack() if line.feed in ticked]
    try:
        job = asking.add_sites(asked, _("Starter pack"), _user(request))
    except Refused:
        messages.warning(request, _("Nothing is ticked."))
        return redirect("sources:starter")
    return _followed(job)


@require_safe
@administrators_only
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a job has come; with « suivre » the page reloads itself while there is something to wait for."""
    found = get_object_or_404(ImportJob.objects.select_related("outlet", "created_by"), pk=pk)
    progress = asking.progress(found)
    lines = found.lines.select_related("feed__outlet").order_by("id")
    problems = [one for line in lines.exclude(problems=[])[:PROBLEMS_SHOWN] for one in line.problems]
    context: dict[str, Any] = {
        "job": found,
        "progress": progress,
        "page": Paginator(lines.defer("problems"), LINES_ON_A_PAGE).get_page(request.GET.get("page")),
        "problems": problems[:PROBLEMS_SHOWN],
        "outcomes": [
            (label, progress.outcomes[value]) for value, label in Entry.Outcome.choices if value in progress.outcomes
        ],
        "is_sites": found.kind == ImportJob.Kind.SITES,
        "can_retry": found.kind in (ImportJob.Kind.SITES, ImportJob.Kind.SITEMAP)
        and found.lines.filter(outcome="refused").exists(),
        "follow": FOLLOW_SECONDS if request.GET.get("suivre") and progress.is_running else 0,
    }
    return render(request, "sources/import_job.html", context)


@require_POST
@administrators_only
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a job where it is."""
    found = get_object_or_404(ImportJob, pk=pk)
    if asking.cancel(found):
        messages.success(request, _("The import is stopped. What it brought stays."))
    return redirect(found)


@require_POST
@administrators_only
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a job."""
    found = get_object_or_404(ImportJob, pk=pk)
    if asking.resume(found):
        messages.success(request, _("The import goes on from where it was."))
    return _followed(found)


@require_POST
@administrators_only
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Read once more what was left out."""
    found = get_object_or_404(ImportJob, pk=pk)
    count = asking.retry(found)
    messages.success(request, ngettext("%d line is read again.", "%d lines are read again.", count) % count)
    return _followed(found)
