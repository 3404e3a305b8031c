"""What can be asked of custody in vain."""

from app.core.errors import BadRequest, NotFound, Text


class VideoUnknown(NotFound):
    code = "video_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这个视频，或者不在您的辖区。请在视频列表中查询。",
                "There is no such video, or it lies outside your districts. Look it up in the list.",
            )
        )


class HostNotRegistrable(BadRequest):
    code = "host_not_registrable"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "不能登记该视频主机：平台不存在，或主机不是小写的完整域名（不能是 IP 地址）。请核对后重试。",
                "This host of videos cannot be registered: there is no such platform, or the host is no full "
                "domain name in lower case (an address is none). Check both and try again.",
            )
        )
