"""What pages call the parts of a policy, in both languages; the rules speak for themselves."""

from collections.abc import Mapping
from typing import Any

from app.core.errors import Text
from app.core.vocabulary import Severity, Subject
from app.policies.difference_schemas import Aspect, ChangeKind, Part
from app.policies.records import Source
from app.rules.provisions import About

PARTS: Mapping[Part, Text] = {
    Part.policy: Text("政策", "Policy"),
    Part.rule: Text("规则", "Rule"),
    Part.parameter: Text("参数", "Parameter"),
    Part.subsidy: Text("补贴标准", "Money"),
    Part.clock: Text("时限", "Term"),
    Part.retention: Text("保存期限", "Retention"),
    Part.checklist: Text("人工核查事项", "Checklist item"),
    Part.document: Text("材料", "Document"),
}
CHANGES: Mapping[ChangeKind, tuple[Text, str]] = {
    ChangeKind.added: (Text("新增", "Added"), "good"),
    ChangeKind.changed: (Text("变更", "Changed"), "open"),
    ChangeKind.removed: (Text("取消", "Removed"), "bad"),
}
"""With the tone of its badge."""
ASPECTS: Mapping[Aspect, Text] = {
    Aspect.called: Text("名称", "Title"),
    Aspect.authority: Text("发布机关", "Authority"),
    Aspect.source: Text("文件", "Document"),
    Aspect.severity: Text("严重程度", "Severity"),
    Aspect.subject: Text("对象", "Subject"),
    Aspect.fact: Text("指标", "Fact"),
    Aspect.asked: Text("要求", "Asked"),
    Aspect.conditions: Text("适用条件", "Applies where"),
    Aspect.value: Text("取值", "Value"),
    Aspect.about: Text("核查对象", "About"),
    Aspect.clause: Text("依据条款", "Clause"),
    Aspect.words: Text("条款原文", "The clause's own words"),
    Aspect.remedy: Text("补救办法", "Remedy"),
}
SOURCES: Mapping[Source, Text] = {
    Source.built_in: Text("随程序提供", "Brought by the program"),
    Source.directory: Text("服务器上的政策文件", "A file on the server"),
    Source.published: Text("由两名人员发布", "Published by two officials"),
}
ABOUT: Mapping[About, Text] = {
    About.platform: Text("平台", "Platform"),
    About.project: Text("项目", "Project"),
    About.class_group: Text("班级", "Class group"),
    About.enterprise: Text("企业", "Enterprise"),
    About.claim: Text("申领", "Claim"),
}
WORDS: Mapping[str, Any] = {
    "parts": PARTS,
    "changes": CHANGES,
    "aspects": ASPECTS,
    "sources": SOURCES,
    "abouts": ABOUT,
    "severity_of": Severity,
    "subject_of": Subject,
}
"""What templates of policies ask for, by name."""
