"""Episodes, summary and ties: found by themselves, and kept as a person wants them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from articles import arranging, coverage, curating
from articles.models import Article, Episode, MentionedDate, Story, StoryEvent, StoryName
from articles.pipeline import group, regroup
from articles.pipeline.arrange import arrange, arrange_next
from articles.text.summary import LONGEST
from tests.articles.test_group_step import article
from tests.articles.test_story_tools import signed_in
from tests.factories import make_story

pytestmark = pytest.mark.django_db
DEAL = (
    "Le fondeur Silex vend une part de son capital à Orvane pour quinze milliards. L’accord entre Silex et Orvane {n}."
)
PROBE = "À Bruxelles, le régulateur Vestal ouvre une enquête de concurrence sur Silex. La plainte de Vestal vise {n}."
PLEDGE = "Le patron Arnoux promet que Silex gardera ses emplois et publiera ses plans. Arnoux répond aux élus, dit {n}."
FIRST = date(2024, 2, 26)


@pytest.fixture(autouse=True)
def _fresh_engine() -> Iterator[None]:
    group._engine = None
    yield
    group._engine = None


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("salomé")


def tell(text: str, day: int, n: int, **fields: object) -> Article:
    title = f"{text.split('.')[0]}, acte {n}"
    return article(title, text.format(n=f"le point {n}"), f"Titre {n}", hours=24 * day + n / 10, **fields)


@pytest.fixture
def long() -> Story:
    """A deal, then an inquiry, then promises: three episodes."""
    told = [tell(DEAL, 0, n) for n in range(4)]
    told += [tell(PROBE, 1 + n // 7, n) for n in range(4, 8)]
    told += [tell(PLEDGE, 8, n) for n in range(8, 12)]
    story = make_story(*told)
    arrange(story)
    return story


def spans(story: Story) -> list[tuple[int, int]]:
    rows = story.episodes.current()
    return [((row.first_day - FIRST).days, (row.last_day - FIRST).days) for row in rows]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


# --- episodes ------------------------------------------------------------------------------------------------------


def test_a_long_story_has_episodes_with_a_lead_and_new_names(long: Story) -> None:
    assert spans(long) == [(0, 0), (1, 2), (8, 8)]
    second = long.episodes.current()[1]
    assert second.lead is not None
    assert second.label == second.lead.title
    assert second.terms == ["Vestal"]


def test_a_short_story_has_none() -> None:
    story = make_story(tell(DEAL, 0, 1), tell(PROBE, 1, 2))
    arrange(story)
    assert not story.episodes.exists()
    assert coverage.page_of(story).episodes == ()


def test_episodes_keep_their_anchors_when_articles_come(long: Story) -> None:
    before = list(long.episodes.current().values_list("pk", flat=True))
    for n in range(20, 24):
        late = tell(DEAL, 0, n)
        Article.objects.filter(pk=late.pk).update(story=long)
    arrange(long)
    assert list(long.episodes.current().values_list("pk", flat=True)) == before


def test_an_episode_that_goes_leaves_its_anchor_to_the_one_that_holds_its_days(long: Story) -> None:
    gone = long.episodes.current()[1]
    Article.objects.filter(story=long, day__in=[day(1), day(2)]).update(story=None)
    arrange(long)
    page = coverage.page_of(long)
    assert [one.number for one in page.episodes] == [1, 2]
    assert page.episodes[0].anchors == (gone.anchor,)


def test_the_page_shows_episodes_as_headings_brackets_and_in_json(long: Story) -> None:
    page = Client().get(long.get_absolute_url()).content.decode()
    for number, row in enumerate(long.episodes.current(), 1):
        assert f'id="{row.anchor}"' in page
        assert f">{number}. " in page
    told = Client().get(long.get_absolute_url(), {"format": "json"}).json()
    assert [one["first_day"] for one in told["episodes"]] == ["2024-02-26", "2024-02-27", "2024-03-05"]
    assert sorted(pk for one in told["episodes"] for pk in one["articles"]) == sorted(
        long.articles.values_list("pk", flat=True)
    )


def test_an_article_without_a_day_goes_by_the_days_it_names(long: Story) -> None:
    vague = tell(PROBE, 1, 30, published_precision="month")
    Article.objects.filter(pk=vague.pk).update(story=long)
    for start, value in ((0, "2024-02-27"), (5, "2024-02-28"), (9, "2023-01-01")):
        MentionedDate.objects.create(article=vague, start=start, end=start + 3, raw="x", value=value, precision="day")
    lines = coverage.page_of(long).undated.lines
    assert [line.speaks_of for line in lines] == [2]
    MentionedDate.objects.create(article=vague, start=20, end=23, raw="x", value="2024-03-05", precision="day")
    MentionedDate.objects.create(article=vague, start=30, end=33, raw="x", value="2024-02-26", precision="day")
    assert [line.speaks_of for line in coverage.page_of(long).undated.lines] == [0]


def test_a_label_given_by_a_person_stays_with_its_days(long: Story, editor: User) -> None:
    second = long.episodes.current()[1]
    arranging.rename_episode(second, " Bruxelles s’en saisit ", editor)
    for n in range(30, 40):
        late = tell(PLEDGE, 2, n)
        Article.objects.filter(pk=late.pk).update(story=long)
    long.refresh_from_db()
    arrange(long)
    second.refresh_from_db()
    assert (second.label, second.merged_into) == ("Bruxelles s’en saisit", None)
    assert spans(long) == [(0, 0), (1, 2), (8, 8)]


def test_a_border_moves_and_comes_back(long: Story, editor: User) -> None:
    second = long.episodes.current()[1]
    event = arranging.move_border(second, day(2), editor)
    assert spans(long) == [(0, 1), (2, 2), (8, 8)]
    curating.undo(event, editor)
    assert spans(long) == [(0, 0), (1, 2), (8, 8)]


def test_merged_episodes_stay_one_when_everything_is_grouped_and_arranged_again(long: Story, editor: User) -> None:
    arranging.merge_episode(long.episodes.current()[1], editor)
    assert spans(long) == [(0, 2), (8, 8)]
    Article.objects.update(placed_by_editor=True)
    regroup.apply(regroup.plan())
    long.refresh_from_db()
    arrange(long)
    assert spans(long) == [(0, 2), (8, 8)]


def test_a_person_begins_an_episode_in_a_short_story(editor: User) -> None:
    story = make_story(tell(DEAL, 0, 1), tell(PROBE, 1, 2))
    event = arranging.begin_episode(story, day(1), editor)
    assert spans(story) == [(0, 0), (1, 1)]
    curating.undo(event, editor)
    assert not story.episodes.exists()


def test_what_comes_after_an_arranged_story_is_cut_by_itself(long: Story, editor: User) -> None:
    arranging.merge_episode(long.episodes.current()[1], editor)
    for n in range(40, 44):
        late = tell(DEAL, 25, n)
        Article.objects.filter(pk=late.pk).update(story=long)
    long.refresh_from_db()
    arrange(long)
    assert spans(long) == [(0, 2), (8, 8), (25, 25)]


@pytest.mark.parametrize("number", [0, 5, 8, 30])
def test_no_border_where_it_cannot_be(long: Story, editor: User, number: int) -> None:
    with pytest.raises(curating.Refused):
        arranging.move_border(long.episodes.current()[1], day(number), editor)


def test_every_act_on_episodes_is_a_line_of_the_journal_that_can_be_undone(long: Story) -> None:
    client = signed_in("éditeur")
    second = long.episodes.current()[1]
    for data in (
        {"act": "episode-rename", "label": "Bruxelles"},
        {"act": "episode-move", "day": "2024-02-28"},
        {"act": "episode-merge"},
        {"act": "episode-begin", "day": "2024-02-28"},
    ):
        client.post(f"/histoires/{long.pk}/gerer/", {**data, "episode": second.pk})
    events = list(StoryEvent.objects.filter(story=long, kind="episodes"))
    assert len(events) == 4
    for event in events:
        client.post(f"/histoires/{long.pk}/journal/{event.pk}/defaire/")
    assert spans(long) == [(0, 0), (1, 2), (8, 8)]
    second.refresh_from_db()
    assert not second.label_by_editor
    assert b"Bruxelles" in client.get(long.get_absolute_url()).content


# --- the step ------------------------------------------------------------------------------------------------------


def test_the_step_arranges_what_changed_and_rests() -> None:
    story = make_story(tell(DEAL, 0, 1))
    assert arrange_next() == story
    assert arrange_next() is None
    story.refresh_from_db()
    story.refresh()
    assert arrange_next() == story


def test_names_of_a_story_are_kept_for_those_around(long: Story) -> None:
    assert "Silex" in StoryName.objects.filter(story=long).values_list("shown", flat=True)
    assert not StoryName.objects.filter(shown__startswith="Titre").exists()


def test_a_story_weighs_by_its_own_texts(long: Story) -> None:
    Article.objects.filter(story=long).update(original_share=0.2)
    one = Article.objects.filter(story=long)[0]
    Article.objects.filter(pk=one.pk).update(original_share=1.0)
    before = long.importance
    arrange(long)
    assert long.own_outlet_count == 1
    assert long.importance < before
    assert "12" in Client().get(long.get_absolute_url()).content.decode()


# --- summary -------------------------------------------------------------------------------------------------------


def test_the_summary_is_a_sentence_of_an_article_at_its_place(long: Story) -> None:
    told = long.summary_article
    assert told is not None
    assert told.text[long.summary_start : long.summary_end] == long.summary
    assert 0 < len(long.summary) <= LONGEST


def test_a_chosen_sentence_stays_and_can_be_undone(long: Story, editor: User) -> None:
    automatic = long.summary
    other = next(one for one in arranging.sentences(long) if one.text != automatic)
    event = arranging.choose_summary(long, other, editor)
    long.refresh_from_db()
    arrange(long)
    assert long.summary == other.text
    curating.undo(event, editor)
    long.refresh_from_db()
    arrange(long)
    assert (long.summary, long.summary_by_editor) == (automatic, False)


def test_a_chosen_sentence_goes_with_its_article(long: Story, editor: User) -> None:
    arranging.choose_summary(long, arranging.sentences(long)[-1], editor)
    long.refresh_from_db()
    Article.objects.filter(pk=long.summary_article_id or 0).update(story=None)
    arrange(long)
    assert not long.summary_by_editor
    assert long.summary_article is None or long.summary_article.story_id == long.pk


def test_own_words_stay_whatever_comes(long: Story, editor: User) -> None:
    arranging.write_summary(long, "Silex se vend,  et Bruxelles regarde.", editor)
    Article.objects.filter(story=long)[0].delete()
    long.refresh_from_db()
    arrange(long)
    assert long.summary == "Silex se vend, et Bruxelles regarde."
    page = Client().get(long.get_absolute_url()).content.decode()
    assert "« Silex se vend" not in page
    assert "Silex se vend, et Bruxelles regarde." in page


def test_an_outlet_that_allows_less_is_quoted_less_at_once(long: Story, editor: User) -> None:
    assert long.summary_article is not None
    outlet = long.summary_article.outlet
    assert outlet is not None
    outlet.excerpt_limit = 20
    outlet.save()
    page = coverage.page_of(Story.objects.get(pk=long.pk))
    assert page.summary is None or page.summary.text != long.summary
    arrange(long)
    assert long.summary_article_id is None or long.summary_article.outlet != outlet


def test_a_sentence_whose_article_was_deleted_is_not_shown_as_the_editors_own(long: Story, editor: User) -> None:
    arranging.choose_summary(long, arranging.sentences(long)[0], editor)
    long.refresh_from_db()
    assert long.summary_article is not None
    long.summary_article.delete()
    long.refresh_from_db()
    assert long.sentence == ""
    assert "in the editors" not in Client().get(long.get_absolute_url()).content.decode()


@pytest.mark.parametrize("words", ["", "  ", "x" * (LONGEST + 1)])
def test_no_empty_nor_endless_summary(long: Story, editor: User, words: str) -> None:
    with pytest.raises(curating.Refused):
        arranging.write_summary(long, words, editor)


def test_an_editor_chooses_the_summary_on_a_page(long: Story) -> None:
    client = signed_in("éditeur")
    page = client.get(f"/histoires/{long.pk}/resume/")
    mark, sentence, _article = page.context["lines"][-1]
    client.post(f"/histoires/{long.pk}/gerer/", {"act": "summary", "sentence": mark, "words": ""})
    long.refresh_from_db()
    assert (long.summary, long.summary_by_editor) == (sentence.text, True)
    assert Client().get(f"/histoires/{long.pk}/resume/").status_code == 302


# --- kept through merges -------------------------------------------------------------------------------------------


def test_the_anchor_of_an_episode_lives_on_in_the_story_that_took_it_in(long: Story, editor: User) -> None:
    other = make_story(*[tell(PLEDGE, 9, n) for n in range(50, 52)])
    row = Episode.objects.create(story=other, first_day=day(9), last_day=day(9), label="Suite")
    curating.merge(other, long, editor)
    assert row.anchor in coverage.page_of(long).episodes[-1].anchors
