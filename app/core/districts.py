"""Districts by their GB/T 2260 codes: two digits a province, four a city, six a county."""

import re

FORM = re.compile("[0-9]{2}([0-9]{2}){0,2}")
PROVINCE_DIGITS, CITY_DIGITS, COUNTY_DIGITS = 2, 4, 6


def prefix_of(district: str) -> str:
    """What all codes of the district begin with.

    >>> prefix_of("440200"), prefix_of("440204"), prefix_of("44")
    ('4402', '440204', '44')
    """
    while district.endswith("00") and len(district) > PROVINCE_DIGITS:
        district = district[:-2]
    return district


def is_county(district: str) -> bool:
    """Whether a filter with this code is about it alone, and not about all that lies in it.

    >>> is_county("440204"), is_county("440200"), is_county("44")
    (True, False, False)
    """
    return len(prefix_of(district)) == COUNTY_DIGITS
