"""The same of the log: entries, tree, checkpoints, keys, draws."""

from tests.audit.alterations import A_BATCH, THE_BATCH, Alteration

# ruff: noqa: S608 (statements are put together from constants)

UNBOUND = "ALTER TABLE ledger_entries DROP CONSTRAINT ck_ledger_entries_leaf_hashes_envelope;"


def at(index: int) -> str:
    return f"""SELECT '{{"index": "{index}"}}'::jsonb"""


OF_THE_LOG = (
    Alteration(
        "entry-leaf",
        f"{UNBOUND} UPDATE ledger_entries SET leaf_hash = sha256('x') WHERE index = 20",
        "ledger_entries",
        at(20),
        "leaf_hash",
    ),
    Alteration(
        "entry-envelope",
        f"""UPDATE ledger_entries SET envelope = made, leaf_hash = sha256('\\x00'::bytea || made)
            FROM (
                SELECT subject_id AS of_it, convert_to(
                    replace(convert_from(envelope, 'UTF8'), '"accepted":5', '"accepted":4'), 'UTF8'
                ) AS made FROM ledger_entries
            ) AS other
            WHERE of_it = subject_id
              AND subject_id = (SELECT batch_id FROM batches WHERE {A_BATCH})""",
        "ledger_entries",
        THE_BATCH,
        "envelope",
    ),
    Alteration("entry-deleted", "DELETE FROM ledger_entries WHERE index = 30", "ledger_entries", at(30)),
    Alteration(
        "entry-inserted",
        """INSERT INTO ledger_entries
           SELECT size, gen_random_uuid(), kind, recorded_at, leaf_hash, envelope
           FROM ledger_entries, ledger_head WHERE index = 0""",
        "ledger_head",
        column="size",
    ),
    Alteration(
        "entry-kind",
        "UPDATE ledger_entries SET kind = 'access' WHERE index = 20",
        "ledger_entries",
        at(20),
        "kind",
    ),
    Alteration(
        "entry-instant",
        "UPDATE ledger_entries SET recorded_at = recorded_at + interval '1 second' WHERE index = 20",
        "ledger_entries",
        at(20),
        "recorded_at",
    ),
    Alteration(
        "entry-of-another-subject",
        "UPDATE ledger_entries SET subject_id = gen_random_uuid() WHERE index = 20",
        "ledger_entries",
        at(20),
        "subject_id",
    ),
    Alteration(
        "entries-changed-places",
        """UPDATE ledger_entries SET index = 61 - index WHERE index IN (30, 31)""",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "0"}'::jsonb""",
        "hashes",
    ),
    Alteration("head", "UPDATE ledger_head SET size = size + 1", "ledger_head", column="size"),
    Alteration(
        "pending-deleted",
        "DELETE FROM ledger_pending",
        "draws",
        "SELECT jsonb_build_object('draw_id', subject_id) FROM ledger_pending",
    ),
    Alteration(
        "tile-hash",
        "UPDATE ledger_tiles SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE level = 0",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "0"}'::jsonb""",
        "hashes",
    ),
    Alteration(
        "tile-root",
        "UPDATE ledger_tiles SET root = sha256('')",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "0"}'::jsonb""",
        "root",
    ),
    Alteration(
        "tile-deleted",
        "DELETE FROM ledger_tiles",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "0"}'::jsonb""",
    ),
    Alteration(
        "tile-inserted",
        "INSERT INTO ledger_tiles SELECT 0, 9, hashes, root FROM ledger_tiles",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "9"}'::jsonb""",
    ),
    Alteration("tree-root", "UPDATE ledger_tree SET root = sha256('')", "ledger_tree", column="root"),
    Alteration("tree-size", "UPDATE ledger_tree SET size = size + 9", "ledger_tree", column="size"),
    Alteration(
        "checkpoint-root",
        "UPDATE ledger_checkpoints SET root = sha256('')",
        "ledger_checkpoints",
        "SELECT jsonb_build_object('size', size::text) FROM ledger_checkpoints",
        "root",
    ),
    Alteration(
        "checkpoint-note",
        "UPDATE ledger_checkpoints SET note = translate(note, 'ABCDEF', 'BCDEFA')",
        "ledger_checkpoints",
        column="note",
    ),
    Alteration(
        "checkpoint-of-another-tree",
        f"""{UNBOUND} DELETE FROM ledger_tiles;
            UPDATE ledger_entries SET leaf_hash = sha256('x'), envelope = '{{}}' WHERE index = 3""",
        "ledger_entries",
        "SELECT jsonb_build_object('index', '0-' || size - 1) FROM ledger_checkpoints",
        "leaf_hash",
    ),
    Alteration(
        "log-key",
        "UPDATE ledger_log_keys SET public_key = sha256('')",
        "ledger_log_keys",
        column="public_key",
    ),
    Alteration(
        "log-key-retired",
        "UPDATE ledger_log_keys SET created_at = now()",
        "ledger_log_keys",
        column="created_at",
    ),
    Alteration("log-origin", "UPDATE ledger_origin SET origin = 'other'", "ledger_origin", column="origin"),
    Alteration(
        "draw-population",
        "UPDATE draws SET population = '{X}' WHERE draw_id = (SELECT min(draw_id::text)::uuid FROM draws)",
        "draws",
        column="population",
    ),
)
