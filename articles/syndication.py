"""Atom feeds: the latest articles, a story, an outlet, the editions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from articles.models import Article, Digest, Story
from articles.review import OPENING, excerpt_of
from articles.templatetags.french import quoted
from sources.models import Outlet

MOST = 40
# XML 1.0 has no place for these, and a feed that holds one is no feed at all.
_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def _clean(text: str) -> str:
    return text.translate(_FORBIDDEN).encode("utf-8", "ignore").decode()


class _Articles(Feed):  # type: ignore[type-arg]
    """What the feeds of articles share: each entry names the outlet and leads to our page of the article."""

    feed_type = Atom1Feed

    def newest(self, articles: QuerySet[Article]) -> list[Article]:
        return list(articles.annotate(opening=Left("text", OPENING))[:MOST])

    def item_title(self, item: Article) -> str:
        return _clean(f"{item.outlet_name} : {item.title}" if item.outlet else item.title)

    def item_description(self, item: Article) -> str:
        words = excerpt_of(item, getattr(item, "opening", ""))
        return f"<p>{escape(quoted(_clean(words)))}</p>" if words else ""

    def item_author_name(self, item: Article) -> str:
        return _clean(", ".join(item.authors) or item.outlet_name)

    def item_pubdate(self, item: Article) -> datetime | None:
        return item.published_at or item.seen_at

    def item_updateddate(self, item: Article) -> datetime:
        return max(item.sort_at, item.seen_at)

    def item_categories(self, item: Article) -> list[str]:
        return [_clean(tag) for tag in item.tags]


class LatestArticles(_Articles):
    """Every article, newest first."""

    def title(self) -> str:
        return _("PressReview: the latest articles")

    def link(self) -> str:
        return reverse("review:front")

    def feed_url(self) -> str:
        return reverse("review:feed")

    def items(self) -> list[Article]:
        return self.newest(Article.objects.for_lists().newest_first())


class StoryArticles(_Articles):
    """The articles of one story."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Story:
        story = get_object_or_404(
            Story.objects.select_related("merged_into", "summary_article__outlet"), pk=kwargs["pk"]
        )
        return story.merged_into or story

    def title(self, obj: Story) -> str:
        return _clean(_("%(title)s – PressReview") % {"title": obj.title})

    def subtitle(self, obj: Story) -> str:
        article = obj.summary_article
        sentence = obj.sentence
        return _clean(f"{sentence} ({article.outlet_name})" if article and sentence else sentence)

    def link(self, obj: Story) -> str:
        return obj.get_absolute_url()

    def feed_url(self, obj: Story) -> str:
        return reverse("stories:feed", args=[obj.pk])

    def items(self, obj: Story) -> list[Article]:
        return self.newest(obj.articles.for_lists().newest_first())


class OutletArticles(_Articles):
    """The articles of one outlet."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Outlet:
        return get_object_or_404(Outlet, slug=kwargs["slug"])

    def title(self, obj: Outlet) -> str:
        return _clean(_("%(title)s – PressReview") % {"title": obj.name})

    def link(self, obj: Outlet) -> str:
        return obj.get_absolute_url()

    def feed_url(self, obj: Outlet) -> str:
        return reverse("outlets:feed", args=[obj.slug])

    def items(self, obj: Outlet) -> list[Article]:
        return self.newest(obj.articles.for_lists().newest_first())


class Editions(Feed):  # type: ignore[type-arg]
    """The published editions of the weekly review."""

    feed_type = Atom1Feed

    def title(self) -> str:
        return _("PressReview: the review of the week")

    def link(self) -> str:
        return reverse("editions:list")

    def feed_url(self) -> str:
        return reverse("editions:feed")

    def items(self) -> QuerySet[Digest]:
        return Digest.objects.published()[:MOST]

    def item_title(self, item: Digest) -> str:
        return _clean((item.sealed or {}).get("title", ""))

    def item_description(self, item: Digest) -> str:
        return f"<p>{escape(_clean((item.sealed or {}).get('standfirst', '')))}</p>"

    def item_pubdate(self, item: Digest) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Digest) -> datetime | None:
        return item.published_at
