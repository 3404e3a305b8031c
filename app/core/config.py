"""One frozen `Settings`, read once at start and handed down (style.md 24)."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    """Where data lives when nobody says otherwise: a system directory for root, the user's own for others."""
    if os.geteuid() == 0:
        return Path("/var/lib/supervise")  # reachable by the server's user; PostgreSQL refuses to run as root
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "supervise"


class Settings(BaseSettings):
    """Every setting is an environment variable: `SUPERVISE_` and the field's name in capitals.

    `DATABASE_URL` stands alone, as operators expect it.
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
    accept_forgetful_database: bool = Field(
        default=False, description="For tests: accept a server that may lose what it acknowledged"
    )
    key_ring: Path | None = Field(default=None, description="Key ring file; unset: data_dir/keyring.json")
    packs_dir: Path | None = Field(default=None, description="Directory with further policy packs")
    issuer: str = Field(default="supervise", description="`iss` of access tokens")
    token_lifetime_s: int = Field(default=3600, ge=60, le=86400, description="Lifetime of an access token")
    body_timeout_s: float = Field(
        default=120, gt=0, description="Patience with a request body that comes slowly"
    )
    slots: int = Field(default=4, ge=1, description="Batches that one process works on at once")
    longest_wait_s: float = Field(
        default=0.4, gt=0, description="What a batch may wait for a slot, before batches are turned away"
    )
    worker_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port on which `supervise worker` tells how it is; unset: none",
    )
    work_in_server: bool = Field(default=True, description="Assess in the server's own process too")
    log_level: str = Field(default="info", description="debug, info, warning or error")

    @property
    def spool_dir(self) -> Path:
        return self.data_dir / "spool"

    @property
    def key_ring_path(self) -> Path:
        return self.key_ring or self.data_dir / "keyring.json"
