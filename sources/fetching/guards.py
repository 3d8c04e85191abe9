"""Which network addresses we connect to: public ones only, checked on the address and not on the name (SSRF)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from .errors import AddressRefused

# IANA's special-purpose registries, beyond what `is_global` knows in every Python version, and addresses at which
# clouds answer with credentials. Translation prefixes (6to4, Teredo, NAT64, mapped) hide private IPv4 addresses.
_DENIED = [
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
        *("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23"),
        *("2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
]


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is an ordinary one of the public Internet."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.is_global and not any(parsed in network for network in _DENIED if network.version == parsed.version)


class AddressGuard:
    """Lets connections through to public addresses, and to the operator's exceptions.

    `allowed` are exact "host:port" strings, the host being a name or an address ("127.0.0.1:8900", "[::1]:8900").
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(one.strip().lower() for one in allowed)

    def _is_exempt(self, host: str, port: int) -> bool:
        host = host.strip("[]").rstrip(".").lower()
        return (f"[{host}]:{port}" if ":" in host else f"{host}:{port}") in self._allowed

    def check(self, host: str, port: int, addresses: Sequence[str]) -> None:
        """Raise AddressRefused unless every address that `host` resolves to may be connected to."""
        if self._is_exempt(host, port):
            return
        for address in addresses:
            if not is_public(address) and not self._is_exempt(address, port):
                where = "" if host.strip("[]") == address else f" is at {address}, which"
                raise AddressRefused(f"{host}{where} is not on the public Internet; it was not contacted.")
