"""`manage.py import_history` begins an import, works on it, and goes on with one."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sources.importing import asking, working
from sources.jobs import ImportJob
from sources.models import Entry
from tests.fakes import make_outlet
from tests.sources.archive_file import Archive

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (asking, working):
        monkeypatch.setattr(module, "ring", lambda _task: None)


def told(*words: str) -> str:
    out = StringIO()
    call_command("import_history", *words, stdout=out)
    return out.getvalue()


def test_an_archive_is_read_to_its_end(tmp_path: Path) -> None:
    make_outlet(homepage="https://journal.example/")
    path = Archive().add("https://journal.example/articles/1").write(tmp_path / "titre.warc.gz")
    assert "1 new" in told("le-journal", str(path))
    assert "1 here already" in told("le-journal", str(path))
    assert (Entry.objects.count(), path.exists()) == (1, True)


def test_an_import_is_left_to_the_workers_and_taken_up(tmp_path: Path) -> None:
    make_outlet(homepage="https://journal.example/")
    path = tmp_path / "liste.csv"
    path.write_text("https://journal.example/articles/1\nrien\n")
    told("le-journal", str(path), "--background")
    job = ImportJob.objects.get()
    assert job.counts.done == 0
    said = told("--resume", str(job.pk))
    assert "1 left out" in said
    assert "2: rien" in said


@pytest.mark.parametrize("words", [[], ["inconnu", "x.csv"], ["le-journal", "absent.csv"], ["--resume", "99"]])
def test_what_cannot_be_is_said(words: list[str]) -> None:
    make_outlet(homepage="https://journal.example/")
    with pytest.raises(CommandError):
        told(*words)
