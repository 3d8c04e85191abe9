"""The desk's pages: who may open them, what they show, and that no button loses a text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles import editing, perms
from articles.candidates import candidates
from articles.converters import Week
from articles.editing import DigestText, ItemText
from articles.models import Article, Digest, Story
from sources.models import Outlet

pytestmark = pytest.mark.django_db
HOME, PAGE = "/pupitre/", "/pupitre/semaine/2024-W09/"
PREVIEW, PUBLISH = f"{PAGE}apercu/", f"{PAGE}publier/"
JSON = {"Accept": "application/json"}


def person(name: str, role: str) -> User:
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def editor() -> User:
    return person("salome", perms.EDITOR)


@pytest.fixture
def browser(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def told(title: str, *names: str, day: int = 27) -> Story:
    """A story that each of these outlets told on one day of week 9."""
    story = Story.objects.create(title=title)
    for place, name in enumerate(names):
        outlet, _ = Outlet.objects.get_or_create(name=name, slug=name.lower().replace(" ", "-"))
        Article.objects.create(
            title=title,
            outlet=outlet,
            story=story,
            fingerprint=f"{title}{name}",
            text="Le maire a tranché. Le conseil suivra demain.",
            published_at=datetime(2024, 2, day, 9 + place, tzinfo=UTC),
            published_precision="minute",
        )
    story.refresh()
    return story


@pytest.fixture
def digest(editor: User) -> Digest:
    return editing.open_digest(Week(2024, 9), editor)


def fields(digest: Digest, **changed: Any) -> dict[str, Any]:
    """What the page's form sends when nothing but `changed` was typed."""
    digest.refresh_from_db()
    data: dict[str, Any] = {
        "title": digest.title,
        "standfirst": digest.standfirst,
        "introduction": digest.introduction,
        "version": digest.version,
        "act": "save",
    }
    for item in digest.items.all():
        data |= {f"headline-{item.pk}": item.headline, f"note-{item.pk}": item.note}
    return data | changed


def titles(digest: Digest) -> list[str]:
    return [item.story.title for item in digest.items.select_related("story")]


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [HOME, PAGE, PREVIEW, PUBLISH])
def test_a_visitor_is_sent_to_the_sign_in_page(address: str, client: Client) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/compte/connexion/")


@pytest.mark.parametrize("role", [perms.READER, perms.JOURNALIST])
@pytest.mark.parametrize("address", [HOME, PAGE, PREVIEW, PUBLISH])
def test_a_smaller_role_is_refused(address: str, role: str, client: Client) -> None:
    client.force_login(person("jo", role))
    assert client.get(address).status_code == 403
    assert client.post(address).status_code in {403, 405}


def test_a_form_without_its_token_is_refused(editor: User, digest: Digest) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    assert strict.post(PAGE, fields(digest, title="Volé")).status_code == 403
    assert strict.post(PUBLISH, {"version": 0}).status_code == 403
    assert Digest.objects.get().title == ""


def test_a_page_that_is_only_read_refuses_a_post(browser: Client) -> None:
    assert browser.post(HOME).status_code == 405
    assert browser.post(PREVIEW).status_code == 405


# --- the weeks -------------------------------------------------------------------------------------------------------


def test_the_weeks_with_articles_are_listed_newest_first(browser: Client, digest: Digest) -> None:
    told("Fibre", "Le Fil")
    told("Atos", "Le Fil", day=13)
    lines = list(browser.get(HOME).context["page"])
    assert [str(line.week) for line in lines] == ["2024-W09", "2024-W07"]
    assert [line.digest for line in lines] == [digest, None]
    assert (lines[0].articles, lines[0].stories, lines[0].outlets) == (1, 1, 1)


def test_an_empty_desk_says_why(browser: Client) -> None:
    assert "why-empty" in browser.get(HOME).content.decode()


def test_a_week_that_does_not_exist_is_not_found(browser: Client) -> None:
    assert browser.get("/pupitre/semaine/2024-W54/").status_code == 404


