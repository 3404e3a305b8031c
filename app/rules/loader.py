"""Policy packs from YAML: the built-in ones and those of one more directory, or every mistake in them."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from app.core.errors import AppError, Text
from app.core.vocabulary import QuizAttempt
from app.rules.drafts import DatedParameter, RuleDraft, read_dated, read_rule, read_text
from app.rules.nodes import Fields, Mistake, Page
from app.rules.parameters import Parameter
from app.rules.policy import Counting, Packs, PolicyVersion
from app.rules.provision_drafts import SECTIONS, ProvisionsDraft, read_provisions
from app.rules.values import COUNTING, read_code, read_name, read_parameter

BUILT_IN = Path(__file__).parent / "packs"
NEEDED_COUNTING = ("minutes_per_hour", "vod_attended_share")


class PolicyPacksInvalid(AppError):
    """Stops the start: nobody is judged by half a policy."""

    code = "policy_packs_invalid"
    title = Text("政策包有误", "Policy packs are invalid")

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__(
            Text(
                "\n".join(f"{file}，第 {line} 行：{cause.zh}" for file, line, cause in self.mistakes),
                "\n".join(f"{file}, line {line}: {cause.en}" for file, line, cause in self.mistakes),
            )
        )


class PackDraft(NamedTuple):
    programme: str
    title: Text
    counting: Mapping[str, DatedParameter]
    parameters: Mapping[str, DatedParameter]
    rules: tuple[RuleDraft, ...]
    provisions: ProvisionsDraft

    def days(self) -> list[date]:
        """The days on which something changes: the first days of the versions."""
        dated = [*self.counting.values(), *self.parameters.values()]
        return sorted({value.effective_from for parameter in dated for value in parameter.values})


def load_pack_text(text: str, name: str) -> tuple[PolicyVersion, ...]:
    """The versions of one pack sent as text, oldest first; `name` stands for its file in mistakes."""
    return _parsed(Path(name), text).versions


class PackFile(NamedTuple):
    """A file of a pack: its words, and the versions in it, oldest first."""

    path: Path
    text: str
    versions: tuple[PolicyVersion, ...]


def load_file(path: Path) -> PackFile:
    """One file alone; `PolicyPacksInvalid` as below."""
    try:
        return _parsed(path, path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        cause = Text("文件无法按 UTF-8 文本读取。", "The file cannot be read as UTF-8 text.")
        raise PolicyPacksInvalid([Mistake(path, 1, cause)]) from None


@lru_cache(maxsize=32)
def _parsed(path: Path, text: str) -> PackFile:
    """Of the same words once in a process: YAML takes some milliseconds a kilobyte."""
    page = Page(path, text)
    draft = _read_pack(page.fields())
    if page.mistakes:
        raise PolicyPacksInvalid(page.mistakes)
    return PackFile(path, text, tuple(_version(draft, day) for day in draft.days()))


def load_packs(extra_dir: Path | None = None) -> Packs:
    """The packs of the files; `PolicyPacksInvalid` names every mistake in any of them."""
    return Packs({file.versions[0].programme: file.versions for file in load_files(extra_dir)})


def load_files(extra_dir: Path | None = None) -> list[PackFile]:
    """The built-in files and those of one more directory; `PolicyPacksInvalid` as above."""
    files: dict[str, PackFile] = {}
    mistakes: list[Mistake] = []
    for path in _pack_files(extra_dir, mistakes):
        try:
            file = load_file(path)
        except PolicyPacksInvalid as invalid:
            mistakes += invalid.mistakes
            continue
        programme = file.versions[0].programme
        if programme in files:
            cause = Text("另一个政策包已使用此名称。", "Another pack has this programme already.")
            mistakes.append(Mistake(path, _line_of("programme:", file.text), cause))
        files[programme] = file
    if mistakes:
        raise PolicyPacksInvalid(mistakes)
    return list(files.values())


def _line_of(beginning: str, text: str) -> int:
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(beginning)), 1)


def _pack_files(extra_dir: Path | None, mistakes: list[Mistake]) -> list[Path]:
    files = sorted(BUILT_IN.glob("*.yaml"))
    if extra_dir is None:
        return files
    if not extra_dir.is_dir():
        mistakes.append(Mistake(extra_dir, 0, Text("目录不存在。", "There is no such directory.")))
    return files + sorted(extra_dir.glob("*.yaml"))


def _read_pack(fields: Fields) -> PackDraft:
    fields.allow({"programme", "title", "counting", "parameters", "rules", *SECTIONS})
    entries = fields.fields("parameters")
    parameters = {
        entries.read_name(name, read_name, ""): read_dated(name, entries.fields(name), read_parameter)
        for name in entries.names()
    }
    rules = fields.fields("rules")
    draft = PackDraft(
        programme=fields.read("programme", read_name, ""),
        title=read_text(fields.fields("title")),
        counting=_read_counting(fields.fields("counting")),
        parameters=parameters,
        rules=tuple(
            read_rule(rules.read_name(code, read_code, ""), rules.fields(code), parameters)
            for code in rules.names()
        ),
        provisions=read_provisions(fields, parameters),
    )
    if fields.is_readable:
        _check_first_day(fields, draft)
    return draft


def _read_counting(fields: Fields) -> dict[str, DatedParameter]:
    fields.allow(COUNTING)
    return {
        name: read_dated(name, fields.fields(name), reader)
        for name, reader in COUNTING.items()
        if name in fields.names()
    }


def _check_first_day(fields: Fields, draft: PackDraft) -> None:
    """Without these two nothing can be counted, so they hold from the pack's first day on."""
    first_days = draft.days()[:1]
    for name in NEEDED_COUNTING:
        parameter = draft.counting.get(name, DatedParameter(()))
        if not any(parameter.on(day) for day in first_days):
            fields.note(
                "counting",
                f"“{name}”应自政策包首日起有值。",
                f"“{name}” needs a value from the pack's first day on.",
            )


