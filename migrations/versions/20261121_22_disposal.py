"""Disposal of a class group: one function of the schema's owner, which looks at clock, holds, persons."""

from alembic import op

revision = "20261121_22"
down_revision = "20261121_21"
branch_labels = None
depends_on = None

CHECK = """
CREATE FUNCTION disposals_check() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    kept_until date := class_group_kept_until(NEW.platform, NEW.class_group_id);
BEGIN
    IF NOT EXISTS (
        SELECT FROM proposals
        WHERE proposal_id = NEW.proposal_id AND act = 'retention:dispose' AND state = 'carried_out'
          AND arguments::jsonb = jsonb_build_object(
              'platform', NEW.platform, 'class_group_id', NEW.class_group_id)
    ) THEN
        RAISE EXCEPTION 'a disposal is approved by two persons' USING ERRCODE = 'check_violation';
    END IF;
    IF class_group_is_held(NEW.platform, NEW.class_group_id) THEN
        RAISE EXCEPTION 'a legal hold stands on % %', NEW.platform, NEW.class_group_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF kept_until IS NULL OR kept_until >= (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION '% % is kept until %', NEW.platform, NEW.class_group_id, kept_until
            USING ERRCODE = 'check_violation';
    END IF;
    NEW.xact := pg_current_xact_id()::text;
    RETURN NEW;
END
$$
"""
CHECK_TRIGGER = """
CREATE TRIGGER is_due BEFORE INSERT ON disposals FOR EACH ROW EXECUTE FUNCTION disposals_check()
"""

DISPOSE = """
CREATE FUNCTION dispose_class_group(
    disposal uuid, proposal uuid, of_platform text, class_group text, at timestamptz
) RETURNS TABLE (what text, number bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    persons bytea[];
    learners text[];
    requests uuid[];
BEGIN
    LOCK TABLE legal_holds IN SHARE MODE;
    PERFORM FROM class_groups WHERE platform = of_platform AND class_group_id = class_group FOR UPDATE;
    INSERT INTO disposals (disposal_id, platform, class_group_id, district, proposal_id, disposed_at, xact)
    SELECT disposal, platform, class_group_id, district_code, proposal, at, '' FROM class_groups
    WHERE platform = of_platform AND class_group_id = class_group;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no class group % %', of_platform, class_group
            USING ERRCODE = 'check_violation';
    END IF;
    persons := ARRAY(SELECT DISTINCT person_key FROM enrollments
        WHERE platform = of_platform AND class_group_id = class_group AND person_key IS NOT NULL);
    requests := ARRAY(SELECT request_id FROM rights_requests
        WHERE platform = of_platform AND class_group_id = class_group);
    PERFORM name_disposed(disposal, of_platform, class_group);
    FOREACH what IN ARRAY ARRAY[
        'attendance', 'enrollments', 'evaluations', 'exam_scores', 'learning_records', 'lessons',
        'quiz_answers', 'teaching_records', 'verifications', 'videos', 'class_groups', 'assessments',
        'class_group_assessments', 'person_times', 'changed_decisions', 'touches', 'findings', 'waivers',
        'video_custody', 'video_checks',
        'decisions', 'assessment_runs', 'rights_requests'
    ] LOOP
        EXECUTE format('DELETE FROM %I WHERE platform = $1 AND class_group_id = $2', what)
        USING of_platform, class_group;
        GET DIAGNOSTICS number = ROW_COUNT;
        RETURN NEXT;
    END LOOP;
    DELETE FROM rights_answers WHERE request_id = ANY (requests);
    DELETE FROM checklist_answers
    WHERE about = 'class_group' AND platform = of_platform AND subject_id = class_group;
    FOREACH what IN ARRAY ARRAY['batch_archives', 'rejections', 'rejection_reasons'] LOOP
        EXECUTE format(
            'DELETE FROM %I WHERE batch_id IN '
            '(SELECT object_id FROM disposed_objects WHERE kind = ''batch'' AND disposal_id = $1)', what
        ) USING disposal;
        GET DIAGNOSTICS number = ROW_COUNT;
        RETURN NEXT;
    END LOOP;
    what := 'eligibility_reports';
    DELETE FROM eligibility_reports WHERE report_id IN
        (SELECT object_id FROM disposed_objects WHERE kind = 'report' AND disposal_id = disposal);
    GET DIAGNOSTICS number = ROW_COUNT;
    RETURN NEXT;
    learners := ARRAY(SELECT user_id FROM users WHERE role = 'learner' AND person_key = ANY (persons)
        AND NOT EXISTS (SELECT FROM enrollments WHERE enrollments.person_key = users.person_key));
    DELETE FROM one_time_links WHERE user_id = ANY (learners);
    DELETE FROM user_sessions WHERE user_id = ANY (learners);
    what := 'users';
    DELETE FROM users WHERE user_id = ANY (learners);
    GET DIAGNOSTICS number = ROW_COUNT;
    RETURN NEXT;
END
$$
"""

