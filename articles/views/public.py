"""What everybody may read: fetch, ask for one frozen value, render it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from articles import (
    almanac,
    aside,
    coverage,
    disagreements,
    exporting,
    findings,
    passages,
    perms,
    related,
    reprises,
    searching,
    syndication,
    volume,
)
from articles.converters import Week
from articles.models import Article, Digest, Story
from articles.models.article import long_of
from articles.paging import IndexedPaginator
from articles.review import NEW_FOR, Period, counts_by_day, excerpt_of, latest_day, neighbours, openings, review_of
from sources.models import Feed, Outlet

STORIES_A_PAGE = 30
ARTICLES_A_PAGE = 60
EDITIONS_A_PAGE = 30
HEAVY = [*long_of("lead"), *long_of("summary_article")]
ORDERS = {"couverture", "importance", "un-titre"}


def front(request: HttpRequest) -> HttpResponse:
    """The review of the latest day that has coverage; what to do first, in an installation that has none."""
    day = latest_day()
    if day is None:
        return render(request, "public/empty.html", {"feeds": Feed.objects.count(), "articles": _has_articles()})
    more = {"is_front": True, "has_demo": Outlet.objects.filter(is_demo=True).exists(), "sources": aside.sources_now()}
    return _review(request, Period.of_day(day), more)


def _has_articles() -> bool:
    return Article.objects.exists()


def day_review(request: HttpRequest, day: date) -> HttpResponse:
    """The review of one day."""
    return _review(request, Period.of_day(day), {})


def week_review(request: HttpRequest, week: Week) -> HttpResponse:
    """The review of one ISO week."""
    return _review(request, Period.of_week(week), {"week": week})


def _review(request: HttpRequest, period: Period, more: Mapping[str, Any]) -> HttpResponse:
    anchor = period.last if "week" not in more else period.first
    counts = counts_by_day(*almanac.span_around(anchor))
    within = sum(count for day, count in counts.items() if period.first <= day <= period.last)
    before, after = neighbours(period)
    week = Week.of(period.first)
    review = review_of(period, within)
    context = {
        "review": review,
        "said": aside.said_in(review),
        "people": aside.people_in(period),
        "day": period.last,
        "week_of_day": week,
        "before": before,
        "after": after,
        "before_week": before and Week.of(before),
        "after_week": after and Week.of(after),
        "strip": almanac.strip(anchor, counts, is_week="week" in more),
        "month": almanac.month_of(anchor, counts, None if "week" in more else period.last),
        "firsts": aside.firsts_of_week(week, period.last),
        "edition": aside.latest_edition(),
        "today": timezone.localdate(),
        "new_since": timezone.now() - NEW_FOR,
    }
    return render(request, "public/review.html", {**context, **more})


def day_articles(request: HttpRequest, day: date) -> HttpResponse:
    """Every article of a day, newest first."""
    articles = Article.objects.of_days_newest_first(day, day).for_lists()
    if exporting.asked_format(request):
        return exporting.export(request, articles, f"pressreview-{day}", {"day": day.isoformat()})
    page = Paginator(articles, ARTICLES_A_PAGE).get_page(request.GET.get("page", 1))
    before, after = neighbours(Period.of_day(day))
    return render(request, "public/day_articles.html", {"day": day, "page": page, "before": before, "after": after})


def archive(request: HttpRequest) -> HttpResponse:
    """The months of one year, day by day; the latest year when the address names none."""
    years = almanac.years()
    asked = request.GET.get("annee", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else next(iter(years), None)
    months = almanac.months(counts_by_day(date(year, 1, 1), date(year, 12, 31))) if year else []
    return render(request, "public/archive.html", {"years": years, "year": year, "months": months})


def story_list(request: HttpRequest) -> HttpResponse:
    """Stories told by several outlets, the latest or the most covered first; or those of a single outlet."""
    order = request.GET.get("tri", "") if request.GET.get("tri") in ORDERS else ""
    stories = Story.objects.current().select_related("lead__outlet", "summary_article__outlet").defer(*HEAVY)
    stories = stories.filter(outlet_count__lte=1) if order == "un-titre" else stories.filter(outlet_count__gt=1)
    orders = {"couverture": stories.by_coverage, "importance": stories.by_importance}
    ranked = orders[order]() if order in orders else stories.order_by("-last_at", "-id")
    if exporting.asked_format(request):
        return _export_stories(request, coverage.story_lines(ranked[: exporting.MOST]))
    page = IndexedPaginator(ranked, STORIES_A_PAGE).get_page(request.GET.get("page", 1))
    lines = coverage.story_lines(page.object_list)
    return render(request, "public/stories.html", {"page": page, "lines": lines, "order": order})


def _export_stories(request: HttpRequest, lines: Iterable[coverage.StoryLine]) -> HttpResponse:
    rows = [
        {
            "id": line.story.pk,
            "title": line.story.title,
            "title_by_editor": line.story.title_by_editor,
            "outlets": line.outlets,
            "articles": line.story.article_count,
            "outlets_with_own_text": line.story.own_outlet_count,
            "importance": round(line.story.importance, 2),
            "summary": line.story.sentence,
            "first_day": line.first_day,
            "last_day": line.last_day,
            "page": request.build_absolute_uri(line.story.get_absolute_url()),
        }
        for line in lines
    ]
    return exporting.export_rows(request, rows, "pressreview-histoires", {"stories": rows})


def story(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """A story's page. A merged story leads to the one that holds its articles, for ever."""
    found = get_object_or_404(Story.objects.select_related("merged_into"), pk=pk)
    if found.merged_into:
        return redirect(found.merged_into, permanent=True)
    if slug != found.slug:
        return redirect(found)
    if exporting.asked_format(request):
        about = {
            **coverage.about(found, request.build_absolute_uri),
            **reprises.as_rows(reprises.of_story(found)),
            "disagreements": disagreements.as_rows(disagreements.of_story(found)),
        }
        articles = found.articles.for_lists().order_by("sort_at", "id")
        return exporting.export(request, articles, f"pressreview-{found.pk}", about)
    context = {"page": coverage.page_of(found), "story": found, "found": findings.of_story(found)}
    context["related"] = related.of_story(found)
    if perms.holds(request.user, perms.EDITOR):
        context["others"] = Story.objects.around(found)
    return render(request, "public/story.html", context)


