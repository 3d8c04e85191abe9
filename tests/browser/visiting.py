"""What a visitor's page must never do, whatever the test is about, and how a visitor signs in."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import ConsoleMessage, Dialog, Page, Request, Response, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass
class Watch:
    """Notes what goes wrong on a page: script errors, requests that fail, and requests to elsewhere."""

    origin: str
    problems: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    """Statuses that a test is about."""

    def on(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("requestfailed", self._failed)

    def _failed(self, request: Request) -> None:
        # On a busy machine the browser may still be asking for parts of a page that it leaves: it gives them up itself.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed: {request.url} ({request.failure})")

    def _dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        told_already = "Failed to load resource" in message.text
        if message.type == "error" and not told_already:
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.problems.append(f"left the site: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status}: {response.url}")


def too_wide(page: Page) -> list[str]:
    """What sticks out of a telephone's screen (390 px); nothing where the page does not scroll sideways."""
    usual = page.viewport_size
    page.set_viewport_size(PHONE)
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 5).map((e) => e.outerHTML.slice(0, 120)).concat("wider than the screen")"""
    )
    if usual:
        page.set_viewport_size(usual)
    return found


def sign_in(page: Page, site: str, user: User) -> None:
    """As if the user had signed in on the sign-in page, which has a test of its own."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
