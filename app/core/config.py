"""One frozen `Settings`, read once at start and handed down (style.md 24)."""

import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from app.core.custody_settings import CustodySettings

SECRETS_DIR = "SUPERVISE_SECRETS_DIR"
"""Names a directory of files, each with the value of the setting whose variable it is named like."""


def default_data_dir() -> Path:
    """Where data lives when nobody says otherwise: a system directory for root, the user's own for others."""
    if os.geteuid() == 0:
        return Path("/var/lib/supervise")  # reachable by the server's user; PostgreSQL refuses to run as root
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "supervise"


class Settings(CustodySettings, BaseSettings):
    """Every setting is an environment variable: `SUPERVISE_` and the field's name in capitals.

    `DATABASE_URL` stands alone, as operators expect it. What is not to stand in the environment stands in a
    file of `SUPERVISE_SECRETS_DIR`; the environment has the last word.
    """

    model_config = SettingsConfigDict(
        env_prefix="SUPERVISE_", frozen=True, extra="forbid", populate_by_name=True
    )

    data_dir: Path = Field(default_factory=default_data_dir, description="Embedded database, key ring, spool")
    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL >= 16 of the program's role; unset: the embedded server under data_dir",
    )
    migration_url: str | None = Field(
        default=None, description="URL of the schema's owner for `migrate`; unset: the same as DATABASE_URL"
    )
    pg_bin: Path | None = Field(default=None, description="Other PostgreSQL binaries for the embedded server")
    wal_archive: str | None = Field(
        default=None,
        pattern="^(/.*|off)$",
        description="Where the embedded server archives its log; `off` ends it; unset: as it was last told",
    )
    archive_timeout_s: int = Field(
        default=60, ge=1, le=3600, description="A segment that is not full is archived after so long"
    )
    backup_url: str | None = Field(
        default=None, description="URL of a login with REPLICATION for `backup`; unset: DATABASE_URL"
    )
    accept_forgetful_database: bool = Field(
        default=False, description="For tests: accept a server that may lose what it acknowledged"
    )
    key_ring: Path | None = Field(default=None, description="Key ring file; unset: data_dir/keyring.json")
    packs_dir: Path | None = Field(default=None, description="Directory with further policy packs")
    issuer: str = Field(default="supervise", description="`iss` of access tokens")
    token_lifetime_s: int = Field(default=3600, ge=60, le=86400, description="Lifetime of an access token")
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$",
        description="Address of the pages for people; unset: as the request names it",
    )
    session_idle_s: int = Field(
        default=900, ge=60, le=86400, description="A person's session ends after so long without a request"
    )
    session_lifetime_s: int = Field(
        default=28800, ge=300, le=86400, description="A person's session ends so long after the sign-in"
    )
    fresh_proof_s: int = Field(
        default=600, ge=60, le=3600, description="How long a factor that was shown opens sensitive acts"
    )
    learner_link_s: int = Field(
        default=900, ge=60, le=86400, description="Lifetime of the one-time link of a learner"
    )
    learner_session_s: int = Field(
        default=1800, ge=60, le=28800, description="Lifetime of the session that such a link opens"
    )
    enrolment_link_s: int = Field(
        default=86400, ge=300, le=604800, description="Lifetime of the link by which a user enrols"
    )
    lockout_after: int = Field(
        default=5, ge=1, le=100, description="Failures in a row that an account may have before it waits"
    )
    lockout_after_of_an_address: int = Field(
        default=50, ge=1, le=10000, description="Failures in a row that an address may have before it waits"
    )
    lockout_first_s: int = Field(
        default=30, ge=1, le=3600, description="The first wait; each further failure doubles it"
    )
    lockout_longest_s: int = Field(default=900, ge=1, le=86400, description="The longest wait")
    password_min_length: int = Field(
        default=12, ge=8, le=64, description="Characters that a password has at least"
    )
    password_classes: int = Field(
        default=0, ge=0, le=4, description="Kinds of characters it needs; 0: any (ASVS 6.2.5)"
    )
    password_max_age_days: int = Field(
        default=0, ge=0, le=3650, description="Days after which it must be changed; 0: never (ASVS 6.2.10)"
    )
    hash_memory_kib: int = Field(
        default=19456, ge=8, le=1048576, description="Memory of one password hash (Argon2id)"
    )
    hash_passes: int = Field(default=2, ge=1, le=20, description="Passes over it")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(), description="Addresses or networks whose X-Forwarded-For is believed, by commas"
    )
    address_requests_a_minute: int = Field(
        default=120_000, ge=1, description="Requests that one address may make of one process"
    )
    address_failures_a_minute: int = Field(
        default=600, ge=1, description="Failed sign-ins (401) that one address may have in one process"
    )
    client_requests_a_minute: int = Field(
        default=60_000, ge=1, description="Requests that one client may make of one process"
    )
    records_a_day: int | None = Field(
        default=None, ge=0, description="Quota of a client whose row says nothing; unset: none"
    )
    requests_a_minute: int | None = Field(
        default=None, ge=1, description="Quota of a client whose row says nothing; unset: none"
    )
    body_timeout_s: float = Field(
        default=120, gt=0, description="Patience with a request body that comes slowly"
    )
    export_rows: int = Field(
        default=200_000, ge=1, le=1_000_000, description="Rows that an export has at most"
    )
    bundle_records: int = Field(
        default=200_000, ge=1, description="Original records that an evidence bundle holds at most"
    )
    bundle_learners: int = Field(
        default=2_000, ge=1, description="Learners whom an evidence bundle tells of at most"
    )
    slots: int = Field(default=4, ge=1, description="Batches that one process works on at once")
    longest_wait_s: float = Field(
        default=0.4, gt=0, description="What a batch may wait for a slot, before batches are turned away"
    )
    dry_run_enrollments: int = Field(
        default=500, ge=1, le=10_000, description="Enrollments that a dry run of a batch judges at most"
    )
    simulation_enrollments: int = Field(
        default=300_000, ge=1, description="Enrollments that a what-if over HTTP judges at most"
    )
    ledger_origin: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._~:/-]{1,200}$",
        description="Name of the ledger in its checkpoints; unset: drawn once, and kept",
    )
    checkpoint_every_s: int = Field(
        default=60, ge=1, le=86400, description="A ledger that has grown is signed so often"
    )
    checkpoint_dir: Path | None = Field(
        default=None, description="Directory to which each checkpoint is written; unset: none"
    )
    witnesses: Path | None = Field(default=None, description="File that names witnesses; unset: none")
    deep_check_every_h: int = Field(
        default=24, ge=0, le=8760, description="Hours between deep checks of everything; 0: none by itself"
    )
    late_after_live_minutes: int | None = Field(
        default=None, ge=1, description="Data quality: when a live or offline record is late; unset: never"
    )
    late_after_vod_minutes: int | None = Field(
        default=None, ge=1, description="Data quality: when a record of a VOD lesson is late; unset: never"
    )
    worker_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port on which `supervise worker` tells how it is; unset: none",
    )
    reveals_per_day: int = Field(
        default=50, ge=0, description="Times a day that personal data is revealed to one caller"
    )
    rights_answer_days: int = Field(
        default=15, ge=1, description="Working days in which a correction or objection is to be answered"
    )
    work_in_server: bool = Field(default=True, description="Assess in the server's own process too")
    production: bool = Field(
        default=False, description="Refuse to start with defaults that are only good for trying things"
    )
    log_level: str = Field(default="info", description="debug, info, warning or error")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic's; an .env is not read)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (likewise, its directory is fixed)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = SecretsSettingsSource(settings_cls, secrets_dir=os.environ.get(SECRETS_DIR))
        return init_settings, env_settings, files

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _apart(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @property
    def spool_dir(self) -> Path:
        return self.data_dir / "spool"

    @property
    def ledger_signed_path(self) -> Path:
        """What this machine has signed last: a database that was set back is noticed by it."""
        return self.data_dir / "ledger-signed"

    @property
    def key_ring_path(self) -> Path:
        return self.key_ring or self.data_dir / "keyring.json"
