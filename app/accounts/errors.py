"""What accounts can refuse: callers without a token, clients without a secret, odd registrations."""

from app.core.errors import (
    AppError,
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Text,
    Unauthenticated,
)
from app.core.vocabulary import Role


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
    def for_repeated(cls) -> "InvalidTokenRequest":
        return cls(
            Text(
                "同一参数或凭证只能给出一次：请用 HTTP Basic 或表单之一。",
                "Give each parameter once, and the credentials by HTTP Basic or in the form, not both.",
            )
        )


class InvalidClient(OAuthError, Unauthenticated):
    code = "invalid_client"

    def __init__(self, detail: Text | None = None) -> None:
        super().__init__(
            detail
            or Text(
                "client_id 或 client_secret 不正确，或该客户端已被注销。",
                "client_id or client_secret is wrong, or the client has been revoked.",
            )
        )

    @classmethod
    def for_missing(cls, parameter: str) -> "InvalidClient":
        """RFC 6749 §5.2: no authentication is failed authentication."""
        return cls(Text(f"缺少参数 {parameter}。", f"The parameter {parameter} is missing."))


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
        super().__init__(Text(f"没有客户端 {client_id}。", f"There is no client {client_id}."))