# --- candidates ------------------------------------------------------------------------------------------------------


def test_candidates_are_ranked_by_outlets_and_carry_a_reason(digest: Digest) -> None:
    told("Seul", "Le Fil")
    told("Fibre", "Le Fil", "L’Écho", "La Lettre", "Octets")
    told("Atos", "Le Fil", "L’Écho", "La Lettre")
    found = candidates(digest)
    assert [one.story.title for one in found] == ["Fibre", "Atos", "Seul"]
    assert [one.is_proposed for one in found] == [True, True, False]
    assert "Le Fil" in found[0].why


def test_a_candidate_that_an_edition_held_already_says_so(digest: Digest, editor: User) -> None:
    story = told("Fibre", "Le Fil", "L’Écho", "La Lettre")
    Article.objects.filter(outlet__name="Le Fil").update(day="2024-02-20")
    before = editing.open_digest(Week(2024, 8), editor)
    editing.add_story(before, story)
    editing.write(before, DigestText("T", "", "", {}), 0)
    editing.publish(before, editor)
    (found,) = candidates(digest)
    assert not found.is_proposed
    assert "1" in found.why


def test_a_story_of_another_week_is_no_candidate(browser: Client) -> None:
    told("Ancienne", "Le Fil", day=12)
    assert "Ancienne" not in browser.get(PAGE).content.decode()


# --- acts ------------------------------------------------------------------------------------------------------------


def test_ticked_stories_join_the_contents_most_covered_first(browser: Client, digest: Digest) -> None:
    small, large = told("Petite", "Le Fil"), told("Grande", "Le Fil", "L’Écho")
    answer = browser.post(PAGE, fields(digest, act="add", story=[small.pk, large.pk]))
    assert answer.status_code == 302
    assert titles(digest) == ["Grande", "Petite"]


@pytest.mark.parametrize(("act", "expected"), [("up", ["B", "A", "C"]), ("down", ["A", "C", "B"])])
def test_a_button_moves_a_story(act: str, expected: list[str], browser: Client, digest: Digest) -> None:
    items = [editing.add_story(digest, told(title, "Le Fil")) for title in "ABC"]
    browser.post(PAGE, fields(digest, act=f"{act}:{items[1].pk}"))
    assert titles(digest) == expected


def test_dragging_sends_the_whole_order(browser: Client, digest: Digest) -> None:
    items = [editing.add_story(digest, told(title, "Le Fil")) for title in "ABC"]
    order = ",".join(str(items[place].pk) for place in (2, 0, 1))
    assert browser.post(PAGE, fields(digest, act="reorder", order=order), headers=JSON).status_code == 200
    assert titles(digest) == ["C", "A", "B"]


def test_every_button_saves_what_was_typed(browser: Client, digest: Digest) -> None:
    item = editing.add_story(digest, told("A", "Le Fil"))
    browser.post(PAGE, fields(digest, act=f"up:{item.pk}", title="Tapé", **{f"note-{item.pk}": "Une note"}))
    item.refresh_from_db()
    assert Digest.objects.get().title == "Tapé"
    assert item.note == "Une note"


def test_a_story_that_was_taken_out_can_be_put_back_with_its_text(browser: Client, digest: Digest) -> None:
    item = editing.add_story(digest, told("A", "Le Fil"), ItemText("Titre", "Une note"))
    page = browser.post(PAGE, fields(digest, act=f"remove:{item.pk}"), follow=True).content.decode()
    assert titles(digest) == []
    assert 'value="restore"' in page
    browser.post(PAGE, {"act": "restore"})
    assert [(one.headline, one.note) for one in digest.items.all()] == [("Titre", "Une note")]


@pytest.mark.parametrize("act", ["up:999", "remove:x", "down:", "restore", "dance", "reorder"])
def test_an_act_that_makes_no_sense_changes_nothing(act: str, browser: Client, digest: Digest) -> None:
    editing.add_story(digest, told("A", "Le Fil"))
    assert browser.post(PAGE, fields(digest, act=act)).status_code == 302
    assert titles(digest) == ["A"]


