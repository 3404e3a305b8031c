"""A small disk that a test can fill to the last byte, for whoever may mount one."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

SIZE_MB = 400


@contextmanager
def small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="supervise-disk-") as made:
        mount = ("mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=755", "tmpfs", made)
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("NOT TESTED: a full disk. Only root may mount the small one that this test fills.")
        try:
            yield Path(made)
        finally:
            subprocess.run(("umount", "--lazy", made), check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """To the last byte."""
    ballast = disk / "ballast"
    try:
        _grow(ballast)
        yield
    finally:
        ballast.unlink()


def _grow(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 16)):
            pass
