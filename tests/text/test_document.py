"""Loose texts read as articles. Every text here is invented."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.text import document

PROSE = (
    "La jeune pousse nantaise Brume a dévoilé mardi un modèle de traduction qui tient dans un téléphone. "
    "Elle assure qu’il consomme dix fois moins d’énergie que ceux de ses concurrents américains."
)
MORE = (
    "« Nous voulions un outil sobre », explique sa fondatrice, Inès Caradec, qui a réuni trente chercheurs "
    "sur l’île de Nantes. Les premiers clients sont des hôpitaux et deux régions."
)
END = (
    "Le modèle sera publié sous licence libre avant l’été, promet l’entreprise, qui cherche encore des fonds en Europe."
)

SYNDICATED = f"""Accueil
High-tech
Culture
Sport
Vidéos

Brume, la traduction sobre venue de Nantes

{PROSE}

{MORE}{END}

Source link : https://www.echoducode.example/brume-traduction

Author : Inès Quéméner

Publish date : 2025-03-04 07:15:00

Copyright for syndicated content rests with its publisher.

Tags : L’Écho du Code, Traduction

ATVC. . . . . . . . . . . . . . . . . . . . . . . . . .
Zone suivante
"""


def test_a_syndicated_copy_gives_its_trailer_as_facts() -> None:
    page = document.extract(SYNDICATED)
    assert page.title == "Brume, la traduction sobre venue de Nantes"
    assert page.authors == ("Inès Quéméner",)
    assert page.published is not None
    assert page.published.value == "2025-03-04T07:15:00+01:00"
    assert page.outlet == "L’Écho du Code"
    assert page.canonical_url == "https://www.echoducode.example/brume-traduction"
    assert page.text == "\n\n".join([PROSE, MORE, END])


def test_paragraphs_glued_by_a_lost_line_break_are_parted() -> None:
    assert document.extract(SYNDICATED).blocks[-1].text == END


BLOG = f"""Aller au contenu principal

Brume : pourquoi la sobriété change la donne

{PROSE}

Trente chercheurs
© Brume

Une équipe ramassée

{MORE}

{END}

🔵 Pour ne rien manquer de la Gazette des Réseaux, abonnez-vous à notre newsletter quotidienne.

3 commentaires
1. Encore un modèle dont personne n’a besoin, on marche sur la tête, franchement !

2. Bravo à eux, pour une fois que ce n’est pas en Californie que ça se passe.

Laisser un commentaire

Votre adresse ne sera pas publiée. Les champs obligatoires portent une étoile *
"""


def test_comments_their_form_and_newsletters_are_left_out() -> None:
    page = document.extract(BLOG)
    assert page.text == "\n\n".join([PROSE, "Une équipe ramassée", MORE, END])


def test_a_newsletter_line_names_the_outlet() -> None:
    assert document.extract(BLOG).outlet == "Gazette des Réseaux"


def test_a_short_line_before_prose_is_a_heading() -> None:
    assert [block.kind for block in document.extract(BLOG).blocks] == ["paragraph", "heading", "paragraph", "paragraph"]


def test_nothing_said_gives_nothing() -> None:
    page = document.extract(BLOG)
    assert (page.published, page.modified, page.authors, page.canonical_url) == (None, None, (), "")


def test_without_a_title_the_first_sentence_stands_for_it() -> None:
    page = document.extract(f"{PROSE}\n\n{MORE}\n\n{END}")
    assert page.title_is_first_sentence
    assert page.title.endswith("qui tient dans un téléphone.")
    assert page.text.startswith(page.title)


def test_a_month_in_front_is_a_date_and_no_more() -> None:
    page = document.extract(f" date 2025-03 {PROSE}\n\n{MORE}")
    assert page.published is not None
    assert (page.published.value, page.published.precision) == ("2025-03", "month")
    assert page.text.startswith("La jeune pousse")


BILINGUAL = f"""Fr
En

Le traducteur qui tient dans la poche

{PROSE}

\u00a0

{MORE}

\u00a0

04/03/2025"""


def test_a_date_alone_at_the_end_is_the_day_of_publication() -> None:
    page = document.extract(BILINGUAL)
    assert page.published is not None
    assert (page.published.value, page.published.precision) == ("2025-03-04", "day")
    assert page.text == f"{PROSE}\n\n{MORE}"
    assert page.title == "Le traducteur qui tient dans la poche"


SIGNED = f"""La Gazette des Réseaux

Brume lève vingt millions d’euros

Par Anne Martin et Luc Petit (avec AFP)

Publié le 5 mars 2025 à 9h30, mis à jour le 6 mars 2025 à 10h00 - Temps de lecture : 3 min

{PROSE}

Lire aussi : Nantes, capitale discrète de l’intelligence artificielle

{MORE}

