"""The editor's desk (« Pupitre ») and the loose documents that journalists bring."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.converters import Week
from articles.perms import EDITOR, JOURNALIST, role_required


@role_required(EDITOR)
def home(request: HttpRequest) -> HttpResponse:
    """Weeks that have articles, with the state of their digest."""
    return render(request, "desk/home.html")


@role_required(EDITOR)
def digest(request: HttpRequest, week: Week) -> HttpResponse:
    """One week's digest: candidates, contents, preview; every act is a POST to the same address."""
    return render(request, "desk/digest.html", {"week": week})


@role_required(EDITOR)
def preview(request: HttpRequest, week: Week) -> HttpResponse:
    """The digest as it would be published."""
    return render(request, "desk/preview.html", {"week": week})


@role_required(EDITOR)
def publish(request: HttpRequest, week: Week) -> HttpResponse:
    """Ask once more, then publish."""
    return render(request, "desk/publish.html", {"week": week})


@role_required(JOURNALIST)
def documents(request: HttpRequest) -> HttpResponse:
    """Bring a loose document."""
    return render(request, "desk/documents.html")
