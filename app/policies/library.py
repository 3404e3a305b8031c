"""All policies: the files that the program was started with, and what the database says is in force.

Whoever judges, accepts or shows asks for what is in force in the session at hand. That is one look at the
newest number; texts are read when it has moved, and each only once.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Self

from app.db.session import ReadSession
from app.policies import files, repository, texts
from app.policies.errors import PolicyNotReadable, PolicyTextInvalid
from app.policies.files import PackText, key_of
from app.policies.records import Key, Recorded
from app.policies.service import Policies
from app.policies.texts import Dated
from app.rules.policy import Packs, PolicyVersion


class PolicyLibrary:
    """Of a process, for all its sessions."""

    def __init__(self, packs: tuple[PackText, ...]) -> None:
        self.files = packs
        self._filed = {key_of(version): version for pack in packs for version in pack.versions}
        self._read: dict[bytes, Dated] = {}
        self._known = Policies(_packs(self._filed))

    @classmethod
    def load(cls, packs_dir: Path | None = None) -> Self:
        """The built-in packs and those of one more directory; a mistake in any of them stops the start."""
        return cls(files.load(packs_dir))

    async def in_force(self, session: ReadSession) -> Policies:
        """As this session sees them: in a repeatable one what its first statement saw.

        Raises `PolicyNotReadable` where the program reads a version otherwise than it is recorded.
        """
        if await repository.newest_number(session) == self._known.number:
            return self._known
        records = await repository.in_force(session)
        unfiled = [each for each in records if self._filed_version(each) is None]
        await self._read_texts(session, {each.text_hash for each in unfiled})
        recorded = {each.key: self._filed_version(each) or self._read_version(each) for each in records}
        found = Policies(_packs(self._filed | recorded), records)
        if found.number > self._known.number:
            self._known = found
        return found

    async def find(
        self, session: ReadSession, programme: str, effective_from: date, content_hash: bytes
    ) -> PolicyVersion | None:
        """The version of this content, in force or superseded; None: it stands in no file and no record.

        Of the records' texts those count that are what was recorded.
        """
        filed = self._filed.get((programme, effective_from))
        if filed is not None and filed.content_hash == content_hash:
            return filed
        known = await repository.records_of(session, programme, effective_from)
        meant = {each.text_hash for each, _ in known if each.content_hash == content_hash}
        words = await repository.texts(session, meant)
        for text_hash, text in words.items():
            if texts.hash_of(text) == text_hash:
                await self._read_texts(session, [text_hash])
        found = (self._read.get(text_hash, {}).get(effective_from) for text_hash in meant)
        return next((each for each in found if each and each.content_hash == content_hash), None)

    def filed_text(self, version: PolicyVersion) -> str:
        """Of the file that has this version."""
        return next(pack.text for pack in self.files if version in pack.versions)

    def _filed_version(self, recorded: Recorded) -> PolicyVersion | None:
        """As it stands in a file of this program; None: it stands in none, or otherwise."""
        version = self._filed.get(recorded.key)
        return version if version and version.content_hash == recorded.content_hash else None

    async def _read_texts(self, session: ReadSession, text_hashes: Collection[bytes]) -> None:
        """One that cannot be read has no versions here."""
        unread = [text_hash for text_hash in text_hashes if text_hash not in self._read]
        for text_hash, text in (await repository.texts(session, unread) if unread else {}).items():
            try:
                self._read[text_hash] = texts.dated(await asyncio.to_thread(texts.read, text))
            except PolicyTextInvalid:
                self._read[text_hash] = {}

    def _read_version(self, recorded: Recorded) -> PolicyVersion:
        version = self._read.get(recorded.text_hash, {}).get(recorded.effective_from)
        if version is None or version.content_hash != recorded.content_hash:
            raise PolicyNotReadable(recorded.programme, recorded.effective_from.isoformat())
        return version


def _packs(versions: Mapping[Key, PolicyVersion]) -> Packs:
    found: dict[str, tuple[PolicyVersion, ...]] = {}
    for (programme, _), version in sorted(versions.items(), key=lambda each: each[0]):
        found[programme] = (*found.get(programme, ()), version)
    return Packs(found)
