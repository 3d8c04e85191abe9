"""A large archive made up in the database: ten years, sixty outlets, a million articles in 300,000 stories.

The texts are short and of made-up words, so that it fits a laptop's disk; what the pages' statements depend on is as in
life: how many stories one outlet tells alone and how few are told by many, large and small outlets, words that stand
everywhere and words that hardly ever do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.utils import timezone

from articles.models import Article, Entity, Mention, Quote, Story, StoryEvent
from sources.models import Entry, Feed, Outlet

OUTLETS, YEARS, SENTENCES, PEOPLE = 60, 10, 20_000, 20_000
EVERYWHERE, OFTEN, SELDOM = "numérique", "cybersécurité", "ornithorynque"
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "ran", "cher", "vil", "mar")


def build(articles: int) -> None:
    """Fill an empty, migrated database. A million articles take some minutes."""
    rng = random.Random(7)
    _run(
        "SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'; SELECT setseed(0.5)"
    )
    _outlets(rng)
    _sentences(rng)
    _tables(articles)
    with _without_indexes("articles_article", "articles_story", "sources_entry", "articles_storyevent"):
        _stories()
        _articles()
        _count_stories()
    _people(articles)
    _run("SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000000) FROM unnest(%s) t", [_TABLES])
    for table in _TABLES:
        _run(f"VACUUM ANALYZE {table}")


_TABLES = [
    "sources_entry", "articles_article", "articles_story", "articles_storyevent", "articles_entity", "articles_mention",
    "articles_quote",
]  # fmt: skip


def _run(statement: str, parameters: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _fill(model: type[models.Model], given: dict[str, str], source: str) -> None:
    """INSERT … SELECT with an expression for each given column, and the model's own default for every other."""
    columns, expressions, parameters = list(given), list(given.values()), []
    for field in model._meta.concrete_fields:
        if field.column in given or field.null or field.generated or field.primary_key:
            continue
        value = timezone.now() if getattr(field, "auto_now_add", False) else field.get_default()
        columns.append(field.column)
        expressions.append("%s")
        parameters.append(field.get_db_prep_save(value, connection))
    names = ", ".join(f'"{column}"' for column in columns)
    escaped = source.replace("%", "%%")
    _run(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(expressions)} FROM {escaped}", parameters)


