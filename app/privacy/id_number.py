"""The form of an ID number (GB 11643): 17 digits and a check character, with a birth date of three centuries.

Whether the region code exists is not asked: real people hold numbers of regions that were renamed or
created later.
"""

import re
import unicodedata
from datetime import date
from operator import mul

FORM = re.compile(r"[1-9][0-9]{5}(18|19|20)[0-9]{9}[0-9Xx]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
_GAPS = re.compile(r"[\s-]+")
_MEANT = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3,6}[0-9Xx](?![0-9A-Za-z])"
)


def birth_date(id_number: str) -> date | None:
    """The day of birth, or None where form, date or check character are wrong."""
    if not FORM.fullmatch(id_number) or id_number[17].upper() != check_character(id_number[:17]):
        return None
    try:
        return date.fromisoformat(id_number[6:14])
    except ValueError:
        return None


def meant(text: str) -> str | None:
    """The ID number that somebody meant, whatever stands around it; perhaps a character wrong or missing.

    >>> meant("110105 19491231 002x"), meant("张三 110105194912310020。"), meant("91440200MA4UQ0A31K")
    ('11010519491231002X', '110105194912310020', None)
    """
    found = _MEANT.search(unicodedata.normalize("NFKC", text)) or _MEANT.search(without_gaps(text))
    return None if found is None else found[0].upper()


def without_gaps(text: str) -> str:
    """As it stands on the card, however somebody types it: no spaces or hyphens, no full-width digits.

    >>> without_gaps("110105 19491231-００２x")
    '11010519491231002X'
    """
    return _GAPS.sub("", unicodedata.normalize("NFKC", text)).upper()


def gender(id_number: str) -> str:
    """What the 17th digit says.

    >>> gender("11010519491231002X")
    'female'
    """
    return "male" if int(id_number[16]) % 2 else "female"


def check_character(digits: str) -> str:
    """ISO 7064 MOD 11-2.

    >>> check_character("11010519491231002")
    'X'
    """
    return CHECK_CHARACTERS[sum(map(mul, map(int, digits), WEIGHTS)) % 11]
