"""Which story an article joins: a pure, deterministic engine over the articles of the active window.

`Grouper.decide` names the story an article belongs to, or says that it opens a new one; the caller stores
the article, then calls `Grouper.add` with the story it was stored in. Replaying `add` over the active
articles with their stored stories rebuilds the same state, so nothing needs to be saved.
"""

from articles.text.grouping.command import Embed, command
from articles.text.grouping.embedding import vectors
from articles.text.grouping.grouper import Grouper
from articles.text.grouping.shapes import GroupingArticle, Merge, Parameters, Placement, Split

__all__ = ["Embed", "Grouper", "GroupingArticle", "Merge", "Parameters", "Placement", "Split", "command", "vectors"]