@contextmanager
def _without_indexes(*tables: str) -> Iterator[None]:
    """Indexes made once over all rows take a fraction of the time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes i WHERE tablename = ANY(%s) AND NOT EXISTS "
            "(SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)", [list(tables)],
        )  # fmt: skip
        found = cursor.fetchall()
    for name, _ in found:
        _run(f'DROP INDEX "{name}"')
    yield
    for _, definition in found:
        _run(definition)


def _outlets(rng: random.Random) -> None:
    now = timezone.now()
    made = Outlet.objects.bulk_create(
        Outlet(name=f"Le Titre {n:02}", slug=f"titre-{n:02}", homepage=f"https://titre-{n:02}.example/")
        for n in range(OUTLETS)
    )
    Feed.objects.bulk_create(
        Feed(outlet=one, url=f"{one.homepage}fil.xml", kind="rss", next_fetch_at=now, last_success_at=now)
        for one in made
    )


def _sentences(rng: random.Random) -> None:
    """Sentences of words that are the rarer the later they stand in the vocabulary."""
    words = sorted({"".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(9_000)})
    rng.shuffle(words)
    _run("CREATE TEMP TABLE sentence (id int PRIMARY KEY, words text)")
    rows = [(n, " ".join(words[int(len(words) * rng.random() ** 3)] for _ in range(9))) for n in range(SENTENCES)]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO sentence VALUES (%s, %s)", rows)


def _tables(articles: int) -> None:
    """Which story has how many articles, and when each was published, in temporary tables."""
    _run(
        """
        CREATE TEMP TABLE plan AS
        WITH drawn AS (
            SELECT random() AS r, random() AS s, floor(random() * %s)::int AS sentence,
                   date_trunc('hour', now()) - random() * interval '%s days' AS begun
            FROM generate_series(1, %s) n)
        SELECT row_number() OVER (ORDER BY begun) AS id, sentence, begun,
               CASE WHEN r < .55 THEN 1 WHEN r < .85 THEN 2 + floor(s * 3) WHEN r < .98 THEN 5 + floor(s * 8)
                    ELSE 13 + floor(s * s * 80) END::int AS size
        FROM drawn""",
        [SENTENCES, 365 * YEARS, articles * 31 // 100],
    )
    _run(
        """
        CREATE TEMP TABLE piece AS
        SELECT row_number() OVER (ORDER BY at) AS id, story, at, outlet, title, one, two, frequent FROM (
            SELECT p.id AS story, p.sentence AS title,
                   least(p.begun + random() * random() * p.size * interval '9 hours', now()) AS at,
                   1 + floor(%s * random() * random())::int AS outlet,
                   floor(random() * %s)::int AS one, floor(random() * %s)::int AS two, random() AS frequent
            FROM plan p, generate_series(1, p.size)) drawn
        LIMIT %s""",
        [OUTLETS, SENTENCES, SENTENCES, articles],
    )
    _run("CREATE INDEX ON piece (story); ANALYZE piece; ANALYZE plan; ANALYZE sentence")


_FIRST_OUTLET = "(SELECT min(id) - 1 FROM sources_outlet)"


def _stories() -> None:
    source = "(SELECT DISTINCT story FROM piece ORDER BY story) p"
    _fill(Story, {"id": "p.story", "title": "''", "article_count": "1", "outlet_count": "1"}, source)


def _articles() -> None:
    outlet = f"p.outlet + {_FIRST_OUTLET}"
    title = "initcap(left(s.words, 1)) || substr(s.words, 2) || ' ' || p.id"
    pieces = "piece p JOIN sentence s ON s.id = p.title JOIN sentence a ON a.id = p.one JOIN sentence b ON b.id = p.two"
    url = "'https://titre-' || p.outlet || '.example/articles/' || p.id"
    entry = {
        "id": "p.id", "outlet_id": outlet, "identity": "lpad(p.id::text, 64, '0')", "url": url, "title": title,
        "seen_at": "p.at", "retry_at": "p.at", "processed_at": "p.at", "outcome": "'article'",
        "feed_id": "(SELECT min(id) - 1 FROM sources_feed) + p.outlet",
    }  # fmt: skip
    _fill(Entry, entry, pieces)
    text = (
        f"a.words || ' {EVERYWHERE} ' || b.words || CASE WHEN p.frequent < .05 THEN ' {OFTEN}' "
        f"WHEN p.frequent > .9999 THEN ' {SELDOM}' ELSE '' END"
    )
    columns = {
        "id": "p.id", "outlet_id": outlet, "entry_id": "p.id", "url": url, "canonical_url": url,
        "fingerprint": "lpad(p.id::text, 64, '0')", "title": title, "text": text, "word_count": "20",
        "language": "'fr'", "published_at": "p.at", "published_precision": "'second'", "seen_at": "p.at",
        "day": "(p.at AT TIME ZONE 'Europe/Paris')::date", "sort_at": "p.at", "story_id": "p.story",
        "grouped_at": "p.at", "analysed_at": "p.at", "original_share": "0.9",
    }  # fmt: skip
    _fill(Article, columns, pieces)
    is_later = "lag(p.story) OVER (ORDER BY p.story, p.at) = p.story"
    kind = f"CASE WHEN {is_later} THEN 'added' ELSE 'birth' END"
    event = {"story_id": "p.story", "article_id": "p.id", "at": "p.at", "kind": kind}
    _fill(StoryEvent, event, "piece p")


def _count_stories() -> None:
    """What Story.refresh and the worker that arranges stories write."""
    _run(
        """
        UPDATE articles_story s SET article_count = t.n, outlet_count = t.outlets, first_at = t.first, last_at = t.last,
               lead_id = t.lead, title = (SELECT words FROM sentence WHERE id = t.title), compared_at = t.last,
               arranged_at = t.last, importance = t.outlets, own_outlet_count = t.outlets,
               rank = log(2, t.outlets) + extract(epoch FROM t.last) / 604800
        FROM (SELECT story, count(*) AS n, count(DISTINCT outlet) AS outlets, min(at) AS first, max(at) AS last,
                     min(id) AS lead, min(title) AS title FROM piece GROUP BY story) t WHERE s.id = t.story"""
    )
    _run("CLUSTER articles_story USING articles_story_pkey")


def _people(articles: int) -> None:
    """Names that some articles mention and quote: a few of them everywhere, most of them hardly ever."""
    names = {"id": "n", "name": "'Personne ' || n", "slug": "'personne-' || n", "kind": "'person'"}
    _fill(Entity, names, f"generate_series(1, {PEOPLE}) n")
    who = f"1 + floor({PEOPLE} * random() ^ 3)::int"
    where = f"1 + floor({articles} * random())::int"
    drawn = f"(SELECT DISTINCT {where} AS article, {who} AS entity FROM generate_series(1, {articles})) d"
    # In the order in which the articles were read, as in life: what one names stands in one place of the disk.
    within = f"{drawn} WHERE d.article <= (SELECT count(*) FROM articles_article) ORDER BY d.article"
    _fill(Mention, {"article_id": "d.article", "entity_id": "d.entity"}, within)
    quote = {
        "article_id": "m.article_id", "speaker_id": "m.entity_id", "type": "'direct'", "start": "0", "end": "60",
        "text": "'Ce que nous avons dit hier, nous le dirons encore demain'", "speaker_raw": "''",
        "confidence": "0.9",
    }  # fmt: skip
    _fill(Quote, quote, "articles_mention m WHERE m.id % 4 = 0 ORDER BY m.article_id")
