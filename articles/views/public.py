"""What everybody may read."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.converters import Week


def front(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")


def archive(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")


def day_review(request: HttpRequest, day: date) -> HttpResponse:
    return render(request, "public/about.html")


def week_review(request: HttpRequest, week: Week) -> HttpResponse:
    return render(request, "public/about.html")


def latest_feed(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")


def story_list(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")


def story(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    return render(request, "public/about.html")


def story_by_number(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "public/about.html")


def story_feed(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "public/about.html")


def article(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "public/about.html")


def outlet_list(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")


def outlet(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "public/about.html")


def outlet_feed(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "public/about.html")


def edition_list(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")


def edition(request: HttpRequest, number: int) -> HttpResponse:
    return render(request, "public/about.html")


def edition_feed(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")


def search(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")


def about(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html")
