"""培训企业: employers of the learners, who claim the subsidy."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import Enterprise
from app.ingest.definition import Effect, FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import NAME, PERSON_REMARK, REMARK
from app.ingest.kinds import Choice, Pattern, SealedText, Uscc
from app.privacy.fields import PersonalKind

DISTRICT = Pattern(
    "[0-9]{6}", Text("6 位行政区划代码（GB/T 2260）", "a district code of 6 digits (GB/T 2260)")
)
SIZE = Choice.of(
    above_scale=("规上企业", "above designated size"),
    below_scale=("规下企业", "below designated size"),
    growth=("成长型企业", "growing enterprise"),
)

ENTERPRISES = FeedDefinition(
    feed=Feed.enterprises,
    title=Text("培训企业", "Enterprises"),
    table=table_of(Enterprise),
    own_fields=(
        key("uscc", Uscc(), "统一社会信用代码", "Unified social credit code"),
        required("name", NAME, "企业名称", "Name"),
        required("district_code", DISTRICT, "所属行政区划", "District"),
        optional("size", SIZE, "企业规模", "Size"),
        optional("registered_address", REMARK, "注册地址", "Registered address"),
        optional("business_address", REMARK, "经营地址", "Business address"),
        optional("responsible_person", PERSON_REMARK, "企业负责人", "Responsible person"),
        optional("contact_name", PERSON_REMARK, "联系人", "Contact person"),
        optional("contact_phone", SealedText(), "联系电话", "Contact's phone"),
        optional("bank_name", REMARK, "开户银行", "Bank"),
        optional("bank_account", SealedText(holds=PersonalKind.account), "银行账号", "Bank account"),
    ),
    effect=Effect.elsewhere,
)
