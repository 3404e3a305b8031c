"""What must never be committed: machine paths, mirrors, secrets."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = re.compile(
    r"--(?:extra-)?index-url|--find-links|PRIVATE KEY-----|/root/\.pyenv|/work/(?:main|shared)", re.IGNORECASE
)


def tracked_texts() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_machine_a_mirror_or_a_secret() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in tracked_texts()
        if path != Path(__file__) and FORBIDDEN.search(path.read_text(errors="ignore"))
    ]
    assert offenders == []


def test_the_lock_file_pins_every_dependency_with_hashes() -> None:
    requirements = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text())
    unpinned = [
        text.splitlines()[0] for text in requirements if "==" in text and "--hash=sha256:" not in text
    ]
    assert unpinned == []
