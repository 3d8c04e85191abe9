"""Where things stand in the drawings: pure geometry, in SVG user units, as strings that no locale can spoil."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _n(value: float) -> str:
    return f"{value:.1f}"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle. `is_accent` marks the one thing that the drawing points at."""

    x: str
    y: str
    width: str
    height: str
    is_accent: bool = False


def outline(boxes: Iterable[Box]) -> str:
    """Rectangles in one path: a page writes it at once, not each of them."""
    return "".join(f"M{box.x} {box.y}h{box.width}v{box.height}h-{box.width}z" for box in boxes)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """24 bars of equal time up to an end; the last two, and only they, are accented when `now_matters`."""

    bars: tuple[Box, ...]
    ticks: tuple[str, ...]
    """Abscissas of the midnights inside."""
    total: int
    hours_a_bar: int
    width: int = 96
    height: int = 26

    @property
    def plain(self) -> str:
        """The bars that are not accented, in one outline."""
        return outline(bar for bar in self.bars if not bar.is_accent)

    @property
    def accented(self) -> str:
        return outline(bar for bar in self.bars if bar.is_accent)


_BARS, _PITCH, _BASE, _TALLEST = 24, 4, 24.0, 22.0


def sparkline(moments: Iterable[datetime], end: datetime, *, days: int = 3) -> Sparkline:
    """The articles of the last `days` days before `end` (a local midnight), in 24 bars; others are left out."""
    step = timedelta(days=days) / _BARS
    start = end - timedelta(days=days)
    counts = Counter(int((moment - start) / step) for moment in moments if start <= moment < end)
    greatest = max(counts.values(), default=1)
    bars = []
    for place, count in sorted(counts.items()):
        tall = _TALLEST * count / greatest
        bars.append(Box(_n(place * _PITCH), _n(_BASE - tall), _n(_PITCH - 1), _n(tall), place >= _BARS - 2))
    ticks = tuple(_n(_BARS * _PITCH / days * day) for day in range(1, days))
    return Sparkline(tuple(bars), ticks, counts.total(), int(step / HOUR))


def heights(counts: Sequence[int], tallest: int = 34) -> list[int]:
    """Heights in pixels of bars for these counts, the greatest `tallest` high; any count at all shows."""
    greatest = max(counts, default=0)
    return [max(round(tallest * count / greatest), 2) if count else 0 for count in counts]


@dataclass(frozen=True, slots=True)
class Mark:
    """One article to draw: an instant, or only a day (`at` is then its midnight)."""

    at: datetime
    is_first: bool = False
    is_whole_day: bool = False
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One outlet's articles, oldest first."""

    name: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """One size of the coverage chart. `is_stacked` writes each name above its lane."""

    css: str
    width: int
    left: int
    right: int
    pitch: int
    label_width: int
    is_stacked: bool = False


LAYOUTS = (
    Layout("c-w", 1344, 216, 1284, 28, 84),
    Layout("c-m", 960, 216, 910, 28, 84),
    Layout("c-n", 358, 4, 352, 40, 34, is_stacked=True),
)


