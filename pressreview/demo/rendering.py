"""Pages of the demonstration press: articles, home pages of outlets, index, pictures."""

import json
import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from html import escape
from string import Template

from markdown_it import MarkdownIt

from pressreview.demo.library import HERE, DemoArticle, DemoOutlet, article_path, load_articles, load_outlets

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
PRESS_LINK = re.compile(r"\(press:(?P<outlet>[a-z0-9-]+)/(?P<slug>[a-z0-9-]+)\)")
MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
SHORT_MONTHS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juill.", "août", "sept.", "oct.", "nov.", "déc."]
ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
DISCLAIMER = {
    "fr": "Titre fictif : ce site appartient à la presse de démonstration de PressReview. "
    "Les journalistes et les personnes citées sont inventés.",
    "en": "Fictional outlet: this site belongs to the demonstration press of PressReview. "
    "Journalists and people quoted are invented.",
}
DESK = {"fr": "La rédaction", "en": "Staff reporters"}
PAYWALL = {
    "fr": ("La suite de cet article est réservée aux abonnés.", "S’abonner"),
    "en": ("The rest of this article is for subscribers.", "Subscribe"),
}
KINDS = {
    "dispatch": "dépêche",
    "news": "actualité",
    "analysis": "analyse",
    "opinion": "tribune",
    "interview": "entretien",
    "brief": "brève",
}


def _long(when: datetime) -> str:
    return f"{_ordinal(when)} {MONTHS[when.month - 1]} {when.year} à {when.hour}\u00a0h\u00a0{when.minute:02}"


def _ordinal(when: datetime) -> str:
    return "1er" if when.day == 1 else str(when.day)


def _weekday(when: datetime) -> str:
    day = f"{DAYS[when.weekday()]} {_ordinal(when)} {MONTHS[when.month - 1]} {when.year}"
    return f"{day}, {when.hour}h{when.minute:02}"


def _abbreviated(when: datetime) -> str:
    return f"{_ordinal(when)} {SHORT_MONTHS[when.month - 1]} {when.year} à {when:%H:%M}"


def _english(when: datetime) -> str:
    return f"{when.day} {ENGLISH_MONTHS[when.month - 1]} {when.year}, {when:%H:%M} CET"


def _press(when: datetime) -> str:
    return f"{when:%d/%m/%Y à %Hh%M}"


# Style → (how an instant is written, the sentence for a first publication, the sentence for an update).
DATES: Mapping[str, tuple[Callable[[datetime], str], str, str]] = {
    "long": (_long, "Publié le {}", "Modifié le {}"),
    "long_update": (_long, "Publié le {}", "mis à jour le {}"),
    "numeric": (lambda when: f"{when:%d/%m/%Y %H:%M}", "{}", "(actualisé {})"),
    "slashed": (lambda when: f"{when:%d/%m/%y · %H:%M}", "Mis en ligne le {}", "Màj le {}"),
    "abbreviated": (_abbreviated, "Le {}", "Corrigé le {}"),
    "weekday": (_weekday, "{}", "(dernière modification : {})"),
    "press": (_press, "Publié le {}", "Mis à jour le {}"),
    "iso": (lambda when: f"{when:%Y-%m-%d %H:%M}", "{}", "révisé {}"),
    "english": (_english, "Published {}", "Updated {}"),
}

# Style → sentence around the names; {names} are joined by the language's own « et ».
BYLINES: Mapping[str, str] = {
    "par": "Par {names}",
    "place": "{names}, à {city}",
    "agency": "{names} / {outlet}",
    "plain": "{names}",
    "initial": "par {names}",
    "desk": "{names} (Le Matin)",
    "by": "By {names}",
}


def date_texts(outlet: DemoOutlet, article: DemoArticle) -> tuple[str, str]:
    """The visible dates of first publication and of update (empty when never updated), as the outlet writes them."""
    write, first, update = DATES[outlet.dates]
    modified = update.format(write(article.modified)) if article.modified else ""
    published = first.format(write(article.published))
    return published[0].upper() + published[1:], modified


