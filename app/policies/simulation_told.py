"""A what-if as it is told: counts by transition, by rule, by enterprise and district."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.vocabulary import Eligibility, Outcome
from app.policies.simulation_tally import Moves, RuleMoves, Tally


class Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Transition(Told):
    before: Eligibility = Field(title="现资格 / Eligibility now")
    after: Eligibility = Field(title="新资格 / Eligibility then")
    enrollments: int = Field(title="花名册条目 / Enrollments", examples=[21])


class OutcomeTransition(Told):
    before: Outcome | None = Field(
        title="现判定 / Outcome now", description="null：尚无此规则。No such rule yet."
    )
    after: Outcome | None = Field(
        title="新判定 / Outcome then", description="null：不再有此规则。No such rule."
    )
    enrollments: int = Field(title="花名册条目 / Enrollments", examples=[30])


class RuleImpact(Told):
    code: str = Field(title="规则 / Rule", examples=["attendance-rate"])
    decided: int = Field(
        title="决定了资格变化 / Decided",
        description="资格变化且此项否决性规则判定改变的条目。"
        "Enrollments whose eligibility changes, this blocking rule being among those that change.",
    )
    outcomes: Sequence[OutcomeTransition] = Field(title="判定变化 / Outcomes that change")


class MovesOf(Told):
    judged: int = Field(title="评定 / Judged")
    changed: int = Field(title="变化 / Changed")
    gained: int = Field(title="转为合格 / Would become eligible")
    lost: int = Field(title="不再合格 / Would no longer be eligible")


class Impact(MovesOf):
    """Of an enterprise or a district."""

    code: str = Field(
        title="企业或区划 / Enterprise or district",
        description="统一社会信用代码或区划代码；区划未知为空。USCC or district code; empty: not known.",
    )


class ClassGroupImpact(MovesOf):
    """Of a class group."""

    platform: str = Field(title="平台代码 / Platform", examples=["live-a"])
    class_group_id: str = Field(title="班级编号 / Class group", examples=["C2026-001"])
    name: str = Field(title="班级名称 / Name")


class ClassGroupImpacts(Told):
    """The most affected first."""

    items: Sequence[ClassGroupImpact] = Field(title="条目 / Items")
    more: int = Field(title="其余有变化的 / How many others change", examples=[0])


class Impacts(Told):
    """The most affected first."""

    items: Sequence[Impact] = Field(title="条目 / Items")
    more: int = Field(title="其余有变化的 / How many others change", examples=[0])


class NotJudged(Told):
    facts_not_counted: int = Field(
        title="指标未统计 / Facts not counted",
        description="规则需要的指标在其评定时未统计。A rule asks for a fact that was not counted of them.",
    )
    version_unknown: int = Field(
        title="原版本未加载 / Version not loaded",
        description="其评定所用的政策版本未加载。The version that they were judged by is not loaded.",
    )
    before_first_version: int = Field(
        title="早于首个版本 / Before the first version",
        description="开班早于政策包首个版本。Their class group started before the policy's first version.",
    )


class SubsidyImpact(Told):
    enrollments: int = Field(
        title="金额可计算的条目 / Enrollments with an amount",
        description="两种金额均已知者。Of which both amounts are known.",
    )
    now_fen: int = Field(title="现补贴（分） / Subsidy now, in fen")
    then_fen: int = Field(
        title="新补贴（分） / Subsidy then, in fen",
        description="此前已发放额按现状计。What was granted before is taken as it stands.",
    )
    change_fen: int = Field(title="增减（分） / More or less, in fen", examples=[-120000])


class Summary(Told):
    enrollments: int = Field(title="花名册条目 / Enrollments", examples=[1_000])
    changed: int = Field(title="资格变化 / Whose eligibility changes", examples=[21])
    running_changed: int = Field(
        title="在培条目判定变化 / Running, outcome changes",
        description="未结班、按目前数据否决性规则判定改变的条目。"
        "Of running class groups: a blocking rule says something else of what is known today.",
    )
    not_judged: NotJudged = Field(title="无法评定 / Not judged")
    transitions: Sequence[Transition] = Field(
        title="资格去向 / Transitions", description="含不变者。Those that stay as they are included."
    )
    subsidy: SubsidyImpact | None = Field(
        title="补贴 / Subsidy", description="null：政策未规定金额。The policy names no amount."
    )
    rules: Sequence[RuleImpact] = Field(title="规则 / Rules")
    class_groups: ClassGroupImpacts = Field(title="班级 / Class groups")
    enterprises: Impacts = Field(title="企业 / Enterprises")
    districts: Impacts = Field(title="区划 / Districts")


def summary(tally: Tally, *, most: int | None = None) -> Summary:
    """With at most so many class groups, enterprises and districts."""
    return Summary(
        enrollments=tally.enrollments,
        changed=tally.changed,
        running_changed=tally.running,
        not_judged=NotJudged(
            facts_not_counted=tally.uncounted,
            version_unknown=tally.unknown,
            before_first_version=tally.uncovered,
        ),
        transitions=[
            Transition(before=before, after=after, enrollments=number)
            for (before, after), number in sorted(tally.transitions.items())
        ],
        subsidy=None
        if not tally.paid
        else SubsidyImpact(
            enrollments=tally.paid,
            now_fen=tally.fen_now,
            then_fen=tally.fen_then,
            change_fen=tally.fen_then - tally.fen_now,
        ),
        rules=[_rule(code, moves) for code, moves in sorted(tally.rules.items())],
        class_groups=_class_groups(tally, most),
        enterprises=_impacts(tally.enterprises, most),
        districts=_impacts(tally.districts, most),
    )


def _rule(code: str, moves: RuleMoves) -> RuleImpact:
    outcomes = sorted(moves.outcomes.items(), key=lambda each: (str(each[0][0]), str(each[0][1])))
    return RuleImpact(
        code=code,
        decided=moves.decided,
        outcomes=[
            OutcomeTransition(before=before, after=after, enrollments=number)
            for (before, after), number in outcomes
        ],
    )


def _class_groups(tally: Tally, most: int | None) -> ClassGroupImpacts:
    changed = sorted(tally.class_groups.items(), key=lambda each: (-each[1][1].changed, each[0]))
    items = [
        ClassGroupImpact(
            platform=key.platform, class_group_id=key.class_group_id, name=name, **_counts(moves)
        )
        for key, (name, moves) in changed[:most]
    ]
    return ClassGroupImpacts(items=items, more=len(changed) - len(items))


def _counts(moves: Moves) -> dict[str, int]:
    return {
        "judged": moves.judged,
        "changed": moves.changed,
        "gained": moves.gained,
        "lost": moves.lost,
    }


def _impacts(moves: Mapping[Any, Moves], most: int | None) -> Impacts:
    changed = [(code, each) for code, each in moves.items() if each.changed]
    changed.sort(key=lambda pair: (-pair[1].changed, pair[0]))
    shown = changed[:most]
    items = [Impact(code=code, **_counts(each)) for code, each in shown]
    return Impacts(items=items, more=len(changed) - len(shown))
