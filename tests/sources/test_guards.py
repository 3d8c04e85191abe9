"""Which addresses are connected to."""

from __future__ import annotations

import pytest

from sources.fetching.errors import AddressRefused, Reason
from sources.fetching.guards import AddressGuard, is_public

PRIVATE = """
0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.8.8.8 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.192
192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255
168.63.129.16 100.100.100.200 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1
2002:7f00:1:: 2001::1 2001:db8::1 100::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo fec0::1 ff02::1 5f00::1
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_an_address_off_the_public_internet_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(AddressRefused) as caught:
        AddressGuard().check("exemple.fr", 80, [address])
    assert caught.value.reason is Reason.ADDRESS_REFUSED
    assert address in str(caught.value)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:2800:220:1::1", "2a01:e00::1"]
)
def test_a_public_address_is_let_through(address: str) -> None:
    AddressGuard().check("exemple.fr", 443, [address])


@pytest.mark.parametrize("text", ["", "exemple.fr", "127.1", "0x7f000001"])
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)


def test_one_private_address_among_others_is_enough() -> None:
    with pytest.raises(AddressRefused):
        AddressGuard().check("exemple.fr", 80, ["1.1.1.1", "127.0.0.1"])


def test_an_exception_holds_for_one_host_and_one_port() -> None:
    guard = AddressGuard(["127.0.0.1:8900", "Presse.Local:80", "[::1]:8900"])
    guard.check("127.0.0.1", 8900, ["127.0.0.1"])
    guard.check("demo.exemple.fr", 8900, ["127.0.0.1"])
    guard.check("presse.local", 80, ["10.0.0.7"])
    guard.check("::1", 8900, ["::1"])
    for host, port, address in [
        ("127.0.0.1", 8901, "127.0.0.1"),
        ("127.0.0.2", 8900, "127.0.0.2"),
        ("presse.local", 81, "10.0.0.7"),
    ]:
        with pytest.raises(AddressRefused):
            guard.check(host, port, [address])
