"""The models of this application, under one roof."""

from articles.models.article import Article, Page
from articles.models.digest import Digest, DigestItem
from articles.models.story import ArticleBan, GroupingState, Story, StoryEvent, StorySeparation
from articles.models.version import ArticleCorrection, ArticleVersion

__all__ = [
    "Article",
    "ArticleBan",
    "ArticleCorrection",
    "ArticleVersion",
    "Digest",
    "DigestItem",
    "GroupingState",
    "Page",
    "Story",
    "StoryEvent",
    "StorySeparation",
]
