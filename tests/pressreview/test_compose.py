"""What docker-compose.yml would start starts, is watched, and leaves no queue and no task alone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin.base import CLIContext
from celery.bin.beat import beat
from celery.bin.worker import worker
from django.urls import resolve

from pressreview.celery import app
from pressreview.management.commands import run
from tests.running import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / ".docker" / "Dockerfile").read_text()
OURS = [name for name, service in SERVICES.items() if "build" in service and name != "migrate"]
RUN = run._commands(Path("/data"), "127.0.0.1", 8000, needs_demo=True)


def queues_of(commands: Iterator[list[str]]) -> set[str]:
    return {
        queue for command in commands if "worker" in command for queue in command[command.index("-Q") + 1].split(",")
    }


def queues() -> set[str]:
    return {route["queue"] for route in app.conf.task_routes.values()} | {app.conf.task_default_queue}


def test_every_queue_has_a_worker_in_compose() -> None:
    assert queues_of(service["command"] for service in SERVICES.values() if "command" in service) == queues()


def test_every_queue_has_a_worker_in_run() -> None:
    assert queues_of(iter(RUN.values())) == queues()


def test_there_is_one_beat() -> None:
    beats = [name for name, service in SERVICES.items() if "beat" in service.get("command", ())]
    assert beats == ["beat"]
    assert "deploy" not in SERVICES["beat"]
    assert len([command for command in RUN.values() if "beat" in command]) == 1


def test_one_worker_alone_groups() -> None:
    """Its engine is in its memory: a pool would hold several that forget each other's work."""
    for command in (SERVICES["grouper"]["command"], RUN["grouper"]):
        assert command[command.index("--pool") + 1] == "solo"


def test_beat_and_routes_name_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()} | set(app.conf.task_routes)
    assert named - set(app.tasks) == set()


def test_every_task_of_ours_is_rung_by_beat() -> None:
    """A bell may be lost, so no step waits for another one's bell alone."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.startswith(("sources.", "articles."))}
    assert ours - {entry["task"] for entry in app.conf.beat_schedule.values()} == set()


def test_what_is_rung_often_does_not_pile_up() -> None:
    for entry in app.conf.beat_schedule.values():
        if isinstance(entry["schedule"], int | float):
            assert entry["options"]["expires"] <= entry["schedule"]


def test_every_lasting_service_is_started_again_and_watched() -> None:
    for name in (*OURS, "postgres", "redis"):
        assert SERVICES[name]["restart"] == "unless-stopped", name
        assert SERVICES[name]["healthcheck"]["test"], name


def test_nothing_starts_before_the_database_is_ready() -> None:
    for name in OURS:
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    waits = SERVICES["migrate"]["depends_on"]
    assert {waits[name]["condition"] for name in ("postgres", "redis")} == {"service_healthy"}


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}
    assert DOCKERFILE.index("USER ") < DOCKERFILE.index("CMD ")


def test_the_image_holds_all_the_code_and_what_it_needs() -> None:
    copied = set(re.findall(r"^COPY (\S+)", DOCKERFILE, re.MULTILINE))
    assert {"requirements.txt", "manage.py", "pressreview", "sources", "articles", "templates", "static"} <= copied
    assert "--require-hashes" in DOCKERFILE
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", "var", ".env"} <= set(ignored)
    assert [path for path in copied if not (ROOT / path).exists() or path in ignored] == []


def test_every_variable_of_compose_is_documented() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    documented = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked - documented == set()


def test_grace_is_longer_than_any_task() -> None:
    for name in OURS:
        if "worker" in SERVICES[name]["command"]:
            assert int(SERVICES[name]["stop_grace_period"].rstrip("s")) >= app.conf.task_time_limit


@pytest.mark.parametrize("name", [name for name in OURS if SERVICES[name]["command"][0] == "celery"])
def test_celery_understands_the_command(name: str) -> None:
    _program, *options = SERVICES[name]["command"]
    assert options[:2] == ["-A", "pressreview"]
    command = {"worker": worker, "beat": beat}[options[2]]
    context = command.make_context(options[2], options[3:], obj=CLIContext(app=app, no_color=True, workdir=None))
    assert context.params


def test_gunicorn_understands_the_command() -> None:
    program, *options = SERVICES["web"]["command"]
    done = subprocess.run(
        [sys.executable, "-m", program, "--check-config", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_each_worker_answers_the_ping_of_its_own_check() -> None:
    for name in OURS:
        command = SERVICES[name]["command"]
        if "worker" in command:
            node = command[command.index("-n") + 1].replace("%h", "$$HOSTNAME")
            assert SERVICES[name]["healthcheck"]["test"][1] == f"celery -A pressreview inspect ping -d {node}"


def test_beat_is_watched_where_it_writes() -> None:
    command, check = SERVICES["beat"]["command"], SERVICES["beat"]["healthcheck"]["test"][1]
    schedule = Path(command[command.index("--schedule") + 1])
    assert f"find {schedule.parent} -name '{schedule.name}*'" in check


def test_the_site_is_watched_at_an_address_that_exists() -> None:
    address = re.search(r"http://127.0.0.1:8000(/[^']*)", " ".join(SERVICES["web"]["healthcheck"]["test"]))
    assert address
    assert resolve(address[1]).view_name == "health"
