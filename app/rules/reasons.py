"""Why something did not count, or why a lesson is attended or not: stable codes with their sentences."""

from enum import StrEnum, auto

from app.core.errors import Text


class Reason(StrEnum):
    lesson_unknown = auto()
    outside_period = auto()
    outside_timetable = auto()
    failed_verification = auto()
    same_time_as_another_record = auto()
    credited_to_another_lesson = auto()
    credited_in_another_class_group = auto()
    over_planned_minutes = auto()
    nothing_new_covered = auto()
    position_already_covered = auto()
    passed_while_not_present = auto()
    faster_than_playback_rate = auto()
    daily_cap = auto()
    vod_sign_in = auto()
    no_sign_in_and_out = auto()
    absent = auto()
    leave = auto()
    no_attendance_record = auto()
    attendance_record = auto()
    vod_time = auto()
    not_due = auto()
    not_required = auto()
    wrong_answer = auto()
    unanswered = auto()
    another_attempt_decides = auto()
    exam_not_named = auto()
    exam_not_taken = auto()
    below_pass_score = auto()
    verification_not_passed = auto()

    @property
    def text(self) -> Text:
        return _TEXTS[self]


_TEXTS = {
    Reason.lesson_unknown: Text("课次未报送或已撤回", "The lesson is not stored or was withdrawn"),
    Reason.outside_period: Text("在班级起止日期之外", "Outside the class group's period"),
    Reason.outside_timetable: Text("在课次日程时间之外", "Outside the lesson's timetable"),
    Reason.failed_verification: Text(
        "随机验证未通过，停止计时", "A failed verification had stopped the clock"
    ),
    Reason.same_time_as_another_record: Text(
        "同一课次的另一条记录已包含此时间", "Another record of the lesson holds the same time"
    ),
    Reason.credited_to_another_lesson: Text("此时间已计入另一课次", "The time is credited to another lesson"),
    Reason.credited_in_another_class_group: Text(
        "此时间已计入同一人更早结班的另一班级", "The time is credited to the person in another class group"
    ),
    Reason.over_planned_minutes: Text("已达到课次计划时长", "The lesson's planned minutes were reached"),
    Reason.nothing_new_covered: Text(
        "在线时间多于新观看的视频内容", "More time online than was newly watched of the video"
    ),
    Reason.position_already_covered: Text("该段视频此前已观看", "This part of the video was watched before"),
    Reason.passed_while_not_present: Text(
        "播放时不在有效学习时间内", "Played while the time did not count as presence"
    ),
    Reason.faster_than_playback_rate: Text(
        "播放位置前进快于播放倍速", "The position moved faster than the playback rate"
    ),
    Reason.daily_cap: Text("超过每日计时上限", "Above what counts on one day"),
    Reason.vod_sign_in: Text("点播课次的签到不计学习时间", "Signing in to a VOD lesson earns no time"),
    Reason.no_sign_in_and_out: Text("没有成对的签到和签退时间", "There is no sign-in with a later sign-out"),
    Reason.absent: Text("考勤为缺勤", "The attendance record says absent"),
    Reason.leave: Text("考勤为请假", "The attendance record says on leave"),
    Reason.no_attendance_record: Text("没有考勤记录", "There is no attendance record"),
    Reason.attendance_record: Text("考勤记录为到课", "Attended by the attendance record"),
    Reason.vod_time: Text("点播学习时间达到到课比例", "Attended by the time credited to the VOD lesson"),
    Reason.not_due: Text("课次尚未到期", "The lesson is not yet due"),
    Reason.not_required: Text("选修课次", "The lesson is optional"),
    Reason.wrong_answer: Text("答错", "The answer is wrong"),
    Reason.unanswered: Text("未作答", "Not answered"),
    Reason.another_attempt_decides: Text("以另一次作答为准", "Another attempt decides"),
    Reason.exam_not_named: Text("不是班级指定的考试", "The class group does not name this exam"),
    Reason.exam_not_taken: Text("未参加考试", "The exam was not taken"),
    Reason.below_pass_score: Text("成绩低于合格线", "The score is below the pass score"),
    Reason.verification_not_passed: Text("验证未通过", "The verification was not passed"),
}