@dataclass(frozen=True, slots=True)
class Band:
    """A week-end: where it begins, how wide it is, and its middle when there is room for its name, else ""."""

    x: str
    width: str
    middle: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place; `anchor` is SVG's text-anchor."""

    x: str
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Dot:
    """A mark in its lane: "first" (a diamond), "article" (a disc), "repeat" (a ring) or "day" (a line over its day)."""

    kind: str
    x: str
    width: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class DrawnLane:
    name: str
    count: int
    y: str
    text_y: str
    label_y: str
    bar_y: str
    first_x: str
    last_x: str
    dots: tuple[Dot, ...]
    first_label: Label | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of whole days to mark above the drawing, with its name."""

    first_day: date
    last_day: date
    name: str


@dataclass(frozen=True, slots=True)
class Bracket:
    """A stretch over its articles: `path` is the bracket, `label` as much of its name as fits."""

    path: str
    label: Label


@dataclass(frozen=True, slots=True)
class CoverageChart:
    """One drawing of who wrote when; every length is in user units of `width` by `height`."""

    layout: Layout
    width: int
    height: int
    foot: int
    base: str
    bars: tuple[Box, ...]
    peak: Label | None
    peak_y: str
    hours_a_bar: int
    weekends: tuple[Band, ...]
    midnights: tuple[str, ...]
    labels: tuple[Label, ...]
    lanes: tuple[DrawnLane, ...]
    brackets: tuple[Bracket, ...] = ()
    head: int = 0
    """The height taken by the brackets, above everything else."""

    @property
    def whole_height(self) -> int:
        return self.head + self.height

    @property
    def bars_path(self) -> str:
        """All bars in one outline."""
        return outline(self.bars)


_BAR_BASE, _BAR_TALLEST, _FIRST_LANE = 52, 30, 29
_LEAST_GAP, _NUDGE = 9.0, 12.0
_WEEKEND_LEAST, _WEEKEND_NAMED = 24.0, 64.0
_BRACKETS, _BRACKET_FOOT = 44, 34
_LETTER = 6.7
"""The width of a letter of the labels, on average and rounded up."""


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime
    layout: Layout

    def x(self, moment: datetime) -> float:
        share = (moment - self.start) / (self.end - self.start)
        return self.layout.left + min(max(share, 0.0), 1.0) * (self.layout.right - self.layout.left)

    @property
    def day(self) -> float:
        """The width of a day."""
        return (self.layout.right - self.layout.left) * (DAY / (self.end - self.start))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _span(lanes: Sequence[Lane], zone: tzinfo) -> tuple[datetime, datetime]:
    """The time to draw: a little more than the coverage, and never less than a day."""
    marks = [mark for lane in lanes for mark in lane.marks]
    first = min(mark.at for mark in marks)
    last = max(mark.at + DAY if mark.is_whole_day else mark.at for mark in marks)
    margin = max((last - first) * 0.02, 4 * HOUR)
    start, end = first - margin, last + margin
    if end - start < DAY:
        start = _midnight(first.astimezone(zone).date(), zone)
        end = max(start + DAY, end)
    return start.astimezone(zone), end.astimezone(zone)


def _days(scale: _Scale, zone: tzinfo) -> list[tuple[date, float, float]]:
    """Each day with the abscissas where it begins and ends, as far as it is drawn."""
    day, found = scale.start.astimezone(zone).date(), []
    while (begin := _midnight(day, zone)) < scale.end:
        found.append((day, scale.x(begin), scale.x(_midnight(day + DAY, zone))))
        day += DAY
    return found


def _day_labels(
    days: Sequence[tuple[date, float, float]], scale: _Scale, name: Callable[[date, bool, bool], str]
) -> tuple[Label, ...]:
    """Names of as many days as fit: `name(day, with_month, is_narrow)`."""
    step = max(1, -int(-scale.layout.label_width // scale.day))
    labels: list[Label] = []
    month = 0
    for place, (day, left, right) in enumerate(days):
        is_cut = step == 1 and right - left < scale.layout.label_width * 0.62
        if place % step or is_cut:
            continue
        labels.append(Label(_n((left + right) / 2), name(day, day.month != month, scale.layout.is_stacked)))
        month = day.month
    return tuple(labels)


def _weekends(days: Sequence[tuple[date, float, float]]) -> tuple[Band, ...]:
    bands: list[Band] = []
    saturday: float | None = None
    for place, (day, left, right) in enumerate(days):
        if day.weekday() < 5:
            continue
        begin = saturday if day.weekday() == 6 and saturday is not None else left
        saturday = left if day.weekday() == 5 else None
        is_closed = day.weekday() == 6 or place == len(days) - 1
        if is_closed and right - begin >= _WEEKEND_LEAST:
            middle = _n((begin + right) / 2) if right - begin >= _WEEKEND_NAMED else ""
            bands.append(Band(_n(begin), _n(right - begin), middle))
    return tuple(bands)


def _hours_a_bar(scale: _Scale) -> int:
    """Three hours while such a bar can be seen, else a day."""
    return 3 if scale.day / 8 >= 3 else 24


def _bars(marks: Sequence[Mark], scale: _Scale, zone: tzinfo) -> tuple[tuple[Box, ...], Label | None, str]:
    """Articles per three hours or per day, with the highest named. A whole day counts at its noon."""
    unit = timedelta(hours=_hours_a_bar(scale))
    origin = _midnight(scale.start.astimezone(zone).date(), zone)
    counts = Counter((mark.at + (DAY / 2 if mark.is_whole_day else timedelta()) - origin) // unit for mark in marks)
    greatest = max(counts.values())
    each = min(5.0, _BAR_TALLEST / greatest)
    boxes, peak, peak_y = [], None, ""
    for place, count in sorted(counts.items()):
        left, right = scale.x(origin + place * unit), scale.x(origin + (place + 1) * unit)
        tall = each * count
        boxes.append(Box(_n(left + 0.5), _n(_BAR_BASE - tall), _n(max(right - left - 1, 1.5)), _n(tall)))
        if count == greatest and peak is None and count > 1:
            peak, peak_y = Label(_n((left + right) / 2), str(count)), _n(_BAR_BASE - tall - 4)
    return tuple(boxes), peak, peak_y


def _spread(places: Sequence[float], right: float) -> list[float]:
    """Push marks that would stand on one another to the right, and all of them back if the last one falls off."""
    spread: list[float] = []
    for place in places:
        spread.append(spread[-1] + _NUDGE if spread and place - spread[-1] < _LEAST_GAP else place)
    over = (spread[-1] - right) if spread else 0
    return [place - over for place in spread] if over > 0 else spread


def _diamond(x: float, y: float, radius: float = 6.5) -> str:
    return f"M{_n(x)} {_n(y - radius)}L{_n(x + radius)} {_n(y)}L{_n(x)} {_n(y + radius)}L{_n(x - radius)} {_n(y)}Z"


def _draw_lane(lane: Lane, y: float, scale: _Scale, clock: Callable[[datetime], str]) -> DrawnLane:
    timed = [mark for mark in lane.marks if not mark.is_whole_day]
    xs = _spread([scale.x(mark.at) for mark in timed], scale.layout.right)
    dots, label = [], None
    for mark in (mark for mark in lane.marks if mark.is_whole_day):
        left, right = scale.x(mark.at), scale.x(mark.at + DAY)
        dots.append(Dot("day", _n(left + 1), _n(max(right - left - 2, 6))))
    for mark, x in zip(timed, xs, strict=True):
        kind = "repeat" if mark.is_repeat else "article"
        dots.append(Dot("first", _n(x), path=_diamond(x, y)) if mark.is_first else Dot(kind, _n(x)))
        if mark.is_first:
            label = _first_label(x, clock(mark.at), scale.layout)
    edges = xs + [scale.x(mark.at) for mark in lane.marks if mark.is_whole_day]
    text_y = y - 14 if scale.layout.is_stacked else y + 4
    return DrawnLane(
        name=lane.name,
        count=len(lane.marks),
        y=_n(y),
        text_y=_n(text_y),
        label_y=_n(text_y if scale.layout.is_stacked else y + 4),
        bar_y=_n(y - 2.5),
        first_x=_n(min(edges)),
        last_x=_n(max(edges)),
        dots=tuple(dots),
        first_label=label,
    )


def _first_label(x: float, text: str, layout: Layout) -> Label:
    """The time of the first article: left of it where there is room, else right; in a stack, beside the count."""
    if layout.is_stacked:
        return Label(_n(layout.width - 24), text, "end")
    has_room = x - 62 > layout.left - 52
    return Label(_n(x - 11), text, "end") if has_room else Label(_n(x + 11), text, "start")


def coverage(
    lanes: Sequence[Lane],
    layout: Layout,
    zone: tzinfo,
    name_day: Callable[[date, bool, bool], str],
    clock: Callable[[datetime], str],
    stretches: Sequence[Stretch] = (),
) -> CoverageChart | None:
    """The chart of a story's coverage, one lane per outlet in the order given; None without any mark.

    `name_day(day, with_month, is_narrow)` and `clock(moment)` write in the reader's language.
    """
    lanes = [lane for lane in lanes if lane.marks]
    if not lanes:
        return None
    scale = _Scale(*_span(lanes, zone), layout)
    top = _BAR_BASE + _FIRST_LANE + (16 if layout.is_stacked else 0)
    foot = top + layout.pitch * (len(lanes) - 1) + 22
    days = _days(scale, zone)
    bars, peak, peak_y = _bars([mark for lane in lanes for mark in lane.marks], scale, zone)
    ys = (top + place * layout.pitch + 0.5 for place in range(len(lanes)))
    drawn = tuple(_draw_lane(lane, y, scale, clock) for lane, y in zip(lanes, ys, strict=True))
    return CoverageChart(
        layout=layout,
        width=layout.width,
        height=foot + 24,
        foot=foot,
        base=_n(_BAR_BASE + 0.5),
        bars=bars,
        peak=peak,
        peak_y=peak_y,
        hours_a_bar=_hours_a_bar(scale),
        weekends=_weekends(days),
        midnights=tuple(_n(left) for _day, left, _right in days[1:]) if scale.day >= 6 else (),
        labels=_day_labels(days, scale, name_day),
        lanes=drawn,
        brackets=_brackets(stretches, lanes, scale),
        head=_BRACKETS if stretches else 0,
    )


def _brackets(stretches: Sequence[Stretch], lanes: Sequence[Lane], scale: _Scale) -> tuple[Bracket, ...]:
    """A numbered bracket over the articles of each stretch; a name goes on as far as the next bracket."""
    if not stretches:
        return ()
    marks = sorted((mark for lane in lanes for mark in lane.marks), key=lambda mark: mark.at)
    ends: list[tuple[float, float]] = []
    for one in stretches:
        inside = [mark for mark in marks if one.first_day <= mark.at.date() <= one.last_day]
        if not inside:
            ends.append((ends[-1][1] if ends else float(scale.layout.left),) * 2)
            continue
        last = max(mark.at + DAY if mark.is_whole_day else mark.at for mark in inside)
        ends.append((scale.x(inside[0].at) - 6, scale.x(last) + 6))
    edges = [*(left for left, _right in ends[1:]), float(scale.layout.width)]
    drawn, written_to = [], 0.0
    for number, (one, (left, right), edge) in enumerate(zip(stretches, ends, edges, strict=True), 1):
        right = max(min(right, edge - 4), left + 8)
        label = _name_of(f"{number}. {one.name}", max(left, written_to), right, edge - 8, written_to)
        written_to = float(label.x) + (len(label.text) * _LETTER if label.anchor == "start" else 0) + 10
        drawn.append(Bracket(f"M{_n(left)} {_BRACKET_FOOT}v-8H{_n(right)}v8", label))
    return tuple(drawn)


def _name_of(name: str, left: float, right: float, edge: float, free_from: float) -> Label:
    """A bracket's name: from its left on, or up to its right where it has more room there."""
    if edge - left < len(name) * _LETTER and right - free_from > edge - left:
        return Label(_n(right), _fitting(name, right - free_from), "end")
    return Label(_n(left), _fitting(name, edge - left), "start")


def _fitting(text: str, width: float) -> str:
    """As much of a numbered name as fits, cut at a word; its number alone where hardly a word does."""
    room = int(width / _LETTER)
    if len(text) <= room:
        return text
    cut = text[: max(room - 1, 0)].rsplit(" ", 1)[0].rstrip(" ,;:.«")
    return f"{cut}…" if len(cut) > 8 else text.split(" ", 1)[0].rstrip(".")
