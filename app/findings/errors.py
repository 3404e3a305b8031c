"""What can be asked of findings in vain."""

from app.core.errors import FieldError, Invalid, NotFound, Text


class FindingNotOpen(NotFound):
    code = "finding_not_open"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这条可豁免的预警：编号有误、已消除或已豁免、属于视频保管，或者不在您的辖区。"
                "请在预警列表中查询。",
                "There is no such open finding: the id is wrong, it was resolved or waived, it is one of the "
                "custody of videos, or it lies outside your districts. Look it up in the list of findings.",
            )
        )


class WaiverUnknown(NotFound):
    code = "waiver_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这项有效的豁免：编号有误、已终止，或者不在您的辖区。请在预警列表中查询。",
                "There is no such waiver in force: the id is wrong, it has ended, or it lies outside your "
                "districts. Look it up in the list of findings.",
            )
        )


class FindingUnknown(NotFound):
    code = "finding_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这条预警，或者其中至少一条不存在：编号有误，所属班级已处置，或者不在您的辖区。"
                "请在预警列表中查询。",
                "There is no such finding, or one of several is not there: the id is wrong, its class group "
                "was disposed of, or it lies outside your districts. Look it up in the list of findings.",
            )
        )


class AssigneeUnsuitable(Invalid):
    code = "assignee_unsuitable"

    def __init__(self) -> None:
        sentence = Text(
            "不能分配给此人：账户不存在或已停用，其角色不办理预警，或者有班级不在其辖区。请从可分配人员中选取。",
            "It cannot be assigned to this person: there is no such account or it is disabled, its role does "
            "not work on findings, or a class group lies outside its districts. Choose one of the list.",
        )
        super().__init__(sentence, errors=(FieldError("/assignee_id", self.code, sentence),))


class PersonalDataInComment(Invalid):
    code = "personal_data_in_comment"

    def __init__(self) -> None:
        sentence = Text(
            "备注中有形似身份证号码或电话号码的内容，未保存。请改用学员编号。",
            "The comment holds what looks like an ID number or a phone number and was not kept. "
            "Name learners by their ids.",
        )
        super().__init__(sentence, errors=(FieldError("/text", self.code, sentence),))
