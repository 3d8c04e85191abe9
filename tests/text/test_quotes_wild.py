"""Quotes as outlets print them: second verbs, lost marks, signatures, bodies that speak. Sentences of our own."""

from __future__ import annotations

import pytest

from articles.text import quotes_marks
from articles.text.analysis import analyse
from articles.text.findings import QuoteSpan

KARIM = "Le patron de l'usine, Karim Delestaing, a reçu la presse. "


def said(text: str) -> list[QuoteSpan]:
    return list(analyse(text, published="2024-02-28").quotes)


def only(text: str) -> QuoteSpan:
    (quote,) = said(text)
    return quote


# -- verbs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("Karim Delestaing a confirmé la panne et indiqué que l'usine tournerait demain.", "l'usine tournerait demain"),
        ("Karim Delestaing rejette ces chiffres et affirme que l'usine tourne.", "l'usine tourne"),
        ("Karim Delestaing a par ailleurs indiqué que l'usine tournerait demain.", "l'usine tournerait demain"),
        ("Karim Delestaing a dans un premier temps assuré que l'usine tournait.", "l'usine tournait"),
        ("Karim Delestaing estime ainsi que l'usine tournera demain.", "l'usine tournera demain"),
        ("Karim Delestaing explique que l'usine tourne et a annoncé des travaux.", "l'usine tourne"),
        ("Karim Delestaing explique que l'usine tourne (il parle de « miracle »).", "l'usine tourne"),
        ("Karim Delestaing vient en effet de confirmer que l'usine tournait.", "l'usine tournait"),
        ("Karim Delestaing a tenu à préciser que l'usine tournait.", "l'usine tournait"),
        ("Karim Delestaing a également laissé entendre que l'usine tournait.", "l'usine tournait"),
        ("Karim Delestaing a annoncé le 10 janvier dernier que l'usine tournerait.", "l'usine tournerait"),
        ("Karim Delestaing a annoncé ce mercredi que l'usine tournerait.", "l'usine tournerait"),
        ("Karim Delestaing a assuré que l'usine tournait : « Rien ne s'arrête ici ».", "l'usine tournait"),
        ("Karim Delestaing a annoncé mercredi à l'AFP avoir vendu l'usine.", "avoir vendu l'usine"),
        (
            "Des élus du canton, qui ont déclaré avant le vote que l'usine tournait, partent.",
            "l'usine tournait, partent",
        ),
        ("Selon Zoé Marlin, Paul Ravet et Luc Aubier, les anciens cadres, l'usine a fermé.", "l'usine a fermé"),
        ("Karim Delestaing assure que l'usine tourne, une annonce qui surprend.", "l'usine tourne"),
        ("De nombreux élus, ici comme ailleurs, estiment que l'usine tourne.", "l'usine tourne"),
        ("Le ministre de l'Économie, de l'Industrie et de l'Énergie juge que l'usine tourne.", "l'usine tourne"),
    ],
)
def test_what_a_verb_reports(text: str, clause: str) -> None:
    assert clause in [quote.text for quote in said(text) if quote.type == "indirect"]


@pytest.mark.parametrize(
    "text",
    [
        "Il se murmure que l'usine sera vendue.",
        "La cadence baisse, ce qui signifie que l'usine perd de l'argent.",
        "Des cours sur la méthode, qui rappellent aussi que l'usine est ancienne, ont lieu le soir.",
        "Le préfet, Karim Delestaing, a traité la demande en une heure.",
        "Les aides varient selon le domaine concerné.",
        "Rien ne dit que l'usine sera vendue.",
        "Il signe un rapport sur « la place de l'usine dans la ville et ses quartiers » depuis hier.",
        "Le plan, connu sous le nom de « Les usines de demain », est prêt.",
        "Le groupe a présenté son plan stratégique, « Odyssée 2030 ».",
        "Ainsi, a-t-on appris mardi, l'usine sera vendue.",
    ],
)
def test_what_nobody_says_is_no_quote(text: str) -> None:
    assert said(text) == []


