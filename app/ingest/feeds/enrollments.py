"""花名册条目: one learner in one class group, the unit of eligibility."""

from datetime import datetime
from functools import lru_cache

from app.core.clock import SHANGHAI
from app.core.errors import FieldError, Text
from app.core.vocabulary import Feed
from app.db.models import Enrollment
from app.ingest.definition import (
    Circumstances,
    Effect,
    FeedDefinition,
    Rule,
    optional,
    required,
    table_of,
)
from app.ingest.feeds.common import CLASS_GROUP, LEARNER, PERSON, REMARK
from app.ingest.intervals import not_before
from app.ingest.kinds import Choice, IdNumber, Instant, MobilePhone
from app.ingest.problems import Code, fault

GENDER = Choice.of(male=("男", "male"), female=("女", "female"))
EMPLOYMENT = Choice.of(
    contract=("劳动合同", "labour contract"),
    dispatched=("劳务派遣", "dispatched"),
    domestic_service=("员工制家政服务", "employed in domestic service"),
)


def find_birth_in_future(circumstances: Circumstances, id_number: str) -> FieldError | None:
    """The number holds the day of birth as YYYYMMDD; that it is a day was checked when it was read."""
    if id_number[6:14] <= _today(circumstances.received_at):
        return None
    reason = Text(
        "出生日期晚于今天。请核对证件后更正。", "holds a birth date after today; compare it with the card."
    )
    return fault("id_number", Code.invalid_id_number, reason)


@lru_cache(maxsize=1)  # for all records of a batch
def _today(received_at: datetime) -> str:
    return f"{received_at.astimezone(SHANGHAI):%Y%m%d}"


ENROLLMENTS = FeedDefinition(
    feed=Feed.enrollments,
    title=Text("花名册", "Enrollments"),
    table=table_of(Enrollment),
    own_fields=(
        CLASS_GROUP,
        LEARNER,
        required("name", PERSON, "姓名", "Name"),
        required("id_number", IdNumber(), "身份证号码", "ID number"),
        optional("gender", GENDER, "性别", "Gender"),
        optional("phone", MobilePhone(), "手机号码", "Phone"),
        optional("household_district", REMARK, "户籍所在区", "District of household registration"),
        optional("employment", EMPLOYMENT, "用工形式", "Employment"),
        optional("enrolled_at", Instant(), "入班时间", "Enrolled at"),
        optional("withdrawn_at", Instant(), "退班时间", "Withdrawn at"),
    ),
    rules=(
        Rule(("id_number",), find_birth_in_future),
        not_before("enrolled_at", "withdrawn_at"),
    ),
    effect=Effect.learner,
)
