"""People and organisations, and what an editor corrects of what was read."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles import annotating, people, perms
from articles.models import Article, Credit, Entity, Quote, Spelling
from articles.text.typography import fold

NAMES_A_PAGE = 60


@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    """Who is quoted and named, the most quoted first; people, or another kind of name."""
    kind = request.GET.get("genre", "")
    kind = kind if kind in Entity.Kind.values else Entity.Kind.PERSON.value
    page = Paginator(people.ranked(kind), NAMES_A_PAGE).get_page(request.GET.get("page", 1))
    return render(request, "public/people.html", {"page": page, "kind": kind, "kinds": Entity.Kind.choices})


@require_safe
def person(request: HttpRequest, slug: str) -> HttpResponse:
    """A name's page. A name merged into another leads to it, for ever."""
    found = get_object_or_404(Entity.objects.select_related("merged_into"), slug=slug)
    if found.merged_into:
        return redirect(found.merged_into, permanent=True)
    context = {"entity": found, "page": people.page_of(found), "kinds": Entity.Kind.choices}
    return render(request, "public/person.html", context)


@require_POST
@perms.role_required(perms.EDITOR)
def correct(request: HttpRequest, slug: str) -> HttpResponse:
    """Merge a name into another, say what it names, or let a spelling be a name of its own (POST "act")."""
    entity = get_object_or_404(Entity, slug=slug)
    assert isinstance(request.user, User)
    try:
        entity = _carry_out(request, entity, request.user)
        messages.success(request, _("Saved."))
    except annotating.Refused as error:
        messages.error(request, str(error))
    return redirect(entity)


def _carry_out(request: HttpRequest, entity: Entity, user: User) -> Entity:
    act = request.POST.get("act", "")
    if act == "merge":
        target = Entity.objects.filter(spellings__key=fold(request.POST.get("name", ""))).first()
        if target is None:
            raise annotating.Refused(_("No name is spelt “%(said)s”.") % {"said": request.POST.get("name", "")[:100]})
        return annotating.merge_entities(entity, target, user)
    if act == "kind":
        annotating.set_kind(entity, request.POST.get("kind", ""), user)
        return entity
    if act == "split":
        number = request.POST.get("spelling", "")
        spelling = get_object_or_404(Spelling, pk=int(number) if number.isdigit() else 0, entity=entity)
        return annotating.split_spelling(spelling, user)
    raise annotating.Refused(_("Choose what to do."))


@require_POST
@perms.role_required(perms.EDITOR)
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a quote's speaker, or take away what is no quote or no credit, on an article's page."""
    article = get_object_or_404(Article, pk=pk)
    assert isinstance(request.user, User)
    quote, credit = request.POST.get("quote", ""), request.POST.get("credit", "")
    found: Quote | Credit
    if quote.isdigit():
        found = get_object_or_404(Quote, pk=int(quote), article=article)
    else:
        found = get_object_or_404(Credit, pk=int(credit) if credit.isdigit() else 0, article=article)
    try:
        if request.POST.get("act") == "speaker" and isinstance(found, Quote):
            annotating.set_speaker(found, request.POST.get("speaker", ""), request.user)
        elif request.POST.get("act") == "hide":
            annotating.hide(found, request.user)
        else:
            raise annotating.Refused(_("Choose what to do."))
        messages.success(request, _("Saved."))
    except annotating.Refused as error:
        messages.error(request, str(error))
    return redirect(f"{article.get_absolute_url()}#quotes")
