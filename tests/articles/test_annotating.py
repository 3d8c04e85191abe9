"""What editors put right of what was read: kept against later readings, listed with who and when, and undone."""

from __future__ import annotations

import pytest
from django.test import Client

from articles import annotating, naming
from articles.models import Article, Credit, Entity, FindingChange, Mention, Quote, Spelling
from articles.perms import EDITOR, JOURNALIST
from articles.pipeline.analyse import analyse_next
from articles.pipeline.compare import compare_next
from tests.factories import make_article, make_outlet, make_story, make_user

pytestmark = pytest.mark.django_db

TEXT = (
    "La société Silex ouvre une usine à Dunkerque. « Nous avons choisi le port pour son eau et pour ses ouvriers », a "
    "déclaré Jeanne Kerbrat, directrice de l’usine. Selon Le Courrier du port, le projet coûte 15 millions d’euros. "
    "L’usine ouvrira au printemps, promet la direction, et les riverains demandent à voir les études."
)


@pytest.fixture
def silex() -> Article:
    make_outlet("Le Courrier du port")
    made = make_article("Silex", text=TEXT, blocks=[["paragraph", TEXT]])
    make_story(made)
    read_again(made)
    return made


def read_again(article: Article) -> None:
    Article.objects.filter(pk=article.pk).update(analysed_at=None)
    while analyse_next() or compare_next():
        continue
    article.refresh_from_db()


def signed_in(role: str = EDITOR) -> Client:
    client = Client()
    client.force_login(make_user("salome", role))
    return client


def post(client: Client, article: Article, **said: object) -> str:
    answer = client.post(f"/articles/{article.pk}/lecture/", said, follow=True)
    return answer.content.decode()


def test_all_of_a_quote_is_corrected_and_holds(silex: Article) -> None:
    quote, client = silex.quotes.get(type="direct"), signed_in()
    post(
        client, silex, quote=quote.pk, act="details", speaker="Odile Marec", type="mixed", told_to="le courrier du port"
    )
    read_again(silex)
    quote = silex.quotes.get(pk=quote.pk)
    assert (str(quote.speaker), quote.type, quote.told_to) == ("Odile Marec", "mixed", "Le Courrier du port")
    assert sorted(silex.finding_changes.values_list("act", flat=True)) == ["speaker", "told_to", "type"]


def test_each_correction_is_undone_by_itself(silex: Article) -> None:
    quote, client = silex.quotes.get(type="direct"), signed_in()
    post(client, silex, quote=quote.pk, act="details", speaker="Odile Marec", type="mixed", told_to="")
    page = post(client, silex, act=f"undo:{silex.finding_changes.get(act='speaker').pk}")
    quote.refresh_from_db()
    assert (str(quote.speaker), quote.type, quote.by_editor) == ("Jeanne Kerbrat", "mixed", True)
    assert "Odile Marec" in page  # the history keeps it
    post(client, silex, act=f"undo:{silex.finding_changes.get(act='type').pk}")
    quote.refresh_from_db()
    assert (quote.type, quote.by_editor) == ("direct", False)


def test_an_earlier_correction_waits_for_the_later_one(silex: Article) -> None:
    quote, user = silex.quotes.get(type="direct"), make_user()
    annotating.set_speaker(quote, "Odile Marec", user)
    annotating.set_speaker(quote, "Yann Riou", user)
    later, first = silex.finding_changes.all()
    with pytest.raises(annotating.Refused):
        annotating.undo(first, user)
    annotating.undo(later, user)
    with pytest.raises(annotating.Refused):
        annotating.undo(later, user)
    annotating.undo(first, user)
    quote.refresh_from_db()
    assert str(quote.speaker) == "Jeanne Kerbrat"


def test_what_was_taken_away_comes_back_by_undo(silex: Article) -> None:
    quote, client = silex.quotes.get(type="direct"), signed_in()
    post(client, silex, quote=quote.pk, act="hide")
    read_again(silex)
    assert not silex.quotes.filter(is_hidden=False, type="direct").exists()
    post(client, silex, act=f"undo:{silex.finding_changes.get().pk}")
    read_again(silex)
    assert silex.quotes.filter(is_hidden=False, type="direct").count() == 1


