"""Loose documents that journalists bring: pasted, uploaded, or at an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from articles.forms import DocumentForm
from articles.models import Article
from articles.perms import JOURNALIST, role_required

LATEST = 20


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(JOURNALIST)
def documents(request: HttpRequest) -> HttpResponse:
    """Bring documents, and see what was understood of them."""
    latest = Article.objects.exclude(added_by=None).for_lists().select_related("story", "added_by")
    return render(request, "desk/documents.html", {"form": DocumentForm(), "latest": latest.order_by("-id")[:LATEST]})
