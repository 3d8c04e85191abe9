"""What every test stands on: the embedded servers, and no network but loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from pytest_socket import _remove_restrictions, socket_allow_hosts

from pressreview import embedded

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers before Django asks for a database."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is not there
    stack = ExitStack()
    stack.enter_context(embedded.servers(settings.DATA_DIR))
    config.add_cleanup(stack.close)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared") and not SHARED.exists():
        pytest.skip("the benchmark data (../shared) is not beside this checkout")


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Sockets reach this machine only: a test that needs the Internet is wrong."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    _remove_restrictions()


@pytest.fixture
def shared() -> Path:
    """The folder of benchmark data beside the project."""
    return SHARED