def test_a_quote_that_was_missed_is_added_by_its_words(silex: Article) -> None:
    post(signed_in(), silex, act="add_quote", words="les riverains  demandent à voir les ETUDES", speaker="")
    assert not silex.quotes.filter(by_editor=True).exists()  # an accent is missing: not the words
    post(Client(), silex, act="add_quote", words="les riverains demandent")
    assert not silex.quotes.filter(by_editor=True).exists()


def test_an_added_quote_stays_and_is_undone(silex: Article) -> None:
    client = signed_in()
    post(
        client,
        silex,
        act="add_quote",
        words="les riverains\ndemandent à voir les études",
        speaker="Yann Riou",
        type="indirect",
    )
    read_again(silex)
    quote = silex.quotes.get(by_editor=True)
    assert silex.text[quote.start : quote.end] == "les riverains demandent à voir les études"
    assert (str(quote.speaker), quote.type) == ("Yann Riou", "indirect")
    post(client, silex, act=f"undo:{silex.finding_changes.get().pk}")
    assert not silex.quotes.filter(by_editor=True).exists()


def test_the_outlet_of_a_credit_is_changed_not_only_hidden(silex: Article) -> None:
    credit, client = silex.given_credits.get(), signed_in()
    assert str(credit.outlet) == "Le Courrier du port"
    other = make_outlet("L’Ouest maritime", aliases=["Ouest-Mer"])
    post(client, silex, credit=credit.pk, act="outlet", outlet="Ouest-Mer")
    read_again(silex)
    assert [(c.outlet, c.name) for c in silex.given_credits.all()] == [(other, "L’Ouest maritime")]
    post(client, silex, act=f"undo:{silex.finding_changes.get().pk}")
    read_again(silex)
    assert str(silex.given_credits.get().outlet) == "Le Courrier du port"


def test_a_credit_that_was_missed_is_added(silex: Article) -> None:
    post(signed_in(), silex, act="add_credit", words="promet la direction", outlet="AFP")
    read_again(silex)
    credit = silex.given_credits.get(by_editor=True)
    assert (credit.name, credit.outlet, credit.raw) == ("AFP", None, "promet la direction")


@pytest.mark.parametrize("words", ["", "des mots qui n’y sont pas", "mot " * 500])
def test_words_that_the_article_does_not_say_are_refused(silex: Article, words: str) -> None:
    with pytest.raises(annotating.Refused):
        annotating.add_quote(silex, words, "Yann Riou", "direct", make_user())


def test_what_a_person_added_follows_its_words_when_the_text_changes(silex: Article) -> None:
    quote = annotating.add_quote(silex, "promet la direction", "Yann Riou", "indirect", make_user())
    Article.objects.filter(pk=silex.pk).update(text="Mise à jour de ce matin. " + TEXT)
    read_again(silex)
    quote.refresh_from_db()
    assert silex.text[quote.start : quote.end] == "promet la direction"


def test_a_figure_is_left_out_of_what_is_compared(silex: Article) -> None:
    figure, client = silex.figures.get(), signed_in()
    assert "mots=" in figure.get_absolute_url()
    assert "<mark" in client.get(figure.get_absolute_url()).content.decode()
    post(client, silex, figure=figure.pk, act="hide")
    read_again(silex)
    assert not silex.figures.filter(is_hidden=False).exists()


@pytest.mark.parametrize("act", ["details", "hide", "add_quote", "undo:1"])
def test_only_editors_put_right(silex: Article, act: str) -> None:
    quote = silex.quotes.get(type="direct")
    said = {"quote": quote.pk, "act": act, "words": "les riverains", "speaker": "Yann Riou"}
    assert signed_in(JOURNALIST).post(f"/articles/{silex.pk}/lecture/", said).status_code == 403
    assert not FindingChange.objects.exists()


