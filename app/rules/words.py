"""Figures in words, Chinese and English: what a person reads on a decision sheet."""

from fractions import Fraction
from math import ceil

from app.core.errors import Text
from app.rules.days import SECOND
from app.rules.fact_names import FactName, Unit
from app.rules.figures import Figure, shown_ratio, shown_seconds
from app.rules.parameters import Parameter, written
from app.rules.policy import Comparison, Operator

HOURS_DECIMALS = 2
_SHARES = ("_rate", "_share", "_coverage", "_accuracy")

UNITS = {
    Unit.lessons: Text("个课次", "lessons"),
    Unit.questions: Text("题", "questions"),
    Unit.exams: Text("科考核", "exams"),
    Unit.verifications: Text("次验证", "verifications"),
    Unit.people: Text("人", "people"),
    Unit.courses: Text("门课程", "courses"),
    Unit.feeds: Text("类数据", "kinds of data"),
    Unit.occasions: Text("次", "times"),
    Unit.records: Text("条记录", "records"),
    Unit.seconds: Text("秒", "seconds"),
    Unit.minutes: Text("分钟", "minutes"),
    Unit.hours: Text("学时", "credited hours"),
    Unit.days: Text("天", "days"),
    Unit.working_days: Text("个工作日", "working days"),
    Unit.months: Text("个月", "months"),
    Unit.years: Text("年", "years"),
    Unit.kbps: Text("kbps", "kbps"),
    Unit.fps: Text("帧/秒", "frames/s"),
    Unit.pixels: Text("像素", "pixels"),
    Unit.hertz: Text("Hz", "Hz"),
    Unit.bytes: Text("字节", "bytes"),
    Unit.users: Text("人同时在线", "users at once"),
    Unit.yuan: Text("元", "yuan"),
}
"""What follows a number, of more than one. Shares, ratios, words and yes or no have nothing behind them."""
_OF_ONE = {
    "people": "person",
    "kinds of data": "kind of data",
    "users at once": "user at once",
    "frames/s": "frame/s",
    "kbps": "kbps",
}
"""Where it is more than the last `s` that goes, or less."""

NOT_SET = Text("文件未规定", "the text sets none")

OPERATORS = {
    Operator.at_least: Text("不低于", "at least"),
    Operator.at_most: Text("不高于", "at most"),
    Operator.equals: Text("等于", "equal to"),
    Operator.one_of: Text("为其中之一：", "one of"),
    Operator.is_true: Text("", ""),
}


def is_share(fact: FactName) -> bool:
    """Shown as a percentage.

    >>> is_share(FactName.attendance_rate), is_share(FactName.video_audio_sample_rate)
    (True, False)
    """
    return fact.value.endswith(_SHARES) and fact.unit is not Unit.hertz


def in_words(fact: FactName, figure: Figure) -> Text:
    """A figure of the fact, or the threshold that it is compared with; rounded as elsewhere.

    >>> in_words(FactName.attendance_rate, Fraction(2, 3)).zh, in_words(FactName.headcount, 18).zh
    ('66.67%', '18人')
    """
    match figure:
        case None:
            return Text("无", "none")
        case bool():
            return Text("是", "yes") if figure else Text("否", "no")
        case str():
            return _named(figure)
    if is_share(fact):
        percent = f"{shown_ratio(Fraction(figure)) * 100:f}"
        percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
        return Text(f"{percent}%", f"{percent} %")
    number = Fraction(figure)
    shown = shown_seconds(number) if fact.unit is Unit.seconds else shown_ratio(number)
    return counted(f"{shown:f}", fact.unit)


def asked_in_words(comparison: Comparison) -> Text:
    """What a fact is compared with and how, `不低于80%`; a blank threshold is said to be one."""
    threshold = comparison.threshold
    if threshold.value is None:
        return NOT_SET
    if comparison.operator is Operator.is_true:
        return Text("必须满足", "must hold") if threshold.value else Text("不要求", "not asked for")
    figure = written(threshold.value) if isinstance(threshold.value, tuple) else threshold.value
    how, what = OPERATORS[comparison.operator], in_words(comparison.fact, figure)
    return Text(f"{how.zh}{what.zh}", f"{how.en} {what.en}")


def value_in_words(parameter: Parameter) -> Text:
    """Its value with its unit, whatever compares with it."""
    match parameter.value:
        case None:
            return NOT_SET
        case bool():
            return Text("是", "yes") if parameter.value else Text("否", "no")
        case tuple():
            return _named(str(written(parameter.value)))
        case str():
            return _named(str(parameter.value))
    if parameter.unit is Unit.share or parameter.name.endswith(_SHARES):
        return in_words(FactName.online_share, parameter.value)
    number = str(written(parameter.value))
    return Text(number, number) if parameter.unit is None else counted(number, parameter.unit)


def _named(words: str) -> Text:
    """Values of the feeds by their names; what has none stays as it is written.

    >>> _named("contract, h264").zh
    '劳动合同、h264'
    """
    each = words.split(", ")
    return Text("、".join(_NAMES.get(word, word) for word in each), words)


_NAMES = {
    "contract": "劳动合同",
    "dispatched": "劳务派遣",
    "domestic_service": "家政服务",
    "above_scale": "规上",
    "below_scale": "规下",
    "growth": "成长型",
    "self": "自行组织",
    "entrusted": "委托",
    "online": "线上",
    "offline": "线下",
    "live": "直播",
    "vod": "点播",
    "live_recording": "直播录像",
    "first": "首次作答",
    "last": "末次作答",
    "best": "最好一次",
    "blended": "线上线下结合",
    "pre_job": "岗前",
    "on_job": "在岗",
    "transfer": "转岗转业",
    "public": "公共必修",
    "professional": "专业技能",
    "health_safety": "卫生健康及防控",
}


def counted(number: int | str, unit: Unit) -> Text:
    """A number with its unit.

    >>> counted(2, Unit.lessons), counted("1", Unit.hours).en
    (Text(zh='2个课次', en='2 lessons'), '1 credited hour')
    """
    words = UNITS.get(unit)
    if words is None:
        return Text(f"{number}", f"{number}")
    space = " " if words.zh.isascii() else ""
    return Text(f"{number}{space}{words.zh}", plural(number, words.en))


def plural(number: int | str, nouns: str) -> str:
    """A number with English nouns, which are given as of many.

    >>> [plural(number, "lessons") for number in (0, 1, "1", 2, "1.5")]
    ['0 lessons', '1 lesson', '1 lesson', '2 lessons', '1.5 lessons']
    >>> plural(1, "people"), plural(1, "kinds of data")
    ('1 person', '1 kind of data')
    """
    if str(number) != "1":
        return f"{number} {nouns}"
    return f"{number} {_OF_ONE.get(nouns, nouns.removesuffix('s'))}"


def hours_up(microseconds: Fraction | int, hour: Fraction) -> str:
    """Credited hours rounded up, so that who learns as many has learnt enough.

    >>> hours_up(3 * 45 * 60 * SECOND + 1, Fraction(45 * 60 * SECOND))
    '3.01'
    """
    scale = 10**HOURS_DECIMALS
    whole, rest = divmod(ceil(microseconds * scale / hour), scale)
    return f"{whole}.{rest:0{HOURS_DECIMALS}}".rstrip("0").rstrip(".")


def minutes_up(microseconds: Fraction | int) -> int:
    return ceil(Fraction(microseconds) / (60 * SECOND))
