"""What accounts can refuse: callers without a token, clients without a secret, odd registrations."""

from app.core.errors import (
    AppError,
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Text,
    TooManyRequests,
    Unauthenticated,
)
from app.core.vocabulary import Role
from app.privacy.masking import mask_text


class TokenMissing(Unauthenticated):
    code = "token_missing"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "缺少访问令牌。请先 POST /oauth/token 取得令牌，再以 Authorization: Bearer … 发送。",
                "The access token is missing. Get one from POST /oauth/token and send it as "
                "Authorization: Bearer ….",
            )
        )


class TokenExpired(Unauthenticated):
    code = "token_expired"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "访问令牌已过期。请重新 POST /oauth/token。",
                "The access token has expired. Get a new one from POST /oauth/token.",
            )
        )


class TokenInvalid(Unauthenticated):
    code = "token_invalid"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "访问令牌无效。请重新 POST /oauth/token；如客户端已被注销，请联系监督平台。",
                "The access token is not valid. Get a new one from POST /oauth/token; if the client was "
                "revoked, ask the supervision platform.",
            )
        )


class NotAllowed(Forbidden):
    def __init__(self, *, role: Role, action: str) -> None:
        super().__init__(
            Text(
                f"角色 {role} 的此令牌无权执行 {action}。请使用角色和范围相符的客户端。",
                f"This token of role {role} may not do {action}. Use a client whose role and scope allow it.",
            )
        )


class OAuthError(AppError):
    """A refusal of the token endpoint; `code` is the `error` of RFC 6749 §5.2."""

    def __init__(self, detail: Text) -> None:
        super().__init__(detail, extension={"error": self.code, "error_description": detail.en})


class InvalidTokenRequest(OAuthError, BadRequest):
    code = "invalid_request"

    @classmethod
    def for_missing(cls, parameter: str) -> "InvalidTokenRequest":
        return cls(Text(f"缺少参数 {parameter}。", f"The parameter {parameter} is missing."))

    @classmethod
    def for_assertion_type(cls, expected: str) -> "InvalidTokenRequest":
        return cls(
            Text(f"client_assertion_type 须为 {expected}。", f"client_assertion_type must be {expected}.")
        )

    @classmethod
    def for_repeated(cls) -> "InvalidTokenRequest":
        return cls(
            Text(
                "同一参数或凭证只能给出一次：请用 HTTP Basic、表单或断言之一。",
                "Give each parameter once, and the credentials in one way: by HTTP Basic, in the form, or as "
                "an assertion.",
            )
        )


class InvalidClient(OAuthError, Unauthenticated):
    code = "invalid_client"

    def __init__(self, detail: Text | None = None) -> None:
        super().__init__(
            detail
            or Text(
                "client_id 或其 client_secret、断言不正确，或该客户端已被注销。",
                "client_id or its client_secret or assertion is wrong, or the client has been revoked.",
            )
        )

    @classmethod
    def for_missing(cls, parameter: str) -> "InvalidClient":
        """RFC 6749 §5.2: no authentication is failed authentication."""
        return cls(Text(f"缺少参数 {parameter}。", f"The parameter {parameter} is missing."))

    @classmethod
    def for_repeated_assertion(cls) -> "InvalidClient":
        return cls(
            Text(
                "此断言（jti）已使用过，每次请求请签新的断言。",
                "This assertion (jti) has been used before; sign a new one for each request.",
            )
        )


class UnsupportedGrantType(OAuthError, BadRequest):
    code = "unsupported_grant_type"

    def __init__(self) -> None:
        super().__init__(
            Text("只支持 grant_type=client_credentials。", "Only grant_type=client_credentials is supported.")
        )


class InvalidScope(OAuthError, BadRequest):
    code = "invalid_scope"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "scope 超出该客户端角色的范围。省略 scope 可取得全部范围。",
                "The scope exceeds what the role of the client may do. Leave scope out to get all of it.",
            )
        )


