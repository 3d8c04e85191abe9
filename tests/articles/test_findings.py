"""What was read in the articles, stored, shown and corrected."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from articles import annotating, findings, naming
from articles.models import Article, CopiedPassage, Entity, Quote, Spelling, Story
from articles.pipeline.analyse import analyse_next
from articles.pipeline.compare import compare_next
from articles.text.families import families
from tests.articles.test_group_step import START, article

pytestmark = pytest.mark.django_db

SAID = (
    "La société Silex ouvre une usine à Dunkerque. « Nous avons choisi le port pour son eau et pour ses ouvriers », a "
    "déclaré Jeanne Kerbrat, directrice de l’usine. Le projet coûte {amount}, selon la direction. La région y voit une "
    "chance pour le bassin, et les riverains demandent à voir les études avant la première pierre."
)


def told(title: str, text: str, outlet: str, hours: float) -> Article:
    story = Story.objects.filter(title="Silex").first() or Story.objects.create(title="Silex")
    made = article(title, text, outlet, hours=hours)
    Article.objects.filter(pk=made.pk).update(story=story, grouped_at=START)
    story.refresh()
    Story.objects.filter(pk=story.pk).update(title="Silex")
    made.refresh_from_db()
    return made


@pytest.fixture
def two() -> list[Article]:
    first = told("Silex à Dunkerque", SAID.format(amount="15 millions d’euros"), "Le Journal", 1)
    second = told("L’usine Silex", "Reprise. " + SAID.format(amount="16 millions d’euros"), "La Gazette", 3)
    while analyse_next() or compare_next():
        continue
    return [first, second]


def editor() -> Client:
    user = User.objects.create_user("salomé")
    user.groups.add(Group.objects.get(name="éditeur"))
    client = Client()
    client.force_login(user)
    return client


def test_quotes_are_stored_with_their_speaker_and_place(two: list[Article]) -> None:
    quote = two[0].quotes.get(type="direct")
    assert quote.speaker is not None
    assert quote.speaker.name == "Jeanne Kerbrat"
    assert two[0].text[quote.start : quote.end].strip("« »\u00a0") in quote.text


def test_one_person_has_one_page_across_articles(two: list[Article]) -> None:
    assert Entity.objects.filter(name="Jeanne Kerbrat").count() == 1
    page = Client().get("/personnes/jeanne-kerbrat/").content.decode()
    assert "Le Journal" in page
    assert "La Gazette" in page


def test_wordings_of_one_quote_are_a_family(two: list[Article]) -> None:
    found = findings.of_story(Story.objects.get(title="Silex"))
    voices = {speaker.name: speaker for speaker in found.speakers}
    assert len(voices["Jeanne Kerbrat"].families[0].variants) == 1


def test_figures_that_disagree_are_told_with_their_outlets(two: list[Article]) -> None:
    (one,) = findings.of_story(Story.objects.get(title="Silex")).divergences
    assert [(value.raw, value.outlets) for value in one.values] == [
        ("15 millions d’euros", ("Le Journal",)),
        ("16 millions d’euros", ("La Gazette",)),
    ]


def test_passages_that_stand_in_an_earlier_article_are_found(two: list[Article]) -> None:
    passage = CopiedPassage.objects.filter(article=two[1]).order_by("start")[0]
    assert passage.source == two[0]
    assert two[1].text[passage.start : passage.end]
    two[1].refresh_from_db()
    assert two[1].original_share is not None
    assert two[1].original_share < 0.5


def test_the_pages_show_what_was_read(two: list[Article]) -> None:
    page = Client().get(Story.objects.get(title="Silex").get_absolute_url()).content.decode()
    for anchor in ('id="said"', 'id="figures"', 'id="circulation"'):
        assert anchor in page
    assert "Jeanne Kerbrat" in Client().get(two[0].get_absolute_url()).content.decode()


def test_copied_passages_side_by_side_are_for_journalists(two: list[Article]) -> None:
    assert 'class="beside"' not in Client().get(two[1].get_absolute_url()).content.decode()
    assert 'class="beside"' in editor().get(two[1].get_absolute_url()).content.decode()


def test_a_corrected_speaker_survives_another_reading(two: list[Article]) -> None:
    quote, client = two[0].quotes.get(type="direct"), editor()
    client.post(f"/articles/{two[0].pk}/lecture/", {"quote": quote.pk, "act": "speaker", "speaker": "Odile Marec"})
    Article.objects.filter(pk=two[0].pk).update(analysed_at=None)
    while analyse_next():
        continue
    quote.refresh_from_db()
    assert quote.speaker is not None
    assert quote.speaker.name == "Odile Marec"
    assert two[0].quotes.filter(type="direct").count() == 1


def test_what_is_no_quote_goes_and_does_not_come_back(two: list[Article]) -> None:
    quote, client = two[0].quotes.get(type="direct"), editor()
    client.post(f"/articles/{two[0].pk}/lecture/", {"quote": quote.pk, "act": "hide"})
    Article.objects.filter(pk=two[0].pk).update(analysed_at=None)
    while analyse_next():
        continue
    assert not Quote.objects.filter(article=two[0], type="direct", is_hidden=False).exists()


def test_merged_names_share_one_page_and_stay_merged(two: list[Article]) -> None:
    user = User.objects.create_user("karim")
    other, kept = annotating.entity_named("J. Kerbrat"), Entity.objects.get(name="Jeanne Kerbrat")
    naming.merge(other, kept, user)
    assert annotating.entity_named("J. Kerbrat") == kept
    answer = Client().get(f"/personnes/{other.slug}/")
    assert (answer.status_code, answer["Location"]) == (301, kept.get_absolute_url())
    spelling = Spelling.objects.get(shown="J. Kerbrat")
    assert naming.split(spelling, user) != kept


def test_only_editors_correct(two: list[Article]) -> None:
    quote = two[0].quotes.get(type="direct")
    answer = Client().post(f"/articles/{two[0].pk}/lecture/", {"quote": quote.pk, "act": "hide"})
    assert answer.status_code == 302
    quote.refresh_from_db()
    assert not quote.is_hidden


def test_a_name_of_hostile_text_is_escaped() -> None:
    entity = annotating.entity_named("<script>alert(1)</script>")
    assert b"<script>alert" not in Client().get(entity.get_absolute_url()).content


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        (["Nous garderons toujours deux étages chez nous", "Chez nous, nous garderons deux étages"], [[0, 1]]),
        (["oui", "oui", "non"], [[0, 1], [2]]),
        (["Le port est trop loin de la ville", "La ville a voté contre le budget du port de pêche"], [[0], [1]]),
        ([], []),
    ],
)
def test_families_hold_variants_and_nothing_else(quotes: list[str], expected: list[list[int]]) -> None:
    assert families(quotes) == expected


def test_two_that_credit_an_agency_have_a_presumed_ancestor() -> None:
    first = told("Silex à Dunkerque", SAID.format(amount="15 millions d’euros") + " (avec AFP)", "Le Journal", 1)
    second = told("L’usine Silex", "Une reprise. " + SAID.format(amount="15 millions d’euros"), "La Gazette", 3)
    Article.objects.filter(pk=first.pk).update(credits=["avec AFP"])
    Article.objects.filter(pk=second.pk).update(credits=["AFP"])
    while analyse_next() or compare_next():
        continue
    story = Story.objects.get(title="Silex")
    (presumed,) = findings.of_story(story).presumed
    assert (presumed.agency, presumed.reasons, presumed.members) == ("AFP", ("agency",), (first, second))
    assert "AFP" in Client().get(story.get_absolute_url()).content.decode().split('id="circulation"')[1]
    assert 'class="meta presumed"' in Client().get(first.get_absolute_url()).content.decode()
    exported = Client().get(story.get_absolute_url(), {"format": "json"}).json()
    assert exported["presumed_ancestors"][0]["inferred"] is True
    assert exported["presumed_ancestors"][0]["articles"] == [first.pk, second.pk]


def test_the_words_of_a_figure_that_disagrees_are_one_link_away(two: list[Article]) -> None:
    page = Client().get(Story.objects.get(title="Silex").get_absolute_url()).content.decode()
    figure = two[1].figures.get()
    assert figure.get_absolute_url() in page
    assert f"<mark>{figure.raw}</mark>" in Client().get(figure.get_absolute_url()).content.decode()


def test_the_same_words_in_two_mouths_are_told(two: list[Article]) -> None:
    quote = two[1].quotes.get(type="direct")
    annotating.set_speaker(quote, "Odile Marec", User.objects.create_user("karim"))
    page = Client().get(Story.objects.get(title="Silex").get_absolute_url()).content.decode()
    assert 'class="clash"' in page
    assert "Odile Marec" in page
