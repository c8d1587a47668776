"""Where in the world a site is, as far as its numbers and currency tell. Pure.

The file names neither country nor area nor zone; what is guessed here is for the user to check.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.cdr_file.survey.counts import Guess

# ITU-T E.164: the codes of one and of two digits; all others have three.
_SHORT_CODE = re.compile(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
# Where SwyxWare is sold, as far as one zone serves the country.
_ZONES = {
    "31": "Europe/Amsterdam",
    "32": "Europe/Brussels",
    "33": "Europe/Paris",
    "39": "Europe/Rome",
    "41": "Europe/Zurich",
    "43": "Europe/Vienna",
    "44": "Europe/London",
    "45": "Europe/Copenhagen",
    "46": "Europe/Stockholm",
    "47": "Europe/Oslo",
    "48": "Europe/Warsaw",
    "49": "Europe/Berlin",
    "352": "Europe/Luxembourg",
    "420": "Europe/Prague",
    "423": "Europe/Vaduz",
}
_COUNTRY_OF_CURRENCY = {"CHF": "41", "GBP": "44"}
# Area codes whose length can be told from the number; those of other German and Austrian areas have 3 to 5 digits.
_AREAS = {"41": r"[2-9][0-9]", "43": r"1", "44": r"2[03489]", "49": r"30|40|69|89"}


def country_of(number: str) -> str:
    """The country code of a `+…` number; empty if it is too short to have one."""
    digits = number.removeprefix("+")
    if short := _SHORT_CODE.match(digits):
        return short[0]
    return digits[:3] if len(digits) >= 3 and digits[0] != "0" else ""


def guess_country(ranges: Sequence[str], providers: Sequence[str], currency: str) -> Guess[str] | None:
    """The value of `country_code` by own numbers, by call-by-call codes (Germany's alone), or by the currency."""
    country = country_of(ranges[0]) if ranges else ""
    if country:
        return Guess(country, f"own numbers begin with {ranges[0]}", sure=True)
    if any(re.fullmatch(r"0100\d\d|010[1-9]\d", provider) for provider in providers):
        return Guess("49", "call-by-call codes of Germany are used", sure=True)
    if currency in _COUNTRY_OF_CURRENCY:
        return Guess(_COUNTRY_OF_CURRENCY[currency], f"the currency is {currency}", sure=False)
    return None


def guess_area(country: str, ranges: Sequence[str]) -> Guess[str] | None:
    """The value of `area_code` where its length follows from the number; None elsewhere."""
    national = ranges[0].removeprefix(f"+{country}") if ranges else ""
    area = re.match(_AREAS.get(country, r"(?!)"), national)
    return Guess(area[0], f"own numbers begin with {ranges[0]}", sure=False) if area else None


def guess_zone(country: str) -> Guess[str] | None:
    """The value of `time_zone` by country; None where the country is none of a few."""
    zone = _ZONES.get(country)
    return Guess(zone, f"no zone in the file; that of country code {country}", sure=False) if zone else None
