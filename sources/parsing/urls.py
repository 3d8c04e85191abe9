"""Web addresses: which ones we keep, how they are written, and when two of them mean the same article."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

import idna

MAX_LENGTH = 2000
_PORTS = {"http": 80, "https": 443}
# What mailings, social networks and audience meters append; it never chooses what a page shows.
_LINES = Path(__file__).with_name("tracking.txt").read_text(encoding="utf-8").splitlines()
_TRACKING = [line.strip() for line in _LINES if line.strip() and not line.startswith("#")]
_TRACKING_NAMES = frozenset(name for name in _TRACKING if not name.endswith("*"))
_TRACKING_PREFIXES = tuple(name[:-1] for name in _TRACKING if name.endswith("*"))
_SPACE = re.compile(r"[\x00-\x20\x7f]+")
# urljoin reads these as relative to the base.
_HOSTLESS = re.compile(r"\s*https?:(?!//[^/?#])", re.IGNORECASE)
_SAFE_PATH = "/:@!$&'()*+,;=-._~"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")


def _split(url: str) -> SplitResult | None:
    """The parts of an address we could fetch; None for what is none: other schemes, credentials, odd hosts."""
    if len(url) > MAX_LENGTH or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        sound = parts.scheme in _PORTS and bool((parts.hostname or "").rstrip(".")) and parts.port != 0
    except ValueError:
        return None
    return parts if sound and "@" not in parts.netloc and not _SPACE.search(parts.netloc) else None


def is_web_address(url: str) -> bool:
    """Whether `url` is an absolute http(s) address with a host, without credentials, of a sane length."""
    return _split(url.strip()) is not None and not _SPACE.search(url.strip())


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return host


def _netloc(parts: SplitResult) -> str:
    return _host(parts) + (f":{parts.port}" if parts.port and parts.port != _PORTS[parts.scheme] else "")


def _escapes(path: str) -> str:
    """Percent-escapes in one spelling: unreserved characters bare, the others in capitals (RFC 3986, 6.2.2)."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if _UNRESERVED.match(character) else match[0].upper()

    return _ESCAPE.sub(one, quote(path, safe=_SAFE_PATH + "%"))


def is_tracking(name: str) -> bool:
    """Whether a query parameter only says where the reader came from."""
    name = name.lower()
    return name in _TRACKING_NAMES or name.startswith(_TRACKING_PREFIXES)


def _query(query: str) -> str:
    """The query without tracking parameters, the rest untouched and in the given order."""
    kept = [part for part in query.split("&") if part and not is_tracking(unquote(part.split("=", 1)[0]))]
    return quote("&".join(kept), safe=_SAFE_PATH + "?%[]|")


def clean(url: str, base: str = "") -> str:
    """The address as a reader should follow it: absolute, tracking removed; "" when it is no web address."""
    if len(url) > MAX_LENGTH or _HOSTLESS.match(url):
        return ""
    try:
        parts = _split(urljoin(base, _SPACE.sub("%20", url.strip())))
    except ValueError:
        return ""
    if parts is None:
        return ""
    fragment = "" if is_tracking(parts.fragment.split("=", 1)[0]) else quote(parts.fragment, safe=_SAFE_PATH + "?%")
    return urlunsplit((parts.scheme, _netloc(parts), _escapes(parts.path), _query(parts.query), fragment))


@lru_cache(256)
def canonical(url: str) -> str:
    """One spelling for one page, for comparing: no fragment, no tracking, sorted query, no trailing slash.

    Answers "" when `url` is no web address. A fragment that begins with "!" is part of the address.
    """
    parts = _split(clean(url))
    if parts is None:
        return ""
    # urljoin resolves "." and ".." as browsers do.
    path = urlsplit(urljoin(f"http://h{parts.path or '/'}", parts.path or "/")).path.rstrip("/") or "/"
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit((parts.scheme, parts.netloc, path, query, fragment))


def fingerprint(url: str) -> str:
    """32 hexadecimal digits shared by the addresses of one page, http or https, with www. or without; "" for none."""
    address = canonical(url)
    if not address:
        return ""
    bare = address.split("://", 1)[1].removeprefix("www.")
    return blake2b(bare.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_front_page(url: str) -> bool:
    """Whether the address is a site's root, which no single article owns."""
    parts = urlsplit(canonical(url))
    return parts.path == "/" and not parts.query and not parts.fragment


def host(url: str) -> str:
    """Host of a web address, lower case, without port; "" for none."""
    parts = _split(url)
    return _host(parts) if parts else ""


def is_of(url: str, hosts: Iterable[str]) -> bool:
    """Whether the address is on one of these hosts or under it; `www.` says nothing on either side."""
    name = host(url).removeprefix("www.")
    known = (one.removeprefix("www.") for one in hosts)
    return bool(name) and any(name == one or name.endswith(f".{one}") for one in known if one)
