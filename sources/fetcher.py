"""The one fetcher, built from the settings: every request to the outside goes through it."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from sources.fetching.client import Client, Limits
from sources.fetching.guards import AddressGuard

VERSION = "0.1"


def user_agent() -> str:
    """Who we say we are, with the address of a person to write to when the setting gives one."""
    contact = settings.PRESSREVIEW_CONTACT
    return f"PressReview/{VERSION} (+{contact})" if contact else f"PressReview/{VERSION}"


def allowed_addresses() -> list[str]:
    """The "host:port" that the guard lets through although they are private."""
    demo = [f"127.0.0.1:{settings.PRESSREVIEW_DEMO_PORT}"] if settings.PRESSREVIEW_DEMO else []
    return [*demo, *settings.PRESSREVIEW_ALLOWED_ADDRESSES]


@cache
def client() -> Client:
    """This process's client."""
    return Client(user_agent=user_agent(), limits=Limits(), guard=AddressGuard(allowed_addresses()))
