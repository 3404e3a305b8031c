"""What `/api/v1/ledger` answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from app.api.standings import Shown
from app.ledger.checkpoint import Checkpoint
from app.ledger.checkpoints_repository import Alarm
from app.ledger.cosignature import signatures_of
from app.ledger.draws import Drawn
from app.ledger.draws_repository import Draw
from app.ledger.envelope import EntryKind
from app.ledger.log_keys import LogKey
from app.ledger.outlets import OutletKind, OutletState
from app.ledger.outlets_repository import OutletRow
from app.ledger.proofs import Inclusion
from app.ledger.repository import Entry
from app.ledger.service import LogState

HASH = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
NOTE = (
    "supervise.example/ledger\n1200\nX+zrZv/IbzjZUnhsbWlsecLbwjndTpG0ZynXOif7V+k=\n\n"
    "— supervise.example/ledger 10fIFTo0M9q/xQlBBcDWLwI7HGyS68vixYQyhvG9zd0cIS"
    "3l3ajFDgRs/bzKeWD1uNenmT0nh0UqTz0Bx+a1OJsCQgc=\n"
)
KID = "d747c815"
VKEY = f"supervise.example/ledger+{KID}+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
WITNESS_VKEY = "audit.example/w1+9de2e2b8+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
NOTE_TITLE = "签名文本 / Signed note"
SIZE_TITLE = "条目数 / Entries"
ROOT_TITLE = "树根 / Root"


class SignatureItem(Shown):
    """检查点上的一个签名。A signature of a checkpoint: of the log, or of a witness with its own time."""

    name: str = Field(title="签名者 / Signer", examples=["audit.example/w1"])
    key_id: str = Field(title="密钥编号 / Key id", examples=[KID])
    cosigned_at: datetime | None = Field(
        title="见证时间 / Cosigned at",
        description="见证人自己的时钟；账本的签名为 null。By its own clock; null: of the log.",
    )


class CheckpointItem(Shown):
    """一个检查点：已签名的树头。A tree head that was signed (C2SP tlog-checkpoint)."""

    size: int = Field(title=SIZE_TITLE, examples=[1200])
    root: str = Field(title=ROOT_TITLE, examples=[HASH])
    issued_at: datetime = Field(title="签发时间 / Issued at")
    note: str = Field(title=NOTE_TITLE, description="含见证签名。With cosignatures.", examples=[NOTE])
    signatures: Sequence[SignatureItem] = Field(title="签名 / Signatures")

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> Self:
        signatures = [SignatureItem.model_validate(each) for each in signatures_of(checkpoint.note)]
        return cls(**checkpoint._asdict() | {"root": checkpoint.root.hex()}, signatures=signatures)


class Integrated(Shown):
    """已纳入树的部分。What is in the tree."""

    size: int = Field(title=SIZE_TITLE, examples=[1210])
    root: str = Field(title=ROOT_TITLE, examples=[HASH])
    integrated_at: datetime | None = Field(title="纳入时间 / Integrated at")


class AlarmItem(Shown):
    """一次告警：账本与此前签发的内容不符。What was found, and where; nothing personal."""

    alarm_id: UUID = Field(title="编号 / Alarm")
    kind: str = Field(title="种类 / Kind", examples=["entry_altered"])
    raised_at: datetime = Field(title="时间 / Raised at")
    checkpoint_size: int | None = Field(
        title="当时最新检查点 / Newest checkpoint then",
        description="没有时为 null。Null: none.",
        examples=[1200],
    )
    details: Mapping[str, int | str] = Field(title="所见 / What was found", examples=[{"index": 1204}])

    @classmethod
    def of(cls, alarm: Alarm) -> Self:
        return cls(**alarm._asdict())


class OutletItem(Shown):
    """检查点的一个外部去处。Where checkpoints leave the house, and how far it is."""

    kind: OutletKind = Field(title="种类 / Kind")
    name: str = Field(title="名称 / Name", examples=["audit.example/w1"])
    state: OutletState = Field(
        title="状态 / State",
        description="holds 已持有最新检查点；failing 暂不可达或未接受；contradicted 与其所见不符，已告警。"
        "It holds the newest; is failing and tried again; has seen another log: an alarm was raised.",
    )
    size: int | None = Field(title="所持检查点 / Checkpoint it holds", examples=[1200])
    told: str | None = Field(title="原因 / Why not", examples=["outbound_host_unreachable"])
    tried_at: datetime = Field(title="最近尝试 / Last tried at")

    @classmethod
    def of(cls, row: OutletRow) -> Self:
        return cls(
            kind=OutletKind(row.kind),
            name=row.told_name,
            state=OutletState(row.state),
            size=row.size,
            told=row.told,
            tried_at=row.tried_at,
        )


class LogStanding(Shown):
    """账本的三种状态：已排序、已纳入、已发布。Sequenced, integrated, published: one follows the other."""

    origin: str | None = Field(
        title="名称 / Origin", description="首个检查点之前为 null。", examples=["supervise.example/ledger"]
    )
    sequenced: int = Field(title="已排序 / Sequenced", examples=[1215])
    integrated: Integrated = Field(title="已纳入 / Integrated")
    published: CheckpointItem | None = Field(title="最新检查点 / Newest checkpoint")
    refused: AlarmItem | None = Field(
        title="拒绝签发的原因 / Why nothing is signed",
        description="null 为没有拒绝。Null: nothing was refused since the newest checkpoint.",
    )
    alarms: Sequence[AlarmItem] = Field(title="最近的告警 / Newest alarms")
    outlets: Sequence[OutletItem] = Field(title="检查点的外部去处 / Where checkpoints go")
    unpublished_since: datetime | None = Field(
        title="尚未发布的最早记录时间 / Oldest that is not published",
        description="此前收到的均已在签名的检查点中；null 为全部已发布。"
        "What came before is in a signed checkpoint; null: everything is.",
    )

    @classmethod
    def of(cls, state: LogState) -> Self:
        size, root, integrated_at = state.integrated
        return cls(
            origin=state.origin,
            sequenced=state.sequenced,
            integrated=Integrated(size=size, root=root.hex(), integrated_at=integrated_at),
            published=state.published and CheckpointItem.of(state.published),
            refused=state.refused and AlarmItem.of(state.refused),
            alarms=[AlarmItem.of(each) for each in state.alarms],
            outlets=[OutletItem.of(each) for each in state.outlets],
            unpublished_since=state.unpublished_since,
        )


class LogKeyItem(Shown):
    """账本的一把签名密钥。A key of the log; one that retired still verifies what it signed."""

    kid: str = Field(title="密钥编号 / Key id", examples=[KID])
    vkey: str = Field(title="验签密钥 / Verifier key", examples=[VKEY])
    created_at: datetime = Field(title="启用时间 / Created at")
    retired_at: datetime | None = Field(title="停用时间 / Retired at")


class WitnessKeyItem(Shown):
    """一个见证人的密钥，其签名已核验。A key of a witness, by which its cosignatures were verified."""

    name: str = Field(title="见证人 / Witness", examples=["audit.example/w1"])
    vkey: str = Field(title="验签密钥 / Verifier key", examples=[WITNESS_VKEY])


class KeyHistory(Shown):
    """账本密钥的历史。Every key that ever signed."""

    log: Sequence[LogKeyItem] = Field(title="账本密钥 / Keys of the log")
    witnesses: Sequence[WitnessKeyItem] = Field(title="见证人密钥 / Keys of witnesses that have cosigned")

    @classmethod
    def of(cls, keys: Sequence[LogKey], witnesses: Sequence[tuple[str, str]]) -> Self:
        return cls(
            log=[LogKeyItem(**key._asdict()) for key in keys],
            witnesses=[WitnessKeyItem(name=name, vkey=vkey) for name, vkey in witnesses],
        )


class LogEntryItem(Shown):
    """账本的一个条目。An entry: what is hashed, verbatim."""

    index: int = Field(title="序号 / Index", examples=[7])
    kind: EntryKind = Field(title="种类 / Kind")
    subject_id: UUID = Field(title="所证对象 / What it attests")
    recorded_at: datetime = Field(title="记录时间 / Recorded at")
    leaf_hash: str = Field(title="叶散列 / Leaf hash", examples=[HASH])
    envelope: str = Field(
        title="信封 / Envelope",
        description="规范 JSON，一字不差：leaf_hash = SHA-256(00 ‖ envelope)。Canonical JSON, verbatim.",
        examples=['{"kind":"batch","v":1}'],
    )

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            index=entry.index,
            kind=entry.kind,
            subject_id=entry.subject_id,
            recorded_at=entry.recorded_at,
            leaf_hash=entry.leaf_hash.hex(),
            envelope=entry.envelope.decode(),
        )


class InclusionProof(Shown):
    """包含证明（RFC 6962 §2.1.1）。The path from the leaf to the root of the tree of `size`."""

    index: int = Field(title="序号 / Index", examples=[7])
    size: int = Field(title=SIZE_TITLE, examples=[1200])
    leaf_hash: str = Field(title="叶散列 / Leaf hash", examples=[HASH])
    path: Sequence[str] = Field(title="路径 / Path", examples=[[HASH]])
    checkpoint: str | None = Field(
        title="该条目数的检查点 / Checkpoint of this size", description="没有时为 null。", examples=[NOTE]
    )

    @classmethod
    def of(cls, proof: Inclusion, checkpoint: Checkpoint | None) -> Self:
        return cls(
            index=proof.index,
            size=proof.size,
            leaf_hash=proof.leaf_hash.hex(),
            path=[each.hex() for each in proof.path],
            checkpoint=checkpoint and checkpoint.note,
        )


class ConsistencyProof(Shown):
    """一致性证明（RFC 6962 §2.1.2）。That the larger tree continues the smaller one."""

    old: int = Field(alias="from", title="原条目数 / From", examples=[1100])
    new: int = Field(alias="to", title="现条目数 / To", examples=[1200])
    path: Sequence[str] = Field(title="路径 / Path", examples=[[HASH]])


class DrawItem(Shown):
    """一次抽样：先入账本，再由其后的首个检查点抽取。Announced first, drawn by the first checkpoint after it.

    重复抽取的步骤见 docs/ledger-format.md。The steps to draw again stand there, under A draw.
    """

    draw_id: UUID = Field(title="编号 / Draw")
    purpose: str = Field(title="用途 / Purpose", examples=["videos"])
    announced_at: datetime = Field(title="公布时间 / Announced at")
    wanted: int = Field(title="抽取数 / How many are drawn", examples=[2])
    population: Sequence[str] = Field(title="抽样总体 / Population", examples=[["live-a/C1/V1"]])
    secret: str = Field(
        title="盐的秘密值 / Secret of the salts",
        description="与总体一起可算出条目中的根。With the population it gives the root in the entry.",
        examples=[HASH],
    )
    checkpoint: str | None = Field(
        title="抽取的检查点 / Checkpoint that draws",
        description="不含签名；null 为尚未发布。Its text; null: not published yet.",
    )
    seed: str | None = Field(title="种子 / Seed", examples=[HASH])
    chosen: Sequence[str] | None = Field(title="抽中的 / Drawn", examples=[["live-a/C1/V1"]])

    @classmethod
    def of(cls, draw: Draw, drawn: Drawn | None) -> Self:
        found = None if drawn is None else drawn._asdict() | {"seed": drawn.seed.hex()}
        return cls(
            **draw._asdict() | {"secret": draw.secret.hex()},
            **found or dict.fromkeys(Drawn._fields),
        )
