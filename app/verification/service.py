"""Answers to whoever holds a receipt, a paper or a recording, strangers too: genuine, or not, or unknown.

A number of a paper has 74 random bits, so nobody comes by one but from the paper. Told of it are the moment,
what it is, and whether it still stands; the verdict only as yes or no to what the asker reads there; never
whom it is about, who let it out, or what it says.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from app.core import clock
from app.core.clock import SHANGHAI
from app.core.errors import Text
from app.core.ids import first_uuid
from app.core.vocabulary import Eligibility
from app.db.session import ReadSession
from app.ledger import entries
from app.verification import receipts, repository
from app.verification.schemas import About, Asked, Issue, Issued, Step, Verdict, Verification

WHAT: Mapping[Issue, Text] = {
    Issue.decision: Text("资格判定", "a decision on eligibility"),
    Issue.report: Text("资格报告", "an eligibility report"),
    Issue.export: Text("导出或打印的文件", "a file that was exported or printed"),
    Issue.batch: Text("数据批次回执", "the receipt of a batch"),
}
RECOGNISED_NOTHING = Verification(
    About.nothing,
    Verdict.unknown,
    Text(
        "无法识别：这不是回执（JSON）、编号，也不是 64 位十六进制的哈希值。",
        "This is no receipt (JSON), no number, and no hash of 64 hexadecimal digits.",
    ),
    Text(
        "请粘贴回执全文，或输入纸面上的编号（如 01a1ffff-5654-7b98-9230-96fe88cb8bfa）。",
        "Paste the whole receipt, or type the number on the paper "
        "(such as 01a1ffff-5654-7b98-9230-96fe88cb8bfa).",
    ),
)
IN_USE = timedelta(days=1)
"""Nothing is disposed of so soon: a number that was given since then is found."""
FOR_ANOTHER = Text(
    "请勿采信这份文件，请向出具方索取现行有效的判定单。",
    "Do not rely on this paper; ask whoever gave it to you for the sheet that stands now.",
)
TO_RETYPE = Text(
    "请输入判定单上的判定编号；若纸面只有这个编号却写有结论，请勿采信。核对其他文件时不要选择结论。",
    "Type the number of the decision. If the paper has this number alone and yet decides something, do not "
    "rely on it. For other papers leave open what is decided.",
)
TO_GET = Text(
    "请勿采信这份内容，请向出具方索取平台给出的原文，一字不改。",
    "Do not rely on it; ask whoever gave it to you for the JSON that the platform gave, unchanged.",
)
FORMS = Text(
    "编号只说明本平台发出过这份文件，不说明手中这份未被改动：姓名、学时等请向出具方核对，或索取证据包核验。",
    "The number shows that we issued such a paper, not that yours is unchanged: check names and figures with "
    "whoever gave it to you, or ask for the evidence bundle and verify that.",
)


async def verify(session: ReadSession, asked: Asked) -> Verification:
    """For a session whose statements see one moment, and all rows."""
    if asked.fault is not None:
        return Verification(About.receipt, Verdict.unknown, asked.fault, TO_GET)
    if asked.receipt is not None:
        return await receipts.verify(session, asked.receipt)
    if asked.number is not None:
        found = await repository.issued(session, asked.number)
        return _not_found(asked.number) if found is None else of_number(found, asked.stated)
    if asked.hash is not None:
        return await _recording(session, asked.hash)
    return RECOGNISED_NOTHING


def _not_found(number: UUID) -> Verification:
    """Our numbers tell when they were given; one that is old may be that of what was disposed of since."""
    if number.version == 7 and number < first_uuid(clock.now() - IN_USE):  # noqa: PLR2004
        why = Text(
            "查不到这个编号：本平台从未发出过，或保存期满已处置。",
            "It is not found: we never gave this number, or disposed of the paper at the end of its term.",
        )
        remedy = Text(
            "请核对是否抄错；若无误，请向出具方索取现行有效的文件，在此之前请勿采信。",
            "Look whether it was copied right; if so, ask whoever gave you the paper for one that stands "
            "now, and do not rely on it before.",
        )
        return Verification(About.number, Verdict.unknown, why, remedy, [Step(why)])
    why = Text("本平台没有发出过这个编号。", "No paper of ours has this number.")
    remedy = Text(
        "请核对是否抄错；若无误，请勿采信，并告知主管部门。",
        "Look whether it was copied right; if so, do not rely on the paper, and tell the authority.",
    )
    return Verification(About.number, Verdict.not_genuine, why, remedy, [Step(why, holds=False)])


def of_number(found: Issued, stated: Eligibility | None) -> Verification:
    steps = list(_steps(found, stated))
    what = WHAT[found.what]
    if stated is not None and found.what is not Issue.decision:
        why = Text(
            f"这个编号属于{what.zh}，不是判定单，纸面结论没有依据。",
            f"This number belongs to {what.en}, not to a decision sheet: no decision has it.",
        )
        return Verification(About.number, Verdict.not_genuine, why, TO_RETYPE, steps, found.at)
    if stated not in {None, found.eligibility}:
        why = Text(
            f"编号是真的（{what.zh}），但纸面结论与判定不符。",
            f"The number is genuine ({what.en}), but the paper decides something else.",
        )
        return Verification(About.number, Verdict.not_genuine, why, FOR_ANOTHER, steps, found.at)
    if found.is_replaced:
        why = Text(
            "编号是真的，但这份判定已被之后的判定取代，不能再作依据。",
            "The number is genuine, but a later decision stands in its place: do not go by this one.",
        )
        return Verification(About.number, Verdict.replaced, why, FOR_ANOTHER, steps, found.at)
    why = Text(f"编号是真的：本平台发出过{what.zh}。", f"The number is genuine: it is that of {what.en}.")
    return Verification(About.number, Verdict.genuine, why, FORMS, steps, found.at)


def _steps(found: Issued, stated: Eligibility | None) -> list[Step]:
    what, at = WHAT[found.what], found.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    steps = [
        Step(
            Text(f"{what.zh}，发出于 {at}（北京时间）", f"It is {what.en}, of {at} Beijing time"), holds=True
        )
    ]
    if found.ledger_size is not None:
        size = found.ledger_size
        steps.append(Step(Text(f"报告所载账本条目数应为 {size}", f"It states a ledger size of {size}")))
    if found.what is not Issue.decision:
        if stated is not None:
            steps.append(Step(Text("不是判定单的编号", "It is no number of a decision sheet"), holds=False))
        return steps
    stands = Text("此后没有新的判定取代它", "No later decision stands in its place")
    replaced = Text("已被之后的判定取代", "A later decision stands in its place")
    steps.append(Step(replaced if found.is_replaced else stands, holds=not found.is_replaced))
    if stated is None:
        text = Text(
            "未填写纸面结论，结论未核对", "You did not say what the paper decides: that was not compared"
        )
        steps.append(Step(text))
    elif stated is found.eligibility:
        steps.append(
            Step(Text("纸面结论与判定一致", "What the paper decides is what was decided"), holds=True)
        )
    else:
        steps.append(Step(Text("纸面结论与判定不符", "The paper decides something else"), holds=False))
    return steps


async def _recording(session: ReadSession, named: str) -> Verification:
    """Whether a video with this hash stands registered, and since when; not whose it is."""
    hashes = [named] if ":" in named else [f"sha256:{named}", f"sm3:{named}"]
    since, batch_id = await repository.registered(session, hashes)
    if since is None or batch_id is None:
        why = Text(
            "没有登记过这个哈希值的视频。这份录像与登记的不同，或登记时用的是另一种算法。",
            "No registered video has this hash: the recording is another one, or was registered with another "
            "algorithm.",
        )
        remedy = Text(
            "请确认是未经剪辑、转码的原始文件。"
            "平台若以 SM3 登记，请计算 SM3（如 openssl dgst -sm3 文件）后输入。",
            "Use the original file, neither cut nor converted. If the platform registers SM3, compute that "
            "(openssl dgst -sm3 FILE) and type it.",
        )
        return Verification(About.recording, Verdict.unknown, why, remedy)
    entry = await entries.entry_of(session, batch_id)
    index = None if entry is None else entry.index
    at = since.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    text = Text(f"自 {at}（北京时间）起登记在案", f"It stands registered since {at} Beijing time")
    steps = [Step(text, holds=True)]
    why = Text("录像与登记的逐字节相同。", "The recording is byte for byte the one that was registered.")
    remedy = Text(
        "这说明文件自登记以来未被改动，不说明其内容属实。",
        "It shows that the file is unchanged since then, not that what it shows is true.",
    )
    return Verification(About.recording, Verdict.genuine, why, remedy, steps, since, index)
