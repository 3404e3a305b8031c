"""A program that looks at one host and is killed meanwhile; its arguments: database, directory, port.

The directory holds `host.pem`, whose certificate is trusted, and gets the key ring and the spool.
"""

import asyncio
import ssl
import sys
from collections.abc import Collection
from pathlib import Path

from app.core.config import Settings
from app.custody.service import Custodian
from app.db.session import Database
from app.outbound.service import Outbound
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.factories.video_host import LOOPBACK, resolve


async def main(url: str, directory: Path, port: int) -> None:
    trusted = ssl.create_default_context(cafile=str(directory / "host.pem"))

    def outbound(hosts: Collection[str]) -> Outbound:
        return Outbound(hosts, resolve, lambda address: address == LOOPBACK, trusted, port)

    settings = Settings(data_dir=directory, database_url=url)
    key_ring = KeyRing.load_or_create(directory / "keyring.json")
    await Custodian(Database.connect(url), PolicyLibrary.load(), key_ring, settings, outbound).visit()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
