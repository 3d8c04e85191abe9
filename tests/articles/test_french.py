"""Dates, numbers and quotation marks, in French and in English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils.translation import override

from articles.models import Article
from articles.templatetags import french

AFTERNOON = datetime(2024, 2, 28, 13, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    with override("fr"):
        yield


def test_days_are_written_as_french_people_write_them() -> None:
    assert french.long_day(date(2024, 2, 28)) == "mercredi 28\u00a0février 2024"
    assert french.full_day(date(2024, 3, 1)) == "1er\u00a0mars 2024"
    assert french.short_day(date(2024, 2, 1)) == "1er\u00a0fév."


def test_times_are_those_of_paris_with_no_break_spaces() -> None:
    assert french.clock(AFTERNOON) == "14\u00a0h\u00a030"
    assert french.moment(AFTERNOON) == "28\u00a0fév., 14\u00a0h\u00a030"


def test_english_screens_have_english_forms() -> None:
    with override("en"):
        assert french.long_day(date(2024, 3, 1)) == "Friday 1\u00a0March 2024"
        assert french.clock(AFTERNOON) == "14:30"
        assert french.number(12840) == "12,840"
        assert french.decimal(0.834) == "0.83"
        assert french.quoted("yes") == "“yes”"


@pytest.mark.parametrize(
    ("precision", "said"),
    [
        ("second", "28\u00a0février 2024, 14\u00a0h\u00a030"),
        ("minute", "28\u00a0février 2024, 14\u00a0h\u00a030"),
        ("day", "28\u00a0février 2024"),
        ("month", "février 2024"),
        ("year", "2024"),
    ],
)
def test_a_date_is_said_as_far_as_it_is_known(precision: str, said: str) -> None:
    assert french.dated(Article(published_at=AFTERNOON, published_precision=precision)) == said


def test_a_missing_date_is_said_to_be_missing() -> None:
    with override("en"):
        assert french.dated(Article()) == "undated"
        assert french.time_or_day(Article(published_at=AFTERNOON, published_precision="day")) == "no time"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2024, 2, 26), date(2024, 3, 5), "from 26\u00a0February to 5\u00a0March 2024"),
        (date(2024, 2, 26), date(2024, 2, 28), "from 26 to 28\u00a0February 2024"),
        (date(2023, 12, 31), date(2024, 1, 2), "from 31\u00a0December 2023 to 2\u00a0January 2024"),
        (date(2024, 2, 28), date(2024, 2, 28), "on 28\u00a0February 2024"),
    ],
)
def test_a_range_says_nothing_twice(first: date, last: date, said: str) -> None:
    with override("en"):
        assert french.date_range(first, last) == said


def test_thousands_are_parted_by_a_narrow_space() -> None:
    assert french.number(1284) == "1\u202f284"
    assert french.number(284) == "284"


def test_quotation_marks_stand_around_the_words_as_they_came() -> None:
    assert french.quoted("Le <b>mot</b>") == "«\u00a0Le &lt;b&gt;mot&lt;/b&gt;\u00a0»"
    assert french.quoted("« Déjà »") == "« Déjà »"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "//host/x", "ftp://h/x", "", "http://[", "https:"],
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert french.web_address(address) == ""


def test_web_addresses_stay_as_they_are() -> None:
    assert french.web_address("https://press.example/a?b=c") == "https://press.example/a?b=c"
    assert french.host("https://www.press.example/a") == "press.example"


def test_text_in_another_language_says_so() -> None:
    page = Template("{% load french %}<p{% lang code %}>")
    assert page.render(Context({"code": "en"})) == '<p lang="en">'
    assert page.render(Context({"code": "fr"})) == "<p>"
    assert page.render(Context({"code": '"><script>'})) == '<p lang="&quot;&gt;&lt;script&gt;">'


def test_a_step_names_the_month_only_when_it_changes() -> None:
    assert french.step_day(date(2024, 2, 27), date(2024, 2, 28)) == "mardi 27"
    assert french.step_day(date(2024, 3, 1), date(2024, 2, 28)) == "vendredi 1er\u00a0mars"
