"""What stands in the ledger, in plain words: kinds of entries, alarms, outlets, fields of envelopes."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import msgspec

from app.core.errors import Text
from app.ledger.alarms import AlarmKind
from app.ledger.envelope import EntryKind
from app.ledger.outlets import OutletState
from app.web.terms import NO, YES


class Word(NamedTuple):
    """A name, and a sentence that explains it."""

    name: Text
    about: Text


ENTRIES: Mapping[EntryKind, Word] = {
    EntryKind.batch: Word(
        Text("收到一批数据", "A batch was received"),
        Text(
            "某平台某时推送的一批记录，以及其中多少被接受、拒绝。",
            "What a platform sent at that moment, and how many records were accepted or rejected.",
        ),
    ),
    EntryKind.assessment: Word(
        Text("班级资格评定", "A class group was judged"),
        Text(
            "某班级结班后的一次评定：依据哪些批次、哪一版政策，作出了哪些判定。",
            "One judgement of a closed class group: on which batches, by which policy, with which decisions.",
        ),
    ),
    EntryKind.access: Word(
        Text("一小时的查阅记录", "An hour of the audit trail"),
        Text(
            "该小时内谁看过、改过什么；事后不能增删。",
            "Who read or changed what in that hour; nothing can be added or taken away later.",
        ),
    ),
    EntryKind.approval: Word(
        Text("双人决定", "A second person's decision"),
        Text(
            "一人提出、另一人批准或驳回的敏感操作。", "One person proposed it, another one decided about it."
        ),
    ),
    EntryKind.distrust: Word(
        Text("不再信任的凭据", "A credential is distrusted"),
        Text(
            "自某时起，不再相信用该凭据推送的数据。", "From a moment on, what came with it is not believed."
        ),
    ),
    EntryKind.withdrawal: Word(
        Text("撤回数据", "Data were taken back"),
        Text("撤回用不可信凭据推送的批次。", "Batches that came with a distrusted credential were undone."),
    ),
    EntryKind.policy: Word(
        Text("政策生效", "A policy came into force"),
        Text("某一版政策的文本及其来源。", "The text of a version, and where it came from."),
    ),
    EntryKind.custody: Word(
        Text("视频检查", "Videos were looked at"),
        Text("一轮对登记视频的检查。", "One round of looks at registered videos."),
    ),
    EntryKind.draw: Word(
        Text("公布抽样", "A draw was announced"),
        Text(
            "先公布抽样总体与数量，再由之后的检查点抽取，任何人不能挑选。",
            "The population is told first, a later checkpoint draws: nobody can choose.",
        ),
    ),
    EntryKind.hold: Word(
        Text("暂停销毁", "A legal hold"),
        Text("暂停到期数据的处置。", "What is due is not disposed of."),
    ),
    EntryKind.disposal: Word(
        Text("到期处置", "A disposal"),
        Text("保存期满后处置一个班级的数据。", "Data of a class group whose term was over were disposed of."),
    ),
    EntryKind.key: Word(
        Text("账本密钥变更", "A key of the log"),
        Text("账本签名密钥的启用或停用。", "A key that signs the log came or retired."),
    ),
}

FIELDS: Mapping[str, Text] = {
    "batch_id": Text("批次号", "Batch"),
    "platform": Text("平台", "Platform"),
    "feed": Text("数据集", "Feed"),
    "client_id": Text("客户端", "Client"),
    "received_at": Text("接收时间", "Received at"),
    "counts.received": Text("收到条数", "Records received"),
    "counts.accepted": Text("接受", "Accepted"),
    "counts.unchanged": Text("未变", "Unchanged"),
    "counts.stale": Text("过时", "Stale"),
    "counts.rejected": Text("拒绝", "Rejected"),
    "records_root": Text("记录的根哈希", "Root over the records"),
    "run_id": Text("评定编号", "Run"),
    "class_group_id": Text("班级", "Class group"),
    "assessed_at": Text("评定时间", "Judged for"),
    "ledger_size": Text("当时账本条目数", "Entries in the ledger then"),
    "batches.size": Text("所据批次数", "Batches it rests on"),
    "batches.root": Text("所据批次的根哈希", "Root over these batches"),
    "policy.id": Text("政策", "Policy"),
    "policy.version": Text("政策版本", "Version of the policy"),
    "policy.hash": Text("政策内容哈希", "Hash of the policy"),
    "program_version": Text("程序版本", "Program version"),
    "decisions.size": Text("判定份数", "Decisions"),
    "decisions.root": Text("判定的根哈希", "Root over the decisions"),
    "hour": Text("小时", "Hour"),
    "closed_at": Text("封存时间", "Closed at"),
    "entries.size": Text("记录数", "Entries"),
    "entries.root": Text("记录的根哈希", "Root over the entries"),
    "act": Text("操作", "Act"),
    "outcome": Text("结果", "Outcome"),
    "proposer_id": Text("提出人", "Proposed by"),
    "proposed_at": Text("提出时间", "Proposed at"),
    "decider_id": Text("决定人", "Decided by"),
    "decided_at": Text("决定时间", "Decided at"),
    "purpose": Text("用途", "Purpose"),
    "announced_at": Text("公布时间", "Announced at"),
    "population.size": Text("总体数", "Population"),
    "wanted": Text("抽取数", "How many are drawn"),
    "recorded_at": Text("记录时间", "Recorded at"),
    "text_hash": Text("文本哈希", "Hash of the text"),
    "source": Text("来源", "Source"),
    "retroactive": Text("追溯生效", "Retroactive"),
    "key_name": Text("密钥名称", "Name of the key"),
    "key_id": Text("密钥编号", "Key id"),
    "public_key": Text("公钥", "Public key"),
    "since": Text("自何时起", "Since"),
    "credential": Text("凭据", "Credential"),
    "checks.size": Text("检查次数", "Looks"),
    "placed_by": Text("设置人", "Placed by"),
    "placed_at": Text("设置时间", "Placed at"),
    "disposed_at": Text("处置时间", "Disposed at"),
    "record_id": Text("记录编号", "Number"),
    "proposal_id": Text("双人决定编号", "Proposal"),
    "digest_id": Text("摘要编号", "Digest"),
    "draw_id": Text("抽样编号", "Draw"),
    "round_id": Text("检查轮次", "Round"),
    "hold_id": Text("暂停编号", "Hold"),
    "disposal_id": Text("处置编号", "Disposal"),
    "about": Text("范围", "About"),
    "uscc": Text("企业", "Enterprise"),
    "arguments.client_id": Text("客户端", "Client"),
    "population.root": Text("总体的根哈希", "Root over the population"),
    "checks.root": Text("检查的根哈希", "Root over the looks"),
    "document_hash": Text("处置记录哈希", "Hash of the record"),
}

ALARMS: Mapping[str, Text] = {
    AlarmKind.entry_altered: Text("有条目被改动", "An entry was altered"),
    AlarmKind.entry_missing: Text("有条目缺失", "An entry is missing"),
    AlarmKind.tree_altered: Text("树被改动", "The tree was altered"),
    AlarmKind.tile_altered: Text("分块被改动", "A tile was altered"),
    AlarmKind.root_differs: Text("条目与树根不符", "The entries do not hash to the root"),
    AlarmKind.inconsistent: Text("没有延续上一个检查点", "The log does not continue the last checkpoint"),
    AlarmKind.shrunk: Text("账本变短", "The log is smaller than it was"),
    AlarmKind.signature_broken: Text("检查点签名无效", "The signature of the checkpoint is broken"),
    AlarmKind.key_altered: Text("签名密钥被改动", "A key of the log was altered"),
    AlarmKind.set_back: Text("数据库被回退", "The database was set back"),
    AlarmKind.other_log: Text("本机曾为另一账本签名", "This machine has signed for another log"),
    AlarmKind.fork: Text("外部见过另一个账本", "Somebody outside has seen another log"),
}

OUTLETS: Mapping[str, tuple[Text, str]] = {
    OutletState.waiting: (Text("尚未送达", "Nothing was brought yet"), "open"),
    OutletState.holds: (Text("已持有最新检查点", "Holds the newest"), "good"),
    OutletState.failing: (Text("暂不可达，正在重试", "Not reached, tried again"), "open"),
    OutletState.contradicted: (Text("与其所见不符", "Has seen another log"), "bad"),
}


INSTANTS = {"hour", "since"}
SAID = {"True": YES, "False": NO, "None": Text("—", "—")}


def fields_of(envelope: str) -> Sequence[tuple[Text, Text | str | datetime]]:
    """What an envelope says, name by name; hashes and ids as they stand."""
    told = msgspec.json.decode(envelope)
    return [(FIELDS.get(name, Text(name, name)), _value(name, value)) for name, value in _flat(told, "")]


def _value(name: str, value: str) -> Text | str | datetime:
    if name in INSTANTS or name.endswith("_at"):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    return SAID.get(value, value)


def _flat(told: Mapping[str, object], above: str) -> Sequence[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in told.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{above}{name}.")
        elif above or name not in {"v", "kind"}:
            rows.append((f"{above}{name}", str(value)))
    return rows
