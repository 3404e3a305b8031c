"""Making the data directory: initdb, the two logins, the database. All of it or nothing."""

import secrets
import shutil
from pathlib import Path

from app.db.embedded.account import Account
from app.db.embedded.binaries import Binaries
from app.db.embedded.errors import CommandFailed, UnreachableForServer
from app.db.embedded.state import DATABASE, OWNER, PROGRAM, SUPERUSER, State
from app.db.session import PROGRAM_ROLE

FIRST_WITH_BUILTIN_LOCALES = 17


def make(data: Path, *, state: State, binaries: Binaries, account: Account, log: Path) -> None:
    """Built beside its place and moved there when it is whole, so that a kill leaves no half of it."""
    draft = data.with_name("data.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.give(draft)
    if account.run("/bin/sh", "-c", 'test -w "$0"', draft, log=log) != 0:
        raise UnreachableForServer(draft.parent, account.name)
    _initialise(draft, binaries=binaries, account=account, log=log)
    single_user = (binaries / "postgres", "--single", "-j", "-D", draft)
    if account.run(*single_user, "postgres", stdin=_logins(state), log=log) != 0:
        raise CommandFailed("postgres --single", log)
    draft.rename(data)


def _initialise(draft: Path, *, binaries: Binaries, account: Account, log: Path) -> None:
    locale = ["--locale=C"]
    if binaries.major >= FIRST_WITH_BUILTIN_LOCALES:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["--username", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
    password = draft.with_name("password.draft")
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    account.give(password)
    status = account.run(binaries / "initdb", "-D", draft, *options, *locale, f"--pwfile={password}", log=log)
    password.unlink()
    if status != 0:
        raise CommandFailed("initdb", log)


def _logins(state: State) -> str:
    """Statements for the single-user mode, which ends each of them at an empty line."""
    return "\n\n".join(
        [
            f"ALTER ROLE {SUPERUSER} PASSWORD '{state.superuser_password}';",
            f"CREATE ROLE {PROGRAM_ROLE} NOLOGIN;",
            f"CREATE ROLE {OWNER} LOGIN PASSWORD '{state.owner_password}';",
            f"CREATE ROLE {PROGRAM} LOGIN PASSWORD '{state.program_password}';",
            f"GRANT {PROGRAM_ROLE} TO {OWNER} WITH ADMIN OPTION;",
            f"GRANT {PROGRAM_ROLE} TO {PROGRAM};",
            # Errors of our own sessions are told to the program, which hides values; the log need not repeat them.
            f"ALTER ROLE {OWNER} SET log_min_messages = 'log';",
            f"ALTER ROLE {PROGRAM} SET log_min_messages = 'log';",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER};",
            "",
        ]
    )
