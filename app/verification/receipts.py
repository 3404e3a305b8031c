"""A receipt held against the entry of its batch: who shows its leaf hash is told what differs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core.errors import Text
from app.core.ids import BatchId
from app.db.session import ReadSession
from app.ledger import proofs, publication
from app.ledger import repository as ledger
from app.ledger.envelope import EntryKind, leaf_hash
from app.ledger.repository import Entry
from app.verification import receipt_members as members
from app.verification.schemas import About, Step, Verdict, Verification

TO_KEEP = Text(
    "请妥善保存回执。要向第三方证明，请在账本页下载该条目及其证明。",
    "Keep the receipt. To convince others, download the entry and its proof from the ledger's pages.",
)
TO_ASK = Text(
    "请勿采信这份回执。请向出具方索取原件，并将此结果告知主管部门。",
    "Do not rely on this receipt. Ask whoever gave it to you for the original, and tell the authority.",
)
TO_GIVE = Text("请提供平台收到的 JSON 原文，一字不改。", "Give the JSON that the platform got, unchanged.")
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
            TO_GIVE,
        )
    batch_id, leaf = read
    entry = await ledger.entry_of(session, batch_id)
    if entry is None or entry.kind is not EntryKind.batch:
        return await _not_found(session, batch_id)
    if entry.leaf_hash != leaf:
        return _verdict(Verdict.not_genuine, [Step(OTHER_LEAF, holds=False)])
    signed = await _signed(session, entry)
    steps = [
        Step(LEAF, holds=leaf_hash(entry.envelope) == leaf),
        *members.attested(receipt, entry),
        signed,
        *await members.kept(session, receipt, batch_id),
    ]
    return _of_the_whole(receipt, entry, steps, is_signed=signed.holds is not None)


LEAF = Text("叶哈希与账本中该批次的条目一致。", "The leaf hash is that of the batch's entry in the ledger.")
OTHER_LEAF = Text(
    "账本中该批次的叶哈希不是回执所写的。",
    "In the ledger this batch has another leaf hash than the receipt says.",
)
NO_MEMBER = Text("平台的回执没有这一项，账本不记载", "no receipt of ours has it; the ledger does not hold it")
IS_MISSING = Text("回执缺少此项", "the receipt lacks it")


def _read(receipt: Mapping[str, Any]) -> tuple[BatchId, bytes] | None:
    try:
        leaf = bytes.fromhex(str(receipt["ledger"]["leaf_hash"]))
        return BatchId(UUID(str(receipt["batch_id"]))), leaf
    except (KeyError, TypeError, ValueError):
        return None


async def _not_found(session: ReadSession, batch_id: BatchId) -> Verification:
    if await ledger.is_waiting(session, batch_id):
        why = Text("该批次刚刚收到，正在写入账本。", "The batch has just come and is being put into the log.")
        return Verification(About.receipt, Verdict.unknown, why, TO_WAIT)
    why = Text("账本中没有这个批次：它从未被收到。", "The ledger has no such batch: it was never received.")
    return Verification(About.receipt, Verdict.not_genuine, why, TO_ASK, [Step(why, holds=False)])


def _of_the_whole(
    receipt: Mapping[str, Any], entry: Entry, steps: Sequence[Step], *, is_signed: bool
) -> Verification:
    """What contradicts is not genuine; what was left out or put in cannot be said."""
    lacking, strange = members.missing(receipt), members.strange(receipt)
    steps = [
        *steps,
        *(members.unproved(name, IS_MISSING) for name in lacking),
        *(members.unproved(name, NO_MEMBER) for name in strange),
    ]
    if any(step.holds is False for step in steps):
        return _verdict(Verdict.not_genuine, steps, entry)
    if lacking or strange:
        return _cannot_be_said(_not_as_given(lacking, strange), TO_GIVE, steps, entry)
    if not is_signed:
        return _cannot_be_said(NOT_SIGNED, TO_WAIT, steps, entry)
    return _verdict(Verdict.genuine, steps, entry)


NOT_SIGNED = Text(
    "所写各项与账本一致，但账本尚未就此签名。",
    "What it says is in the ledger, which has not signed it yet.",
)


def _not_as_given(lacking: Sequence[str], strange: Sequence[str]) -> Text:
    """Names what is missing and what no receipt has."""
    zh = [f"缺少 {'、'.join(lacking)}"] if lacking else []
    en = [f"it lacks {', '.join(lacking)}"] if lacking else []
    if strange:
        zh.append(f"多出 {'、'.join(strange)}")
        en.append(f"no receipt of ours has {', '.join(strange)}")
    return Text(
        f"这不是平台出具的回执原文：{'；'.join(zh)}。",
        f"This is not a receipt as the platform gives it: {'; '.join(en)}.",
    )


def _cannot_be_said(why: Text, remedy: Text, steps: Sequence[Step], entry: Entry) -> Verification:
    return Verification(About.receipt, Verdict.unknown, why, remedy, steps, entry.recorded_at, entry.index)


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


def _verdict(verdict: Verdict, steps: Sequence[Step], entry: Entry | None = None) -> Verification:
    if verdict is Verdict.genuine:
        why = Text(
            "下列成立各项与签名的账本一致；未列出的内容不受证明。",
            "The items below agree with the signed ledger; what is not listed is not proved.",
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
