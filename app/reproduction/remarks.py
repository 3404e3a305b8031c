"""The sentences of a reproduction: what is other than it was, and what could not be had any more."""

from app.core.errors import Text
from app.ingest.replay import NotReplayable
from app.reproduction.repository import Run
from app.reproduction.schemas import Remark, RemarkCode

STILL_RUNNING = Text("班级尚未结班。", "The class group is not closed.")


def batch_missing(batch_id: object) -> Remark:
    return _of_batch(RemarkCode.batch_missing, batch_id, "已不在库中", "is not stored any more")


def archive_unreadable(failure: NotReplayable) -> Remark:
    return _of_batch(
        RemarkCode.archive_unreadable, failure.batch_id, f"无法重读：{failure.reason}", failure.reason
    )


def archive_altered(batch_id: object) -> Remark:
    return _of_batch(
        RemarkCode.archive_altered,
        batch_id,
        "的存档与账本条目不符",
        "has an archive that does not hash to its entry in the ledger",
    )


def records_unreadable(batch_id: object, number: int) -> Remark:
    return _of_batch(
        RemarkCode.records_unreadable,
        batch_id,
        f"中有 {number} 条已接受的记录，本版程序无法读取",
        f"holds {number} accepted records that this version of the program cannot read",
    )


def _of_batch(code: RemarkCode, batch_id: object, zh: str, en: str) -> Remark:
    return Remark(code, str(batch_id), Text(f"批次 {batch_id} {zh}。", f"Batch {batch_id} {en}."))


def policy_missing(run: Run) -> Remark:
    name = f"{run.policy_id} {run.policy_version}"
    return Remark(
        RemarkCode.policy_missing,
        name,
        Text(
            f"政策 {name}（内容哈希 {run.policy_hash.hex()}）的文本已无法找到，或与记录不符。",
            f"No text says policy {name} with the content {run.policy_hash.hex()}: gone, or altered.",
        ),
    )


def inputs_altered(run: Run) -> Remark:
    return Remark(
        RemarkCode.inputs_altered,
        str(run.run_id),
        Text("与判定一同保存的依据无法打开。", "What was kept with the run cannot be opened."),
    )


def inputs_not_kept(run: Run) -> Remark:
    return Remark(
        RemarkCode.inputs_not_kept,
        str(run.run_id),
        Text(
            "作出判定的程序尚未随判定保存豁免、班级以外的记录和该人员在其他班级的情况；"
            "豁免按其起止时间取用，其余按现存数据取用，可能与当时不同。",
            "The program that decided did not yet keep waivers, records outside the class group and what was "
            "known of the person elsewhere. Waivers are taken by their times, the rest as it is stored now; "
            "either may be other than it was.",
        ),
    )


def other_program(run: Run, version: str) -> Remark:
    return Remark(
        RemarkCode.other_program,
        run.program_version,
        Text(
            f"判定由 {run.program_version} 版程序作出，重做由 {version} 版进行。",
            f"Version {run.program_version} of the program decided, version {version} makes it again.",
        ),
    )


def waiver_missing(waiver_id: str) -> Remark:
    return Remark(
        RemarkCode.waiver_missing,
        waiver_id,
        Text(f"豁免 {waiver_id} 已不在库中。", f"Waiver {waiver_id} is not stored any more."),
    )


def not_judged(run: Run, reason: Text) -> Remark:
    return Remark(
        RemarkCode.not_judged,
        str(run.run_id),
        Text(f"依据这些批次无法判定：{reason.zh}", f"From these batches nothing can be judged: {reason.en}"),
    )


def document_differs(decision_id: object) -> Remark:
    return Remark(
        RemarkCode.document_differs,
        str(decision_id),
        Text("重做的判定与所存判定不同。", "The decision made again is not the one that is stored."),
    )


def decision_altered(run: Run) -> Remark:
    return Remark(
        RemarkCode.decision_altered,
        str(run.run_id),
        Text(
            "所存判定与其评定批次的根哈希不符：判定、其同批判定或其密钥被更改。",
            "The stored decisions do not hash to the root of their run: one of them was altered.",
        ),
    )


def run_altered(run: Run) -> Remark:
    return Remark(
        RemarkCode.run_altered,
        str(run.run_id),
        Text(
            "评定批次所列依据与其账本条目不符。",
            "What the run names is not what its entry in the ledger says.",
        ),
    )


def not_in_ledger(run: Run) -> Remark:
    return Remark(
        RemarkCode.not_in_ledger,
        str(run.run_id),
        Text("账本中没有这次评定的条目。", "The ledger has no entry for this run."),
    )


def pending(run: Run) -> Remark:
    return Remark(
        RemarkCode.pending,
        str(run.run_id),
        Text(
            "账本条目尚未编号，请稍后再试。", "Its entry waits for its index in the ledger; ask again soon."
        ),
    )
