"""The public pages as visitors get them: what they say, where they lead, what they refuse."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles import perms
from articles.models import Story, StoryEvent
from tests.factories import (
    NOON,
    announced,
    make_article,
    make_edition,
    make_feed,
    make_outlet,
    make_story,
    make_user,
)

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'
DAY = "/revue/2024-02-28/"


def _page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path, headers={"accept-language": "en"})
    assert answer.status_code == status, path
    return answer.content.decode()


def _many(count: int) -> Story:
    """That many articles of that many outlets, in pairs that share a story, and a story of a third of them."""
    articles = [
        announced(make_article(f"Nuage {n}", NOON + timedelta(minutes=n), outlet=f"Titre {n}"), f"Brume {n}")
        for n in range(count)
    ]
    for pair in zip(articles[::2], articles[1::2], strict=False):
        make_story(*pair)
    story = make_story(*articles[: count // 3 + 2])
    for article in articles[: count // 3 + 2]:
        StoryEvent.objects.create(
            story=story, article=article, kind="added", at=NOON, detail={"nearest": [[article.pk, 0.5]]}
        )
    make_feed(articles[0].outlet)
    return story


PAGES = [
    "/",
    DAY,
    "/revue/2024-W09/",
    "/revue/2024-02-28/articles/",
    "/revue/",
    "/histoires/",
    "/titres/",
    "/titres/titre-1/",
    "/recherche/?q=nuage",
    "/fil.atom",
    "/titres/titre-1/fil.atom",
]


@pytest.mark.parametrize("path", PAGES)
def test_the_queries_of_a_page_do_not_grow_with_its_rows(client: Client, path: str) -> None:
    counts = []
    for size in (5, 50):
        _many(size)
        with CaptureQueriesContext(connection) as queries:
            _page(client, path)
        counts.append(len(queries))
    assert counts[1] <= counts[0], path


def test_the_queries_of_a_story_do_not_grow_with_its_articles(client: Client) -> None:
    counts = []
    for size in (5, 50):
        story = _many(size)
        with CaptureQueriesContext(connection) as queries:
            _page(client, story.get_absolute_url())
        counts.append(len(queries))
    assert counts[1] <= counts[0]


@pytest.mark.parametrize(
    "path", ["/", "/revue/", DAY, "/histoires/", "/titres/", "/editions/", "/recherche/", "/a-propos/"]
)
def test_every_page_works_on_an_empty_database(client: Client, path: str) -> None:
    assert "<h1" in _page(client, path)


def test_an_empty_installation_says_what_to_do(client: Client) -> None:
    assert "manage.py demo" in _page(client, "/")
    make_feed()
    assert "1 source is set up" in _page(client, "/")


def test_articles_without_a_day_are_not_said_to_be_missing(client: Client) -> None:
    make_article(at=None)
    assert "none has a date precise to the day" in _page(client, "/")


def test_the_front_page_says_that_its_day_is_not_today(client: Client) -> None:
    make_story()
    assert "this is the latest day with articles" in _page(client, "/")


def test_a_demonstration_says_that_it_is_one(client: Client) -> None:
    make_story(make_article(outlet="Sans fard"))
    assert "fictional" not in _page(client, "/")
    make_outlet("Le Faux", is_demo=True)
    assert "these outlets are fictional" in _page(client, "/")


def test_articles_that_are_not_grouped_yet_stand_in_the_river(client: Client) -> None:
    make_article("Pas encore groupé")
    page = _page(client, DAY)
    assert "No story yet" in page
    assert "Pas encore groupé" in page


@pytest.mark.parametrize(
    "path",
    ["/revue/2024-13-01/", "/revue/2023-W53/", "/histoires/999/", "/articles/999/", "/titres/x/", "/editions/9/"],
)
def test_what_does_not_exist_is_not_found(client: Client, path: str) -> None:
    assert "Page not found" in _page(client, path, 404)


def test_a_wrong_slug_leads_to_the_right_one(client: Client) -> None:
    story = make_story()
    answer = client.get(f"/histoires/{story.pk}-autre-chose/")
    assert (answer.status_code, answer["Location"]) == (302, story.get_absolute_url())


def test_a_merged_story_leads_to_the_other_for_ever(client: Client) -> None:
    target = make_story(make_article("Celle qui reste"))
    source = make_story(make_article("Celle qui part"), merged_into=target)
    for path in (source.get_absolute_url(), f"/histoires/{source.pk}/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (301, target.get_absolute_url())


def test_fetched_text_never_becomes_markup(client: Client) -> None:
    article = make_article(
        HOSTILE,
        standfirst=HOSTILE * 2,
        authors=[HOSTILE],
        section="<b>s",
        tags=[HOSTILE],
        text=HOSTILE,
        url="javascript:alert(1)",
    )
    story = make_story(announced(article, "avant " + HOSTILE), make_article("autre", outlet=HOSTILE))
    StoryEvent.objects.create(story=story, article=article, kind="added", at=NOON, detail={"terms": [HOSTILE]})
    for path in (
        "/",
        DAY,
        "/revue/2024-W09/",
        story.get_absolute_url(),
        f"/articles/{article.pk}/",
        "/histoires/",
        "/recherche/?q=alert",
    ):
        page = _page(client, path)
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert "javascript:alert" not in page, path


def test_pages_hold_no_script_of_their_own(client: Client) -> None:
    class Scripts(HTMLParser):
        inline: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            names = dict(attrs)
            if (tag == "script" and not names.get("src")) or any(name.startswith("on") for name in names):
                self.inline.append(tag)

    parser = Scripts()
    for path in ("/", make_story().get_absolute_url(), "/recherche/", "/compte/connexion/"):
        parser.feed(_page(client, path))
    assert parser.inline == []


def test_public_pages_set_no_cookie(client: Client) -> None:
    make_story()
    assert not client.get("/").cookies


def test_the_full_text_is_for_journalists(client: Client) -> None:
    article = make_article(text="Le corps entier.", blocks=[["paragraph", "Le corps entier."]], standfirst="s" * 80)
    path = f"/articles/{article.pk}/"
    assert "Le corps entier." not in _page(client, path)
    client.force_login(make_user("lea", perms.READER))
    assert "Le corps entier." not in _page(client, path)
    client.force_login(make_user("joe", perms.JOURNALIST))
    assert "Le corps entier." in _page(client, path)


def test_an_excerpt_is_very_short(client: Client) -> None:
    article = make_article(text="Une longue phrase qui ne finit pas " * 100)
    page = _page(client, f"/articles/{article.pk}/")
    quoted = page.split('class="said"')[1].split("</p>")[0]
    assert len(quoted) < 340


def test_an_article_says_how_far_its_date_is_known(client: Client) -> None:
    month = make_article(at=datetime(2024, 1, 31, 23, tzinfo=UTC), published_precision="month")
    page = _page(client, f"/articles/{month.pk}/")
    assert "February 2024" in page
    assert "gives no day" in page
    assert "no date was found" in _page(client, f"/articles/{make_article(at=None).pk}/")


def test_links_to_outlets_tell_them_nothing(client: Client) -> None:
    page = _page(client, f"/articles/{make_article().pk}/")
    assert 'rel="noopener noreferrer nofollow"' in page


def test_an_article_without_outlet_says_so(client: Client) -> None:
    story = make_story(make_article(outlet=None, url="", canonical_url="", document_name="note.txt"))
    assert "unknown outlet" in _page(client, story.get_absolute_url()).lower()
    assert "note.txt" in _page(client, f"/articles/{story.lead_id}/")


def test_a_search_finds_and_marks_its_words(client: Client) -> None:
    make_article("La forêt", text="Au cœur de la forêt, des arbres anciens.")
    make_article("Autre chose")
    page = _page(client, "/recherche/?q=foret")
    assert "<b>1 article</b>" in page
    assert "<mark>forêt</mark>" in page


HOSTILE_WORDS = ["'", '"', "a & b | !", "-", "((", "%00", "\\", "<script>", "a" * 5000, "☃", ":*", "or or"]


@pytest.mark.parametrize("words", HOSTILE_WORDS, ids=range(len(HOSTILE_WORDS)))
def test_no_search_breaks_the_page(client: Client, words: str) -> None:
    make_article("Un titre", text="du texte")
    page = _page(client, f"/recherche/?q={words.replace('&', '%26')}&mois=bad&titre=%27&page=-3")
    assert "<script>" not in page


def test_a_search_is_narrowed_by_outlet_and_month(client: Client) -> None:
    make_article("Nuage bas", outlet="Un")
    make_article("Nuage haut", outlet="Deux", at=NOON + timedelta(days=20))
    assert "<b>1 article</b>" in _page(client, "/recherche/?q=nuage&titre=un")
    assert "<mark>Nuage</mark> haut" in _page(client, "/recherche/?q=nuage&mois=2024-03")
    assert "Nothing with this outlet" in _page(client, "/recherche/?q=nuage&titre=un&mois=2024-03")


def test_a_search_without_result_says_what_to_try(client: Client) -> None:
    assert "No article holds all these words" in _page(client, "/recherche/?q=introuvable")


def _export(client: Client, path: str) -> Any:
    return json.loads(_page(client, path))


def test_a_storys_articles_come_as_json_with_dates_as_far_as_known(client: Client) -> None:
    story = make_story(make_article("Un"), make_article("Deux", published_precision="day", outlet="Autre"))
    rows = _export(client, story.get_absolute_url() + "?format=json")["articles"]
    assert {row["published"] for row in rows} == {"2024-02-28T12:00:00+01:00", "2024-02-28"}
    assert rows[0]["page"].startswith("http://testserver/articles/")


def test_a_spreadsheet_runs_nothing_that_was_fetched(client: Client) -> None:
    make_article("=HYPERLINK(1)")
    table = _page(client, "/revue/2024-02-28/articles/?format=csv")
    assert ",'=HYPERLINK(1)," in table


@pytest.mark.parametrize("path", ["/titres/le-signal-numerique/", "/recherche/?q=titre"])
def test_lists_come_as_json_too(client: Client, path: str) -> None:
    make_article("Un titre")
    assert len(_export(client, path + ("&" if "?" in path else "?") + "format=json")["articles"]) == 1


def test_an_edition_is_shown_from_its_sealed_copy(client: Client) -> None:
    article = make_article("Titre d’alors", text="Les mots d’alors.")
    make_edition(make_story(article), note="")
    before = _page(client, "/editions/1/")
    article.title, article.text = "Titre changé", "Autres mots."
    article.save()
    assert _page(client, "/editions/1/") == before
    assert "Les mots d’alors." in before


def test_an_editions_manifest_is_what_its_seal_is_of(client: Client) -> None:
    edition = make_edition()
    assert _export(client, "/editions/1/?format=json") == edition.sealed
    assert edition.seal[:4] in _page(client, "/editions/1/")


def test_stories_and_outlets_come_as_json_and_csv(client: Client) -> None:
    make_story(make_article("La nouvelle"), make_article("autre", outlet="Autre"))
    story = _export(client, "/histoires/?format=json")["stories"][0]
    assert (story["title"], story["outlets"]) == ("La nouvelle", ["Autre", "Le Signal numérique"])
    assert (story["first_day"], story["articles"]) == ("2024-02-28", 2)
    assert [row["name"] for row in _export(client, "/titres/?format=json")["outlets"]] == [
        "Autre",
        "Le Signal numérique",
    ]
    assert "Autre; Le Signal numérique" in _page(client, "/histoires/?format=csv")
    assert "Le Signal numérique" in _page(client, "/titres/?format=csv")


def test_shortcuts_and_headings_are_in_place(client: Client) -> None:
    page = _page(client, make_story(make_article("a"), make_article("b", outlet="Autre")).get_absolute_url())
    assert page.count("<h1") == 1
    assert page.index("<h1") < page.index("<h2")
    assert 'href="#content"' in page
    assert "data-key-help" in page


def test_a_foreign_headline_says_its_language(client: Client) -> None:
    make_story(make_article("Ein Titel", language="de"))
    assert '<a href="/histoires/' in _page(client, DAY)
    assert 'lang="de">Ein Titel' in _page(client, DAY)


def test_the_outlets_page_names_the_state_of_its_feeds(client: Client) -> None:
    outlet = make_outlet("Muet", description="Parle peu")
    make_feed(outlet, failures=3, failing_since=NOON)
    assert "does not answer" in _page(client, outlet.get_absolute_url())


def test_a_source_that_fails_is_named_on_the_front_page_and_its_reason_is_for_staff(client: Client) -> None:
    make_story()
    make_feed(make_outlet("Muet"), failures=3, failing_since=NOON, last_error="503 Service Unavailable")
    assert "Muet" in _page(client, "/")
    assert "503" not in _page(client, "/")
    client.force_login(make_user(role=perms.JOURNALIST))
    assert "503 Service Unavailable" in _page(client, "/")
