"""The editor's desk (« Pupitre »): the weeks, and one week's digest from its candidates to its publication.

Every act is a plain form that answers with a redirect; a script may ask for JSON instead, and then saves while the
editor types. Each act saves the texts first: a button never loses what was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from articles import editing, headlines
from articles.candidates import Candidate, candidates, weeks
from articles.converters import Week
from articles.editing import Conflict, ItemText, Refused
from articles.forms import DigestForm
from articles.headlines import Piece
from articles.models import Digest, DigestItem, Story
from articles.perms import EDITOR, role_required
from articles.views.documents import documents as documents

WEEKS_ON_A_PAGE = 26
# Below these, candidates are folded away.
CANDIDATES_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the contents with what is typed in its fields, and what the manifest says of it."""

    item: DigestItem
    headline: str
    note: str
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One text that two editors wrote at once; `mine_in_page` says whether a field below still holds mine."""

    label: str
    theirs: str
    mine: str
    mine_in_page: bool

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """From their text to mine, word by word; none where a reader would rather see both whole."""
        change = headlines.change(self.theirs, self.mine)
        return change.pieces if change and not change.is_rewritten else ()


def _editor(request: HttpRequest) -> User:
    return cast(User, request.user)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


@require_safe
@role_required(EDITOR)
def home(request: HttpRequest) -> HttpResponse:
    """Weeks that have articles, newest first, with the state of their digest."""
    page = Paginator(weeks(), WEEKS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/home.html", {"page": page})


def _rows(digest: Digest, form: DigestForm, content: dict[str, Any]) -> list[Row]:
    """The contents as the page shows them: what was typed where something was."""
    rows = []
    for item, told in zip(digest.items.select_related("story"), content["items"], strict=True):
        headline = form.data.get(f"headline-{item.pk}", item.headline)
        note = form.data.get(f"note-{item.pk}", item.note)
        rows.append(Row(item, headline, note, told))
    return rows


def _sheet(digest: Digest, user: User) -> dict[str, Any]:
    """What the preview shows: the manifest as it would be sealed now, and what keeps it from that.

    Of a published digest: its own manifest, as sealed.
    """
    content = digest.sealed or editing.manifest(digest, timezone.now(), editing.next_number(), editing.name_of(user))
    return {
        "digest": digest,
        "content": content,
        "missing": editing.missing(content),
    }


def _page(
    request: HttpRequest, digest: Digest, form: DigestForm, differences: list[Difference] | None = None
) -> HttpResponse:
    """The three panes around what is typed in `form`; with `differences`, the page of a conflict."""
    sheet = _sheet(digest, _editor(request))
    found: list[Candidate] = candidates(digest)
    context = {
        **sheet,
        "week": Week(digest.year, digest.week),
        "form": form,
        "rows": _rows(digest, form, sheet["content"]),
        "candidates": found[:CANDIDATES_SHOWN],
        "more_candidates": found[CANDIDATES_SHOWN:],
        "candidate_count": len(found),
        "differences": differences,
        "can_restore": request.session.get("removed", {}).get("digest") == digest.pk,
    }
    status = 409 if differences else 400 if form.is_bound and not form.is_valid() else 200
    return render(request, "desk/digest.html", context, status=status)


def _differences(current: Digest, form: DigestForm) -> list[Difference]:
    """Every text that is not the same in the digest as saved and in what was typed."""
    items = {item.pk: item for item in current.items.select_related("story")}
    mine = form.text()
    pairs = [
        (_("Title"), current.title, mine.title, True),
        (_("Standfirst"), current.standfirst, mine.standfirst, True),
        (_("Introduction"), current.introduction, mine.introduction, True),
    ]
    for pk, text in mine.items.items():
        item = items.get(pk)
        name = item.headline or item.story.title if item else text.headline or _("a story that was removed meanwhile")
        kept = ItemText(item.headline, item.note) if item else ItemText()
        pairs.append((_("Headline of “%(story)s”") % {"story": name}, kept.headline, text.headline, item is not None))
        pairs.append((_("Note on “%(story)s”") % {"story": name}, kept.note, text.note, item is not None))
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def _conflict(request: HttpRequest, form: DigestForm, current: Digest) -> HttpResponse:
    """Both texts: what was typed stays in the fields, over the version that is saved now."""
    if _wants_json(request):
        return JsonResponse({"error": _("Another editor saved this digest meanwhile.")}, status=409)
    differences = _differences(current, form)
    return _page(request, current, DigestForm({**dict(form.data.items()), "version": current.version}), differences)


def _refused_input(request: HttpRequest, digest: Digest, form: DigestForm) -> HttpResponse:
    if _wants_json(request):
        first = next(iter(form.errors.values()))[0]
        return JsonResponse({"error": str(first)}, status=400)
    return _page(request, digest, form)


def _remove(request: HttpRequest, digest: Digest, item: DigestItem) -> None:
    request.session["removed"] = {
        "digest": digest.pk,
        "story": item.story_id,
        "headline": item.headline,
        "note": item.note,
        "position": item.position,
    }
    editing.remove_story(digest, item)


def _restore(request: HttpRequest, digest: Digest) -> None:
    removed = request.session.pop("removed", None)
    story = Story.objects.filter(pk=removed["story"]).first() if removed and removed["digest"] == digest.pk else None
    if story is None:
        raise Refused(_("There is nothing to put back."))
    editing.add_story(digest, story, ItemText(removed["headline"], removed["note"]), removed["position"])


def _numbers(values: list[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 13]


def _perform(request: HttpRequest, digest: Digest, act: str) -> None:
    """Do one act on the contents; "save" is done already. Raises Refused."""
    name, _colon, number = act.partition(":")
    if name == "add":
        for story in Story.objects.filter(pk__in=_numbers(request.POST.getlist("story"))).by_coverage():
            editing.add_story(digest, story)
    elif name == "reorder":
        editing.reorder(digest, _numbers(request.POST.get("order", "").split(",")))
    elif name in {"up", "down", "remove"}:
        item = digest.items.filter(pk__in=_numbers([number])).first()
        if item is None:
            raise Refused(_("This story is no longer in the contents."))
        if name == "remove":
            _remove(request, digest, item)
        else:
            editing.move(item, "up" if name == "up" else "down")


def _saved(request: HttpRequest, digest: Digest) -> HttpResponse:
    """What the script needs after an act: the version to save over, and the preview as it is now."""
    sheet = render_to_string("desk/_sheet.html", _sheet(digest, _editor(request)), request)
    said = render_to_string("desk/_saved.html", {"digest": digest}, request)
    return JsonResponse({"version": digest.version, "saved": said.strip(), "sheet": sheet})


def _undo(request: HttpRequest, digest: Digest) -> HttpResponse:
    """Put the story back that this editor took out last; this form holds no texts."""
    try:
        _restore(request, digest)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("desk:digest", week=Week(digest.year, digest.week))


def _act(request: HttpRequest, digest: Digest) -> HttpResponse:
    form = DigestForm(request.POST)
    if not form.is_valid():
        return _refused_input(request, digest, form)
    try:
        digest = editing.write(digest, form.text(), form.cleaned_data["version"])
        _perform(request, digest, request.POST.get("act", "save"))
    except Conflict as conflict:
        return _conflict(request, form, conflict.current)
    except Refused as refused:
        if _wants_json(request):
            return JsonResponse({"error": str(refused)}, status=409)
        messages.error(request, str(refused))
    if _wants_json(request):
        return _saved(request, digest)
    page = "desk:publish" if request.POST.get("act") == "publish" else "desk:digest"
    return redirect(page, week=Week(digest.year, digest.week))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(EDITOR)
def digest(request: HttpRequest, week: Week) -> HttpResponse:
    """One week's digest: candidates, contents, preview; every act is a POST to the same address."""
    current = editing.open_digest(week, _editor(request))
    if request.method == "POST":
        return (_undo if request.POST.get("act") == "restore" else _act)(request, current)
    if current.state == Digest.State.PUBLISHED:
        return render(request, "desk/published.html", {**_sheet(current, _editor(request)), "week": week})
    return _page(request, current, DigestForm.of(current))


