"""What the server answers to a batch, as values."""

import msgspec


class LedgerPlace(msgspec.Struct, frozen=True):
    leaf_hash: str
    index: int | None = None


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One error of a record; the message is in the language the client asked for."""

    pointer: str
    code: str
    message: str
    current_revision: int | None = None
    """Of a `revision_conflict`: what stands."""


class RejectedRecord(msgspec.Struct, frozen=True):
    line: int
    record_key: dict[str, object] | None
    errors: tuple[Fault, ...]


class Receipt(msgspec.Struct, frozen=True):
    """The server's promise: everything it says is durable. At most 100 rejections stand in it."""

    batch_id: str
    feed: str
    received: int
    accepted: int
    unchanged: int
    stale: int
    rejected: int
    rejections: tuple[RejectedRecord, ...]
    ledger: LedgerPlace
    received_at: str
    state: str | None = None
    replayed: bool = False
    """The server had already answered this very batch under the same key."""


class Standing(msgspec.Struct, frozen=True):
    eligibility: str
    outlook: str | None = None
    subsidy_fen: int | None = None


class ChangedFact(msgspec.Struct, frozen=True):
    fact: str
    before: bool | float | str | None
    after: bool | float | str | None


class ChangedOutcome(msgspec.Struct, frozen=True):
    rule: str
    before: str | None
    after: str | None


class ChangedEnrollment(msgspec.Struct, frozen=True):
    """One that a batch would change; before or after there may be none."""

    class_group_id: str
    learner_id: str
    before: Standing | None
    after: Standing | None
    facts: tuple[ChangedFact, ...]
    outcomes: tuple[ChangedOutcome, ...]


class Effect(msgspec.Struct, frozen=True):
    """Whom a batch would change, at most 100 of them listed."""

    touched: int
    judged: int
    changed: int
    items: tuple[ChangedEnrollment, ...]
    more: int
    remark: str | None = None
    """Where not all were judged, why and what to do."""


class DryRun(msgspec.Struct, frozen=True):
    """What a batch would get and do; nothing of it is stored. At most 100 rejections stand in it."""

    feed: str
    received: int
    accepted: int
    unchanged: int
    stale: int
    rejected: int
    rejections: tuple[RejectedRecord, ...]
    effect: Effect
    received_at: str


class Assessment(msgspec.Struct, frozen=True):
    """How far the engine has come; with nothing pending every answer reflects every receipt."""

    pending_enrollments: int
    oldest_pending_seconds: float | None
    ledger_size: int


class Token(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float