def byline(outlet: DemoOutlet, article: DemoArticle) -> str:
    """The visible byline, as the outlet writes it; the desk signs when no journalist does."""
    if not article.authors:
        named = DESK[outlet.language] if outlet.byline != "agency" else outlet.name
    else:
        names = joined(article.authors, outlet.language)
        named = BYLINES[outlet.byline].format(names=names, city=outlet.city, outlet=outlet.name)
    return f"{named}, {article.credit}" if article.credit else named


def joined(names: Sequence[str], language: str) -> str:
    """« A, B et C » or “A, B and C”."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {'et' if language == 'fr' else 'and'} {names[-1]}"


def body_blocks(article: DemoArticle, base: str) -> list[str]:
    """The article's body as HTML, one string per top-level Markdown block; links to other outlets resolved."""
    source = PRESS_LINK.sub(lambda match: f"({_linked(match['outlet'], match['slug'], base)})", article.body)
    return [MARKDOWN.render(block).strip() for block in re.split(r"\n{2,}", source)]


def _linked(outlet_slug: str, article_slug: str, base: str) -> str:
    outlet = outlets_by_slug()[outlet_slug]
    article = next((a for a in load_articles() if (a.outlet, a.slug) == (outlet_slug, article_slug)), None)
    return base + (article_path(outlet, article) if article else outlet.home)


def article_page(outlet: DemoOutlet, article: DemoArticle, base: str) -> str:
    """The whole HTML page of an article, in its outlet's template; a paywalled page stops after its opening."""
    opening, rest = opened(body_blocks(article, base))
    published, modified = date_texts(outlet, article)
    values = _frame(outlet, base) | {
        "title": escape(article.title),
        "standfirst": escape(article.standfirst),
        "section": escape(article.section),
        "kind": KINDS[article.kind],
        "byline": escape(byline(outlet, article)),
        "authors": escape(", ".join(article.authors)),
        "date": escape(published),
        "updated": escape(modified),
        "iso": article.published.isoformat(),
        "iso_updated": article.updated.isoformat(),
        "canonical": base + article_path(outlet, article),
        "image": f"{base}{outlet.home}images/{article.slug}.png",
        "opening": "\n".join(opening),
        "rest": "" if article.paywalled else "\n".join(rest),
        "paywall": _paywall(outlet) if article.paywalled else "",
        "tags": _tags(article),
        "related": _links(related(article), base),
        "read_also": _links(related(article)[:1], base),
        "json_ld": _json_ld(outlet, article, base),
    }
    return _template(outlet.template).substitute(values)


def opened(blocks: list[str]) -> tuple[list[str], list[str]]:
    """The opening (two blocks, and what a heading at its end announces) and the rest of an article."""
    count = 3 if blocks[1:] and blocks[1].startswith("<h") else 2
    return blocks[:count], blocks[count:]


def home_page(outlet: DemoOutlet, base: str) -> str:
    """The outlet's home page: newest articles first, and a link to its feed."""
    articles = [article for article in reversed(load_articles()) if article.outlet == outlet.slug]
    entries = "\n".join(_teaser(outlet, article, base) for article in articles)
    return _template("home").substitute(_frame(outlet, base) | {"entries": entries})


def index_page(base: str) -> str:
    """The front door of the demonstration press: its outlets."""
    entries = "\n".join(
        f'<li><a href="{base}{outlet.home}">{escape(outlet.name)}</a> <span>{escape(outlet.kind)}</span>'
        f"<p>{escape(outlet.description)}</p></li>"
        for outlet in load_outlets()
    )
    return _template("index").substitute(entries=entries, disclaimer=escape(DISCLAIMER["fr"]))


def related(article: DemoArticle, limit: int = 4) -> list[DemoArticle]:
    """Other articles of the same outlet: the same story first, then the nearest in time."""
    others = [other for other in load_articles() if other.outlet == article.outlet and other.slug != article.slug]
    others.sort(key=lambda other: (other.story != article.story, abs(other.published - article.published)))
    return others[:limit]


