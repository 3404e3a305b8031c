"""What can be asked of policies in vain. What was asked is not repeated: anything can stand in an address."""

from app.core.errors import NotFound, Text


class PolicyNotFound(NotFound):
    code = "policy_not_found"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这个政策包。全部政策包见 /api/v1/policies。",
                "There is no such policy. All of them are at /api/v1/policies.",
            )
        )


class PolicyVersionNotFound(NotFound):
    code = "policy_version_not_found"

    def __init__(self, policy_id: str) -> None:
        super().__init__(
            Text(
                f"政策包 {policy_id} 没有这个版本。全部版本见 /api/v1/policies/{policy_id}。",
                f"Policy {policy_id} has no such version. All of them are at /api/v1/policies/{policy_id}.",
            )
        )
