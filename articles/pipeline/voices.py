"""Voices that an article names by their role alone, named by another article of the story; see text/story_voices.py."""

from __future__ import annotations

from articles.models import Quote, Story
from articles.text.story_voices import Named, Unnamed, resolve

MOST_QUOTES = 2000


def name_voices(story: Story) -> int:
    """Give the story's unnamed voices the names that it tells, afresh; how many. What people said stays."""
    quotes = Quote.objects.filter(article__story=story, is_hidden=False)
    quotes.filter(named_in__isnull=False, by_editor=False).update(speaker=None, named_in=None)
    named = [
        Named(speaker, role, article)
        for speaker, role, article in quotes.filter(speaker__kind="person")
        .exclude(role="")
        .order_by("article__sort_at", "article_id", "start")
        .values_list("speaker_id", "role", "article_id")[:MOST_QUOTES]
    ]
    if not named:
        return 0
    voices = quotes.filter(speaker=None, by_editor=False).exclude(speaker_raw="").select_related("article")
    waiting = list(voices.defer("article__blocks", "article__search").order_by("pk")[:MOST_QUOTES])
    unnamed = [
        Unnamed(quote.pk, quote.speaker_raw, f"{quote.article.title}\n{quote.article.text}") for quote in waiting
    ]
    found = resolve(unnamed, named)
    for key, person in found.items():
        Quote.objects.filter(pk=int(str(key))).update(speaker_id=person.person, named_in_id=person.article)
    return len(found)
