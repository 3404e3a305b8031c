"""What can be asked of the ledger in vain."""

from app.core.errors import NotFound, Text


class LedgerEntryNotFound(NotFound):
    code = "ledger_entry_not_found"

    def __init__(self, index: int) -> None:
        super().__init__(
            Text(
                f"账本中没有序号为 {index} 的条目。序号从 0 开始，小于账本当前条目数。",
                f"The ledger has no entry {index}. Indexes run from 0 to one less than its size.",
            )
        )
