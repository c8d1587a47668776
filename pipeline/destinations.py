"""Country and kind of the numbers that are called, by the public numbering plans (package `phonenumbers`)."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberType, ShortNumberCost, shortnumberinfo

from pipeline.domain.rules import Destination

_NOWHERE = Destination("", "unknown")
_KINDS = {
    PhoneNumberType.FIXED_LINE: "geographic",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "geographic",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.TOLL_FREE: "freephone",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "premium",
}
_LENGTHS = range(2, 18)  # of national numbers; phonenumbers refuses others
# Directory enquiries are dear in every country that has them here; the public plans do not name their cost.
_DIRECTORY = "118"


@lru_cache(maxsize=32_768)
def destination(canonical: str, country_code: str) -> Destination:
    """What a canonical number (contract 5) leads to, seen from a country by its calling code such as `49`.

    Kinds: `emergency`, `service` (other short numbers), `freephone`, `premium` (shared-cost and directory services
    too), `international` (another country, unless premium or freephone), `mobile`, `geographic`, `other`; `unknown`
    for what is no number. The country is that of ISO 3166, empty where it cannot be told. Masked digits count as 0.
    """
    digits = canonical.replace("X", "0")
    home = phonenumbers.region_code_for_country_code(int(country_code))
    if digits.isdigit() and canonical[0] in "123456789":
        return _short(digits, home)
    if not digits.startswith("+"):
        return _NOWHERE
    try:
        number = plain_number(digits) or phonenumbers.parse(digits)
    except phonenumbers.NumberParseException:
        return _NOWHERE
    return _full(number, country_code)


def plain_number(digits: str) -> PhoneNumber | None:
    """The number that `phonenumbers.parse` finds in `+` and digits, without its steps; `None` if only that can tell.

    Told at once are numbers with a known calling code and nothing before the national number.
    """
    for code in (digits[1:2], digits[1:3], digits[1:4]):
        if prefix := _national_prefix(code):
            national = digits[1 + len(code) :]
            plain = digits.isascii() and national.isdecimal() and len(national) in _LENGTHS and national[0] != "0"
            return PhoneNumber(int(code), int(national)) if plain and not prefix.match(national) else None
    return None


@lru_cache(maxsize=1024)
def _national_prefix(code: str) -> re.Pattern[str] | None:
    """What may stand before national numbers under a calling code; `None` if it is no calling code."""
    if not code.isdecimal() or code[0] == "0" or int(code) not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        return None
    region = phonenumbers.region_code_for_country_code(int(code))
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    return re.compile((metadata and metadata.national_prefix_for_parsing) or r"(?!)")


def _short(digits: str, home: str) -> Destination:
    """A short number of the own country."""
    if shortnumberinfo.is_emergency_number(digits, home):
        return Destination(home, "emergency")
    number = PhoneNumber(phonenumbers.country_code_for_region(home), int(digits))
    cost = shortnumberinfo.expected_cost_for_region(number, home)
    if digits.startswith(_DIRECTORY) or cost == ShortNumberCost.PREMIUM_RATE:
        return Destination(home, "premium")
    return Destination(home, "freephone" if cost == ShortNumberCost.TOLL_FREE else "service")


def _full(number: PhoneNumber, country_code: str) -> Destination:
    region = phonenumbers.region_code_for_number(number)
    if region is None and number.country_code is not None:
        region = phonenumbers.region_code_for_country_code(number.country_code)
    # Satellites and international services have calling codes but no country ("001").
    country = region if region and region.isalpha() and region != "ZZ" else ""
    kind = _KINDS.get(phonenumbers.number_type(number), "other")
    if str(number.country_code) != country_code and kind not in {"premium", "freephone"}:
        kind = "international"
    return Destination(country, kind)
