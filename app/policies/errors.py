"""What can be asked of policies in vain. What was asked is not repeated: anything can stand in an address."""

from collections.abc import Iterable, Sequence

from app.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Text, Unavailable
from app.rules.nodes import Mistake

MOST_MISTAKES, LONGEST = 100, 300


class PolicyNotFound(NotFound):
    code = "policy_not_found"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这个政策包。全部政策包见 /api/v1/policies。",
                "There is no such policy. All of them are at /api/v1/policies.",
            )
        )


class PolicyVersionNotFound(NotFound):
    code = "policy_version_not_found"

    def __init__(self, policy_id: str) -> None:
        super().__init__(
            Text(
                f"政策包 {policy_id} 没有这个版本。全部版本见 /api/v1/policies/{policy_id}。",
                f"Policy {policy_id} has no such version. All of them are at /api/v1/policies/{policy_id}.",
            )
        )


class PolicyTextInvalid(Invalid):
    code = "policy_text_invalid"
    title = Text("政策包有误", "The policy pack is invalid")

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        """What was written may be repeated, but not at any length."""
        told = [_told(mistake) for mistake in mistakes]
        shown = told[:MOST_MISTAKES]
        super().__init__(
            Text("\n".join(each.zh for each in shown), "\n".join(each.en for each in shown)),
            errors=tuple(FieldError("/text", "invalid_value", each) for each in shown),
        )


def _told(mistake: Mistake) -> Text:
    file, line, cause = mistake
    return Text(
        f"{file}，第 {line} 行：{_shortened(cause.zh)}", f"{file}, line {line}: {_shortened(cause.en)}"
    )


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


class PolicyVersionImmutable(Conflict):
    code = "policy_version_immutable"

    def __init__(self, policy_id: str, *, changed: Sequence[str], missing: Sequence[str]) -> None:
        both = ((changed, "内容不同", "says something else"), (missing, "缺失", "is missing"))
        zh = "；".join(f"版本 {'、'.join(named)} {told}" for named, told, _ in both if named)
        en = "; ".join(f"version {', '.join(named)} {told}" for named, _, told in both if named)
        super().__init__(
            Text(
                f"政策包 {policy_id} 已施行的版本不可更改：{zh}。"
                f"请在现行文本（/api/v1/policies/{policy_id}/text）上只增加新的施行日。",
                f"Versions of {policy_id} in force cannot change: {en}. Take the text in force "
                f"(/api/v1/policies/{policy_id}/text) and only add a new day.",
            )
        )


class PolicyWithoutNews(Conflict):
    code = "policy_without_news"

    def __init__(self, policy_id: str) -> None:
        super().__init__(
            Text(
                f"该文本与政策包 {policy_id} 的现行版本相同，没有新的施行日。",
                f"The text says what {policy_id} says already; it has no new day from which something holds.",
            )
        )


class PolicyRetroactive(Conflict):
    code = "policy_retroactive"

    def __init__(self, policy_id: str, versions: Sequence[str], today: str) -> None:
        days = ", ".join(versions)
        super().__init__(
            Text(
                f"政策包 {policy_id} 的新版本 {days} 早于发布日 {today}，将重新评定已开班的班级。"
                "确需追溯的，请明示 retroactive 并说明理由。",
                f"New versions of {policy_id} ({days}) lie before the day of publication, {today}: class "
                "groups that have begun would be judged anew. If it must be, ask for it (retroactive) and "
                "give the reason.",
            )
        )


class PolicyTextUnknown(NotFound):
    code = "policy_text_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有提请过这份文本。请先以 /api/v1/policies/proposals 提请。",
                "No such text was proposed. Propose it at /api/v1/policies/proposals first.",
            )
        )


class PolicyConcernsAllDistricts(Forbidden):
    code = "policy_concerns_all_districts"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "政策适用于全部地区，须由不限地区的人员提请和审批。",
                "A policy holds in all districts; who proposes and who approves must be bound to none.",
            )
        )


class PolicyNotReadable(Unavailable):
    """A newer release of the program has recorded it, or it was tampered with."""

    code = "policy_not_readable"
    title = Text("政策版本无法读取", "A policy version cannot be read")

    def __init__(self, policy_id: str, version: str) -> None:
        super().__init__(
            Text(
                f"本程序读出的政策 {policy_id} {version} 与登记的内容哈希不符，不予采用。"
                "多为另一台服务器已升级：请升级并重新启动本程序。",
                f"What this program reads as policy {policy_id} {version} has another content hash than "
                "recorded, so it judges nobody by it. Another server was probably upgraded: upgrade and "
                "restart this one.",
            ),
            retry_after_s=60,
        )
