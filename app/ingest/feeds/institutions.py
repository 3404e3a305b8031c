"""培训机构: entrusted training providers."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import Institution
from app.ingest.definition import FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import NAME, PERSON_REMARK, REMARK
from app.ingest.kinds import SealedText, Uscc

INSTITUTIONS = FeedDefinition(
    feed=Feed.institutions,
    title=Text("培训机构", "Institutions"),
    table=table_of(Institution),
    own_fields=(
        key("uscc", Uscc(), "统一社会信用代码", "Unified social credit code"),
        required("name", NAME, "机构名称", "Name"),
        optional("contact_name", PERSON_REMARK, "联系人", "Contact person"),
        optional("contact_phone", SealedText(), "联系电话", "Contact's phone"),
        optional("address", REMARK, "地址", "Address"),
    ),
)
