"""Members of a receipt: the attested against the ledger, the others against what is kept where exact."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from app.accounts.authorisation import Reach
from app.core.errors import FieldError, Text
from app.core.ids import BatchId
from app.core.vocabulary import BatchState
from app.db.session import ReadSession
from app.ingest import receipts
from app.ingest.errors import BatchDisposed, BatchUnknown
from app.ingest.schemas import Counts, Rejection
from app.ledger.repository import Entry
from app.verification.schemas import Step

LANGUAGES = ("zh", "en")
MOST_NAMED, MOST_SHOWN = 5, 64
ATTESTED = ("batch_id", "platform", "feed", "received_at", *Counts._fields)
NEEDED = (*ATTESTED, "rejections")
KNOWN = frozenset({*NEEDED, "ledger", "rejections_url", "state"})
OF_THE_LEDGER = frozenset({"leaf_hash", "index"})
NAMES: Mapping[str, Text] = {
    "batch_id": Text("批次号", "number of the batch"),
    "platform": Text("平台", "platform"),
    "feed": Text("数据集", "feed"),
    "received_at": Text("接收时间", "time of receipt"),
    "received": Text("收到条数", "records received"),
    "accepted": Text("接受条数", "records accepted"),
    "unchanged": Text("未变条数", "records unchanged"),
    "stale": Text("过时条数", "records stale"),
    "rejected": Text("拒绝条数", "records rejected"),
    "rejections": Text("拒绝明细", "rejections"),
    "rejections_url": Text("拒绝明细地址", "address of rejections"),
    "state": Text("处理状态", "state"),
}


def attested(receipt: Mapping[str, Any], entry: Entry) -> Iterator[Step]:
    """What the entry says of each member that it attests."""
    told = msgspec.json.decode(entry.envelope)
    for name, kept in {**told, **told["counts"]}.items():
        if name in ATTESTED and name in receipt:
            said = receipt[name]
            yield _agrees(name, kept) if _is_same(name, said, kept) else _differs(name, said, kept)
    index = receipt["ledger"].get("index")
    if index is not None:
        is_it = index == entry.index and type(index) is int
        text = Text(f"账本序号为 {entry.index}", f"Its index in the ledger is {entry.index}")
        yield Step(text, holds=is_it)
    if "rejections" in receipt:
        yield _listed(receipt["rejections"], told["counts"]["rejected"])


async def kept(session: ReadSession, receipt: Mapping[str, Any], batch_id: BatchId) -> Sequence[Step]:
    """Of members that no ledger attests: never proved, yet what we would not have said does not hold."""
    steps = []
    if "rejections_url" in receipt:
        url = receipts.rejections_url(batch_id)
        is_same = receipt["rejections_url"] == url
        said = receipt["rejections_url"]
        steps.append(_stored("rejections_url") if is_same else _differs_here("rejections_url", said))
    if "state" in receipt:
        steps.append(await _state(session, receipt["state"], batch_id))
    if receipt.get("rejections"):
        steps.append(await _rejections(session, receipt["rejections"], batch_id))
    return steps


def strange(receipt: Mapping[str, Any]) -> Sequence[str]:
    """Names of members that no receipt of ours has, the first few."""
    names = [name for name in receipt if name not in KNOWN]
    names += [f"ledger.{name}" for name in receipt["ledger"] if name not in OF_THE_LEDGER]
    more = ["…"] if len(names) > MOST_NAMED else []
    return [short(name) for name in names[:MOST_NAMED]] + more


def missing(receipt: Mapping[str, Any]) -> Sequence[str]:
    return [name for name in NEEDED if name not in receipt]


def unproved(name: str, why: Text) -> Step:
    label = NAMES.get(name, Text(name, name))
    return Step(Text(f"未核对：{label.zh}（{why.zh}）", f"Not compared: {label.en} ({why.en})"))


def short(said: object) -> str:
    """What a stranger wrote, to be shown: printable and bounded."""
    try:
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    except RecursionError:
        return "…"
    plain = "".join(each if each.isprintable() else "?" for each in text[: MOST_SHOWN + 1])
    return plain if len(plain) <= MOST_SHOWN else f"{plain[:MOST_SHOWN]}…"


def _agrees(name: str, kept: object) -> Step:
    label = NAMES[name]
    return Step(Text(f"{label.zh}一致：{kept}", f"Agrees: {label.en} {kept}"), holds=True)


def _differs(name: str, said: object, kept: object) -> Step:
    label = NAMES[name]
    text = Text(
        f"{label.zh}不符：回执写 {short(said)}，账本为 {kept}",
        f"Differs: {label.en}; the receipt says {short(said)}, the ledger {kept}",
    )
    return Step(text, holds=False)


def _differs_here(name: str, said: object) -> Step:
    """What is kept is not told: to strangers it is none of what they hold."""
    label = NAMES[name]
    text = Text(
        f"{label.zh}不符：回执写 {short(said)}，与平台所存不同",
        f"Differs: {label.en}; the receipt says {short(said)}, which is not what is stored",
    )
    return Step(text, holds=False)


def _stored(name: str) -> Step:
    label = NAMES[name]
    return Step(
        Text(
            f"未证明：{label.zh}与平台现存的相同（账本不记载）",
            f"Not proved: {label.en} as stored now (the ledger does not hold it)",
        )
    )


def _is_same(name: str, said: object, kept: object) -> bool:
    try:
        if name == "received_at":
            return datetime.fromisoformat(str(said)) == datetime.fromisoformat(str(kept))
        if name == "batch_id":
            return UUID(str(said)) == UUID(str(kept))
    except (ValueError, TypeError):
        return False
    return type(said) is type(kept) and said == kept


def _listed(said: object, rejected: int) -> Step:
    """How many are told is attested by the count; what they say is not."""
    wanted = min(rejected, receipts.REJECTIONS_INLINE)
    if isinstance(said, list) and len(said) == wanted:
        text = Text(
            f"拒绝明细的条数与账本一致：{wanted}", f"Agrees: rejections that are listed, {wanted} of them"
        )
        return Step(text, holds=True)
    text = Text(
        f"拒绝明细不符：按账本应列出 {wanted} 条", f"Differs: rejections; by the ledger {wanted} are listed"
    )
    return Step(text, holds=False)


async def _state(session: ReadSession, said: object, batch_id: BatchId) -> Step:
    """It goes on, so that an older receipt rightly says another one of the two."""
    if not isinstance(said, str) or said not in set(BatchState):
        return _differs_here("state", said)
    try:
        batch = await receipts.summary(session, batch_id, Reach())
    except BatchUnknown:
        return unproved("state", NOT_HELD)
    return _stored("state") if said == batch.state else unproved("state", GOES_ON)


NOT_HELD = Text("账本不记载", "the ledger does not hold it")
GOES_ON = Text("随处理进展而变，账本不记载", "it changes in time; the ledger does not hold it")
DISPOSED = Text("已按保存期限处置，账本不记载", "disposed of after their term; the ledger does not hold them")


async def _rejections(session: ReadSession, said: object, batch_id: BatchId) -> Step:
    try:
        found = await receipts.rejections(session, batch_id, Reach(), limit=receipts.REJECTIONS_INLINE)
    except (BatchDisposed, BatchUnknown):
        return unproved("rejections", DISPOSED)
    wanted = _text_of(said)
    if any(wanted == _text_of([_told(each, language) for each in found]) for language in LANGUAGES):
        return _stored("rejections")
    text = Text("拒绝明细与平台所存不同", "Differs: rejections are not those that are stored")
    return Step(text, holds=False)


def _told(rejection: Rejection, language: str) -> Mapping[str, Any]:
    """As a receipt shows it."""
    errors = [_fault(error, language) for error in rejection.errors]
    return {"line": rejection.line, "record_key": dict(rejection.record_key), "errors": errors}


def _fault(error: FieldError, language: str) -> Mapping[str, Any]:
    told = {
        "pointer": error.pointer,
        "code": error.code,
        "message": error.message.in_language(language),
    }
    return told if error.current_revision is None else {**told, "current_revision": error.current_revision}


def _text_of(value: object) -> str | None:
    """The same for what is the same JSON: 1, 1.0 and true are three things."""
    try:
        return json.dumps(value, sort_keys=True)
    except RecursionError:
        return None
