"""What can be asked of reports in vain."""

from app.core.errors import NotFound, Text


class EnterpriseNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text("没有这个企业，或者尚未上报。", "There is no such enterprise, or it has not arrived.")
        )
