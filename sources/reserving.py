"""Noting that an outlet reserves text and data mining: since when, and under which policy."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q

from sources.fetching.client import Busy, Client, FetchError
from sources.models import Outlet
from sources.parsing.reservation import PATH, Reservation, of_file

# An origin's file is asked for again after this long, and sooner where our own pace kept us from it.
OFTEN_ENOUGH, SOON = timedelta(days=7), timedelta(hours=1)


def note(outlet: Outlet, said: Reservation | None, now: datetime, *, of_all: bool = False) -> None:
    """Write down what an answer of the outlet's site says; nothing where it says nothing or the same as before.

    One page without a reservation takes none back: only what is said of the whole site does (`of_all`).
    """
    if said is None or (outlet.tdm_reserved, outlet.tdm_policy) == (said.is_reserved, said.policy):
        return
    if outlet.tdm_reserved and not said.is_reserved and not of_all:
        return
    Outlet.objects.filter(pk=outlet.pk).exclude(tdm_reserved=said.is_reserved, tdm_policy=said.policy).update(
        tdm_reserved=said.is_reserved, tdm_policy=said.policy, tdm_since=now
    )
    outlet.tdm_reserved, outlet.tdm_policy, outlet.tdm_since = said.is_reserved, said.policy, now


def ask_next(client: Client, now: datetime) -> Outlet | None:
    """Ask the site of the outlet that has waited longest for its tdmrep.json. None when all were asked lately."""
    outlet = _claim(now)
    if outlet is not None:
        try:
            said = ask(outlet.homepage, client)
        except Busy:
            Outlet.objects.filter(pk=outlet.pk).update(tdm_checked_at=now - OFTEN_ENOUGH + SOON)
        else:
            note(outlet, said, now, of_all=True)
    return outlet


@transaction.atomic
def _claim(now: datetime) -> Outlet | None:
    asked = Q(tdm_checked_at=None) | Q(tdm_checked_at__lt=now - OFTEN_ENOUGH)
    rows = Outlet.objects.collected().filter(asked, is_demo=False, homepage__startswith="http", feeds__isnull=False)
    first = rows.order_by(F("tdm_checked_at").asc(nulls_first=True), "pk").values_list("pk", flat=True).first()
    outlet = Outlet.objects.filter(asked, pk=first or 0).select_for_update(skip_locked=True).first()
    if outlet is not None:
        Outlet.objects.filter(pk=outlet.pk).update(tdm_checked_at=now)
    return outlet


def ask(site: str, client: Client) -> Reservation | None:
    """What the file of a site's origin says of the site; None for nothing. Raises Busy, and no other FetchError."""
    parts = urlsplit(site)
    try:
        answer = client.get(f"{parts.scheme}://{parts.netloc}{PATH}", accept="application/json")
    except Busy:
        raise
    except FetchError:
        return None  # no file, or none that we may read: it says nothing
    return of_file(answer.text, parts.path or "/")
