"""The editor's tools on a story's page."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from articles.models import Story, StoryEvent
from tests.articles.test_curating import story

pytestmark = pytest.mark.django_db


def signed_in(role: str) -> Client:
    user = User.objects.create_user(f"un {role}")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_only_editors_see_and_use_the_tools() -> None:
    one = story("Puces", 1)
    for client in (Client(), signed_in("journaliste")):
        assert b'name="act"' not in client.get(one.get_absolute_url()).content
        assert client.post(f"/histoires/{one.pk}/gerer/", {"act": "rename", "title": "Non"}).status_code in {302, 403}
    one.refresh_from_db()
    assert one.title == "Puces 1"


def test_an_editor_renames_on_the_page_and_undoes_it_in_the_journal() -> None:
    one, editor = story("Puces", 1), signed_in("éditeur")
    assert b'name="act"' in editor.get(one.get_absolute_url()).content
    editor.post(f"/histoires/{one.pk}/gerer/", {"act": "rename", "title": "L’affaire"})
    one.refresh_from_db()
    assert one.title == "L’affaire"
    event = StoryEvent.objects.get(story=one, kind="renamed")
    page = editor.get(one.get_absolute_url()).content.decode()
    assert f"/histoires/{one.pk}/journal/{event.pk}/defaire/" in page
    editor.post(f"/histoires/{one.pk}/journal/{event.pk}/defaire/")
    one.refresh_from_db()
    assert one.title == "Puces 1"


@pytest.mark.parametrize(
    "said", ["{pk}", "{pk} Usine 2", "https://revue.example/histoires/{pk}-usine/", "/histoires/{pk}/"]
)
def test_another_story_is_named_by_number_or_address(said: str) -> None:
    first, second, editor = story("Puces", 1), story("Usine", 2), signed_in("éditeur")
    answer = editor.post(f"/histoires/{first.pk}/gerer/", {"act": "merge", "story": said.format(pk=second.pk)})
    first.refresh_from_db()
    assert first.merged_into == second
    assert answer["Location"] == Story.objects.get(pk=second.pk).get_absolute_url()


def test_what_cannot_be_done_is_said() -> None:
    one, editor = story("Puces", 1), signed_in("éditeur")
    for data in ({"act": "merge", "story": "nulle part"}, {"act": "split"}, {"act": "lead"}, {"act": ""}):
        answer = editor.post(f"/histoires/{one.pk}/gerer/", data, follow=True)
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_ticked_articles_are_moved_and_split() -> None:
    first, second, editor = story("Puces", 1, 2, 3), story("Usine", 4), signed_in("éditeur")
    a, b, _ = first.articles.order_by("sort_at")
    editor.post(f"/histoires/{first.pk}/gerer/", {"act": "move", "article": a.pk, "story": second.pk})
    editor.post(f"/histoires/{first.pk}/gerer/", {"act": "split", "article": b.pk, "title": "À part"})
    a.refresh_from_db()
    b.refresh_from_db()
    assert a.story == second
    assert b.story is not None
    assert b.story.title == "À part"


def test_acts_are_no_links() -> None:
    one, editor = story("Puces", 1), signed_in("éditeur")
    assert editor.get(f"/histoires/{one.pk}/gerer/").status_code == 405
