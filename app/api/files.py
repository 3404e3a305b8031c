"""A file that is sent to be verified, as the body of a request: bounded in size (middleware.py) and time."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from fastapi import Request
from starlette.requests import ClientDisconnect

from app.api.body import FULL, SpoolFull
from app.api.deps import Desk, Resources
from app.api.problems import MalformedBody
from app.api.request_headers import media_type
from app.api.uploads import IN_MEMORY
from app.core.errors import Text, UnsupportedMediaType
from app.db.session import reading
from app.verification.errors import FileTooSlow
from app.verification.files import FileKind, trusted_keys, verify_file
from app.verification.schemas import Verification

FILES = ("application/octet-stream", "application/zip")


class NotSentAsFile(UnsupportedMediaType):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "请以 application/octet-stream 或 application/zip 发送文件本身。",
                "Send the file itself, as application/octet-stream or application/zip.",
            )
        )


async def verified_file(request: Request, shared: Resources, desk: Desk, kind: FileKind) -> Verification:
    """Raises `VerificationsBusy`, `FileTooSlow`, `NotSentAsFile`, `MalformedBody`, `SpoolFull`."""
    if media_type(request) not in FILES:
        raise NotSentAsFile
    with desk.turn.taken():
        async with _received(request, shared) as file:
            return await _verified(shared, desk, file, kind)


async def verified_proof(shared: Resources, desk: Desk, proof: str) -> Verification:
    """One that came as text. Raises `VerificationsBusy`."""
    with desk.turn.taken(), tempfile.TemporaryFile(dir=shared.settings.spool_dir) as file:
        file.write(proof.encode())
        file.flush()
        return await _verified(shared, desk, file, FileKind.proof)


async def _verified(shared: Resources, desk: Desk, file: IO[bytes], kind: FileKind) -> Verification:
    """With the keys of this log. No connection is held meanwhile."""
    async with reading(shared.database) as session:
        vkeys = await trusted_keys(session)
    async with desk.working:
        return await verify_file(file, kind, vkeys)


@asynccontextmanager
async def _received(request: Request, shared: Resources) -> AsyncIterator[IO[bytes]]:
    """A file without a name; gone with the block."""
    timeout_s = shared.settings.body_timeout_s
    directory = str(shared.settings.spool_dir)
    try:
        with SpooledTemporaryFile[bytes](max_size=IN_MEMORY, dir=directory) as file:
            try:
                async with asyncio.timeout(timeout_s):
                    async for piece in request.stream():
                        file.write(piece)
            except TimeoutError:
                raise FileTooSlow(timeout_s) from None
            except ClientDisconnect:
                text = Text("连接在文件结束前中断。", "The connection broke off inside the file.")
                raise MalformedBody(text) from None
            file.rollover()
            yield cast(IO[bytes], file)
    except OSError as error:
        if error.errno in FULL:
            raise SpoolFull from error
        raise
