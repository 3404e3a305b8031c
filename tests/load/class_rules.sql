-- What rules on class groups ask for, of the class groups of assessment.sql: all of it passes.
UPDATE class_groups SET programme = 'with-class-rules', project_id = 'P' || class_group_id, planned_headcount = 40,
                        organisation = 'self';
UPDATE lessons SET course_id = 'K' || class_group_id;

INSERT INTO enterprises (platform, uscc, name, size, first_batch_id, revision, deleted, content_hash, batch_id, line)
SELECT DISTINCT platform, enterprise_uscc, '示例', 'above_scale', gen_random_uuid(), 0, false, '\x00'::bytea,
       gen_random_uuid(), 1
FROM (SELECT DISTINCT platform, enterprise_uscc FROM class_groups) AS one;

INSERT INTO projects (platform, project_id, name, occupation, training_type, delivery, planned_hours,
                      revision, deleted, content_hash, batch_id, line)
SELECT platform, project_id, '项目', '电工', 'on_job', 'online', 40, 0, false, '\x00', gen_random_uuid(), 1
FROM class_groups;

INSERT INTO courses (platform, course_id, project_id, name, industry, category, hours, copyright,
                     revision, deleted, content_hash, batch_id, line)
SELECT platform, 'K' || class_group_id, project_id, '课程', '制造', 'public', 40, 'owned',
       0, false, '\x00', gen_random_uuid(), 1
FROM class_groups;

-- Each teacher has ten class groups, one after the other.
INSERT INTO teaching_records (platform, class_group_id, lesson_id, instructor_id, instructor_name, started_at, ended_at,
                              revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, lesson_id, 'T' || hashtext(class_group_id) % 100, '教师',
       starts_at + substr(class_group_id, 2)::int * interval '100 days',
       ends_at + substr(class_group_id, 2)::int * interval '100 days', 0, false, '\x00', gen_random_uuid(), 1
FROM lessons
ORDER BY starts_at;

INSERT INTO videos (platform, class_group_id, video_id, lesson_id, kind, url, hash_algorithm, hash, size_bytes,
                    duration_seconds, recorded_at, available_until, container, video_codec, video_kbps, width, height,
                    fps, audio_codec, audio_kbps, audio_sample_rate, revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, 'V' || lesson_id, lesson_id, 'live_recording', 'https://videos.example/v', 'sha256',
       repeat('0', 64), 100000000, 3600, ends_at, ends_at + interval '2 years', 'mp4', 'h264', 1500, 1280, 720, 25,
       'aac', 128, 48000, 0, false, '\x00', gen_random_uuid(), 1
FROM lessons
ORDER BY starts_at;

INSERT INTO evaluations (platform, class_group_id, learner_id, answers, submitted_at,
                         revision, deleted, content_hash, batch_id, line)
SELECT platform, class_group_id, learner_id, array_fill('good'::text, ARRAY[10]), '2026-05-01', 0, false, '\x00',
       gen_random_uuid(), 1
FROM enrollments;
