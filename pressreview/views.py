"""Pages for machines: is it well, and what may be crawled."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError


def health(request: HttpRequest) -> JsonResponse:
    """200 when Postgres and Redis answer, 503 with the name of what does not."""
    states = {"database": _database_answers(), "redis": _redis_answers()}
    return JsonResponse(states, status=200 if all(states.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True


def _redis_answers() -> bool:
    try:
        cache.get("health")
    except RedisError:
        return False
    return True


def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read the reviews; the desk, searches and accounts are no places for them."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: {path}" for path in ("/pupitre/", "/sources/", "/compte/", "/recherche/", "/admin/")]
    if settings.DEBUG:
        lines = ["User-agent: *", "Disallow: /"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
