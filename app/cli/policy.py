"""`supervise policy`: the group of commands about policy packs. What has much to say has a file of its own.

Such a file has a function for the command; it is added to the group here, as `app.command("check")(…)`.
"""

import json
from typing import Annotated

import typer

from app.cli.console import AsJson, language, result
from app.cli.policy_test import try_cases_of
from app.cli.settings import settings_of
from app.policies.schemas import Bilingual, PolicyVersion
from app.policies.service import Policies

app = typer.Typer(name="policy", help="Policy packs: shown, checked, published.", no_args_is_help=True)
app.command("test")(try_cases_of)


@app.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """List the programmes and their versions."""
    policies = _policies().policies()

    def in_words() -> None:
        for policy in policies:
            for version in policy.versions:
                typer.echo(f"{policy.policy_id}  {version.version}  {_said(policy.title)}")

    result([policy.model_dump(mode="json") for policy in policies], as_json=as_json, in_words=in_words)


@app.command("show")
def show(
    policy_id: Annotated[str, typer.Argument(help="Programme, for example `standard`.")],
    version: Annotated[str | None, typer.Argument(help="Version; the newest if left out.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show one version whole: its rules, its parameters and their clauses."""
    policies = _policies()
    chosen = version or policies.policy(policy_id).versions[-1].version
    found = policies.version(policy_id, chosen)
    result(found.model_dump(mode="json"), as_json=as_json, in_words=lambda: _print(found))


def _policies() -> Policies:
    return Policies.load(settings_of(None).packs_dir)


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
