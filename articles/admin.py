"""Every table of the articles, for an administrator who must look closely or put something right by hand.

What the desk writes under rules (published editions, journals, corrections) can be read here and not changed.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.models import (
    Article,
    ArticleCorrection,
    ArticleVersion,
    Digest,
    DigestItem,
    GroupingState,
    Page,
    Story,
    StoryEvent,
)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that the application writes, and nobody by hand."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "outlet", "published_at", "published_precision", "language", "story", "word_count")
    list_filter = ("language", "paywalled", "published_precision", ("added_by", admin.EmptyFieldListFilter))
    list_select_related = ("outlet", "story")
    search_fields = ("title", "url", "outlet__name")
    raw_id_fields = ("outlet", "entry", "story", "added_by")
    readonly_fields = ("fingerprint", "day", "sort_at", "word_count", "grouped_at", "seen_at")
    exclude = ("blocks",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        return super().get_queryset(request).defer("blocks", "search")


@admin.register(Page)
class PageAdmin(ReadOnlyAdmin):
    list_display = ("url", "status", "content_type", "fetched_at")
    search_fields = ("url",)
    exclude = ("packed",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        return super().get_queryset(request).defer("packed")


@admin.register(ArticleVersion)
class ArticleVersionAdmin(ReadOnlyAdmin):
    list_display = ("title", "number", "seen_at")
    search_fields = ("title",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArticleVersion]:
        return super().get_queryset(request).defer("blocks")


@admin.register(ArticleCorrection)
class ArticleCorrectionAdmin(ReadOnlyAdmin):
    list_display = ("at", "field", "article", "by", "undone_at")
    list_filter = ("field", ("undone_at", admin.EmptyFieldListFilter))
    list_select_related = ("article", "by")


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "outlet_count", "article_count", "first_at", "last_at", "merged_into")
    list_filter = ("title_by_editor", ("merged_into", admin.EmptyFieldListFilter))
    list_select_related = ("merged_into",)
    search_fields = ("title",)
    raw_id_fields = ("lead", "merged_into")
    readonly_fields = ("outlet_count", "article_count", "first_at", "last_at", "created_at")
    show_full_result_count = False


@admin.register(StoryEvent)
class StoryEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "story", "article", "by", "score")
    list_filter = ("kind",)
    list_select_related = ("story", "article", "by")
    search_fields = ("story__title",)


@admin.register(GroupingState)
class GroupingStateAdmin(ReadOnlyAdmin):
    list_display = ("generation",)


class DigestItemInline(admin.TabularInline):  # type: ignore[type-arg]
    model = DigestItem
    extra = 0
    raw_id_fields = ("story",)


@admin.register(Digest)
class DigestAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Drafts; a published edition is sealed, here too."""

    list_display = ("__str__", "year", "week", "state", "number", "published_at", "published_by", "changed_at")
    list_filter = ("state", "year")
    list_select_related = ("published_by",)
    search_fields = ("title",)
    raw_id_fields = ("created_by", "published_by")
    readonly_fields = ("number", "state", "version", "published_at", "seal", "created_at", "changed_at")
    inlines = (DigestItemInline,)

    def has_change_permission(self, request: HttpRequest, obj: Digest | None = None) -> bool:
        is_sealed = obj is not None and obj.state == Digest.State.PUBLISHED
        return not is_sealed and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Digest | None = None) -> bool:
        """Never a published one, nor several at once: the action does not ask row by row."""
        is_draft = obj is not None and obj.state == Digest.State.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}
