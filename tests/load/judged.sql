-- The first class groups have been assessed by the pipeline itself; the others stand as those of their kind do:
-- every fourth class group runs, and each place in a class group has learnt alike.
CREATE TEMPORARY TABLE twin AS
SELECT class_group.platform, class_group.class_group_id, model.class_group_id AS model
FROM class_group JOIN class_group AS model ON model.n = class_group.n % 4
WHERE class_group.n >= 4;

CREATE TEMPORARY TABLE twin_learner AS
SELECT learner.platform, learner.class_group_id, learner.learner_id, model.class_group_id AS model_class_group,
       model.learner_id AS model
FROM learner JOIN learner AS model ON model.class_group = learner.class_group % 4 AND model.place = learner.place
WHERE learner.class_group >= 4;

-- Persons of the first class groups learn in others too, which the pipeline has judged along with them.
DELETE FROM touches;
DELETE FROM assessments USING twin
WHERE (assessments.platform, assessments.class_group_id) = (twin.platform, twin.class_group_id);
DELETE FROM class_group_assessments AS tally USING twin
WHERE (tally.platform, tally.class_group_id) = (twin.platform, twin.class_group_id);
ALTER TABLE findings DISABLE TRIGGER USER; -- both are kept, but here
ALTER TABLE decisions DISABLE TRIGGER USER;
DELETE FROM findings USING twin
WHERE (findings.platform, findings.class_group_id) = (twin.platform, twin.class_group_id);
DELETE FROM decisions USING twin
WHERE (decisions.platform, decisions.class_group_id) = (twin.platform, twin.class_group_id);
ALTER TABLE findings ENABLE TRIGGER USER;
ALTER TABLE decisions ENABLE TRIGGER USER;

INSERT INTO assessments
SELECT twin.platform, twin.class_group_id, twin.learner_id, class_groups.enterprise_uscc, model.programme,
       model.policy_version, eligibility, outlook, facts, rules, outcome_tags, assessed_at, ledger_size, decision_id
FROM twin_learner AS twin
JOIN assessments AS model ON model.class_group_id = twin.model_class_group AND model.learner_id = twin.model
JOIN class_groups ON (class_groups.platform, class_groups.class_group_id) = (twin.platform, twin.class_group_id);

INSERT INTO class_group_assessments
SELECT twin.platform, twin.class_group_id, assessed_at, next_due_at, ledger_size, is_final, headcount, counts
FROM twin JOIN class_group_assessments AS model ON model.class_group_id = twin.model;

INSERT INTO findings
SELECT uuidv7(), twin.platform, twin.class_group_id, twin.learner_id, rule, outcome, severity, state, evidence,
       raised_at, confirmed_at, resolved_at
FROM twin_learner AS twin
JOIN findings AS model ON model.class_group_id = twin.model_class_group AND model.learner_id = twin.model
ORDER BY sha256(twin.class_group_id::bytea);

INSERT INTO decisions
SELECT uuidv7(), run_id, twin.platform, twin.class_group_id, twin.learner_id, decided_at, eligibility, document
FROM twin_learner AS twin
JOIN decisions AS model ON model.class_group_id = twin.model_class_group AND model.learner_id = twin.model;
