"""The Dockerfile as a test reads it: stages of instructions."""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Instruction:
    name: str
    value: str

    @property
    def words(self) -> list[str]:
        """Of the JSON form, or as a shell would part them."""
        if self.value.startswith("["):
            return [str(word) for word in json.loads(self.value)]
        return shlex.split(self.value)

    @property
    def pairs(self) -> dict[str, str]:
        """Of `ENV` and `LABEL`."""
        return dict(word.split("=", 1) for word in self.words)


@dataclass(frozen=True, slots=True)
class Stage:
    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def last(self, name: str) -> Instruction:
        return [each for each in self.instructions if each.name == name][-1]

    @property
    def environment(self) -> dict[str, str]:
        pairs = [each.pairs for each in self.instructions if each.name == "ENV"]
        return {name: value for each in pairs for name, value in each.items()}

    @property
    def user(self) -> tuple[int, int]:
        user, group = self.last("USER").value.split(":")
        return int(user), int(group)

    @property
    def health_check(self) -> list[str]:
        options, command = self.last("HEALTHCHECK").value.split("CMD ", 1)
        assert "--timeout" in options
        return Instruction("CMD", command).words


def stages(text: str | None = None) -> list[Stage]:
    found: list[Stage] = []
    for instruction in _instructions(text or (ROOT / "Dockerfile").read_text()):
        if instruction.name == "FROM":
            base, _, name = instruction.value.partition(" AS ")
            found.append(Stage(base, name))
        else:
            found[-1].instructions.append(instruction)
    return found


def _instructions(text: str) -> Iterator[Instruction]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for whole in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        name, value = whole.split(None, 1)
        yield Instruction(name, value)


def copied(instruction: Instruction) -> tuple[str | None, Sequence[str], str]:
    """The stage (None: the directory of the build), the sources and the target of a `COPY`."""
    words = instruction.words
    stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
    return stage, words[:-1], words[-1]
