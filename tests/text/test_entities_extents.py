"""Where names begin and end, and what tells a body, a product and a person apart."""

from __future__ import annotations

import pytest

from articles.text import citations, entities
from articles.text.reading import read


def kinds(text: str) -> dict[str, str]:
    return {entity.name: entity.kind for entity in entities.find(read(text))}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Le Fonds européen de développement régional finance le projet.", "Fonds européen de développement régional"),
        ("Le Tribunal administratif du travail a rejeté la plainte.", "Tribunal administratif du travail"),
        (
            "Le Centre de veille contre les fraudes en ligne (CVFL) a publié son bilan.",
            "Centre de veille contre les fraudes en ligne",
        ),
        ("Selon le ministère russe de la Défense, rien ne change.", "ministère russe de la Défense"),
        ("Elle enseigne à l'université Lyon 3 depuis dix ans.", "université Lyon 3"),
    ],
)
def test_bodies_keep_their_whole_name(text: str, name: str) -> None:
    assert kinds(text)[name] == "organisation"


def test_the_short_name_in_brackets_is_another_mention_of_its_body() -> None:
    text = "Il a saisi l'Office européen des brevets numériques (Obren), hier."
    found = entities.find(read(text))
    assert [text[slice(*mention)] for entity in found for mention in entity.mentions][-1] == "Obren"
    assert len(found) == 1


def test_two_bodies_in_a_row_are_two_names() -> None:
    assert {"Orange", "Bouygues Telecom"} <= set(kinds("Le mariage Orange-Bouygues Telecom se prépare."))


def test_a_body_before_a_full_name_is_cut_from_it() -> None:
    found = kinds("À l'invitation du collectif Air Propre Vallée Bruno Castagnier a parlé.")
    assert found["Bruno Castagnier"] == "person"


def test_a_party_in_brackets_is_no_other_name_of_its_member() -> None:
    found = kinds("Le débat opposait Lucie Ferrandin (EELV) et Karim Belloste (LR).")
    assert (found["Lucie Ferrandin"], found["EELV"], found["LR"]) == ("person", "organisation", "organisation")


def test_members_of_an_enumeration_are_of_one_kind() -> None:
    found = kinds("Le fonds a choisi Microsoft, Velcari, Nvidia et Google cette année.")
    assert found["Velcari"] == "organisation"


def test_build_numbers_and_ordinals_are_no_part_of_a_name() -> None:
    assert "Chrome" in kinds("Installez Chrome 72.0.3626.121 sans attendre.")


def test_a_year_after_a_country_is_a_plan_and_no_date() -> None:
    assert "France 2030" not in kinds("Le plan France 2030 finance la filière.")


def test_a_known_surname_stands_for_its_person() -> None:
    assert kinds("Dès le matin, Poutine a pris la parole.")["Poutine"] == "person"


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("Selon le site spécialisé Cryptophare, les pirates réclament un million.", "Cryptophare"),
        ("Une panne, rapporte le quotidien régional L'Éclaireur des Dunes.", "L'Éclaireur des Dunes"),
        ("Il l'a dit sur le plateau de France Bleu Azur : « Rien n'est perdu. »", "France Bleu Azur"),
        ("Le magazine hebdomadaire Challenges rapporte que l'offre est prête.", "Challenges"),
    ],
)
def test_outlets_are_credited_by_what_introduces_them(text: str, outlet: str) -> None:
    assert outlet in {mention.outlet for mention in citations.mentions(read(text))}


def test_a_sunday_in_the_name_of_a_newspaper_is_no_date() -> None:
    from_text = citations.find(read("Le Journal du dimanche révèle que l'offre est prête."))
    assert [found.outlet for found in from_text] == ["Le Journal du dimanche"]
