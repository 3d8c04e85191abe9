"""The words of the screens: a whole French catalogue, well set, and pages that speak one language at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from tests.factories import make_article, make_feed, make_story

PLACEHOLDER = re.compile(r"%\(\w+\)[sdg]|%[sd]")
TAG = re.compile(r"<[^>]*>")
BADLY_SET = {
    "a straight apostrophe": re.compile(r"'"),
    "a straight double quote": re.compile(r'"'),
    "three dots": re.compile(r"\.\.\."),
    "no U+202F before ; ! ? %": re.compile(r"(?<!\u202f)[;!?%]"),
    "no U+00A0 before a colon": re.compile(r"(?<!\u00a0):(?!\S)"),  # an hour or an address has none
    "no U+00A0 inside « »": re.compile(r"«(?!\u00a0)|(?<!\u00a0)»"),
    "an English quotation mark": re.compile("[“”]"),
}
PAGES = {
    "/": 200, "/histoires/": 200, "/titres/": 200, "/personnes/": 200, "/editions/": 200, "/revue/": 200,
    "/revue/2024-02-28/": 200, "/recherche/": 200, "/recherche/?q=fusée": 200, "/a-propos/": 200,
    "/compte/connexion/": 200, "/rien-ici/": 404,
}  # fmt: skip
FRENCH = {
    "le", "la", "les", "des", "du", "un", "une", "et", "est", "sont", "dans", "pour", "par", "sur", "avec", "pas",
    "que", "qui", "ce", "cette", "ces", "ses", "aux", "au", "où",
}  # fmt: skip
ENGLISH = {
    "the", "of", "and", "is", "are", "was", "with", "from", "that", "this", "these", "not", "by", "to", "in", "for",
    "it", "its", "they", "has", "have", "been", "which",
}  # fmt: skip
NAMES_OF_FRENCH_LAW = ("revue de presse", "code de la propriété intellectuelle")


def _pairs() -> Iterator[tuple[str, str]]:
    """Every English text of the catalogue with its French, plural forms apart."""
    with (Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES" / "django.po").open("rb") as file:
        for message in read_po(file, locale="fr"):
            if message.id and isinstance(message.id, str):
                yield message.id, str(message.string)
            elif message.id:
                yield from zip(message.id, message.string or (), strict=True)


def _as_shown(text: str) -> str:
    return TAG.sub("", PLACEHOLDER.sub("X", text).replace("%%", "%"))


class _Visible(HTMLParser):
    """The words of a page in its own language: texts, and the attributes that are read aloud or shown."""

    silent = {"script", "style", "code", "kbd", "svg"}
    void = {"meta", "link", "input", "img", "br", "hr", "path", "circle"}

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "html":
            self.language = known.get("lang") or ""
        foreign = known.get("lang", self.language) != self.language
        if not foreign:
            self.texts += [known[name] or "" for name in ("title", "aria-label", "placeholder", "alt") if name in known]
        if tag not in self.void:
            self._open.append((tag, foreign or tag in self.silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(is_hidden for _, is_hidden in self._open):
            self.texts.append(data)


def _words(html: str) -> tuple[str, set[str]]:
    page = _Visible()
    page.feed(html)
    text = " ".join(page.texts)
    for name in NAMES_OF_FRENCH_LAW:
        text = text.replace(name, " ")
    return page.language, set(re.findall(r"[^\W\d_]+", text.lower()))


def test_every_message_has_its_french_and_the_compiled_file_is_new() -> None:
    call_command("messages", "--check")


@pytest.mark.parametrize("fault", BADLY_SET)
def test_french_is_set_as_french(fault: str) -> None:
    assert [french for _, french in _pairs() if BADLY_SET[fault].search(_as_shown(french))] == []


def test_the_french_keeps_placeholders_and_elements() -> None:
    def kept(text: str) -> tuple[list[str], list[str]]:
        return sorted(PLACEHOLDER.findall(text)), TAG.findall(text)

    assert [(english, french) for english, french in _pairs() if kept(english) != kept(french)] == []


def test_the_french_keeps_the_spaces_at_both_ends() -> None:
    def ends(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert [(english, french) for english, french in _pairs() if ends(english) != ends(french)] == []


def test_a_reader_of_the_page_sees_what_is_shown_and_in_its_language() -> None:
    html = '<html lang="en"><p title="a day">Two <code>le</code> outlets <b lang="fr">du jour</b><br> here</p></html>'
    assert _words(html) == ("en", {"a", "day", "two", "outlets", "here"})


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_english_to_who_asks_for_english(client: Client, path: str) -> None:
    response = client.get(path, headers={"accept-language": "en-GB,en;q=0.9,fr;q=0.5"})
    language, words = _words(response.text)
    assert (response.status_code, language, words & FRENCH) == (PAGES[path], "en", set())
    assert words & ENGLISH


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_french_to_who_asks_for_french(client: Client, path: str) -> None:
    response = client.get(path, headers={"accept-language": "fr-CA,fr;q=0.9,en;q=0.5"})
    language, words = _words(response.text)
    assert (response.status_code, language, words & ENGLISH) == (PAGES[path], "fr", set())
    assert words & FRENCH


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "other"), [("en", FRENCH), ("fr", ENGLISH)], ids=["en", "fr"])
def test_pages_with_something_on_them_speak_one_language_too(client: Client, language: str, other: set[str]) -> None:
    article = make_article("Silex Dunkerque", outlet="Signal")
    story = make_story(article, make_article("Usine Silex", outlet="Gazette"))
    feed = make_feed(article.outlet)
    client.force_login(User.objects.create_superuser("zoe"))
    client.cookies["language"] = language
    found = {}
    for path in (
        "/", "/revue/2024-W09/", story.get_absolute_url(), article.get_absolute_url(), "/titres/", "/titres/signal/",
        "/recherche/?q=silex", "/pupitre/", "/pupitre/semaine/2024-W09/", "/pupitre/semaine/2024-W09/publier/",
        "/pupitre/documents/", f"/articles/{article.pk}/corriger/", "/titres/signal/selecteurs/", "/compte/",
        "/compte/mot-de-passe/", "/sources/", "/sources/ajouter/", "/sources/opml/", f"/sources/fils/{feed.pk}/",
    ):  # fmt: skip
        spoken, words = _words(client.get(path).text)
        found[path] = (spoken, words & other)
    assert found == dict.fromkeys(found, (language, set()))


@pytest.mark.django_db
@pytest.mark.parametrize(("chosen", "asked"), [("en", "fr"), ("fr", "en")])
def test_the_language_once_chosen_wins_over_the_browser(client: Client, chosen: str, asked: str) -> None:
    client.cookies["language"] = chosen
    assert _words(client.get("/", headers={"accept-language": asked}).text)[0] == chosen


@pytest.mark.django_db
def test_a_reader_of_neither_language_gets_french(client: Client) -> None:
    assert _words(client.get("/", headers={"accept-language": "ja"}).text)[0] == "fr"
