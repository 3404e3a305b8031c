"""In production nothing starts with defaults that are only good for trying things."""

from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.production import UnfitForProduction, assert_fit, shortcomings

LONG = "q7Zt0Lr2Vx9KpW4s"
REMOTE = f"postgresql://program:{LONG}@db.internal:5432/supervise?sslmode=verify-full"
FIT = {
    "production": True,
    "issuer": "https://supervision.example",
    "public_url": "https://supervision.example",
    "data_dir": Path("/srv/supervise"),
    "key_ring": Path("/etc/supervise/keyring.json"),
    "database_url": REMOTE,
}


def settings(**changes: object) -> Settings:
    return Settings.model_validate(FIT | changes)


def told(**changes: object) -> str:
    return " ".join(each.en for each in shortcomings(settings(**changes)))


def test_what_is_fit_starts() -> None:
    assert_fit(settings())
    assert_fit(settings(migration_url=REMOTE.replace("program", "owner")))
    assert_fit(settings(database_url=None, wal_archive="/mnt/archive"))


def test_outside_of_production_defaults_are_welcome() -> None:
    assert_fit(Settings())
    assert told(**{name: field.default for name, field in Settings.model_fields.items() if name == "issuer"})


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"issuer": "supervise"}, "SUPERVISE_ISSUER"),
        ({"issuer": "http://supervision.example"}, "SUPERVISE_ISSUER"),
        ({"public_url": None}, "SUPERVISE_PUBLIC_URL"),
        ({"accept_forgetful_database": True}, "SUPERVISE_ACCEPT_FORGETFUL_DATABASE"),
        ({"key_ring": None}, "SUPERVISE_KEY_RING"),
        ({"key_ring": Path("/srv/supervise/../supervise/keys/ring")}, "SUPERVISE_KEY_RING"),
        ({"database_url": None}, "SUPERVISE_WAL_ARCHIVE"),
        ({"database_url": REMOTE.replace("?sslmode=verify-full", "")}, "sslmode"),
        ({"database_url": REMOTE.replace("verify-full", "prefer")}, "sslmode"),
        ({"migration_url": REMOTE.replace(LONG, "postgres")}, "password of SUPERVISE_MIGRATION_URL"),
    ],
)
def test_each_default_is_named(changes: dict[str, object], name: str) -> None:
    assert name in told(**changes)
    with pytest.raises(UnfitForProduction, match=name):
        assert_fit(settings(**changes))


@pytest.mark.parametrize(
    "password", ["", "brief", "supervise", "changeme-changeme", "Password!2026-2026", "program1234567890123"]
)
def test_a_password_that_anybody_would_try_is_refused_and_not_repeated(password: str) -> None:
    words = told(database_url=REMOTE.replace(LONG, password))
    assert "the password of DATABASE_URL" in words
    assert not password or password not in words


@pytest.mark.parametrize("url", ["postgresql:///supervise", "postgresql://program@localhost/supervise"])
def test_a_login_without_a_password_is_the_servers_affair(url: str) -> None:
    assert told(database_url=url) == ""


def test_everything_is_told_at_once_in_both_languages() -> None:
    changes = {"issuer": "supervise", "key_ring": None, "accept_forgetful_database": True}
    with pytest.raises(UnfitForProduction) as refused:
        assert_fit(settings(**changes))
    for words in refused.value.detail:
        assert all(name in words for name in ("SUPERVISE_ISSUER", "SUPERVISE_KEY_RING", "FORGETFUL"))
