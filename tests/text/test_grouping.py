"""Which story an article joins: decisions, constraints, time, templates, merging and splitting, and the command."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.text.grouping import Grouper, GroupingArticle, Merge, Split, command, embedding, vectors
from articles.text.grouping.meaning import store, vector
from articles.text.grouping.templates import Templates, skeleton
from articles.text.grouping.terms import LEXICONS, read, views

START = datetime(2024, 3, 4, 8, 0, tzinfo=UTC)


def _article(name: int | str, title: str, *, hours: float = 0, language: str = "fr", text: str = "") -> GroupingArticle:
    return GroupingArticle(name, START + timedelta(hours=hours), language, title, text)


FIRE = _article(1, "Un incendie ravage le centre de données de Strasbourg")
FIRE_AGAIN = _article(2, "Strasbourg : le centre de données détruit par un incendie", hours=3)
GAME = _article(3, "La suite du jeu Calanques reportée à l’automne par son éditeur", hours=4)
UNDATED = GroupingArticle(4, None, "fr", "L’incendie du centre de données de Strasbourg en cinq questions")
MONTH_ONLY = GroupingArticle(
    5, datetime(2024, 3, 1, tzinfo=UTC), "fr", "Après l’incendie du centre de données à Strasbourg", precision="month"
)


def _filled(*articles: GroupingArticle) -> Grouper:
    grouper = Grouper()
    for article in articles:
        grouper.place(article)
    return grouper


class TestDeciding:
    def test_the_first_article_opens_a_story(self) -> None:
        placement = Grouper().decide(FIRE)
        assert placement.is_new
        assert placement.terms == ()
        assert placement.nearest == ()

    def test_an_article_joins_the_story_it_shares_its_words_with(self) -> None:
        grouper = _filled(FIRE, GAME)
        placement = grouper.decide(FIRE_AGAIN)
        assert not placement.is_new
        assert placement.story == grouper.story_of(1)

    def test_a_placement_says_why(self) -> None:
        placement = _filled(FIRE).decide(FIRE_AGAIN)
        assert {"Strasbourg", "incendie"} <= set(placement.terms)
        assert len(placement.terms) <= 8
        assert placement.nearest[0][0] == 1
        assert 0 < placement.score <= 1

    def test_an_article_about_something_else_opens_its_own_story(self) -> None:
        assert _filled(FIRE, FIRE_AGAIN).decide(GAME).is_new

    def test_deciding_adds_nothing(self) -> None:
        grouper = _filled(FIRE)
        grouper.decide(FIRE_AGAIN)
        assert len(grouper) == 1

    def test_a_forbidden_story_is_left_aside(self) -> None:
        grouper = _filled(FIRE)
        assert grouper.decide(FIRE_AGAIN, forbidden={grouper.story_of(1)}).is_new

    def test_the_caller_names_the_stories(self) -> None:
        grouper = Grouper(next_story=lambda: "proposed")
        grouper.add(FIRE, 4711)
        assert grouper.decide(FIRE_AGAIN).story == 4711
        assert grouper.decide(GAME).story == "proposed"

    def test_a_story_can_be_forced(self) -> None:
        grouper = _filled(FIRE)
        placement = grouper.place(GAME, story=grouper.story_of(1))
        assert not placement.is_new
        assert grouper.story_of(3) == grouper.story_of(1)

    def test_a_title_without_words_of_its_own_opens_a_story(self) -> None:
        assert _filled(FIRE).decide(_article(9, "… et de la")).is_new


class TestTime:
    def test_the_same_words_weeks_later_are_another_story(self) -> None:
        assert _filled(FIRE).decide(_article(9, FIRE_AGAIN.title, hours=24 * 30)).is_new

    def test_an_article_that_comes_late_joins_the_story_of_its_day(self) -> None:
        grouper = _filled(_article(8, "Le port de Brest passe au numérique", hours=24 * 40))
        grouper.place(FIRE)
        assert grouper.decide(FIRE_AGAIN).story == grouper.story_of(1)

    def test_an_undated_article_is_near_to_everything(self) -> None:
        grouper = _filled(FIRE, FIRE_AGAIN)
        assert grouper.decide(UNDATED).story == grouper.story_of(1)

    def test_an_undated_article_can_open_the_story(self) -> None:
        grouper = _filled(UNDATED)
        assert grouper.decide(FIRE).story == grouper.story_of(4)

    def test_a_month_alone_matches_any_day_of_the_month(self) -> None:
        late = _article(6, FIRE.title, hours=24 * 20)
        grouper = _filled(late)
        assert grouper.decide(MONTH_ONLY).story == grouper.story_of(6)

    def test_a_month_alone_does_not_match_another_season(self) -> None:
        early = GroupingArticle(7, datetime(2023, 11, 2, tzinfo=UTC), "fr", FIRE.title)
        assert _filled(early).decide(MONTH_ONLY).is_new

    def test_articles_before_the_window_are_forgotten(self) -> None:
        grouper = _filled(FIRE, FIRE_AGAIN, _article(8, GAME.title, hours=500))
        grouper.forget(START + timedelta(days=10))
        assert len(grouper) == 1
        assert grouper.decide(FIRE_AGAIN).is_new
        with pytest.raises(KeyError):
            grouper.story_of(1)


class TestTexts:
    BODY = (
        "La jeune pousse lyonnaise Verrière a levé cent vingt millions d’euros auprès du fonds Ardoise. "
        "Verrière conçoit des lunettes qui sous-titrent les conversations. « Nous recruterons à Lyon », dit "
        "Solène Kermorvan, qui dirige Verrière. Le fonds Ardoise entre au conseil."
    )

    def test_a_text_tells_what_its_title_hides(self) -> None:
        first = _article(1, "Verrière lève cent vingt millions d’euros", text=self.BODY)
        second = _article(
            2, "Des mots devant les yeux", text=self.BODY.replace("La jeune pousse", "La firme"), hours=30
        )
        grouper = _filled(first, _article(3, GAME.title, text="L’éditeur repousse Calanques, son jeu marin."))
        assert grouper.decide(second).story == grouper.story_of(1)

    def test_two_languages_meet_through_their_names(self) -> None:
        french = _article(1, "Verrière lève cent vingt millions d’euros", text=self.BODY)
        english = _article(
            2,
            "Verrière raises money for glasses that caption speech",
            language="en",
            text="Verrière, based in Lyon, took the money from Ardoise. Solène Kermorvan runs Verrière. Ardoise joins.",
            hours=5,
        )
        grouper = _filled(french, GAME)
        assert grouper.decide(english).story == grouper.story_of(1)

    def test_a_firm_in_the_news_every_week_does_not_glue_two_stories(self) -> None:
        car = _article(
            1,
            "Apple ferme son atelier automobile",
            text="Apple renonce à la voiture. Les ingénieurs d’Apple rejoindront d’autres ateliers, à Cupertino.",
        )
        music = _article(
            2,
            "Apple devra payer une amende pour la musique",
            text="Apple est puni pour ses clauses envers les diffuseurs de chansons. Apple fera appel au Luxembourg.",
            hours=20,
        )
        assert _filled(car).decide(music).is_new

    def test_a_text_may_stand_without_a_title(self) -> None:
        grouper = _filled(_article(1, "Verrière lève cent vingt millions d’euros", text=self.BODY))
        assert grouper.decide(_article(2, "", text=self.BODY, hours=2)).story == grouper.story_of(1)


def _towards(*parts: tuple[int, float]) -> bytes:
    """A vector that stands out from the mean title along the given components."""
    mean = np.loadtxt(LEXICONS / "grouping_mean_title.txt", dtype=np.float32).ravel()
    for component, size in parts:
        mean[component] += size
    return store(mean)


def _meant(article: GroupingArticle, *parts: tuple[int, float]) -> GroupingArticle:
    return replace(article, vector=_towards(*parts))


class TestMeaning:
    OUTAGE = _article(1, "Les serveurs strasbourgeois partis en fumée cette nuit")
    RUINS = _article(2, "À Strasbourg, des machines détruites par le feu, une ville privée de réseau", hours=2)

    def test_two_wordings_of_one_event_meet_through_their_vectors(self) -> None:
        assert _filled(self.OUTAGE, GAME).decide(self.RUINS).is_new
        grouper = _filled(_meant(self.OUTAGE, (0, 1.0)), _meant(GAME, (1, 1.0)))
        assert grouper.decide(_meant(self.RUINS, (0, 1.0))).story == grouper.story_of(1)

    def test_vectors_that_point_elsewhere_keep_like_words_apart(self) -> None:
        other = _article(2, "Strasbourg : un incendie fait deux blessés dans une école du quartier", hours=1)
        assert not _filled(FIRE).decide(other).is_new
        assert _filled(_meant(FIRE, (0, 1.0))).decide(_meant(other, (1, 1.0))).is_new

    def test_without_a_vector_on_both_sides_the_words_decide(self) -> None:
        grouper = _filled(_meant(FIRE, (0, 1.0)), GAME)
        assert grouper.decide(FIRE_AGAIN) == _filled(FIRE, GAME).decide(FIRE_AGAIN)

    def test_one_firm_in_the_news_twice_is_two_stories_where_texts_are_short(self) -> None:
        deal = _article(
            1, "Verrière lève cent millions", text="Verrière, à Lyon, reçoit cent millions du fonds Ardoise."
        )
        trial = _article(
            2, "Verrière devant le tribunal", text="Verrière, à Lyon, est assignée par un ancien salarié.", hours=9
        )
        assert _filled(_meant(deal, (0, 1.0))).decide(_meant(trial, (1, 1.0))).is_new

    def test_merged_stories_keep_their_direction(self) -> None:
        grouper = Grouper()
        grouper.add(_meant(self.OUTAGE, (0, 1.0)), "one")
        grouper.add(_meant(GAME, (1, 1.0)), "two")
        grouper.merge("one", "two")
        grouper.remove(GAME.id)
        assert grouper.decide(_meant(self.RUINS, (0, 1.0))).story == "two"

    def test_a_rebuilt_engine_answers_the_same(self) -> None:
        articles = [_meant(FIRE, (0, 1.0)), _meant(GAME, (1, 1.0)), FIRE_AGAIN]
        grouper = _filled(*articles)
        rebuilt = Grouper()
        for article in articles:
            rebuilt.add(article, grouper.story_of(article.id))
        asked = _meant(self.RUINS, (0, 1.0))
        assert rebuilt.decide(asked) == grouper.decide(asked)

    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 9)), max_size=20))
    @settings(max_examples=40, deadline=None)
    def test_taking_all_vectors_out_again_leaves_nothing(self, steps: list[tuple[int, int, int]]) -> None:
        grouper = Grouper()
        for name, story, component in steps:
            grouper.add(_meant(_article(name, "Incendie"), (component, 1.0)), story)
        for name in {name for name, _, _ in steps}:
            grouper.remove(name)
        meanings = grouper._meanings
        assert not meanings._rows
        assert not meanings._held
        assert not meanings._totals
        assert not meanings._sums.any()

    def test_a_vector_of_another_size_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="384"):
            Grouper().decide(replace(FIRE, vector=b"short"))


class TestVectors:
    def test_without_the_model_there_are_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(embedding, "E5", None)
        assert not embedding.available()
        assert vectors([FIRE, GAME]) == [b"", b""]

    def test_what_reads_the_same_is_read_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read: list[str] = []

        class Model:
            def query(self, texts: list[str]) -> list[list[float]]:
                read.extend(texts)
                return [[float(len(text)), 1.0] for text in texts]

        monkeypatch.setattr(embedding, "E5", Model)
        monkeypatch.setattr(embedding, "_model", lambda place=0: Model())
        empty = GroupingArticle(9, None, "fr", " ")
        found = vectors([FIRE, replace(FIRE, id=8), empty, _article(3, "Titre", text="Une phrase.  Une autre.")])
        assert read == [FIRE.title, "Titre. Une phrase. Une autre."]
        assert found[0] == found[1] != found[3]
        assert found[2] == b""

    @pytest.mark.skipif(not embedding.available(), reason="the model of the vectors is not installed")
    def test_the_model_brings_two_languages_together(self) -> None:
        titles = ["Un incendie détruit le centre de données", "Fire destroys data centre", "Le jeu sortira en mars"]
        french, english, other = map(vector, vectors([GroupingArticle(0, None, "", title) for title in titles]))
        assert french is not None
        assert english is not None
        assert other is not None
        assert french @ english > french @ other


class TestKeeping:
    def test_an_article_added_twice_is_moved(self) -> None:
        grouper = Grouper()
        grouper.add(FIRE, "a")
        grouper.add(FIRE, "b")
        assert len(grouper) == 1
        assert grouper.story_of(1) == "b"

    def test_a_story_goes_with_its_last_article(self) -> None:
        grouper = _filled(FIRE)
        grouper.remove(1)
        assert grouper.decide(FIRE_AGAIN).is_new

    def test_removing_what_is_not_there_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            Grouper().remove(1)

    def test_merged_stories_answer_as_one(self) -> None:
        grouper = Grouper()
        grouper.add(FIRE, "fire")
        grouper.add(GAME, "game")
        grouper.merge("game", "fire")
        assert grouper.story_of(3) == "fire"
        assert grouper.decide(_article(9, GAME.title, hours=5)).story == "fire"

    def test_merging_a_story_that_is_gone_moves_nothing(self) -> None:
        grouper = _filled(FIRE)
        grouper.merge("gone", grouper.story_of(1))
        assert len(grouper) == 1

    def test_replaying_the_articles_rebuilds_the_same_answers(self) -> None:
        articles = [FIRE, FIRE_AGAIN, GAME, UNDATED]
        grouper = _filled(*articles)
        rebuilt = Grouper()
        for article in articles:
            rebuilt.add(article, grouper.story_of(article.id))
        assert rebuilt.decide(MONTH_ONLY) == grouper.decide(MONTH_ONLY)

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.text(max_size=40)), max_size=12))
    def test_taking_everything_out_again_leaves_nothing(self, steps: list[tuple[int, int, str]]) -> None:
        grouper = Grouper()
        for name, story, title in steps:
            grouper.add(_article(name, f"Incendie {title}", hours=name), story)
        for name in {name for name, _, _ in steps}:
            grouper.remove(name)
        assert len(grouper) == 0
        assert not grouper._index.stories
        assert not grouper._index._holders
        assert not grouper._per_day


class TestProposals:
    def test_stories_that_grew_together_are_proposed_for_merging(self) -> None:
        grouper = Grouper()
        grouper.add(FIRE, "one")
        grouper.add(FIRE_AGAIN, "two")
        grouper.add(GAME, "other")
        [merge] = grouper.proposals()
        assert isinstance(merge, Merge)
        assert {merge.source, merge.target} == {"one", "two"}
        assert "Strasbourg" in merge.terms

    def test_the_smaller_story_goes_into_the_larger(self) -> None:
        grouper = Grouper()
        grouper.add(FIRE, "small")
        grouper.add(FIRE_AGAIN, "large")
        grouper.add(_article(9, "Incendie à Strasbourg : le centre de données hors service", hours=4), "large")
        [merge] = grouper.proposals()
        assert isinstance(merge, Merge)
        assert (merge.source, merge.target) == ("small", "large")

    def test_what_has_not_changed_is_not_proposed_again(self) -> None:
        grouper = Grouper()
        grouper.add(FIRE, "one")
        grouper.add(FIRE_AGAIN, "two")
        assert grouper.proposals()
        assert grouper.proposals() == []

    def test_no_story_stands_in_two_proposals(self) -> None:
        grouper = Grouper()
        for name in range(5):
            grouper.add(_article(name, FIRE.title, hours=name), f"story {name}")
        named = [
            name for merge in grouper.proposals() if isinstance(merge, Merge) for name in (merge.source, merge.target)
        ]
        assert named
        assert len(named) == len(set(named))

    def test_a_story_that_holds_two_is_proposed_for_splitting(self) -> None:
        grouper = Grouper()
        for name in range(4):
            grouper.add(_article(f"fire {name}", FIRE.title, hours=name), "mixed")
            if name:
                grouper.add(_article(f"game {name}", GAME.title, hours=name), "mixed")
        [split] = grouper.proposals()
        assert isinstance(split, Split)
        assert set(split.articles) == {"game 1", "game 2", "game 3"}

    def test_a_story_of_one_piece_is_left_alone(self) -> None:
        grouper = Grouper()
        for name in range(7):
            grouper.add(_article(name, FIRE.title if name % 2 else FIRE_AGAIN.title, hours=name), "fire")
        assert grouper.proposals() == []


class TestTemplates:
    def test_titles_cut_from_one_pattern_stay_apart(self) -> None:
        grouper = Grouper()
        towns = ["Angers", "Nancy", "Cannes", "Vannes", "Poitiers", "Besançon", "Arcachon", "Perpignan"]
        for name, town in enumerate(towns):
            grouper.place(_article(name, f"Le temps prévu à {town} pour la journée de demain", hours=name / 10))
        assert len({grouper.story_of(name) for name in range(4, 8)}) == 4

    def test_a_rubric_that_comes_back_every_day_does_not_gather(self) -> None:
        grouper = Grouper()
        for name in range(8):
            grouper.place(_article(name, f"Le récapitulatif de nos bons tuyaux du {name + 4} mars", hours=24 * name))
        assert len({grouper.story_of(name) for name in range(4, 8)}) == 4

    def test_an_agency_title_printed_by_many_is_no_pattern(self) -> None:
        templates = Templates()
        bare = "Un incendie ravage le centre de données de Strasbourg"
        for end in ("", " - Le Courrier", " | La Gazette", " - L’Écho du Rhin", " | Radio Vosges"):
            templates.see(skeleton(bare + end), 1, 0.0)
        assert templates.names(skeleton(bare)) is None

    def test_patterns_are_forgotten_with_their_articles(self) -> None:
        templates = Templates()
        for town in ("Angers", "Nancy", "Cannes", "Vannes"):
            templates.see(skeleton(f"Le temps prévu à {town} pour demain"), 1, 50.0)
        assert templates.names(skeleton("Le temps prévu à Brest pour demain")) == frozenset({"brest"})
        templates.forget(before=100.0)
        assert templates.names(skeleton("Le temps prévu à Brest pour demain")) is None


class TestTerms:
    def test_a_word_counts_as_written_by_its_stem_and_by_its_head(self) -> None:
        assert views("Élections", "fr") == ("=elections", "~elect", "elec-")

    def test_words_that_tell_nothing_are_dropped(self) -> None:
        assert views("avec", "fr") is None
        assert views("the", "en") is None

    def test_a_language_without_a_stemmer_keeps_the_head_of_its_words(self) -> None:
        assert views("olimpijskih", "sl") == ("=olimpijskih", "~olimp", "olim-")

    def test_tags_entities_and_broken_accents_are_read_through(self) -> None:
        broken = "<b>Cérémonie</b> &amp; défilé".encode().decode("cp1252")
        assert {"=ceremonie", "=defile"} <= set(read(_article(1, broken)).title)

    def test_chinese_is_read_by_pairs_of_characters(self) -> None:
        assert {"=东京", "=京奥", "=奥运"} <= set(read(_article(1, "东京奥运", language="zh")).title)


class TestCommand:
    ROWS = (
        {"id": "a", "date": "2024-03-04 08:00:00", "lang": "fr", "title": FIRE.title, "text": ""},
        {"id": "b", "date": "2024-03-04T11:00:00+01:00", "lang": "fr", "title": FIRE_AGAIN.title, "text": ""},
        {"id": "c", "date": "2024-03", "lang": "fr", "title": MONTH_ONLY.title},
        {"id": "d", "date": None, "lang": "fr", "title": GAME.title, "text": ""},
    )

    def test_each_row_is_answered_in_order_with_its_story(self) -> None:
        answers = list(command(self.ROWS))
        assert [answer["id"] for answer in answers] == ["a", "b", "c", "d"]
        stories = [answer["story"] for answer in answers]
        assert stories[0] == stories[1] == stories[2] != stories[3]

    @pytest.mark.parametrize(
        "bad",
        [
            {"id": "x", "date": "yesterday", "lang": "fr", "title": "Un titre"},
            {"id": "x", "date": "2024-03-04", "lang": "fr", "title": ["Un", "titre"]},
            {"id": "x", "date": "2024-03-04", "lang": "fr", "title": " ", "text": ""},
            {"id": "x", "date": 20240304, "lang": "fr", "title": "Un titre"},
            {"id": "x", "error": "line 3: not JSON"},
        ],
    )
    def test_a_bad_row_is_answered_with_its_error_and_the_others_go_on(self, bad: dict[str, object]) -> None:
        answers = list(command([self.ROWS[0], bad, self.ROWS[1]]))
        assert answers[1]["id"] == "x"
        assert answers[1]["error"]
        assert answers[0]["story"] == answers[2]["story"]

    def test_two_runs_agree(self) -> None:
        assert list(command(self.ROWS)) == list(command(self.ROWS))


def test_deciding_stays_fast_among_many_stories() -> None:
    """Cost follows the words shared, not the archive: a floor far under what a free machine does."""
    grouper = Grouper()
    for name in range(3000):
        title = f"Le projet {name * 7919 % 3001:x}q avance à {name % 977:x}v, selon {name % 1361:x}z"
        grouper.add(_article(name, title, hours=name / 10), name)
    started = time.process_time()
    for name in range(200):
        grouper.decide(_article(10_000 + name, f"Le projet {name * 13:x}q revient à {name:x}v", hours=300))
    assert time.process_time() - started < 1.0
