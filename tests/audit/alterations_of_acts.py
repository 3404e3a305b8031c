"""The same of policies, of what officials did, and of the trail."""

from tests.audit.alterations import Alteration

# ruff: noqa: S608 (statements are put together from constants)

UNBOUND_TEXT = "ALTER TABLE policy_texts DROP CONSTRAINT ck_policy_texts_hashes_text;"
POLICY = "programme = 'audited'"
THE_POLICY = f"SELECT jsonb_build_object('record_id', record_id) FROM policy_versions WHERE {POLICY}"
A_WAIVER = "ended_at IS NULL"
THE_WAIVER = f"SELECT jsonb_build_object('waiver_id', waiver_id) FROM waivers WHERE {A_WAIVER}"
AN_ENTRY = "entry_id = (SELECT min(entry_id::text)::uuid FROM trail_entries)"
UNSET_HOUR = "ALTER TABLE trail_entries DISABLE TRIGGER ALL;"

OF_ACTS = (
    Alteration(
        "policy-text",
        f"{UNBOUND_TEXT} UPDATE policy_texts SET text = replace(text, '0.8', '0.5')",
        "policy_texts",
        THE_POLICY,
        "text",
    ),
    Alteration(
        "policy-content",
        f"UPDATE policy_versions SET content_hash = sha256('') WHERE {POLICY}",
        "policy_versions",
        THE_POLICY,
        "content_hash",
    ),
    Alteration(
        "policy-day",
        f"UPDATE policy_versions SET effective_from = effective_from - 1 WHERE {POLICY}",
        "policy_versions",
        THE_POLICY,
        "effective_from",
    ),
    Alteration(
        "policy-deleted", f"DELETE FROM policy_versions WHERE {POLICY}", "policy_versions", THE_POLICY
    ),
    Alteration(
        "policy-text-deleted",
        "DELETE FROM policy_texts WHERE text LIKE '%audited%'",
        "policy_texts",
        THE_POLICY,
    ),
    Alteration(
        "proposal-decider",
        "UPDATE proposals SET decider_id = 'user-ffffffffffffffff'",
        "proposals",
        column="decider_id",
    ),
    Alteration(
        "proposal-arguments",
        """UPDATE proposals SET arguments = '{"finding_id":"x"}' WHERE act = 'finding:waive'""",
        "proposals",
        column="arguments",
    ),
    Alteration("proposal-deleted", "DELETE FROM proposals WHERE act = 'waiver:end'", "proposals"),
    Alteration(
        "proposal-inserted",
        """INSERT INTO proposals SELECT (jsonb_populate_record(
               whole, jsonb_build_object('proposal_id', '00000000-0000-7000-8000-000000000000')
           )).* FROM proposals AS whole LIMIT 1""",
        "proposals",
        """SELECT '{"proposal_id": "00000000-0000-7000-8000-000000000000"}'::jsonb""",
    ),
    Alteration(
        "waiver-rule", f"UPDATE waivers SET rule = 'another' WHERE {A_WAIVER}", "waivers", THE_WAIVER, "rule"
    ),
    Alteration(
        "waiver-observed",
        f"""UPDATE waivers SET observed = '"1/2"' WHERE {A_WAIVER}""",
        "waivers",
        THE_WAIVER,
        "observed",
    ),
    Alteration(
        "waiver-ended",
        f"UPDATE waivers SET ended_at = now() WHERE {A_WAIVER}",
        "waivers",
        THE_WAIVER,
        "ended_at",
    ),
    Alteration(
        "waiver-revived",
        "UPDATE waivers SET ended_at = NULL",
        "waivers",
        "SELECT jsonb_build_object('waiver_id', waiver_id) FROM waivers WHERE ended_at IS NOT NULL",
        "ended_at",
    ),
    Alteration("waiver-deleted", f"DELETE FROM waivers WHERE {A_WAIVER}", "waivers", THE_WAIVER),
    Alteration(
        "waiver-inserted",
        """INSERT INTO waivers SELECT (jsonb_populate_record(
               whole, jsonb_build_object('waiver_id', '00000000-0000-7000-8000-000000000000')
           )).* FROM waivers AS whole LIMIT 1""",
        "waivers",
        """SELECT '{"waiver_id": "00000000-0000-7000-8000-000000000000"}'::jsonb""",
    ),
    Alteration(
        "hold-subject", "UPDATE legal_holds SET class_group_id = 'C9'", "legal_holds", column="class_group_id"
    ),
    Alteration("hold-deleted", "DELETE FROM legal_holds", "legal_holds"),
    Alteration(
        "trail-entry", f"UPDATE trail_entries SET actor_id = 'nobody' WHERE {AN_ENTRY}", "trail_entries"
    ),
    Alteration("trail-entry-deleted", f"DELETE FROM trail_entries WHERE {AN_ENTRY}", "trail_entries"),
    Alteration(
        "trail-entry-inserted",
        f"""{UNSET_HOUR} INSERT INTO trail_entries SELECT (jsonb_populate_record(
                whole, '{{"entry_id": "00000000-0000-7000-8000-000000000000"}}'
            )).* FROM trail_entries AS whole LIMIT 1""",
        "trail_entries",
    ),
    Alteration("trail-digest", "UPDATE trail_digests SET root = sha256('')", "trail_digests"),
    Alteration("trail-digest-deleted", "DELETE FROM trail_digests", "trail_digests"),
    Alteration(
        "log-key-out-of-use",
        "UPDATE ledger_log_keys SET retired_at = now()",
        "ledger_log_keys",
        "SELECT jsonb_build_object('record_id', subject_id) FROM ledger_entries WHERE kind = 'key'",
        "retired_at",
    ),
    Alteration(
        "log-key-private",
        """UPDATE ledger_log_keys
           SET private_key_sealed = set_byte(private_key_sealed, 30, get_byte(private_key_sealed, 30) # 1)""",
        "ledger_log_keys",
        column="private_key_sealed",
    ),
)
