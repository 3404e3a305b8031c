"""Why nothing is checked now."""

from app.core.errors import RequestTimeout, Text, Unavailable

RETRY_AFTER_S = 10


class VerificationsBusy(Unavailable):
    code = "verifications_busy"

    def __init__(self) -> None:
        super().__init__(
            Text(
                f"正在核验其他文件，请在 {RETRY_AFTER_S} 秒后重试，或用脚本在自己的电脑上核验。",
                f"Other files are being verified; try again after {RETRY_AFTER_S} s, "
                "or verify yours on your own machine with the script.",
            ),
            retry_after_s=RETRY_AFTER_S,
        )


class FileTooSlow(RequestTimeout):
    code = "file_too_slow"

    def __init__(self, timeout_s: float) -> None:
        super().__init__(
            Text(
                f"文件未在 {timeout_s:g} 秒内收完。请换一个网络，或用脚本在自己的电脑上核验。",
                f"The file did not arrive within {timeout_s:g} s. "
                "Use a faster line, or verify it on your own machine with the script.",
            )
        )
