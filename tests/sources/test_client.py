"""What the client brings back, and what it refuses to."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from sources.fetching.client import AddressRefused, Client, FetchError, Limits, Reason
from sources.fetching.guards import AddressGuard
from sources.fetching.robots import MemoryCache, Robots

from .loopback import Loopback, drip, http, running

AGENT = "PressReview/0.1 (+https://exemple.fr/)"


@pytest.fixture
def press() -> Iterator[Loopback]:
    yield from running()


def client_for(press: Loopback, **options: object) -> Client:
    limits = Limits(max_bytes=100_000, deadline=15.0, max_redirects=3)
    return Client(user_agent=AGENT, guard=AddressGuard([press.place]), **{"limits": limits, **options})  # type: ignore[arg-type]


HASTE = Limits(deadline=0.5)


def failure(press: Loopback, path: str = "/", **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        client_for(press, **options).get(press.url(path))
    assert press.place in str(caught.value)
    return caught.value


def test_a_page_comes_with_its_address_headers_and_body(press: Loopback) -> None:
    press.answers["/une"] = http(
        b"Bonjour", "200 OK", 'ETag: W/"a"', "X-Deux: 1", "X-Deux: 2", "Cache-Control: public, max-age=600"
    )
    found = client_for(press).get(press.url("/une"))
    assert (found.url, found.requested_url, found.status, found.body) == (press.url("/une"),) * 2 + (200, b"Bonjour")
    assert (found.etag, found.headers["x-deux"], found.max_age) == ('W/"a"', "1, 2", timedelta(minutes=10))
    assert not found.not_modified
    assert not found.permanent_redirect_to
    assert 0 < found.elapsed < 15
    assert datetime.now(UTC) - found.fetched_at < timedelta(seconds=5)


def test_a_request_says_who_we_are_and_carries_nothing_else(press: Loopback) -> None:
    press.answers["/"] = http(b"", "200 OK", "Set-Cookie: espion=1")
    client = client_for(press)
    client.get(press.url("/"))
    client.get(press.url("/"))
    asked = press.asked[-1].lower()
    assert f"user-agent: {AGENT}".lower() in asked
    for header in ("cookie:", "authorization:", "referer:"):
        assert header not in asked


def test_validators_are_sent_back_byte_for_byte(press: Loopback) -> None:
    press.answers["/"] = http(b"ignored", "304 Not Modified", 'ETag: "neuf"')
    found = client_for(press).get(
        press.url("/"), etag="sans-guillemets", last_modified="Thu,  1 Jan 2026 00:00:00 +0000"
    )
    assert "If-None-Match: sans-guillemets\r\n" in press.asked[0]
    assert "If-Modified-Since: Thu,  1 Jan 2026 00:00:00 +0000\r\n" in press.asked[0]
    assert (found.not_modified, found.body, found.etag) == (True, b"", '"neuf"')


def test_a_validator_cannot_smuggle_a_header(press: Loopback) -> None:
    press.answers["/"] = http()
    client_for(press).get(press.url("/"), etag='"a"\r\nX-Intrus: 1')
    assert "\r\nX-Intrus" not in press.asked[0]


def test_a_304_to_an_unconditional_request_is_an_error(press: Loopback) -> None:
    press.answers["/"] = http(b"", "304 Not Modified")
    assert failure(press).status == 304


def test_a_204_is_no_change(press: Loopback) -> None:
    press.answers["/"] = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    assert client_for(press).get(press.url("/")).not_modified


def test_early_hints_come_before_the_answer(press: Loopback) -> None:
    press.answers["/"] = b"HTTP/1.1 103 Early Hints\r\nLink: </style>\r\n\r\n" + http(b"ok")
    assert client_for(press).get(press.url("/")).body == b"ok"


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        ("404 Not Found", [], Reason.HTTP_ERROR),
        ("500 Oops", [], Reason.HTTP_ERROR),
        ("999 Request denied", [], Reason.HTTP_ERROR),
        ("206 Partial Content", ["Content-Range: bytes 0-1/9"], Reason.HTTP_ERROR),
        ("410 Gone", [], Reason.GONE),
        ("429 Too Many Requests", [], Reason.RATE_LIMITED),
        ("403 Forbidden", ["CF-Mitigated: challenge"], Reason.CHALLENGE),
    ],
)
def test_a_status_is_told_by_its_reason(press: Loopback, status: str, headers: list[str], reason: Reason) -> None:
    press.answers["/"] = http(b"<html>", status, *headers)
    error = failure(press)
    assert (error.reason, error.status) == (reason, int(status[:3]))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("31536000", 86400),
        ("soon", None),
        ("-5", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_capped_at_a_day(press: Loopback, value: str, seconds: int | None) -> None:
    press.answers["/"] = http(b"", "503 Slow down", f"Retry-After: {value}")
    assert failure(press).retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_retry_after_is_read_as_a_date(press: Loopback) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=120)
    press.answers["/"] = http(b"", "429 Slow down", f"Retry-After: {moment:%a, %d %b %Y %H:%M:%S} GMT")
    wait = failure(press).retry_after
    assert wait is not None
    assert timedelta(seconds=100) < wait <= timedelta(seconds=120)


def moved(to: str, status: int = 302) -> bytes:
    return http(b"moved", f"{status} Moved", f"Location: {to}")


def test_permanent_redirects_are_followed_and_reported(press: Loopback) -> None:
    press.answers |= {"/1": moved("/2", 301), "/2": moved("3", 308), "/3": http(b"ici")}
    found = client_for(press).get(press.url("/1"))
    assert (found.body, found.url, found.permanent_redirect_to) == (b"ici", press.url("/3"), press.url("/3"))


def test_a_temporary_redirect_ends_the_permanent_chain(press: Loopback) -> None:
    press.answers |= {"/1": moved("/2", 301), "/2": moved("/3", 307), "/3": moved("/4", 301), "/4": http(b"ici")}
    found = client_for(press).get(press.url("/1"))
    assert (found.url, found.permanent_redirect_to) == (press.url("/4"), press.url("/2"))


@pytest.mark.parametrize("to", ["//{place}/ici", "http://{place}/ici#marque", "/x/../ici", "?a#b"])
def test_locations_are_resolved_as_browsers_do(press: Loopback, to: str) -> None:
    press.answers |= {"/1": moved(to.format(place=press.place)), "/ici": http(b"ici"), "/x/../ici": http(b"ici")}
    if to.startswith("?"):
        assert failure(press, "/1").reason is Reason.REDIRECTS
        return
    assert client_for(press).get(press.url("/1")).body == b"ici"


def test_a_location_in_utf_8_is_followed(press: Loopback) -> None:
    press.answers |= {"/1": moved("/été"), "/%C3%A9t%C3%A9": http(b"ici")}
    assert client_for(press).get(press.url("/1")).body == b"ici"


def test_redirect_loops_end(press: Loopback) -> None:
    press.answers["/"] = moved("/")
    assert failure(press).reason is Reason.REDIRECTS
    assert len(press.asked) == 4


def test_a_redirect_to_nowhere_is_an_error(press: Loopback) -> None:
    press.answers["/"] = http(b"", "302 Found")
    assert failure(press).reason is Reason.REDIRECTS


@pytest.fixture
def canary() -> Iterator[Loopback]:
    """A server at an address that is not exempted: nothing may reach it."""
    yield from running()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]", "[::1]"]
)
def test_redirects_to_private_addresses_are_not_followed(press: Loopback, canary: Loopback, host: str) -> None:
    press.answers["/"] = moved(f"http://{host}:{canary.port}/")
    with pytest.raises(AddressRefused) as caught:
        client_for(press).get(press.url("/"))
    assert caught.value.reason is Reason.ADDRESS_REFUSED
    assert canary.asked == []


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "data:text/html,x",
        "javascript:alert(1)",
        "http://exemple.fr@127.0.0.1/",
        "http://127.0.0.1\\@exemple.fr/",
        "http://:80/rien",
        "http://127.0.0.1:99999/",
        "http://[oups/",
    ],
)
def test_what_is_no_web_address_is_refused(press: Loopback, to: str) -> None:
    press.answers["/"] = moved(to)
    with pytest.raises(FetchError) as caught:
        client_for(press).get(press.url("/"))
    assert caught.value.reason in (Reason.BAD_URL, Reason.REDIRECTS)
    with pytest.raises(FetchError) as caught:
        client_for(press).get(to)
    assert caught.value.reason is Reason.BAD_URL


def test_one_deadline_covers_a_body_that_drips(press: Loopback) -> None:
    press.answers["/"] = drip(http(b"x" * 1000), 0.02)
    started = time.monotonic()
    assert failure(press, limits=HASTE).reason is Reason.TIMEOUT
    assert time.monotonic() - started < 3


def test_one_deadline_covers_silence(press: Loopback) -> None:
    press.answers["/"] = lambda _: time.sleep(5)
    assert failure(press, limits=HASTE).reason is Reason.TIMEOUT


def test_one_deadline_covers_a_name_that_is_not_resolved(press: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        hold.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(FetchError) as caught:
        client_for(press, limits=HASTE).get("http://lent.exemple.fr/")
    hold.set()
    assert caught.value.reason is Reason.TIMEOUT


def resolver(*addresses: str) -> Callable[..., list[object]]:
    """A DNS that gives these addresses, one after the other for one name that changes its mind."""
    return lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    press: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver("93.184.216.34", "10.0.0.1"))
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1"):
        client_for(press).get("http://melange.exemple.fr/")


def changing(*answers: str) -> tuple[Callable[..., list[object]], list[str]]:
    """A DNS that gives the next of these answers at each question, and the names it was asked."""
    asked: list[str] = []

    def answer(host: str, port: int, *_: object, **__: object) -> list[object]:
        asked.append(host)
        number = asked.count("change.exemple.fr") - 1
        return resolver(answers[number] if host == "change.exemple.fr" else host)(host, port)

    return answer, asked


def test_a_name_that_turns_private_is_refused(press: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", changing("93.184.216.34", "10.0.0.1")[0])
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1"):
        client_for(press).get("http://change.exemple.fr/")


def test_the_address_that_was_checked_is_the_one_connected_to(press: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, asked = changing("127.0.0.1", "127.0.0.1", "10.0.0.1")
    press.answers["/"] = http(b"ok")
    monkeypatch.setattr(socket, "getaddrinfo", answer)
    assert client_for(press).get(f"http://change.exemple.fr:{press.port}/").body == b"ok"
    assert asked == ["change.exemple.fr", "change.exemple.fr", "127.0.0.1"]
    assert f"Host: change.exemple.fr:{press.port}" in press.asked[0]


def test_an_unknown_name_is_a_dns_error(press: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchError) as caught:
        client_for(press).get("http://inconnu.exemple.fr/")
    assert caught.value.reason is Reason.DNS


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 10_000)


def test_an_endless_body_is_cut(press: Loopback) -> None:
    press.answers["/"] = endless
    assert failure(press).reason is Reason.TOO_LARGE


def test_a_body_announced_too_large_is_not_read(press: Loopback) -> None:
    press.answers["/"] = http(b"x", "200 OK", length=10**12)
    assert failure(press).reason is Reason.TOO_LARGE


def test_bombs_are_cut_whatever_their_coding(press: Loopback) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    press.answers |= {
        "/gzip": http(bomb, "200 OK", "Content-Encoding: gzip"),
        "/deflate": http(zlib.compress(b"\0" * 50_000_000), "200 OK", "Content-Encoding: deflate"),
        "/twice": http(gzip.compress(bomb), "200 OK", "Content-Encoding: gzip, gzip"),
    }
    for path in ("/gzip", "/deflate", "/twice"):
        assert failure(press, path).reason is Reason.TOO_LARGE


def test_bombs_in_redirects_and_errors_are_not_even_read(press: Loopback) -> None:
    bomb = gzip.compress(b"\0" * 1_000_000)
    press.answers |= {
        "/1": http(bomb, "302 Found", "Location: /2", "Content-Encoding: gzip"),
        "/2": http(b"ok"),
        "/3": http(bomb, "500 Oops", "Content-Encoding: gzip"),
    }
    assert client_for(press).get(press.url("/1")).body == b"ok"
    assert failure(press, "/3").status == 500


def _bare_deflate(content: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(content) + machine.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"Bonjour")),
        ("x-gzip", gzip.compress(b"Bonjour")),
        ("gzip", gzip.compress(b"Bon") + gzip.compress(b"jour")),
        ("gzip", gzip.compress(b"Bonjour") + b"queue"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"Bonjour"))),
        ("deflate", zlib.compress(b"Bonjour")),
        ("deflate", _bare_deflate(b"Bonjour")),
        ("identity", b"Bonjour"),
    ],
)
def test_content_codings_are_undone(press: Loopback, coding: str, body: bytes) -> None:
    press.answers["/"] = http(body, "200 OK", f"Content-Encoding: {coding}")
    assert client_for(press).get(press.url("/")).body == b"Bonjour"


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"Bonjour" * 99)[:-12]),
        ("gzip", gzip.compress(b"Bonjour")[:-8] + b"\0" * 8),
        ("gzip", b"Bonjour"),
        ("gzip, gzip, gzip", b"x"),
        ("zstd", b"x"),
    ],
)
def test_damaged_or_unknown_codings_are_errors(press: Loopback, coding: str, body: bytes) -> None:
    press.answers["/"] = http(body, "200 OK", f"Content-Encoding: {coding}")
    assert failure(press).reason is Reason.BAD_ANSWER


@pytest.mark.parametrize(
    "answer",
    [
        http(b"court", length=9999),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncourt\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-\0\xff: 1\r\n\r\n",
        b"<rss/>",
        b"\x15\x03\x01\0\x02\x02\x28",
        b"",
    ],
)
def test_what_is_not_a_whole_http_answer_is_an_error(press: Loopback, answer: bytes) -> None:
    press.answers["/"] = answer
    assert failure(press).reason in (Reason.BAD_ANSWER, Reason.CONNECTION)


def test_a_reset_connection_is_an_error(press: Loopback) -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    press.answers["/"] = reset
    assert failure(press).reason in (Reason.CONNECTION, Reason.BAD_ANSWER)


def test_https_without_tls_on_the_other_side_is_a_tls_error(press: Loopback) -> None:
    with pytest.raises(FetchError) as caught:
        client_for(press, limits=HASTE).get(press.url("/").replace("http", "https"))
    assert caught.value.reason in (Reason.TLS, Reason.CONNECTION, Reason.TIMEOUT)


def test_the_proxies_of_the_environment_are_ignored(press: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    press.answers["/"] = http(b"ok")
    assert client_for(press).get(press.url("/")).body == b"ok"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html; charset=utf-8", "<p>Été à Nœux</p>".encode()),
        ("text/html; charset=ISO-8859-1", "<p>Été à Nœux</p>".encode("cp1252")),
        ("text/html; charset=ISO-8859-1", "<p>Été à Nœux</p>".encode()),
        ("text/html", "<p>Été à Nœux</p>".encode("utf-8-sig")),
        ("text/html", "<p>Été à Nœux</p>".encode("cp1252")),
        ("text/html", b'<meta charset="macintosh"><p>' + "Été à Nœux</p>".encode("mac_roman")),
        ("text/html; charset=klingon", "<p>Été à Nœux</p>".encode("utf-16")),
    ],
)
def test_text_is_decoded_as_browsers_do(press: Loopback, content_type: str, body: bytes) -> None:
    press.answers["/"] = http(body, "200 OK", f"Content-Type: {content_type}")
    assert client_for(press).get(press.url("/")).text.endswith("<p>Été à Nœux</p>")


def test_robots_txt_is_obeyed_and_asked_for_once(press: Loopback) -> None:
    press.answers |= {
        "/robots.txt": http(b"User-agent: *\nDisallow: /prive"),
        "/libre": http(b"ok"),
        "/prive": http(b"non"),
    }
    client = client_for(press, robots=Robots(MemoryCache()))
    assert client.get(press.url("/libre")).body == b"ok"
    with pytest.raises(FetchError) as caught:
        client.get(press.url("/prive"))
    assert caught.value.reason is Reason.ROBOTS
    assert press.paths() == ["/robots.txt", "/libre"]


def test_robots_txt_is_obeyed_at_redirects_too(press: Loopback) -> None:
    press.answers |= {
        "/robots.txt": http(b"User-agent: PressReview\nDisallow: /prive"),
        "/": moved("/prive"),
        "/prive": http(),
    }
    with pytest.raises(FetchError) as caught:
        client_for(press, robots=Robots(MemoryCache())).get(press.url("/"))
    assert caught.value.reason is Reason.ROBOTS


def test_every_request_takes_its_turn_with_the_crawl_delay(press: Loopback) -> None:
    class Turns:
        def __init__(self) -> None:
            self.taken: list[tuple[str, float | None, float | None]] = []

        def slot(
            self, host: str, gap: float | None = None, patience: float | None = None
        ) -> AbstractContextManager[None]:
            self.taken.append((host, gap, patience))
            return nullcontext()

    turns = Turns()
    press.answers |= {"/robots.txt": http(b"User-agent: *\nCrawl-delay: 4"), "/": moved("/ici"), "/ici": http(b"ok")}
    client_for(press, robots=Robots(MemoryCache()), throttle=turns).get(press.url("/"))
    assert turns.taken == [("127.0.0.1", None, None), ("127.0.0.1", 4.0, None), ("127.0.0.1", 4.0, 150.0)]


def test_waiting_for_a_turn_does_not_count_as_the_servers_time(press: Loopback) -> None:
    class Slow:
        def slot(
            self, host: str, gap: float | None = None, patience: float | None = None
        ) -> AbstractContextManager[None]:
            time.sleep(1.2)
            return nullcontext()

    press.answers["/"] = http(b"ok")
    limits = Limits(deadline=1.0)
    assert client_for(press, throttle=Slow(), limits=limits).get(press.url("/")).body == b"ok"
