"""What can go wrong between a caller and the server. What the server wrote is passed on in its own words."""

from collections.abc import Mapping

from app.core.errors import AppError, Conflict, Invalid, Text, TooLarge, Unavailable


class Refused(AppError):
    """The server answered with a problem (RFC 9457); `detail` is its sentence in the client's language."""

    def __init__(self, status_code: int, problem: Mapping[str, object]) -> None:
        title = str(problem.get("title") or f"HTTP {status_code}")
        sentence = str(problem.get("detail") or title)
        super().__init__(Text(sentence, sentence))
        self.status_code = status_code
        self.title = Text(title, title)
        self.code = str(problem.get("code") or "unknown")
        self.problem = problem


class GaveUp(Unavailable):
    """The server stayed unreachable or busy for as long as the caller was willing to wait."""

    code = "gave_up"

    def __init__(self, base_url: str, reason: str, waited_s: float) -> None:
        super().__init__(
            Text(
                f"{base_url} 在 {waited_s:.0f} 秒内未能应答（{reason}）。可稍后重新发送，不会重复入库。",
                f"{base_url} did not answer within {waited_s:.0f} seconds ({reason}). "
                "Send again later; nothing is stored twice.",
            )
        )


class RecordTooLarge(TooLarge):
    code = "record_too_large"

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            Text(
                f"一条记录有 {size} 字节，超过单批上限 {limit} 字节。",
                f"One record has {size} bytes; a whole batch may have {limit}.",
            )
        )


class StillAssessing(Conflict):
    code = "still_assessing"

    def __init__(self, pending: int, waited_s: float) -> None:
        super().__init__(
            Text(
                f"等待 {waited_s:.0f} 秒后仍有 {pending} 名学员待评定。",
                f"{pending} enrollments still wait for assessment after {waited_s:.0f} seconds.",
            )
        )


class UnusablePrivateKey(Invalid):
    code = "unusable_private_key"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "私钥文件无法使用。请给出未加密的 PEM 格式 Ed25519 或 P-256 私钥，例如用 "
                "openssl genpkey -algorithm ed25519 生成。",
                "The file of the private key cannot be used. Give one of Ed25519 or P-256 in PEM, without a "
                "password, as openssl genpkey -algorithm ed25519 makes it.",
            )
        )
