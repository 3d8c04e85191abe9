"""What a story's page and the lists say of the whole story: its episodes, its summary, its names, its importance.

One more step that pulls: stories whose articles changed since, once they were compared with each other. Its cost is
bounded by what is read of a story, never by the archive; it answers the same for the same articles. What a person
decided stands: arranged episodes, given labels, a chosen summary.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from articles.importance import Voice, weigh
from articles.models import Article, Episode, Story, StoryName
from articles.text import episodes, kinship, summary
from articles.text.grouping.shapes import GroupingArticle
from articles.text.grouping.terms import Terms, read
from sources.models import Outlet

MOST_READ = 400
"""Articles of a story that are read, the first ones; a larger one has said by then what it is about."""
MOST_NAMED = 60
TEXT_READ = 6000
AROUND = timedelta(days=100)
"""Related stories began this long before or after: names are rare or common among the stories of that time."""
MOST_LABEL_TERMS = 3
CENTRAL_NAME = 0.5


def arrange_next() -> Story | None:
    """Arrange one story that has changed. None when none has. Two workers never arrange the same one."""
    with transaction.atomic():
        story = Story.objects.unarranged().select_for_update(skip_locked=True, of=("self",)).first()
        if story is not None:
            arrange(story)
        return story


def arrange(story: Story) -> None:
    """Find a story's episodes, summary, names and importance again, and store them."""
    told = story.articles.select_related("outlet").defer("blocks", "search").order_by("sort_at", "id")
    articles = list(told[:MOST_READ])
    _weigh(story)
    names = _store_names(story, articles)
    _summarise(story, articles, {name.key for name in names if name.weight >= CENTRAL_NAME})
    store_episodes(story, articles)
    story.arranged_at = timezone.now()
    story.save(update_fields=[*_IMPORTANCE, *_SUMMARY, "arranged_at"])


_IMPORTANCE = ("own_outlet_count", "importance", "rank")
_SUMMARY = ("summary", "summary_article", "summary_in_standfirst", "summary_start", "summary_end", "summary_by_editor")


def _weigh(story: Story) -> None:
    rows = story.articles.values_list("outlet_id", "original_share", "published_at")
    weighed = weigh(Voice(*row) for row in rows.order_by("id"))
    story.own_outlet_count, story.importance, story.rank = weighed.own, weighed.score, weighed.rank


# --- names ---------------------------------------------------------------------------------------------------------


def _outlets() -> list[str]:
    named = Outlet.objects.values_list("name", "aliases")
    return [name for own, aliases in named for name in (own, *aliases)]


def _read_text(article: Article) -> str:
    title = "" if article.title_is_first_sentence else f"{article.title}.\n"
    return f"{title}{article.standfirst}\n{article.text[:TEXT_READ]}"


def _store_names(story: Story, articles: Sequence[Article]) -> tuple[kinship.Name, ...]:
    """The names that tell this story from those told around the same days; all of its names."""
    names = kinship.names_of([_read_text(article) for article in articles[:MOST_NAMED]], _outlets())
    StoryName.objects.filter(story=story).delete()
    if story.first_at is not None:
        day = timezone.localdate(story.first_at)
        stories, holders = common(day, [name.key for name in names], but=story)
        StoryName.objects.bulk_create(
            StoryName(story=story, key=name.key, shown=name.shown, weight=round(name.weight, 3), day=day)
            for name in kinship.telling(names, stories, holders)
        )
    return names


def common(day: date, keys: Sequence[str], but: Story) -> tuple[int, dict[str, int]]:
    """How many other stories were told around a day, and how many of them bear each of these names."""
    first, last = day - AROUND, day + AROUND
    since, until = (timezone.make_aware(datetime.combine(day, time())) for day in (first, last + timedelta(days=1)))
    stories = Story.objects.filter(last_at__gte=since, last_at__lt=until).count()
    named = StoryName.objects.filter(key__in=keys, day__gte=first, day__lte=last).exclude(story=but)
    return stories, dict(named.values_list("key").annotate(stories=Count("id")).order_by())


# --- summary -------------------------------------------------------------------------------------------------------


def _own(article: Article) -> float:
    return 1.0 if article.original_share is None else article.original_share


def sources_of(articles: Sequence[Article]) -> list[summary.Source]:
    """The articles as the choice of a summary sees them."""
    return [
        summary.Source(
            key=article.pk,
            language=article.language,
            outlet=article.outlet_name,
            title=article.title,
            standfirst=article.standfirst,
            text=article.text,
            own=_own(article),
            most=article.outlet.excerpt_characters if article.outlet else summary.LONGEST,
        )
        for article in articles
    ]


def language_of(articles: Sequence[Article]) -> str:
    """The language that most of a story's articles are in; French of equals."""
    counted = Counter(article.language for article in articles)
    return max(counted, key=lambda language: (counted[language], language == "fr", language), default="fr")


