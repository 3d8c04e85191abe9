"""An editor's acts on a story, each a form on the story's own page."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles import curating, perms
from articles.models import Article, Story, StoryEvent

Act = Callable[[HttpRequest, Story, User], str]


@require_POST
@perms.role_required(perms.EDITOR)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out one act on a story (POST "act": a key of ACTS) and say what came of it."""
    story = get_object_or_404(Story, pk=pk)
    carry_out = ACTS.get(request.POST.get("act", ""))
    assert isinstance(request.user, User)
    try:
        if carry_out is None:
            raise curating.Refused(_("Choose what to do."))
        messages.success(request, carry_out(request, story, request.user))
    except curating.Refused as error:
        messages.error(request, str(error))
    story.refresh_from_db()
    return redirect(story.merged_into or story)


@require_POST
@perms.role_required(perms.EDITOR)
def undo(request: HttpRequest, pk: int, event: int) -> HttpResponse:
    """Take back what one line of the journal tells."""
    line = get_object_or_404(StoryEvent.objects.select_related("story"), pk=event, story=pk)
    assert isinstance(request.user, User)
    try:
        curating.undo(line, request.user)
        messages.success(request, _("Undone."))
    except curating.Refused as error:
        messages.error(request, str(error))
    line.story.refresh_from_db()
    return redirect(line.story.merged_into or line.story)


def _chosen(request: HttpRequest, story: Story) -> list[Article]:
    numbers = [int(value) for value in request.POST.getlist("article") if value.isdigit()]
    return list(story.articles.filter(pk__in=numbers).order_by("sort_at", "id"))


def _named(request: HttpRequest) -> Story:
    """The other story, given by its number or its address."""
    said = request.POST.get("story", "").strip()
    found = re.search(r"(?:^|/histoires/|^#)(\d+)(?:-|/|$|\s)", said)
    story = Story.objects.filter(pk=int(found[1])).select_related("merged_into").first() if found else None
    if story is None:
        raise curating.Refused(_("No story bears the number or the address “%(said)s”.") % {"said": said[:100]})
    return story.merged_into or story


def _merge(request: HttpRequest, story: Story, user: User) -> str:
    target = _named(request)
    curating.merge(story, target, user)
    return _("Merged into “%(title)s”; the old address leads here.") % {"title": target.title}


def _split(request: HttpRequest, story: Story, user: User) -> str:
    event = curating.split(story, _chosen(request, story), user, request.POST.get("title", ""))
    return _("Split: the articles chosen are now “%(title)s”.") % {"title": event.detail["title"]}


def _move(request: HttpRequest, story: Story, user: User) -> str:
    articles, target = _chosen(request, story), _named(request)
    if not articles:
        raise curating.Refused(_("Choose articles of this story."))
    for article in articles:
        curating.move(article, target, user)
    return _("Moved to “%(title)s”.") % {"title": target.title}


def _rename(request: HttpRequest, story: Story, user: User) -> str:
    curating.rename(story, request.POST.get("title", ""), user)
    return _("Renamed.")


def _lead(request: HttpRequest, story: Story, user: User) -> str:
    articles = _chosen(request, story)
    if len(articles) != 1:
        raise curating.Refused(_("Choose one article to lead."))
    curating.choose_lead(story, articles[0], user)
    return _("“%(title)s” leads the story.") % {"title": articles[0].title}


def _close(request: HttpRequest, story: Story, user: User) -> str:
    curating.close(story, user)
    return _("Closed: no article joins by itself any more.")


def _reopen(request: HttpRequest, story: Story, user: User) -> str:
    curating.reopen(story, user)
    return _("Reopened.")


ACTS: dict[str, Act] = {
    "merge": _merge,
    "split": _split,
    "move": _move,
    "rename": _rename,
    "lead": _lead,
    "close": _close,
    "reopen": _reopen,
}
