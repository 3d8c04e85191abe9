"""Where an administrator sets on what terms an outlet is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from articles import perms
from sources.models import Feed, Outlet
from tests.factories import make_article
from tests.fakes import make_feed, make_outlet

pytestmark = pytest.mark.django_db
PAGE = "/sources/titres/le-journal/reglages/"
EMPTY = {
    "shortest_minutes": "", "longest_minutes": "", "paywall": "", "language": "fr", "languages": "",
    "retention_days": "", "excerpt_limit": "", "quoted_percent": "", "rights": "", "aliases": "",
}  # fmt: skip


@pytest.fixture
def browser() -> Client:
    make_outlet()
    user = User.objects.create_user("louis")
    user.groups.add(Group.objects.get(name=perms.ADMINISTRATOR))
    client = Client()
    client.force_login(user)
    return client


def save(browser: Client, **fields: Any) -> Any:
    return browser.post(PAGE, {**EMPTY, **fields})


def test_only_administrators_set_terms(browser: Client, client: Client) -> None:
    assert client.get(PAGE)["Location"].startswith("/compte/connexion/")
    client.force_login(User.objects.create_user("lecteur"))
    assert client.get(PAGE).status_code == 403
    assert browser.get(PAGE).status_code == 200
    assert browser.get("/sources/titres/inconnu/reglages/").status_code == 404


def test_what_is_typed_is_kept_and_shown_again(browser: Client) -> None:
    typed = {
        "shortest_minutes": "10", "longest_minutes": "60", "paywall": "partial", "languages": "FR, en",
        "retention_days": "30", "excerpt_limit": "0", "quoted_percent": "10", "rights": "Accord du 3 mars.",
        "aliases": "L’AFP\n\n Agence  France-Presse \nL’AFP",
    }  # fmt: skip
    assert save(browser, **typed)["Location"] == PAGE
    outlet = Outlet.objects.get()
    assert (outlet.shortest_minutes, outlet.longest_minutes, outlet.paywall) == (10, 60, "partial")
    assert (outlet.languages, outlet.retention_days, outlet.excerpt_limit) == (["fr", "en"], 30, 0)
    assert outlet.aliases == ["L’AFP", "Agence France-Presse"]
    shown = browser.get(PAGE).content.decode()
    for said in ("fr, en", "Accord du 3 mars.", "L’AFP\nAgence France-Presse"):
        assert said in shown
    assert len(outlet.own_terms) == 6


def test_empty_fields_leave_the_outlet_as_all_others_are(browser: Client) -> None:
    save(browser, longest_minutes="60", retention_days="30")
    save(browser)
    outlet = Outlet.objects.get()
    assert (outlet.longest_minutes, outlet.retention_days, outlet.own_terms) == (None, None, [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shortest_minutes", "0"),
        ("longest_minutes", "20000"),
        ("longest_minutes", "abc"),
        ("longest_minutes", "5"),  # shorter than the shortest
        ("paywall", "x"),
        ("language", "français"),
        ("language", ""),
        ("languages", "fr, allemand"),
        ("retention_days", "-1"),
        ("excerpt_limit", "301"),
        ("quoted_percent", "0"),
        ("aliases", "x" * 200),
        ("aliases", "\n".join(map(str, range(60)))),
    ],
)
def test_what_is_wrong_is_said_at_its_input_and_nothing_is_saved(browser: Client, field: str, value: str) -> None:
    page = save(browser, **{"shortest_minutes": "10", field: value})
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    html = page.content.decode()
    assert f'id="id_{field}_error"' in html
    assert f'aria-describedby="id_{field}_error"' in html
    assert Outlet.objects.get().shortest_minutes is None


def test_a_shorter_rhythm_counts_at_once(browser: Client) -> None:
    feed = make_feed(Outlet.objects.get(), next_fetch_at=timezone.now() + timedelta(hours=20))
    save(browser, longest_minutes="30")
    assert Feed.objects.get(pk=feed.pk).next_fetch_at <= timezone.now() + timedelta(minutes=30)


def test_what_was_typed_by_others_is_escaped(browser: Client) -> None:
    Outlet.objects.update(rights="<script>", aliases=["<b>"], tdm_reserved=True, tdm_since=timezone.now(),
                          tdm_policy="javascript:alert(1)")  # fmt: skip
    page = browser.get(PAGE).content.decode()
    assert "<script>" not in page.replace("<script type", "")
    assert "<b>" not in page.split("<form", 1)[1].split("id_aliases", 1)[1].split("</textarea>")[0]
    assert 'href="javascript' not in page


def test_the_page_counts_the_texts_that_are_kept_and_those_that_were_dropped(browser: Client) -> None:
    now = timezone.now()
    for number, dropped_at in enumerate([None, None, now]):
        make_article(
            f"Titre {number}", outlet="Le Journal", seen_at=now - timedelta(days=40), text_dropped_at=dropped_at
        )
    page = browser.get(PAGE)
    assert (page.context["kept"], page.context["dropped"], page.context["dropped_at"]) == (2, 1, now)
    saved = browser.post(PAGE, {**EMPTY, "retention_days": "30"}, follow=True)
    assert any(str(message).startswith("2 ") for message in saved.context["messages"])
