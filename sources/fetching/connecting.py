"""Connections that cannot be led astray nor held up: the address is checked, and one deadline covers everything."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from .errors import FetchError, Reason
from .guards import AddressGuard

# How long one of several addresses may stay silent before the next is tried.
_NEXT_ADDRESS_SECONDS = 5.0


class Deadline:
    """A moment, on the clock that never jumps, after which nothing of this fetch goes on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Time spent waiting for our turn is not the server's."""
        self._end += seconds

    def left(self) -> float:
        """Seconds left; raises httpcore's own timeout when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(f"no complete answer within {self.seconds:g} s")
        return left


def _lookup(host: str, port: int, answers: queue.Queue[list[str] | OSError | UnicodeError]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put(list(dict.fromkeys(str(one[4][0]) for one in found)))
    except (OSError, UnicodeError) as error:
        answers.put(error)


def resolve(host: str, port: int, timeout: float) -> list[str]:
    """Every address of a host. The system's resolver cannot be interrupted, so it runs where it can be left behind."""
    answers: queue.Queue[list[str] | OSError | UnicodeError] = queue.Queue()
    threading.Thread(target=_lookup, args=(host, port, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty as error:
        raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from error
    if isinstance(answer, Exception) or not answer:
        raise FetchError(Reason.DNS, f"The name {host} could not be resolved: {answer or 'no address'}.")
    return answer


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every step takes at most what the deadline leaves, so that a drip of bytes does not renew it."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves, has every address checked, and connects to a checked address: the system resolves nothing more."""

    def __init__(self, guard: AddressGuard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve(host, port, self._deadline.left())
        self._guard.check(host, port, addresses)
        if host not in addresses:
            # A name that turns private from one answer to the next (DNS rebinding) is aimed at us: it is refused,
            # although only the first, checked answer would be connected to.
            self._guard.check(host, port, resolve(host, port, self._deadline.left()))
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, min(self._deadline.left() / 2, _NEXT_ADDRESS_SECONDS))
            except (httpcore.NetworkError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, self._deadline.left())

    def _connect(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        return _TimedStream(self._inner.connect_tcp(address, port, timeout), self._deadline)