NAME_DISPOSED = """
CREATE FUNCTION name_disposed(disposal uuid, of_platform text, class_group text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    INSERT INTO disposal_neighbours (platform, class_group_id, disposal_id)
    SELECT platform, class_group_id, disposal FROM class_group_neighbours(of_platform, class_group);
    INSERT INTO disposed_objects (kind, object_id, hash, disposal_id)
    SELECT 'run', run_id, decisions_root, disposal FROM assessment_runs
    WHERE platform = of_platform AND class_group_id = class_group;
    INSERT INTO disposed_objects (kind, object_id, hash, disposal_id)
    SELECT 'decision', decision_id, decisions_root, disposal
    FROM decisions JOIN assessment_runs USING (run_id)
    WHERE decisions.platform = of_platform AND decisions.class_group_id = class_group;
    INSERT INTO disposed_objects (kind, object_id, hash, disposal_id)
    SELECT 'batch', batch_id, leaf_hash, disposal
    FROM batches AS stored
    WHERE feed IN (
        'attendance', 'class-groups', 'enrollments', 'evaluations', 'exam-scores', 'learning-records',
        'lessons', 'quiz-answers', 'teaching-records', 'verifications', 'videos'
    ) AND batch_id IN (
        SELECT batch_id FROM batch_class_groups WHERE platform = of_platform AND class_group_id = class_group
    ) AND NOT EXISTS (
        SELECT FROM batch_class_groups AS named
        WHERE named.batch_id = stored.batch_id AND NOT EXISTS (
            SELECT FROM disposals
            WHERE disposals.platform = named.platform AND disposals.class_group_id = named.class_group_id
              AND disposals.disposed_at > stored.received_at
        )
    ) ON CONFLICT DO NOTHING;
    INSERT INTO disposed_objects (kind, object_id, disposal_id)
    SELECT 'report', report_id, disposal
    FROM eligibility_reports AS report
    WHERE class_groups @> ARRAY[of_platform || ' ' || class_group] AND NOT EXISTS (
        SELECT FROM unnest(class_groups) AS told (key)
        WHERE NOT EXISTS (
            SELECT FROM disposals
            WHERE platform || ' ' || class_group_id = told.key AND disposed_at > report.created_at
        )
    );
END
$$
"""
"""Of batches those of feeds that name a class group: all others refer to reference rows, which are kept."""

DROP_EMPTIED = """
CREATE FUNCTION drop_emptied_partition(parent text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s'
AS $$
DECLARE
    partition text := parent || to_char(month, '"_"YYYY"_"MM');
    is_empty boolean;
BEGIN
    IF parent NOT IN ('batch_archives', 'rejections') OR to_regclass(format('public.%I', partition)) IS NULL
       OR month >= date_trunc('month', now() AT TIME ZONE 'UTC') THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', parent);
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM public.%I)', partition) INTO is_empty;
    IF is_empty THEN
        EXECUTE format('DROP TABLE public.%I', partition);
    END IF;
    RETURN is_empty;
END
$$
"""
DISPOSING = "dispose_class_group(uuid, uuid, text, text, timestamptz)"
NAMING = "name_disposed(uuid, text, text)"
DROPPING = "drop_emptied_partition(text, date)"


def upgrade() -> None:
    for statement in (CHECK, CHECK_TRIGGER, NAME_DISPOSED, DISPOSE, DROP_EMPTIED):
        op.execute(statement)
    for function in (DISPOSING, NAMING, DROPPING):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in (DISPOSING, DROPPING):
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO supervise_program")


def downgrade() -> None:
    for function in (DISPOSING, NAMING, DROPPING):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TRIGGER is_due ON disposals")
    op.execute("DROP FUNCTION disposals_check")
