"""What pages say, in both languages."""

from collections.abc import Mapping

from app.core.errors import Text

WORDS: Mapping[str, Text] = {
    "platform": Text("补贴培训监督平台", "Subsidised training supervision"),
    "sign_in": Text("登录", "Sign in"),
    "sign_out": Text("退出登录", "Sign out"),
    "login": Text("登录名", "Login"),
    "password": Text("密码", "Password"),
    "current_password": Text("当前密码", "Current password"),
    "new_password": Text("新密码", "New password"),
    "password_hint": Text(
        "至少 {0} 个字符；几个不相关的词组成一句即可。",
        "At least {0} characters; several unrelated words will do.",
    ),
    "with_passkey": Text("使用通行密钥登录", "Sign in with a passkey"),
    "second_factor": Text("第二重验证", "Second factor"),
    "second_factor_hint": Text(
        "输入验证器应用显示的 6 位数字；无法使用时输入一个恢复码。",
        "Enter the 6 digits that your authenticator app shows, or one of your recovery codes.",
    ),
    "code": Text("验证码", "Code"),
    "continue": Text("继续", "Continue"),
    "verify": Text("请再次验证", "Prove that it is you"),
    "verify_hint": Text(
        "您要进行的操作需要刚刚完成的身份验证；验证之后回到原来的页面。",
        "What you want to do asks for a fresh proof that it is you; it leads you back to where you were.",
    ),
    "verify_with_passkey": Text("使用通行密钥验证", "Prove it with a passkey"),
    "account": Text("我的账户", "My account"),
    "signed_in_as": Text("当前用户", "Signed in as"),
    "role": Text("角色", "Role"),
    "sessions": Text("登录会话", "Sessions"),
    "this_session": Text("当前会话", "This one"),
    "since": Text("登录时间", "Since"),
    "last_seen": Text("最近活动", "Last seen"),
    "address": Text("网络地址", "Address"),
    "end_session": Text("结束", "End"),
    "change_password": Text("修改密码", "Change password"),
    "save": Text("保存", "Save"),
    "enrolment": Text("启用账户", "Enrol"),
    "enrolment_hint": Text(
        "设置密码后，还需绑定第二重验证方式。", "After the password comes a second factor."
    ),
    "authenticator": Text("验证器应用", "Authenticator app"),
    "authenticator_hint": Text(
        "用手机上的验证器应用扫描二维码，或手动输入密钥，然后输入它显示的 6 位数字。",
        "Scan the code with an authenticator app, or type the key, then enter the 6 digits that it shows.",
    ),
    "key": Text("密钥", "Key"),
    "qr": Text("绑定二维码", "QR code of the key"),
    "recovery_codes": Text("恢复码", "Recovery codes"),
    "recovery_hint": Text(
        "每个恢复码可代替验证码使用一次。仅显示这一次，请离线妥善保存。",
        "Each of these replaces a code once. They are shown this once only; keep them safe, and offline.",
    ),
    "recovery_left": Text("剩余恢复码", "Recovery codes left"),
    "renew_recovery": Text("重新生成恢复码", "Make new recovery codes"),
    "saved_them": Text("我已保存", "I have saved them"),
    "passkeys": Text("通行密钥", "Passkeys"),
    "add_passkey": Text("添加通行密钥", "Add a passkey"),
    "remove": Text("移除", "Remove"),
    "added_on": Text("添加时间", "Added"),
    "none_yet": Text("尚未设置", "None yet"),
    "factors": Text("第二重验证方式", "Second factors"),
    "factors_hint": Text(
        "请先绑定一种第二重验证方式：验证器应用或通行密钥。",
        "First enrol a second factor: an authenticator app or a passkey.",
    ),
    "bound": Text("已绑定", "Enrolled"),
    "bind": Text("绑定", "Enrol"),
    "replace": Text("更换", "Replace"),
    "learner": Text("学员查询", "For learners"),
    "learner_hint": Text(
        "点击继续后，本链接即失效；会话将在 {0} 分钟后自动结束。",
        "The link is spent once you go on; the session ends by itself after {0} minutes.",
    ),
    "back": Text("返回", "Back"),
    "passkey_failed": Text(
        "通行密钥未完成。请重试，或改用密码和验证码。",
        "The passkey was not completed. Try again, or use password and code.",
    ),
    "needs_script": Text("通行密钥需要启用 JavaScript。", "Passkeys need JavaScript."),
}
