from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.parsing.dates import PARIS, PartialDate, Precision, parse_date

NOW = datetime(2025, 3, 6, 12, 0, tzinfo=PARIS)


def value(text: str, reference: datetime | None = None) -> str | None:
    found = parse_date(text, reference=reference)
    return found.value if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-04", "2025-03-04"),
        ("2025-03-04T18:33:19+01:00", "2025-03-04T18:33:19+01:00"),
        ("2025-03-04T18:33:19.123-0500", "2025-03-04T18:33:19-05:00"),
        ("2025-03-04 18:33", "2025-03-04T18:33+01:00"),
        ("20250304T183319Z", "2025-03-04T19:33:19+01:00"),
        ("2025/03/04", "2025-03-04"),
        ("Tue, 04 Mar 2025 23:30:00 GMT", "2025-03-05T00:30:00+01:00"),
        ("Tue, 4 Mar 2025 09:15:00 -0500", "2025-03-04T09:15:00-05:00"),
        ("Mon, 4 Aug 25 09:15:00 EST", "2025-08-04T09:15:00-05:00"),
        ("1741109599", "2025-03-04T18:33:19+01:00"),
    ],
)
def test_machine_dates_are_read(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("zone", ["+9999", "-2500", "+14:30", "+0575", "+99", "UTC+99:99"])
def test_a_zone_that_no_place_has_leaves_the_day(zone: str) -> None:
    assert value(f"Tue, 04 Mar 2025 10:00:00 {zone}") == "2025-03-04"
    assert value(f"2025-03-04T10:00:00{zone}") == "2025-03-04"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-04T24:00:00", "2025-03-05T00:00:00+01:00"),
        ("20250304T240000Z", "2025-03-05T01:00:00+01:00"),
        ("Wed, 31 Dec 2025 24:00:00 +0100", "2026-01-01T00:00:00+01:00"),
        ("4 mars 2025 à 24h00", "2025-03-05T00:00+01:00"),
        ("4 mars 2025, 24h sur l’avenue", "2025-03-04"),
        ("2025-03-04T24:30:00", "2025-03-04"),
        ("2025-03-04T25:00:00", "2025-03-04"),
        ("4 mars 2025 10:61", "2025-03-04"),
    ],
)
def test_the_end_of_a_day_is_the_start_of_the_next(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Publié le mardi 4 mars 2025 à 9h05", "2025-03-04T09:05+01:00"),
        ("le 1er août 2025", "2025-08-01"),
        ("4 févr. 2025 à 18 h 30", "2025-02-04T18:30+01:00"),
        ("04/03/2025", "2025-03-04"),
        ("4.3.25 à 8:01", "2025-03-04T08:01+01:00"),
        ("Mis en ligne le 4 Décembre 2025 - 07:47", "2025-12-04T07:47+01:00"),
        ("4 novembre 2025 à 16 h 04 HNE", "2025-11-04T16:04-05:00"),
        ("le 4 mars 25 à 9:21", "2025-03-04T09:21+01:00"),
        ("29 novembre 2024, 14 h", "2024-11-29T14:00+01:00"),
        ("March 4, 2025 at 6:33 pm", "2025-03-04T18:33+01:00"),
        ("Mar 4th, 2025", "2025-03-04"),
        ("02/27/2025", "2025-02-27"),
        ("Créé: 12.12.2019, 07h36", "2019-12-12T07:36+01:00"),
        ("Publié le 4 mars 2025, mis à jour le 6 mars 2025", "2025-03-04"),
    ],
)
def test_visible_dates_are_read_as_far_as_they_say(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "precision"),
    [
        ("février 2024", "2024-02", Precision.MONTH),
        ("Numéro de déc. 2021", "2021-12", Precision.MONTH),
        ("2024-02", "2024-02", Precision.MONTH),
        ("02/2024", "2024-02", Precision.MONTH),
        ("en 2024", "2024", Precision.YEAR),
    ],
)
def test_a_month_is_no_day(text: str, expected: str, precision: Precision) -> None:
    assert parse_date(text) == PartialDate(expected, precision)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("il y a 2 heures", "2025-03-06T10:00+01:00"),
        ("Il y a 15 min", "2025-03-06T11:45+01:00"),
        ("il y a 3 jours", "2025-03-03"),
        ("il y a un mois", "2025-02"),
        ("hier à 18h30", "2025-03-05T18:30+01:00"),
        ("aujourd’hui", "2025-03-06"),
        ("2 hours ago", "2025-03-06T10:00+01:00"),
        ("lundi 3 mars", "2025-03-03"),
        ("28 décembre", "2024-12-28"),
    ],
)
def test_relative_dates_need_a_reference(text: str, expected: str) -> None:
    assert value(text, NOW) == expected
    assert value(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "bonjour", "31/02/2025", "24 h sur 24", "version 3.2.1", "12345", "99/99/9999", "il y a 99999999999 jours"],
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert value(text, NOW) is None


def test_a_time_without_a_zone_is_in_the_zone_asked_for() -> None:
    found = parse_date("4 mars 2025 à 9h05", timezone=ZoneInfo("America/Toronto"))
    assert found == PartialDate("2025-03-04T09:05-05:00", Precision.MINUTE)


def test_a_date_starts_at_midnight_in_paris() -> None:
    assert PartialDate("2025-03", Precision.MONTH).instant() == datetime(2025, 3, 1, tzinfo=PARIS)
    assert PartialDate("2025", Precision.YEAR).instant() == datetime(2025, 1, 1, tzinfo=PARIS)
    assert PartialDate("2025-03-04T18:33:19+01:00", Precision.SECOND).instant() == datetime(
        2025, 3, 4, 17, 33, 19, tzinfo=UTC
    )


def test_a_day_is_known_from_a_day_on() -> None:
    assert PartialDate("2025-03-04T23:33-05:00", Precision.MINUTE).day() == date(2025, 3, 4)
    assert PartialDate("2025-03", Precision.MONTH).day() is None


def test_a_moment_is_cut_at_its_precision() -> None:
    moment = datetime(2025, 3, 4, 18, 33, 19, tzinfo=PARIS)
    assert PartialDate.from_datetime(moment).value == "2025-03-04T18:33:19+01:00"
    assert PartialDate.from_datetime(moment, Precision.MONTH).value == "2025-03"
    with pytest.raises(ValueError, match="no zone"):
        PartialDate.from_datetime(datetime(2025, 3, 4, 18, 33))


@given(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1), timezones=st.just(PARIS)))
def test_what_is_written_is_read_again(moment: datetime) -> None:
    written = PartialDate.from_datetime(moment)
    assert parse_date(written.value) is not None
    assert parse_date(written.value).instant() == written.instant()  # type: ignore[union-attr]


@given(st.text() | st.text(alphabet="0123456789/-.: hàTZ+janvierm,"))
def test_any_text_has_an_answer(text: str) -> None:
    found = parse_date(text, reference=NOW)
    assert found is None or found.instant().tzinfo is not None


@pytest.mark.shared
def test_dates_seen_on_french_pages_are_read(shared: Path) -> None:
    pairs = json.loads((shared / "bench" / "pages" / "dates_fr.json").read_text(encoding="utf-8"))
    wrong = [
        (text, expected, value(text)) for text, expected in pairs if (value(text) or "")[: len(expected)] != expected
    ]
    assert wrong == []
