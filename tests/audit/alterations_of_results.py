"""The same of decisions and of how enrollments stand."""

from tests.audit.alterations import NEW, Alteration
from tests.audit.world import CLOSED, OTHER, RUNNING

# ruff: noqa: S608 (statements are put together from constants)

ONE = f"class_group_id = '{CLOSED}' AND learner_id = '{CLOSED}-L2'"
WHO = f"SELECT jsonb_build_object('class_group_id', '{CLOSED}', 'learner_id', '{CLOSED}-L2')"
LAST = f"""
    decision_id = (SELECT decision_id FROM decisions WHERE {ONE} ORDER BY decided_at DESC LIMIT 1)
"""
FIRST = f"decision_id = (SELECT decision_id FROM decisions WHERE {ONE} ORDER BY decided_at LIMIT 1)"
THE_LAST = f"SELECT jsonb_build_object('decision_id', decision_id) FROM decisions WHERE {LAST}"
A_RUN = f"run_id = (SELECT run_id FROM decisions WHERE {FIRST})"
THE_RUN = f"SELECT jsonb_build_object('run_id', run_id) FROM decisions WHERE {FIRST}"
A_FINDING = f"""
    finding_id = (
        SELECT finding_id FROM findings WHERE state = 'open' AND class_group_id = '{OTHER}'
        ORDER BY finding_id LIMIT 1
    )
"""
THE_FINDING = f"""
    SELECT jsonb_build_object('class_group_id', class_group_id, 'learner_id', learner_id, 'rule', rule)
    FROM findings WHERE {A_FINDING}
"""

OF_DECISIONS = (
    Alteration(
        "run-moment",
        f"UPDATE assessment_runs SET assessed_at = assessed_at - interval '1 day' WHERE {A_RUN}",
        "assessment_runs",
        THE_RUN,
        "assessed_at",
    ),
    Alteration(
        "run-policy",
        f"UPDATE assessment_runs SET policy_version = '2025-01-01' WHERE {A_RUN}",
        "assessment_runs",
        THE_RUN,
        "policy_version",
    ),
    Alteration(
        "run-batches",
        f"UPDATE assessment_runs SET batch_ids = batch_ids[2:] WHERE {A_RUN}",
        "assessment_runs",
        THE_RUN,
        "batch_ids",
    ),
    Alteration(
        "run-root",
        f"UPDATE assessment_runs SET decisions_root = sha256('') WHERE {A_RUN}",
        "assessment_runs",
        THE_RUN,
        "decisions_root",
    ),
    Alteration(
        "run-secret",
        f"UPDATE assessment_runs SET secret_sealed = inputs_sealed WHERE {A_RUN}",
        "assessment_runs",
        THE_RUN,
    ),
    Alteration(
        "run-inputs",
        f"UPDATE assessment_runs SET inputs_sealed = secret_sealed WHERE {A_RUN}",
        "assessment_runs",
        THE_RUN,
        "inputs_sealed",
    ),
    Alteration("run-deleted", f"DELETE FROM assessment_runs WHERE {A_RUN}", "assessment_runs", THE_RUN),
    Alteration(
        "decision-document",
        f"""UPDATE decisions SET document = convert_to(
                replace(convert_from(document, 'UTF8'), 'credited-hours', 'credited_hours'), 'UTF8'
            ) WHERE {LAST}""",
        "decisions",
        THE_LAST,
        "document",
    ),
    Alteration(
        "former-decision-document",
        f"""UPDATE decisions SET document = convert_to(
                replace(convert_from(document, 'UTF8'), 'credited-hours', 'credited_hours'), 'UTF8'
            ) WHERE {FIRST}""",
        "decisions",
        THE_RUN,
        "document",
    ),
    Alteration(
        "decision-eligibility",
        f"UPDATE decisions SET eligibility = 'x' WHERE {LAST}",
        "decisions",
        THE_LAST,
        "eligibility",
    ),
    Alteration(
        "decision-moment",
        f"UPDATE decisions SET decided_at = decided_at + interval '1 hour' WHERE {LAST}",
        "decisions",
        THE_LAST,
        "decided_at",
    ),
    Alteration("decision-deleted", f"DELETE FROM decisions WHERE {LAST}", "decisions", WHO),
    Alteration(
        "decision-inserted",
        f"""INSERT INTO decisions SELECT (jsonb_populate_record(
                whole, '{{"decision_id": "00000000-0000-7000-8000-000000000000"}}'
            )).* FROM decisions AS whole WHERE {LAST}""",
        "decisions",
        """SELECT '{"decision_id": "00000000-0000-7000-8000-000000000000"}'::jsonb""",
    ),
    Alteration(
        "decision-of-another-run",
        f"UPDATE decisions SET run_id = (SELECT run_id FROM decisions WHERE {FIRST}) WHERE {LAST}",
        "decisions",
        THE_RUN,
    ),
)