def test_line_ends_of_browsers_are_not_a_change(browser: Client, digest: Digest) -> None:
    browser.post(PAGE, fields(digest, introduction="un\r\ndeux"))
    browser.post(PAGE, fields(digest, introduction="un\r\ndeux"))
    saved = Digest.objects.get()
    assert (saved.introduction, saved.version) == ("un\ndeux", 1)


def test_too_long_a_title_is_refused_and_kept_on_the_page(browser: Client, digest: Digest) -> None:
    answer = browser.post(PAGE, fields(digest, title="x" * 201, introduction="gardée"))
    assert answer.status_code == 400
    assert "x" * 201 in answer.content.decode()
    assert "gardée" in answer.content.decode()


# --- two editors -----------------------------------------------------------------------------------------------------


def test_a_conflict_shows_both_texts_and_saves_neither(browser: Client, digest: Digest) -> None:
    item = editing.add_story(digest, told("A", "Le Fil"))
    mine = fields(digest, title="Le mien", **{f"note-{item.pk}": "Ma note"})
    editing.write(digest, DigestText("Le sien", "", "", {item.pk: ItemText("", "Sa note")}), 0)
    answer = browser.post(PAGE, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    for text in ("Le mien", "Le sien", "Ma note", "Sa note"):
        assert text in page
    assert Digest.objects.get().title == "Le sien"


def test_a_conflict_marks_the_words_that_differ(browser: Client, digest: Digest) -> None:
    mine = fields(digest, title="Le maire a enfin tranché hier")
    editing.write(digest, DigestText("Le maire a enfin reculé hier", "", "", {}), 0)
    page = browser.post(PAGE, mine).content.decode()
    assert "<del>reculé</del> <ins>tranché</ins>" in page


def test_after_a_conflict_the_next_save_keeps_mine(browser: Client, digest: Digest) -> None:
    mine = fields(digest, title="Le mien")
    editing.write(digest, DigestText("Le sien", "", "", {}), 0)
    page = browser.post(PAGE, mine)
    version = page.context["form"].data["version"]
    browser.post(PAGE, {**mine, "version": version})
    assert Digest.objects.get().title == "Le mien"


def test_a_note_on_a_story_that_another_editor_took_out_stays_readable(browser: Client, digest: Digest) -> None:
    item = editing.add_story(digest, told("A", "Le Fil"))
    mine = fields(digest, **{f"note-{item.pk}": "Une note longue"})
    editing.remove_story(digest, item)
    answer = browser.post(PAGE, mine)
    assert answer.status_code == 409
    assert "Une note longue" in answer.content.decode()


def test_the_script_is_told_of_a_conflict(browser: Client, digest: Digest) -> None:
    mine = fields(digest, title="Le mien")
    editing.write(digest, DigestText("Le sien", "", "", {}), 0)
    answer = browser.post(PAGE, mine, headers=JSON)
    assert answer.status_code == 409
    assert answer.json()["error"]


def test_the_script_gets_the_version_and_the_preview(browser: Client, digest: Digest) -> None:
    answer = browser.post(PAGE, fields(digest, title="Un titre", introduction="**fort**"), headers=JSON).json()
    assert answer["version"] == 1
    assert "Un titre" in answer["sheet"]
    assert "<strong>fort</strong>" in answer["sheet"]


def test_the_script_is_told_what_cannot_be_saved(browser: Client, digest: Digest) -> None:
    answer = browser.post(PAGE, fields(digest, title="x" * 201), headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["error"]


# --- the page --------------------------------------------------------------------------------------------------------


def test_what_an_editor_types_is_escaped(browser: Client, digest: Digest) -> None:
    item = editing.add_story(digest, told("<script>alert(1)</script>", "Le Fil"))
    text = DigestText("<b>x</b>", "<i>", "<script>x</script>", {item.pk: ItemText("</textarea><u>", "<img src=x>")})
    editing.write(digest, text, 0)
    for address in (PAGE, PREVIEW, PUBLISH):
        page = browser.get(address).content.decode()
        for tag in ("<script>alert", "<script>x", "<b>x</b>", "<img src=x", "</textarea><u>"):
            assert tag not in page


def test_the_page_asks_no_more_of_the_database_for_more_stories(browser: Client, digest: Digest) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    editing.add_story(digest, told("A", "Le Fil", "L’Écho"))
    addresses = (HOME, PAGE, PREVIEW, PUBLISH)
    few = [queries(address) for address in addresses]
    for title in "BCDEF":
        editing.add_story(digest, told(title, "Le Fil", "L’Écho", "La Lettre"))
    for title in "GHIJ":
        told(title, "Le Fil", "Octets")
    assert [queries(address) for address in addresses] == few


# --- publishing ------------------------------------------------------------------------------------------------------


def test_publishing_asks_once_more_then_leads_to_the_edition(browser: Client, digest: Digest) -> None:
    editing.add_story(digest, told("A", "Le Fil"))
    asked = browser.post(PAGE, fields(digest, title="Le titre", act="publish"))
    assert asked["Location"] == PUBLISH
    assert Digest.objects.get().state == Digest.State.DRAFT
    browser.get(PUBLISH)
    done = browser.post(PUBLISH, {"version": Digest.objects.get().version})
    assert done["Location"] == "/editions/1/"
    assert browser.get("/editions/1/").status_code == 200


def test_what_is_missing_is_said_and_offers_no_button(browser: Client, digest: Digest) -> None:
    page = browser.get(PUBLISH)
    assert len(page.context["missing"]) == 2
    assert 'class="go"' not in page.content.decode()
    browser.post(PUBLISH, {"version": digest.version})
    assert Digest.objects.get().state == Digest.State.DRAFT


@pytest.mark.parametrize("version", ["0", "", "x"])
def test_what_was_changed_after_the_question_is_not_published(version: str, browser: Client, digest: Digest) -> None:
    editing.add_story(digest, told("A", "Le Fil"))
    editing.write(digest, DigestText("Le titre", "", "", {}), 0)
    assert browser.post(PUBLISH, {"version": version})["Location"] == PUBLISH
    assert Digest.objects.get().state == Digest.State.DRAFT


def test_a_published_week_is_shown_and_cannot_be_edited(browser: Client, digest: Digest, editor: User) -> None:
    editing.add_story(digest, told("A", "Le Fil"))
    editing.write(digest, DigestText("Le titre", "", "", {}), 0)
    edition = editing.publish(digest, editor)
    page = browser.get(PAGE).content.decode()
    assert edition.seal in page
    assert "<textarea" not in page
    browser.post(PAGE, {"title": "Autre", "standfirst": "", "introduction": "", "version": edition.version})
    assert Digest.objects.get().title == "Le titre"


def test_a_published_edition_reads_the_same_whatever_becomes_of_its_articles(
    browser: Client, digest: Digest, editor: User
) -> None:
    editing.add_story(digest, told("A", "Le Fil", "L’Écho"))
    editing.write(digest, DigestText("Le titre", "", "", {}), 0)
    editing.publish(digest, editor)
    reader = Client()
    before = reader.get("/editions/1/").content
    Article.objects.all().delete()
    Story.objects.all().delete()
    Outlet.objects.update(name="Racheté")
    assert reader.get("/editions/1/").content == before


def test_the_preview_is_the_page_that_would_be_published(browser: Client, digest: Digest) -> None:
    editing.add_story(digest, told("A", "Le Fil"))
    editing.write(digest, DigestText("Le titre", "", "", {}), 0)
    assert "Le titre" in browser.get(PREVIEW).content.decode()
    content = browser.get(f"{PREVIEW}?format=json").json()
    assert content["items"][0]["articles"][0]["outlet"] == "Le Fil"
