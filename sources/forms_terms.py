"""The terms of one outlet, as an administrator types them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sources.models import MOST_NAME, Outlet
from sources.terms import EXCERPT, LONGEST_MINUTES, SHORTEST_MINUTES

MOST_LANGUAGES, MOST_ALIASES = 20, 50
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class WordsField(forms.CharField):
    """Several words or names in one input, parted by commas or line ends: a list, each once."""

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(required=False, max_length=most * (MOST_NAME + 2), **options)
        self.most = most

    def prepare_value(self, value: Any) -> Any:
        """A list as it is typed; what was typed as it was."""
        separator = "\n" if isinstance(self.widget, forms.Textarea) else ", "
        return separator.join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The words without white space around them."""
        parts = re.split(r"[,;\n]" if not isinstance(self.widget, forms.Textarea) else r"\n", value or "")
        words = list(dict.fromkeys(word for part in parts if (word := " ".join(part.split()))))
        if len(words) > self.most:
            raise ValidationError(_("These are more than %(most)d.") % {"most": self.most})
        return words

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other words were typed."""
        return bool((initial or []) != self.to_python(data))

    def validate(self, value: Any) -> None:
        """The words are validated by the form."""

    def run_validators(self, value: Any) -> None:
        """The length of each word is the form's to judge."""


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """How one outlet is read. Every input is optional: an empty one leaves the outlet as all others are."""

    languages = WordsField(
        most=MOST_LANGUAGES,
        label=gettext_lazy("Languages kept"),
        help_text=gettext_lazy(
            "Codes such as fr or en, commas between them. Articles in other languages are left out; empty keeps all."
        ),
    )
    aliases = WordsField(
        most=MOST_ALIASES,
        label=gettext_lazy("Names by which others credit it"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One name on each line, beside the outlet’s own."),
    )

    class Meta:
        model = Outlet
        fields = (
            "shortest_minutes", "longest_minutes", "paywall", "language", "languages", "retention_days",
            "excerpt_limit", "quoted_percent", "rights", "aliases",
        )  # fmt: skip
        labels = {
            "shortest_minutes": gettext_lazy("Minutes between two visits, at least"),
            "longest_minutes": gettext_lazy("Minutes between two visits, at most"),
            "paywall": gettext_lazy("Paywall"),
            "language": gettext_lazy("Language"),
            "retention_days": gettext_lazy("Days that texts are kept"),
            "excerpt_limit": gettext_lazy("Characters of an excerpt, at most"),
            "quoted_percent": gettext_lazy("Per cent of an article that a digest may quote"),
            "rights": gettext_lazy("What was agreed"),
        }
        help_texts = {
            "shortest_minutes": gettext_lazy("Empty: at its feeds’ own rhythm, five minutes at least."),
            "longest_minutes": gettext_lazy(
                "Empty: at its feeds’ own rhythm, a day at most. A site that fails or asks for patience waits longer."
            ),
            "paywall": gettext_lazy("It counts for the articles that are read from now on."),
            "language": gettext_lazy("Assumed where neither the page nor the feed says it."),
            "retention_days": gettext_lazy(
                "Then a text is dropped for good, its page with it: headline, excerpt, link and what was found in it "
                "stay, and so do published editions. Empty or 0: for ever."
            ),
            "excerpt_limit": gettext_lazy("On public pages, in feeds and in editions. Empty: 300; 0: no excerpt."),
            "quoted_percent": gettext_lazy("An edition that quotes more is not published. Empty: as much as you like."),
            "rights": gettext_lazy("A licence, a person to write to: seen by this newsroom only."),
        }
        widgets = {"rights": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("shortest_minutes", "longest_minutes"):
            self.fields[name].widget.attrs |= {"min": SHORTEST_MINUTES, "max": LONGEST_MINUTES}
        self.fields["excerpt_limit"].widget.attrs |= {"min": 0, "max": EXCERPT}
        for name in self.errors if self.is_bound else ():
            if name in self.fields:
                described = f"{self[name].auto_id}_error"
                self.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": described}

    def clean_language(self) -> str:
        """A code of two or three letters."""
        code = str(self.cleaned_data["language"]).strip().lower()
        if not _LANGUAGE.fullmatch(code):
            raise ValidationError(_("“%(code)s” is no language code such as fr or en.") % {"code": code})
        return code

    def clean_languages(self) -> list[str]:
        """Codes of two or three letters; those that are none are named."""
        codes = [str(code).lower() for code in self.cleaned_data["languages"]]
        if wrong := [code for code in codes if not _LANGUAGE.fullmatch(code)]:
            raise ValidationError(_("“%(code)s” is no language code such as fr or en.") % {"code": ", ".join(wrong)})
        return codes

    def clean_aliases(self) -> list[str]:
        """Names of MOST_NAME characters at most; those that are longer are named."""
        names: list[str] = self.cleaned_data["aliases"]
        if wrong := [name for name in names if len(name) > MOST_NAME]:
            raise ValidationError(_("“%(name)s” is too long a name.") % {"name": f"{wrong[0][:40]}…"})
        return names
