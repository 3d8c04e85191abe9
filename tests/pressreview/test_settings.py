"""Settings come from the environment; a bad value stops the start in one sentence that names the variable."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.conftest import ROOT

OURS = ("PRESSREVIEW_", "DATABASE_URL", "REDIS_URL")


def settings(monkeypatch: pytest.MonkeyPatch, data: Path, **environment: str) -> dict[str, Any]:
    """What a new process would make of this environment."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)
    for name, value in {"PRESSREVIEW_DATA": str(data), **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("environ.Env.read_env", lambda *args: None)
    return runpy.run_path(str(ROOT / "pressreview" / "settings.py"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "localhost:5432/pressreview"),
        ("REDIS_URL", "localhost:6379"),
        ("PRESSREVIEW_EMAIL_URL", "mail.example.org:25"),
        ("PRESSREVIEW_DEBUG", "maybe"),
        ("PRESSREVIEW_HTTPS", "2"),
        ("PRESSREVIEW_DEMO", "oui"),
        ("PRESSREVIEW_DEMO_PORT", "0"),
        ("PRESSREVIEW_DEMO_PORT", "99999"),
        ("PRESSREVIEW_DEMO_PORT", "http"),
        ("PRESSREVIEW_HOST_GAP", "-1"),
        ("PRESSREVIEW_HOST_GAP", "nan"),
        ("PRESSREVIEW_TIME_ZONE", "Mars/Olympus"),
        ("PRESSREVIEW_LOG_LEVEL", "LOUD"),
        ("PRESSREVIEW_ORIGINS", "pressreview.example"),
    ],
)
def test_a_bad_value_stops_the_start_and_is_named(
    variable: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImproperlyConfigured, match=variable):
        settings(monkeypatch, tmp_path, **{variable: value})


def test_the_command_line_tells_a_bad_value_without_a_traceback(tmp_path: Path) -> None:
    environment = {**os.environ, "PRESSREVIEW_DATA": str(tmp_path), "PRESSREVIEW_DEMO_PORT": "http"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "run"], cwd=ROOT, text=True, capture_output=True, check=False, env=environment
    )
    assert done.returncode != 0
    assert done.stderr.strip() == "PRESSREVIEW_DEMO_PORT must be a number: http"


def test_nothing_needs_to_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, tmp_path)
    assert found["DATABASE_URL"] == f"postgres://postgres@/pressreview?host={tmp_path / 'postgres-run'}"
    assert found["CELERY_BROKER_URL"] == f"redis+socket://{tmp_path / 'redis-run'}/redis.sock"
    assert (found["DEBUG"], found["TIME_ZONE"], found["PRESSREVIEW_PORT"]) == (False, "Europe/Paris", 8000)


def test_a_value_left_empty_is_a_value_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As docker compose passes on what nobody set."""
    documented = re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    unset = settings(monkeypatch, tmp_path)
    others = {name: "" for name in documented if name != "PRESSREVIEW_DATA"}
    empty = settings(monkeypatch, tmp_path, **others)
    assert {k: v for k, v in empty.items() if k.isupper()}.keys() == {k for k in unset if k.isupper()}
    for name in (
        "ALLOWED_HOSTS",
        "DATABASE_URL",
        "REDIS_URL",
        "HTTPS",
        "TIME_ZONE",
        "SECRET_KEY",
        "CSRF_TRUSTED_ORIGINS",
    ):
        assert empty[name] == unset[name]


def test_what_is_set_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(
        monkeypatch, tmp_path,
        DATABASE_URL="postgres://u:p@db.example:5433/press", REDIS_URL="redis://redis.example/2",
        PRESSREVIEW_HOSTS="revue.example, www.revue.example", PRESSREVIEW_HTTPS="true",
        PRESSREVIEW_ORIGINS="https://revue.example", PRESSREVIEW_SECRET_KEY="s3cret",
    )  # fmt: skip
    assert (found["DATABASES"]["default"]["HOST"], found["REDIS_URL"]) == ("db.example", "redis://redis.example/2")
    assert found["ALLOWED_HOSTS"] == ["revue.example", "www.revue.example", "127.0.0.1"]
    assert (found["SECURE_SSL_REDIRECT"], found["SESSION_COOKIE_SECURE"]) == (True, True)
    assert (found["CSRF_TRUSTED_ORIGINS"], found["SECRET_KEY"]) == (["https://revue.example"], "s3cret")
    assert not (tmp_path / "secret-key").exists()


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImproperlyConfigured, match="PRESSREVIEW_DATA"):
        settings(monkeypatch, tmp_path / "file" / "var")


def test_the_mail_server_is_one_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = settings(monkeypatch, tmp_path, PRESSREVIEW_EMAIL_URL="smtp+tls://louis:secret@mail.example.org:587")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_HOST_USER"]) == ("mail.example.org", 587, "louis")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)
    assert settings(monkeypatch, tmp_path)["EMAIL_BACKEND"].endswith("console.EmailBackend")
