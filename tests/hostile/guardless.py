"""The application's own client with its guard patched away: `python -m tests.hostile.guardless`, in a namespace only.

The positive control of the canaries. The application has no such switch.
"""

from __future__ import annotations

import os
from typing import Any

import django
import httpx

from sources.fetching import client as fetching
from sources.fetching.client import FetchError
from sources.fetching.guards import AddressGuard
from tests.hostile import INSIDE, outside, press


def _lets_through(guard: AddressGuard, host: str, port: int, addresses: Any) -> None:
    """Any address will do."""


def main() -> None:
    assert os.environ.get(INSIDE), "only inside the namespace, from which nothing can leave"
    AddressGuard.check = _lets_through  # type: ignore[method-assign, assignment]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pressreview.settings")
    django.setup()
    scenarios = press.scenarios()
    reader = fetching.Client(user_agent="PressReview/test (+https://revue.example/contact)")
    behind = [one.url for one in scenarios if one.verdict.get("no_canary")]
    for address in [*behind, *outside.private_addresses(scenarios)]:
        try:
            reader.get(address)
        except (FetchError, httpx.HTTPError) as error:
            print(f"{address}: {error}")


if __name__ == "__main__":
    main()
