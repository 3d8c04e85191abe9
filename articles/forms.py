"""What people type at the desk, checked: the texts of a digest, and loose documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.editing import DigestText, ItemText
from articles.models import Digest
from sources.parsing.dates import PartialDate, parse_date
from sources.parsing.urls import is_web_address

MEGABYTE = 1024 * 1024
LARGEST_FILE = 5 * MEGABYTE
MOST_FILES = 50
FILE_KINDS = (".txt", ".html", ".htm")
_ITEM_FIELD = re.compile(r"^(?:headline|note)-(\d{1,12})$")


class ProseField(forms.CharField):
    """A text of several lines; browsers send CRLF, we keep LF."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class DigestForm(forms.Form):
    """The texts of a digest, with a headline and a note for each item; `version` is the one the editor had read."""

    title = forms.CharField(max_length=200, required=False)
    standfirst = ProseField(max_length=1000, required=False)
    introduction = ProseField(max_length=20_000, required=False)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], items: Iterable[int] | None = None) -> None:
        """`items` are the numbers of the items; without it those that `data` speaks of, the removed ones included."""
        super().__init__(data)
        named = {int(match[1]) for key in data if (match := _ITEM_FIELD.match(key))}
        self.item_ids = sorted(named) if items is None else list(items)
        for pk in self.item_ids:
            self.fields[f"headline-{pk}"] = forms.CharField(max_length=200, required=False)
            self.fields[f"note-{pk}"] = ProseField(max_length=20_000, required=False)

    @classmethod
    def of(cls, digest: Digest) -> DigestForm:
        """The form as it stands before anybody types."""
        data: dict[str, Any] = {
            "title": digest.title,
            "standfirst": digest.standfirst,
            "introduction": digest.introduction,
            "version": digest.version,
        }
        for item in digest.items.all():
            data |= {f"headline-{item.pk}": item.headline, f"note-{item.pk}": item.note}
        return cls(data)

    def item_text(self, pk: int) -> ItemText:
        """What was typed for an item; empty when nothing was."""
        clean = self.cleaned_data
        return ItemText(clean.get(f"headline-{pk}", ""), clean.get(f"note-{pk}", ""))

    def text(self) -> DigestText:
        """What was typed, in one piece; the form must be valid."""
        clean = self.cleaned_data
        items = {pk: self.item_text(pk) for pk in self.item_ids}
        return DigestText(clean["title"], clean["standfirst"], clean["introduction"], items)


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(one, initial) for one in files]


class DocumentForm(forms.Form):
    """A loose document: a text, files, or an address, one of the three; what a person sets wins over what is read."""

    text = ProseField(label=gettext_lazy("Text or HTML"), max_length=2_000_000, required=False, strip=False)
    uploads = ManyFilesField(label=gettext_lazy("Files"), required=False, allow_empty_file=True)
    url = forms.CharField(label=gettext_lazy("Address"), max_length=2000, required=False)
    outlet = forms.CharField(label=gettext_lazy("Press outlet"), max_length=120, required=False)
    title = forms.CharField(label=gettext_lazy("Headline"), max_length=1000, required=False)
    published = forms.CharField(label=gettext_lazy("Date"), max_length=100, required=False)

    def clean_url(self) -> str:
        """Only web addresses; a bare name such as « exemple.fr/article » is taken as https."""
        url = str(self.cleaned_data["url"])
        url = url if not url or "://" in url else f"https://{url}"
        if url and not is_web_address(url):
            raise forms.ValidationError(_("This is not a web address."))
        return url

    def clean_uploads(self) -> list[UploadedFile]:
        """Text and HTML files, neither too many nor too large."""
        files: list[UploadedFile] = self.cleaned_data["uploads"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most %(count)d files at once.") % {"count": MOST_FILES})
        for file in files:
            name = file.name or ""
            if not name.lower().endswith(FILE_KINDS):
                raise forms.ValidationError(_("%(name)s: only .txt and .html files can be read.") % {"name": name})
            if (file.size or 0) > LARGEST_FILE:
                raise forms.ValidationError(_("%(name)s is larger than 5 MB.") % {"name": name})
        return files

    def clean_outlet(self) -> str:
        """The outlet's name with the apostrophe of print."""
        return " ".join(str(self.cleaned_data["outlet"]).split()).replace("'", "’")

    def clean_published(self) -> PartialDate | None:
        """A date as people write it, to the precision they give."""
        typed = str(self.cleaned_data["published"]).strip()
        if not typed:
            return None
        read = parse_date(typed)
        if read is None:
            raise forms.ValidationError(_("This date is not understood. Write it as 28 February 2024 or 2024-02-28."))
        return read

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        given = [name for name in ("text", "uploads", "url") if clean.get(name) and str(clean[name]).strip()]
        if not self.errors and len(given) != 1:
            said = (
                _("Give a text, files, or an address.")
                if not given
                else _("Give only one: a text, files, or an address.")
            )
            raise forms.ValidationError(said)
        if len(clean.get("uploads") or []) > 1 and clean.get("title"):
            self.add_error("title", _("A title fits one document only: leave it empty for several files."))
        return clean
