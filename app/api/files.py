"""A file that is sent to be verified, as the body of a request: bounded in size (middleware.py) and time.

It takes a turn once it is whole, so that nobody keeps others out by sending slowly.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from fastapi import Request
from starlette.requests import ClientDisconnect

from app.api.address import site_of
from app.api.body import FULL, SpoolFull
from app.api.deps import Desk, Resources
from app.api.problems import MalformedBody
from app.api.request_headers import media_type
from app.api.uploads import IN_MEMORY
from app.core.errors import Text, UnsupportedMediaType
from app.core.ids import ClientId
from app.db.session import reading
from app.verification.errors import FileTooSlow, VerificationsBusy
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
    with _one_of_its_site(request, desk):
        async with _received(request, shared, desk) as file:
            with desk.turn.taken():
                return await _verified(shared, desk, file, kind)


async def verified_proof(request: Request, shared: Resources, desk: Desk, proof: str) -> Verification:
    """One that came as text. Raises `VerificationsBusy`."""
    directory = shared.settings.spool_dir
    with (
        _one_of_its_site(request, desk),
        desk.turn.taken(),
        tempfile.TemporaryFile(dir=directory) as file,
    ):
        file.write(proof.encode())
        file.flush()
        return await _verified(shared, desk, file, FileKind.proof)


def _one_of_its_site(request: Request, desk: Desk) -> AbstractContextManager[None]:
    return nullcontext() if desk.one_each is None else desk.one_each.taken(_site(request))


def _site(request: Request) -> str:
    return site_of(request.state.address)  # found by the journal


async def _verified(shared: Resources, desk: Desk, file: IO[bytes], kind: FileKind) -> Verification:
    """With the keys of this log. No connection is held meanwhile."""
    async with reading(shared.database) as session:
        vkeys = await trusted_keys(session)
    async with desk.working:
        return await verify_file(file, kind, vkeys)


@asynccontextmanager
async def _received(request: Request, shared: Resources, desk: Desk) -> AsyncIterator[IO[bytes]]:
    """A file without a name; gone with the block."""
    timeout_s = min(shared.settings.body_timeout_s, desk.patience_s)
    directory = str(shared.settings.spool_dir)
    try:
        with SpooledTemporaryFile[bytes](max_size=IN_MEMORY, dir=directory) as file:
            given_up = False
            try:
                async with asyncio.timeout(timeout_s) as patience:
                    with desk.arriving.counted(ClientId(_site(request)), patience) as upload:
                        try:
                            async for piece in request.stream():
                                file.write(piece)
                        finally:
                            given_up = upload.is_given_up
            except TimeoutError:
                raise (VerificationsBusy() if given_up else FileTooSlow(timeout_s)) from None
            except ClientDisconnect:
                text = Text("连接在文件结束前中断。", "The connection broke off inside the file.")
                raise MalformedBody(text) from None
            file.rollover()
            yield cast(IO[bytes], file)
    except OSError as error:
        if error.errno in FULL:
            raise SpoolFull from error
        raise
