"""A program that logs as ours does writes no personal data, whichever library writes the line."""

import subprocess
import sys
from pathlib import Path

from tests.house.marked_values import MarkedValues

ROOT = Path(__file__).parents[2]

PROGRAM = """
import logging, sys, structlog
from app.core import logs
from app.privacy.redaction import redact

id_number, phone, account = sys.argv[1:]
logs.configure("debug", redact)
log = structlog.get_logger("supervise")
structlog.contextvars.bind_contextvars(learner=id_number)
log.info("stored", id_number=id_number, phone=phone, bank_account=account)
log.info(f"learner {id_number}, phone {phone}",
    rows=[{"id_number": id_number}, (phone, {"account": account})])
log.warning("key", **{id_number: 1})
logging.getLogger("asyncpg").error("row (%s, %s) failed", id_number, phone)
logging.getLogger("uvicorn.access").info('"GET /search?q=%s HTTP/1.1" 200', phone)
try:
    try:
        raise KeyError(id_number, account)
    except KeyError as cause:
        raise ValueError(f"phone {phone}, account {account}") from cause
except ValueError:
    log.exception("failed")
    logging.getLogger("sqlalchemy").exception("failed too")
"""


def test_no_library_and_no_traceback_writes_personal_data() -> None:
    marked = MarkedValues()
    values = (marked.id_number(), marked.phone(), marked.account())
    done = subprocess.run([sys.executable, "-c", PROGRAM, *values], cwd=ROOT, check=True, capture_output=True)
    written = done.stdout + done.stderr
    assert marked.traces_in(written) == [], written.decode()
    assert written.count(b"\n") == 7, written.decode()
    assert b"stored" in written
    assert b"failed too" in written
