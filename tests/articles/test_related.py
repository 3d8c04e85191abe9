"""Related stories share rare names around the same days; editors tie and part them for ever."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from articles import arranging, curating, related
from articles.models import Story
from articles.pipeline.arrange import arrange
from tests.articles.test_group_step import article
from tests.articles.test_story_tools import signed_in
from tests.factories import make_story

pytestmark = pytest.mark.django_db
TEXTS = {
    "usine": "Le fondeur Silex ouvre une usine. Selon Ada Brun, le groupe Silex emploie mille personnes, dit Ada Brun.",
    "comptes": "Hier, le géant Silex a publié ses comptes. Le titre Silex chute et la présidente Ada Brun s’inquiète.",
    "fuite": "Les pirates de Corsaire ont volé la mutuelle Horizon. Le groupe Corsaire rançonne Horizon depuis lundi.",
}


def story(name: str, days: float = 0) -> Story:
    told = [
        article(f"À propos de {name} {n}, {days}", TEXTS[name], f"Titre {name} {n}", hours=24 * days + n)
        for n in (1, 2)
    ]
    made = make_story(*told)
    arrange(made)
    return made


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("salomé")


def near(one: Story) -> list[int]:
    return [found.story.pk for found in related.of_story(one)]


def test_a_story_that_shares_names_is_related_and_says_why() -> None:
    one, other, _apart = story("usine", 10), story("comptes", 2), story("fuite", 9)
    (found,) = related.of_story(one)
    assert found.story == other
    assert set(found.shared) == {"Silex", "Ada Brun"}
    assert found.when == "before"
    assert [found.when for found in related.of_story(other)] == ["after"]


def test_a_story_of_another_time_is_not_related() -> None:
    one, _other = story("usine", 200), story("comptes", 2)
    assert near(one) == []


def test_tied_stories_are_related_whatever_they_share(editor: User) -> None:
    one, other = story("usine"), story("fuite", 300)
    event = arranging.tie(one, other, editor)
    assert near(one) == [other.pk]
    assert near(other) == [one.pk]
    curating.undo(event, editor)
    assert near(one) == []


def test_hidden_stories_stay_hidden_until_that_is_undone(editor: User) -> None:
    one, other = story("usine"), story("comptes")
    event = arranging.hide(one, other, editor)
    assert near(one) == near(other) == []
    arrange(one)
    assert near(one) == []
    curating.undo(event, editor)
    assert near(one) == [other.pk]


def test_a_tie_follows_its_stories_through_a_merge(editor: User) -> None:
    one, other, third = story("usine"), story("fuite"), story("comptes", 300)
    arranging.tie(one, other, editor)
    curating.merge(other, third, editor)
    third.refresh_from_db()
    assert near(one) == [third.pk]
    assert near(third) == [one.pk]


def test_a_story_is_not_tied_to_itself(editor: User) -> None:
    one = story("usine")
    with pytest.raises(curating.Refused):
        arranging.tie(one, one, editor)


def test_the_page_shows_them_with_why_and_lets_editors_hide_them() -> None:
    one, other = story("usine"), story("comptes")
    page = Client().get(one.get_absolute_url()).content.decode()
    assert 'id="related"' in page
    assert "Ada Brun" in page.split('id="related"')[1]
    client = signed_in("éditeur")
    client.post(f"/histoires/{one.pk}/gerer/", {"act": "hide", "story": other.pk})
    assert 'id="related"' not in Client().get(one.get_absolute_url()).content.decode()
    client.post(f"/histoires/{one.pk}/gerer/", {"act": "tie", "story": other.pk})
    assert near(one) == [other.pk]


def test_queries_do_not_grow_with_the_stories_around(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    one = story("usine")
    for days in range(12):
        story("comptes", days)
    with django_assert_max_num_queries(11):
        assert len(related.of_story(one)) == related.MOST
