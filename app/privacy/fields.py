"""How personal data appears in an answer: per kind of field, as the authorisation table grants it.

What rooms hand out is `Personal`: it has no text of its own until `Fields.show` gives it one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from app.privacy import masking


class PersonalKind(StrEnum):
    name = "name"
    id_number = "id_number"
    phone = "phone"
    account = "account"


class Shown(StrEnum):
    nothing = "nothing"
    masked = "masked"
    last_four = "last_four"
    clear = "clear"


@dataclass(frozen=True, slots=True)
class Personal:
    """A piece of personal data on its way out."""

    kind: PersonalKind
    clear_text: str = field(repr=False)


_MASKS: Mapping[PersonalKind, Callable[[str], str]] = {
    PersonalKind.name: masking.mask_name,
    PersonalKind.id_number: masking.mask_id_number,
    PersonalKind.phone: masking.mask_phone,
    PersonalKind.account: masking.mask_account,
}


def _last_four(personal: Personal) -> str:
    """Of the masked value: what is too short to hide anything stays hidden, and so does a name."""
    return _MASKS[personal.kind](personal.clear_text)[-4:]


class Fields(NamedTuple):
    """How each kind of personal data is shown."""

    name: Shown = Shown.nothing
    id_number: Shown = Shown.nothing
    phone: Shown = Shown.nothing
    account: Shown = Shown.nothing

    def of(self, kind: PersonalKind) -> Shown:
        return self[list(PersonalKind).index(kind)]

    def show(self, personal: Personal) -> str | None:
        """None: it is not told at all."""
        match self.of(personal.kind):
            case Shown.nothing:
                return None
            case Shown.masked:
                return _MASKS[personal.kind](personal.clear_text)
            case Shown.last_four:
                return _last_four(personal)
            case Shown.clear:
                return personal.clear_text

    def show_last_four(self, personal: Personal) -> str | None:
        """For a place that holds four characters and no more: None where even these are not told."""
        return _last_four(personal) if self.tells(personal.kind) else None

    def tells(self, kind: PersonalKind) -> bool:
        """More than a mask: whoever is told that is logged."""
        return self.of(kind) in {Shown.last_four, Shown.clear}


NO_FIELDS = Fields()
