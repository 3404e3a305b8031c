"""What rules are called: by the policies in force, and those of custody by this house."""

from collections.abc import Mapping

from app.core.errors import Text
from app.core.vocabulary import CustodyRule
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


def titles_of(policies: Policies) -> dict[str, Bilingual]:
    """By the code of the rule; where policies in force word it differently, each in its words."""
    worded: dict[str, dict[str, Text]] = {}
    for each in policies.policies():
        for rule in policies.versions(each.policy_id)[-1].rules:
            worded.setdefault(rule.code, {})[rule.title.zh] = rule.title
    return {rule: Bilingual.of(title) for rule, title in OF_CUSTODY.items()} | {
        rule: Bilingual(
            zh="／".join(title.zh for title in titles.values()),
            en=" / ".join(title.en for title in titles.values()),
        )
        for rule, titles in worded.items()
    }
