"""Why a request to another host was not made, or came to nothing. No sentence repeats a path or a query."""

from app.core.errors import AppError, Text


class OutboundFailed(AppError):
    """The families below; whoever asks decides what becomes of it."""

    code = "outbound_failed"
    title = Text("外部请求失败", "Request to another host failed")


class AddressRefused(OutboundFailed):
    """The URL itself may not be asked, whatever is behind it."""

    code = "outbound_address_refused"

    def __init__(self, host: str) -> None:
        super().__init__(
            Text(
                f"不访问 {host}：网址须使用 https 与端口 443、不含用户名，且主机已登记。"
                "请登记该主机或更正网址。",
                f"{host} is not asked: only https URLs on port 443 without a user name, of a host that is "
                "registered, are. Register the host or correct the URL.",
            )
        )


class HostNotPublic(OutboundFailed):
    code = "outbound_host_not_public"

    def __init__(self, host: str) -> None:
        super().__init__(
            Text(
                f"不访问 {host}：该主机名指向内部或保留的网络地址。请检查其域名解析。",
                f"{host} is not asked: its name leads to an internal or reserved address. "
                "Check its entries in DNS.",
            )
        )


class HostUnreachable(OutboundFailed):
    code = "outbound_host_unreachable"

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(
            Text(
                f"无法访问 {host}（{reason}）。请检查该主机与网络，稍后重试。",
                f"{host} cannot be reached ({reason}). Check the host and the network, and try again later.",
            )
        )


class AnswerTooLarge(OutboundFailed):
    code = "outbound_answer_too_large"

    def __init__(self, host: str, most: int) -> None:
        super().__init__(
            Text(
                f"{host} 的应答超过 {most} 字节，已中止读取。",
                f"The answer of {host} is longer than {most} bytes; reading it was given up.",
            )
        )


class AnswerTooSlow(OutboundFailed):
    code = "outbound_answer_too_slow"

    def __init__(self, host: str, least: int) -> None:
        super().__init__(
            Text(
                f"{host} 的传输速度低于每秒 {least} 字节，已中止读取。请检查该主机与网络。",
                f"{host} sends less than {least} bytes a second; reading was given up. "
                "Check the host and the network.",
            )
        )


class TooManyRedirects(OutboundFailed):
    code = "outbound_too_many_redirects"

    def __init__(self, host: str, most: int) -> None:
        super().__init__(
            Text(
                f"{host} 的重定向超过 {most} 次，已停止跟随。请更正网址。",
                f"{host} leads on by more than {most} redirects, which are not followed. Correct the URL.",
            )
        )
