"""`/api/v1/videos`: registered videos in custody, how they stand, and what each look at them saw."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading, Snapshot
from app.api.pagination import Listing, Page
from app.api.parameters import ID, ClassGroupPath, OnlyKnown, PlatformPath, Selected
from app.api.problems import documented
from app.api.standings import CLASS_GROUP_NAME, PLATFORM_NAME, Shown
from app.core.vocabulary import CheckKind, CheckOutcome, CustodyRule, CustodyState
from app.custody import service
from app.custody.schemas import VideoView
from app.records.selection import Selection

router = APIRouter(prefix="/api/v1", tags=["视频保管 / Custody of videos"], dependencies=[OnlyKnown])

HASH = r"^(sha256|sm3):[0-9a-f]{64}$"
VideoPath = Annotated[str, Path(pattern=ID, title="视频编号 / Video", examples=["V0001"])]


class Wrong(Shown):
    """与登记或规定不符之处。What is wrong with the video."""

    rule: CustodyRule = Field(title="规则 / Rule")
    observed: int | str | None = Field(title="实际值 / Observed")
    threshold: int | str | None = Field(title="登记值或要求值 / Registered or required")
    shortfall: int | None = Field(title="差额 / Shortfall")
    clause: str = Field(title="依据 / Clause")


class VideoItem(Shown):
    """一个登记的视频。A registered video, and how it stands."""

    platform: str = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    video_id: str = Field(title="视频编号 / Video")
    lesson_id: str = Field(title="课次 / Lesson")
    kind: str = Field(title="视频类型 / Kind", examples=["live_recording"])
    host: str = Field(title="主机 / Host", description="链接所在主机；空：链接形式不可访问。Of its link.")
    hash: str = Field(title="登记的哈希值 / Registered hash", examples=["sha256:" + "0" * 64])
    state: CustodyState = Field(
        title="状态 / State",
        description="registered 待检查，host_not_registered 主机未登记，sound 正常，failing 无应答，"
        "vanished 已失效，differs 与登记不符，ended 保管期满，withdrawn 已撤回。",
    )
    next_look_at: datetime | None = Field(title="下次检查 / Next look")
    failing_since: datetime | None = Field(title="无应答起始 / Without an answer since")
    wrong: Sequence[Wrong] = Field(title="不符之处 / What is wrong")


class VideoCheck(Shown):
    """一次检查。A look at the video; attested by the ledger once its round is closed."""

    check_id: UUID = Field(title="检查编号 / Check")
    kind: CheckKind = Field(
        title="方式 / Kind", description="probe 探测，hash 全文哈希，examination 技术检测。"
    )
    checked_at: datetime = Field(title="时间 / At")
    outcome: CheckOutcome = Field(title="结果 / Outcome")
    figures: Mapping[str, int | str | None] = Field(title="所见 / What was seen")
    batch_id: UUID = Field(title="登记批次 / Batch of the record")
    line: int = Field(title="登记行号 / Line of the record")
    round_id: UUID | None = Field(
        title="轮次 / Round", description="台账中该轮检查的编号；null 尚未收入。Its entry in the ledger."
    )


class VideoDetail(VideoItem):
    url: str = Field(title="播放链接 / URL")
    checks: Sequence[VideoCheck] = Field(
        title="检查记录 / Checks", description="最新的在前，至多 100 次。The newest first, at most 100."
    )


@router.get("/videos", summary="视频列表 / Videos", responses=documented(400))
async def videos(
    *,
    caller: Annotated[Caller, Allowed(Action.read_videos)],
    session: Reading,
    selection: Selected,
    page: Page,
    state: Annotated[CustodyState | None, Query(title="状态 / State")] = None,
    hash: Annotated[str | None, Query(pattern=HASH, title="登记的哈希值 / Registered hash")] = None,  # noqa: A002
) -> Listing[VideoItem]:
    """In the order of platform, class group and video.

    按平台、班级、视频编号排列。
    """
    key = page.after(str, str, str)
    after = None if key is None else (str(key[0]), str(key[1]), str(key[2]))
    found = await service.list_videos(
        session,
        selection.within(caller.reach),
        state=state,
        hashes=None if hash is None else [hash],
        after=after,
        limit=page.limit + 1,
    )
    rows, next_cursor = page.cut(found, key=lambda view: (view.platform, view.class_group_id, view.video_id))
    return Listing[VideoItem](items=[VideoItem(**_told(view)) for view in rows], next_cursor=next_cursor)


@router.get(
    "/videos/{platform}/{class_group_id}/{video_id}", summary="视频 / Video", responses=documented(404)
)
async def video(
    *,
    caller: Annotated[Caller, Allowed(Action.read_videos)],
    session: Snapshot,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    video_id: VideoPath,
) -> VideoDetail:
    """With every look at it. Its content is never shown here.

    含历次检查；本平台不展示视频内容。
    """
    selection = Selection(platform, class_group_id).within(caller.reach)
    view, url, checks = await service.video(session, selection, video_id)
    looks = [VideoCheck.model_validate(check._asdict()) for check in checks]
    return VideoDetail(**_told(view), url=url, checks=looks)


def _told(view: VideoView) -> dict[str, Any]:
    names = (
        *("platform", "platform_name", "class_group_id", "class_group_name", "video_id", "lesson_id"),
        *("kind", "host", "hash", "state"),
    )
    return {
        **{name: getattr(view, name) for name in names},
        "next_look_at": view.next_due_at,
        "failing_since": view.failing_since,
        "wrong": [Wrong(rule=rule, **each) for rule, each in sorted(view.found.items())],
    }
