"""The pages for machines: is it well, and what may be crawled."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from redis.exceptions import ConnectionError as RedisDown

pytestmark = pytest.mark.django_db


def test_it_is_well_when_postgres_and_redis_answer(client: Client) -> None:
    answer = client.get("/sante/")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "redis": True})


def test_it_names_a_database_that_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: object, **options: object) -> None:
        raise OperationalError("no")

    monkeypatch.setattr(connection, "cursor", down)
    answer = client.get("/sante/")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


def test_it_names_a_redis_that_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: object, **options: object) -> None:
        raise RedisDown("no")

    monkeypatch.setattr(cache, "get", down)
    answer = client.get("/sante/")
    assert (answer.status_code, answer.json()["redis"]) == (503, False)


def test_it_answers_over_plain_http_behind_a_proxy(client: Client, settings: object) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    assert client.get("/sante/").status_code == 200
    assert client.get("/robots.txt").status_code == 301


def test_crawlers_are_kept_from_the_desk_and_from_searches(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    for path in ("/pupitre/", "/sources/", "/compte/", "/recherche/", "/admin/"):
        assert f"Disallow: {path}\n" in text


def test_nobody_crawls_a_site_under_repair(client: Client, settings: object) -> None:
    settings.DEBUG = True  # type: ignore[attr-defined]
    assert "Disallow: /\n" in client.get("/robots.txt").content.decode()


def test_every_answer_keeps_scripts_of_others_out(client: Client) -> None:
    for path in ("/", "/sante/", "/robots.txt"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
