"""What reads strangers' files comes after all other work, and has little of the machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

from app.custody import confined

TELL = "import json, os, resource as r; print(json.dumps([os.nice(0), r.getrlimit(r.RLIMIT_AS)[0]]))"


def test_it_runs_at_a_lower_priority_and_within_its_memory() -> None:
    command = [sys.executable, "-I", str(Path(confined.__file__)), "5", str(1 << 30)]
    said = subprocess.run([*command, sys.executable, "-I", "-c", TELL], capture_output=True, check=True)
    assert json.loads(said.stdout) == [min(os.nice(0) + confined.NICENESS, 19), 1 << 30]
