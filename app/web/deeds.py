"""What somebody did, in words: the actions of the authorisation table as the trail tells of them."""

from collections.abc import Mapping

from app.accounts.authorisation import Action
from app.core.errors import Text

DEEDS: Mapping[str, Text] = {
    Action.push_feed: Text("上报数据", "Pushed records"),
    Action.read_feeds: Text("查看数据集说明", "Read about the feeds"),
    Action.read_batches: Text("查看批次", "Read batches"),
    Action.read_originals: Text("读取原始记录", "Read original records"),
    Action.reveal_original: Text("查看原始记录明文", "Revealed an original record"),
    Action.read_decision_proof: Text("取得判定证明", "Took the proof of a decision"),
    Action.make_bundle: Text("导出证据包", "Made an evidence bundle"),
    Action.read_records: Text("读回记录", "Read records back"),
    Action.read_data_quality: Text("查看数据质量", "Read data quality"),
    Action.read_assessment: Text("查看评定进度", "Read the progress of the assessment"),
    Action.read_policies: Text("查看政策", "Read policies"),
    Action.read_ledger: Text("查看账本", "Read the ledger"),
    Action.read_draws: Text("查看抽样", "Read a draw"),
    Action.publish_checkpoint: Text("发布检查点", "Published a checkpoint"),
    Action.read_deep_checks: Text("查看深度核对", "Read deep checks"),
    Action.read_simulation: Text("政策模拟", "Tried a changed policy"),
    Action.manage_keys: Text("管理公钥", "Managed public keys"),
    Action.read_compliance: Text("查看学习与评定情况", "Read how enrollments stand"),
    Action.search_person: Text("按身份证号码查找", "Searched by ID number"),
    Action.read_findings: Text("查看预警", "Read findings"),
    Action.read_eligibility: Text("查看补贴资格", "Read eligibility"),
    Action.read_progress: Text("查看学习进度", "Read progress"),
    Action.read_report: Text("查看资格报告", "Read the eligibility report"),
    Action.read_own_record: Text("本人查询", "Looked at one's own record"),
    Action.reveal_personal_data: Text("查看个人信息明文", "Revealed personal data"),
    Action.export_own_record: Text("本人导出", "Exported one's own record"),
    Action.submit_rights_request: Text("提出更正或异议", "Asked for a correction or objected"),
    Action.read_rights_requests: Text("查看更正与异议", "Read corrections and objections"),
    Action.answer_rights_request: Text("答复更正或异议", "Answered a correction or objection"),
    Action.read_session: Text("查看会话", "Read sessions"),
    Action.end_session: Text("结束会话", "Ended a session"),
    Action.read_users: Text("查看人员", "Read accounts"),
    Action.manage_users: Text("管理人员", "Managed accounts"),
    Action.issue_learner_link: Text("发放学员链接", "Issued a learner's link"),
    Action.read_trail: Text("查看审计记录", "Read the audit trail"),
    Action.propose_act: Text("提请", "Proposed"),
    Action.decide_act: Text("审批", "Decided a proposal"),
    Action.read_approvals: Text("查看提请", "Read proposals"),
    Action.propose_revocation: Text("提请停用客户端", "Proposed to revoke a client"),
    Action.approve_revocation: Text("批准停用客户端", "Approved the revocation of a client"),
    Action.propose_distrust: Text("提请否认凭据", "Proposed to distrust a credential"),
    Action.approve_distrust: Text("批准否认凭据", "Approved the distrust of a credential"),
    Action.read_checklist: Text("查看核查事项", "Read a checklist"),
    Action.answer_checklist: Text("答复核查事项", "Answered a checklist item"),
    Action.read_videos: Text("查看视频", "Read about videos"),
    Action.read_finding_work: Text("查看预警办理情况", "Read the work on findings"),
    Action.assign_finding: Text("分配预警", "Assigned a finding"),
    Action.comment_finding: Text("备注预警", "Commented on a finding"),
    Action.propose_waiver: Text("提请豁免", "Proposed a waiver"),
    Action.approve_waiver: Text("批准豁免", "Approved a waiver"),
    Action.check_policy: Text("检查政策文本", "Checked the text of a policy"),
    Action.propose_policy: Text("提请发布政策", "Proposed a policy"),
    Action.approve_policy: Text("批准发布政策", "Approved a policy"),
    Action.read_retention: Text("查看保存期限", "Read retention"),
    Action.place_hold: Text("冻结", "Placed a legal hold"),
    Action.propose_lifting: Text("提请解除冻结", "Proposed to lift a hold"),
    Action.approve_lifting: Text("批准解除冻结", "Approved the lifting of a hold"),
    Action.propose_disposal: Text("提请处置", "Proposed a disposal"),
    Action.approve_disposal: Text("批准处置", "Approved a disposal"),
}


def deed(action: str) -> Text:
    """Of an entry of the trail; what has no words here is told as it is written there."""
    return DEEDS.get(action, Text(action, action))
