"""What every page of the site knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from articles import perms

THEMES = {"light", "dark", "system"}


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """The reader's choice of appearance ("light", "dark" or "system") and what the reader may do."""
    theme = request.COOKIES.get("theme", "system")
    user = getattr(request, "user", None)
    return {
        "theme": theme if theme in THEMES else "system",
        "is_journalist": user is not None and perms.holds(user, perms.JOURNALIST),
        "is_editor": user is not None and perms.holds(user, perms.EDITOR),
        "is_administrator": user is not None and perms.holds(user, perms.ADMINISTRATOR),
    }
