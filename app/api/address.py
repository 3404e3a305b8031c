"""Where a request comes from: the peer of the connection, or whom a trusted proxy names.

A proxy appends to `X-Forwarded-For` whom it was asked by, so the entries are read from the right, and the
first that is no trusted proxy counts. What stands left of it anybody may have written.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

Network = IPv4Network | IPv6Network
UNKNOWN = "unknown"
"""The peer of a socket that has no address."""
MOST_PROXIES = 10
_SITE = 64
"""Bits of an IPv6 address that its holder does not choose."""


def address_of(scope: Scope, trusted: Sequence[Network]) -> str:
    peer = scope.get("client")
    address = _readable(peer[0]) if peer else None
    if address is None:
        return UNKNOWN
    for named in _named(scope) if trusted else ():
        if not _is_among(address, trusted):
            break
        if (next_one := _readable(named)) is None:
            break
        address = next_one
    return address


def site_of(address: str) -> str:
    """What is counted together: an IPv4 address, or the network of an IPv6 address."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(ip_network((known, _SITE), strict=False))
    return address


def _named(scope: Scope) -> Iterator[str]:
    """From the right, at most as many as there may be proxies in a row."""
    entries = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    return (entry.strip() for entry in entries[: -MOST_PROXIES - 1 : -1])


def _readable(entry: str) -> str | None:
    """The address without a port, an IPv4 address that is written as an IPv6 one as itself."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        found = ip_address(entry.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def _is_among(address: str, networks: Sequence[Network]) -> bool:
    known = ip_address(address)
    return any(known in network for network in networks)
