"""Signing in and out, the profile, the password, and the two choices kept in cookies."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from articles import perms
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SECRET = "mot de passe"


def test_a_name_and_a_password_sign_in(client: Client) -> None:
    make_user("lea")
    answer = client.post("/compte/connexion/", {"username": "lea", "password": SECRET, "next": "/titres/"})
    assert (answer.status_code, answer["Location"]) == (302, "/titres/")


def test_signing_in_never_leads_elsewhere(client: Client) -> None:
    make_user("lea")
    answer = client.post(
        "/compte/connexion/", {"username": "lea", "password": SECRET, "next": "https://elsewhere.example/"}
    )
    assert answer["Location"] == "/"


def test_a_wrong_password_is_said_to_be_wrong(client: Client) -> None:
    answer = client.post("/compte/connexion/", {"username": "lea", "password": "non"})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=2)
def test_too_many_wrong_passwords_lock_the_door(client: Client) -> None:
    make_user("lea")
    for _ in range(2):
        answer = client.post(
            "/compte/connexion/", {"username": "lea", "password": "non"}, headers={"accept-language": "en"}
        )
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert client.post("/compte/connexion/", {"username": "lea", "password": SECRET}).status_code == 429


def test_signing_out_needs_a_post(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/compte/deconnexion/").status_code == 405
    assert client.post("/compte/deconnexion/").status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/compte/", "/compte/mot-de-passe/"])
def test_an_account_is_for_who_signed_in(client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/compte/connexion/")


def test_a_profile_is_saved(client: Client) -> None:
    user = make_user(role=perms.EDITOR)
    client.force_login(user)
    assert "éditeur" in client.get("/compte/").content.decode()
    client.post("/compte/", {"first_name": "Salomé", "last_name": "Amrani", "email": "s@press.example"})
    user.refresh_from_db()
    assert user.get_full_name() == "Salomé Amrani"


def test_a_bad_address_is_refused(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    assert client.post("/compte/", {"email": "pas une adresse"}).status_code == 200
    user.refresh_from_db()
    assert user.email == ""


def test_a_password_is_changed_and_the_session_goes_on(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    new = "un autre mot de passe 7"
    fields = {"old_password": SECRET, "new_password1": new, "new_password2": new}
    assert client.post("/compte/mot-de-passe/", fields).status_code == 302
    assert client.get("/compte/").status_code == 200
    user.refresh_from_db()
    assert user.check_password(new)


def test_the_header_offers_what_the_role_may_do(client: Client) -> None:
    for role, desk, sources in (
        (perms.JOURNALIST, False, False),
        (perms.EDITOR, True, False),
        (perms.ADMINISTRATOR, True, True),
    ):
        client.force_login(make_user(role, role))
        page = client.get("/a-propos/").content.decode()
        assert ('href="/pupitre/"' in page, 'href="/sources/"' in page) == (desk, sources)


def test_a_language_is_kept_and_followed(client: Client) -> None:
    answer = client.post("/compte/langue/", {"language": "en", "next": "/a-propos/"})
    assert (answer["Location"], answer.cookies["language"].value) == ("/a-propos/", "en")
    assert '<html lang="en">' in client.get("/a-propos/").content.decode()


def test_an_appearance_is_kept_and_followed(client: Client) -> None:
    client.post("/compte/apparence/", {"theme": "dark"})
    assert 'value="dark" id="theme-dark" checked' in client.get("/a-propos/").content.decode()


@pytest.mark.parametrize(("path", "field"), [("/compte/langue/", "language"), ("/compte/apparence/", "theme")])
def test_choices_that_do_not_exist_are_refused(client: Client, path: str, field: str) -> None:
    assert client.post(path, {field: "autre"}).status_code == 400
    assert client.post(path).status_code == 400
    assert client.get(path).status_code == 405


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x", ""])
def test_a_choice_leads_back_to_our_pages_only(client: Client, target: str) -> None:
    assert client.post("/compte/apparence/", {"theme": "light", "next": target})["Location"] == "/"