Anne Martin
"""


def test_signatures_and_dates_under_the_title_are_read_and_left() -> None:
    page = document.extract(SIGNED)
    assert page.authors == ("Anne Martin", "Luc Petit")
    assert page.credits == ("AFP",)
    assert page.published is not None
    assert page.published.value == "2025-03-05T09:30+01:00"
    assert page.text == f"{PROSE}\n\n{MORE}"


MAIL = """De : Claire Vidal <claire@redaction.example>
À : veille@redaction.example
Objet : TR: Brume ouvre son code
Date : jeu. 6 mars 2025 08:12

---------- Message transféré ----------

La jeune pousse nantaise Brume a publié jeudi le code de son modèle
de traduction, deux jours après son annonce. Les premières mesures
indépendantes confirment une consommation très inférieure à celle des
modèles concurrents, selon le laboratoire Lumen.

« C’est vérifiable par tous », souligne sa fondatrice, qui répond ainsi
aux critiques venues de plusieurs universités. Les poids du modèle
seront publiés à leur tour dans le courant du mois d’avril.

Cordialement,
Claire
--
Claire Vidal, documentaliste
Envoyé de mon téléphone
"""


def test_a_mail_gives_its_subject_as_title_and_joins_its_lines() -> None:
    page = document.extract(MAIL)
    assert page.title == "Brume ouvre son code"
    assert len(page.blocks) == 2
    assert "modèle de traduction, deux jours" in page.text
    assert page.text.endswith("dans le courant du mois d’avril.")


def test_the_day_a_mail_was_forwarded_is_no_publication() -> None:
    assert document.extract(MAIL).published is None


PAYWALLED = f"""Tech > Intelligence artificielle

Brume, l’anti-gigantisme

Il y a 2 heures

{PROSE}

{MORE}

Il vous reste 61,3 % de cet article à lire. La suite est réservée aux abonnés.

Les plus lus
Le retour du Minitel
Ces robots qui trient nos déchets
"""


def test_a_wall_is_told_with_its_sentence_and_kept_out_of_the_text() -> None:
    page = document.extract(PAYWALLED, reference=datetime(2025, 3, 6, 12, 0, tzinfo=UTC))
    assert page.paywalled
    assert page.paywall_evidence.startswith("Il vous reste")
    assert page.text == f"{PROSE}\n\n{MORE}"


def test_a_relative_date_is_read_against_the_reference_only() -> None:
    page = document.extract(PAYWALLED, reference=datetime(2025, 3, 6, 12, 0, tzinfo=UTC))
    assert page.published is not None
    assert page.published.value == "2025-03-06T11:00+01:00"
    assert document.extract(PAYWALLED).published is None


def test_crumbs_give_the_section() -> None:
    assert document.extract(PAYWALLED).section == "Intelligence artificielle"


LISTED = f"""Titre : Cinq outils libres pour traduire
Source : La Gazette des Réseaux
Date : 7 mars 2025
Auteur : Yann Le Goff

{PROSE}

- Brume, pour le téléphone
- Lumen, pour le bureau
- Passerelle, pour les sites

{END}
"""


def test_labels_in_front_are_facts() -> None:
    page = document.extract(LISTED)
    assert page.title == "Cinq outils libres pour traduire"
    assert page.outlet == "La Gazette des Réseaux"
    assert page.authors == ("Yann Le Goff",)
    assert page.published is not None
    assert page.published.value == "2025-03-07"


def test_lists_stay_lists() -> None:
    assert [block.kind for block in document.extract(LISTED).blocks] == [
        "paragraph",
        "item",
        "item",
        "item",
        "paragraph",
    ]


def test_the_language_is_measured() -> None:
    assert document.extract(LISTED).language == "fr"


@pytest.mark.parametrize("text", ["", "  \n \x00 ", "\ufeff"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        document.extract(text)


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=400)
    | st.lists(st.sampled_from([PROSE, "Fr", "Par Anne Martin", "3 commentaires", "", "©", ":"])).map("\n".join)
)
def test_any_text_ends_in_an_article_or_a_clear_error(text: str) -> None:
    message, blocks = "", document.extract(PROSE).blocks
    try:
        blocks = document.extract(text).blocks
    except ValueError as error:
        message = str(error)
    assert blocks or not message or "empty" in message


def test_a_long_text_takes_no_long_time() -> None:
    assert document.extract("\n".join([PROSE] + [f"{number} {MORE}" for number in range(3000)])).blocks


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "title", "published"),
    [
        ("000", "Le vent de l’open source", "2024-02-28"),
        ("001", "MistralAI contre OpenAI", "2024-02-27T18:33:19+01:00"),
        ("002", None, "2024-02"),
        ("003", None, None),
        ("004", "Mistral\u00a0: le champion français", None),
    ],
)
def test_the_given_documents_are_articles(shared: Path, name: str, title: str | None, published: str | None) -> None:
    (file,) = (shared / "press").glob(f"{name}_*.txt")
    page = document.extract(file.read_text(encoding="utf-8"))
    assert page.title_is_first_sentence if title is None else page.title.startswith(title)
    assert (page.published.value if page.published else None) == published
    assert page.language == "fr"
