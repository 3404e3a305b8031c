"""The server that provocations are played on, and what one of them is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import asyncpg
import httpx
from fastapi import FastAPI

from tests.api.conftest import Doors
from tests.server import CloneServer


@dataclass(frozen=True)
class World:
    """A server with a closed class group in it that nobody has assessed yet."""

    app: FastAPI
    doors: Doors
    clients: Mapping[str, httpx.AsyncClient]
    clone_server: CloneServer
    database_name: str
    learners: dict[bytes, httpx.AsyncClient] = field(default_factory=dict)
    """Signed in; a person has one account."""

    @property
    def platform(self) -> httpx.AsyncClient:
        return self.clients["platform"]

    @property
    def stranger(self) -> httpx.AsyncClient:
        return self.clients["stranger"]

    def speak(self, language: str) -> None:
        for client in self.clients.values():
            client.headers["Accept-Language"] = language

    async def as_owner(self, statement: str) -> None:
        """Of the database."""
        connection = await asyncpg.connect(self.clone_server.owner_url(self.database_name))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


Provocation = Callable[[World], Awaitable[httpx.Response]]
