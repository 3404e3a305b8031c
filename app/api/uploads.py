"""The bodies on their way into one process: how many at once, and how much memory for all of them."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile

from app.core import metrics
from app.core.errors import Text, TooManyRequests
from app.core.ids import ClientId

MEBIBYTE = 1024 * 1024
IN_MEMORY = MEBIBYTE
"""Of one body; what is longer lies in a file."""
MOST, MOST_IN_MEMORY = 1_000, 64 * MEBIBYTE
RETRY_AFTER_S = 10


class TooManyUploads(TooManyRequests):
    code = "too_many_uploads"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "您同时上传的请求过多，其中最早开始的一个已中止，未保存任何内容。"
                f"请减少并发，并在 {RETRY_AFTER_S} 秒后以相同的 Idempotency-Key 重试。",
                "You have too many uploads under way. The oldest of them was given up and nothing of it "
                "stored. Send fewer at once, and repeat the request with the same Idempotency-Key after "
                f"{RETRY_AFTER_S} s.",
            ),
            retry_after_s=RETRY_AFTER_S,
        )


class Upload:
    """One body while it arrives."""

    def __init__(self, uploads: "Uploads", client_id: ClientId, patience: asyncio.Timeout) -> None:
        self._uploads = uploads
        self.client_id = client_id
        self.in_memory = 0
        self.is_on_disk = False
        self.is_given_up = False
        self._patience = patience

    def give_up(self) -> None:
        if not self._patience.expired():
            self._patience.reschedule(asyncio.get_running_loop().time())
        self.is_given_up = True

    def account(self, file: SpooledTemporaryFile[bytes], size: int) -> None:
        """Keeps a body that grows to this size in memory, or from now on in its file."""
        needed = size - self.in_memory
        if self.is_on_disk:
            return
        if size <= IN_MEMORY and needed <= self._uploads.memory_left:
            self._hold(size)
        else:
            file.rollover()
            self.is_on_disk = True
            self._hold(0)

    def _hold(self, size: int) -> None:
        self._uploads.memory_left += self.in_memory - size
        self.in_memory = size

    def end(self) -> None:
        self._hold(0)


class Uploads:
    """Whoever comes gets in: beyond `most`, the oldest upload of the client with the most is given up."""

    def __init__(self, *, most: int = MOST, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self.most = most
        self.memory_left = most_in_memory
        self._under_way: dict[Upload, None] = {}

    @contextmanager
    def counted(self, client_id: ClientId, patience: asyncio.Timeout) -> Iterator[Upload]:
        """An upload that may be given up, which ends its patience at once."""
        upload = Upload(self, client_id, patience)
        self._under_way[upload] = None
        metrics.UPLOADS.inc()
        if len(self._under_way) > self.most:
            self._give_one_up()
        try:
            yield upload
        finally:
            del self._under_way[upload]
            upload.end()
            metrics.UPLOADS.dec()

    def _give_one_up(self) -> None:
        waiting = [upload for upload in self._under_way if not upload.is_given_up]
        [(client_id, _)] = Counter(upload.client_id for upload in waiting).most_common(1)
        next(upload for upload in waiting if upload.client_id == client_id).give_up()
        metrics.REFUSALS.labels("uploads").inc()
