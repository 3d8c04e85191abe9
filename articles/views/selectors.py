"""Where an administrator gives an outlet its own CSS selectors, and sees first what they change on one of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from articles.models import Page
from articles.perms import ADMINISTRATOR, role_required
from articles.pipeline.reading import selectors_of
from articles.pipeline.reextract import to_reread
from articles.text import selectors
from articles.text.selectors import Selectors
from articles.text.spans import ExtractedPage
from sources import confined
from sources.fetcher import client
from sources.fetching.client import FetchError
from sources.health import selectors_state
from sources.models import MOST_CSS, Outlet, valid_selector
from sources.parsing.urls import is_web_address

LATEST = 10
BLOCKS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Preview:
    """One page read without the selectors and with them."""

    url: str
    without: ExtractedPage
    with_selectors: ExtractedPage
    unmatched: tuple[str, ...]

    @property
    def readings(self) -> list[tuple[str, ExtractedPage]]:
        """Both readings under their names, in the order of the page."""
        return [(_("Without selectors"), self.without), (_("With these selectors"), self.with_selectors)]


class SelectorField(forms.CharField):
    """One CSS selector, or several where commas part them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=MOST_CSS, validators=[valid_selector], **options)


class SelectorsForm(forms.Form):
    """The selectors of one outlet, and the page to try them on."""

    body_selector = SelectorField(
        label=gettext_lazy("Text"), help_text=gettext_lazy("Several elements may match: they are joined.")
    )
    title_selector = SelectorField(label=gettext_lazy("Headline"))
    author_selector = SelectorField(label=gettext_lazy("Authors"))
    date_selector = SelectorField(label=gettext_lazy("Date"))
    remove_selectors = forms.CharField(
        label=gettext_lazy("Remove"),
        required=False,
        max_length=20 * MOST_CSS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One selector on each line. What they match is taken away before the text is read."),
    )
    url = forms.CharField(
        label=gettext_lazy("Address of one of its articles"), required=False, max_length=2000, strip=True
    )

    def clean_remove_selectors(self) -> list[str]:
        """Each line a selector; all that are none are named."""
        lines = [line.strip() for line in str(self.cleaned_data["remove_selectors"]).splitlines() if line.strip()]
        errors = []
        for line in lines:
            try:
                valid_selector(line)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return lines

    def clean_url(self) -> str:
        """Only web addresses."""
        url = str(self.cleaned_data["url"])
        if url and not is_web_address(url):
            raise ValidationError(_("This is not a web address."))
        return url

    def selectors(self) -> Selectors:
        """What was typed; the form must be valid."""
        clean = self.cleaned_data
        return Selectors(
            body=clean["body_selector"],
            title=clean["title_selector"],
            author=clean["author_selector"],
            date=clean["date_selector"],
            remove=tuple(clean["remove_selectors"]),
        )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(ADMINISTRATOR)
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Try selectors on a page (POST "act": "preview") or keep them ("save")."""
    outlet = get_object_or_404(Outlet, slug=slug)
    if request.method != "POST":
        return _page(request, outlet, _form_of(outlet))
    form = SelectorsForm(request.POST)
    if not form.is_valid():
        return _page(request, outlet, form, status=400)
    if request.POST.get("act") == "save":
        return _save(request, outlet, form)
    return _try(request, outlet, form)


def _form_of(outlet: Outlet) -> SelectorsForm:
    now = selectors_of(outlet)
    return SelectorsForm(
        initial={
            "body_selector": now.body,
            "title_selector": now.title,
            "author_selector": now.author,
            "date_selector": now.date,
            "remove_selectors": "\n".join(now.remove),
        }
    )


def _save(request: HttpRequest, outlet: Outlet, form: SelectorsForm) -> HttpResponse:
    wanted = form.selectors()
    if wanted == selectors_of(outlet):
        messages.info(request, _("These are its selectors already."))
        return redirect("selectors:edit", slug=outlet.slug)
    outlet.body_selector, outlet.title_selector = wanted.body, wanted.title
    outlet.author_selector, outlet.date_selector = wanted.author, wanted.date
    outlet.remove_selectors, outlet.selectors_failed_since = list(wanted.remove), None
    outlet.save()
    count = to_reread(outlet).update(extracted_with=0)
    messages.success(request, _("Saved: what is collected from now on is read with these selectors."))
    if count:
        told = ngettext(
            "%(count)d article that is there already is read again by: manage.py reextract --outlet %(slug)s",
            "%(count)d articles that are there already are read again by: manage.py reextract --outlet %(slug)s",
            count,
        )
        messages.info(request, told % {"count": count, "slug": outlet.slug})
    return redirect("selectors:edit", slug=outlet.slug)


def _try(request: HttpRequest, outlet: Outlet, form: SelectorsForm) -> HttpResponse:
    url = form.cleaned_data["url"]
    if not url:
        form.add_error("url", _("Give the address of an article, or choose one of the latest."))
        return _page(request, outlet, form, status=400)
    try:
        html, at, fetched_at = _html(outlet, url)
        found = confined.call(selectors.extract, html, at, form.selectors(), fetched_at=fetched_at)
        plain = confined.call(selectors.extract, html, at, Selectors(), fetched_at=fetched_at)
    except (FetchError, confined.Failed) as error:
        form.add_error("url", _("The page could not be read: %(error)s") % {"error": error})
        return _page(request, outlet, form, status=400)
    except ValueError as error:
        form.add_error("url", _("There is no article to read on this page: %(error)s.") % {"error": error})
        return _page(request, outlet, form, status=400)
    return _page(request, outlet, form, preview=Preview(at, plain.page, found.page, found.unmatched))


def _html(outlet: Outlet, url: str) -> tuple[str, str, datetime]:
    """The page as it was kept, where it was: its host is not asked for each try. Raises FetchError."""
    kept = Page.objects.filter(article__outlet=outlet, url=url).first()
    if kept is not None:
        return kept.html, kept.url, kept.fetched_at
    response = client().get(url, kind="page")
    return response.text, response.url, response.fetched_at


def _page(
    request: HttpRequest, outlet: Outlet, form: SelectorsForm, *, preview: Preview | None = None, status: int = 200
) -> HttpResponse:
    latest = Page.objects.filter(article__outlet=outlet).order_by("-article__sort_at", "-article")
    context = {
        "outlet": outlet,
        "form": form,
        "preview": preview,
        "blocks_shown": BLOCKS_SHOWN,
        "latest": latest.values_list("url", "article__title")[:LATEST],
        "state": selectors_state(outlet, timezone.now()),
    }
    return render(request, "desk/selectors.html", context, status=status)
