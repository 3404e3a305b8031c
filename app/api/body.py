"""Takes the body of a feed request: its type, encoding, size and time are bounded before it is decoded."""

import asyncio
import errno
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

from fastapi import Request
from starlette.requests import ClientDisconnect

from app.api.decompression import Encoding, Overflow, SeveralParts, Undecodable, decompress
from app.api.problems import MalformedBody
from app.api.request_headers import content_length
from app.api.uploads import IN_MEMORY, TooManyUploads, Upload, Uploads
from app.core import metrics
from app.core.errors import RequestTimeout, Text, TooLarge, Unavailable, UnsupportedMediaType
from app.core.ids import ClientId
from app.ingest.schemas import MediaType

MAX_BODY = 16 * 1024 * 1024
MAX_PACKED = MAX_BODY + 64 * 1024
"""What cannot be packed grows a little in packing."""
RATIO = 16
"""Records shrink to about a sixteenth in packing."""
FULL = (errno.ENOSPC, errno.EDQUOT)

_ENCODINGS: dict[str, Encoding] = {
    "": "identity",
    "identity": "identity",
    "gzip": "gzip",
    "x-gzip": "gzip",  # the same by RFC 9110 §8.4.1.3
    "zstd": "zstd",
}
_CHARSET = re.compile(r'\s*charset\s*=\s*"?([^";]*)"?\s*', re.IGNORECASE)


Spool = SpooledTemporaryFile[bytes]


class Body(NamedTuple):
    """A decoded body in memory or, beyond 1 MiB, in a file without a name."""

    media_type: MediaType
    file: BinaryIO
    size: int


class WrongMediaType(UnsupportedMediaType):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "请以 UTF-8 编码的 application/x-ndjson（每行一条记录）或 application/json（数组）发送。",
                "Send application/x-ndjson (one record a line) or application/json (an array), in UTF-8.",
            )
        )


class WrongEncoding(UnsupportedMediaType):
    code = "unsupported_encoding"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Content-Encoding 只支持 gzip、zstd 或不压缩。",
                "Content-Encoding may be gzip, zstd, or none.",
            )
        )


class BodyTooLarge(TooLarge):
    code = "body_too_large"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "请求体解压后超过 16 MiB。请分成更小的批次。",
                "The body exceeds 16 MiB when decompressed. Send smaller batches.",
            )
        )


class BodyTimeout(RequestTimeout):
    code = "body_timeout"

    def __init__(self, timeout_s: float) -> None:
        super().__init__(
            Text(
                f"请求体未在 {timeout_s:g} 秒内收完，未保存任何内容。请分成更小的批次或压缩后发送。",
                f"The body did not arrive within {timeout_s:g} seconds and nothing was stored. "
                "Send smaller or compressed batches.",
            )
        )


class SpoolFull(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "磁盘空间不足，未保存任何内容。请通知管理员，稍后重试；1 MiB 以内的批次仍可发送。",
                "The disk is full and nothing was stored. Tell the operator, and try again later; "
                "batches of up to 1 MiB need no room on it.",
            ),
            retry_after_s=60,
        )


def expected_size(request: Request) -> int:
    """Of the decoded body, by what the request says of itself; nothing is promised."""
    size = content_length(request) or 0
    return min(size * (RATIO if request.headers.get("content-encoding") else 1), MAX_BODY)


@asynccontextmanager
async def received(
    request: Request, uploads: Uploads, client_id: ClientId, *, spool_dir: Path, timeout_s: float
) -> AsyncIterator[Body]:
    """The decoded body at its beginning; its files are gone with the block."""
    media_type = _media_type(request.headers.get("content-type", ""))
    encoding = _encoding(request.headers.get("content-encoding", ""))
    limit = MAX_BODY if encoding == "identity" else MAX_PACKED
    with _spooled(spool_dir) as sent, _spooled(spool_dir) as decoded:
        with metrics.timed(metrics.Stage.receive):
            size = await _take(
                request, sent, limit=limit, uploads=uploads, client_id=client_id, timeout_s=timeout_s
            )
        metrics.finished(metrics.Stage.receive)
        if encoding == "identity":
            yield Body(media_type, _from_start(sent), size)
        else:
            size = await asyncio.to_thread(_decode, _from_start(sent), cast(BinaryIO, decoded), encoding)
            yield Body(media_type, _from_start(decoded), size)


def _media_type(content_type: str) -> MediaType:
    name, *parameters = content_type.split(";")
    charsets = [found[1].lower() for found in map(_CHARSET.fullmatch, parameters) if found]
    try:
        media_type = MediaType(name.strip().lower())
    except ValueError:
        raise WrongMediaType from None
    if any(charset not in {"utf-8", "utf8"} for charset in charsets):
        raise WrongMediaType
    return media_type


def _encoding(content_encoding: str) -> Encoding:
    try:
        return _ENCODINGS[content_encoding.strip().lower()]
    except KeyError:
        raise WrongEncoding from None


@contextmanager
def _spooled(directory: Path) -> Iterator[Spool]:
    """What a file could not write it tries again when it is closed: that it is full may be told twice."""
    try:
        with SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(directory)) as file:
            yield file
    except OSError as error:
        if error.errno in FULL:
            raise SpoolFull from error
        raise


def _from_start(file: Spool) -> BinaryIO:
    file.seek(0)
    return cast(BinaryIO, file)


async def _take(
    request: Request,
    target: Spool,
    *,
    limit: int,
    uploads: Uploads,
    client_id: ClientId,
    timeout_s: float,
) -> int:
    if (content_length(request) or 0) > limit:
        raise BodyTooLarge
    try:
        async with asyncio.timeout(timeout_s) as patience:
            with uploads.counted(client_id, patience) as upload:
                return await _copy(request, target, limit, upload)
    except TimeoutError:
        raise TooManyUploads if upload.is_given_up else BodyTimeout(timeout_s) from None
    except ClientDisconnect:
        raise MalformedBody(
            Text("连接在请求体结束前中断。", "The connection broke off inside the body.")
        ) from None


async def _copy(request: Request, target: Spool, limit: int, upload: Upload) -> int:
    taken = 0
    async for chunk in request.stream():
        taken += len(chunk)
        if taken > limit:
            raise BodyTooLarge
        upload.account(target, taken)
        target.write(chunk)
    return taken


def _decode(source: BinaryIO, target: BinaryIO, encoding: Encoding) -> int:
    try:
        return decompress(source, target, encoding, limit=MAX_BODY)
    except Overflow:
        raise BodyTooLarge from None
    except SeveralParts:
        raise MalformedBody(
            Text(
                f"{encoding} 数据结束后还有内容，未保存任何内容。"
                "请将整批压缩为一个整体（一个 gzip 成员或一个 zstd 帧）。",
                f"More follows where the {encoding} data end; nothing was stored. "
                "Compress the whole batch at once, into one gzip member or one zstd frame.",
            )
        ) from None
    except Undecodable:
        raise MalformedBody(
            Text(
                f"请求体不是完整有效的 {encoding} 数据，未保存任何内容。请重新压缩后发送。",
                f"The body is not complete and valid {encoding} data; nothing was stored. "
                "Compress it again and resend.",
            )
        ) from None
