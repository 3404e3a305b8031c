"""`supervise policy`: the group of commands about policy packs. What has much to say has a file of its own.

Such a file has a function for the command; it is added to the group here, as `app.command("check")(…)`.
"""

import json
from typing import Annotated

import typer

from app.cli.console import AsJson, DataDir, language, result
from app.cli.place import opened
from app.cli.policy_publish import check, publish
from app.cli.policy_simulate import simulate
from app.cli.policy_test import try_cases_of
from app.db.session import ReadSession
from app.policies import answers
from app.policies.library import PolicyLibrary
from app.policies.schemas import Bilingual, PolicyVersion

app = typer.Typer(name="policy", help="Policy packs: shown, checked, published.", no_args_is_help=True)
app.command("check")(check)
app.command("publish")(publish)
app.command("simulate")(simulate)
app.command("test")(try_cases_of)


@app.command("list")
def list_all(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the programmes and their versions, and where each came from."""
    with opened(data_dir) as place:
        library = PolicyLibrary.load(place.settings.packs_dir)
        policies = place.read(lambda session: answers.list_policies(session, library))

    def in_words() -> None:
        for policy in policies:
            for version in policy.versions:
                source = version.source or "not recorded"
                typer.echo(f"{policy.policy_id}  {version.version}  {_said(policy.title)}  {source}")

    result([policy.model_dump(mode="json") for policy in policies], as_json=as_json, in_words=in_words)


@app.command("show")
def show(
    policy_id: Annotated[str, typer.Argument(help="Programme, for example `standard`.")],
    version: Annotated[str | None, typer.Argument(help="Version; the newest if left out.")] = None,
    *,
    as_text: Annotated[bool, typer.Option("--text", help="Print the text that it stands in.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one version whole: its rules, its parameters and their clauses, or the text to add a day to."""
    with opened(data_dir) as place:
        library = PolicyLibrary.load(place.settings.packs_dir)

        async def read(session: ReadSession) -> tuple[PolicyVersion, str]:
            newest = (await answers.policy(session, library, policy_id)).versions[-1].version
            chosen = version or newest
            text = await answers.text_in_force(session, library, policy_id, chosen)
            return await answers.version(session, library, policy_id, chosen), text

        found, text = place.read(read)
    if as_text:
        typer.echo(text, nl=False)
    else:
        result(found.model_dump(mode="json"), as_json=as_json, in_words=lambda: _print(found))


def _print(found: PolicyVersion) -> None:
    typer.echo(f"{found.policy_id} {found.version}  {_said(found.title)}")
    for rule in found.rules:
        asks = rule.comparison
        typer.echo(f"  {rule.code} [{rule.severity}] {asks.fact} {asks.operator} {asks.parameter}")
    for parameter in found.parameters:
        value = json.dumps(parameter.value)
        typer.echo(f"  {parameter.name} = {value}  ({parameter.effective_from}, {parameter.clause})")


def _said(text: Bilingual) -> str:
    return text.zh if language() == "zh" else text.en