OF_STANDINGS = (
    Alteration(
        "standing-facts",
        f"UPDATE assessments SET facts = facts || '{{\"credited_seconds\": 1}}' WHERE {ONE}",
        "assessments",
        WHO,
        "facts",
    ),
    Alteration(
        "standing-eligibility",
        f"UPDATE assessments SET eligibility = eligibility || '-not' WHERE {ONE}",
        "assessments",
        WHO,
        "eligibility",
    ),
    Alteration(
        "standing-outcome",
        f"UPDATE assessments SET outcome_tags = '{{x:pass}}' WHERE {ONE}",
        "assessments",
        WHO,
        "outcome_tags",
    ),
    Alteration(
        "standing-subsidy",
        f"UPDATE assessments SET subsidy_fen = 999 WHERE {ONE}",
        "assessments",
        WHO,
        "subsidy_fen",
    ),
    Alteration(
        "standing-decision",
        f"UPDATE assessments SET decision_id = (SELECT decision_id FROM decisions WHERE {FIRST}) WHERE {ONE}",
        "assessments",
        WHO,
        "decision_id",
    ),
    Alteration(
        "running-standing",
        f"UPDATE assessments SET outlook = NULL WHERE class_group_id = '{RUNNING}'",
        "assessments",
        f"SELECT jsonb_build_object('class_group_id', '{RUNNING}')",
        "outlook",
    ),
    Alteration("standing-deleted", f"DELETE FROM assessments WHERE {ONE}", "assessments", WHO),
    Alteration(
        "standing-inserted",
        f"""INSERT INTO assessments SELECT (jsonb_populate_record(whole, '{{"learner_id": "{NEW}"}}')).*
            FROM assessments AS whole WHERE {ONE}""",
        "assessments",
        f"""SELECT '{{"learner_id": "{NEW}"}}'::jsonb""",
    ),
    Alteration(
        "class-group-counts",
        f"UPDATE class_group_assessments SET counts = '{{}}' WHERE class_group_id = '{CLOSED}'",
        "class_group_assessments",
        f"SELECT jsonb_build_object('class_group_id', '{CLOSED}')",
        "counts",
    ),
    Alteration(
        "class-group-facts",
        f"UPDATE class_group_assessments SET facts = '{{}}' WHERE class_group_id = '{CLOSED}'",
        "class_group_assessments",
        f"SELECT jsonb_build_object('class_group_id', '{CLOSED}')",
        "facts",
    ),
    Alteration(
        "class-group-next-due",
        f"UPDATE class_group_assessments SET next_due_at = NULL WHERE class_group_id = '{RUNNING}'",
        "class_group_assessments",
        f"SELECT jsonb_build_object('class_group_id', '{RUNNING}')",
        "next_due_at",
    ),
    Alteration(
        "class-group-standing-deleted",
        f"DELETE FROM class_group_assessments WHERE class_group_id = '{CLOSED}'",
        "class_group_assessments",
        f"SELECT jsonb_build_object('class_group_id', '{CLOSED}')",
    ),
    Alteration(
        "finding-resolved",
        f"UPDATE findings SET state = 'resolved', resolved_at = now() WHERE {A_FINDING}",
        "findings",
        THE_FINDING,
    ),
    Alteration(
        "finding-evidence",
        f"UPDATE findings SET evidence = evidence || '{{\"observed\": 987654}}' WHERE {A_FINDING}",
        "findings",
        THE_FINDING,
        "evidence",
    ),
    Alteration("finding-deleted", f"DELETE FROM findings WHERE {A_FINDING}", "findings", THE_FINDING),
    Alteration(
        "finding-inserted",
        f"""INSERT INTO findings SELECT (jsonb_populate_record(whole, jsonb_build_object(
                'finding_id', gen_random_uuid(), 'rule', 'invented'
            ))).* FROM findings AS whole WHERE {A_FINDING}""",
        "findings",
        """SELECT '{"rule": "invented"}'::jsonb""",
    ),
    Alteration(
        "finding-waived",
        f"UPDATE findings SET state = 'waived', waived_at = now(), waiver_id = finding_id WHERE {A_FINDING}",
        "findings",
        f"SELECT jsonb_build_object('finding_id', finding_id) FROM findings WHERE {A_FINDING}",
    ),
    Alteration(
        "person-time",
        f"UPDATE person_times SET taken_spans = '' WHERE {ONE}",
        "person_times",
        WHO,
        "taken_spans",
    ),
    Alteration("person-time-deleted", f"DELETE FROM person_times WHERE {ONE}", "person_times", WHO),
    Alteration(
        "person-time-inserted",
        f"""INSERT INTO person_times SELECT (jsonb_populate_record(whole, '{{"learner_id": "{NEW}"}}')).*
            FROM person_times AS whole WHERE {ONE}""",
        "person_times",
        f"""SELECT '{{"learner_id": "{NEW}"}}'::jsonb""",
    ),
    Alteration(
        "changed-decision",
        "UPDATE changed_decisions SET reported_eligibility = 'x'",
        "changed_decisions",
        f"SELECT jsonb_build_object('class_group_id', '{CLOSED}')",
    ),
    Alteration(
        "changed-decision-deleted",
        "DELETE FROM changed_decisions",
        "changed_decisions",
        f"SELECT jsonb_build_object('class_group_id', '{CLOSED}')",
    ),
)
