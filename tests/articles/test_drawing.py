"""The geometry of the drawings."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from articles import drawing

PARIS = ZoneInfo("Europe/Paris")
END = datetime(2024, 2, 29, tzinfo=PARIS)
NUMBER = re.compile(r"-?\d+\.\d")


def _name(day: date, with_month: bool, is_narrow: bool) -> str:
    return day.isoformat() if with_month else str(day.day)


def _chart(lanes: list[drawing.Lane], layout: int = 0) -> drawing.CoverageChart:
    chart = drawing.coverage(lanes, drawing.LAYOUTS[layout], PARIS, _name, lambda moment: f"{moment:%H:%M}")
    assert chart is not None
    return chart


def _at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2024, 2, day, hour, minute, tzinfo=PARIS)


def test_a_sparkline_counts_three_days_by_three_hours() -> None:
    spark = drawing.sparkline([_at(28, 23), _at(28, 22), _at(26, 1), _at(25, 23), END], END)
    assert [(bar.x, bar.height) for bar in spark.bars] == [("0.0", "11.0"), ("92.0", "22.0")]
    assert (spark.total, spark.hours_a_bar) == (3, 3)
    assert spark.ticks == ("32.0", "64.0")


def test_only_the_last_six_hours_of_a_sparkline_are_accented() -> None:
    spark = drawing.sparkline([_at(28, 17), _at(28, 18), _at(28, 21)], END)
    assert [bar.is_accent for bar in spark.bars] == [False, True, True]


def test_the_bars_of_a_sparkline_are_two_outlines() -> None:
    spark = drawing.sparkline([_at(28, 17), _at(28, 21)], END)
    plain, accented = spark.bars
    assert spark.plain == f"M{plain.x} 2.0h3.0v22.0h-3.0z"
    assert spark.accented == f"M{accented.x} 2.0h3.0v22.0h-3.0z"


def test_a_sparkline_of_nothing_has_no_bar() -> None:
    assert drawing.sparkline([], END).bars == ()


def test_a_week_is_drawn_in_bars_of_seven_hours() -> None:
    spark = drawing.sparkline([_at(22, 1)], END, days=7)
    assert (spark.bars[0].x, spark.hours_a_bar, len(spark.ticks)) == ("0.0", 7, 6)


def test_heights_are_scaled_to_the_greatest_and_show_any_count() -> None:
    assert drawing.heights([0, 1, 500]) == [0, 2, 34]
    assert drawing.heights([]) == []
    assert drawing.heights([0, 0]) == [0, 0]


def test_lanes_keep_their_order_and_count() -> None:
    chart = _chart(
        [drawing.Lane("A", (drawing.Mark(_at(26)), drawing.Mark(_at(28)))), drawing.Lane("B", (drawing.Mark(_at(27)),))]
    )
    assert [(lane.name, lane.count) for lane in chart.lanes] == [("A", 2), ("B", 1)]
    assert float(chart.lanes[0].y) < float(chart.lanes[1].y) < chart.foot


def test_articles_of_one_minute_stand_side_by_side() -> None:
    marks = tuple(drawing.Mark(_at(26, 9)) for _ in range(3))
    xs = [float(dot.x) for dot in _chart([drawing.Lane("A", (*marks, drawing.Mark(_at(28))))]).lanes[0].dots]
    assert xs[1] - xs[0] >= 11.9
    assert xs[2] - xs[1] >= 11.9


def test_the_first_is_a_diamond_with_its_time() -> None:
    chart = _chart([drawing.Lane("A", (drawing.Mark(_at(26, 16, 4), is_first=True),))])
    assert [dot.kind for dot in chart.lanes[0].dots] == ["first"]
    assert chart.lanes[0].first_label is not None
    assert chart.lanes[0].first_label.text == "16:04"


def test_a_day_without_a_time_is_a_line_over_the_whole_day() -> None:
    chart = _chart([drawing.Lane("A", (drawing.Mark(_at(26)), drawing.Mark(_at(27, 0), is_whole_day=True)))])
    day = next(dot for dot in chart.lanes[0].dots if dot.kind == "day")
    assert float(day.width) > 100


def test_saturday_and_sunday_are_one_band() -> None:
    chart = _chart([drawing.Lane("A", (drawing.Mark(_at(22)), drawing.Mark(_at(27))))])
    assert len(chart.weekends) == 1
    assert chart.weekends[0].middle


def test_a_long_story_names_fewer_days_and_counts_by_day() -> None:
    chart = _chart([drawing.Lane("A", (drawing.Mark(_at(1)), drawing.Mark(_at(1) + timedelta(days=400))))])
    assert chart.hours_a_bar == 24
    assert 2 <= len(chart.labels) <= 14


def _bracketed(*spans: tuple[int, int], name: str = "Bruxelles s’en saisit", layout: int = 0) -> drawing.CoverageChart:
    marks = tuple(drawing.Mark(_at(day)) for span in spans for day in span)
    stretches = [drawing.Stretch(date(2024, 2, first), date(2024, 2, last), name) for first, last in spans]
    lanes = [drawing.Lane("A", marks)]
    chart = drawing.coverage(lanes, drawing.LAYOUTS[layout], PARIS, _name, lambda at: f"{at:%H:%M}", stretches)
    assert chart is not None
    return chart


def test_episodes_are_numbered_brackets_over_their_articles() -> None:
    chart = _bracketed((1, 4), (10, 20))
    assert [one.label.text for one in chart.brackets] == ["1. Bruxelles s’en saisit", "2. Bruxelles s’en saisit"]
    assert chart.whole_height == chart.height + 44
    assert _chart([drawing.Lane("A", (drawing.Mark(_at(1)),))]).brackets == ()


def test_the_name_of_a_late_narrow_episode_is_written_towards_the_left() -> None:
    last = _bracketed((1, 4), (27, 28)).brackets[-1]
    assert (last.label.text, last.label.anchor) == ("2. Bruxelles s’en saisit", "end")


def test_a_name_without_room_is_its_number() -> None:
    texts = [one.label.text for one in _bracketed((1, 2), (3, 4), (5, 6), (27, 28), layout=2).brackets]
    assert texts[:2] == ["1", "2"]


@settings(max_examples=60, deadline=None)
@given(
    days=st.lists(st.integers(1, 28), min_size=2, max_size=8, unique=True).map(sorted),
    name=st.text(max_size=80),
    layout=st.sampled_from(range(3)),
)
def test_names_of_episodes_stay_inside_and_apart(days: list[int], name: str, layout: int) -> None:
    chart = _bracketed(*[(day, day) for day in days], name=name, layout=layout)
    end = -100.0
    for one in chart.brackets:
        width, x = len(one.label.text) * 6.7, float(one.label.x)
        left = x if one.label.anchor == "start" else x - width
        if len(one.label.text) > 2:
            assert left >= end - 0.2
            assert left + width <= chart.width + 0.2
        end = left + width


def test_nothing_dated_draws_nothing() -> None:
    assert drawing.coverage([drawing.Lane("A", ())], drawing.LAYOUTS[0], PARIS, _name, str) is None


@settings(max_examples=60, deadline=None)
@given(
    moments=st.lists(
        st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)), min_size=1, max_size=30
    ),
    layout=st.sampled_from(range(3)),
)
def test_every_mark_stands_inside_the_drawing(moments: list[datetime], layout: int) -> None:
    lanes = [drawing.Lane("A", tuple(drawing.Mark(moment) for moment in sorted(moments)[:20]))]
    chart = _chart(lanes, layout)
    for dot in chart.lanes[0].dots:
        assert NUMBER.fullmatch(dot.x)
        assert float(dot.x) <= chart.layout.right + 0.1
    for bar in chart.bars:
        assert 0 <= float(bar.y) <= 52.1
