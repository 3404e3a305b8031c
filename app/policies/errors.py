"""What can be asked of policies in vain."""

from app.core.errors import NotFound, Text


class PolicyNotFound(NotFound):
    code = "policy_not_found"

    def __init__(self, policy_id: str) -> None:
        super().__init__(
            Text(
                f"没有政策包 {policy_id}。全部政策包见 /api/v1/policies。",
                f"There is no policy {policy_id}. All of them are at /api/v1/policies.",
            )
        )


class PolicyVersionNotFound(NotFound):
    code = "policy_version_not_found"

    def __init__(self, policy_id: str, version: str) -> None:
        super().__init__(
            Text(
                f"政策包 {policy_id} 没有版本 {version}。全部版本见 /api/v1/policies/{policy_id}。",
                f"Policy {policy_id} has no version {version}. "
                f"All of them are at /api/v1/policies/{policy_id}.",
            )
        )
