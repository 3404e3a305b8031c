"""The closed sets of semantics.md §1, spelt as the API spells them."""

from enum import StrEnum


class Role(StrEnum):
    """What a caller is: a program's client, or a person who has signed in."""

    platform = "platform"
    regulator = "regulator"
    enterprise = "enterprise"

    operator = "operator"
    """Of a platform (平台运营)."""
    agent = "agent"
    """Of an enterprise (企业经办)."""
    learner = "learner"
    clerk = "clerk"
    """Of a regulator (经办)."""
    reviewer = "reviewer"
    approver = "approver"
    auditor = "auditor"
    """Reads everything, changes nothing."""
    administrator = "administrator"
    """Manages accounts, sees no personal data."""

    @property
    def is_program(self) -> bool:
        return self in {Role.platform, Role.regulator, Role.enterprise}


class PlatformKind(StrEnum):
    live = "live"
    vod = "vod"


class Feed(StrEnum):
    institutions = "institutions"
    enterprises = "enterprises"
    projects = "projects"
    courses = "courses"
    class_groups = "class-groups"
    lessons = "lessons"
    enrollments = "enrollments"
    attendance = "attendance"
    learning_records = "learning-records"
    verifications = "verifications"
    quiz_answers = "quiz-answers"
    exam_scores = "exam-scores"
    teaching_records = "teaching-records"
    videos = "videos"
    evaluations = "evaluations"
    platform_logs = "platform-logs"


class LessonKind(StrEnum):
    live = "live"
    vod = "vod"
    offline = "offline"


class AttendanceStatus(StrEnum):
    present = "present"
    late = "late"
    left_early = "left_early"
    absent = "absent"
    leave = "leave"

    @property
    def is_attended(self) -> bool:
        return self in {self.present, self.late, self.left_early}


class RecordOutcome(StrEnum):
    """What became of one record of a batch (semantics.md §2)."""

    accepted = "accepted"
    unchanged = "unchanged"
    stale = "stale"
    rejected = "rejected"


class Outcome(StrEnum):
    """判定: what a rule says of a subject."""

    passed = "pass"
    failed = "fail"
    missing = "missing"
    not_applicable = "not_applicable"


class Subject(StrEnum):
    """What a rule is about: one learner in a class group, the class group, or what belongs to it."""

    enrollment = "enrollment"
    class_group = "class_group"
    project = "project"
    course = "course"
    lesson = "lesson"
    video = "video"


class Severity(StrEnum):
    blocking = "blocking"
    warning = "warning"
    info = "info"


class Eligibility(StrEnum):
    """补贴资格 of an enrollment, in the order of semantics.md §5."""

    withdrawn = "withdrawn"
    in_progress = "in_progress"
    ineligible = "ineligible"
    insufficient_evidence = "insufficient_evidence"
    eligible = "eligible"


class Outlook(StrEnum):
    """While a class group runs: what the outcomes of today mean for its end."""

    lost = "lost"
    at_risk = "at_risk"
    on_track = "on_track"


class QuizAttempt(StrEnum):
    """Which of several attempts at a question counts."""

    first = "first"
    last = "last"
    best = "best"


class FindingState(StrEnum):
    open = "open"
    resolved = "resolved"
    waived = "waived"
    """By two officials, with a reason."""


class DataHealth(StrEnum):
    """Of what a platform pushes, the worst first."""

    silent = "silent"
    """Class groups run, and nothing came for three days on a feed that should bring something daily."""
    rejecting = "rejecting"
    """Records of the newest batch of a feed were rejected."""
    idle = "idle"
    """No class group runs, and nothing is wrong."""
    sound = "sound"


class BatchState(StrEnum):
    stored = "stored"
    assessed = "assessed"


class CustodyRule(StrEnum):
    """What custody finds of a class group's videos; no pack has rules of these names."""

    changed = "video-changed"
    vanished = "video-vanished"
    short = "video-short"
    shared_hash = "video-shared-hash"
    link_ends_early = "video-link-ends-early"
    figures_differ = "video-figures-differ"


class CustodyState(StrEnum):
    """How a registered video stands."""

    registered = "registered"
    """Not looked at yet."""
    host_not_registered = "host_not_registered"
    """Its host is not one that may be asked for this platform's videos."""
    sound = "sound"
    failing = "failing"
    """Its link has not answered lately."""
    vanished = "vanished"
    differs = "differs"
    """What is there is not what was registered."""
    ended = "ended"
    """It need not be kept any longer."""
    withdrawn = "withdrawn"
    """The platform has deleted its record."""


class CheckKind(StrEnum):
    probe = "probe"
    hash = "hash"
    examination = "examination"


class CheckOutcome(StrEnum):
    """What a look at a video saw."""

    answers = "answers"
    length_differs = "length_differs"
    length_unknown = "length_unknown"
    """It answers, and does not say how long it is."""
    gone = "gone"
    refused = "refused"
    """It leads where nobody is asked: another host, an inner address, in circles."""
    unreachable = "unreachable"
    confirmed = "confirmed"
    changed = "changed"
    too_large = "too_large"
    """Larger than what is fetched."""
    agrees = "agrees"
    differs = "differs"
    unreadable = "unreadable"
    not_examined = "not_examined"
    """ffprobe is not installed: the figures given stand."""
