"""What says the same in another spelling is refused: nobody can hand out two files that both verify."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.verifier import supervise_verify
from tests.verifier.naive_log import NaiveLog

LOG = NaiveLog([b'{"kind":"access","number":%d}' % number for number in range(9)])
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def respelt(encoded: str) -> str:
    """The same bytes: 32, 33 and 68 bytes leave bits of the last character that stand for nothing."""
    body = encoded.rstrip("=")
    other = ALPHABET[ALPHABET.index(body[-1]) ^ 1]
    return body[:-1] + other + encoded[len(body) :]


def last_word(line: str, change: Callable[[str], str]) -> str:
    head, _, word = line.rpartition(" ")
    return f"{head} {change(word)}" if head else change(word)


def of_line(number: int, change: Callable[[str], str]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        lines = text.split("\n")
        lines[number] = last_word(lines[number], change)
        return "\n".join(lines)

    return changed


CHECKPOINT: dict[str, Callable[[str], str]] = {
    "signature of the log": of_line(4, respelt),
    "signature of a witness": of_line(5, respelt),
    "line end of Windows": lambda text: text.replace("\n", "\r\n"),
    "no last line end": lambda text: text[:-1],
    "an empty line more": lambda text: text + "\n",
    "another dash": lambda text: text.replace("—", "-"),
    "two spaces": lambda text: text.replace("— ", "—  "),
    "an extension line": lambda text: text.replace("\n\n", "\nmore\n\n"),
    "a mark of the byte order": lambda text: "\ufeff" + text,
}
PROOF: dict[str, Callable[[str], str]] = {
    "a hash": of_line(0, respelt),
    "no last line end": lambda text: text[:-1],
    "an empty line more": lambda text: text + "\n",
    "spaces": lambda text: text.replace("\n", " \n"),
}
KEYS: dict[str, Callable[[str], str]] = {
    "no last line end": lambda text: text[:-1],
    "a longer id": lambda text: text.replace("+", "+0", 1),
    "another role": lambda text: text.replace("log ", "witness ", 1),
    "no such role": lambda text: text.replace("log ", "log: ", 1),
    "an empty line": lambda text: text + "\n",
    "a key of another kind": lambda text: text.replace("witness ", "log ", 1),
}
CASES = [
    *(("new", name, change) for name, change in CHECKPOINT.items()),
    *(("proof", name, change) for name, change in PROOF.items()),
    *(("keys", name, change) for name, change in KEYS.items()),
]


def status(directory: Path, files: dict[str, str]) -> int:
    for name, content in files.items():
        (directory / name).write_bytes(content.encode())
    paths = [str(directory / name) for name in ("old", "new", "proof")]
    return supervise_verify.main(["consistency", *paths], lambda _: None)


@pytest.mark.parametrize(
    ("name", "what", "change"), CASES, ids=[f"{name}: {what}" for name, what, _ in CASES]
)
def test_another_spelling_is_refused(
    tmp_path: Path, name: str, what: str, change: Callable[[str], str]
) -> None:
    files = {"old": LOG.checkpoint(4), "new": LOG.checkpoint(9), "proof": LOG.growth(4, 9), "keys": LOG.keys}
    assert status(tmp_path, files) == 0
    assert status(tmp_path, files | {name: change(files[name])}) == 1, what


@pytest.mark.parametrize(
    "change", [lambda vkey: vkey + " ", lambda vkey: vkey[:-1], respelt, lambda vkey: "+" + vkey]
)
def test_a_key_that_is_none_is_refused(tmp_path: Path, change: Callable[[str], str]) -> None:
    LOG.export(tmp_path, [3])
    options = ["--key", change(LOG.witness.vkey), "--key", LOG.signer.vkey]
    assert supervise_verify.main([str(tmp_path), *options], lambda _: None) == 1


@pytest.mark.parametrize("size", ["09", "+9", " 9", "9.0", "٩", "0x9", "-9", ""])
def test_a_size_in_other_figures_is_refused_even_if_it_was_signed(tmp_path: Path, size: str) -> None:
    body = LOG.body().replace("\n9\n", f"\n{size}\n")
    LOG.export(tmp_path)
    (tmp_path / "checkpoint").write_text(f"{body}\n{LOG.signer.line(body)}")
    assert supervise_verify.main([str(tmp_path), "--key", LOG.signer.vkey], lambda _: None) == 1
    index = LOG.tlog_proof(8).replace("index 8", f"index {size.replace('9', '8')}")
    (tmp_path / "8.json").write_bytes(LOG.entries[8])
    (tmp_path / "8.tlog-proof").write_text(index)
    files = [str(tmp_path / name) for name in ("8.json", "8.tlog-proof")]
    assert supervise_verify.main([*files, "--key", LOG.signer.vkey], lambda _: None) == 1


def test_a_signed_root_of_another_length_is_refused(tmp_path: Path) -> None:
    LOG.export(tmp_path, [3])
    body = f"{LOG.origin}\n9\n{'A' * 40}\n"
    (tmp_path / "checkpoint").write_text(f"{body}\n{LOG.signer.line(body)}")
    assert supervise_verify.main([str(tmp_path), "--key", LOG.signer.vkey], lambda _: None) == 1
