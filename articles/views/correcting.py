"""Where an editor puts right what was read of one article, and takes it back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from articles import correcting, findings
from articles.correcting import NO_DATE, Facts, Field, Outdated
from articles.editing import Refused
from articles.models import Article, ArticleCorrection
from articles.perms import EDITOR, role_required
from articles.pipeline.reading import block_key, dropped_from
from articles.templatetags.french import language_name, said_date
from sources.models import DatePrecision, Outlet
from sources.parsing.dates import parse_date

LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "ar", "ru", "zh", "ja")
MOST_HISTORY = 100
_FORMATS = {
    DatePrecision.SECOND: "%Y-%m-%d %H:%M:%S",
    DatePrecision.MINUTE: "%Y-%m-%d %H:%M",
    DatePrecision.DAY: "%Y-%m-%d",
    DatePrecision.MONTH: "%Y-%m",
    DatePrecision.YEAR: "%Y",
}


@dataclass(frozen=True, slots=True)
class BlockLine:
    """One block as the page gives it, with whether it is left out; `mark` names it in the form."""

    mark: str
    kind: str
    text: str
    is_dropped: bool


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One correction in words."""

    correction: ArticleCorrection
    before: str
    after: str


class CorrectionForm(forms.Form):
    """All that can be put right in one article; `state` is what the article was when the editor opened the page."""

    title = forms.CharField(label=gettext_lazy("Headline"), max_length=1000)
    standfirst = forms.CharField(
        label=gettext_lazy("Standfirst"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    authors = forms.CharField(
        label=gettext_lazy("Authors"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One on each line."),
    )
    outlet = forms.ModelChoiceField(
        label=gettext_lazy("Outlet"),
        queryset=Outlet.objects.all(),
        required=False,
        empty_label=gettext_lazy("not known"),
    )
    published = forms.CharField(
        label=gettext_lazy("Published"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("As precise as it is known: 2024-02-28 14:30, 28 February 2024, 2024-02 or 2024."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    paywalled = forms.BooleanField(label=gettext_lazy("Behind a paywall"), required=False)
    dropped = forms.MultipleChoiceField(required=False)
    state = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, article: Article, data: Any = None) -> None:
        shown = correcting.facts_of(article)
        self._shown = shown
        self.blocks = list(_block_lines(article))
        self._said = _date_text(article)
        super().__init__(
            data,
            initial={
                "title": shown.title,
                "standfirst": shown.standfirst,
                "authors": "\n".join(shown.authors),
                "outlet": shown.outlet or None,
                "published": self._said,
                "language": shown.language,
                "paywalled": shown.paywalled,
                "dropped": [line.mark for line in self.blocks if line.is_dropped],
                "state": correcting.state_of(article),
            },
        )
        known = dict.fromkeys(["", shown.language, *LANGUAGES])
        languages = cast(forms.ChoiceField, self.fields["language"])
        languages.choices = [(code, language_name(code) if code else _("not known")) for code in known]
        cast(forms.ChoiceField, self.fields["dropped"]).choices = [(line.mark, line.text) for line in self.blocks]

    def clean_title(self) -> str:
        """One line, as every headline."""
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_published(self) -> list[str]:
        """The date as it was, to the second, when nobody touched it; else what is read in the words typed."""
        typed = str(self.cleaned_data["published"]).strip()
        if typed == self._said:
            return self._shown.published
        date = parse_date(typed) if typed else None
        if typed and date is None:
            raise forms.ValidationError(_("This date is not understood. Write it as 28 February 2024 or 2024-02-28."))
        return correcting.as_said(date)

    def facts(self) -> Facts:
        """What the editor wants; the form must be valid."""
        clean = self.cleaned_data
        chosen = set(clean["dropped"])
        texts = [line.text for line in self.blocks if line.mark in chosen]
        if {line.mark for line in self.blocks if line.is_dropped} == chosen:
            texts = self._shown.dropped
        return Facts(
            title=clean["title"],
            standfirst=str(clean["standfirst"]).replace("\r\n", "\n"),
            authors=[" ".join(line.split()) for line in str(clean["authors"]).splitlines() if line.strip()],
            outlet=clean["outlet"].pk if clean["outlet"] else 0,
            published=clean["published"],
            language=clean["language"],
            paywalled=clean["paywalled"],
            dropped=texts,
        )


def _block_lines(article: Article) -> Iterable[BlockLine]:
    dropped = set(map(block_key, dropped_from(article) if "blocks" in article.corrected else []))
    for kind, text in article.as_read("blocks"):
        key = block_key(text)
        yield BlockLine(hashlib.sha256(key.encode()).hexdigest()[:16], kind, text, key in dropped)


def _date_text(article: Article) -> str:
    """The date in a form that is read back as it is."""
    if article.published_at is None or not article.published_precision:
        return ""
    return timezone.localtime(article.published_at).strftime(_FORMATS[DatePrecision(article.published_precision)])


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(EDITOR)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an article's facts right (POST "act": "save"), or take a correction back ("undo:" and its number)."""
    article = get_object_or_404(Article.objects.select_related("outlet", "entry", "story").defer("search"), pk=pk)
    if request.method != "POST":
        return _page(request, article, CorrectionForm(article))
    act, _colon, number = request.POST.get("act", "save").partition(":")
    return _undo(request, article, number) if act == "undo" else _save(request, article)


def _save(request: HttpRequest, article: Article) -> HttpResponse:
    form = CorrectionForm(article, request.POST)
    if not form.is_valid():
        return _page(request, article, form, status=400)
    try:
        kept = correcting.correct(article, cast(User, request.user), form.facts(), form.cleaned_data["state"])
    except Outdated as outdated:
        return _conflict(request, article, form, str(outdated))
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, article, form, status=400)
    if kept:
        facts = ", ".join(str(one.get_field_display()) for one in kept)
        messages.success(request, _("Corrected: %(facts)s.") % {"facts": facts})
    else:
        messages.info(request, _("The article says so already: nothing was changed."))
    return redirect(article)


def _conflict(request: HttpRequest, article: Article, form: CorrectionForm, sentence: str) -> HttpResponse:
    """What was typed stays in the fields, beside what the article says by now; saving again replaces it."""
    typed = request.POST.copy()
    typed["state"] = correcting.state_of(article)
    again = CorrectionForm(article, typed)
    again.add_error(None, sentence)
    now = correcting.facts_of(article)
    wanted = form.facts()
    theirs = [
        (str(label), in_words(name, getattr(now, name)))
        for name, label in Field.choices
        if getattr(now, name) != getattr(wanted, name)
    ]
    return _page(request, article, again, status=409, theirs=theirs)


def _undo(request: HttpRequest, article: Article, number: str) -> HttpResponse:
    is_number = number.isascii() and number.isdigit() and len(number) < 13
    correction = get_object_or_404(article.corrections, pk=int(number) if is_number else None)
    try:
        correcting.undo(correction, cast(User, request.user))
        messages.success(request, _("Undone: %(fact)s.") % {"fact": correction.get_field_display()})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("articles:correct", pk=article.pk)


def _page(
    request: HttpRequest,
    article: Article,
    form: CorrectionForm,
    *,
    status: int = 200,
    theirs: Iterable[tuple[str, str]] = (),
) -> HttpResponse:
    corrections = article.corrections.select_related("by", "undone_by")[:MOST_HISTORY]
    history = [HistoryLine(one, in_words(one.field, one.before), in_words(one.field, one.after)) for one in corrections]
    marked = set(form["dropped"].value() or [])
    context = {
        "article": article,
        "form": form,
        "history": history,
        "theirs": list(theirs),
        "blocks": [(line, line.mark in marked) for line in form.blocks],
        "held": list(_held(article)),
        "finding_changes": findings.changes_of(article),
    }
    return render(request, "desk/correct.html", context, status=status)


def _held(article: Article) -> Iterable[tuple[str, str]]:
    """What the page says where a person says otherwise."""
    for name, label in Field.choices:
        column = correcting.COLUMNS[name][0]
        if name == Field.PUBLISHED and column in article.corrected:
            at, precision = article.as_read("published_at"), article.as_read("published_precision")
            yield str(label), said_date(parse_datetime(at) if at else None, precision)
        elif name != Field.DROPPED and column in article.corrected:
            yield str(label), in_words(name, article.as_read(column))


def in_words(name: str, value: Any) -> str:
    """A fact of a correction as people read it."""
    if name == Field.PUBLISHED:
        at, precision = value or NO_DATE
        return said_date(parse_datetime(at) if at else None, precision)
    if name == Field.OUTLET:
        outlet = Outlet.objects.filter(pk=value).first() if value else None
        return outlet.name if outlet else _("unknown outlet")
    if name == Field.PAYWALLED:
        return _("yes") if value else _("no")
    if name == Field.LANGUAGE:
        return language_name(value) if value else _("not known")
    if name == Field.DROPPED:
        return " / ".join(value) or _("none")
    return ", ".join(value) if isinstance(value, list) else str(value)
