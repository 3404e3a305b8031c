"""Which sensitive acts there are, and which of them a role has to do with."""

from collections.abc import Iterator, Mapping

from app.accounts.authorisation import TABLE, Action
from app.approvals.errors import ActUnknown
from app.approvals.schemas import Act
from app.core.vocabulary import Role


class Acts:
    """The sensitive acts there are, by name."""

    def __init__(self, *acts: Act) -> None:
        self._by_name: Mapping[str, Act] = {act.name: act for act in acts}

    def __iter__(self) -> Iterator[Act]:
        return iter(self._by_name.values())

    def named(self, name: str) -> Act:
        if name not in self._by_name:
            raise ActUnknown(sorted(self._by_name))
        return self._by_name[name]

    def concerning(self, role: Role) -> list[str]:
        """Those that the role takes part in; auditors look on at all."""
        return [
            act.name
            for act in self
            if role is Role.auditor or role in TABLE[act.proposing] or role in TABLE[act.approving]
        ]

    def approvable_by(self, role: Role) -> list[str]:
        return [act.name for act in self if role in TABLE[act.approving] and role in TABLE[Action.decide_act]]