def test_a_body_speaks_after_a_whole_clause() -> None:
    quote = only("Aucune somme n'a été perdue, assure la caisse.")
    assert (quote.text, quote.speaker_raw) == ("Aucune somme n'a été perdue", "la caisse")


def test_an_infinitive_goes_on_for_who_spoke() -> None:
    quote = said(KARIM + "Il assure que l'usine tournera. Et d'ajouter que personne ne partira.")[-1]
    assert (quote.text, quote.speaker) == ("personne ne partira", "Karim Delestaing")


def test_a_participle_quotes_who_judges() -> None:
    quote = only("Cette mesure, jugée « trop tardive » par Karim Delestaing, entre en vigueur demain.")
    assert (quote.text, quote.speaker) == ("trop tardive", "Karim Delestaing")


def test_an_opening_gerund_shares_the_subject_of_the_sentence() -> None:
    quote = said("Jugeant la mesure « trop tardive », Karim Delestaing a dit que l'usine fermerait.")[0]
    assert (quote.text, quote.speaker) == ("trop tardive", "Karim Delestaing")


def test_like_somebody_said_reports_no_later_clause() -> None:
    text = "Alors que Karim Delestaing avait dit partir, comme l'assurait le journal, l'usine tourne."
    assert "l'usine tourne" not in [quote.text for quote in said(text)]


# -- marks ------------------------------------------------------------------------------------------------------------


def test_a_lost_opening_mark_is_found_again() -> None:
    text = 'Rien ne changera pour nos clients cette année", a indiqué Karim Delestaing.'
    quote = only(text)
    assert (quote.text, quote.speaker) == ("Rien ne changera pour nos clients cette année", "Karim Delestaing")


@pytest.mark.parametrize("text", ['un écran de 13", a noté le banc', "fin »", 'le "mot", a dit X'])
def test_a_closing_mark_alone_is_not_always_a_lost_quotation(text: str) -> None:
    assert quotes_marks.LOST not in [mark.mark for mark in quotes_marks.scan(text)]


@pytest.mark.parametrize(
    "text",
    [
        "« Nous tiendrons le calendrier annoncé. » Karim Delestaing",
        "« Nous tiendrons le calendrier annoncé. » – Karim Delestaing, directeur",
        "« Nous tiendrons le calendrier annoncé. »\nKarim Delestaing, directeur de l'usine",
        "« Nous tiendrons le calendrier annoncé. » Karim Delestaing travaille ici depuis trente ans.",
    ],
)
def test_a_name_after_the_marks_signs_them(text: str) -> None:
    assert only(text).speaker == "Karim Delestaing"


# -- who --------------------------------------------------------------------------------------------------------------


def test_a_first_name_alone_speaks() -> None:
    assert only("« Ici, personne ne veut partir », soupire Gisèle, ouvrière.").speaker == "Gisèle"


def test_a_first_name_stands_for_who_was_named_in_full() -> None:
    text = "Rodolphe Delestaing dirige l'usine. « Ici, personne ne veut partir », soupire Rodolphe."
    assert only(text).speaker == "Rodolphe Delestaing"


def test_a_name_that_sounds_like_an_adverb_is_a_name() -> None:
    assert only("« Ici, personne ne veut partir », soupire Clément Delestaing.").speaker == "Clément Delestaing"


def test_a_role_named_nowhere_is_the_person_just_named() -> None:
    text = "Layan Delestaing s'exprime. Dans la foulée, le patron de Fluviane a assuré que l'usine tournait."
    assert only(text).speaker == "Layan Delestaing"


def test_a_list_of_fragments_has_one_speaker() -> None:
    text = "Karim Delestaing appelle la métropole à écouter leur « lassitude » et leur « colère »."
    assert [(quote.text, quote.speaker) for quote in said(text)] == [
        ("lassitude", "Karim Delestaing"),
        ("colère", "Karim Delestaing"),
    ]


