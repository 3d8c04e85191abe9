"""What an article and a story say of themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from articles.models import Article, Digest, Page, Story
from tests.fakes import make_entry, make_outlet

pytestmark = pytest.mark.django_db


def article(fingerprint: str = "a" * 64, **fields: object) -> Article:
    return Article.objects.create(**{"title": "Titre", "fingerprint": fingerprint, **fields})


@pytest.mark.parametrize(
    ("moment", "precision", "day"),
    [
        (datetime(2024, 2, 28, 23, 30, tzinfo=UTC), "second", date(2024, 2, 29)),  # Paris is an hour ahead
        (datetime(2024, 2, 28, 22, 59, tzinfo=UTC), "minute", date(2024, 2, 28)),
        (datetime(2024, 2, 27, 23, tzinfo=UTC), "day", date(2024, 2, 28)),
        (datetime(2024, 1, 31, 23, tzinfo=UTC), "month", None),
        (datetime(2023, 12, 31, 23, tzinfo=UTC), "year", None),
        (None, "", None),
    ],
)
def test_an_article_belongs_to_a_day_only_when_its_day_is_known(
    moment: datetime | None, precision: str, day: date | None
) -> None:
    made = article(published_at=moment, published_precision=precision)
    made.refresh_from_db()
    assert made.day == day
    assert made.sort_at == (moment or made.seen_at)


def test_a_date_set_later_moves_the_article() -> None:
    made = article()
    made.published_at, made.published_precision = datetime(2024, 2, 28, 12, tzinfo=UTC), "day"
    made.save()
    assert list(Article.objects.published(date(2024, 2, 28), date(2024, 2, 28))) == [made]


def test_a_date_saved_alone_takes_its_day_along() -> None:
    made = article()
    made.published_at, made.published_precision = datetime(2024, 2, 28, 12, tzinfo=UTC), "day"
    made.save(update_fields=["published_at", "published_precision"])
    made.refresh_from_db()
    assert made.day == date(2024, 2, 28)


def test_an_address_belongs_to_one_article() -> None:
    article(canonical_url="https://journal.example/a")
    with pytest.raises(IntegrityError), transaction.atomic():
        article("b" * 64, canonical_url="https://journal.example/a")


def test_articles_without_an_address_are_many() -> None:
    article()
    article("b" * 64)
    assert Article.objects.count() == 2


def test_a_text_is_once_in_an_outlet_and_once_without_one() -> None:
    outlet = make_outlet()
    article(outlet=outlet)
    article()
    for same in (outlet, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            article(outlet=same)


def test_an_outlet_with_articles_cannot_be_lost() -> None:
    made = article(outlet=make_outlet())
    assert made.outlet is not None
    with pytest.raises(ProtectedError):
        made.outlet.delete()


def test_an_article_outlives_its_entry() -> None:
    made = article(entry=make_entry())
    assert made.entry is not None
    made.entry.delete()
    made.refresh_from_db()
    assert made.entry is None


def test_a_headline_that_changed_is_told_apart_from_the_announced_one() -> None:
    assert article(entry=make_entry(title="Titre  ")).announced_title == ""
    assert article("b" * 64, entry=make_entry(2, title="Le titre d'hier")).announced_title == "Le titre d'hier"


def test_a_page_is_given_back_to_the_letter() -> None:
    html = "« œuvre »\r\n\x00\ud83d 🛰"
    page = Page.objects.create(
        article=article(), url="https://a.example/", status=200, fetched_at=timezone.now(), packed=Page.pack(html)
    )
    page.refresh_from_db()
    assert page.html == html


def test_a_list_of_articles_costs_one_query(django_assert_num_queries: object) -> None:
    for number in range(3):
        article(f"{number:064}", outlet=make_outlet(f"Titre {number}"), entry=make_entry(number))
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len([(a.title, a.outlet_name) for a in Article.objects.for_lists()]) == 3


def test_a_long_list_reads_each_outlet_once(django_assert_num_queries: object) -> None:
    outlets = make_outlet("Titre 0"), make_outlet("Titre 1")
    for number in range(4):
        article(f"{number:064}", outlet=outlets[number % 2])
    with django_assert_num_queries(2):  # type: ignore[operator]
        shown = list(Article.objects.for_long_lists().order_by("id"))
    assert shown[0].outlet is shown[2].outlet


def test_a_storys_address_bears_its_title() -> None:
    story = Story.objects.create(title="L’œuvre d’Élodie à 16 M€ !")
    assert story.get_absolute_url().endswith("/")
    assert "elodie" in story.get_absolute_url()
    assert Story(title="!!!").slug == "histoire"


def test_a_story_without_articles_is_not_current() -> None:
    story = Story.objects.create(title="Vide")
    story.refresh()
    assert not Story.objects.current().exists()
    article(story=story)
    story.refresh()
    assert Story.objects.current().get().lead is not None


def test_stories_rank_by_outlets_then_articles_then_freshness() -> None:
    for title, outlets, articles, last in [("c", 1, 9, 3), ("a", 3, 3, 1), ("b", 1, 9, 4), ("d", 1, 1, None)]:
        at = datetime(2024, 2, last, tzinfo=UTC) if last else None
        Story.objects.create(title=title, outlet_count=outlets, article_count=articles, last_at=at)
    assert [story.title for story in Story.objects.by_coverage()] == ["a", "b", "c", "d"]


def test_a_digest_lasts_from_monday_to_sunday_also_over_new_year() -> None:
    digest = Digest(year=2020, week=53)
    assert (digest.first_day, digest.last_day) == (date(2020, 12, 28), date(2021, 1, 3))
