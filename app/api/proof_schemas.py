"""Proofs of one record and of one decision in the form of the API."""

import base64
from collections.abc import Sequence
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.vocabulary import Feed, RecordOutcome
from app.evidence.schemas import DecisionProof, Disclosed, RecordProof
from app.ledger.leaves import OUTCOME_BYTES

OUTCOMES = {byte: outcome for outcome, byte in OUTCOME_BYTES.items()}


class Leaf(BaseModel):
    """由叶到根的证明。From the leaf to a signed checkpoint (docs/ledger-format.md)."""

    model_config = ConfigDict(frozen=True)

    position: int = Field(title="叶序号 / Leaf number", description="自 0 起。From 0.", examples=[0])
    size: int = Field(title="叶总数 / Leaves", examples=[3])
    salt: str = Field(title="盐 / Salt", examples=["f29000b62a499fd0a9f39a6add2e7780"])
    path: Sequence[str] = Field(
        title="路径 / Path",
        description="RFC 6962 §2.1.1，由叶向上。From the leaf up.",
        examples=[["bb1c0f6c861bec0cf9bb06484526f09497fee1fc543ec082a284ab414e30c5f6"]],
    )
    root: str = Field(
        title="根 / Root",
        description="条目中的 records_root 或 decisions.root。As the entry names it.",
        examples=["e4960c547ba1a45f45fedc1d47d28d26acc385127c5911a6b1f9200d7ede0b56"],
    )
    envelope: str = Field(title="账本条目原文 / Entry of the ledger, verbatim", examples=['{"batch_id":"…"}'])
    ledger_index: int = Field(title="账本序号 / Ledger index", examples=[17])
    tlog_proof: str = Field(
        title="检查点证明 / Proof in the checkpoint",
        description="C2SP tlog-proof 文本，含已签名的最新检查点。With the newest signed checkpoint.",
        examples=["c2sp.org/tlog-proof@v1\nindex 17\n…"],
    )

    @classmethod
    def of(cls, proof: Disclosed) -> Self:
        return cls(
            position=proof.position,
            size=proof.size,
            salt=proof.salt.hex(),
            path=[node.hex() for node in proof.path],
            root=proof.root.hex(),
            envelope=proof.envelope.decode(),
            ledger_index=proof.ledger_index,
            tlog_proof=proof.tlog_proof,
        )


class RecordProofAnswer(BaseModel):
    """一条记录的证明。One record, and the proof that it was received like this."""

    model_config = ConfigDict(frozen=True)

    entry_id: UUID = Field(title="审计记录编号 / Entry of the audit trail")
    batch_id: UUID = Field(title="批次号 / Batch")
    platform: str = Field(title="平台 / Platform", examples=["live-a"])
    feed: Feed = Field(title="数据集 / Feed", examples=["attendance"])
    line: int = Field(title="行号 / Line", examples=[1])
    outcome: RecordOutcome = Field(title="处理结果 / Outcome", examples=["accepted"])
    outcome_byte: int = Field(title="参与哈希的字节 / The byte that is hashed", examples=[1])
    record_utf8: str | None = Field(
        title="记录原文 / The record as received",
        description="不是 UTF-8 时为 null，见 record_base64。Null where it is no UTF-8.",
        examples=['{"class_group_id":"C2026-001","…":"…"}'],
    )
    record_base64: str | None = Field(title="记录原文（base64） / Likewise in base64", examples=[None])
    proof: Leaf = Field(title="证明 / Proof")

    @classmethod
    def of(cls, told: RecordProof) -> Self:
        try:
            text, encoded = told.record.decode(), None
        except UnicodeDecodeError:
            text, encoded = None, base64.b64encode(told.record).decode()
        return cls(
            entry_id=told.entry_id,
            batch_id=told.batch_id,
            platform=told.platform,
            feed=told.feed,
            line=told.line,
            outcome=OUTCOMES[told.outcome],
            outcome_byte=told.outcome,
            record_utf8=text,
            record_base64=encoded,
            proof=Leaf.of(told.proof),
        )


class DecisionProofAnswer(BaseModel):
    """一项判定的证明。One decision, and the proof that it was made like this."""

    model_config = ConfigDict(frozen=True)

    entry_id: UUID = Field(title="审计记录编号 / Entry of the audit trail")
    decision_id: UUID = Field(title="判定编号 / Decision")
    run_id: UUID = Field(title="评定批次 / Run")
    document: str = Field(
        title="判定文书原文 / The document, verbatim", examples=['{"class_group_id":"C1","…":"…"}']
    )
    proof: Leaf = Field(title="证明 / Proof")

    @classmethod
    def of(cls, told: DecisionProof) -> Self:
        return cls(
            entry_id=told.entry_id,
            decision_id=told.decision_id,
            run_id=told.run_id,
            document=told.document.decode(),
            proof=Leaf.of(told.proof),
        )
