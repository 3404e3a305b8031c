"""`supervise policy test`: the cases of policy packs, tried one by one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import AsJson, fail, language, result, say
from app.cli.settings import settings_of
from app.core.errors import Text
from app.rules.cases import Trial, cases_directory, load_cases, try_cases
from app.rules.loader import BUILT_IN, PackFile, load_file, load_files


def try_cases_of(
    pack: Annotated[
        str | None, typer.Argument(help="A programme, or the file of a pack; all in force if left out.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Try the cases of the rules; exit status 1 if one comes out otherwise than it says.

    The cases of a pack lie beside its file, one file for each rule: <pack>.cases/CODE.yaml or
    cases/<programme>/CODE.yaml. Rules without cases are named.
    """
    trials = [(file, trial) for file in _files(pack) for trial in _trials(file)]
    wrong = [trial for _, trial in trials if not trial.is_as_expected]

    def in_words() -> None:
        for trial in wrong:
            typer.echo(_told(trial))
        typer.echo(_counted(len(trials), len(wrong)))

    result([_document(file, trial) for file, trial in trials], as_json=as_json, in_words=in_words)
    raise typer.Exit(1 if wrong else 0)


def _files(pack: str | None) -> Iterator[PackFile]:
    if pack is not None and Path(pack).is_file():
        yield load_file(Path(pack))
        return
    found = [file for file in load_files(settings_of(None).packs_dir) if pack in {None, _programme(file)}]
    if not found:
        fail(Text(f"没有名为“{pack}”的政策包或文件。", f"There is no policy pack or file “{pack}”."))
    yield from found


def _programme(file: PackFile) -> str:
    return file.versions[0].programme


def _trials(file: PackFile) -> list[Trial]:
    beside = None if file.path.parent == BUILT_IN else file.path
    trials = list(try_cases(file.versions, load_cases(cases_directory(_programme(file), beside))))
    untried = {rule.code for rule in file.versions[-1].rules} - {trial.case.rule for trial in trials}
    if untried:
        codes = ", ".join(sorted(untried))
        say(
            f"{_programme(file)} 没有用例的规则：{codes}", f"{_programme(file)}: rules without cases: {codes}"
        )
    return trials


def _document(file: PackFile, trial: Trial) -> dict[str, object]:
    case = trial.case
    return {
        "programme": _programme(file),
        "rule": case.rule,
        "kind": case.kind,
        "name": case.name._asdict(),
        "date": case.date.isoformat(),
        "expected": case.expected,
        "found": trial.found,
        "is_as_expected": trial.is_as_expected,
        "file": str(case.file),
        "line": case.line,
    }


def _told(trial: Trial) -> str:
    case = trial.case
    place, name, because = f"{case.file}:{case.line}", *_said(case.name, case.because)
    if language() == "zh":
        found = trial.found or f"{case.date} 无此规则"
        return f"{place} {case.rule} {name}：应为 {case.expected}，实为 {found}。（{because}）"
    found = trial.found or f"no such rule on {case.date}"
    return f"{place} {case.rule} {name}: expected {case.expected}, found {found}. ({because})"


def _said(*texts: Text) -> tuple[str, ...]:
    return tuple(text.in_language(language()) for text in texts)


def _counted(tried: int, wrong: int) -> str:
    if language() == "zh":
        return f"{tried} 个用例，{wrong} 个不符。"
    return f"{tried} cases, {wrong} otherwise than expected."
