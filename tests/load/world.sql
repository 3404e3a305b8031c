-- What platforms pushed: load.class_groups class groups of 40 learners on load.platforms platforms, five learning
-- records of each learner in each of load.lessons lessons. One class group in load.running_every runs. Temporary tables `enterprise` (number, uscc,
-- district) and `person` (number, person_key, id_number_sealed) say who; each enterprise has five class groups.
CREATE TEMPORARY TABLE lesson AS
SELECT n, 'lesson-' || lpad(n::text, 2, '0') AS lesson_id,
       timestamptz '2026-03-01 09:00+08' + n * interval '1 day' AS starts_at
FROM generate_series(0, current_setting('load.lessons')::int - 1) AS n;

CREATE TEMPORARY TABLE class_group AS
SELECT n, 'live-' || n % current_setting('load.platforms')::int AS platform,
       'group-' || lpad(n::text, 6, '0') AS class_group_id,
       n % current_setting('load.running_every')::int = 0 AS is_running
FROM generate_series(0, current_setting('load.class_groups')::int - 1) AS n;

CREATE TEMPORARY TABLE learner AS
SELECT platform, class_group_id, is_running, class_group.n AS class_group, place,
       'learner-' || lpad((40 * class_group.n + place)::text, 7, '0') AS learner_id
FROM class_group, generate_series(0, 39) AS place;

INSERT INTO platforms SELECT 'live-' || n, 'live', '平台' || n, now() FROM generate_series(0, current_setting('load.platforms')::int - 1) AS n;

INSERT INTO projects (platform, project_id, name, occupation, training_type, delivery, planned_hours,
                      revision, deleted, content_hash, batch_id, line)
SELECT code, 'project', '岗位技能培训', '养老护理员', 'on_job', 'online', 40,
       0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM platforms;

INSERT INTO enterprises (platform, uscc, name, district_code, size, first_batch_id,
                         revision, deleted, content_hash, batch_id, line)
SELECT 'live-' || number % current_setting('load.platforms')::int, uscc, '示范第' || number || '有限公司', district, 'growth', uuidv7(),
       0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM enterprise;

INSERT INTO class_groups (platform, class_group_id, project_id, name, programme, enterprise_uscc, organisation,
                          starts_on, ends_on, planned_headcount, closed_at, district_code,
                          revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, 'project', '第' || n || '班', 'standard', uscc, 'self', '2026-03-01',
       CASE WHEN is_running THEN date '2026-12-31' ELSE date '2026-03-31' END, 40,
       CASE WHEN NOT is_running THEN timestamptz '2026-04-01' + n % 200 * interval '1 day' END, district,
       0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM class_group JOIN enterprise ON number = class_group.n / 5;

INSERT INTO lessons (platform, class_group_id, lesson_id, title, kind, planned_minutes, required, starts_at, ends_at,
                     revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, lesson_id, '第' || lesson.n || '课', 'live', 120, true,
       starts_at, starts_at + interval '2 hours', 0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM class_group, lesson;

-- Nobody has to watch it, and nobody has yet.
INSERT INTO lessons (platform, class_group_id, lesson_id, title, kind, planned_minutes, required,
                     revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, 'film', '选修', 'vod', 600, false,
       0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM class_group;

-- One person in ten learns in three class groups.
INSERT INTO enrollments (platform, class_group_id, learner_id, name, id_number_sealed, person_key,
                         revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, learner_id, '张三丰', sealed.id_number_sealed,
       coalesce(person_key, sha256(number::text::bytea)),
       0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM learner
CROSS JOIN LATERAL (
    SELECT CASE place % 10
               WHEN 0 THEN class_group / 3 * 4 + place / 10
               ELSE 1000000000 + 40 * class_group + place
           END AS number
) AS who
LEFT JOIN person USING (number)
CROSS JOIN (SELECT id_number_sealed FROM person WHERE number = 0) AS sealed;

-- Lesson after lesson, as they happen: the rows of one learner lie far apart. Those in the last places miss some.
INSERT INTO attendance (platform, class_group_id, learner_id, lesson_id, status, signed_in_at, signed_out_at,
                        revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, learner_id, lesson_id,
       CASE WHEN place + n < 52 THEN 'present' ELSE 'absent' END, starts_at + interval '1 minute',
       starts_at + interval '119 minutes', 0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM lesson, learner;

INSERT INTO quiz_answers (platform, class_group_id, learner_id, answer_id, lesson_id, question_id, attempt,
                          asked_at, answered_at, correct, revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, learner_id, 'answer-' || n, lesson_id, 'question-' || n, 1,
       starts_at + interval '30 minutes', starts_at + interval '31 minutes', (n + place) % 7 > 0,
       0, false, '\x00000000000000000000000000000000', uuidv7(), 1
FROM lesson, learner;

CREATE TEMPORARY TABLE sitting AS
SELECT lesson_id, 'session-' || lpad((5 * n + part)::text, 4, '0') AS session_id, n,
       starts_at + part * interval '24 minutes' AS online_at, uuidv7() AS batch_id
FROM lesson, generate_series(0, 4) AS part;

INSERT INTO learning_records (platform, class_group_id, learner_id, session_id, lesson_id, online_at, offline_at,
                              playback_rate, device, ip, revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, learner_id, session_id, lesson_id, online_at,
       online_at + CASE WHEN place + n < 50 THEN 22 ELSE 6 END * interval '1 minute',
       1, 'app', '203.0.113.' || place, 0, false, '\x00000000000000000000000000000000', batch_id, 1 + place
FROM sitting, learner;

-- Of each batch of 5,000 what it leaves beside its rows, as far as lists and decisions read it.
INSERT INTO batches (batch_id, platform, feed, client_id, received_at, received, accepted, unchanged, stale, rejected,
                     records_root, leaf_hash)
SELECT uuidv7(n * interval '-1 second'), 'live-' || n % current_setting('load.platforms')::int, 'learning-records', 'load', now() - n * interval '1 second',
       5000, 5000, 0, 0, 0, sha256(n::text::bytea), sha256('\x00'::bytea || n::text::bytea)
FROM generate_series(1, (SELECT count(*) FROM learner) * (SELECT count(*) FROM sitting) / 5000) AS n;

INSERT INTO ledger_pending (subject_id, kind, recorded_at, leaf_hash, envelope)
SELECT batch_id, 'batch', received_at, batches.leaf_hash, n::text::bytea
FROM batches JOIN generate_series(1, (SELECT count(*) FROM batches)) AS n
  ON leaf_hash = sha256('\x00'::bytea || n::text::bytea);

INSERT INTO batch_class_groups (platform, class_group_id, batch_id)
SELECT platform, class_group_id, batch_id FROM class_group JOIN batches USING (platform);