def _summarise(story: Story, articles: Sequence[Article], names: set[str]) -> None:
    """Choose the sentence anew, unless a person wrote it, or chose one of an article that is still in the story."""
    if story.summary_by_editor and (story.summary_start is None or _holds_summary(story, articles)):
        return
    found = summary.best(sources_of(articles), language_of(articles), names) if len(articles) > 1 else None
    if found is None and any(article.pk == story.summary_article_id for article in articles):
        return  # its text may be gone, its sentence is not
    set_summary(story, found)
    story.summary_by_editor = False


def _holds_summary(story: Story, articles: Sequence[Article]) -> bool:
    if any(article.pk == story.summary_article_id for article in articles):
        return True
    return story.articles.filter(pk=story.summary_article_id or 0).exists()


def set_summary(story: Story, found: summary.Sentence | None) -> None:
    """Let a sentence stand for the story, or none; unsaved."""
    story.summary = found.text if found else ""
    story.summary_article_id = int(str(found.key)) if found else None
    story.summary_in_standfirst = bool(found and found.in_standfirst)
    story.summary_start, story.summary_end = (found.start, found.end) if found else (None, None)


# --- episodes ------------------------------------------------------------------------------------------------------


def _vector(terms: Terms) -> dict[str, float]:
    """Words and stems of the headline, and of the text as the root of how often they stand there."""
    vector: dict[str, float] = defaultdict(float)
    for term, weight in terms.title.items():
        if not term.endswith("-"):
            vector[term] += weight
    for term, weight in terms.body.items():
        vector[term] += weight**0.5
    return dict(vector)


def _read_terms(article: Article) -> Terms:
    title = "" if article.title_is_first_sentence else article.title
    return read(GroupingArticle(article.pk, None, article.language, title, article.text, article.standfirst))


def store_episodes(story: Story, articles: Sequence[Article] | None = None) -> None:
    """Cut the story into episodes around what a person arranged; rows keep their numbers, and so their anchors."""
    if articles is None:
        told = story.articles.select_related("outlet").defer("blocks", "search").order_by("sort_at", "id")
        articles = list(told[:MOST_READ])
    dated = [article for article in articles if article.day is not None]
    rows = list(story.episodes.order_by("first_day", "id"))
    shown = [row for row in rows if row.merged_into_id is None]
    held = [row.first_day for row in shown if story.episodes_held_to and row.first_day <= story.episodes_held_to]
    told_terms = [
        episodes.Told(article.pk, article.day, _vector(_read_terms(article)), _own(article))
        for article in dated
        if article.day
    ]
    cuts = episodes.cut(told_terms, held=held, held_to=story.episodes_held_to)
    if len(cuts) < 2 and not rows:
        return
    _store_cuts(story, cuts, rows, {article.pk: article for article in dated})


def _store_cuts(
    story: Story, cuts: Sequence[episodes.Cut], rows: Sequence[Episode], articles: Mapping[int, Article]
) -> None:
    homes = _homes(cuts, rows)
    outlets = _outlets()
    kept = []
    for place, found in enumerate(cuts):
        row = homes.get(place) or Episode(story=story)
        row.first_day, row.last_day, row.merged_into = found.first_day, found.last_day, None
        row.lead = articles[int(str(found.lead))]
        inside = [one for one in articles.values() if one.day and found.first_day <= one.day <= found.last_day]
        row.terms = _new_names(found, inside, outlets)
        if not row.label_by_editor:
            row.label = row.lead.title
        row.save()
        kept.append(row)
    for row in rows:
        if all(row.pk != one.pk for one in kept):
            row.merged_into = max((one for one in kept if one.first_day <= row.first_day), default=kept[0], key=_begins)
            row.save(update_fields=["merged_into"])


def _begins(row: Episode) -> date:
    return row.first_day


def _homes(cuts: Sequence[episodes.Cut], rows: Sequence[Episode]) -> dict[int, Episode]:
    """Which row keeps each episode: the one that begins on its day, else the shown one that shares most days."""
    homes: dict[int, Episode] = {}
    for is_shown in (True, False):
        for row in rows:
            place = next((place for place, one in enumerate(cuts) if one.first_day == row.first_day), None)
            if place is not None and place not in homes and (row.merged_into_id is None) == is_shown:
                homes[place] = row
    free = [row for row in rows if row.merged_into_id is None and row not in homes.values()]
    shared = sorted(
        (-_shared_days(one, row), place, row.pk) for place, one in enumerate(cuts) for row in free if place not in homes
    )
    by_number = {row.pk: row for row in free}
    for days, place, number in shared:
        if days < 0 and place not in homes and by_number[number] not in homes.values():
            homes[place] = by_number[number]
    return homes


def _shared_days(one: episodes.Cut, row: Episode) -> int:
    return (min(one.last_day, row.last_day) - max(one.first_day, row.first_day)).days + 1


def _new_names(found: episodes.Cut, inside: Sequence[Article], outlets: Sequence[str]) -> list[str]:
    """The names among the words that are new in an episode, as its articles write them."""
    shown = {
        name.key: name.shown for name in kinship.names_of([_read_text(one) for one in inside[:MOST_NAMED]], outlets)
    }
    keys = [term[1:] for term in found.terms if term.startswith("=")]
    return list(dict.fromkeys(shown[key] for key in keys if key in shown))[:MOST_LABEL_TERMS]