def test_a_finding_of_another_article_is_not_found(silex: Article) -> None:
    other = make_article("Autre")
    credit = Credit.objects.create(article=other, start=0, end=1, name="AFP", raw="x")
    said = {"credit": credit.pk, "act": "hide"}
    assert signed_in().post(f"/articles/{silex.pk}/lecture/", said).status_code == 404


def test_visitors_see_the_words_and_journalists_the_text(silex: Article) -> None:
    figure = silex.figures.get()
    page = Client().get(figure.get_absolute_url()).content.decode()
    assert "<mark>15 millions d’euros</mark>" in page
    assert "les riverains" not in page
    assert 'id="mots">15 millions' in signed_in(JOURNALIST).get(figure.get_absolute_url()).content.decode()


def test_an_address_of_other_words_shows_none(silex: Article) -> None:
    for code in ("f999999", "x1", "f1' OR 1", "p1"):
        assert "<mark" not in Client().get(f"/articles/{silex.pk}/", {"mots": code}).content.decode()


# --- names ---------------------------------------------------------------------------------------------------------


def test_a_merge_is_undone_with_its_quotes_and_mentions(silex: Article) -> None:
    client, kept = signed_in(), annotating.entity_named("Jeanne Le Bihan")
    merged = Entity.objects.get(name="Jeanne Kerbrat")
    client.post(f"/personnes/{merged.slug}/corriger/", {"act": "merge", "name": "Jeanne Le Bihan"})
    assert silex.quotes.get(type="direct").speaker == kept
    client.post(f"/personnes/{kept.slug}/corriger/", {"act": f"undo:{FindingChange.objects.get().pk}"})
    read_again(silex)
    merged.refresh_from_db()
    assert (merged.merged_into, silex.quotes.get(type="direct").speaker) == (None, merged)
    assert Mention.objects.get(entity=merged).article == silex
    assert not Mention.objects.filter(entity=kept).exists()


def test_a_name_is_renamed_and_keeps_its_address(silex: Article) -> None:
    client, entity = signed_in(), Entity.objects.get(name="Jeanne Kerbrat")
    page = client.post(
        f"/personnes/{entity.slug}/corriger/", {"act": "rename", "name": "Jeanne Kerbrat-Le Goff"}, follow=True
    )
    assert "Jeanne Kerbrat-Le Goff" in page.content.decode()
    read_again(silex)
    assert silex.quotes.get(type="direct").speaker == entity
    naming.undo(FindingChange.objects.get(), make_user("karim"))
    entity.refresh_from_db()
    assert entity.name == "Jeanne Kerbrat"


def test_a_name_that_another_bears_is_not_taken(silex: Article) -> None:
    annotating.entity_named("Odile Marec")
    with pytest.raises(annotating.Refused):
        naming.rename(Entity.objects.get(name="Jeanne Kerbrat"), "odile marec", make_user())


def test_a_spelling_split_off_is_given_back_by_undo(silex: Article) -> None:
    user, entity = make_user(), Entity.objects.get(name="Jeanne Kerbrat")
    spelling = Spelling.objects.create(entity=entity, key="kerbrat", shown="Kerbrat")
    other = naming.split(spelling, user)
    assert other != entity
    naming.undo(FindingChange.objects.get(), user)
    spelling.refresh_from_db()
    other.refresh_from_db()
    assert (spelling.entity, other.merged_into) == (entity, entity)


def test_the_kind_of_a_name_is_changed_and_undone(silex: Article) -> None:
    user, entity = make_user(), Entity.objects.get(name="Jeanne Kerbrat")
    naming.set_kind(entity, "organisation", user)
    naming.undo(FindingChange.objects.get(), user)
    entity.refresh_from_db()
    assert (entity.kind, entity.kind_by_editor) == ("person", False)


def test_quotes_are_all_listed_to_editors_alone(silex: Article) -> None:
    annotating.set_speaker(Quote.objects.filter(type="direct").get(), "Odile Marec", make_user("karim"))
    assert 'id="changes"' not in Client().get(silex.get_absolute_url()).content.decode()
    page = signed_in().get(silex.get_absolute_url()).content.decode()
    assert 'id="changes"' in page
    assert "karim" in page
