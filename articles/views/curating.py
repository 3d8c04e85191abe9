"""An editor's acts on a story, each a form on the story's own page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles import arranging, curating, perms
from articles.models import Article, Episode, Story, StoryEvent
from articles.text.summary import LONGEST, Sentence

MOST_SENTENCES = 12
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


def _episode(request: HttpRequest, story: Story) -> Episode:
    number = request.POST.get("episode", "")
    found = story.episodes.filter(pk=number).first() if number.isdigit() else None
    if found is None:
        raise curating.Refused(_("Choose an episode of this story."))
    return found


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise curating.Refused(_("Choose a day that has articles.")) from None


def _rename_episode(request: HttpRequest, story: Story, user: User) -> str:
    arranging.rename_episode(_episode(request, story), request.POST.get("label", ""), user)
    return _("Renamed.")


def _begin_episode(request: HttpRequest, story: Story, user: User) -> str:
    arranging.begin_episode(story, _day(request), user)
    return _("An episode begins on that day.")


def _move_border(request: HttpRequest, story: Story, user: User) -> str:
    arranging.move_border(_episode(request, story), _day(request), user)
    return _("The episode begins on that day now.")


def _merge_episode(request: HttpRequest, story: Story, user: User) -> str:
    arranging.merge_episode(_episode(request, story), user)
    return _("Merged with the episode before.")


def _tie(request: HttpRequest, story: Story, user: User) -> str:
    event = arranging.tie(story, _named(request), user)
    return _("Tied to “%(title)s”.") % {"title": event.detail["title"]}


def _hide(request: HttpRequest, story: Story, user: User) -> str:
    event = arranging.hide(story, _named(request), user)
    return _("“%(title)s” is no longer shown as related.") % {"title": event.detail["title"]}


def _write_summary(request: HttpRequest, story: Story, user: User) -> str:
    """Words of one's own; none gives the sentence that was chosen among those of the articles."""
    if words := request.POST.get("words", "").strip():
        arranging.write_summary(story, words, user)
    else:
        arranging.choose_summary(story, _sentence(request, story), user)
    return _("Summary chosen.")


def _sentence(request: HttpRequest, story: Story) -> Sentence:
    chosen = request.POST.get("sentence", "")
    found = next((one for one in arranging.sentences(story) if sentence_mark(one) == chosen), None)
    if found is None:
        raise curating.Refused(_("Choose a sentence, or write one."))
    return found


def sentence_mark(one: Sentence) -> str:
    """What a form knows a sentence by."""
    return f"{one.key}-{int(one.in_standfirst)}-{one.start}-{one.end}"


@perms.role_required(perms.EDITOR)
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an editor chooses the sentence that stands for a story."""
    story = get_object_or_404(Story.objects.filter(merged_into=None), pk=pk)
    found = arranging.sentences(story)[:MOST_SENTENCES]
    articles = story.articles.for_lists().in_bulk([int(str(one.key)) for one in found])
    lines = [(sentence_mark(one), one, articles[int(str(one.key))]) for one in found]
    return render(request, "desk/summary.html", {"story": story, "lines": lines, "most": LONGEST})


ACTS: dict[str, Act] = {
    "merge": _merge,
    "split": _split,
    "move": _move,
    "rename": _rename,
    "lead": _lead,
    "close": _close,
    "reopen": _reopen,
    "episode-rename": _rename_episode,
    "episode-begin": _begin_episode,
    "episode-move": _move_border,
    "episode-merge": _merge_episode,
    "tie": _tie,
    "hide": _hide,
    "summary": _write_summary,
}
