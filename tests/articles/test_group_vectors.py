"""The grouping worker has the model read each article once, before it takes the lock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from articles.models import Article, GroupingState
from articles.pipeline import group
from articles.pipeline.group import as_input, group_batch
from articles.pipeline.reading import fingerprint
from articles.text.grouping import GroupingArticle
from tests.fakes import make_outlet

pytestmark = pytest.mark.django_db
VECTOR = bytes(range(1, 128)) * 3 + b"\x01\x02\x03"


@pytest.fixture(autouse=True)
def read(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[str]]:
    """The titles that the model was given, in a process that has just started."""
    titles: list[str] = []

    def vectors(articles: Sequence[GroupingArticle]) -> list[bytes]:
        titles.extend(article.title for article in articles)
        return [VECTOR] * len(articles)

    settings.PRESSREVIEW_VECTORS = True
    monkeypatch.setattr(group, "available", lambda: True)
    monkeypatch.setattr(group, "vectors", vectors)
    monkeypatch.setattr(group, "_engine", None)
    GroupingState.objects.get_or_create(pk=1)
    yield titles
    group._engine = None


def _article(title: str) -> Article:
    return Article.objects.create(
        outlet=make_outlet(title), title=title, language="fr", fingerprint=fingerprint(title, ""),
        published_at=datetime(2024, 2, 26, 8, tzinfo=UTC), published_precision="second",
    )  # fmt: skip


def test_an_article_is_read_once_and_its_vector_kept(read: list[str]) -> None:
    article = _article("Le fondeur Silex construit une usine")
    group_batch()
    group_batch()
    article.refresh_from_db()
    assert read == [article.title]
    assert as_input(article).vector == VECTOR
    assert article.story is not None


def test_an_article_put_right_is_read_again(read: list[str]) -> None:
    article = _article("Le fondeur Silex construit une usine")
    group_batch()
    Article.objects.filter(pk=article.pk).update(title="Silex renonce à son usine", grouped_at=None)
    group_batch()
    assert read == [article.title, "Silex renonce à son usine"]


def test_without_the_setting_nothing_is_read(read: list[str], settings: Any) -> None:
    settings.PRESSREVIEW_VECTORS = False
    article = _article("Le fondeur Silex construit une usine")
    group_batch()
    article.refresh_from_db()
    assert read == []
    assert as_input(article).vector == b""
    assert article.story is not None
