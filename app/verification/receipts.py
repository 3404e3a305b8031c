"""A receipt held against the entry of its batch: who shows its leaf hash is told what differs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from app.core.errors import Text
from app.db.session import ReadSession
from app.ledger import proofs, publication
from app.ledger import repository as ledger
from app.ledger.envelope import EntryKind, leaf_hash
from app.ledger.repository import Entry
from app.verification.schemas import About, Step, Verdict, Verification

COUNTS = ("received", "accepted", "unchanged", "stale", "rejected")
NAMES: Mapping[str, Text] = {
    "platform": Text("平台", "platform"),
    "feed": Text("数据集", "feed"),
    "received_at": Text("接收时间", "time of receipt"),
    "received": Text("收到条数", "records received"),
    "accepted": Text("接受条数", "records accepted"),
    "unchanged": Text("未变条数", "records unchanged"),
    "stale": Text("过时条数", "records stale"),
    "rejected": Text("拒绝条数", "records rejected"),
}
TO_KEEP = Text(
    "请妥善保存回执。要向第三方证明，请在账本页下载该条目及其证明。",
    "Keep the receipt. To convince others, download the entry and its proof from the ledger's pages.",
)
TO_ASK = Text(
    "请勿采信这份回执。请向出具方索取原件，并将此结果告知主管部门。",
    "Do not rely on this receipt. Ask whoever gave it to you for the original, and tell the authority.",
)
TO_WAIT = Text("请一分钟后再次核验。", "Verify it again in a minute.")


async def verify(session: ReadSession, receipt: Mapping[str, Any]) -> Verification:
    """For a session whose statements see one moment."""
    read = _read(receipt)
    if read is None:
        return Verification(
            About.receipt,
            Verdict.unknown,
            Text(
                "这不是一份完整的回执：缺少批次号（batch_id）或叶哈希（ledger.leaf_hash）。",
                "This is no whole receipt: its number (batch_id) or leaf hash (ledger.leaf_hash) is missing.",
            ),
            Text("请提供平台收到的 JSON 原文，一字不改。", "Give the JSON that the platform got, unchanged."),
        )
    batch_id, leaf = read
    entry = await ledger.entry_of(session, batch_id)
    if entry is None or entry.kind is not EntryKind.batch:
        return await _not_found(session, batch_id)
    if entry.leaf_hash != leaf:
        return _verdict(Verdict.not_genuine, [Step(OTHER_LEAF, holds=False)])
    steps = [Step(LEAF, holds=leaf_hash(entry.envelope) == leaf), *_compared(receipt, entry)]
    steps.append(await _signed(session, entry))
    is_right = all(step.holds is not False for step in steps)
    verdict = Verdict.genuine if is_right else Verdict.not_genuine
    return _verdict(verdict, steps, entry)


LEAF = Text("叶哈希与账本中该批次的条目一致。", "The leaf hash is that of the batch's entry in the ledger.")
OTHER_LEAF = Text(
    "账本中该批次的叶哈希不是回执所写的。",
    "In the ledger this batch has another leaf hash than the receipt says.",
)
REASONS = Text(
    "拒绝明细和处理状态不在叶哈希中，此处不证明。",
    "Reasons of rejections and the state of the batch are not in the hash: they are not shown here.",
)


def _read(receipt: Mapping[str, Any]) -> tuple[UUID, bytes] | None:
    try:
        leaf = bytes.fromhex(str(receipt["ledger"]["leaf_hash"]))
        return UUID(str(receipt["batch_id"])), leaf
    except (KeyError, TypeError, ValueError):
        return None


async def _not_found(session: ReadSession, batch_id: UUID) -> Verification:
    if await ledger.is_waiting(session, batch_id):
        why = Text("该批次刚刚收到，正在写入账本。", "The batch has just come and is being put into the log.")
        return Verification(About.receipt, Verdict.unknown, why, TO_WAIT)
    why = Text("账本中没有这个批次：它从未被收到。", "The ledger has no such batch: it was never received.")
    return Verification(About.receipt, Verdict.not_genuine, why, TO_ASK, [Step(why, holds=False)])


def _compared(receipt: Mapping[str, Any], entry: Entry) -> Iterator[Step]:
    told = msgspec.json.decode(entry.envelope)
    attested = {**{name: told[name] for name in ("platform", "feed", "received_at")}, **told["counts"]}
    for name, kept in attested.items():
        said = receipt.get(name)
        if said is None:
            continue
        label = NAMES.get(name, Text(name, name))
        if _is_same(name, said, kept):
            yield Step(Text(f"{label.zh}一致：{kept}", f"Agrees: {label.en} {kept}"), holds=True)
        else:
            yield Step(
                Text(
                    f"{label.zh}不符：回执写 {_short(said)}，账本为 {kept}",
                    f"Differs: {label.en}; the receipt says {_short(said)}, the ledger {kept}",
                ),
                holds=False,
            )
    index = receipt["ledger"].get("index")
    if index is not None:
        is_it = index == entry.index and type(index) is int
        text = Text(f"账本序号为 {entry.index}", f"Its index in the ledger is {entry.index}")
        yield Step(text, holds=is_it)
    if receipt.get("rejections"):
        yield Step(REASONS)


def _is_same(name: str, said: object, kept: object) -> bool:
    if name != "received_at":
        return type(said) is type(kept) and said == kept
    try:
        return datetime.fromisoformat(str(said)) == datetime.fromisoformat(str(kept))
    except (ValueError, TypeError):
        return False


def _short(said: object) -> str:
    """What a stranger wrote, to be shown: bounded."""
    text = str(said)
    return text if len(text) <= 64 else f"{text[:64]}…"  # noqa: PLR2004


async def _signed(session: ReadSession, entry: Entry) -> Step:
    newest = await publication.newest(session)
    if newest is None or entry.index >= newest.size:
        return Step(
            Text(
                "尚未被检查点签名，通常一分钟内完成。", "No checkpoint covers it yet; one will, in a minute."
            )
        )
    proof = await proofs.inclusion(session, entry.index, newest.size)
    steps = proofs.steps_of(proof)
    reached = steps[-1].node if steps else proof.leaf_hash
    size = newest.size
    return Step(
        Text(
            f"账本中第 {entry.index} 号条目，经 {len(steps)} 步哈希到达 {size} 条的签名检查点。",
            f"Entry {entry.index} of the ledger: {len(steps)} steps lead to the signed checkpoint of {size}.",
        ),
        holds=reached == newest.root and proof.leaf_hash == entry.leaf_hash,
    )


def _verdict(verdict: Verdict, steps: list[Step], entry: Entry | None = None) -> Verification:
    if verdict is Verdict.genuine:
        why = Text(
            "回执是真的：所写内容与签名的账本一致。",
            "The receipt is genuine: what it says is what the signed ledger holds.",
        )
        remedy = TO_KEEP
    else:
        why = Text(
            "回执不真实：与账本不一致，内容被改动过或系伪造。",
            "The receipt is not genuine: it differs from the ledger, so it was changed or made up.",
        )
        remedy = TO_ASK
    at, index = (None, None) if entry is None else (entry.recorded_at, entry.index)
    return Verification(About.receipt, verdict, why, remedy, steps, at, index)
