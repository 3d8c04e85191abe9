"""Who may see or do what: four roles, each holding what the one before holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

READER, JOURNALIST, EDITOR, ADMINISTRATOR = "lecteur", "journaliste", "éditeur", "administrateur"
_RANKS = {READER: 1, JOURNALIST: 2, EDITOR: 3, ADMINISTRATOR: 4}

View = Callable[..., HttpResponse]


def rank(user: User | AnonymousUser) -> int:
    """0 for a visitor, 4 for an administrator; a superuser is one. Cached on the user object."""
    if not user.is_authenticated:
        return 0
    if user.is_superuser:
        return _RANKS[ADMINISTRATOR]
    known: int | None = user.__dict__.get("pressreview_rank")
    if known is None:
        known = max((_RANKS.get(name, 0) for name in user.groups.values_list("name", flat=True)), default=1)
        user.__dict__["pressreview_rank"] = known
    return known


def holds(user: User | AnonymousUser, role: str) -> bool:
    """Whether the user may do what `role` may."""
    return rank(user) >= _RANKS[role]


def role_required(role: str) -> Callable[[View], View]:
    """Send visitors to the sign-in page, and refuse (403) those whose role is too small."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not holds(request.user, role):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
