"""What pages about feeds say in sentences: how a feed stands, what to do next, what became of a batch."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.api.data_freshness import FeedFreshnessItem, PlatformFreshnessItem
from app.api.data_quality_schemas import OrphanGroup
from app.api.receipts import BatchItem
from app.core.clock import SHANGHAI
from app.core.errors import Text
from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS
from app.records.quality_freshness import DAYS
from app.reports.documents import Tone
from app.web.formats import number
from app.web.sheet_words import Verdict

MINUTE, HOUR, DAY = 60, 3600, 86400
URGENCY = (Tone.bad, Tone.open, Tone.good, Tone.plain)
ARE_TO_COME = {
    Feed.lessons: Text("班级", "class groups"),
    Feed.enrollments: Text("班级", "class groups"),
    Feed.exam_scores: Text("花名册", "the roster"),
    Feed.evaluations: Text("花名册", "the roster"),
    Feed.teaching_records: Text("课次", "lessons"),
    Feed.videos: Text("课次", "lessons"),
}
"""What records of a feed wait for; of all others the roster and lessons."""
ROSTER_AND_LESSONS = Text("花名册或课次", "the roster or lessons")


class NextStep(NamedTuple):
    tone: Tone
    text: Text
    href: str | None = None


class FeedLine(NamedTuple):
    item: FeedFreshnessItem
    waiting: int
    step: NextStep


def first_day(at: datetime) -> date:
    """Of the days over which batches are added up, in Shanghai: on which a list of them begins."""
    return (at - timedelta(days=DAYS)).astimezone(SHANGHAI).date()


def lines(found: PlatformFreshnessItem, orphans: Sequence[OrphanGroup], since: date) -> list[FeedLine]:
    """What needs a hand first; of equals in the order of the contract."""
    waiting: dict[Feed, int] = {}
    for group in orphans:
        waiting[group.feed] = waiting.get(group.feed, 0) + group.records
    told = [
        FeedLine(each, waits := waiting.get(each.feed, 0), _step(found.platform, each, waits, since))
        for each in found.feeds
    ]
    return sorted(told, key=lambda line: URGENCY.index(line.step.tone))


def verdict(told: Sequence[FeedLine], *, is_whole: bool = True) -> Verdict:
    """`is_whole`: all class groups were looked at for records that wait."""
    bad, open_ = (sum(line.step.tone is tone for line in told) for tone in (Tone.bad, Tone.open))
    if not bad and not open_ and not is_whole:
        text = Text(
            "上报正常；等待关联的记录只检查了一部分班级，其中没有待处理事项。",
            "All feeds are in order. For records that wait only some class groups were looked at; "
            "they have none.",
        )
        return Verdict(text, Tone.plain)
    if not bad and not open_:
        return Verdict(
            Text("上报正常，没有待处理事项。", "All feeds are in order; nothing to do."), Tone.good
        )
    counted = ((bad, "需处理", "to be mended"), (open_, "留意", "to keep an eye on"))
    there = [each for each in counted if each[0]]
    text = Text(
        f"数据集 {'，'.join(f'{count} 个{zh}' for count, zh, _ in there)}。最紧要的列在最前。",
        f"Feeds: {', '.join(f'{count} {en}' for count, _, en in there)}. The most urgent stand first.",
    )
    return Verdict(text, Tone.bad if bad else Tone.open)


def _step(platform: str, item: FeedFreshnessItem, waiting: int, since: date) -> NextStep:
    if item.is_silent:
        return NextStep(
            Tone.bad,
            Text(
                "有班级在培训期内，却已三天未收到：检查上报程序是否在运行，并补报缺的日期。",
                "Class groups are running, and nothing came for three days: see whether the pushing program "
                "runs, and send what is missing.",
            ),
            "/developers",
        )
    if item.last_rejected:
        return NextStep(
            Tone.bad,
            Text(
                f"最近批次有 {number(item.last_rejected)} 条被拒：按原因修正后重新发送。",
                f"{number(item.last_rejected)} records of the last batch were rejected: mend and resend.",
            ),
            f"/batches/{item.last_batch_id}",
        )
    if waiting:
        needed = ARE_TO_COME.get(item.feed, ROSTER_AND_LESSONS)
        return NextStep(
            Tone.open,
            Text(
                f"{number(waiting)} 条等待关联{needed.zh}：补报后自动计入，不必重发；"
                "学员或课次编号有误的，请更正后重报。",
                f"{number(waiting)} records wait for {needed.en}: send those, and they count by themselves; "
                "where the number of a learner or lesson is wrong, send the record again with the right one.",
            ),
            f"/platforms/{platform}?tab=orphans",
        )
    if item.rejected:
        return NextStep(
            Tone.open,
            Text(
                f"近 7 天有 {number(item.rejected)} 条被拒：确认已修正并重新发送。",
                f"{number(item.rejected)} records were rejected within 7 days: make sure they were resent.",
            ),
            f"/batches?platform={platform}&feed={item.feed}&rejected=true&from={since}",
        )
    if item.last_received_at is None:
        return NextStep(Tone.plain, Text("尚未上报；用到时再报。", "Nothing sent yet; only where needed."))
    return NextStep(Tone.good, Text("正常，无需处理。", "In order; nothing to do."))


def ago(at: datetime, now: datetime) -> Text:
    """In the largest unit that says enough.

    >>> from datetime import timedelta
    >>> from app.core import clock
    >>> [ago(clock.now() - timedelta(seconds=each), clock.now()).en for each in (5, 150, 9000, 200000)]
    ['just now', '2 min ago', '2 h ago', '2 d ago']
    """
    seconds = max(int((now - at).total_seconds()), 0)
    if seconds < MINUTE:
        return Text("刚刚", "just now")
    if seconds < HOUR:
        return Text(f"{seconds // MINUTE} 分钟前", f"{seconds // MINUTE} min ago")
    if seconds < 2 * DAY:
        return Text(f"{seconds // HOUR} 小时前", f"{seconds // HOUR} h ago")
    return Text(f"{seconds // DAY} 天前", f"{seconds // DAY} d ago")


def became(batch: BatchItem) -> Verdict:
    """The receipt in a sentence."""
    told = [(zh, en, getattr(batch, name)) for name, (zh, en) in COUNTED.items() if getattr(batch, name)]
    text = Text(
        f"收到 {number(batch.received)} 条：{'，'.join(f'{number(n)} 条{zh}' for zh, _, n in told)}。",
        f"{number(batch.received)} received: {', '.join(f'{number(n)} {en}' for _, en, n in told)}.",
    )
    if not told:
        text = Text("空批次：没有任何记录。", "An empty batch: it held no record.")
    return Verdict(text, Tone.good if not batch.rejected else Tone.open if batch.accepted else Tone.bad)


COUNTED: Mapping[str, tuple[str, str]] = {
    "accepted": ("已接受", "accepted"),
    "unchanged": ("与已有记录相同，未重复保存", "the same as what is there, not stored again"),
    "stale": ("版本已过时，未采用", "older than what is there, not used"),
    "rejected": ("被拒绝，需修正后重发", "rejected, to be mended and resent"),
}


def place(feed: Feed, pointer: str) -> Text:
    """The field that a pointer leads to, as people call it."""
    name = pointer.removeprefix("/").partition("/")[0]
    if not name:
        return Text("整条记录", "The whole record")
    fields = {field.name: field.title for field in DEFINITIONS[feed].fields}
    return fields.get(name, Text("未知字段", "Unknown field"))


def key(feed: Feed, record_key: Mapping[str, str | int]) -> str:
    """In the order of the contract."""
    return " · ".join(
        str(record_key[field.name]) for field in DEFINITIONS[feed].keys if field.name in record_key
    )
