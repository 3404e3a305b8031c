"""`supervise policy check` and `publish`: a text is looked through, and put in force by two persons."""

from pathlib import Path
from typing import Annotated

import typer

from app.accounts.authorisation import Action
from app.approvals import service as approvals
from app.approvals.acts import Acts
from app.approvals.schemas import ProposalView
from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import changed
from app.cli.officials import official, subject_of
from app.cli.place import opened
from app.core import clock
from app.core.errors import Text
from app.db.session import WriteSession
from app.policies import publication
from app.policies.errors import PolicyTextInvalid
from app.policies.library import PolicyLibrary
from app.policies.publication import PUBLISH_POLICY, Checked
from app.policies.recording import record_files_within
from app.policies.texts import MOST_BYTES
from app.rules.nodes import Mistake

ACTS = Acts(PUBLISH_POLICY)

File = Annotated[
    Path, typer.Argument(help="The whole text of a policy, in YAML.", exists=True, dir_okay=False)
]


def check(file: File, *, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Look a text through: every mistake with its line, and which versions are new. Nothing is changed."""
    text = _read(file)
    with opened(data_dir) as place:
        library = PolicyLibrary.load(place.settings.packs_dir)

        async def work(session: WriteSession) -> Checked:
            await record_files_within(session, library)
            return await publication.check(session, text, file.name)

        checked = place.write(work)
    result(_told(checked), as_json=as_json, in_words=lambda: _print(checked))


def publish(
    file: File,
    *,
    proposed_by: Annotated[str, typer.Option(help="Login of the official who proposes it.")],
    approved_by: Annotated[str, typer.Option(help="Login of another one, who approves it.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the proposal.")],
    retroactive: Annotated[
        bool, typer.Option("--retroactive", help="New versions may lie before today.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put the new versions of a text in force. Who calls this answers for what both officials have said."""
    text = _read(file)
    with opened(data_dir) as place:
        library = PolicyLibrary.load(place.settings.packs_dir)

        async def work(session: WriteSession) -> tuple[Checked, ProposalView]:
            await record_files_within(session, library)
            checked = await publication.check(session, text, file.name)
            made = await publication.propose(
                session,
                ACTS,
                await official(session, proposed_by, Action.propose_act),
                text,
                reason=reason,
                retroactive=retroactive,
            )
            approver = await official(session, approved_by, Action.decide_act)
            decided = await approvals.approve(session, ACTS, approver, made.proposal_id)
            await changed(session, "policies:publish", subject_of(decided), number=len(checked.news))
            return checked, decided

        checked, decided = place.write(work)
    told = {"proposal_id": decided.proposal_id, **_told(checked)}
    result(told, as_json=as_json, in_words=lambda: _announce(checked))


def _read(file: Path) -> str:
    """No more of it than a text may have."""
    with file.open("rb") as opened_file:
        content = opened_file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        zh, en = f"文件超过 {MOST_BYTES} 字节。", f"The file exceeds {MOST_BYTES} bytes."
        raise PolicyTextInvalid([_mistake(file, zh, en)])
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        unreadable = _mistake(file, "不是 UTF-8 文本。", "This is no text in UTF-8.", line)
        raise PolicyTextInvalid([unreadable]) from None


def _mistake(file: Path, zh: str, en: str, line: int = 1) -> Mistake:
    return Mistake(Path(file.name), line, Text(zh, en))


def _told(checked: Checked) -> dict[str, object]:
    today = clock.today()
    return {
        "policy_id": checked.policy_id,
        "versions": [
            {
                "version": version.version,
                "content_hash": version.content_hash.hex(),
                "is_new": version in checked.news,
                "is_retroactive": version in checked.before(today),
            }
            for version in checked.versions
        ],
    }


def _print(checked: Checked) -> None:
    early = checked.before(clock.today())
    for version in checked.versions:
        mark = ("+ " if version in checked.news else "  ") + ("! " if version in early else "  ")
        typer.echo(f"{mark}{checked.policy_id}  {version.version}  {version.content_hash.hex()}")
    say(
        "可以发布：+ 为新增版本，! 为施行日早于今日（须 --retroactive）。",
        "It may be published: + is a new version, ! one that lies before today (needs --retroactive).",
    )


def _announce(checked: Checked) -> None:
    days = "、".join(version.version for version in checked.news)
    say(
        f"政策 {checked.policy_id} 的新版本 {days} 已发布，有关班级将重新评定。",
        f"New versions of {checked.policy_id} are in force: {days}. Class groups concerned are judged anew.",
    )
