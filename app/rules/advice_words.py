"""The sentences of advice. Numbers are rounded up: whoever follows a sentence has done enough."""

from fractions import Fraction

from app.core.errors import Text
from app.core.vocabulary import Outcome, Subject
from app.rules.days import MINUTE, SECOND
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName, Unit
from app.rules.policy import Operator, Rule
from app.rules.words import OPERATORS, counted, hours_up, in_words, minutes_up, plural

_NOTHING = {
    FactName.credited_hours: Text("尚未收到班级的课次日程", "no lessons of the class group are stored"),
    FactName.attendance_rate: Text("尚无到期的必修课次", "no required lesson has fallen due"),
    FactName.completion_rate: Text("尚无到期的必修课次", "no required lesson has fallen due"),
    FactName.answer_accuracy: Text("尚无课中提问的记录", "no question was asked"),
    FactName.exam_pass_rate: Text("尚无考核", "there are no exams"),
    FactName.verification_pass_rate: Text("尚无随机验证的记录", "no verification was issued"),
}
_NO_MORE = Text("班级已结班，不能再补学；", "The class group is closed and nothing can be made up;")
_CLOSED = Text("班级已结班；", "The class group is closed;")
_LATE_DATA = Text(
    "漏报、错报的数据由培训平台补报或更正后自动重新评定",
    "once the platform sends late or corrected data it is assessed again",
)
_CORRECTION = Text(
    "，学员认为本人记录有误的，可提出更正申请。",
    ", and a learner who holds a record to be wrong may ask for a correction.",
)


def study(amount: int, available: int, hour: Fraction | None) -> Text:
    """Time in microseconds; `hour`: as credited hours, otherwise as time alone."""
    short = _time(amount, hour)
    give = _whole_time(available, hour)
    if amount > available:
        return Text(
            f"还差{short.zh}；尚未到期的课次最多还能计入{give.zh}，已无法达标。",
            f"{short.en} missing; the lessons still to come can give {give.en} at most: out of reach.",
        )
    return Text(
        f"还差{short.zh}；尚未到期的课次最多还能计入{give.zh}，学满所差时间即可达标。",
        f"{short.en} missing; the lessons still to come can give {give.en} at most, which is enough.",
    )


def lessons(amount: int, available: int, *, is_attendance: bool) -> Text:
    zh, en = ("再到课", "attend") if is_attendance else ("再学完", "complete")
    measure = "次" if is_attendance else "个课次"
    if amount == 0:
        return Text(
            "已完成的课次到期后即可达标，无须另外补课。",
            "Passes once the lessons that are done already fall due; nothing else is needed.",
        )
    if amount > available:
        return Text(
            f"须{zh} {amount} {measure}，而尚未到期的必修课次只剩 {available} 个，已无法达标。",
            f"{plural(amount, 'more lessons')} to {en}, only {available} still to come: out of reach.",
        )
    return Text(
        f"{zh} {amount} {measure}（尚有 {available} 个必修课次未到期）。",
        f"{en.capitalize()} {amount} more; {plural(available, 'required lessons')} still to come.",
    )


def keep(text: Text) -> Text:
    return Text(f"目前达标；至结班须保持：{text.zh}", f"Passes today; to keep it to the end: {text.en}")


def answer(amount: int | None, again: int | None, *, lessons_remain: bool) -> Text:
    other = (
        Text("", "")
        if again is None
        else Text(
            f"或将答错的题重答，改对 {again} 题。",
            f" Or answer wrong ones again and get {again} of them right.",
        )
    )
    if not lessons_remain:
        return _joined(
            Text(
                "全部课次均已到期，不会再有提问；漏报的作答请培训平台补报。",
                "All lessons are over and no question will follow; have the platform send missing answers.",
            ),
            other,
        )
    if amount is None:
        return _joined(
            Text(
                "要求全部答对，再答对多少题也无法达标；漏报或错报的作答请培训平台更正。",
                "All must be right, so further answers do not help; have wrong or missing ones corrected.",
            ),
            other,
        )
    return _joined(
        Text(
            f"此后的提问再答对 {amount} 题（中间不答错）。",
            f"Answer {plural(amount, 'further questions')} right, none of them wrong.",
        ),
        other,
    )


def verify(amount: int | None, *, lessons_remain: bool) -> Text:
    if amount is None or not lessons_remain:
        return Text(
            "此后的验证已不能使其达标；漏报或错报的验证请培训平台更正。",
            "Further verifications do not help any more; have wrong or missing ones corrected.",
        )
    return Text(
        f"此后的随机验证再通过 {amount} 次（中间不失败）。",
        f"Pass {plural(amount, 'further verifications')}, none of them failed.",
    )


