"""The packs that the program brings and those of one more directory, with their words."""

from pathlib import Path
from typing import NamedTuple

from app.policies.records import Key, Source
from app.rules.loader import BUILT_IN, load_files
from app.rules.policy import PolicyVersion


class PackText(NamedTuple):
    """A file: its words, and the versions that stand in it, oldest first."""

    source: Source
    text: str
    versions: tuple[PolicyVersion, ...]


def key_of(version: PolicyVersion) -> Key:
    return version.programme, version.effective_from


def load(packs_dir: Path | None) -> tuple[PackText, ...]:
    """Raises `PolicyPacksInvalid` with every mistake in any of them."""
    return tuple(
        PackText(
            Source.built_in if file.path.parent == BUILT_IN else Source.directory, file.text, file.versions
        )
        for file in load_files(packs_dir)
    )