class UnusableRegistration(Invalid):
    """What was said about a new client does not fit together."""

    code = "unusable_registration"


class PlatformDiffers(Conflict):
    code = "platform_differs"

    def __init__(self, platform: str, kind: str) -> None:
        super().__init__(
            Text(
                f"平台 {platform} 已登记为 {kind}。请去掉 kind，或使用另一个平台代码。",
                f"Platform {platform} is registered as {kind}. Leave kind out, or use another platform code.",
            )
        )


class ClientUnknown(NotFound):
    code = "client_unknown"

    def __init__(self, client_id: str) -> None:
        told = mask_text(client_id)  # whatever somebody has typed into its place
        super().__init__(Text(f"没有客户端 {told}。", f"There is no client {told}."))


class UnusableKey(Invalid):
    code = "unusable_key"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "公钥不可用。请给出 PEM 格式的 Ed25519 或 P-256 公钥；kid 为 1-64 个 A-Z a-z 0-9 _ - 字符，"
                "not_after 须在将来。",
                "The key cannot be used. Give a public key of Ed25519 or P-256 in PEM; kid is 1-64 "
                "characters of A-Z a-z 0-9 _ -, and not_after lies ahead.",
            )
        )


class KeyRegistered(Conflict):
    code = "key_registered"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "此公钥或 kid 已登记过。请生成新的密钥对。",
                "This public key or kid has been registered before. Make a new pair of keys.",
            )
        )


class TooManyKeys(Conflict):
    code = "too_many_keys"

    def __init__(self, most: int) -> None:
        super().__init__(
            Text(
                f"一个客户端最多有 {most} 个未停用的密钥。请先停用一个。",
                f"A client has at most {most} keys that are not retired. Retire one first.",
            )
        )


class KeyInUse(Conflict):
    code = "key_in_use"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "不能停用本次请求所用的密钥。请先以另一密钥取得令牌。",
                "The key that this request came with cannot be retired. Get a token with another key first.",
            )
        )


class ClientKeyUnknown(NotFound):
    code = "client_key_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该客户端没有此密钥。全部密钥见列表。", "The client has no such key. The list names its keys."
            )
        )


class OnlySecret(Conflict):
    code = "only_secret"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该客户端没有可用的密钥，停用 secret 后将无法登录。请先登记密钥。",
                "The client has no key that is good, so without its secret it could not sign in. "
                "Register a key first.",
            )
        )


class UnusableDistrust(Invalid):
    code = "unusable_distrust"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该客户端没有此凭证，或起始时刻在将来。凭证写作 key:<kid> 或 secret:<序号>。",
                "The client has no such credential, or the moment lies ahead. A credential is written "
                "key:<kid> or secret:<number>.",
            )
        )


class QuotaExceeded(TooManyRequests):
    """Of records a day or requests a minute, as the client's row or the settings say."""

    code = "quota_exceeded"

    @classmethod
    def of_records(cls, most: int, *, left: int, retry_after_s: int) -> "QuotaExceeded":
        return cls(
            Text(
                f"今日配额为 {most} 条记录，尚余 {left} 条，本批未保存任何内容。"
                f"请缩小批次，或在 {retry_after_s} 秒后（北京时间零点）重试；如需更高配额，请联系监督平台。",
                f"The quota is {most} records a day, of which {left} are left; nothing of this batch was "
                f"stored. Send a smaller batch, or come back in {retry_after_s} s (midnight in Beijing). "
                "Ask the supervision platform for a larger quota.",
            ),
            retry_after_s=retry_after_s,
        )

    @classmethod
    def of_requests(cls, most: int, *, retry_after_s: int) -> "QuotaExceeded":
        return cls(
            Text(
                f"每分钟配额为 {most} 次请求，已用完。请在 {retry_after_s} 秒后重试；"
                "如需更高配额，请联系监督平台。",
                f"The quota of {most} requests a minute is used up. Come back in {retry_after_s} s, or ask "
                "the supervision platform for a larger quota.",
            ),
            retry_after_s=retry_after_s,
        )
