-- Closed class groups of 40 learners and 40 live lessons; each learner signs in, learns and answers in every lesson.
-- load.class_groups says how many.
CREATE TEMPORARY TABLE g AS SELECT n FROM generate_series(1, current_setting('load.class_groups')::int) AS n;
CREATE TEMPORARY TABLE l AS SELECT n FROM generate_series(1, 40) AS n;
CREATE TEMPORARY TABLE s AS
SELECT n, timestamptz '2026-03-01 09:00+08' + n * interval '1 day' AS starts_at FROM generate_series(1, 40) AS n;

INSERT INTO class_groups (platform, class_group_id, programme, enterprise_uscc, starts_on, ends_on, closed_at,
                          revision, deleted, content_hash, batch_id, line)
SELECT 'live-a', 'C' || g.n, 'standard', '91110105MA01ABCD2T', '2026-03-01', '2026-04-30', '2026-05-01',
       0, false, '\x00', gen_random_uuid(), 1
FROM g;

INSERT INTO lessons (platform, class_group_id, lesson_id, title, kind, planned_minutes, required, starts_at, ends_at,
                     revision, deleted, content_hash, batch_id, line)
SELECT 'live-a', 'C' || g.n, 'lesson-' || s.n, '第' || s.n || '课', 'live', 60, true,
       starts_at, starts_at + interval '1 hour', 0, false, '\x00', gen_random_uuid(), 1
FROM g, s;

INSERT INTO enrollments (platform, class_group_id, learner_id, name, person_key, revision, deleted, content_hash,
                         batch_id, line)
SELECT 'live-a', 'C' || g.n, 'learner-' || l.n, '张三', sha256((g.n || '/' || l.n)::bytea), 0, false, '\x00', gen_random_uuid(), 1
FROM g, l;

-- Lesson after lesson, as they happen: the rows of one learner lie far apart.
INSERT INTO attendance (platform, class_group_id, learner_id, lesson_id, status, signed_in_at, signed_out_at,
                        revision, deleted, content_hash, batch_id, line)
SELECT 'live-a', 'C' || g.n, 'learner-' || l.n, 'lesson-' || s.n, 'present',
       starts_at + interval '1 minute', starts_at + interval '59 minutes', 0, false, '\x00', gen_random_uuid(), 1
FROM s, g, l
ORDER BY s.n, g.n, l.n;

INSERT INTO learning_records (platform, class_group_id, learner_id, session_id, lesson_id, online_at, offline_at,
                              playback_rate, revision, deleted, content_hash, batch_id, line)
SELECT 'live-a', 'C' || g.n, 'learner-' || l.n, 'session-' || s.n, 'lesson-' || s.n,
       starts_at, starts_at + interval '55 minutes', 1, 0, false, '\x00', gen_random_uuid(), 1
FROM s, g, l
ORDER BY s.n, g.n, l.n;

INSERT INTO quiz_answers (platform, class_group_id, learner_id, answer_id, lesson_id, question_id, attempt,
                          asked_at, answered_at, correct, revision, deleted, content_hash, batch_id, line)
SELECT 'live-a', 'C' || g.n, 'learner-' || l.n, 'answer-' || s.n, 'lesson-' || s.n, 'question-' || s.n, 1,
       starts_at + interval '30 minutes', starts_at + interval '31 minutes', (s.n + l.n) % 6 > 0,
       0, false, '\x00', gen_random_uuid(), 1
FROM s, g, l
ORDER BY s.n, g.n, l.n;
