"""The address that a request came from: the one place that decides whose word is taken for it."""

from starlette.types import Scope


def address_of(scope: Scope) -> str | None:
    """Of the connection's other end. What headers claim is nobody's word."""
    client: tuple[str, int] | None = scope.get("client")
    return None if client is None else client[0]
