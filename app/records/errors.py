"""What can be asked of records in vain."""

from app.core.errors import NotFound, Text


class PlatformNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(Text("没有这个平台。", "There is no such platform."))
