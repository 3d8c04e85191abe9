"""Figures and dates that the articles of a story give differently, as its page shows them: who says what, and where."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from articles.models import Figure, MentionedDate, Story
from articles.models.article import long_of
from articles.text import disagreeing, sentences
from articles.text.disagreeing import Disagreement, Told
from articles.text.findings import Span

MOST_FIGURES = 2000
SHOWN_AROUND = 90

Found = Figure | MentionedDate


@dataclass(frozen=True, slots=True)
class Value:
    """One of several values that outlets give for one thing; `where` holds the first place of each outlet."""

    raw: str
    outlets: tuple[str, ...]
    where: tuple[Found, ...]
    is_rounding: bool
    """It only rounds the value that most outlets give."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """Figures or dates that disagree; `about` are the words around the first of them."""

    about: str
    values: tuple[Value, ...]
    is_rounding: bool
    """The values only round one another."""


def of_story(story: Story) -> tuple[Divergence, ...]:
    """What disagrees in a story, dates after figures, mere roundings last."""
    figures = Figure.objects.filter(article__story=story, is_hidden=False)
    dates = MentionedDate.objects.filter(article__story=story, is_hidden=False, precision="day")
    found = [*_compared(figures, _figure, disagreeing.figures), *_compared(dates, _day, disagreeing.days)]
    return tuple(sorted(found, key=lambda one: one.is_rounding))


def _compared(
    rows: QuerySet[Figure] | QuerySet[MentionedDate],
    told_by: Callable[[Found, Sequence[Span], int], Told | None],
    compare: Callable[[Sequence[Told]], list[Disagreement]],
) -> Iterable[Divergence]:
    ordered: list[Found] = list(
        rows.select_related("article__outlet")
        .defer(*(one for one in long_of("article") if one != "article__text"))
        .order_by("article__sort_at", "article_id", "start")[:MOST_FIGURES]
    )
    bounds = {row.article_id: sentences.split(row.article.text) for row in ordered}
    homes = [(row.article_id, _place(bounds[row.article_id], row.start), _sort(row)) for row in ordered]
    alike = Counter(homes)
    told = [
        one
        for row, home in zip(ordered, homes, strict=True)
        if (one := told_by(row, bounds[row.article_id], alike[home])) is not None
    ]
    by_key = {row.pk: row for row in ordered}
    for group in compare(told):
        members = [(by_key[int(str(one.key))], one) for one in group.members]
        yield Divergence(_around(members[0][0]), tuple(_values(members)), group.is_rounding)


def _place(bounds: Sequence[Span], at: int) -> int:
    """The number of the sentence that holds a place."""
    return sum(start <= at for start, _end in bounds)


def _sort(row: Found) -> str:
    return row.unit if isinstance(row, Figure) else ""


def _figure(row: Found, bounds: Sequence[Span], alike: int) -> Told | None:
    assert isinstance(row, Figure)
    span = (row.start, row.end)
    return disagreeing.figure(
        row.pk, row.article.outlet_name, row.article.text, bounds, span, row.value, row.unit, alike
    )


def _day(row: Found, bounds: Sequence[Span], alike: int) -> Told | None:
    assert isinstance(row, MentionedDate)
    span = (row.start, row.end)
    return disagreeing.day(row.pk, row.article.outlet_name, row.article.text, bounds, span, row.value, alike)


def _around(row: Found) -> str:
    """The words around a figure, cut at its sentence and at whole words."""
    text = row.article.text
    before = text[: row.start].rsplit("\n", 1)[-1].rsplit(". ", 1)[-1]
    after = text[row.end :].split("\n", 1)[0].split(". ", 1)[0]
    if len(before) > SHOWN_AROUND:
        before = "… " + before[-SHOWN_AROUND:].split(" ", 1)[-1]
    if len(after) > SHOWN_AROUND // 2:
        after = after[: SHOWN_AROUND // 2].rsplit(" ", 1)[0] + " …"
    return f"{before}{row.raw}{after}".strip()


def _values(members: Sequence[tuple[Found, Told]]) -> Iterable[Value]:
    """The values, the most told first."""
    by_value: dict[float, list[tuple[Found, Told]]] = defaultdict(list)
    for row, told in members:
        by_value[told.value].append((row, told))
    ranked = sorted(by_value.values(), key=lambda some: -len({told.outlet for _row, told in some}))
    main = ranked[0][0][1]
    for same in ranked:
        first_of_each: dict[str, Found] = {}
        for row, told in same:
            first_of_each.setdefault(told.outlet, row)
        rounds = bool(main.unit or main.counted) and disagreeing.is_rounding(main, same[0][1])
        yield Value(
            same[0][0].raw, tuple(first_of_each), tuple(first_of_each.values()), rounds and same is not ranked[0]
        )


def as_rows(found: Sequence[Divergence]) -> list[dict[str, object]]:
    """What a story's JSON says of disagreements; each outlet's first place by its article's number."""
    return [
        {
            "about": one.about,
            "only_rounds": one.is_rounding,
            "values": [
                {"value": value.raw, "said_by": {row.article.outlet_name: row.article_id for row in value.where}}
                for value in one.values
            ],
        }
        for one in found
    ]
