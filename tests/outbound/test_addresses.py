"""Of the addresses that a name can lead to, only those of the world are asked."""

import pytest

from app.outbound.addresses import is_public

WORLD = ("1.1.1.1", "114.114.114.114", "2606:4700:4700::1111", "2400:3200::1", "223.5.5.5")
HOUSES = {
    "this machine": ("127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "::"),  # noqa: S104 (nobody listens)
    "private networks": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"),
    "neighbours on the wire": ("169.254.169.254", "fe80::1", "fe80::1%eth0", "fec0::1"),
    "a carrier's inner network": ("100.64.0.1", "100.127.255.255"),
    "mapped and compatible IPv4": ("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "::ffff:0:127.0.0.1"),
    "behind a NAT64 gateway": ("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1"),
    "6to4": ("2002:7f00:1::", "2002:a00:1::1", "192.88.99.1"),
    "Teredo": ("2001:0:7f00:1::", "2001::1"),
    "multicast": ("224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"),
    "protocols and reserves": ("192.0.0.8", "192.0.0.9", "240.0.0.1", "255.255.255.255", "0.1.2.3"),
    "examples and benchmarks": ("192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "2001:db8::1"),
    "not given away": ("4000::1", "3fff::1", "5f00::1", "100::1"),
    "no addresses": ("", "localhost", "127.1", "0x7f000001", "2130706433", "127.0.0.1:443", "[::1]"),
}


@pytest.mark.parametrize("address", WORLD)
def test_what_is_of_the_world_is_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", [each for addresses in HOUSES.values() for each in addresses], ids=lambda each: each or "empty"
)
def test_what_is_of_a_house_is_not(address: str) -> None:
    assert not is_public(address)
