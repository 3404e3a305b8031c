"""Fields and values that several feeds share."""

from app.core.errors import Text
from app.ingest.definition import key, optional
from app.ingest.kinds import FreeText, Identifier, Pattern
from app.privacy.fields import PersonalKind

NAME = FreeText()
"""What must be said."""
REMARK = FreeText(blank=True)
"""What may be left empty."""
PERSON = FreeText(holds=PersonalKind.name)
PERSON_REMARK = FreeText(blank=True, holds=PersonalKind.name)

CLASS_GROUP = key("class_group_id", Identifier(), "班级编号", "Class group")
LEARNER = key("learner_id", Identifier(personal=True), "学员编号", "Learner")

BEACON = optional(
    "beacon",
    Pattern("[0-9A-Fa-f]{64}", Text("64 位十六进制数", "64 hexadecimal digits")),
    "信标",
    "Beacon",
    note=Text(
        "生成记录时已读到的账本检查点根哈希，证明记录不早于该检查点。",
        "Root hash of a ledger checkpoint that had been read when the record was made: "
        "the record is not older.",
    ),
)