def story_by_number(request: HttpRequest, pk: int) -> HttpResponse:
    """The short address of a story."""
    found = get_object_or_404(Story.objects.select_related("merged_into"), pk=pk)
    return redirect(found.merged_into or found, permanent=found.merged_into is not None)


def article(request: HttpRequest, pk: int) -> HttpResponse:
    """An article's facts and a short excerpt; its text for journalists only."""
    may_read = perms.holds(request.user, perms.JOURNALIST)
    found = get_object_or_404(Article.objects.select_related("outlet", "entry", "story").defer("search"), pk=pk)
    asked = passages.asked(found, request.GET.get("mots", ""))
    why = found.story.events.filter(article=found).first() if found.story else None
    context = {
        "article": found,
        "excerpt": excerpt_of(found, openings([pk])[pk]),
        "is_readable": may_read,
        "found": findings.of_article(found, for_editor=perms.holds(request.user, perms.EDITOR)),
        "asked": asked,
        "words": passages.shown(found, asked) if asked and not may_read else None,
        "body": passages.body(found, asked) if may_read else [],
        "event": why,
        "others": _others(found),
    }
    return render(request, "public/article.html", context)


def _others(found: Article) -> QuerySet[Article] | list[Article]:
    """The story's other articles, newest first."""
    return found.story.articles.for_lists().exclude(pk=found.pk).newest_first()[:8] if found.story else []


def outlet_list(request: HttpRequest) -> HttpResponse:
    """Every outlet with what it publishes."""
    totals = volume.totals()
    lines = volume.outlet_lines(totals.value)
    if exporting.asked_format(request):
        rows = [
            {
                "name": line.outlet.name,
                "kind": line.outlet.kind,
                "language": line.outlet.language,
                "owner": line.outlet.owner,
                "site": line.outlet.homepage,
                "articles": line.articles,
                "latest": line.latest,
                "page": request.build_absolute_uri(line.outlet.get_absolute_url()),
            }
            for line in lines
        ]
        return exporting.export_rows(request, rows, "pressreview-titres", {"outlets": rows})
    context = {"lines": lines, "last": latest_day(), "counted_at": totals.at}
    return render(request, "public/outlets.html", context)


def outlet(request: HttpRequest, slug: str) -> HttpResponse:
    """One outlet: who owns it, what it published, what it was first with, whether its feeds answer."""
    found = get_object_or_404(Outlet, slug=slug)
    if exporting.asked_format(request):
        about = {"outlet": found.name, "page": request.build_absolute_uri(found.get_absolute_url())}
        return exporting.export(request, found.articles.for_lists().newest_first(), f"pressreview-{slug}", about)
    return render(request, "public/outlet.html", {"page": volume.outlet_page(found), "outlet": found})


def search(request: HttpRequest) -> HttpResponse:
    """Articles that hold the words; without words, how to search."""
    fields = (request.GET.get(name, "") for name in ("q", "titre", "mois"))
    asked = searching.Asked.from_text(*fields)
    found = searching.search(asked, request.GET.get("page", 1)) if asked.words else None
    if found and exporting.asked_format(request):
        articles = searching.matching_articles(asked)
        return exporting.export(request, articles, "pressreview-recherche", {"query": asked.words})
    return render(request, "public/search.html", {"asked": asked, "found": found, "query": f"{asked.address()}&"})


def edition_list(request: HttpRequest) -> HttpResponse:
    """The published editions, newest first."""
    page = Paginator(Digest.objects.published(), EDITIONS_A_PAGE).get_page(request.GET.get("page", 1))
    return render(request, "public/editions.html", {"page": page})


def edition(request: HttpRequest, number: int) -> HttpResponse:
    """A published edition, from its sealed copy alone; ?format=json is that copy, the manifest that the seal is of."""
    found = get_object_or_404(Digest.objects.published(), number=number)
    sealed = found.sealed or {}
    if exporting.asked_format(request) == "json":
        return JsonResponse(sealed, json_dumps_params={"ensure_ascii": False, "sort_keys": True})
    numbers = Digest.objects.published().values_list("number", flat=True)
    context = {
        "sealed": sealed,
        "edition": found,
        "week": Week(sealed["year"], sealed["week"]),
        "before": numbers.filter(number__lt=number).first(),
        "after": numbers.filter(number__gt=number).last(),
        "address": request.build_absolute_uri(reverse("editions:detail", args=[number])),
    }
    return render(request, "public/edition.html", context)


def about(request: HttpRequest) -> HttpResponse:
    """What this is, what the law says of press reviews, and the keyboard."""
    return render(request, "public/about.html", {"has_demo": Outlet.objects.filter(is_demo=True).exists()})


latest_feed = syndication.LatestArticles()
story_feed = syndication.StoryArticles()
outlet_feed = syndication.OutletArticles()
edition_feed = syndication.Editions()
