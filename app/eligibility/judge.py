"""From loaded records to what is stored of them: pure computing."""

from typing import NamedTuple

import msgspec

from app.core.ids import ClassGroupKey, LearnerId
from app.core.vocabulary import Eligibility, Outlook
from app.eligibility.errors import PolicyMissing
from app.findings.schemas import Raised
from app.ledger.envelope import decision_document
from app.policies.service import Policies
from app.rules.assessment import Judgement, assess_enrollment
from app.rules.at_once import PersonCount
from app.rules.policy import PolicyVersion
from app.rules.records import ClassGroup, EnrollmentRecords
from app.rules.subsidy import Grant
from app.rules.timetable import Timetable


class Verdict(NamedTuple):
    """One enrollment judged, as its row keeps it."""

    learner_id: LearnerId
    eligibility: Eligibility
    outlook: Outlook | None
    facts: str
    """JSON, like `rules`."""
    rules: str
    outcome_tags: str
    """`attendance-rate:fail credited-hours:pass`."""
    findings: list[Raised]
    document: bytes | None
    """What the final decision says; None while the class group runs."""
    grant: Grant | None = None
    """What is paid; None where nothing is said of money."""
    person: PersonCount | None = None
    """None: the person is in no other class group."""


def version_of(policies: Policies, class_group: ClassGroup) -> PolicyVersion:
    """What the class group is judged by."""
    version = policies.version_for(class_group.programme, class_group.starts_on)
    if version is None:
        raise PolicyMissing(key_of(class_group), class_group.programme)
    return version


def key_of(class_group: ClassGroup) -> ClassGroupKey:
    return ClassGroupKey(class_group.platform, class_group.class_group_id)


def judge_one(timetable: Timetable, records: EnrollmentRecords) -> Verdict:
    learner_id = records.enrollment.learner_id
    judgement = assess_enrollment(timetable, records)
    facts = judgement.facts.stored()
    rules = [rule.stored() for rule in judgement.rules]
    return Verdict(
        learner_id=learner_id,
        eligibility=judgement.eligibility,
        outlook=judgement.outlook,
        facts=_json(facts),
        rules=_json(rules),
        outcome_tags=" ".join([f"{rule.code}:{rule.outcome}" for rule in judgement.rules]),
        findings=_findings(learner_id, judgement),
        document=None
        if timetable.is_running
        else decision_document(
            class_group=key_of(timetable.class_group),
            learner_id=learner_id,
            eligibility=judgement.eligibility,
            facts=facts,
            rules=rules,
            subsidy=None if judgement.grant is None else judgement.grant.stored(),
        ),
        grant=judgement.grant,
        person=judgement.person,
    )


def _findings(learner_id: LearnerId, judgement: Judgement) -> list[Raised]:
    return [
        Raised(learner_id, rule.code, rule.outcome, rule.severity, _json(rule.stored()))
        for rule in judgement.findings
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
