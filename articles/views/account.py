"""Signing in and out, the account's own page, and the two choices that a visitor may keep: language and appearance."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from articles.views.context import THEMES

YEAR = 365 * 24 * 60 * 60


class ProfileForm(ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["first_name", "last_name", "email"]


_log_in = LoginView.as_view(template_name="account/sign_in.html", redirect_authenticated_user=True)
_log_out = LogoutView.as_view()
_change = PasswordChangeView.as_view(template_name="account/password.html", success_url=reverse_lazy("account:profile"))


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Name and password; too many wrong ones are answered by account/locked.html (429)."""
    return _log_in(request)


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """POST only."""
    return _log_out(request)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """The reader's own name and address, role, and the way to the password."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your profile is saved."))
        return redirect("account:profile")
    roles = request.user.groups.values_list("name", flat=True)
    return render(request, "account/profile.html", {"form": form, "roles": list(roles)})


@login_required
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Ask for the old password and twice for the new one; the session goes on."""
    answer = _change(request)
    if isinstance(answer, HttpResponseRedirect):
        messages.success(request, _("Your password is changed."))
    return answer


# Both only keep a harmless choice in a cookie. Without a token of their own, public pages set no cookie at all and are
# the same bytes for everybody.
@csrf_exempt
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language of the screens ("fr" or "en") for a year."""
    return _keep(request, settings.LANGUAGE_COOKIE_NAME, "language", {code for code, _name in settings.LANGUAGES})


@csrf_exempt
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the appearance ("light", "dark" or "system") for a year; theme.js writes the same cookie by itself."""
    return _keep(request, "theme", "theme", THEMES)


def _keep(request: HttpRequest, cookie: str, field: str, allowed: set[str]) -> HttpResponse:
    value = request.POST.get(field, "")
    if value not in allowed:
        return HttpResponseBadRequest(_("This choice does not exist."))
    answer = redirect(_next(request))
    answer.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
    return answer


def _next(request: HttpRequest) -> str:
    """Where the form was, as long as that is a page of ours."""
    target = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if own else reverse("review:front")
