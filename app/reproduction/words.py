"""Reproductions and differences as a person reads them, in Chinese or English: lines of text."""

from collections.abc import Iterator, Sequence

from app.core.errors import Text
from app.reproduction.compared import Difference, Kind, RecordChange, Step
from app.reproduction.schemas import FieldChange, Reproduction
from app.rules.parameters import written

SECOND = 1_000_000
KINDS = {
    Kind.records: Text("班级的记录", "records of the class group"),
    Kind.references: Text("班级以外的记录", "records outside the class group"),
    Kind.elsewhere: Text("该人员在其他班级", "the person in other class groups"),
    Kind.policy: Text("政策版本", "version of the policy"),
    Kind.waivers: Text("豁免", "waivers"),
    Kind.moment: Text("判定时间", "moment"),
}
NO_EFFECT = Text("对判定没有影响", "changes nothing of the decision")


def reproduction(found: Reproduction, language: str) -> Iterator[str]:
    rests_on, policy = found.rests_on, found.rests_on.policy
    said = Text("逐字节相同", "identical, byte for byte") if found.is_identical else _unlike(found)
    yield _in(language, Text("判定 ", "decision ")) + f"{found.decision_id}: {said.in_language(language)}"
    yield f"  {rests_on.key.platform}/{rests_on.key.class_group_id}/{found.learner_id}"
    yield _in(
        language,
        Text(
            f"  依据 {len(rests_on.batches)} 个批次，账本 {rests_on.ledger_size} 条，"
            f"政策 {policy.policy_id} {policy.version}，程序 {rests_on.program_version}，"
            f"{rests_on.assessed_at.isoformat()}",
            f"  rests on {len(rests_on.batches)} batches, a ledger of {rests_on.ledger_size}, policy "
            f"{policy.policy_id} {policy.version}, program {rests_on.program_version}, "
            f"{rests_on.assessed_at.isoformat()}",
        ),
    )
    for key, taken in rests_on.elsewhere:
        where = f"{key.platform}/{key.class_group_id}: {taken / SECOND:g} s"
        yield _in(language, Text(f"  其他班级已计 {where}", f"  taken elsewhere by {where}"))
    for waiver_id in rests_on.waivers:
        yield _in(language, Text(f"  豁免 {waiver_id}", f"  waiver {waiver_id}"))
    if found.seal is not None and found.seal.entry_index is not None:
        index, root = found.seal.entry_index, found.seal.decisions_root.hex()
        yield _in(
            language,
            Text(f"  账本条目 {index}，判定根 {root}", f"  ledger entry {index}, decisions root {root}"),
        )
    for remark in found.remarks:
        yield f"  {remark.code}: {remark.text.in_language(language)}"
    yield from _changes(found.differences)


def _unlike(found: Reproduction) -> Text:
    if found.made_again is None:
        return Text("无法重做", "cannot be made again")
    if found.made_again != found.stored:
        return Text("与所存不同", "differs from what is stored")
    return Text("内容相同，但其依据已被更改", "the same words, but what it rests on was altered")


def difference(found: Difference, language: str) -> Iterator[str]:
    for each in (found.first, found.second):
        yield from reproduction(each, language)
    yield _in(language, Text("两个判定的差异：", "what the second says otherwise:"))
    yield from _changes(found.changes)
    for step in found.steps:
        yield from _step(step, language)
    if not found.is_explained:
        yield _in(
            language,
            Text(
                "两个判定未能都原样重做，因此差异的来源不能完全说明。",
                "Not both were made again as they are, so what moved them is not fully explained.",
            ),
        )


def _step(step: Step, language: str) -> Iterator[str]:
    title = _in(language, KINDS[step.kind])
    yield f"{title}:" if step.effect else f"{title}: {_in(language, NO_EFFECT)}"
    for record in step.records:
        if record.effect or record.effect is None:
            yield f"  {_place(record)}"
            yield from _changes(record.effect or (), "      ")
    quiet = sum(record.effect is not None and not record.effect for record in step.records)
    if quiet:
        yield _in(
            language,
            Text(f"  另有 {quiet} 条记录单独没有影响", f"  {quiet} more records that alone change nothing"),
        )
    if step.policies is not None:
        first, second = step.policies
        yield f"  {first.policy_id} {first.version} > {second.policy_id} {second.version}"
    for parameter in step.parameters:
        yield f"  {parameter.name}: {written(parameter.before)} > {written(parameter.after)}"
    for waiver in step.waivers:
        yield f"  {waiver.waiver_id} {waiver.rule}"
    for key, before, after in step.elsewhere:
        if key is None:
            granted = Text("此前已补贴（分）", "granted before, in fen")
            yield f"  {_in(language, granted)}: {before} > {after}"
        else:
            yield f"  {key.platform}/{key.class_group_id}: {before / SECOND:g} s > {after / SECOND:g} s"
    for lesson in step.lessons:
        counted = Text("课次 {} 计入秒数", "lesson {}, seconds credited")
        was, is_now = _seconds(lesson.credited_before), _seconds(lesson.credited_after)
        yield f"  {_in(language, counted).format(lesson.lesson_id)}: {was} > {is_now}"
    yield from _changes(step.effect)


def _place(record: RecordChange) -> str:
    """`learning-records C1 L1 x0: batch … line 3 revision 0 > batch … line 1 revision 1 (offline_at)`."""
    sides = [
        "-" if at is None else f"{at.batch_id} line {at.line} revision {at.revision}{' deleted' * at.deleted}"
        for at in (record.before, record.after)
    ]
    names = f" ({', '.join(record.fields)})" if record.fields else ""
    return f"{record.feed} {' '.join(map(str, record.key))}: {' > '.join(sides)}{names}"


def _changes(changes: Sequence[FieldChange], indent: str = "    ") -> Iterator[str]:
    for each in changes:
        yield f"{indent}{each.field}: {each.before} > {each.after}"


def _seconds(microseconds: int | None) -> str:
    return "-" if microseconds is None else f"{microseconds / SECOND:g}"


def _in(language: str, text: Text) -> str:
    return text.in_language(language)