def _version(draft: PackDraft, day: date) -> PolicyVersion:
    counting = {name: value for name, dated in draft.counting.items() if (value := dated.on(day))}
    parameters = [value for dated in draft.parameters.values() if (value := dated.on(day))]
    return PolicyVersion(
        programme=draft.programme,
        title=draft.title,
        effective_from=day,
        counting=_counting(counting),
        parameters=(*counting.values(), *parameters),
        rules=tuple(rule for rule_draft in draft.rules if (rule := rule_draft.on(day))),
        provisions=draft.provisions.on(day),
    )


def _counting(parameters: Mapping[str, Parameter]) -> Counting:
    """What `COUNTING` let through; the optional ones are as if not written while they are blank."""
    written = {name: parameter for name, parameter in parameters.items() if parameter.value is not None}
    attempt = written.get("quiz_attempt")
    tolerance = written.get("completion_tolerance_seconds")
    return Counting(
        minutes_per_hour=written["minutes_per_hour"].number,
        vod_attended_share=written["vod_attended_share"].number,
        stop_at_failed_verification=_is_yes(written, "stop_at_failed_verification"),
        quiz_attempt=QuizAttempt(str(attempt.value)) if attempt else QuizAttempt.first,
        daily_cap_minutes=_whole(written, "daily_cap_minutes"),
        completion_tolerance_seconds=tolerance.number if tolerance else Fraction(0),
        whole_hours_per_course=_is_yes(written, "whole_hours_per_course"),
        one_person_at_once=_is_yes(written, "one_person_at_once"),
        late_after_live_minutes=_whole(written, "late_after_live_minutes"),
        late_after_vod_minutes=_whole(written, "late_after_vod_minutes"),
    )


def _is_yes(written: Mapping[str, Parameter], name: str) -> bool:
    return name in written and written[name].value is True


def _whole(written: Mapping[str, Parameter], name: str) -> int | None:
    return int(written[name].number) if name in written else None
