"""Passages that stand in an earlier article."""

from __future__ import annotations

from articles.text import copying
from articles.text.copying import CopyIndex

DISPATCH = (
    "Le tribunal de commerce a ouvert mardi une procédure de sauvegarde pour le fabricant de vélos Roulevite, qui "
    "emploie trois cents personnes dans la Drôme. La direction explique la chute des ventes par un hiver très "
    "pluvieux. Un repreneur allemand a déposé une offre que les salariés examineront jeudi en assemblée générale."
)
OTHER = (
    "Les vendangeurs ont commencé plus tôt que prévu dans le Jura. Les caves annoncent une récolte abondante, et "
    "les prix devraient rester stables jusqu'à l'hiver selon les négociants de la région."
)


def index_of(*texts: tuple[str, str, str]) -> CopyIndex:
    index = CopyIndex()
    for id, outlet, text in texts:
        index.add(id, outlet, "2024-02-27", text)
    return index


def test_a_copied_text_is_found_whole() -> None:
    found = index_of(("a", "Agence", DISPATCH)).compare(DISPATCH, outlet="Quotidien")
    assert found.original_share == 0.0
    assert [(p.source, p.start, p.end) for p in found.passages] == [("a", 0, len(DISPATCH))]


def test_an_independent_text_shares_nothing() -> None:
    found = index_of(("a", "Agence", DISPATCH)).compare(OTHER, outlet="Quotidien")
    assert (found.original_share, found.passages, found.credited) == (1.0, (), False)


def test_a_copied_sentence_is_placed_in_both_texts() -> None:
    sentence = DISPATCH.split(". ")[0] + "."
    text = f"{OTHER} {sentence} {OTHER}"
    (passage,) = index_of(("a", "Agence", DISPATCH)).compare(text, outlet="Quotidien").passages
    assert text[passage.start : passage.end] == sentence
    assert DISPATCH[passage.source_start : passage.source_end] == sentence


def test_small_changes_do_not_break_a_passage() -> None:
    changed = DISPATCH.replace("très pluvieux", "particulièrement froid et pluvieux").replace(
        "examineront", "étudieront"
    )
    (passage,) = index_of(("a", "Agence", DISPATCH)).compare(changed, outlet="Quotidien").passages
    assert passage.end - passage.start > 0.9 * len(changed)


def test_words_that_both_quote_are_not_copied() -> None:
    quote = "« Nous avons tout essayé pendant deux ans et personne ne nous a jamais répondu, pas même le préfet »"
    found = index_of(("a", "Agence", f"Le maire s'emporte : {quote}.")).compare(
        f"{quote}, regrette l'élue.", outlet="Autre"
    )
    assert found.passages == ()


def test_an_outlet_does_not_copy_itself() -> None:
    assert index_of(("a", "Agence", DISPATCH)).compare(DISPATCH, outlet="Agence").passages == ()


def test_a_copy_that_names_its_source_is_credited() -> None:
    index = index_of(("a", "La Gazette du Vercors", DISPATCH))
    assert not index.compare(DISPATCH, outlet="Quotidien").credited
    assert index.compare(DISPATCH + " (Source : La Gazette du Vercors)", outlet="Quotidien").credited
    assert index.compare(DISPATCH + " (avec AFP)", outlet="Quotidien").credited


def test_old_texts_are_forgotten() -> None:
    index = CopyIndex(days=10)
    index.add("old", "Agence", "2024-01-01", DISPATCH)
    index.add("new", "Agence", "2024-02-27", OTHER)
    assert len(index) == 1
    assert index.compare(DISPATCH, outlet="Quotidien").passages == ()
    assert index._places.keys() == _places_of(OTHER)


def _places_of(text: str) -> set[int]:
    index = CopyIndex()
    index.add("only", "Agence", "2024-02-27", text)
    return set(index._places)


def test_the_command_compares_each_row_with_those_before() -> None:
    rows = [
        {"id": "1", "date": "2024-02-26", "outlet": "Agence", "text": DISPATCH},
        {"id": "2", "date": "2024-02-27", "outlet": "Quotidien", "text": DISPATCH},
    ]
    first, second = copying.command(rows)
    assert first == {"id": "1", "original_share": 1.0, "passages": [], "credited": False}
    assert second["passages"] == [
        {"start": 0, "end": len(DISPATCH), "from": "1", "from_start": 0, "from_end": len(DISPATCH)}
    ]
