"""What the demonstration press's stories say of themselves: episodes, a sentence, related stories, their weight."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from articles import related
from articles.models import Article, Story
from articles.pipeline.arrange import arrange
from articles.text.summary import LONGEST
from pressreview.demo.library import load_articles, load_outlets
from tests.factories import make_article, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def press() -> dict[str, Story]:
    """Its stories as their authors meant them, by their names there."""
    names = {outlet.slug: outlet.name for outlet in load_outlets()}
    told: dict[str, list[Article]] = defaultdict(list)
    for one in sorted(load_articles(), key=lambda one: one.published):
        told[one.story].append(
            make_article(
                one.title,
                one.published,
                names[one.outlet],
                standfirst=one.standfirst,
                text=one.body,
                language=one.language,
            )
        )
    stories = {name: make_story(*articles) for name, articles in told.items() if name}
    for story in stories.values():
        arrange(story)
    return stories


def holding(press: dict[str, Story], words: str) -> Story:
    """The story of the article whose headline holds these words."""
    return next(story for story in press.values() if story.articles.filter(title__contains=words).exists())


def test_the_mistral_story_is_an_announcement_then_brussels_then_promises(press: dict[str, Story]) -> None:
    episodes = list(holding(press, "s’allie à Microsoft et dévoile").episodes.current())
    assert [one.first_day for one in episodes] == [date(2024, 2, 26), date(2024, 2, 27), date(2024, 3, 4)]
    assert "dévoile" in episodes[0].label
    assert "Bruxelles" in episodes[1].label
    assert "encore des modèles ouverts" in episodes[2].label


def test_the_sale_of_atos_is_waited_for_then_fails_then_creditors_meet(press: dict[str, Story]) -> None:
    episodes = list(holding(press, "fin des négociations avec EPEI").episodes.current())
    assert [one.first_day for one in episodes] == [date(2024, 2, 12), date(2024, 2, 28), date(2024, 3, 5)]


def test_stories_of_a_few_days_are_told_in_one(press: dict[str, Story]) -> None:
    for story in press.values():
        days = [day for day in story.articles.values_list("day", flat=True) if day]
        if (max(days) - min(days)).days < 3:
            assert not story.episodes.exists(), story.title


def test_most_shared_stories_have_a_sentence_that_can_stand_alone(press: dict[str, Story]) -> None:
    shared = [story for story in press.values() if story.outlet_count > 2]
    assert sum(bool(story.summary) for story in shared) >= 0.8 * len(shared)
    for story in press.values():
        if (article := story.summary_article) is None:
            continue
        source = article.standfirst if story.summary_in_standfirst else article.text
        assert source[story.summary_start : story.summary_end] == story.summary
        assert len(story.summary) <= LONGEST
        assert "«" not in story.summary


def test_stories_of_one_company_in_one_month_are_related_and_others_are_not(press: dict[str, Story]) -> None:
    fine, gang = holding(press, "inflige à Apple"), holding(press, "LockBit dit avoir repris")
    found = related.of_story(fine)
    assert any("Apple" in one.shared for one in found)
    assert gang not in [one.story for one in found]
    for one in found:
        assert one.shared


def test_the_story_told_by_most_weighs_most(press: dict[str, Story]) -> None:
    weighed = sorted(press.values(), key=lambda story: -story.importance)
    assert weighed[0] == holding(press, "s’allie à Microsoft et dévoile")
