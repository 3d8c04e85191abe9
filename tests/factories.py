"""Small rows for tests: each function makes what it is named after, with whatever else that needs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils.text import slugify

from articles import editing
from articles.converters import Week
from articles.models import Article, Digest, Story
from sources.models import Entry, Feed, Outlet

NOON = datetime(2024, 2, 28, 11, 0, tzinfo=UTC)
"""Wednesday 28 February 2024, noon in Paris."""
_numbers = count(1)


def make_outlet(name: str = "Le Signal numérique", **fields: Any) -> Outlet:
    """The outlet of that name, made when there is none."""
    return Outlet.objects.get_or_create(slug=slugify(name), defaults={"name": name, **fields})[0]


def make_feed(outlet: Outlet | None = None, **fields: Any) -> Feed:
    """A feed that is read without trouble."""
    outlet = outlet or make_outlet()
    url = f"https://{outlet.slug}.example/{next(_numbers)}.xml"
    return Feed.objects.create(**{"outlet": outlet, "url": url, "kind": "rss", "next_fetch_at": NOON, **fields})


def make_article(
    title: str = "Un titre", at: datetime | None = NOON, outlet: str | None = "Le Signal numérique", **fields: Any
) -> Article:
    """An article of the named outlet, published at `at` (to the second unless `published_precision` says otherwise)."""
    number = next(_numbers)
    known: dict[str, Any] = {
        "outlet": make_outlet(outlet) if outlet else None,
        "title": title,
        "url": f"https://press.example/{number}",
        "canonical_url": f"https://press.example/{number}",
        "fingerprint": hashlib.sha256(str(number).encode()).hexdigest(),
        "published_at": at,
        "published_precision": "second" if at else "",
        "seen_at": at or NOON,
        "language": "fr",
    }
    return Article.objects.create(**{**known, **fields})


def announced(article: Article, title: str) -> Article:
    """The article, whose feed announced it under another headline."""
    outlet = article.outlet or make_outlet()
    article.entry = Entry.objects.create(
        outlet=outlet, identity=f"{article.pk:064}", title=title, seen_at=article.seen_at, retry_at=article.seen_at
    )
    article.save()
    return article


def make_story(*articles: Article, **fields: Any) -> Story:
    """A story of these articles, counted; one article is made when none is given."""
    articles = articles or (make_article(),)
    story = Story.objects.create(title=articles[0].title)
    for article in articles:
        article.story, article.grouped_at = story, article.seen_at
        article.save()
    story.refresh()
    for name, value in fields.items():
        setattr(story, name, value)
    story.save()
    return story


def make_user(name: str = "salome", role: str = "", **fields: Any) -> User:
    """A user with a role (a constant of articles.perms), whose password is « mot de passe »."""
    user = User.objects.create_user(name, password="mot de passe", **fields)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_edition(*stories: Story, title: str = "La semaine", note: str = "Une note.") -> Digest:
    """A published edition of week 9 of 2024."""
    editor = User.objects.filter(username="edith").first() or make_user("edith")
    digest = editing.open_digest(Week(2024, 9), editor)
    items = [editing.add_story(digest, story) for story in stories or (make_story(),)]
    texts = {item.pk: editing.ItemText("", note) for item in items}
    digest = editing.write(digest, editing.DigestText(title, "Un chapeau.", "", texts), digest.version)
    return editing.publish(digest, editor)
