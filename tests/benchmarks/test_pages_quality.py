"""A floor under the quality of extraction, with the shared scorer over real French press pages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOOR = {"F1": 0.990, "clean": 94.0, "title": 97.0, "date": 97.0, "author": 90.0}


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """The scorer's first line over all pages."""
    scorer = ROOT.parent / "shared" / "bench" / "pages" / "score.py"
    command = [sys.executable, str(scorer), "--command", f"{sys.executable} -m articles.text extract"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[0])
    return found


@pytest.mark.shared
@pytest.mark.parametrize("measure", FLOOR)
def test_extraction_stays_above_its_floor(figures: dict[str, Any], measure: str) -> None:
    assert figures[measure] >= FLOOR[measure], figures
