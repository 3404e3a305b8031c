"""What people can be refused. A refused sign-in never tells which of its parts was wrong."""

from app.core.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Text,
    Unauthenticated,
    Unavailable,
)


class SignInRefused(Unauthenticated):
    """One and the same for an unknown login, a wrong password or code, a lockout and a disabled account."""

    code = "sign_in_refused"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "登录名、密码或验证码不正确，或连续失败后需稍候。请核对后再试；"
                "仍不成功时请等待 15 分钟，或请管理员重置。",
                "Login, password or code is wrong, or has to wait after failures in a row. Check them and "
                "try again; if that fails too, wait 15 minutes, or have the administrator reset the account.",
            )
        )


class SignInBusy(Unavailable):
    code = "sign_in_busy"

    def __init__(self) -> None:
        super().__init__(
            Text("登录人数过多，请几秒后重试。", "Too many people sign in at once; try again in seconds."),
            retry_after_s=5,
        )


class SessionEnded(Unauthenticated):
    code = "session_ended"

    def __init__(self) -> None:
        super().__init__(
            Text("会话已结束。请在 /sign-in 重新登录。", "The session has ended. Sign in again at /sign-in.")
        )


class SecondFactorNeeded(Unauthenticated):
    code = "second_factor_needed"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "尚未完成第二重验证。请先在 /second-factor 完成。",
                "The second factor has not been shown yet. Do that first, at /second-factor.",
            )
        )


class PasswordExpired(Forbidden):
    code = "password_expired"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "密码已到期。请先在 /account/password 修改。",
                "The password has expired. Change it first, at /account/password.",
            )
        )


class FreshProofNeeded(Forbidden):
    """For sensitive acts a session that was opened long ago is not enough."""

    code = "fresh_proof_needed"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "此操作需要刚刚完成的验证。请先在 /verify 再次验证。",
                "This act asks for a fresh proof that it is you. Give it first, at /verify.",
            )
        )


class CrossSiteRequest(Forbidden):
    code = "cross_site_request"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该请求不是来自本站页面，未予执行。请从本站页面操作。",
                "The request did not come from a page of this site, and was not carried out. "
                "Use the pages of this site.",
            )
        )


class CsrfTokenWrong(Forbidden):
    code = "csrf_token_wrong"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "缺少本会话的 X-CSRF-Token（或表单字段 csrf_token）。"
                "请从 GET /api/v1/session 取得，或刷新页面。",
                "X-CSRF-Token (or the form field csrf_token) of this session is missing or wrong. Get it "
                "from GET /api/v1/session, or reload the page.",
            )
        )


class LinkSpent(NotFound):
    """Unknown, used or too old: who holds a link is not told which."""

    code = "link_spent"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该链接无效、已使用或已过期。请向发给您链接的单位索取新的链接。",
                "This link is not valid, was used, or is too old. Ask whoever sent it for a new one.",
            )
        )


class WeakPassword(Invalid):
    code = "weak_password"

    def __init__(self, why: Text) -> None:
        super().__init__(why, errors=(FieldError("/password", self.code, why),))


class UnusableUser(Invalid):
    """What was said about a new user does not fit together."""

    code = "unusable_user"


class LoginTaken(Conflict):
    code = "login_taken"

    def __init__(self) -> None:
        super().__init__(
            Text("该登录名已被使用，请另选一个。", "Somebody has this login already; choose another.")
        )


class UserUnknown(NotFound):
    code = "user_unknown"

    def __init__(self) -> None:
        super().__init__(Text("没有这个用户。", "There is no such user."))


class SessionUnknown(NotFound):
    code = "session_unknown"

    def __init__(self) -> None:
        super().__init__(Text("没有这个会话，或它已结束。", "There is no such session, or it has ended."))


class OwnAccount(Forbidden):
    """Nobody makes more, or less, of the own account."""

    code = "own_account"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "管理员不得更改自己的账户。请由另一位管理员操作。",
                "Administrators do not change their own account. Have another administrator do it.",
            )
        )


class LearnerUnknown(NotFound):
    code = "learner_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这名学员，或其身份证号码尚未报送。",
                "There is no such learner, or the ID number has not been reported yet.",
            )
        )


class PasskeyRefused(Unauthenticated):
    code = "passkey_refused"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "通行密钥未通过验证。请重试，或改用密码和验证码。",
                "The passkey was not accepted. Try again, or use password and code.",
            )
        )


class LastFactor(Conflict):
    code = "last_factor"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "这是您唯一的第二重验证方式。请先添加另一种再移除。",
                "This is the only second factor you have. Add another before you remove it.",
            )
        )
