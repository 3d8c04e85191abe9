"""The fetcher as the settings make it."""

from __future__ import annotations

from typing import Any

import pytest

from sources.fetcher import user_agent


@pytest.mark.parametrize(
    ("contact", "origins", "told"),
    [
        ("presse@revue.example", ["https://revue.example"], " (+presse@revue.example)"),
        ("", ["https://revue.example", "https://autre.example"], " (+https://revue.example)"),
        ("", [], ""),
    ],
)
def test_outlets_are_told_where_to_write_to(settings: Any, contact: str, origins: list[str], told: str) -> None:
    settings.PRESSREVIEW_CONTACT, settings.CSRF_TRUSTED_ORIGINS = contact, origins
    assert user_agent() == f"PressReview/0.1{told}"
