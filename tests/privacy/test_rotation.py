"""A ring is rotated while programs hold it: they follow its file, and none of its states is half."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.privacy import keyring_file
from app.privacy.errors import SealingKeyIsNewest, SealingKeyMissing, SealingKeyUnknown
from app.privacy.keyring import LOOK_EVERY_S, KeyRing

CONTEXT = "enrollments.id_number"
AT_ONCE = 8


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keyring.json"


def a_while_later(ring: KeyRing) -> KeyRing:
    ring._look_at_s -= LOOK_EVERY_S
    return ring


def test_a_value_of_a_key_that_came_in_meanwhile_opens_at_once(path: Path) -> None:
    running = KeyRing.load_or_create(path)
    keyring_file.add_key(path)
    assert running.open(KeyRing.load_or_create(path).seal(b"new", CONTEXT), CONTEXT) == b"new"


def test_within_a_second_the_new_key_seals_and_the_old_one_still_opens(path: Path) -> None:
    running = KeyRing.load_or_create(path)
    old = running.seal(b"old", CONTEXT)
    key_id = keyring_file.add_key(path)
    assert LOOK_EVERY_S <= 1
    assert a_while_later(running).seal(b"new", CONTEXT)[1:5].hex() == key_id
    assert running.open(old, CONTEXT) == b"old"
    assert running.key_ids[-1] == key_id


def test_hashes_stay_as_they_were(path: Path) -> None:
    running = KeyRing.load_or_create(path)
    before = running.person_key("11010519491231002X"), running.content_hash(b"content")
    keyring_file.add_key(path)
    after = KeyRing.load_or_create(path)
    assert (after.person_key("11010519491231002X"), after.content_hash(b"content")) == before


def test_a_file_that_has_become_unreadable_stops_nobody_who_runs(path: Path) -> None:
    running = KeyRing.load_or_create(path)
    old = running.seal(b"old", CONTEXT)
    for content, mode in ((b"broken", 0o600), (path.read_bytes(), 0o644)):
        path.write_bytes(content)
        path.chmod(mode)
        assert a_while_later(running).seal(b"new", CONTEXT)[:5] == old[:5]
        assert running.open(old, CONTEXT) == b"old"
    path.unlink()
    assert a_while_later(running).seal(b"new", CONTEXT)[:5] == old[:5]


def test_the_ring_of_another_database_is_not_taken_over(path: Path, tmp_path: Path) -> None:
    running = KeyRing.load_or_create(path)
    known = running.key_ids
    foreign = KeyRing.load_or_create(tmp_path / "foreign.json")
    (tmp_path / "foreign.json").replace(path)
    assert a_while_later(running).key_ids == known
    with pytest.raises(SealingKeyMissing):
        running.open(foreign.seal(b"text", CONTEXT), CONTEXT)


def test_the_file_is_replaced_whole_and_stays_its_owners_alone(path: Path) -> None:
    first = KeyRing.load_or_create(path).key_ids
    before = keyring_file.stamp(path)
    key_id = keyring_file.add_key(path)
    assert keyring_file.stamp(path) != before
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert KeyRing.load_or_create(path).key_ids == [*first, key_id]


def test_rotations_at_once_lose_no_key(path: Path) -> None:
    KeyRing.load_or_create(path)
    with ThreadPoolExecutor(AT_ONCE) as programs:
        made = list(programs.map(keyring_file.add_key, [path] * AT_ONCE))
    assert set(made) < set(KeyRing.load_or_create(path).key_ids)


def test_a_prepared_key_opens_and_seals_only_when_it_is_named(path: Path) -> None:
    """So that the ring can be copied to every machine before any value names the key."""
    ring = KeyRing.load_or_create(path)
    (first,) = ring.key_ids
    prepared = keyring_file.add_key(path, seals=False)
    assert a_while_later(ring).key_ids == [prepared, first]
    keyring_file.use_key(path, prepared)
    assert a_while_later(ring).key_ids == [first, prepared]


def test_a_key_that_is_taken_out_opens_nothing_any_more(path: Path) -> None:
    ring = KeyRing.load_or_create(path)
    (first,) = ring.key_ids
    old = ring.seal(b"old", CONTEXT)
    keyring_file.add_key(path)
    keyring_file.remove_key(path, first)
    with pytest.raises(SealingKeyMissing):
        a_while_later(ring).seal(b"new", CONTEXT)
        ring.open(old, CONTEXT)


def test_the_key_that_seals_is_not_taken_out(path: Path) -> None:
    (only,) = KeyRing.load_or_create(path).key_ids
    with pytest.raises(SealingKeyIsNewest):
        keyring_file.remove_key(path, only)
    for change in (keyring_file.remove_key, keyring_file.use_key):
        with pytest.raises(SealingKeyUnknown):
            change(path, "00000000")
    assert KeyRing.load_or_create(path).key_ids == [only]
