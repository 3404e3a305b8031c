"""Filters in words: their names, and values that are of a closed set. The others are said as they are."""

from collections.abc import Mapping
from enum import StrEnum

from app.core.district_names import name_of
from app.core.errors import Text
from app.core.vocabulary import (
    DataHealth,
    Eligibility,
    Feed,
    FindingState,
    Outcome,
    Outlook,
    Role,
    Severity,
    Subject,
)
from app.web.terms import NO, YES, term

NAMES: Mapping[str, Text] = {
    "action": Text("操作", "Act"),
    "actor": Text("操作者", "Actor"),
    "assigned": Text("办理人", "Assignee"),
    "batch_id": Text("批次", "Batch"),
    "class_group_id": Text("班级编号", "Class group"),
    "closed": Text("进度", "Progress"),
    "closed_from": Text("结班日起", "Closed from"),
    "closed_to": Text("结班日止", "Closed to"),
    "district": Text("行政区划", "District"),
    "eligibility": Text("补贴资格", "Eligibility"),
    "ends_from": Text("结束日起", "Ends from"),
    "ends_to": Text("结束日止", "Ends to"),
    "enterprise": Text("企业", "Enterprise"),
    "feed": Text("数据集", "Feed"),
    "fields": Text("字段", "Fields"),
    "from": Text("起", "From"),
    "health": Text("数据状况", "Data health"),
    "learner_id": Text("学员编号", "Learner"),
    "outcome": Text("规则判定", "Outcome of the rule"),
    "outlook": Text("在班预判", "Outlook"),
    "platform": Text("平台", "Platform"),
    "programme": Text("补贴项目", "Programme"),
    "purpose": Text("用途", "Purpose"),
    "reason": Text("理由", "Reason"),
    "rejected": Text("拒绝", "Rejections"),
    "role": Text("角色", "Role"),
    "rule": Text("规则", "Rule"),
    "severity": Text("效力", "Severity"),
    "since": Text("提出时间起", "Raised since"),
    "standing": Text("生效中", "Stands"),
    "state": Text("状态", "State"),
    "subject": Text("对象", "Subject"),
    "to": Text("止", "To"),
    "uscc": Text("企业", "Enterprise"),
}
SETS: Mapping[str, type[StrEnum]] = {
    "eligibility": Eligibility,
    "feed": Feed,
    "health": DataHealth,
    "outcome": Outcome,
    "outlook": Outlook,
    "role": Role,
    "severity": Severity,
    "state": FindingState,
    "subject": Subject,
}
SAID: Mapping[tuple[str, str], Text] = {
    ("closed", "true"): Text("已结班", "closed"),
    ("closed", "false"): Text("在班", "running"),
    ("assigned", "me"): Text("本人", "me"),
    ("assigned", "nobody"): Text("无人", "nobody"),
}
YES_OR_NO: Mapping[str, Text] = {"true": YES, "false": NO}


def filter_name(name: str) -> Text:
    return NAMES.get(name, Text(name, name))


def filter_value(name: str, value: str) -> Text:
    """In words, or as it is.

    >>> filter_value("outlook", "lost").en, filter_value("closed", "true").en, filter_value("rule", "x").en
    ('Out of reach', 'closed', 'x')
    """
    if name == "district" and (district := name_of(value)) is not None:
        return Text(f"{district} {value}", f"{district} {value}")
    values = SETS.get(name)
    if values is not None and value in set(values):
        return term(values(value)).text
    return SAID.get((name, value)) or YES_OR_NO.get(value) or Text(value, value)
