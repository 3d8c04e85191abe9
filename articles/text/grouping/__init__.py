"""Which story an article joins: a pure, deterministic engine over the articles of the active window.

`Grouper.decide` names the story an article belongs to, or says that it opens a new one; the caller stores
the article, then calls `Grouper.add` with the story it was stored in. Replaying `add` over the active
articles with their stored stories rebuilds the same state, so nothing needs to be saved.
"""

from articles.text.grouping.command import command
from articles.text.grouping.grouper import Grouper
from articles.text.grouping.shapes import GroupingArticle, Merge, Parameters, Placement, Split
from articles.text.grouping.vectors import vectors

__all__ = ["Grouper", "GroupingArticle", "Merge", "Parameters", "Placement", "Split", "command", "vectors"]
