"""The packs in force: loaded once at the start, asked by whoever judges, accepts or shows."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Self

from app.core.errors import Text
from app.policies import schemas
from app.policies.errors import PolicyNotFound, PolicyVersionNotFound
from app.rules.loader import load_packs
from app.rules.parameters import Parameter
from app.rules.policy import Comparison, Packs, PolicyVersion, Rule


class Policies:
    """A changed pack is in force after the next start."""

    def __init__(self, packs: Packs) -> None:
        self._packs = packs

    @classmethod
    def load(cls, packs_dir: Path | None = None) -> Self:
        """The built-in packs and those of one more directory; a mistake in any of them stops the start."""
        return cls(load_packs(packs_dir))

    def version_for(self, programme: str, starts_on: date) -> PolicyVersion | None:
        """What applies to a class group: the version in force on its first day."""
        return self._packs.version_for(programme, starts_on)

    def versions(self, policy_id: str) -> tuple[PolicyVersion, ...]:
        """All of them as they are judged by, oldest first."""
        versions = self._packs.versions(policy_id)
        if not versions:
            raise PolicyNotFound
        return versions

    def find(self, policy_id: str, version: str) -> PolicyVersion | None:
        """The version of this name."""
        return next((each for each in self._packs.versions(policy_id) if each.version == version), None)

    def programme_exists(self, programme: str, starts_on: date) -> bool:
        """Whether a class group of that first day can be judged at all."""
        return self.version_for(programme, starts_on) is not None

    def policies(self) -> list[schemas.PolicySummary]:
        return [self._summary(programme) for programme in self._packs.programmes()]

    def policy(self, policy_id: str) -> schemas.Policy:
        """Every parameter with all its dated values, oldest first."""
        versions = self._packs.versions(policy_id)
        if not versions:
            raise PolicyNotFound
        return schemas.Policy(**dict(self._summary(policy_id)), parameters=_dated_parameters(versions))

    def version(self, policy_id: str, version: str) -> schemas.PolicyVersion:
        """One version whole: what it asks, by which clause, and how it is compared."""
        summaries = {summary.version: summary for summary in self.policy(policy_id).versions}
        for known in self._packs.versions(policy_id):
            if known.version == version:
                return schemas.PolicyVersion(
                    **dict(summaries[version]),
                    policy_id=policy_id,
                    title=_text(known.title),
                    parameters=[_in_force(parameter) for parameter in known.parameters],
                    rules=[_rule(rule) for rule in known.rules],
                )
        raise PolicyVersionNotFound(policy_id)

    def _summary(self, programme: str) -> schemas.PolicySummary:
        versions = self._packs.versions(programme)
        return schemas.PolicySummary(
            policy_id=programme, title=_text(versions[-1].title), versions=list(_summaries(versions))
        )


def _summaries(versions: tuple[PolicyVersion, ...]) -> Iterator[schemas.VersionSummary]:
    for version, following in zip(versions, (*versions[1:], None), strict=True):
        yield schemas.VersionSummary(
            version=version.version,
            effective_from=version.effective_from,
            effective_until=following.effective_from - timedelta(days=1) if following else None,
            content_hash=version.content_hash.hex(),
        )


def _dated_parameters(versions: tuple[PolicyVersion, ...]) -> list[schemas.Parameter]:
    """A value that several versions share is one value."""
    dated: dict[str, dict[date, Parameter]] = {}
    for version in versions:
        for parameter in version.parameters:
            dated.setdefault(parameter.name, {})[parameter.effective_from] = parameter
    return [
        schemas.Parameter(
            name=name,
            title=_text(next(iter(values.values())).title),
            values=[schemas.DatedValue.model_validate(_value(parameter)) for parameter in values.values()],
        )
        for name, values in dated.items()
    ]


def _in_force(parameter: Parameter) -> schemas.ParameterInForce:
    return schemas.ParameterInForce.model_validate(
        _value(parameter) | {"name": parameter.name, "title": _text(parameter.title)}
    )


def _value(parameter: Parameter) -> dict[str, object]:
    document = parameter.document()
    return {field: document[field] for field in ("effective_from", "value", "clause", "words")}


def _rule(rule: Rule) -> schemas.Rule:
    return schemas.Rule(
        code=rule.code,
        title=_text(rule.title),
        remedy=_text(rule.remedy),
        severity=rule.severity,
        comparison=_comparison(rule.comparison),
        subject=rule.subject,
        requirements=rule.requirements,
        conditions=[_comparison(condition) for condition in rule.conditions],
    )


def _comparison(comparison: Comparison) -> schemas.Comparison:
    return schemas.Comparison(
        fact=comparison.fact,
        unit=comparison.fact.unit,
        operator=comparison.operator,
        parameter=comparison.threshold.name,
    )


def _text(text: Text) -> schemas.Bilingual:
    return schemas.Bilingual(zh=text.zh, en=text.en)
