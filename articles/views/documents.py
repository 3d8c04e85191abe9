"""Loose documents that journalists bring: pasted, uploaded, or at an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from articles.forms import MOST_FILES, DocumentForm
from articles.models import Article
from articles.perms import JOURNALIST, role_required
from articles.pipeline.extract import Added, DocumentError, add_document
from sources.fetcher import client
from sources.models import Outlet
from sources.parsing.charsets import decode

LATEST = 20
FIRST_LINES = 320
_MARKUP = re.compile(r"<(?:!doctype|html|body|main|article|section|div|p|h[1-6])\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Brought:
    """One document as it was brought: a text, a page's HTML, or an address."""

    name: str = ""
    text: str = ""
    html: str = ""
    url: str = ""


def _read(file: UploadedFile) -> Brought:
    """An uploaded file, decoded as browsers do. Raises DocumentError for what is no text."""
    name = file.name or ""
    content = decode(file.read())
    if "\x00" in content:
        raise DocumentError(_("%(name)s is not a text.") % {"name": name})
    return Brought(name=name, text=content) if name.lower().endswith(".txt") else Brought(name=name, html=content)


def _pasted(text: str) -> Brought:
    return Brought(html=text) if _MARKUP.search(text[:5000]) else Brought(text=text)


def _outlet(name: str) -> Outlet | None:
    """The outlet that a person named, made when it is new; it is not collected."""
    if not name:
        return None
    known = Outlet.objects.filter(Q(name__iexact=name) | Q(name__iexact=name.replace("’", "'"))).first()
    slug = slugify(name.replace("’", "-"))[:120] or "titre"
    return known or Outlet.objects.get_or_create(slug=slug, defaults={"name": name, "is_active": False})[0]


def _add(brought: Brought, form: DocumentForm, user: User) -> Added:
    clean = form.cleaned_data
    with transaction.atomic():  # an outlet that was named for a document goes with it when it cannot be read
        return add_document(
            text=brought.text,
            html=brought.html,
            url=brought.url,
            name=brought.name,
            user=user,
            outlet=_outlet(clean["outlet"]),
            title=clean["title"],
            published=clean["published"],
            client=client() if brought.url else None,
        )


def _add_files(request: HttpRequest, form: DocumentForm, user: User) -> Iterator[Added]:
    """Each file that can be read; one that cannot is named, and does not stop the others."""
    for file in form.cleaned_data["uploads"]:
        try:
            yield _add(_read(file), form, user)
        except DocumentError as error:
            messages.error(request, str(error))


def _added(request: HttpRequest, form: DocumentForm) -> list[Added]:
    """What became of everything that was brought; an error of a single document stands in the form."""
    user, clean = cast(User, request.user), form.cleaned_data
    if clean["uploads"]:
        return list(_add_files(request, form, user))
    field = "url" if clean["url"] else "text"
    try:
        return [_add(Brought(url=clean["url"]) if clean["url"] else _pasted(clean["text"]), form, user)]
    except DocumentError as error:
        form.add_error(field, str(error))
        return []


def _tell(request: HttpRequest, added: list[Added]) -> None:
    new = sum(one.is_new for one in added)
    known = len(added) - new
    if new:
        messages.success(request, ngettext("%d document was added.", "%d documents were added.", new) % new)
    if known:
        said = ngettext("%d document was here already.", "%d documents were here already.", known)
        messages.info(request, said % known)


def _page(request: HttpRequest, form: DocumentForm) -> HttpResponse:
    known = Article.objects.select_related("outlet", "story", "added_by")
    ids = [int(pk) for pk in request.GET.getlist("lu") if pk.isascii() and pk.isdigit() and len(pk) < 13]
    latest = known.exclude(added_by=None, document_name="").defer("text", "blocks", "search")
    context: dict[str, Any] = {
        "form": form,
        "understood": known.defer("blocks", "search").filter(pk__in=ids[:MOST_FILES]).order_by("id"),
        "latest": latest.order_by("-seen_at", "-id")[:LATEST],
        "outlets": Outlet.objects.order_by("name").values_list("name", flat=True),
        "first_lines": FIRST_LINES,
        "most_files": MOST_FILES,
    }
    return render(request, "desk/documents.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(JOURNALIST)
def documents(request: HttpRequest) -> HttpResponse:
    """Bring documents, and see what was understood of them."""
    if request.method != "POST":
        return _page(request, DocumentForm())
    form = DocumentForm(request.POST, request.FILES)
    added = _added(request, form) if form.is_valid() else []
    if not added:
        return _page(request, form)
    _tell(request, added)
    query = urlencode([("lu", one.article.pk) for one in added])
    return redirect(f"{reverse('desk:documents')}?{query}#lus")
