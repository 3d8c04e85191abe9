"""People and organisations, and what an editor corrects of what was read."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles import annotating, naming, people, perms
from articles.models import Entity, FindingChange, Spelling
from articles.text.typography import fold

NAMES_A_PAGE = 60


@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    """Who is quoted and named, the most quoted first; people, or another kind of name."""
    kind = request.GET.get("genre", "")
    kind = kind if kind in Entity.Kind.values else Entity.Kind.PERSON.value
    ranked = people.ranked(kind)
    page = Paginator(ranked.value, NAMES_A_PAGE).get_page(request.GET.get("page", 1))
    context = {"page": page, "lines": people.name_lines(list(page.object_list)), "counted_at": ranked.at}
    return render(request, "public/people.html", {**context, "kind": kind, "kinds": Entity.Kind.choices})


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
    """Merge a name, rename it, say what it names, let a spelling be a name of its own, or undo (POST "act")."""
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
        return naming.merge(entity, target, user)
    if act == "kind":
        naming.set_kind(entity, request.POST.get("kind", ""), user)
        return entity
    if act == "rename":
        naming.rename(entity, request.POST.get("name", ""), user)
        return entity
    if act.startswith("undo:"):
        said = act.removeprefix("undo:")
        acts = FindingChange.objects.filter(kind=FindingChange.Kind.NAME, row=entity.pk)
        naming.undo(get_object_or_404(acts, pk=int(said) if said.isdigit() and len(said) < 18 else 0), user)
        return entity
    if act == "split":
        number = request.POST.get("spelling", "")
        spelling = get_object_or_404(Spelling, pk=int(number) if number.isdigit() else 0, entity=entity)
        return naming.split(spelling, user)
    raise annotating.Refused(_("Choose what to do."))