@require_safe
@role_required(EDITOR)
def preview(request: HttpRequest, week: Week) -> HttpResponse:
    """The edition's own page, as it would be published now; ?format=json is its manifest."""
    current = get_object_or_404(Digest, year=week.year, week=week.number)
    content = _sheet(current, _editor(request))["content"]
    if request.GET.get("format") == "json":
        return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "sort_keys": True})
    address = request.build_absolute_uri(reverse("editions:detail", args=[content["number"]]))
    seal = current.seal or editing.seal_of(content)
    context = {"sealed": content, "edition": {"seal": seal}, "week": week, "address": address}
    return render(request, "desk/preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(EDITOR)
def publish(request: HttpRequest, week: Week) -> HttpResponse:
    """Ask once more, saying what will happen, then publish."""
    current = get_object_or_404(Digest, year=week.year, week=week.number)
    if request.method == "POST":
        try:
            version = _numbers([request.POST.get("version", "")])
            edition = editing.publish(current, _editor(request), version[0] if version else -1)
        except Conflict:
            messages.error(request, _("Another editor saved this digest meanwhile: read it once more, then publish."))
            return redirect("desk:publish", week=week)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("desk:digest", week=week)
        messages.success(request, _("Edition %(number)d is published and sealed.") % {"number": edition.number})
        return redirect(edition.get_absolute_url())
    if current.state == Digest.State.PUBLISHED:
        return redirect("desk:digest", week=week)
    return render(request, "desk/publish.html", {**_sheet(current, _editor(request)), "week": week})
