"""What an editor does to a digest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import editing
from articles.converters import Week
from articles.editing import Conflict, DigestText, ItemText, Refused, excerpt
from articles.models import Article, Digest, DigestItem, Story
from sources.models import Outlet

pytestmark = pytest.mark.django_db
WEEK = Week(2024, 9)


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("salome", first_name="Salomé", last_name="Amrani")


@pytest.fixture
def digest(editor: User) -> Digest:
    return editing.open_digest(WEEK, editor)


def told(title: str, *names: str, day: int = 27, **facts: Any) -> Story:
    """A story that each of these outlets told on one day of the week."""
    story = Story.objects.create(title=title)
    for name in names:
        outlet, _ = Outlet.objects.get_or_create(name=name, slug=name.lower().replace(" ", "-"))
        Article.objects.create(
            title=title,
            outlet=outlet,
            story=story,
            fingerprint=f"{title}{name}",
            url=f"https://{outlet.slug}.example/{story.pk}",
            text="Le maire a tranché. Le conseil suivra demain.",
            authors=["Inès Karadjian"],
            published_at=datetime(2024, 2, day, 9, 30, tzinfo=UTC),
            published_precision="minute",
            **facts,
        )
    story.refresh()
    return story


def words(title: str = "Le titre", items: dict[int, ItemText] | None = None, **more: str) -> DigestText:
    return DigestText(title, more.get("standfirst", ""), more.get("introduction", ""), items or {})


def order(digest: Digest) -> list[str]:
    return [item.story.title for item in digest.items.select_related("story")]


# --- opening, picking, ordering --------------------------------------------------------------------------------------


def test_a_week_has_one_digest_whoever_opens_it(editor: User, digest: Digest) -> None:
    other = User.objects.create_user("karim")
    assert editing.open_digest(WEEK, other) == digest
    assert digest.created_by == editor


def test_a_story_is_picked_once_and_at_the_end(digest: Digest) -> None:
    first, second = told("Fibre", "Le Fil"), told("Atos", "Le Fil")
    editing.add_story(digest, first)
    editing.add_story(digest, second)
    editing.add_story(digest, first)
    assert [item.position for item in digest.items.all()] == [1, 2]
    assert digest.items.first().story == first  # type: ignore[union-attr]


def test_a_story_that_was_taken_out_can_come_back_to_its_place(digest: Digest) -> None:
    items = [editing.add_story(digest, told(title, "Le Fil")) for title in ("Fibre", "Atos", "LockBit")]
    editing.remove_story(digest, items[1])
    assert [item.position for item in digest.items.all()] == [1, 2]
    back = editing.add_story(digest, items[1].story, ItemText("Titre", "Note"), position=2)
    assert order(digest)[1] == "Atos"
    assert (back.headline, back.note) == ("Titre", "Note")


def test_an_item_changes_places_with_its_neighbour(digest: Digest) -> None:
    items = [editing.add_story(digest, told(title, "Le Fil")) for title in ("Fibre", "Atos", "LockBit")]
    editing.move(items[2], "up")
    assert order(digest) == ["Fibre", "LockBit", "Atos"]
    editing.move(items[0], "down")
    assert order(digest) == ["LockBit", "Fibre", "Atos"]


def test_moving_past_an_end_changes_nothing(digest: Digest) -> None:
    item = editing.add_story(digest, told("Fibre", "Le Fil"))
    editing.move(item, "up")
    editing.move(item, "down")
    assert order(digest) == ["Fibre"]


def test_moving_what_is_gone_is_refused(digest: Digest) -> None:
    item = editing.add_story(digest, told("Fibre", "Le Fil"))
    DigestItem.objects.all().delete()
    with pytest.raises(Refused):
        editing.move(item, "up")


def test_reordering_keeps_what_it_does_not_name_and_ignores_strangers(digest: Digest) -> None:
    items = [editing.add_story(digest, told(title, "Le Fil")) for title in ("Fibre", "Atos", "LockBit")]
    editing.reorder(digest, [items[2].pk, 999_999, items[0].pk])
    assert order(digest) == ["LockBit", "Fibre", "Atos"]


# --- writing ---------------------------------------------------------------------------------------------------------


def test_writing_saves_every_text_and_counts_the_version(digest: Digest) -> None:
    item = editing.add_story(digest, told("Fibre", "Le Fil"))
    saved = editing.write(digest, words("T", {item.pk: ItemText("H", "N")}, standfirst="S", introduction="I"), 0)
    item.refresh_from_db()
    assert (saved.title, saved.standfirst, saved.introduction, saved.version) == ("T", "S", "I", 1)
    assert (item.headline, item.note) == ("H", "N")


def test_saving_the_same_again_is_no_new_version(digest: Digest) -> None:
    editing.write(digest, words("T"), 0)
    assert editing.write(digest, words("T"), 0).version == 1


def test_an_editor_who_read_an_older_version_overwrites_nothing(digest: Digest) -> None:
    editing.write(digest, words("Celui de Karim"), 0)
    with pytest.raises(Conflict) as caught:
        editing.write(digest, words("Celui de Salomé"), 0)
    assert caught.value.current.title == "Celui de Karim"
    assert Digest.objects.get().title == "Celui de Karim"


def test_a_text_on_a_story_that_was_taken_out_is_a_conflict(digest: Digest) -> None:
    item = editing.add_story(digest, told("Fibre", "Le Fil"))
    editing.remove_story(digest, item)
    with pytest.raises(Conflict):
        editing.write(digest, words("", {item.pk: ItemText("", "Une note déjà longue")}), 0)


def test_nothing_written_on_a_story_that_was_taken_out_is_none(digest: Digest) -> None:
    item = editing.add_story(digest, told("Fibre", "Le Fil"))
    editing.remove_story(digest, item)
    assert editing.write(digest, words("T", {item.pk: ItemText()}), 0).title == "T"


# --- publishing ------------------------------------------------------------------------------------------------------


def ready(digest: Digest, *stories: Story) -> Digest:
    for story in stories or (told("Fibre", "Le Fil", "L’Écho"),):
        editing.add_story(digest, story)
    return editing.write(digest, words("Le titre", introduction="Une *semaine*."), 0)


def test_a_digest_without_title_or_story_says_what_is_missing(digest: Digest, editor: User) -> None:
    with pytest.raises(Refused) as caught:
        editing.publish(digest, editor)
    assert len(str(caught.value).split(". ")) == 2
    assert Digest.objects.get().state == Digest.State.DRAFT


def test_a_story_without_an_article_of_the_week_holds_publication(digest: Digest, editor: User) -> None:
    ready(digest, told("Fibre", "Le Fil", day=12))
    with pytest.raises(Refused, match="Fibre"):
        editing.publish(digest, editor)


def test_a_published_digest_holds_everything_that_its_page_shows(digest: Digest, editor: User) -> None:
    story = told("Fibre", "Le Fil", "L’Écho")
    ready(digest, story)
    editing.write(digest, words("Le titre", {digest.items.get().pk: ItemText("Un champion", "**Non.**")}), 1)
    edition = editing.publish(digest, editor)
    sealed = edition.sealed or {}
    item = sealed["items"][0]
    assert (edition.number, edition.state, edition.published_by) == (1, Digest.State.PUBLISHED, editor)
    assert (sealed["number"], sealed["year"], sealed["week"], sealed["editor"]) == (1, 2024, 9, "Salomé Amrani")
    assert (item["headline"], item["note_html"]) == ("Un champion", "<p><strong>Non.</strong></p>")
    assert [one["outlet"] for one in item["articles"]] == ["Le Fil", "L’Écho"]
    assert item["articles"][0]["published"] == "2024-02-27T09:30:00+00:00"
    assert item["articles"][0]["precision"] == "minute"
    assert edition.seal == editing.seal_of(sealed)


def test_the_seal_is_the_same_once_the_database_has_stored_it(digest: Digest, editor: User) -> None:
    ready(digest)
    edition = Digest.objects.get(pk=editing.publish(digest, editor).pk)
    assert edition.seal == editing.seal_of(edition.sealed or {})
    assert len(edition.seal) == 64


def test_an_edition_does_not_change_with_its_articles_stories_and_outlets(digest: Digest, editor: User) -> None:
    ready(digest)
    before = editing.publish(digest, editor).sealed
    Article.objects.update(title="Autre chose", text="Réécrit.")
    Outlet.objects.update(name="Racheté")
    Story.objects.all().delete()
    Article.objects.all().delete()
    after = Digest.objects.get()
    assert after.sealed == before
    assert after.seal == editing.seal_of(before or {})


@pytest.mark.parametrize("act", ["write", "add", "remove", "move", "reorder", "publish"])
def test_a_published_edition_refuses_every_act(act: str, digest: Digest, editor: User) -> None:
    ready(digest)
    item = digest.items.get()
    editing.publish(digest, editor)
    acts: dict[str, Callable[[], object]] = {
        "write": lambda: editing.write(digest, words("Autre"), 2),
        "add": lambda: editing.add_story(digest, told("Atos", "Le Fil")),
        "remove": lambda: editing.remove_story(digest, item),
        "move": lambda: editing.move(item, "up"),
        "reorder": lambda: editing.reorder(digest, [item.pk]),
        "publish": lambda: editing.publish(digest, editor),
    }
    with pytest.raises(Refused):
        acts[act]()


def test_numbers_follow_each_other_and_a_refusal_costs_none(editor: User) -> None:
    digests = [editing.open_digest(Week(2024, number), editor) for number in (9, 8, 7)]
    ready(digests[0])
    with pytest.raises(Refused):
        editing.publish(digests[1], editor)
    ready(digests[2], told("Janvier", "Le Fil", day=13))
    assert [editing.publish(digests[0], editor).number, editing.publish(digests[2], editor).number] == [1, 2]


def test_publishing_what_another_editor_changed_is_a_conflict(digest: Digest, editor: User) -> None:
    ready(digest)
    with pytest.raises(Conflict):
        editing.publish(digest, editor, expected_version=0)


@pytest.mark.django_db(transaction=True)
def test_two_editions_published_at_once_get_two_numbers(editor: User) -> None:
    digests = [editing.open_digest(Week(2024, number), editor) for number in (9, 7)]
    ready(digests[0])
    ready(digests[1], told("Janvier", "Le Fil", day=13))
    gate = threading.Barrier(2, timeout=10)
    numbers: list[int | None] = []

    def publish(one: Digest) -> None:
        gate.wait()
        numbers.append(editing.publish(one, editor).number)
        connection.close()

    threads = [threading.Thread(target=publish, args=(one,)) for one in digests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(number or 0 for number in numbers) == [1, 2]


def test_the_manifest_asks_no_more_of_the_database_for_more_articles(digest: Digest, editor: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            editing.manifest(digest, datetime.now(UTC), 1, "Salomé")
        return len(captured)

    editing.add_story(digest, told("Fibre", "Le Fil"))
    few = queries()
    for title in ("Atos", "LockBit", "Mistral"):
        editing.add_story(digest, told(title, "Le Fil", "L’Écho", "La Lettre"))
    assert queries() == few


# --- excerpts --------------------------------------------------------------------------------------------------------


def test_a_short_text_is_quoted_whole() -> None:
    assert excerpt("Le maire\na tranché.") == "Le maire a tranché."


def test_an_excerpt_ends_with_a_sentence_where_one_ends() -> None:
    text = "Une première phrase qui prend sa place et dit ce qu’elle veut dire, sans se presser. " * 4
    assert excerpt(text).endswith("presser.")
    assert 80 < len(excerpt(text)) <= 200


def test_an_excerpt_ends_with_a_word_where_no_sentence_ends() -> None:
    cut = excerpt("mot " * 100)
    assert cut.endswith("mot…")
    assert len(cut) <= 200


def test_an_excerpt_keeps_the_spaces_of_french() -> None:
    said = "Il l’a dit\u202f: «\u00a0Rien\u202f!\u00a0»"
    assert excerpt(said) == said


@pytest.mark.parametrize("text", ["x" * 500, "", " \n ", "« " * 200])
def test_an_excerpt_is_never_too_long(text: str) -> None:
    assert len(excerpt(text)) <= 200


def test_a_headline_that_is_the_first_sentence_is_not_quoted_again(digest: Digest, editor: User) -> None:
    story = told("Fibre", "Le Fil", title_is_first_sentence=True)
    Article.objects.update(title="Le maire a tranché")
    editing.add_story(digest, story)
    content = editing.manifest(digest, datetime.now(UTC), None, "Salomé")
    assert content["items"][0]["articles"][0]["excerpt"] == "Le conseil suivra demain."
