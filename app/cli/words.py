"""The tables and commands that a demo prints."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from app.cli.console import language
from app.core.vocabulary import Eligibility, Outlook
from app.simulator.cast import ANSWERS, ATTENDANCE, HOURS
from app.simulator.difference import Difference
from app.simulator.verdict import Verdict

COLUMNS = (
    Eligibility.eligible,
    Eligibility.ineligible,
    Eligibility.insufficient_evidence,
    Eligibility.withdrawn,
    Outlook.on_track,
    Outlook.at_risk,
    Outlook.lost,
    ATTENDANCE,
    ANSWERS,
    HOURS,
)
WIDTH = 140
"""Where no terminal says how wide it is."""
ROWS = 40
DIFFERENCES = 50


class Access(NamedTuple):
    """What a person needs to try the API in one role."""

    role: str
    client_id: str
    client_secret: str
    token: str


def said(zh: str, en: str) -> str:
    return zh if language() == "zh" else en


def print_summary(verdicts: Sequence[Verdict]) -> None:
    """Per class group: how its learners stand, and how many each rule keeps from being eligible."""
    table = Table(title=said("班级概况", "Class groups"), box=SIMPLE_HEAD, padding=0)
    for heading in (said("平台", "platform"), said("班级", "class group"), said("状态", "state")):
        table.add_column(heading, no_wrap=True)
    for heading in _headings():
        table.add_column(heading, justify="right")
    for verdict in verdicts[:ROWS]:
        group = verdict.class_group
        state = said("已结班", "closed") if group.is_closed else said("进行中", "running")
        table.add_row(group.platform.code, group.class_group_id, state, *_figures([verdict]))
    if len(verdicts) > ROWS:
        table.add_row("…", said(f"另 {len(verdicts) - ROWS} 个", f"{len(verdicts) - ROWS} more"))
    table.add_section()
    table.add_row(said("合计", "total"), str(len(verdicts)), "", *_figures(verdicts))
    Console(width=None if Console().is_terminal else WIDTH).print(table)


def _headings() -> list[str]:
    return [
        said("学员", "learners"),
        said("合格", "eligible"),
        said("不合格", "ineligible"),
        said("证据不足", "no evidence"),
        said("已退出", "withdrawn"),
        said("进展正常", "on track"),
        said("有风险", "at risk"),
        said("已无望", "lost"),
        said("✗ 到课率", "✗ attendance"),
        said("✗ 答题", "✗ answers"),
        said("✗ 学时", "✗ hours"),
    ]


def _figures(verdicts: Iterable[Verdict]) -> list[str]:
    learners = 0
    stands: Counter[str] = Counter()
    for verdict in verdicts:
        learners += verdict.learners
        stands.update({**verdict.by_eligibility, **verdict.by_outlook, **verdict.flagged_by_rule})
    return [str(learners), *(str(stands[column] or "") for column in COLUMNS)]


def print_differences(differences: Sequence[Difference]) -> None:
    for difference in differences[:DIFFERENCES]:
        typer.echo(
            f"{difference.where}: {difference.what}: meant {difference.meant}, found {difference.found}"
        )
    if len(differences) > DIFFERENCES:
        typer.echo(said(f"…… 共 {len(differences)} 处不符。", f"... {len(differences)} differences in all."))


def print_access(url: str, accesses: Sequence[Access], uscc: str, id_number: str) -> None:
    """Addresses, credentials, tokens and commands worth trying."""
    typer.echo(f"\nAPI   {url}/api/v1\n{said('文档', 'Docs')}  {url}/docs\n")
    for access in accesses:
        typer.echo(f"{access.role:<14} {access.client_id}  {access.client_secret}")
    typer.echo("")
    for access in accesses:
        typer.echo(f"export {_variable(access)}={access.token}")
    typer.echo(said("\n可以试试：", "\nWorth trying:"))
    for words, command in _commands(url, uscc, id_number):
        typer.echo(f"\n# {words}\n{command}")


def _variable(access: Access) -> str:
    return f"{access.role.upper().replace('-', '_')}_TOKEN"


def _commands(url: str, uscc: str, id_number: str) -> list[tuple[str, str]]:
    def call(role: str, rest: str) -> str:
        return f'curl -s -H "Authorization: Bearer ${role}_TOKEN" {rest}'

    api = f"{url}/api/v1"
    return [
        (
            said("到课率低于 80% 的学员及原因", "who is below 80 % attendance, and why"),
            call("REGULATOR", f"'{api}/compliance/enrollments?rule={ATTENDANCE}&outcome=fail&limit=5'"),
        ),
        (
            said("某人在各平台的全部班级", "all enrollments of one person, on every platform"),
            call(
                "REGULATOR",
                f"{api}/compliance/search -H 'Content-Type: application/json' "
                f"""-d '{{"id_number": "{id_number}"}}'""",
            ),
        ),
        (
            said("企业的补贴资格报告", "the enterprise's report of who is eligible"),
            call("ENTERPRISE", f"'{api}/enterprises/{uscc}/eligibility-report?format=csv'"),
        ),
        (
            said("到课率改为 85% 会影响谁", "who would change if attendance had to be 85 %"),
            call(
                "REGULATOR",
                f"{api}/policies/standard/simulation -H 'Content-Type: application/json' "
                f"""-d '{{"set": {{"{ATTENDANCE}.at_least": "0.85"}}}}'""",
            ),
        ),
        (
            said("平台最近的批次及其账本位置", "the platform's batches and their places in the ledger"),
            call("LIVE_PLATFORM", f"'{api}/batches?limit=3'"),
        ),
    ]
