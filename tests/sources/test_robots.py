"""What robots.txt lets us do, and what its absence does."""

from __future__ import annotations

import pytest

from sources.fetching.errors import FetchError, Reason
from sources.fetching.robots import KEEP_SECONDS, RETRY_SECONDS, MemoryCache, Robots, parse

PAGE = "https://exemple.fr/economie/puces.html"


class Remembering(MemoryCache):
    """A cache that says for how long it was told to keep things."""

    seconds = 0

    def set(self, key: str, value: str, seconds: int) -> None:
        self.seconds = seconds
        super().set(key, value, seconds)


def answering(status: int, text: str = "User-agent: *\nDisallow: /") -> tuple[bool, int]:
    """Whether the page is allowed when robots.txt answers so, and how long that is believed."""
    cache = Remembering()
    return Robots(cache).rules(PAGE, lambda _: (status, text)).allows(PAGE), cache.seconds


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /economie/\nAllow: /economie/puces", True),
        ("User-agent: *\nDisallow: /*.html$", False),
        ("User-agent: PressReview\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: pressreview\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: AutreRobot\nDisallow: /", True),
        ("<html><body>introuvable</body></html>", True),
        ("\ufeffUser-agent: *\r\nDisallow: /economie", False),
        ("", True),
    ],
)
def test_rules_are_read_for_our_name_then_for_everybody(text: str, allowed: bool) -> None:
    assert parse(text).allows(PAGE) is allowed


def test_the_crawl_delay_is_told_and_capped() -> None:
    assert parse("User-agent: *\nCrawl-delay: 2.5").crawl_delay == 2.5
    assert parse("User-agent: *\nCrawl-delay: 86400").crawl_delay == 120
    assert parse("User-agent: *\nCrawl-delay: vite").crawl_delay is None
    assert parse("User-agent: *\nDisallow: /a").crawl_delay is None


def test_a_file_that_is_there_counts_for_a_day() -> None:
    assert answering(200) == (False, KEEP_SECONDS)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_without_a_file_all_is_allowed(status: int) -> None:
    assert answering(status) == (True, KEEP_SECONDS)


@pytest.mark.parametrize("status", [429, 500, 503, 599])
def test_a_server_in_trouble_forbids_all_for_ten_minutes(status: int) -> None:
    assert answering(status, "") == (False, RETRY_SECONDS)


@pytest.mark.parametrize(
    ("reason", "allowed"), [(Reason.TIMEOUT, False), (Reason.BAD_ANSWER, False), (Reason.REDIRECTS, True)]
)
def test_silence_forbids_and_endless_redirects_allow(reason: Reason, allowed: bool) -> None:
    def fetch(url: str) -> tuple[int, str]:
        raise FetchError(reason, f"{url} failed")

    assert Robots(MemoryCache()).rules(PAGE, fetch).allows(PAGE) is allowed


@pytest.mark.parametrize("reason", [Reason.ADDRESS_REFUSED, Reason.DNS, Reason.CONNECTION, Reason.TLS, Reason.BUSY])
def test_a_host_out_of_reach_says_so_and_is_asked_again(reason: Reason) -> None:
    asked = []

    def fetch(url: str) -> tuple[int, str]:
        asked.append(url)
        raise FetchError(reason, f"{url} failed")

    robots = Robots(MemoryCache())
    for _ in range(2):
        with pytest.raises(FetchError) as caught:
            robots.rules(PAGE, fetch)
        assert caught.value.reason is reason
    assert asked == ["https://exemple.fr/robots.txt"] * 2


def test_each_origin_is_asked_once() -> None:
    asked: list[str] = []

    def fetch(url: str) -> tuple[int, str]:
        asked.append(url)
        return 200, ""

    robots = Robots(MemoryCache())
    for url in (PAGE, "https://exemple.fr/autre", "http://exemple.fr/", "https://exemple.fr:8443/"):
        robots.rules(url, fetch)
    assert asked == [
        f"{origin}/robots.txt" for origin in ("https://exemple.fr", "http://exemple.fr", "https://exemple.fr:8443")
    ]
