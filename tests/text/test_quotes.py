"""Who said what to whom, on sentences of our own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.text import quotes_marks
from articles.text.analysis import analyse
from articles.text.findings import QuoteSpan

NADIA = "La start-up Fluviane a nommé une présidente, Nadia Berrichon. "


def said(text: str) -> list[QuoteSpan]:
    return list(analyse(text, published="2024-02-28").quotes)


def only(text: str) -> QuoteSpan:
    (quote,) = said(text)
    return quote


# -- marks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("« Rien ne presse »", ["Rien ne presse"]),
        ("“Rien ne presse”", ["Rien ne presse"]),
        ("„Rien ne presse“", ["Rien ne presse"]),
        ('Il dit "Rien ne presse".', ["Rien ne presse"]),
        ("‘Rien ne presse’", ["Rien ne presse"]),
        ("« Il a dit “non” hier »", ["Il a dit “non” hier"]),
        ("« Un « autre » mot »", ["Un « autre » mot"]),
        ("dit :  » Rien ne presse″, et", ["Rien ne presse"]),
        ("dit » Rien ne presse « , et", ["Rien ne presse"]),
        ("« Un.\n\n« Deux. »", ["Un.", "Deux."]),
        ("« Un.\n\nDeux. »", ["Un.\n\nDeux."]),
        ("« Rien ne presse", ["Rien ne presse"]),
        ("l'heure d'hiver", []),
    ],
)
def test_marks_are_paired(text: str, inside: list[str]) -> None:
    assert [text[mark.start : mark.end] for mark in quotes_marks.scan(text)] == inside


@given(st.text(alphabet="«»“”\"'‘’ ab.\n", max_size=80))
def test_marked_spans_never_overlap(text: str) -> None:
    last = 0
    for mark in quotes_marks.scan(text):
        assert last <= mark.outer_start <= mark.start < mark.end <= mark.outer_end <= len(text)
        last = mark.outer_end


# -- what is a quote --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "« Nous ouvrirons une usine à Vesoul », affirme Karim Delestaing.",
        "« Nous ouvrirons une usine à Vesoul », a déclaré mardi à la presse Karim Delestaing.",
        "Karim Delestaing a déclaré : « Nous ouvrirons une usine à Vesoul ».",
        "Selon Karim Delestaing, « Nous ouvrirons une usine à Vesoul ».",
        "Pour Karim Delestaing, « Nous ouvrirons une usine à Vesoul ».",
        "« Nous ouvrirons une usine à Vesoul », selon Karim Delestaing.",
        "Karim Delestaing, directeur de l'usine, se réjouit : « Nous ouvrirons une usine à Vesoul ».",
    ],
)
def test_a_direct_quote_and_its_speaker(text: str) -> None:
    quote = only(text)
    assert (quote.text, quote.speaker, quote.type) == (
        "Nous ouvrirons une usine à Vesoul",
        "Karim Delestaing",
        "direct",
    )


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("Karim Delestaing affirme que l'usine ouvrira.", "l'usine ouvrira"),
        ("Karim Delestaing a fait savoir que l'usine ouvrira.", "l'usine ouvrira"),
        ("L'usine ouvrira en mai, a indiqué Karim Delestaing.", "L'usine ouvrira en mai"),
        ("Selon Karim Delestaing, l'usine ouvrira.", "l'usine ouvrira"),
        ("Mais l'usine ouvrira en mai, selon Karim Delestaing.", "l'usine ouvrira en mai"),
        ("Comme l'a annoncé Karim Delestaing, l'usine ouvrira.", "l'usine ouvrira"),
        ("Karim Delestaing a parlé hier, assurant que l'usine ouvrira.", "l'usine ouvrira"),
    ],
)
def test_an_indirect_quote_is_the_reported_clause(text: str, clause: str) -> None:
    quote = only(text)
    assert (quote.text, quote.speaker, quote.type) == (clause, "Karim Delestaing", "indirect")


def test_a_fragment_in_the_writers_sentence_is_mixed() -> None:
    quote = only("Karim Delestaing dénonce une « décision absurde et brutale » du préfet.")
    assert (quote.text, quote.type, quote.speaker) == ("décision absurde et brutale", "mixed", "Karim Delestaing")


@pytest.mark.parametrize(
    "text",
    [
        "Le nouveau téléphone, baptisé « Aurore », sort demain.",
        "Le livre intitulé « La nuit des machines » est paru.",
        "Une société « à mission » vend ces outils.",
        "Le juge n'a reconnu les faits qu'à demi-mot.",
        "L'entrée est fixée selon les revenus de la famille.",
    ],
)
def test_words_that_quote_nobody_are_left_out(text: str) -> None:
    assert said(text) == []


# -- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "speaker", "raw"),
    [
        (NADIA + "« Nous irons vite et loin », assure-t-elle.", "Nadia Berrichon", "elle"),
        (NADIA + "« Nous irons vite et loin », assure la présidente.", "Nadia Berrichon", "la présidente"),
        (NADIA + "« Nous irons vite et loin », assure Mme Berrichon.", "Nadia Berrichon", "Mme Berrichon"),
        ("La société Fluviane recrute. La start-up assure qu'elle grandira vite.", "Fluviane", "La start-up"),
        (
            "Karim Delestaing a pris la parole. « Le calendrier sera tenu. » « Et le budget aussi », a-t-il ajouté.",
            "Karim Delestaing",
            "il",
        ),
    ],
)
def test_a_speaker_is_resolved(text: str, speaker: str, raw: str) -> None:
    quote = said(text)[-1]
    assert (quote.speaker, quote.speaker_raw) == (speaker, raw)


@pytest.mark.parametrize("who", ["un porte-parole de la mairie", "une source proche du dossier", "plusieurs salariés"])
def test_an_unnamed_speaker_keeps_the_words_that_designate_them(who: str) -> None:
    quote = only(f"« Personne ne sera licencié », a indiqué {who}.")
    assert (quote.speaker, quote.speaker_raw) == (None, who)


def test_a_role_stands_beside_the_name() -> None:
    quote = only("« Personne ne sera licencié », promet Karim Delestaing, directeur de l'usine.")
    assert quote.role == "directeur de l'usine"


def test_a_quote_attributed_only_later_gets_its_speaker() -> None:
    text = "« Il faut choisir entre deux maux. » « Nous choisirons en juin », tranche Karim Delestaing."
    assert {quote.speaker for quote in said(text)} == {"Karim Delestaing"}


def test_a_name_in_a_complement_does_not_speak() -> None:
    quote = only("« Rien n'est décidé », glisse l'entourage de Karim Delestaing.")
    assert quote.speaker in (None, "Karim Delestaing")
    quote = only("« Rien n'est décidé », glisse un avocat de Karim Delestaing.")
    assert quote.speaker is None


# -- to whom ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("« Nous irons vite et loin », a déclaré Karim Delestaing à l'AFP.", "AFP"),
        ("« Nous irons vite et loin », a déclaré à l'AFP Karim Delestaing.", "AFP"),
        ("Dans les colonnes du Monde, Karim Delestaing affirme : « Nous irons vite et loin ».", "Le Monde"),
        ("« Nous irons vite et loin », promet Karim Delestaing au micro de France Inter.", "France Inter"),
        ("« Nous irons vite et loin », promet Karim Delestaing à Lyon.", None),
    ],
)
def test_told_to(text: str, outlet: str | None) -> None:
    assert only(text).told_to == outlet


def test_an_interview_holds_for_the_paragraph() -> None:
    text = "Dans un entretien au Figaro, Karim Delestaing se défend. « Nous irons vite et loin », dit-il."
    assert said(text)[-1].told_to == "Le Figaro"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="« »\"Xa.,:\nquil'ditselon ", max_size=100))
def test_offsets_hold_for_any_text(text: str) -> None:
    for quote in said(text):
        assert text[quote.start : quote.end] == quote.text
        assert 0 < quote.confidence <= 1
