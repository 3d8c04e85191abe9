"""Every table of the sources, for an administrator who must look closely or put something right by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sources.forms import WebAddressField
from sources.models import MOST_URL, Entry, Feed, FetchAttempt, Incident, Outlet


class FeedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A feed; a new address begins anew: what its former server said of the document does not count."""

    url = WebAddressField(max_length=MOST_URL, label=_("address"))

    class Meta:
        model = Feed
        fields = ("outlet", "url", "kind", "title", "next_fetch_at", "paused_at")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        feed = self.instance
        if feed.pk and "url" in self.changed_data:
            feed.etag = feed.last_modified = feed.body_hash = ""
            feed.gone_at = None
        return found


class OutletForm(forms.ModelForm):  # type: ignore[type-arg]
    """An outlet, all of it."""

    homepage = WebAddressField(max_length=500, label=_("site"), required=False)

    class Meta:
        model = Outlet
        fields = "__all__"  # noqa: DJ007 - this is where everything can be put right


class FeedInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Feed
    form = FeedForm
    extra = 0
    fields = ("url", "kind", "paused_at", "next_fetch_at", "last_success_at", "failures")
    readonly_fields = ("last_success_at", "failures")


@admin.register(Outlet)
class OutletAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = OutletForm
    list_display = ("name", "kind", "language", "feed_count", "is_active", "is_demo", "homepage")
    list_filter = ("is_active", "kind", "language", "is_demo")
    search_fields = ("name", "slug", "homepage", "owner")
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = (
        "terms", "is_demo", "selectors_failed_since", "tdm_reserved", "tdm_policy", "tdm_since", "created_at",
    )  # fmt: skip
    inlines = (FeedInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outlet]:
        outlets: QuerySet[Outlet] = super().get_queryset(request)
        return outlets.annotate(feed_total=Count("feeds"))

    @admin.display(description=_("settings"))
    def terms(self, outlet: Outlet) -> SafeString | str:
        """Its own page, where each of them says what it does."""
        if outlet.pk is None:
            return ""
        address = reverse("sources:terms", args=[outlet.slug])
        return format_html('<a href="{}">{}</a>', address, ", ".join(outlet.own_terms) or _("as all other outlets"))

    @admin.display(description=_("feeds"), ordering="feed_total")
    def feed_count(self, outlet: Outlet) -> int:
        total: int = getattr(outlet, "feed_total", 0)
        return total


@admin.register(Feed)
class FeedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = FeedForm
    list_display = ("url", "outlet", "kind", "last_success_at", "last_entry_at", "failures", "paused_at", "gone_at")
    list_filter = ("kind", ("paused_at", admin.EmptyFieldListFilter), ("failing_since", admin.EmptyFieldListFilter))
    list_select_related = ("outlet",)
    search_fields = ("url", "title", "outlet__name")
    autocomplete_fields = ("outlet",)
    readonly_fields = (
        "former_urls", "moved_to", "failures", "last_error", "failing_since", "last_success_at", "last_entry_at",
        "gone_at", "created_at",
    )  # fmt: skip


@admin.register(Incident)
class IncidentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What went wrong is not edited."""

    list_display = ("__str__", "began_at", "opened_at", "closed_at", "alert_sent_at", "fixed_sent_at")
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("feed__outlet",)
    search_fields = ("feed__url", "feed__outlet__name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        return False


@admin.register(FetchAttempt)
class FetchAttemptAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What happened is not edited."""

    list_display = ("started_at", "feed", "outcome", "status", "entries_new", "entries_found", "seconds")
    list_filter = ("outcome",)
    list_select_related = ("feed",)
    search_fields = ("feed__url", "feed__outlet__name", "error")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: FetchAttempt | None = None) -> bool:
        return False


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("__str__", "outlet", "published", "seen_at", "outcome", "tries")
    list_filter = ("outcome",)
    list_select_related = ("outlet",)
    search_fields = ("title", "url", "guid")
    raw_id_fields = ("outlet", "feed")
    readonly_fields = ("identity", "alias", "seen_at", "processed_at", "leased_until")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return super().get_queryset(request).defer("content", "summary")
