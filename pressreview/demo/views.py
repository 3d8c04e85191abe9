"""The one click that takes the demonstration press away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from articles import perms
from pressreview.demo import install


@require_POST
@perms.role_required(perms.ADMINISTRATOR)
def remove(request: HttpRequest) -> HttpResponse:
    """Remove everything of the demonstration, and say how much it was."""
    count = install.remove()
    messages.success(
        request,
        ngettext(
            "The demonstration press is gone, with its only article.",
            "The demonstration press is gone, with its %(count)d articles.",
            count,
        )
        % {"count": count},
    )
    return redirect("review:front")
