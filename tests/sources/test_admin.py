"""What Django's administration does to feeds."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sources.models import Feed
from tests.factories import make_user
from tests.fakes import make_feed

pytestmark = pytest.mark.django_db


def change(client: Client, feed: Feed, url: str) -> Feed:
    """Send the form of a feed with this address."""
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    path = reverse("admin:sources_feed_change", args=[feed.pk])
    due = {"next_fetch_at_0": "2024-02-28", "next_fetch_at_1": "12:00:00", "paused_at_0": "", "paused_at_1": ""}
    answer = client.post(path, {"url": url, "outlet": feed.outlet_id, "kind": "rss", "title": "", **due})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Feed.objects.get(pk=feed.pk)


@pytest.fixture
def feed() -> Feed:
    return make_feed(etag='"v1"', last_modified="hier", body_hash="0" * 64, gone_at=timezone.now())


def test_a_feed_with_a_new_address_begins_anew(client: Client, feed: Feed) -> None:
    changed = change(client, feed, "https://journal.example/nouveau")
    assert changed.url == "https://journal.example/nouveau"
    assert (changed.etag, changed.last_modified, changed.body_hash, changed.gone_at) == ("", "", "", None)


def test_a_feed_that_keeps_its_address_keeps_what_its_server_said(client: Client, feed: Feed) -> None:
    changed = change(client, feed, feed.url)
    assert (changed.etag, changed.last_modified) == ('"v1"', "hier")
    assert changed.gone_at is not None