def pass_exams(amount: int) -> Text:
    return Text(
        f"再通过 {amount} 科考核（可补考，以任一次成绩合格为准）。",
        f"Pass {plural(amount, 'more exams')}; any attempt counts.",
    )


def evaluate() -> Text:
    return Text("提交学员评价（满意度调查）。", "Submit the learner's evaluation (survey).")


def withdrawn() -> Text:
    return Text(
        "学员已退班，不再计算补足办法；退班登记有误的，请培训平台更正花名册。",
        "The learner has withdrawn; if that is wrong, have the platform correct the roster.",
    )


def mend(rule: Rule, outcome: RuleOutcome, hour: Fraction | None) -> Text:
    return _joined(_short(rule, outcome, hour), rule.remedy)


def missing(rule: Rule, outcome: RuleOutcome) -> Text:
    return _joined(_nothing(rule, outcome), rule.remedy)


def closed(rule: Rule, outcome: RuleOutcome, hour: Fraction | None, *, is_learning: bool) -> Text:
    """What is missing, and that late data is the remedy left; of other than learning the pack's own too."""
    is_missing = outcome.outcome is Outcome.missing
    what = _nothing(rule, outcome) if is_missing else _short(rule, outcome, hour)
    if is_learning:
        return _joined(what, _NO_MORE, _LATE_DATA, _CORRECTION)
    correction = _CORRECTION if rule.subject is Subject.enrollment else Text("。", ".")
    return _joined(what, rule.remedy, _CLOSED, _LATE_DATA, correction)


def _short(rule: Rule, outcome: RuleOutcome, hour: Fraction | None) -> Text:
    """By how much, or else what there is and what is asked for."""
    observed = in_words(outcome.fact, outcome.observed)
    is_counted = outcome.shortfall is not None and outcome.fact.unit not in {Unit.share, Unit.ratio}
    if is_counted:
        short = _shortfall(outcome, hour)
        return Text(f"现为{observed.zh}，还差{short.zh}。", f"It is {observed.en}; {short.en} missing.")
    if rule.comparison.operator is Operator.is_true:
        return Text(f"未做到“{rule.title.zh}”。", f'Not so: "{rule.title.en}".')
    asked = in_words(outcome.fact, outcome.threshold)
    how = OPERATORS[rule.comparison.operator]
    return Text(
        f"现为{observed.zh}，要求{how.zh}{asked.zh}。",
        f"It is {observed.en}, and must be {how.en} {asked.en}.",
    )


def _shortfall(outcome: RuleOutcome, hour: Fraction | None) -> Text:
    short = outcome.shortfall
    if isinstance(short, Fraction):
        return _time(int(short * SECOND) + bool(short * SECOND % 1), hour if _is_hours(outcome) else None)
    return counted(short or 0, Unit.hours if _is_hours(outcome) else outcome.fact.unit)


def _is_hours(outcome: RuleOutcome) -> bool:
    return outcome.fact.unit is Unit.hours


def _time(microseconds: int, hour: Fraction | None) -> Text:
    minutes = minutes_up(microseconds)
    if hour is None:
        return Text(f" {minutes} 分钟", plural(minutes, "minutes"))
    hours = hours_up(microseconds, hour)
    return Text(
        f" {hours} 学时（{minutes} 分钟）",
        f"{plural(hours, 'credited hours')} ({plural(minutes, 'minutes')})",
    )


def _whole_time(microseconds: int, hour: Fraction | None) -> Text:
    """What there is, rounded down: nobody counts on what is not there."""
    minutes = microseconds // MINUTE
    if hour is None:
        return Text(f" {minutes} 分钟", plural(minutes, "minutes"))
    hundredths = int(microseconds * 100 / hour)
    hours = f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")
    return Text(
        f" {hours} 学时（{minutes} 分钟）",
        f"{plural(hours, 'credited hours')} ({plural(minutes, 'minutes')})",
    )


def _nothing(rule: Rule, outcome: RuleOutcome) -> Text:
    known = _NOTHING.get(outcome.fact)
    if known is not None:
        return Text(f"{known.zh}，无从判定。", f"Nothing to judge by: {known.en}.")
    return Text(f"缺少判定“{rule.title.zh}”所需的数据。", f'There is no data to judge "{rule.title.en}" by.')


def _joined(*parts: Text) -> Text:
    """One after the other; English parts that begin with a sign follow without a space."""
    en = ""
    for part in parts:
        en += part.en if not en or part.en[:1] in {"", " ", ",", "."} else f" {part.en}"
    return Text("".join(part.zh for part in parts), en)
