"""What rules are called: by the policies in force, and those in no policy by this house."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.core.errors import Text
from app.core.vocabulary import CustodyRule
from app.eligibility.exported import RULE as CHANGED_AFTER_EXPORT
from app.policies.schemas import Bilingual
from app.policies.service import Policies

OF_CUSTODY: Mapping[str, Text] = {
    CustodyRule.changed: Text("视频内容被更换", "A video has changed"),
    CustodyRule.vanished: Text("视频无法取得", "A video is gone"),
    CustodyRule.short: Text("视频比登记的短或小", "A video is shorter or smaller than registered"),
    CustodyRule.shared_hash: Text("不同课次使用同一视频", "Lessons share one video"),
    CustodyRule.link_ends_early: Text("视频链接提前失效", "A video's link ends too early"),
    CustodyRule.figures_differ: Text("视频参数与登记不符", "A video's figures differ from those registered"),
}
OF_NO_POLICY: Mapping[str, Text] = {
    **OF_CUSTODY,
    CHANGED_AFTER_EXPORT: Text("导出后判定已改变", "Decision changed after a report was exported"),
}
"""All that stand in no policy."""


class Titled(NamedTuple):
    """A rule of a programme."""

    code: str
    title: Text
    programme: Text


def told_apart(rules: Iterable[Titled]) -> Sequence[tuple[str, Text]]:
    """Each code once, as the last one words it; where two are called alike, with their programmes."""
    titles: dict[str, Text] = {}
    programmes: defaultdict[str, dict[Text, None]] = defaultdict(dict)
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for each in rules:
        titles[each.code] = each.title
        programmes[each.code][each.programme] = None
    for code, title in titles.items():
        codes[title.zh].add(code)
    return [
        (code, title if len(codes[title.zh]) == 1 else _with(title, list(programmes[code])))
        for code, title in titles.items()
    ]


def _with(title: Text, programmes: Sequence[Text]) -> Text:
    first, more = programmes[0], len(programmes) - 1
    zh = f"{first.zh}等 {more + 1} 个项目" if more else first.zh
    en = f"{first.en} and {more} more" if more else first.en
    return Text(f"{title.zh}（{zh}）", f"{title.en} ({en})")


def titles_of(policies: Policies) -> dict[str, Bilingual]:
    """By the code of the rule; where policies in force word it differently, each in its words."""
    worded: dict[str, dict[str, Text]] = {}
    for each in policies.policies():
        for rule in policies.versions(each.policy_id)[-1].rules:
            worded.setdefault(rule.code, {})[rule.title.zh] = rule.title
    return {rule: Bilingual.of(title) for rule, title in OF_NO_POLICY.items()} | {
        rule: Bilingual(
            zh="／".join(title.zh for title in titles.values()),
            en=" / ".join(title.en for title in titles.values()),
        )
        for rule, titles in worded.items()
    }
