"""Logs: one JSON object a line, whoever writes it, and no words that might quote a row."""

import json
import subprocess
import sys
from typing import Any

ID_NUMBER = "110101199003074514"

WRITES = f"""
import logging, structlog
from app.core import logs
from app.privacy.redaction import redact

logs.configure("info", redact)
log = structlog.get_logger("ours")
with structlog.contextvars.bound_contextvars(request_id="r1"):
    log.info("taken in", feed="attendance", records=3, id_number="{ID_NUMBER}")
log.debug("too fine")
logging.getLogger("library").warning("row %s is odd", "{ID_NUMBER}")
try:
    try:
        raise ValueError("Key (name)=(张三丰) exists")
    except ValueError as error:
        raise RuntimeError("张三丰") from error
except RuntimeError:
    logging.getLogger("library").exception("it failed")
"""

DIES = f"""
import threading, warnings
from app.core import logs
from app.privacy.redaction import redact

def fail():
    raise ValueError("Key (name)=(张三丰) exists")

logs.configure("info", redact)
warnings.warn("row {ID_NUMBER} is odd")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


def lines_of(program: str, *, status: int = 0) -> list[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, text=True)
    assert done.returncode == status
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_an_object_without_personal_data() -> None:
    taken, odd, failed = lines_of(WRITES)
    assert (taken["event"], taken["level"], taken["logger"]) == ("taken in", "info", "ours")
    assert (taken["request_id"], taken["records"], taken["timestamp"][-1]) == ("r1", 3, "Z")
    assert (odd["logger"], odd["level"]) == ("library", "warning")
    assert [link["kind"] for link in failed["failure"]] == ["RuntimeError", "ValueError"]
    assert failed["failure"][0]["at"][0].endswith(" <module>")
    told = json.dumps([taken, odd, failed], ensure_ascii=False)
    assert ID_NUMBER not in told
    assert "张三丰" not in told


def test_warnings_and_what_nobody_caught_are_objects_without_words_too() -> None:
    warned, in_thread, at_the_end = lines_of(DIES, status=1)
    assert (warned["logger"], warned["level"]) == ("py.warnings", "warning")
    for ended in (in_thread, at_the_end):
        assert (ended["event"], ended["level"]) == ("ended by an error", "critical")
        assert ended["failure"][0]["kind"] == "ValueError"
        assert ended["failure"][0]["at"][-1].endswith(" fail")
    told = json.dumps([warned, in_thread, at_the_end], ensure_ascii=False)
    assert ID_NUMBER not in told
    assert "张三丰" not in told