def picture(key: str, colour: str, width: int = 480, height: int = 252) -> bytes:
    """A PNG of quiet stripes in the outlet's colour, always the same for the same key."""
    red, green, blue = bytes.fromhex(colour.lstrip("#"))
    seed = zlib.crc32(key.encode())
    palette = b"".join(bytes(min(255, c + step * 14) for c in (red, green, blue)) for step in range(8))
    across, down, period, shift = 1 + seed % 3, 1 + seed // 3 % 4, 29 + seed // 12 % 31, seed // 400 % 997
    rows = (b"\0" + bytes((x * across + y * down + shift) // period % 8 for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@cache
def outlets_by_slug() -> dict[str, DemoOutlet]:
    return {outlet.slug: outlet for outlet in load_outlets()}


@cache
def _template(name: str) -> Template:
    return Template((HERE / "pages" / f"{name}.html").read_text(encoding="utf-8"))


def _frame(outlet: DemoOutlet, base: str) -> dict[str, str]:
    sections = sorted({article.section for article in load_articles() if article.outlet == outlet.slug})
    types = {"rss": "application/rss+xml", "rdf": "application/rss+xml", "atom": "application/atom+xml"}
    texts = {f"text_{name}": escape(text) for name, text in outlet.texts.items()}
    return texts | {
        "lang": outlet.language,
        "outlet": escape(outlet.name),
        "outlet_slug": outlet.slug,
        "description": escape(outlet.description),
        "owner": escape(outlet.owner),
        "colour": outlet.colour,
        "home": base + outlet.home,
        "feed": base + outlet.feed_path,
        "feed_type": types.get(outlet.feed, "application/feed+json"),
        "icon": f"{base}{outlet.home}icon.png",
        "nav": "".join(f'<li><a href="{base}{outlet.home}">{escape(section)}</a></li>' for section in sections),
        "comments": "".join(f"<li><p>{escape(text)}</p></li>" for text in outlet.comments),
        "disclaimer": escape(DISCLAIMER[outlet.language]),
    }


def _links(articles: Sequence[DemoArticle], base: str) -> str:
    outlets = outlets_by_slug()
    return "".join(
        f'<li><a href="{base}{article_path(outlets[article.outlet], article)}">{escape(article.title)}</a></li>'
        for article in articles
    )


def _tags(article: DemoArticle) -> str:
    return "".join(f'<li><span class="tag">{escape(tag)}</span></li>' for tag in article.tags)


def _teaser(outlet: DemoOutlet, article: DemoArticle, base: str) -> str:
    return (
        f'<li><a href="{base}{article_path(outlet, article)}">{escape(article.title)}</a>'
        f"<p>{escape(article.standfirst)}</p><small>{escape(date_texts(outlet, article)[0])}</small></li>"
    )


def _paywall(outlet: DemoOutlet) -> str:
    notice, action = PAYWALL[outlet.language]
    return f'<div class="paywall"><p>{notice}</p><a href="#abonnement">{action}</a></div>'


def _json_ld(outlet: DemoOutlet, article: DemoArticle, base: str) -> str:
    people = [{"@type": "Person", "name": name} for name in article.authors]
    publisher = {"@type": "Organization", "name": outlet.name}
    data = {
        "@context": "https://schema.org",
        "@type": "OpinionNewsArticle" if article.kind == "opinion" else "NewsArticle",
        "headline": article.title,
        "description": article.standfirst,
        "datePublished": article.published.isoformat(),
        "dateModified": article.updated.isoformat(),
        "inLanguage": article.language,
        "articleSection": article.section,
        "keywords": list(article.tags),
        "isAccessibleForFree": not article.paywalled,
        "author": people or [publisher],
        "publisher": publisher,
        "mainEntityOfPage": base + article_path(outlet, article),
        "image": f"{base}{outlet.home}images/{article.slug}.png",
    }
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
