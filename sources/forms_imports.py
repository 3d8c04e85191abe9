"""What an administrator asks to be brought in, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from sources.forms import WebAddressField
from sources.importing.asking import Choice
from sources.models import Outlet
from sources.parsing.addresses import MAX_BYTES
from sources.parsing.urls import host

_HOST_LENGTH = 253


def _sized(file: UploadedFile | None, most: int) -> UploadedFile | None:
    if file is not None and (file.size or 0) > most:
        raise forms.ValidationError(_("The file is larger than %(size)d MB.") % {"size": most // 1024 // 1024})
    return file


class DayInput(forms.DateInput):
    """The browser's own calendar, which knows ISO dates only."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class HistoryForm(forms.Form):
    """The history of one outlet: where it is, and what of it is wanted."""

    outlet = forms.ModelChoiceField(Outlet.objects.none(), to_field_name="slug")
    sitemap = WebAddressField(max_length=1000, required=False)
    file = forms.FileField(required=False, max_length=300)
    first_day = forms.DateField(required=False, widget=DayInput)
    last_day = forms.DateField(required=False, widget=DayInput)
    containing = forms.CharField(max_length=200, required=False)
    hosts = forms.CharField(max_length=1000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outlet"].queryset = Outlet.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile | None:
        return _sized(self.cleaned_data["file"], settings.PRESSREVIEW_IMPORT_MB * 1024 * 1024)

    def clean_hosts(self) -> tuple[str, ...]:
        """Names of hosts, or addresses of sites, parted by blanks or commas."""
        names = []
        for word in self.cleaned_data["hosts"].replace(",", " ").split():
            name = host(word if "://" in word else f"https://{word}").removeprefix("www.")
            if not name or "." not in name or len(name) > _HOST_LENGTH:
                raise forms.ValidationError(_("“%(word)s” is not the name of a site.") % {"word": word})
            names.append(name)
        return tuple(names)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if bool(found.get("sitemap")) == bool(found.get("file")) and not self.errors:
            raise forms.ValidationError(_("Give the address of a sitemap or a file, one of the two."))
        first, last = found.get("first_day"), found.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("The last day is before the first."))
        return found

    @property
    def choice(self) -> Choice:
        """What of the history is wanted; of a valid form."""
        found = self.cleaned_data
        return Choice(found["first_day"], found["last_day"], found["containing"].strip(), found["hosts"])


class SitesForm(forms.Form):
    """Many sites: pasted, one a line, or as a file."""

    addresses = forms.CharField(required=False, max_length=500_000, widget=forms.Textarea)
    file = forms.FileField(required=False, max_length=300)

    def clean_file(self) -> UploadedFile | None:
        return _sized(self.cleaned_data["file"], MAX_BYTES)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not found.get("addresses", "").strip() and not found.get("file") and not self.errors:
            raise forms.ValidationError(_("Paste addresses or choose a file."))
        return found
