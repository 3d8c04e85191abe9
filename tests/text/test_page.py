"""Web pages read as articles. Every page here is invented."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.text import page
from articles.text.spans import ExtractedPage

URL = "https://www.gazette-des-reseaux.example/tech/brume-traduction"
TITLE = "Brume, la traduction sobre venue de Nantes"
FIRST = (
    "La jeune pousse nantaise Brume a dévoilé mardi un modèle de traduction qui tient dans un téléphone, "
    "et promet dix fois moins d’énergie que ses concurrents."
)
SECOND = (
    "« Nous voulions un outil sobre », explique sa fondatrice, Inès Caradec, qui a réuni trente chercheurs "
    "sur l’île de Nantes autour de ce projet."
)
THIRD = (
    "Les premiers clients sont des hôpitaux et deux régions, qui l’essaient depuis l’automne dans leurs services "
    "d’accueil, avec des résultats encourageants."
)
BODY = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
TEXT = "\n\n".join([FIRST, SECOND, THIRD])


def html(
    body: str = BODY,
    *,
    head: str = "",
    above: str = "",
    below: str = "",
    heading: str = TITLE,
    start: str = "<html lang=fr>",
) -> str:
    """A page with a menu and a footer; `above` stands between headline and text, `below` after the text."""
    menu = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("Accueil", "Tech", "Culture", "Sport"))
    return (
        f"<!doctype html>{start}<head><title>{TITLE} - La Gazette des Réseaux</title>{head}</head><body>"
        f"<header><ul class='menu'>{menu}</ul></header><main><article><h1>{heading}</h1>{above}"
        f"<div class='article-body'>{body}</div>{below}</article></main>"
        "<footer><p>Mentions légales. La Gazette est éditée par une société imaginaire.</p></footer></body></html>"
    )


def linked(**facts: Any) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **facts}
    return f"<script type='application/ld+json'>{json.dumps(node)}</script>"


def read(source: str, url: str = URL) -> ExtractedPage:
    return page.extract(source, url, fetched_at=datetime(2025, 3, 10, 12, 0, tzinfo=UTC))


def test_the_text_is_the_article_and_nothing_around_it() -> None:
    assert read(html()).text == TEXT


def test_the_displayed_headline_is_the_title_not_what_search_engines_get() -> None:
    head = "<meta property='og:title' content='Brume, la traduction sobre venue de Nantes : ce qu’il faut savoir'>"
    assert read(html(head=head)).title == TITLE


def test_a_kicker_inside_the_headline_is_left_out() -> None:
    assert read(html(heading=f"<span class='kicker'>Enquête</span> {TITLE}")).title == TITLE


def test_without_a_heading_the_title_loses_the_name_of_the_outlet() -> None:
    head = "<meta property='og:site_name' content='La Gazette des Réseaux'>"
    assert read(html(head=head, heading="")).title == TITLE


@pytest.mark.parametrize(
    "furniture",
    [
        "<p><strong>Lire aussi :</strong> <a href='/a'>Nantes, capitale discrète</a></p>",
        "<div class='related-box'><p>Un autre sujet qui passionne toute la rédaction depuis des mois.</p></div>",
        "<p>Il vous reste 41,7 % de ce récit à lire. La suite est réservée aux abonnés.</p>",
        "<div class='x1'><p>Recevez chaque matin notre newsletter tech</p><p>Votre adresse e-mail</p></div>",
        "<p>Passer la publicité</p>",
        "<p>Suivez La Gazette des Réseaux sur Google Actualités et WhatsApp.</p>",
        "<p>Pour ne manquer aucune actualité de la Gazette, abonnez-vous à notre newsletter.</p>",
        "<blockquote class='pull'><p>Nous voulions un outil sobre</p></blockquote>",
        "<figure><img src='a.jpg'><figcaption>Le siège de Brume. Anne Martin / Photopress</figcaption></figure>",
        "<p>© Anne Martin / Gazette</p>",
        "<figure><img src='a.jpg'><p>Le siège de Brume, sur l’île de Nantes, un matin de mars pluvieux.</p></figure>",
        "<p>Par Anne Martin, avec AFP</p>",
        "<aside><p>Cette histoire sans rapport avec le reste est racontée à part par le journal du soir.</p></aside>",
        "<p><a href='/tag/brume'>Toute l’histoire de Brume en dix dates</a></p>",
        "<p style='display:none'>Un paragraphe que personne ne voit et qui ne fait donc pas partie de l’article.</p>",
    ],
)
def test_furniture_between_paragraphs_goes(furniture: str) -> None:
    assert read(html(f"<p>{FIRST}</p>{furniture}<p>{SECOND}</p><p>{THIRD}</p>")).text == TEXT


@pytest.mark.parametrize(
    "below",
    [
        "<h3>Commentaires</h3><p>Encore un modèle dont personne n’a besoin, on marche sur la tête !</p>",
        "<section class='comments'><p>Bravo à eux, pour une fois que cela ne se passe pas loin.</p></section>",
        "<div><h2>Sur le même sujet</h2><ul><li><a href='/1'>Le retour du Minitel</a></li></ul></div>",
        "<p>Tags : <a href='/ia'>IA</a>, <a href='/nantes'>Nantes</a></p>",
        "<div class='author-box'><p>Anne Martin suit les jeunes pousses de l’Ouest pour la Gazette.</p></div>",
        "".join(
            f"<div class='card'><h3><a href='/{n}'>Autre sujet numéro {n}</a></h3><p>Un résumé assez long pour passer "
            f"pour un vrai paragraphe d’article, numéro {n}, et qui n’en est pas un.</p></div>"
            for n in range(5)
        ),
    ],
)
def test_what_follows_the_article_is_cut(below: str) -> None:
    assert read(html(below=below)).text == TEXT


def test_a_modifier_in_a_class_does_not_take_the_article() -> None:
    source = html().replace("class='article-body'", "class='content--with-comments print:hidden no-sidebar'")
    assert read(source).text == TEXT


ABOUT_ACCOUNTS = [
    "Pour vous désabonner, connectez-vous à votre compte depuis un navigateur, puis ouvrez la page des abonnements.",
    "La politique de confidentialité de WhatsApp change : vos données personnelles serviront aussi à la publicité.",
    "Accepter les cookies reste gratuit, mais les refuser coûte un abonnement mensuel aux lecteurs de ces sites.",
    "Téléchargez l’application WhatsApp sur Google Play, puis suivez les étapes pour partager votre écran.",
    "L’offre, sans engagement de durée et à partir de 1 € par mois, vise les étudiants sur un autre appareil.",
]


def test_the_press_may_write_about_accounts_and_cookies() -> None:
    body = "".join(f"<p>{text}</p>" for text in ABOUT_ACCOUNTS)
    assert read(html(body)).text == "\n\n".join(ABOUT_ACCOUNTS)


def test_an_article_in_sections_keeps_them_all() -> None:
    texts = [f"{text} {FIRST}" for text in ABOUT_ACCOUNTS for _ in range(3)]
    texts = [f"{number} : {text}" for number, text in enumerate(texts)]
    body = "".join(f"<section class='step'><h2>Étape {n}</h2><p>{text}</p></section>" for n, text in enumerate(texts))
    assert [block.text for block in read(html(body)).blocks if block.kind == "paragraph"] == texts


def test_a_list_of_products_with_links_to_shops_is_an_article() -> None:
    items = [f"Le modèle numéro {n} reste abordable et tient deux jours loin d’une prise. {SECOND}" for n in range(6)]
    body = "".join(
        f"<div class='product'><h3><a href='https://shop.example/{n}'>Téléphone {n}</a></h3><p>{text}</p></div>"
        for n, text in enumerate(items)
    )
    blocks = read(html(f"<p>{FIRST}</p>{body}")).blocks
    assert [block.text for block in blocks if block.kind == "paragraph"] == [FIRST, *items]


def test_lists_of_short_items_stay() -> None:
    names = ["Facebook", "Gmail", "Signal"]
    items = "".join(f"<li>{name}</li>" for name in names)
    body = f"<p>{FIRST} Trois services en profitent :</p><ul>{items}</ul><p>{SECOND}</p>"
    assert [block.text for block in read(html(body)).blocks][1:-1] == names


def test_paragraphs_in_bare_divs_and_breaks_are_found() -> None:
    source = html(f"{FIRST}<br><br>{SECOND}<br/><br/>{THIRD}").replace("<div class='article-body'>", "<div>")
    assert read(source).text == TEXT


def test_structure_is_kept() -> None:
    table = "<table><tr><th>Modèle</th><th>Énergie</th></tr><tr><td>Brume</td><td>3 Wh</td></tr></table>"
    lists = f"<ul><li>Des hôpitaux publics</li></ul><p>{SECOND}</p><blockquote>{THIRD}</blockquote>"
    body = f"<p>{FIRST}</p><h2>Les chiffres</h2>{table}{lists}"
    assert [(block.kind, block.text[:14]) for block in read(html(body)).blocks] == [
        ("paragraph", FIRST[:14]),
        ("heading", "Les chiffres"),
        ("row", "Modèle\tÉnergie"),
        ("row", "Brume\t3 Wh"),
        ("item", "Des hôpitaux p"),
        ("paragraph", SECOND[:14]),
        ("quote", THIRD[:14]),
    ]


def test_text_that_only_stands_in_json_ld_is_read_there() -> None:
    body = "\n".join([FIRST, SECOND, THIRD])
    assert read(html("", head=linked(articleBody=body))).text == TEXT


def test_fixed_spaces_stay_as_the_outlet_set_them() -> None:
    assert "sobre\u00a0!" in read(html(f"<p>« Un outil sobre\u00a0! »   {FIRST}</p><p>{SECOND}</p>")).text


def published(source: str, url: str = URL) -> str | None:
    date = read(source, url).published
    return date.value if date else None


def test_a_date_in_utc_is_told_in_the_newsroom_s_zone() -> None:
    assert published(html(head=linked(datePublished="2025-03-03T23:30:00Z"))) == "2025-03-04T00:30:00+01:00"


def test_a_displayed_time_tells_the_zone() -> None:
    above = "<p class='date'>Publié le 3 mars 2025 à 18 h 30</p>"
    assert (
        published(html(head=linked(datePublished="2025-03-03T23:30:00Z"), above=above)) == "2025-03-03T18:30:00-05:00"
    )


def test_local_time_marked_as_utc_is_taken_for_local_time() -> None:
    above = "<p class='date'>Publié le 3 mars 2025 à 23h30</p>"
    assert (
        published(html(head=linked(datePublished="2025-03-03T23:30:00Z"), above=above)) == "2025-03-03T23:30:00+01:00"
    )


def test_the_zone_follows_the_country_of_the_newsroom() -> None:
    head = linked(datePublished="2025-03-04T02:00:00Z")
    assert published(html(head=head, start="<html lang='fr-CA'>")) == "2025-03-03T21:00:00-05:00"


def test_the_first_publication_wins_over_the_change() -> None:
    above = "<div class='meta'>Mis à jour le 6 mars 2025 à 10h, publié le 4 mars 2025 à 9h</div>"
    assert published(html(above=above)) == "2025-03-04T09:00+01:00"


def test_a_day_told_in_a_story_is_no_publication() -> None:
    assert (
        published(html(f"<p>Le 12 janvier 2024, tout a commencé par un pari entre deux ingénieurs. {FIRST}</p>{BODY}"))
        is None
    )


def test_a_day_in_the_future_is_not_believed() -> None:
    assert published(html(head=linked(datePublished="2031-01-01T10:00:00+01:00"))) is None


def test_the_address_tells_the_day_when_nothing_else_does() -> None:
    assert published(html(), "https://gazette.example/2025/03/04/brume.html") == "2025-03-04"


def test_a_change_is_told_apart_and_only_when_later() -> None:
    head = linked(datePublished="2025-03-04T09:00:00+01:00", dateModified="2025-03-05T08:00:00+01:00")
    modified = read(html(head=head)).modified
    assert modified is not None
    assert modified.value == "2025-03-05T08:00:00+01:00"
    same = linked(datePublished="2025-03-04T09:00:00+01:00", dateModified="2025-03-04T09:00:00+01:00")
    assert read(html(head=same)).modified is None


@pytest.mark.parametrize(
    ("line", "people", "credit"),
    [
        ("Par Anne Martin et Luc Petit", ("Anne Martin", "Luc Petit"), ()),
        ("Par Anne Martin (avec AFP)", ("Anne Martin",), ("AFP",)),
        ("Par Anne Martin, correspondante à Berlin", ("Anne Martin",), ()),
        ("Par Anne Martin, @annemartin, publié le 4 mars 2025", ("Anne Martin",), ()),
        ("Propos recueillis par Yann Le Goff", ("Yann Le Goff",), ()),
        ("Gazette avec AFP | Publié le 4 mars 2025 | Par Jean-Pierre D’Arras", ("Jean-Pierre D’Arras",), ()),
        ("Par E. NURMI", ("E. NURMI",), ()),
        ("Texte : Anne Martin | Photos : Luc Petit", ("Anne Martin",), ()),
        ("Par Le Quotidien avec AFP", (), ("Le Quotidien avec AFP",)),
    ],
)
def test_people_are_told_apart_from_functions_and_agencies(
    line: str, people: tuple[str, ...], credit: tuple[str, ...]
) -> None:
    found = read(html(above=f"<p class='byline'>{line}</p>"))
    assert (found.authors, found.credits) == (people, credit)


def test_an_agency_alone_is_a_credit() -> None:
    found = read(html(above="<p class='byline'>AFP</p>"))
    assert (found.authors, found.credits) == ((), ("AFP",))


def test_json_ld_gives_the_author_when_the_page_shows_none() -> None:
    assert read(html(head=linked(author=[{"@type": "Person", "name": "Anne Martin"}]))).authors == ("Anne Martin",)


def test_an_author_named_by_reference_is_followed() -> None:
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "headline": TITLE, "author": {"@id": "#a"}},
            {"@id": "#a", "name": "Anne Martin"},
        ]
    }
    head = f"<script type='application/ld+json'>{json.dumps(graph)}</script>"
    assert read(html(head=head)).authors == ("Anne Martin",)


def test_the_signature_of_another_article_below_is_not_believed_over_json_ld() -> None:
    below = "<div><p>Un tout autre sujet, annoncé sous le texte comme il se doit.</p><p>Par Luc Petit</p></div>"
    assert read(html(head=linked(author={"name": "Anne Martin"}), below=below)).authors == ("Anne Martin",)


def test_the_publisher_is_no_author() -> None:
    head = (
        linked(author={"name": "La Gazette des Réseaux"})
        + "<meta property='og:site_name' content='La Gazette des Réseaux'>"
    )
    assert read(html(head=head)).authors == ()


def test_other_facts_are_read() -> None:
    head = (
        linked(articleSection="Tech", keywords=["IA", "Nantes", "ia"], publisher={"name": "La Gazette des Réseaux"})
        + "<link rel='canonical' href='/tech/brume'><meta property='og:image' content='//img.example/a.jpg'>"
        + "<meta name='description' content='Un modèle tient dans la poche.'>"
    )
    found = read(html(head=head))
    assert (found.outlet, found.section, found.tags) == ("La Gazette des Réseaux", "Tech", ("IA", "Nantes"))
    assert found.canonical_url == "https://www.gazette-des-reseaux.example/tech/brume"
    assert found.image == "https://img.example/a.jpg"
    assert (found.standfirst, found.language) == ("Un modèle tient dans la poche.", "fr")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:image/png;base64,AAAA", "http://[", "ftp://a.example/i.png"]
)
def test_an_image_is_a_web_address_or_nothing(address: str) -> None:
    assert read(html(head=f"<meta property='og:image' content='{address}'>")).image == ""


def test_a_front_page_is_no_canonical_address_of_an_article() -> None:
    assert read(html(head="<link rel='canonical' href='https://gazette.example/'>")).canonical_url == ""


@pytest.mark.parametrize(
    ("head", "below", "evidence"),
    [
        (linked(isAccessibleForFree=False), "", "isAccessibleForFree"),
        (linked(isAccessibleForFree="True"), "<p>Il vous reste 40 % de cet article à lire.</p>", ""),
        ("", "<p>Il vous reste 40 % de cet article à lire.</p>", "Il vous reste 40 % de cet article à lire."),
        ("<meta property='article:content_tier' content='locked'>", "", "article:content_tier=locked"),
        ("", "", ""),
    ],
)
def test_a_wall_is_told_with_its_evidence(head: str, below: str, evidence: str) -> None:
    found = read(html(BODY + below, head=head))
    assert (found.paywalled, found.paywall_evidence) == (bool(evidence), evidence)


def test_broken_json_ld_is_no_error() -> None:
    head = '<script type=\'application/ld+json\'>{"@type": "NewsArticle", "headline": }</script>' + "[" * 20
    assert read(html(head=head + f"<script type='application/ld+json'>{'[' * 50000}</script>")).text == TEXT


def test_binary_data_is_no_page() -> None:
    film = random.Random(3).randbytes(20_000).decode("cp1252", "replace")
    with pytest.raises(ValueError, match="binary"):
        page.extract(film, URL)


def test_a_word_as_long_as_a_page_is_read_in_no_time() -> None:
    started = time.process_time()
    page.extract("»" * 200_000, URL)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("source", ["", "  \n\t ", "\x00\x00", "<!-- nothing -->"])
def test_an_empty_page_is_refused_with_a_reason(source: str) -> None:
    with pytest.raises(ValueError, match="page"):
        page.extract(source, URL)


@pytest.mark.parametrize(
    "source",
    [
        "<html><body>" + "<div>" * 100_000 + f"<p>{FIRST}</p>" + "</div>" * 100_000,
        "<div><p>bonjour le monde " * 100_000,
        "<table><tr><td>" * 20_000 + FIRST,
        "<b><i><a href=x>" * 30_000 + FIRST,
        "a < b & c > d; \"'=/ <x " * 220_000,
        "<script>" + "var a = '<p>bonjour</p>';" * 50_000,
        "\x00" * 1000 + html(),
        "<p>" + "mot " * 500_000,
    ],
    ids=["nested", "unclosed", "tables", "inline", "garbage", "script", "nul", "one-paragraph"],
)
def test_a_hostile_page_ends_soon_in_an_answer_or_a_reason(source: str) -> None:
    started = time.process_time()
    try:
        page.extract(source, URL)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either end is right
    assert time.process_time() - started < 10


def test_text_nested_as_deep_as_can_be_is_kept() -> None:
    nested = "<div>" * 100_000 + f"<p>{FIRST}</p><p>{SECOND}</p>" + "</div>" * 100_000
    assert FIRST in read(f"<html><body>{nested}</body></html>").text


_PIECES = st.sampled_from([
    "<p>", "</p>", "<div class='related'>", "</div>", "<h1>", "</h1>", FIRST, "Lire aussi : X", "Par Anne Martin",
    "<br>", "<li>", "<table><tr><td>", "</table>", "&#0;", "&nbsp;", "<a href='http://['>", "<time>", "3 mars 2025",
    "<meta property='og:image'>", "<script type='application/ld+json'>", "</script>", "\x00", "\ud800",
    '{"@type":"Article","author":[[{}]],"datePublished":[1]}',
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_PIECES, max_size=25).map("".join) | st.text(max_size=300), st.sampled_from([URL, "", "http://[", "x:y"])
)
def test_any_page_ends_in_an_article_or_a_reason(source: str, url: str) -> None:
    message = "page"
    try:
        found = page.extract(source, url)
        assert found.image == "" or found.image.startswith("http")
    except ValueError as error:
        message = str(error)
    assert "page" in message


def test_the_command_reads_pages_and_loose_texts_in_order() -> None:
    rows: list[dict[str, Any]] = [
        {"id": 1, "url": URL, "html": html()},
        {"id": 2, "text": f"{TITLE}\n\n{FIRST}"},
        {"id": 3},
        {"id": 4, "html": ""},
    ]
    answers = list(page.command(rows))
    assert [answer["id"] for answer in answers] == [1, 2, 3, 4]
    assert answers[0]["text"] == TEXT
    assert answers[1]["title"] == TITLE
    assert "error" in answers[2]
    assert "the page is empty" in answers[3]["error"]
