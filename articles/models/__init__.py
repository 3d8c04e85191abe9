"""The models of this application, under one roof."""

from articles.models.article import Article, Page
from articles.models.digest import Digest, DigestItem
from articles.models.episode import Episode
from articles.models.findings import (
    CopiedPassage,
    Credit,
    Entity,
    Figure,
    Mention,
    MentionedDate,
    Quote,
    Spelling,
)
from articles.models.kinship import StoryName, StoryTie
from articles.models.story import ArticleBan, GroupingState, Story, StoryEvent, StorySeparation
from articles.models.version import ArticleCorrection, ArticleVersion

__all__ = [
    "Article",
    "ArticleBan",
    "ArticleCorrection",
    "ArticleVersion",
    "CopiedPassage",
    "Credit",
    "Digest",
    "DigestItem",
    "Entity",
    "Episode",
    "Figure",
    "GroupingState",
    "Mention",
    "MentionedDate",
    "Page",
    "Quote",
    "Spelling",
    "Story",
    "StoryEvent",
    "StoryName",
    "StorySeparation",
    "StoryTie",
]
