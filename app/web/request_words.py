"""What pages say of corrections and objections."""

from collections.abc import Mapping

from app.core.errors import Text
from app.reports.documents import Tone
from app.rights.schemas import Addressee, RequestState

STATES: Mapping[RequestState, tuple[Text, Tone]] = {
    RequestState.submitted: (Text("待答复", "Waiting"), Tone.open),
    RequestState.accepted: (Text("已采纳", "Accepted"), Tone.good),
    RequestState.declined: (Text("未采纳", "Declined"), Tone.bad),
    RequestState.withdrawn: (Text("已撤回", "Withdrawn"), Tone.plain),
}
SIDES: Mapping[Addressee, Text] = {
    Addressee.platform: Text("培训平台", "the platform"),
    Addressee.enterprise: Text("企业", "the enterprise"),
    Addressee.regulator: Text("监管部门", "the regulator"),
}