@pytest.mark.parametrize(
    ("phrase", "speaker"),
    [
        ("l'organisme de contrôle aérien Ventadour", "Ventadour"),
        ("la fédération nationale des hôteliers", "fédération nationale des hôteliers"),
        ("le fabricant de puces", "Fluviane"),
        ("la firme de Vesoul", "Fluviane"),
    ],
)
def test_phrases_for_bodies(phrase: str, speaker: str) -> None:
    text = f"La société Fluviane recrute à Vesoul. Fluviane grandit. « Tout ira bien demain », dit {phrase}."
    assert said(text)[-1].speaker == speaker


def test_an_opening_participle_is_no_name() -> None:
    text = "Auditionné par le Sénat, Karim Delestaing a parlé, appelant « au calme et à la raison »."
    assert only(text).speaker == "Karim Delestaing"


def test_the_generic_noun_is_who_spoke_last() -> None:
    text = (
        "« Tout ira bien demain », lance Karim Delestaing, président de l'union. Le syndicaliste évoque une « colère "
        "inédite »."
    )
    assert said(text)[-1].speaker == "Karim Delestaing"


def test_a_body_called_by_its_noun_is_the_one_whose_name_has_it() -> None:
    text = "La Commission européenne écrit à Apple, qui répond. La commission a ajouté qu'elle attendait encore."
    assert only(text).speaker == "Commission européenne"


def test_the_same_source_is_who_was_last_quoted() -> None:
    text = "« Rien ne presse ici », dit une voisine de l'usine. « Tout ira bien demain », ajoute la même source."
    assert [quote.speaker for quote in said(text)] == [None, None]


def test_a_pronoun_after_somebody_unnamed_names_nobody() -> None:
    text = (
        "Nadia Berrichon préside Fluviane. Une voisine passe. « Rien ne presse ici », dit une voisine de l'usine. "
        "« Tout ira bien demain », ajoute-t-elle."
    )
    assert said(text)[-1].speaker is None


def test_a_colon_on_the_line_above_introduces() -> None:
    text = "Karim Delestaing n'a laissé qu'une note :\n« Je préfère me taire aujourd'hui. »"
    assert only(text).speaker == "Karim Delestaing"


def test_a_body_is_told_apart_by_its_complement() -> None:
    text = "Le parquet de Vesoul a ouvert une enquête. « Trois personnes sont visées », a précisé le parquet."
    assert only(text).speaker == "parquet de Vesoul"


def test_a_daily_is_no_television_channel() -> None:
    text = "Comme l'écrit Le Figaro et comme le montre France 2, l'usine ferme. « Rien ne bouge », ajoute le quotidien."
    assert said(text)[-1].speaker == "Le Figaro"


def test_a_title_glued_to_its_name_is_parted() -> None:
    assert only("M.Delestaing a fait savoir que l'usine tournerait.").speaker is not None


# -- to whom ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("Dans Le Monde, Karim Delestaing assure que l'usine tournera.", "Le Monde"),
        ("Sur BFMTV, Karim Delestaing assure que l'usine tournera.", "BFMTV"),
        ("Karim Delestaing a assuré sur RTL que l'usine tournerait.", "RTL"),
        ("Karim Delestaing a assuré sur Twitter que l'usine tournerait.", None),
        ("Invité de la matinale de France 2, Karim Delestaing assure que l'usine tournera.", "France 2"),
        ("« Rien ne presse ici », confiait jeudi une analyste du secteur à l'AFP.", "AFP"),
        ("Karim Delestaing avait conclu un accord avec Le Monde et assure que l'usine tournera.", None),
        ("Interrogé par l'ats, Karim Delestaing assure que l'usine tournera.", "Keystone-ATS"),
    ],
)
def test_venues(text: str, outlet: str | None) -> None:
    assert only(text).told_to == outlet
