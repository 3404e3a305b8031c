"""The policies in force at one moment (library.py): asked by whoever judges, accepts or shows."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Self
from uuid import UUID

from app.policies import schemas
from app.policies.errors import PolicyNotFound, PolicyVersionNotFound
from app.policies.provisions import authority_of, document_of, provisions_of, requirements_met
from app.policies.records import Recorded
from app.rules.changes import can_be_simulated
from app.rules.fact_feeds import feeds_of
from app.rules.loader import load_packs
from app.rules.parameters import Parameter
from app.rules.policy import Comparison, Packs, PolicyVersion, Rule
from app.rules.words import asked_in_words, value_in_words

Indexes = Mapping[UUID, int]
"""Of entries in the ledger, by what they attest."""
NO_INDEXES: Indexes = MappingProxyType({})


class Policies:
    """They never change: who must not miss a publication asks the library for them, in its own session."""

    def __init__(self, packs: Packs, records: Sequence[Recorded] = ()) -> None:
        """`records`: of each version that is recorded, the one that holds."""
        self._packs = packs
        self._records = {each.key: each for each in records}
        self.number = max((each.number for each in records), default=0)
        """Of the newest record they rest on; 0: on files alone."""

    @classmethod
    def load(cls, packs_dir: Path | None = None) -> Self:
        """What files alone say, the built-in ones and those of one more directory."""
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

    def record_of(self, version: PolicyVersion) -> Recorded | None:
        """How it came into force; None where no server has started on this database yet."""
        return self._records.get((version.programme, version.effective_from))

    def records(self) -> Sequence[Recorded]:
        """Of all versions in force that are recorded."""
        return list(self._records.values())

    def policies(self, indexes: Indexes = NO_INDEXES) -> list[schemas.PolicySummary]:
        """`indexes`: of the entries in the ledger, as far as they have one."""
        return [self._summary(programme, indexes) for programme in self._packs.programmes()]

    def policy(self, policy_id: str, indexes: Indexes = NO_INDEXES) -> schemas.Policy:
        """Every parameter with all its dated values, oldest first."""
        versions = self.versions(policy_id)
        return schemas.Policy(
            **dict(self._summary(policy_id, indexes)), parameters=_dated_parameters(versions)
        )

    def version(
        self, policy_id: str, version: str, records: Sequence[schemas.RecordedVersion] = ()
    ) -> schemas.PolicyVersion:
        """One version whole: what it asks, by which clause, and how it came into force."""
        indexes = {each.record_id: each.ledger_index for each in records if each.ledger_index is not None}
        summaries = {summary.version: summary for summary in self.policy(policy_id, indexes).versions}
        known = self.find(policy_id, version)
        if known is None:
            raise PolicyVersionNotFound(policy_id)
        return schemas.PolicyVersion(
            **dict(summaries[version]),
            policy_id=policy_id,
            title=schemas.Bilingual.of(known.title),
            parameters=[_in_force(parameter) for parameter in known.parameters],
            rules=[_rule(rule) for rule in known.rules],
            authority=authority_of(known),
            document=document_of(known.provisions.source),
            provisions=provisions_of(known),
            requirements=requirements_met(known),
            records=records,
        )

    def _summary(self, programme: str, indexes: Indexes) -> schemas.PolicySummary:
        versions = self._packs.versions(programme)
        return schemas.PolicySummary(
            policy_id=programme,
            title=schemas.Bilingual.of(versions[-1].title),
            authority=authority_of(versions[-1]),
            document=document_of(versions[-1].provisions.source),
            versions=[
                self._version_summary(version, following, indexes)
                for version, following in zip(versions, (*versions[1:], None), strict=True)
            ],
        )

    def _version_summary(
        self, version: PolicyVersion, following: PolicyVersion | None, indexes: Indexes
    ) -> schemas.VersionSummary:
        recorded = self.record_of(version)
        return schemas.VersionSummary(
            version=version.version,
            effective_from=version.effective_from,
            effective_until=following.effective_from - timedelta(days=1) if following else None,
            content_hash=version.content_hash.hex(),
            source=recorded and recorded.source,
            recorded_at=recorded and recorded.recorded_at,
            ledger_index=recorded and indexes.get(recorded.record_id),
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
            title=schemas.Bilingual.of(next(iter(values.values())).title),
            values=[schemas.DatedValue.model_validate(_value(parameter)) for parameter in values.values()],
        )
        for name, values in dated.items()
    ]


def _in_force(parameter: Parameter) -> schemas.ParameterInForce:
    return schemas.ParameterInForce.model_validate(
        _value(parameter)
        | {
            "name": parameter.name,
            "title": schemas.Bilingual.of(parameter.title),
            "unit": parameter.unit,
            "told": schemas.Bilingual.of(value_in_words(parameter)),
            "can_be_simulated": can_be_simulated(parameter.name),
        }
    )


def _value(parameter: Parameter) -> dict[str, object]:
    document = parameter.document()
    return {field: document[field] for field in ("effective_from", "value", "clause", "words")}


def _rule(rule: Rule) -> schemas.Rule:
    return schemas.Rule(
        code=rule.code,
        title=schemas.Bilingual.of(rule.title),
        remedy=schemas.Bilingual.of(rule.remedy),
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
        asked=schemas.Bilingual.of(asked_in_words(comparison)),
        feeds=feeds_of(comparison.fact),
    )
