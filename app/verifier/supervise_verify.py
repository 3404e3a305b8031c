"""离线核验监督平台账本所证明的内容 / Verify what the ledger attests.

只需 Python 3.8 或更高版本，不联网，无需安装软件。Needs Python 3.8 or newer, no network and nothing else:

    python3 verify.py BUNDLE.zip                    证据包 an evidence bundle
    python3 verify.py DIRECTORY                     导出的账本 an exported ledger
    python3 verify.py PROOF.json                    一条记录或判定 the proof of one record or decision
    python3 verify.py ENTRY.json PROOF.tlog-proof   回执或条目 a receipt, or an entry, in the ledger
    python3 verify.py consistency OLD NEW PROOF     只增不改 between two checkpoints the ledger only grew

`--key VKEY`, once or more: trust these keys and no others. Without it those in the file `keys` that came
along are taken, which shows only that what came hangs together. 随件公钥须与另行取得的公钥核对。
Exit status 0: all holds; 1: something is refused; 2: nothing could be checked.
Formats: docs/ledger-format.md; RFC 8032; RFC 6962; C2SP signed-note, tlog-checkpoint, tlog-cosignature,
tlog-proof, tlog-tiles.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any, Mapping, NamedTuple

# 1. What is said: one line for each thing that was checked


class Refused(Exception):
    """What is wrong."""


def demand(holds: bool, why_not: str) -> None:
    if not holds:
        raise Refused(why_not)


class Report:
    def __init__(self, write: Callable[[str], object] = print) -> None:
        self.write, self.refused = write, 0

    def say(self, mark: str, where: object, what: str) -> None:
        """OK: it holds. REFUSE: it does not. NOTE: a reader might think it shown, and it is not."""
        line = f"{mark:6} {where}: {what}"
        self.write("".join(each if each.isprintable() else "?" for each in line))

    @contextmanager
    def part(self, where: object) -> Iterator[None]:
        """A refusal in here is told with its place; what comes after is checked all the same."""
        try:
            yield
        except Exception as wrong:  # whatever cannot be read is refused
            self.refused += 1
            why = str(wrong) if isinstance(wrong, Refused) else f"无法读取 cannot be read: {wrong!r}"
            self.say("REFUSE", where, why)


# 2. Ed25519 (RFC 8032, section 5.1)

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, PRIME) % PRIME
NEUTRAL = (0, 1, 1, 0)


def add(p: Sequence[int], q: Sequence[int]) -> Sequence[int]:
    """Points are X, Y, Z, T with x = X/Z, y = Y/Z and x·y = T/Z."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % PRIME, (p[1] + p[0]) * (q[1] + q[0]) % PRIME
    c, d = 2 * p[3] * q[3] * D % PRIME, 2 * p[2] * q[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def point(encoded: bytes) -> Sequence[int]:
    """The point of the curve that 32 bytes stand for; refused unless they are its only spelling."""
    sign, y = divmod(int.from_bytes(encoded, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    is_one = len(encoded) == 32 and y < PRIME and x * x % PRIME == square and (x, sign) != (0, 1)
    demand(is_one, "公钥不是曲线上的点 the public key is no point of the curve")
    x = x if x % 2 == sign else PRIME - x
    return x, y, 1, x * y % PRIME


BASE = point(bytes([0x58] + [0x66] * 31))


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether S·B - k·A is R, byte for byte. S must be below the order: a signature has one spelling."""
    key, s = point(public_key), int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    minus_key = (PRIME - key[0], key[1], 1, PRIME - key[3])
    summands: Sequence[Sequence[int]] = (NEUTRAL, BASE, minus_key, add(BASE, minus_key))
    total: Sequence[int] = NEUTRAL
    for bit in reversed(range(253)):
        total = add(add(total, total), summands[(s >> bit & 1) + 2 * (k >> bit & 1)])
    x, y = (each * pow(total[2], -1, PRIME) % PRIME for each in total[:2])
    is_r = (y + x % 2 * 2**255).to_bytes(32, "little") == signature[:32]
    return is_r and len(signature) == 64 and s < ORDER


# 3. Merkle trees (RFC 6962, section 2.1)

LEAF, NODE = b"\x00", b"\x01"


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def tree_hash(hashes: Sequence[bytes]) -> bytes:
    level = list(hashes) or [sha256()]
    while len(level) > 1:
        parents = [*map(sha256, repeat(NODE), level[::2], level[1::2])]
        level = parents + level[2 * len(parents) :]
    return level[0]


def left_half(size: int) -> int:
    """The largest power of two that is smaller."""
    return 1 << (size - 1).bit_length() - 1


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """To where an inclusion proof leads (2.1.1)."""
    demand(bool(path) == (size > 1), "路径长度不符 the path is too long or too short")
    if size == 1:
        return leaf
    left = left_half(size)
    if index < left:
        return sha256(NODE, root_of_path(leaf, index, left, path[:-1]), path[-1])
    return sha256(NODE, path[-1], root_of_path(leaf, index - left, size - left, path[:-1]))


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    demand(0 <= index < size, f"序号不在规模之内 index {index} is not below the size {size}")
    demand({32}.issuperset(map(len, (leaf, root, *path))), "哈希不是 32 字节 a hash has not 32 bytes")
    found = root_of_path(leaf, index, size, path)
    demand(found == root, "内容或路径不通向根哈希 content and path do not lead to the root")


def roots_of_growth(old: int, new: int, known: Sequence[bytes], path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots before and after to which a consistency proof leads (2.1.2); the old one if it is a node."""
    if old == new:
        nodes = (*known, *path)
        demand(len(nodes) == 1, "路径长度不符 the path is too long or too short")
        return nodes[0], nodes[0]
    demand(len(path) > 0, "路径过短 the path is too short")
    left = left_half(new)
    if old <= left:
        before, after = roots_of_growth(old, left, known, path[:-1])
        return before, sha256(NODE, after, path[-1])
    before, after = roots_of_growth(old - left, new - left, (), path[:-1])
    return sha256(NODE, path[-1], before), sha256(NODE, path[-1], after)


def check_growth(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> None:
    demand(0 < old <= new, f"规模不可比 from size {old} to size {new} nothing can have grown")
    demand({32}.issuperset(map(len, (old_root, new_root, *path))), "哈希不是 32 字节 a hash has not 32 bytes")
    found = roots_of_growth(old, new, [old_root], path)
    demand(found == (old_root, new_root), "路径不通向两个根哈希 the path does not lead to both roots")


# 4. Checkpoints: notes that the log and its witnesses signed


class Key(NamedTuple):
    name: str
    key_id: bytes
    kind: int  # 1: of a log; 4: of a witness, who signs a time too
    public: bytes


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes


def unbase64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    demand(base64.b64encode(data).decode() == text, "base64 不规范 base64 in a second spelling")
    return data


def lines_of(text: bytes) -> list[str]:
    *lines, rest = text.decode().split("\n")
    demand(not rest, "末行不完整 the last line is not whole")
    return lines


def read_key(line: str) -> Key:
    """Of a vkey, before which may stand `log` or `witness`."""
    *role, vkey = line.split(" ")
    name, key_id, encoded = vkey.split("+", 2)
    material = unbase64(encoded)
    is_key = len(material) == 33 and role in ([], [{1: "log", 4: "witness"}.get(material[0])])
    own_id = sha256(f"{name}\n".encode(), material)[:4]
    demand(is_key and key_id == own_id.hex(), "不是账本或见证方的公钥 no Ed25519 key of a log or a witness")
    return Key(name, own_id, material[0], material[1:])


def read_keys(data: bytes) -> list[Key]:
    return [read_key(line) for line in lines_of(data)]


def open_checkpoint(report: Report, where: object, note: bytes, keys: Sequence[Key]) -> Checkpoint:
    """Refused unless a key of the log signed it; and if a signature of any known key is wrong."""
    text, _, signatures = note.rpartition(b"\n\n")
    origin, size, root = text.decode().split("\n")
    known, signers = {(key.name, key.key_id): key for key in keys}, []
    for dash, name, encoded in (line.split(" ") for line in lines_of(signatures)):
        payload = unbase64(encoded)
        demand(dash == "—" and len(payload) > 4, "签名行格式不符 a line is no signature")
        key = known.get((name, payload[:4]))
        if key is None:  # what a stranger signed says nothing, neither good nor bad
            signers.append((0, f"未知公钥 an unknown key {name}"))
            continue
        message, when, stamp, signature = text + b"\n", "", payload[4:-64], payload[-64:]
        if key.kind == 4:
            seconds = int.from_bytes(stamp, "big")
            message = f"cosignature/v1\ntime {seconds}\n".encode() + message
            when = time.strftime(" %Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
        is_right = len(stamp) == {1: 0, 4: 8}[key.kind] and is_signed(key.public, message, signature)
        demand(is_right, f"签名无效 the signature of {name} is wrong")
        demand(key.kind == 4 or name == origin, "属于另一账本 signed by the key of another log")
        signers.append((key.kind, name + when))
    demand(1 in dict(signers), "没有可信的账本签名 no key that is trusted signed it for the log")
    demand(size == str(int(size)) and len(unbase64(root)) == 32, "规模或根哈希不规范 no such size or root")
    report.say("OK", where, f"规模 size {size}, 签名 signed by {', '.join(name for _, name in signers)}")
    return Checkpoint(origin, int(size), unbase64(root))


# 5. Entries of the ledger, and the records and decision documents under them

Json = Mapping[str, Any]


def read_json(data: bytes | str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        demand(len(dict(pairs)) == len(pairs), "同名字段出现两次 a name stands twice")
        return dict(pairs)

    return json.loads(data, object_pairs_hook=once)


def unhex(text: str) -> bytes:
    data = bytes.fromhex(text)
    demand(data.hex() == text, "十六进制不规范 hexadecimal in a second spelling")
    return data


def read_proof(proof: bytes) -> tuple[int, list[bytes], bytes]:
    """Index, path and note of a tlog-proof."""
    head, _, note = proof.partition(b"\n\n")
    name, index, *path = head.decode().split("\n")
    place = int(index[6:])
    demand(f"{name} {index}" == f"c2sp.org/tlog-proof@v1 index {place}", "不是 tlog-proof no tlog-proof")
    return place, [unbase64(line) for line in path], note


def leaf_of(told: Json) -> bytes:
    """The leaf of a record or of a decision document with its salt (docs/ledger-format.md)."""
    salt, outcome = unhex(told["salt"]), told.get("outcome")
    (content,) = told.keys() & {"document", "record_utf8", "record_base64"}
    fields = {"n", "salt", content} | ({"outcome"} if content != "document" else set())
    demand(told.keys() - {"path"} == fields, "字段不符 not the fields that it must have")
    demand(len(salt) == 16 and outcome in {None, 1, 2, 3, 4}, "盐值或结果不符 no such salt or outcome")
    data = unbase64(told[content]) if content == "record_base64" else told[content].encode()
    return sha256(LEAF, salt, bytes([outcome] if outcome else []), data)


def check_lines(data: bytes, size: int, root: str) -> int:
    """The disclosed leaves of a tree: each with its path, or all of them without. How many."""
    lines = [read_json(line) for line in lines_of(data)]
    places = [line["n"] for line in lines]
    if any("path" in line for line in lines):
        demand(places == sorted({*places}), "各行乱序或重复 lines out of order, or twice")
        for line in lines:
            path = [unhex(step) for step in line["path"]]
            check_inclusion(leaf_of(line), line["n"], size, path, unhex(root))
    else:
        is_all = len(places) == size and places == [*range(len(places))]
        demand(is_all, f"无路径而不足 {size} 行 no paths, yet not all {size} lines")
        found = tree_hash([*map(leaf_of, lines)]).hex()
        demand(found == root, "各行不合成根哈希 the lines do not hash to the root of the entry")
    return len(lines)


def tree_of(envelope: Json) -> tuple[int, str]:
    """Size and root of the tree over the records of a batch, or over the decisions of a run."""
    if envelope["kind"] == "batch":
        return envelope["counts"]["received"], envelope["records_root"]
    return envelope["decisions"]["size"], envelope["decisions"]["root"]


# 6. An evidence bundle (docs/bundles.md)


class Entry(NamedTuple):
    leaf: bytes
    envelope: Json


def check_bundle(report: Report, path: Path, trusted: Sequence[Key]) -> None:
    with zipfile.ZipFile(path) as archive:
        demand(len({*archive.namelist()}) == len(archive.namelist()), "有重名文件 two files have one name")
        demand(sum(each.file_size for each in archive.infolist()) < 2**32, "超过 4 GiB more than 4 GiB")
        files = {name: archive.read(name) for name in archive.namelist()}
    stated = read_json(files.pop("bundle.json"))
    demand((stated["v"], stated["kind"]) == (1, "bundle"), "不是证据包 no evidence bundle of version 1")
    hashes = {name: sha256(data).hex() for name, data in files.items()}
    wrong = sorted({name for name, _ in hashes.items() ^ stated["files"].items()})
    demand(not wrong, f"与清单不符 not as bundle.json says: {', '.join(wrong)}")
    report.say("OK", "bundle.json", f"{len(files)} 个文件与清单一致 files are as it says")
    keys = trusted or read_keys(files["keys"])
    checkpoint = open_checkpoint(report, "checkpoint", files["checkpoint"], keys)
    demand(stated["checkpoint_size"] == checkpoint.size, "检查点规模不符 not the size of the checkpoint")
    listed = {told["name"] + ending for told in stated["entries"] for ending in (".json", ".tlog-proof")}
    demand(listed == {name for name in files if name.startswith("entries/")}, "条目不全 entries not listed")
    entries: dict[int, Entry] = {}
    for told in stated["entries"]:
        with report.part(told["name"]):
            index, upwards, note = read_proof(files[told["name"] + ".tlog-proof"])
            demand(note == files["checkpoint"], "检查点不同 proved against another checkpoint")
            data = files[told["name"] + ".json"]
            entry = Entry(sha256(LEAF, data), read_json(data))
            check_inclusion(entry.leaf, index, checkpoint.size, upwards, checkpoint.root)
            found = {"index": index, "kind": entry.envelope["kind"], "name": f"entries/{index}"}
            demand(found.items() <= told.items(), "与清单不符 bundle.json names another index or kind")
            entries[index] = entry
            report.say("OK", told["name"], f"在账本中 in the ledger: {entry.envelope['kind']}")
    envelopes = [entry.envelope for entry in entries.values()]
    policies = [each for each in envelopes if each["kind"] == "policy"]
    trees: dict[str, tuple[int, str]] = {}
    for each in envelopes:
        if each["kind"] in {"batch", "assessment"}:
            name = f"batches/{each['batch_id']}" if each["kind"] == "batch" else f"runs/{each['run_id']}"
            trees[f"{name}.ndjson"] = tree_of(each)
    for told in stated["entries"]:
        if told["kind"] == "assessment":
            with report.part(told["name"]):
                check_run(report, told, entries, policies)
    for name, data in files.items():
        with report.part(name):
            check_content(report, name, data, trees, policies)


def check_run(report: Report, told: Json, entries: Mapping[int, Entry], policies: Sequence[Json]) -> None:
    """The batches that a run rests on, and the version of the policy that it judged by."""
    run, leaves = entries[told["index"]].envelope, [entries[index].leaf for index in told["batches"]]
    rests_on = {"size": len(leaves), "root": tree_hash(leaves).hex()}
    demand(rests_on == run["batches"], "所据批次不符 it rests on other batches than bundle.json names")
    known = [each["policy"] for each in policies]
    demand(run["policy"] in known, "政策版本不符 the policy that it judged by is not in the bundle")
    report.say("OK", told["name"], f"所据 {len(leaves)} 个批次及政策一致 rests on these batches and policy")


def check_content(
    report: Report, name: str, data: bytes, trees: Mapping[str, tuple[int, str]], policies: Sequence[Json]
) -> None:
    """That a file is what the entry attests whose subject it is named after."""
    room = name.partition("/")[0]
    if room in {"batches", "runs"}:
        size, root = trees[name]
        told = check_lines(data, size, root)
        report.say("OK", name, f"{told}/{size} 条与账本一致 records or decisions, as the ledger attests")
    elif room == "policies":
        text_hash = sha256(data).hex()
        versions = [each["policy"] for each in policies if each["text_hash"] == text_hash]
        names = [f"policies/{each['id']}-{each['version']}" for each in versions]
        names += [f"{each}-{text_hash[:16]}" for each in names]  # two texts of one version are told apart
        demand(name[: -len(".yaml")] in names, "与生效的政策文本不符 not the text that came into force")
        report.say("OK", name, "生效的政策文本 the text that came into force")
    elif room not in {"entries", "checkpoint", "keys"}:
        report.say("NOTE", name, "供阅读，账本不证明 to be read; the ledger does not attest it")


# 7. An exported ledger (C2SP tlog-tiles)


def tile_name(room: object, start: int, size: int) -> str:
    """Of the 256 hashes or entries from `start` on, or as many as there are: `tile/0/x001/234.p/17`."""
    *thousands, rest = f"{start // 256:,}".split(",")
    groups = [f"x{each:0>3}" for each in thousands] + [f"{rest:0>3}"]
    width = f".p/{size - start}" if size - start < 256 else ""
    return f"tile/{room}/{'/'.join(groups)}{width}"


def root_at(levels: Sequence[Sequence[bytes]], size: int) -> bytes:
    """Of the first `size` entries; a level holds the roots of each full 256 hashes of the level before."""
    edge: list[bytes] = []
    for hashes in levels:
        rest = [*hashes[size // 256 * 256 : size], *edge]
        edge, size = [tree_hash(rest)] if rest else [], size // 256
    return tree_hash(edge)


def check_export(report: Report, directory: Path, trusted: Sequence[Key]) -> None:
    keys = trusted or read_keys((directory / "keys").read_bytes())
    newest = open_checkpoint(report, "checkpoint", (directory / "checkpoint").read_bytes(), keys)
    levels: list[list[bytes]] = [[]]
    tiles = []
    for start in range(0, newest.size, 256):
        tiles.append(tile_name("entries", start, newest.size))
        rest = (directory / tiles[-1]).read_bytes()
        while rest:
            end = 2 + int.from_bytes(rest[:2], "big")
            levels[0].append(sha256(LEAF, rest[2:end]))
            rest = rest[end:]
    while len(levels[-1]) >= 256:
        ends = range(256, len(levels[-1]) + 1, 256)
        levels.append([tree_hash(levels[-1][end - 256 : end]) for end in ends])
    is_root = len(levels[0]) == newest.size and root_at(levels, newest.size) == newest.root
    demand(is_root, "条目不合成检查点的根哈希 the entries do not hash to the root of the checkpoint")
    report.say("OK", "tile/entries", f"{newest.size} 个条目与检查点一致 entries hash to the checkpoint")
    for level, hashes in enumerate(levels):
        for start in range(0, len(hashes), 256):
            tiles.append(tile_name(level, start, len(hashes)))
            is_it = (directory / tiles[-1]).read_bytes() == b"".join(hashes[start : start + 256])
            demand(is_it, f"{tiles[-1]} 与条目不符 does not follow from the entries")
    whole = {name.partition(".p/")[0]: directory / name for name in tiles}
    for path in filter(Path.is_file, directory.glob("tile/**/*")):  # older widths of a tile may have stayed
        tile = whole.get(path.relative_to(directory).as_posix().partition(".p/")[0])
        is_part = tile is not None and (tile == path or tile.read_bytes().startswith(path.read_bytes()))
        demand(is_part, f"{path} 不属于任何块 is no part of a tile")
    report.say("OK", "tile", f"{len(tiles)} 个块与条目一致 tiles follow from the entries")
    for path in sorted((directory / "checkpoints").iterdir()):
        with report.part(f"checkpoints/{path.name}"):
            older = open_checkpoint(report, f"checkpoints/{path.name}", path.read_bytes(), keys)
            is_beginning = older.size <= newest.size and root_at(levels, older.size) == older.root
            demand(is_beginning, "与账本分叉 the ledger does not continue it")


# 8. What the API answers: one entry, one record or decision, growth; and the command


def check_entry(report: Report, path: Path, proof: Path, trusted: Sequence[Key]) -> None:
    """An entry (its envelope) is checked by its bytes, a receipt by the leaf hash that it names."""
    data, (index, upwards, note) = path.read_bytes(), read_proof(proof.read_bytes())
    keys = trusted or read_keys(proof.with_name("keys").read_bytes())
    checkpoint = open_checkpoint(report, proof, note, keys)
    told = read_json(data)
    leaf = sha256(LEAF, told["envelope"].encode() if "envelope" in told else data)
    if "ledger" in told:
        leaf = unhex(told["ledger"]["leaf_hash"])
        report.say("NOTE", path, "回执只证明叶哈希，其余见条目 of a receipt only its leaf hash is shown")
    check_inclusion(leaf, index, checkpoint.size, upwards, checkpoint.root)
    report.say("OK", path, f"在账本中，序号 in the ledger at index {index}")


def check_disclosure(report: Report, path: Path, trusted: Sequence[Key]) -> None:
    """One record or decision in its batch or run, and that in the ledger."""
    told = read_json(path.read_bytes())
    proof, envelope = told["proof"], read_json(told["proof"]["envelope"])
    index, upwards, note = read_proof(proof["tlog_proof"].encode())
    keys = trusted or read_keys(path.with_name("keys").read_bytes())
    checkpoint = open_checkpoint(report, path, note, keys)
    entry = sha256(LEAF, proof["envelope"].encode())
    check_inclusion(entry, index, checkpoint.size, upwards, checkpoint.root)
    named = told.keys() & {"batch_id", "run_id", "platform", "feed"}
    demand(all(told[name] == envelope.get(name) for name in named), "与条目不符 of another batch or run")
    content = {name: told[name] for name in ("document", "record_utf8", "record_base64") if told.get(name)}
    content.update({"outcome": told["outcome_byte"]} if "outcome_byte" in told else {})
    leaf, (size, root) = leaf_of({"n": None, "salt": proof["salt"], **content}), tree_of(envelope)
    check_inclusion(leaf, proof["position"], size, [*map(unhex, proof["path"])], unhex(root))
    report.say("OK", path, f"在账本中，条目 in the ledger, under entry {index}: {envelope['kind']}")


def check_consistency(report: Report, old: Path, new: Path, proof: Path, trusted: Sequence[Key]) -> None:
    keys = trusted or read_keys(old.with_name("keys").read_bytes())
    before, after = (open_checkpoint(report, path, path.read_bytes(), keys) for path in (old, new))
    demand(before.origin == after.origin, "不是同一账本 checkpoints of two logs")
    told = proof.read_bytes()  # as the API answers, or lines of base64
    is_json = told.startswith(b"{")
    path = [*map(unhex, read_json(told)["path"])] if is_json else [*map(unbase64, lines_of(told))]
    check_growth(before.size, before.root, after.size, after.root, path)
    report.say("OK", proof, f"只增不改 from {before.size} to {after.size} the ledger only grew")


def main(arguments: Sequence[str] | None = None, write: Callable[[str], object] = print) -> int:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--key", action="append", default=[])
    asked, report = parser.parse_args(arguments), Report(write)
    files = [Path(each) for each in asked.paths if each != "consistency"]
    if len(files) > 3 or not all(each.exists() for each in files):
        parser.error("no such file")
    with report.part(files[0]):
        trusted = [read_key(vkey) for vkey in asked.key]
        if not trusted:
            report.say(
                "NOTE", "keys", "随件公钥，须另行核对 they came along: compare with keys got elsewhere"
            )
        if len(files) == 3:
            check_consistency(report, files[0], files[1], files[2], trusted)
        elif len(files) == 2:
            check_entry(report, files[0], files[1], trusted)
        else:
            of_files = check_disclosure if files[0].suffix == ".json" else check_bundle
            (check_export if files[0].is_dir() else of_files)(report, files[0], trusted)
    write("核验未通过 REFUSED" if report.refused else "核验通过 VERIFIED")
    return 1 if report.refused else 0


if __name__ == "__main__":
    sys.exit(main())
