"""What is shown of personal data: enough to recognise one's own, too little to learn another's."""

import re

from app.privacy.id_number import birth_date

STAR = "*"
SEPARATORS = "·•・ -"
"""Between the parts of a name; they stay, so that 阿依古丽·买买提 still reads as a name."""
LEAST_HIDDEN = 4
RESEMBLING = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")


def mask_name(name: str) -> str:
    """Keeps the family name's first character; of a name of one character, nothing.

    >>> mask_name("张三丰"), mask_name("阿依古丽·买买提"), mask_name("张")
    ('张**', '阿***·***', '*')
    """
    shown = 1 if len(name) > 1 else 0
    return name[:shown] + "".join(sign if sign in SEPARATORS else STAR for sign in name[shown:])


def mask_id_number(id_number: str) -> str:
    return mask_middle(id_number, first=3, last=4)


def mask_phone(phone: str) -> str:
    return mask_middle(phone, first=3, last=4)


def mask_account(account: str) -> str:
    return mask_middle(account, first=0, last=4)


def last_four(id_number: str) -> str:
    return id_number[-4:]


def mask_middle(value: str, *, first: int, last: int) -> str:
    """A value too short to hide four characters of it is hidden altogether."""
    hidden = len(value) - first - last
    if hidden < LEAST_HIDDEN:
        return STAR * len(value)
    return value[:first] + STAR * hidden + value[-last:]


def mask_text(text: str) -> str:
    """Free text with its ID numbers masked. What only resembles one stays, as all else does.

    >>> mask_text("张三（11010519491231002X）订单138001380001380013")
    '张三（110***********002X）订单138001380001380013'
    """
    return RESEMBLING.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    return mask_id_number(found[0]) if birth_date(found[0]) else found[0]
