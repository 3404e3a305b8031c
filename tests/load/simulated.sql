-- load.class_groups class groups of 40 learners whose facts differ as those of people do, judged by the rules of
-- `standard` as SQL can say them: one class group in eight runs. Nothing that they were counted from is stored.
CREATE TEMPORARY TABLE class_group AS
SELECT n, 'live-' || n % 5 AS platform, 'group-' || lpad(n::text, 6, '0') AS class_group_id,
       'E' || lpad((n / 5)::text, 17, '0') AS uscc, (440000 + n / 5 % 900)::text AS district, n % 8 = 0 AS is_running
FROM generate_series(0, current_setting('load.class_groups')::int - 1) AS n;

INSERT INTO class_groups (platform, class_group_id, project_id, name, programme, enterprise_uscc, organisation,
                          starts_on, ends_on, planned_headcount, closed_at, district_code,
                          revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, 'project', '第' || n || '班', 'standard', uscc, 'self', '2026-03-01', '2026-03-31', 40,
       CASE WHEN NOT is_running THEN timestamptz '2026-04-01' END, district,
       0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM class_group;

CREATE TEMPORARY TABLE counted AS
SELECT class_group.*, 'learner-' || lpad((40 * n + place)::text, 7, '0') AS learner_id,
       least(20, 12 + (random() * 10)::int) AS attended, 20 AS lessons,
       30 + place % 30 AS asked, least(30 + place % 30, 20 + (random() * 25)::int) AS correct,
       (34 + random() * 14) * 2700 * 1000000 AS credited_exactly
FROM class_group, generate_series(0, 39) AS place;

INSERT INTO enrollments (platform, class_group_id, learner_id, name, id_number_sealed, person_key,
                         revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, learner_id, '张三丰', '\x00', sha256(learner_id::bytea),
       0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM counted;

INSERT INTO assessments
    (platform, class_group_id, learner_id, enterprise_uscc, programme, policy_version, eligibility, outlook,
     facts, rules, outcome_tags, assessed_at, ledger_size)
SELECT platform, class_group_id, learner_id, uscc, 'standard', '2020-01-01',
       CASE WHEN is_running THEN 'in_progress'
            WHEN attends = 'pass' AND answers = 'pass' AND studies = 'pass' THEN 'eligible' ELSE 'ineligible' END,
       CASE WHEN is_running THEN 'on_track' END,
       jsonb_build_object(
           'required_lessons', lessons, 'attended_lessons', attended, 'attendance_rate', attended || '/' || lessons,
           'questions_asked', asked, 'questions_correct', correct, 'answer_accuracy', correct || '/' || asked,
           'credited_seconds', credited, 'overlap_seconds', 0, 'credited_hours', credited || '/2700000000',
           'exams_required', 2, 'exams_passed', 2, 'exam_pass_rate', '1', 'verifications_issued', 12,
           'verifications_passed', 11, 'verification_pass_rate', '11/12', 'lessons_completed', attended,
           'completion_rate', attended || '/' || lessons, 'evaluation_submitted', true),
       jsonb_build_array(
           jsonb_build_object('code', 'attendance-rate', 'outcome', attends, 'severity', 'blocking',
               'fact', 'attendance_rate', 'observed', attended || '/' || lessons, 'threshold', '4/5',
               'shortfall', NULL, 'clause', '秦人社〔2020〕13号 二（一）3（5）'),
           jsonb_build_object('code', 'answer-accuracy', 'outcome', answers, 'severity', 'blocking',
               'fact', 'answer_accuracy', 'observed', correct || '/' || asked, 'threshold', '4/5',
               'shortfall', NULL, 'clause', '秦人社〔2020〕13号 二（一）3（6）'),
           jsonb_build_object('code', 'credited-hours', 'outcome', studies, 'severity', 'blocking',
               'fact', 'credited_hours', 'observed', credited || '/2700000000', 'threshold', '40',
               'shortfall', NULL, 'clause', '北京市高精尖产业技能提升培训补贴通知 附件 一（二）1（2）')),
       ARRAY['attendance-rate:' || attends, 'answer-accuracy:' || answers, 'credited-hours:' || studies],
       '2026-04-02', 7
FROM (
    SELECT *, credited_exactly::bigint AS credited,
           CASE WHEN 5 * attended >= 4 * lessons THEN 'pass' ELSE 'fail' END AS attends,
           CASE WHEN 5 * correct >= 4 * asked THEN 'pass' ELSE 'fail' END AS answers,
           CASE WHEN credited_exactly::bigint >= 40 * 2700000000 THEN 'pass' ELSE 'fail' END AS studies
    FROM counted
) AS judged;

INSERT INTO class_group_assessments
    (platform, class_group_id, assessed_at, next_due_at, ledger_size, is_final, headcount, counts)
SELECT platform, class_group_id, '2026-04-02', NULL, 7, NOT is_running, 40, '{}' FROM class_group;
