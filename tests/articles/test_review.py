"""What a day and a week show, and in what order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from articles import almanac, aside, coverage
from articles.converters import Week
from articles.models import Article, ArticleVersion, Entity, Mention, Quote, Story
from articles.review import EXCERPT, Period, StoryRow, counts_by_day, excerpt_of, latest_day, neighbours, review_of
from tests.factories import NOON, announced, make_article, make_feed, make_outlet, make_story

pytestmark = pytest.mark.django_db
DAY = date(2024, 2, 28)
HOUR = timedelta(hours=1)


def _lead() -> StoryRow:
    row = review_of(Period.of_day(DAY), 1).lead
    assert row is not None
    return row


def test_outlets_count_before_articles() -> None:
    crowd = make_story(*(make_article(f"a{n}", outlet="Seul") for n in range(5)))
    pair = make_story(make_article("b1", outlet="Un"), make_article("b2", outlet="Deux"))
    review = review_of(Period.of_day(DAY), 7)
    assert review.lead is not None
    assert review.lead.story == pair
    assert [row.story for row in review.briefs] == [crowd]


def test_coverage_is_that_of_the_last_three_days() -> None:
    old = [make_article("vieux", NOON - timedelta(days=5), outlet=name) for name in ("Un", "Deux", "Trois")]
    make_story(*old, make_article("neuf", NOON, outlet="Quatre"))
    row = _lead()
    assert (row.outlets, row.articles, row.total) == (1, 1, 4)
    assert row.since == date(2024, 2, 23)


def test_a_later_article_is_not_shown_on_an_earlier_day() -> None:
    make_story(make_article("avant", NOON), make_article("après", NOON + timedelta(days=1), outlet="Autre"))
    assert _lead().articles == 1


def test_an_article_dated_to_the_month_belongs_to_no_day() -> None:
    make_article("du mois", datetime(2024, 1, 31, 23, tzinfo=UTC), published_precision="month")
    assert latest_day() is None
    assert counts_by_day(date(2024, 1, 1), date(2024, 12, 31)) == {}


def test_the_words_shown_are_those_of_the_day() -> None:
    first = make_article("Premier titre", NOON - timedelta(days=1))
    make_story(first, make_article("Titre du jour", NOON, outlet="Autre", word_count=300))
    assert _lead().headline == "Titre du jour"


def test_the_editors_headline_wins_and_says_so() -> None:
    make_story(make_article("Titre du journal"), title="Titre de la rédaction", title_by_editor=True)
    row = _lead()
    assert (row.headline, row.is_by_editor, row.language) == ("Titre de la rédaction", True, "")


def test_each_other_outlet_is_named_once_by_its_latest_article() -> None:
    early, late = (make_article(t, NOON + n * HOUR, outlet="Autre") for n, t in enumerate(("tôt", "tard")))
    make_story(make_article("à nous", NOON - HOUR), early, late)
    assert _lead().also == (late,)


def test_the_first_is_named_with_its_outlet() -> None:
    first = make_article("premier", NOON - HOUR, outlet="Rapide")
    make_story(first, make_article("second"))
    assert _lead().first == first
    assert _lead().is_first_today


def test_a_single_outlet_is_first_of_nothing() -> None:
    make_story(make_article("a", NOON - HOUR), make_article("b"))
    assert _lead().first is None


def test_changed_headlines_are_counted_from_the_feed_and_from_the_page() -> None:
    by_feed = announced(make_article("Titre montré"), "Titre annoncé")
    by_page = make_article("Titre final", outlet="Autre")
    for number, title in enumerate(("Titre initial", "Titre final"), 1):
        ArticleVersion.objects.create(
            article=by_page, number=number, title=title, seen_at=NOON, fingerprint=str(number)
        )
    make_story(by_feed, by_page)
    assert _lead().retitled == 2


def test_a_headline_that_a_person_corrected_is_no_change_of_the_outlets() -> None:
    make_story(announced(make_article("Titre corrigé", corrected={"title": "Titre fautif"}), "Titre fautif"))
    assert _lead().retitled == 0


def test_a_week_counts_its_seven_days() -> None:
    monday = NOON - timedelta(days=2)
    make_story(make_article("lundi", monday), make_article("dimanche", monday + timedelta(days=6), outlet="Autre"))
    review = review_of(Period.of_week(Week(2024, 9)), 2)
    assert review.lead is not None
    assert (review.lead.outlets, review.lead.spark.hours_a_bar) == (2, 7)


def test_the_river_is_newest_first() -> None:
    titles = [make_article(f"t{n}", NOON + n * HOUR).title for n in range(3)]
    assert [article.title for article in review_of(Period.of_day(DAY), 3).river] == titles[::-1]


def test_an_excerpt_ends_with_a_sentence_within_its_limit() -> None:
    sentence = "Une phrase de taille moyenne, qui compte à peu près soixante-dix signes. "
    words = excerpt_of(make_article(standfirst=""), sentence * 20)
    assert len(words) <= EXCERPT
    assert words.endswith("signes.")


def test_steps_lead_to_days_that_have_articles() -> None:
    make_article(at=NOON - timedelta(days=4))
    make_article(at=NOON + timedelta(days=3))
    assert neighbours(Period.of_day(DAY)) == (date(2024, 2, 24), date(2024, 3, 2))


def test_the_strip_holds_two_iso_weeks() -> None:
    weeks = almanac.strip(DAY, {DAY: 3})
    assert [half.week.number for half in weeks] == [8, 9]
    assert [bar.day for bar in weeks[1].days if bar.is_current] == [DAY]


def test_a_month_is_laid_out_by_iso_weeks() -> None:
    month = almanac.month_of(DAY, {DAY: 2, date(2024, 3, 1): 9})
    assert (month.count, [row.week.number for row in month.weeks]) == (2, [5, 6, 7, 8, 9])
    assert month.weeks[0].days[:3] == (None, None, None)


def test_firsts_of_the_week_say_where_they_are_undetermined() -> None:
    make_story(make_article("a", NOON - HOUR, outlet="Rapide"), make_article("b"))
    make_story(make_article("c", outlet="Rapide"), make_article("d"))
    firsts = aside.firsts_of_week(Week(2024, 9), date(2024, 3, 3))
    assert [(outlet.name, count) for outlet, count in firsts.outlets] == [("Rapide", 1)]
    assert (firsts.undetermined, firsts.stories) == (1, 2)


def test_sources_that_fail_are_named_and_paused_ones_do_not_count() -> None:
    make_feed(last_success_at=NOON)
    make_feed(make_outlet("Muet"), failures=2, failing_since=NOON)
    make_feed(paused_at=NOON, failures=9)
    sources = aside.sources_now()
    assert (sources.feeds, sources.answering) == (2, 1)
    assert [feed.outlet.name for feed in sources.failing] == ["Muet"]


def _quote(article: Article, text: str, speaker: Entity, **fields: Any) -> Quote:
    known = {"type": "direct", "start": 0, "end": len(text), "text": text, "speaker": speaker, "confidence": 1}
    return Quote.objects.create(**{"article": article, **known, **fields})


def test_what_was_said_that_day_comes_from_the_great_stories_first() -> None:
    ada = Entity.objects.create(name="Ada Roche", slug="ada-roche", kind="person")
    small, great = make_article("petite"), make_article("grande", outlet="Un")
    make_story(great, make_article("grande aussi", outlet="Deux"))
    make_story(small)
    words = "Nous avons relu le contrat trois fois avant de le signer."
    of_small, of_great = _quote(small, words, ada), _quote(great, words, ada)
    _quote(great, words, ada, start=90, confidence=0.2)
    _quote(great, "Trop court.", ada, start=200)
    _quote(great, words, ada, start=300, type="indirect")
    assert aside.said_in(review_of(Period.of_day(DAY), 3)) == (of_great, of_small)


def test_people_of_the_day_are_named_in_several_articles() -> None:
    ada = Entity.objects.create(name="Ada Roche", slug="ada-roche", kind="person")
    once = Entity.objects.create(name="Luc Morel", slug="luc-morel", kind="person")
    for title in ("a", "b"):
        Mention.objects.create(article=make_article(title), entity=ada, places=[[0, 3]])
    Mention.objects.create(article=make_article("c"), entity=once, places=[[0, 3]])
    assert aside.people_in(Period.of_day(DAY)) == (aside.Named(ada, 2),)


def test_the_share_repeated_weighs_articles_by_their_words() -> None:
    copy = make_article("reprise", outlet="Deux", original_share=0.2, word_count=300)
    make_story(make_article("original", NOON - HOUR, original_share=1.0, word_count=100), copy)
    assert _lead().repeated == pytest.approx(0.6)
    page = coverage.page_of(Story.objects.get())
    assert [line.is_repeat for line in page.days[0].lines] == [False, True]
    assert [dot.kind for lane in page.charts[0].lanes for dot in lane.dots] == ["first", "repeat"]


def test_articles_that_were_not_compared_repeat_nothing() -> None:
    make_story(make_article("a", word_count=100))
    assert _lead().repeated == 0


def test_a_storys_page_groups_by_day_and_sets_undated_articles_apart() -> None:
    dated = [make_article("un", NOON), make_article("deux", NOON + timedelta(days=1), outlet="Autre")]
    undated = make_article("sans date", None, outlet="Autre")
    page = coverage.page_of(Story.objects.get(pk=make_story(*dated, undated).pk))
    assert [group.day for group in page.days] == [DAY, date(2024, 2, 29)]
    assert [line.article for line in page.undated.lines] == [undated]
    assert page.first == dated[0]
    assert [lane.name for lane in page.charts[0].lanes] == ["Le Signal numérique", "Autre"]


def test_a_long_story_folds_its_long_days() -> None:
    story = make_story(*(make_article(f"t{n}", NOON + n * timedelta(minutes=1)) for n in range(30)))
    group = coverage.page_of(story).days[0]
    assert (len(group.lines), len(group.folded)) == (coverage.SHOWN_A_DAY, 30 - coverage.SHOWN_A_DAY)


def test_a_story_of_very_many_outlets_says_how_many_are_not_drawn() -> None:
    story = make_story(*(make_article(f"t{n}", NOON + n * HOUR, outlet=f"Titre {n}") for n in range(43)))
    page = coverage.page_of(story)
    assert (len(page.charts[0].lanes), page.undrawn, page.unlisted) == (40, 3, 0)


def test_a_story_without_any_date_has_no_drawing() -> None:
    page = coverage.page_of(make_story(make_article("a", None), make_article("b", None, outlet="Autre")))
    assert (page.charts, page.first_day, page.undated.count) == ((), None, 2)
