"""Which addresses belong to the world, and which to a house: ours, a neighbour's, this very machine's.

`ipaddress.is_global` alone is no answer: it calls 64:ff9b::7f00:1 global, which leads to 127.0.0.1 behind a
NAT64 gateway, and multicast as well.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

PROTOCOLS = IPv4Network("192.0.0.0/24")
"""Some of it is called global, none of it is a host."""
RELAYS = IPv4Network("192.88.99.0/24")
"""Formerly 6to4's."""
UNICAST = IPv6Network("2000::/3")
"""All IPv6 addresses of the world that were given away so far; NAT64, mapped and local ones lie outside."""
LEADING_TO_IPV4 = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
"""6to4 and Teredo: they carry an IPv4 address, of anywhere, to a relay."""
RESERVED = (IPv6Network("2001::/23"), IPv6Network("2001:db8::/32"), IPv6Network("3fff::/20"))
"""Of protocols and of examples, whatever this version of Python knows of them."""


def is_public(address: str) -> bool:
    """Whether the literal address is one of the world; what is no address is not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_ipv4(parsed)
    return _is_public_ipv6(parsed)


def _is_public_ipv4(address: IPv4Address) -> bool:
    is_host = not (address.is_multicast or address in PROTOCOLS or address in RELAYS)
    return address.is_global and is_host


def _is_public_ipv6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in UNICAST:
        return False
    return address.is_global and not any(address in each for each in (*LEADING_TO_IPV4, *RESERVED))
