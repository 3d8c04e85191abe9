"""Why a fetch failed: a code for programs and a sentence for people."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Machine-readable cause of a FetchError."""

    BAD_URL = "bad_url"
    ADDRESS_REFUSED = "address_refused"
    ROBOTS = "robots"
    BUSY = "busy"
    DNS = "dns"
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"
    BAD_ANSWER = "bad_answer"
    """Not HTTP, cut short, or compressed in a way that cannot be undone."""
    HTTP_ERROR = "http_error"
    """Any status that is neither a success nor one of the next three."""
    RATE_LIMITED = "rate_limited"
    GONE = "gone"
    CHALLENGE = "challenge"
    """A page that asks whether the reader is human came instead of the document."""


class FetchError(Exception):
    """A fetch that brought nothing. The message is a sentence in English that names the address.

    `status` is the HTTP status where an answer came; `retry_after` is how long the server asked us to stay away.
    """

    def __init__(
        self,
        reason: Reason,
        sentence: str,
        *,
        url: str = "",
        status: int | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.url = url
        self.status = status
        self.retry_after = retry_after


class AddressRefused(FetchError):
    """The host resolves to an address that is not on the public Internet."""

    def __init__(self, sentence: str, *, url: str = "") -> None:
        super().__init__(Reason.ADDRESS_REFUSED, sentence, url=url)


class Busy(FetchError):
    """The host has as many requests from us as politeness allows; `retry_after` says when to come back."""

    def __init__(self, host: str, retry_after: timedelta) -> None:
        sentence = f"{host} is already being read; come back in {retry_after.total_seconds():.0f} s."
        super().__init__(Reason.BUSY, sentence, retry_after=retry_after)
