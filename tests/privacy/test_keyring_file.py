"""The key ring's file: one for all programs, whole or absent, closed to everybody else."""

import os
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.privacy import keyring_file
from app.privacy.errors import KeyRingBroken, KeyRingExposed, KeyRingUnreachable
from app.privacy.keyring import KeyRing

PROGRAMS = 8


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keyring.json"


def test_a_ring_is_made_once_and_read_from_then_on(path: Path) -> None:
    first = KeyRing.load_or_create(path)
    sealed = first.seal(b"text", "batch")
    assert KeyRing.load_or_create(path).open(sealed, "batch") == b"text"


def test_the_file_is_its_owners_alone_and_nothing_is_left_beside_it(path: Path) -> None:
    before = os.umask(0)
    try:
        keyring_file.load_or_create(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_programs_that_start_at_once_share_one_ring(tmp_path: Path) -> None:
    for number in range(20):
        path = tmp_path / str(number) / "keyring.json"
        together = threading.Barrier(PROGRAMS)

        def start(path: Path = path, together: threading.Barrier = together) -> bytes:
            together.wait()
            return KeyRing.load_or_create(path).header

        with ThreadPoolExecutor(PROGRAMS) as programs:
            rings = {future.result() for future in [programs.submit(start) for _ in range(PROGRAMS)]}
        assert len(rings) == 1
        assert list(path.parent.iterdir()) == [path]


def test_a_slower_program_never_replaces_the_ring(path: Path) -> None:
    first = keyring_file.new_keys()
    keyring_file.create(path, first)
    keyring_file.create(path, keyring_file.new_keys())
    assert keyring_file.load(path) == first


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o777])
def test_a_ring_that_others_can_reach_is_refused(path: Path, mode: int) -> None:
    keyring_file.load_or_create(path)
    path.chmod(mode)
    with pytest.raises(KeyRingExposed) as exposed:
        KeyRing.load_or_create(path)
    assert f"{mode:04o}" in exposed.value.detail.en
    assert "chmod 600" in exposed.value.detail.zh


def test_a_ring_that_is_no_file_is_refused_with_its_reason(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(KeyRingUnreachable, match="directory"):
        KeyRing.load_or_create(path)


def test_a_ring_that_cannot_be_made_is_refused_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyRingUnreachable, match="irectory"):
        KeyRing.load_or_create(tmp_path / "file" / "keyring.json")


WHOLE = keyring_file.encoded(
    keyring_file.Keys(
        format=1,
        sealing=[keyring_file.SealingKey("0badcafe", bytes(range(32)))],
        person_secret=bytes(range(32, 64)),
        content_secret=bytes(range(64, 96)),
    )
)
SEALING_KEY = WHOLE[WHOLE.index(b"    {") : WHOLE.index(b"    }") + 5]
SECRET = b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

BROKEN = {
    "empty": b"",
    "no JSON": b"keys",
    "no UTF-8": WHOLE.replace(b"format", b"form\xff"),
    "cut short": WHOLE[:-20],
    "a short secret": WHOLE.replace(SECRET, SECRET[:20]),
    "a foreign field": WHOLE.replace(b'"format": 1', b'"format": 1, "note": ""'),
    "another format": WHOLE.replace(b'"format": 1', b'"format": 2'),
    "a bad key id": WHOLE.replace(b"0badcafe", b"key one!"),
    "no sealing key": WHOLE.replace(SEALING_KEY, b""),
    "one id twice": WHOLE.replace(SEALING_KEY, SEALING_KEY + b"," + SEALING_KEY),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_ring_is_refused_without_showing_a_key_and_left_as_it_is(path: Path, fault: str) -> None:
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_bytes(BROKEN[fault])
    with pytest.raises(KeyRingBroken) as broken:
        KeyRing.load_or_create(path)
    assert str(path) in broken.value.detail.zh
    assert path.read_bytes() == BROKEN[fault]
    assert SECRET[:20].decode() not in "".join(traceback.format_exception(broken.value))


def test_every_broken_ring_differs_from_the_whole_one(path: Path) -> None:
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_bytes(WHOLE)
    assert KeyRing.load_or_create(path).header == bytes.fromhex("010badcafe")
    assert WHOLE not in BROKEN.values()
