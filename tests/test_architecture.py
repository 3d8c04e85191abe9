"""The borders of the house: who may know whom, and how large anything may grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from django.apps import apps

from tests.conftest import ROOT

CODE = ("pressreview", "articles", "sources")
LAYERS = ["sources", "articles", "pressreview"]  # upstream first
# Upstream first: an article knows its entry, a story its articles, a digest its stories.
UPSTREAM = [
    *("Outlet", "Feed", "FetchAttempt", "Incident", "ImportJob", "ImportLine", "Entry", "ArchivedPage"),
    *("Article", "Page", "ArticleVersion", "ArticleCorrection"),
    *("Entity", "Spelling", "Mention", "Quote", "Credit", "Figure", "MentionedDate", "CopiedPassage"),
    *("CopyPrint", "KnownOutlet", "FindingChange"),
    *("Story", "StoryEvent", "ArticleBan", "StorySeparation", "StoryName", "StoryTie", "Episode", "GroupingState"),
    *("Digest", "DigestItem"),
]
# An article bears the number of its story, which is what the lists of a day or of a search are made of.
DOWNSTREAM_ON_PURPOSE = {("Article", "story")}
FORBIDDEN = {"utils", "helpers", "services", "common", "misc"}
MOST_LINES = 500
MOST_FUNCTION_LINES = 60
MEDIAN_FUNCTION_LINES = 8


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with its number of lines, without its docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            lines = (node.end_lineno or 0) - node.lineno + 1
            if documented:
                lines -= (first.end_lineno or 0) - first.lineno + 1
            yield f"{path.relative_to(ROOT)}:{node.name}", lines


def test_the_borders_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_stands_in_a_layer() -> None:
    """A module that no contract names may import anything: it has to be put in its place in pyproject.toml."""
    contracts = (ROOT / "pyproject.toml").read_text()
    for app in ("articles", "sources"):
        modules = {path.stem for path in (ROOT / app).iterdir() if path.suffix in {"", ".py"}}
        named = {module for module in modules if f"{app}.{module}" in contracts}
        assert modules - named - {"__init__", "__pycache__", "migrations", "apps"} == set()


@pytest.mark.parametrize("app", ["sources", "articles"])
def test_relations_point_upstream(app: str) -> None:
    wrong = []
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            if target is None or target == model or (model.__name__, field.name) in DOWNSTREAM_ON_PURPOSE:
                continue
            theirs = target._meta.app_label  # type: ignore[union-attr]
            if theirs in LAYERS and not _is_upstream(model.__name__, app, target.__name__, theirs):  # type: ignore[union-attr]
                wrong.append(f"{model.__name__}.{field.name} → {target.__name__}")  # type: ignore[union-attr]
    assert wrong == []


def _is_upstream(model: str, app: str, target: str, theirs: str) -> bool:
    if app != theirs:
        return LAYERS.index(theirs) < LAYERS.index(app)
    return UPSTREAM.index(target) <= UPSTREAM.index(model)


def test_every_model_has_its_place_in_the_stream() -> None:
    models = {model.__name__ for app in ("sources", "articles") for model in apps.get_app_config(app).get_models()}
    assert models - set(UPSTREAM) == set()


def test_no_file_grows_too_long() -> None:
    paths = [*sources(*CODE, "tests"), *(ROOT / "static").rglob("*.css"), *(ROOT / "static" / "js").rglob("*.js")]
    own = [path for path in paths if "vendor" not in path.parts]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in own}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_functions_stay_small() -> None:
    lengths = dict(found for path in sources(*CODE) for found in functions(path))
    assert {name: lines for name, lines in lengths.items() if lines > MOST_FUNCTION_LINES} == {}
    assert median(lengths.values()) <= MEDIAN_FUNCTION_LINES


def test_no_file_is_a_drawer() -> None:
    names = {path: {path.stem, path.parent.name} for path in sources(*CODE, "tests")}
    assert [str(path) for path, stems in names.items() if stems & FORBIDDEN] == []


def test_imports_stand_at_the_top() -> None:
    hidden = []
    for path in sources(*CODE):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                hidden += [
                    f"{path.relative_to(ROOT)}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                ]
    assert hidden == []


def test_no_error_is_swallowed() -> None:
    """`except …: pass` needs a comment that says why."""
    silent = []
    for path in sources(*CODE):
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.ExceptHandler) and len(node.body) == 1 and isinstance(node.body[0], ast.Pass):
                written = "\n".join(lines[node.lineno - 1 : node.body[0].lineno])
                if "#" not in written:
                    silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert silent == []


def test_no_work_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "X" * 3)
    left = [
        f"{path.relative_to(ROOT)}: {mark}"
        for path in [*sources(*CODE, "tests"), *(ROOT / "templates").rglob("*.html")]
        for mark in marks
        if f"{mark}:" in (text := path.read_text(encoding="utf-8")) or f"# {mark}" in text
    ]
    assert left == []
