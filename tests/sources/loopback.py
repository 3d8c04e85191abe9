"""A web server on loopback that answers byte for byte what a test tells it, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

Answer = bytes | Callable[[socket.socket], None]


def http(body: bytes = b"", status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """A whole HTTP answer; `length` lies about its length."""
    said = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*said, "Connection: close", "", ""]).encode("utf-8") + body


def drip(pieces: bytes, seconds: float) -> Callable[[socket.socket], None]:
    """Send byte after byte, `seconds` apart, until the client has had enough."""

    def send(connection: socket.socket) -> None:
        for byte in pieces:
            connection.sendall(bytes([byte]))
            time.sleep(seconds)

    return send


class Loopback:
    """`answers` maps paths to answers; `asked` are the requests so far, as their header text."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.place}{path}"

    def paths(self) -> list[str]:
        return [request.split(" ", 2)[1] for request in self.asked]

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(65536)
                if not piece:
                    return
                request += piece
            self.asked.append(request.decode("utf-8", "replace"))
            answer = self.answers.get(self.paths()[-1].split("?")[0], http(b"", "404 Not Found"))
            if callable(answer):
                answer(connection)
            else:
                connection.sendall(answer)


def running() -> Iterator[Loopback]:
    """A server for the time of one test: wrap it in a fixture."""
    server = Loopback()
    yield server
    server.close()
