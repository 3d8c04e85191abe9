"""The models of this application, under one roof."""

from articles.models.article import Article, Page
from articles.models.digest import Digest, DigestItem
from articles.models.episode import Episode
from articles.models.findings import (
    CopiedPassage,
    CopyPrint,
    Credit,
    Entity,
    Figure,
    FindingChange,
    KnownOutlet,
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
    "CopyPrint",
    "Credit",
    "Digest",
    "DigestItem",
    "Entity",
    "Episode",
    "Figure",
    "FindingChange",
    "GroupingState",
    "KnownOutlet",
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
