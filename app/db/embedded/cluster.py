"""Making the data directory: initdb, the two logins, the database. All of it or nothing."""

import shutil
import tempfile
from pathlib import Path

from app.core.files import sync_directory
from app.db.embedded.account import Account
from app.db.embedded.binaries import Binaries
from app.db.embedded.errors import CommandFailed, UnreachableForServer
from app.db.embedded.state import DATABASE, State
from app.db.roles import OWNER_LOGIN, PROGRAM_LOGIN, PROGRAM_ROLE, SUPERUSER, TENANT_ROLE

DRAFTS = "draft-"
FIRST_WITH_BUILTIN_LOCALES = 17


def make(data: Path, *, state: State, binaries: Binaries, account: Account, log: Path) -> None:
    """Built beside its place and moved there when it is whole, so that a kill leaves no half of it.

    Each time under another name: what a killed program was running goes on for a while, and must not write
    into the draft of the next one.
    """
    for left_over in data.parent.glob(f"{DRAFTS}*"):
        shutil.rmtree(left_over, ignore_errors=True)
    room = Path(tempfile.mkdtemp(prefix=DRAFTS, dir=data.parent))
    draft = room / "data"
    draft.mkdir(mode=0o700)
    account.give(room)
    account.give(draft)
    if account.run("/bin/sh", "-c", 'test -w "$0"', draft, log=log) != 0:
        raise UnreachableForServer(data.parent, account.name)
    _initialise(draft, password=state.superuser_password, binaries=binaries, account=account, log=log)
    quiet = ("-c", "log_min_error_statement=panic")  # a statement holds a password
    single_user = (binaries / "postgres", "--single", "-j", "-D", draft, *quiet, "postgres")
    if account.run(*single_user, stdin=_logins(state), log=log) != 0:
        raise CommandFailed("postgres --single", log)
    draft.rename(data)
    sync_directory(data.parent)
    room.rmdir()


def _initialise(draft: Path, *, password: str, binaries: Binaries, account: Account, log: Path) -> None:
    # Text sorts by code point, the same on every machine: no wheel carries a collation for Chinese.
    locale = ["--locale=C"]
    if binaries.major >= FIRST_WITH_BUILTIN_LOCALES:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["--username", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
    password_file = draft.with_name("password")
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    account.give(password_file)
    initdb = (binaries / "initdb", "-D", draft, f"--pwfile={password_file}")
    status = account.run(*initdb, *options, *locale, log=log)
    password_file.unlink()
    if status != 0:
        raise CommandFailed("initdb", log)


def _logins(state: State) -> str:
    """Statements for the single-user mode, which ends each of them at an empty line."""
    return "\n\n".join(
        [
            f"CREATE ROLE {PROGRAM_ROLE} NOLOGIN;",
            f"CREATE ROLE {TENANT_ROLE} NOLOGIN;",
            f"GRANT {TENANT_ROLE} TO {PROGRAM_ROLE} WITH INHERIT FALSE, SET TRUE;",
            f"CREATE ROLE {OWNER_LOGIN} LOGIN PASSWORD '{state.owner_password}';",
            f"CREATE ROLE {PROGRAM_LOGIN} LOGIN PASSWORD '{state.program_password}';",
            f"GRANT {PROGRAM_ROLE} TO {OWNER_LOGIN} WITH ADMIN OPTION;",
            f"GRANT {PROGRAM_ROLE} TO {PROGRAM_LOGIN};",
            # The message of an error may quote a value. Ours are told to the program, not to the log.
            f"ALTER ROLE {OWNER_LOGIN} SET log_min_messages = 'log';",
            f"ALTER ROLE {PROGRAM_LOGIN} SET log_min_messages = 'log';",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER_LOGIN};",
            "",
        ]
    )
