"""What an administrator types about sources, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from sources.models import Outlet
from sources.parsing import opml
from sources.parsing.urls import is_web_address


class WebAddressField(forms.CharField):
    """An http(s) address; a bare name such as « exemple.fr » is taken as https."""

    def clean(self, value: Any) -> str:
        url = str(super().clean(value))
        url = url if not url or "://" in url else f"https://{url}"
        if url and not is_web_address(url):
            raise forms.ValidationError(_("This is not a web address."))
        return url


class AddressForm(forms.Form):
    """The address of a site or of a feed, to look at."""

    address = WebAddressField(max_length=1000)


class SourceForm(forms.Form):
    """A feed to save, with the outlet that it belongs to."""

    feed = WebAddressField(max_length=1000)
    name = forms.CharField(max_length=120)
    site = WebAddressField(max_length=500, required=False)
    kind = forms.ChoiceField(choices=Outlet.Kind.choices, initial=Outlet.Kind.TECH)
    language = forms.RegexField(r"^[a-z]{2,3}$", max_length=3, initial="fr")


class OpmlForm(forms.Form):
    """A list of feeds from another reader."""

    file = forms.FileField()

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > opml.MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        return file
