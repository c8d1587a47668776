"""Telephone numbers in the forms that SwyxWare writes, made comparable (contract 5)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.domain.pseudonyms import is_pseudonym
from pipeline.domain.rules import GroupRules, SiteRules, number_ranges

_PUNCTUATION = str.maketrans("", "", " -/().\u00a0\t")
_DIALLED = re.compile(r"\+?[0-9X]+\Z")
# No international number is so short: the shortest have 7 digits (E.164).
_PLUS_BEFORE_FEW = re.compile(r"\+[0-9]{1,6}\Z")
_CALL_BY_CALL = re.compile(r"0100\d\d|010[1-9]\d")


class Party(NamedTuple):
    """Who a number names within a group.

    `extension_of` is the site whose extension `text` is, empty for a bare extension that any site may own,
    `None` for every other number. `canonical` is the number in international form, or as written where it has none.
    """

    text: str
    extension_of: str | None
    canonical: str


def same_party(one: Party, other: Party) -> bool:
    """Whether two numbers name the same party: a bare extension fits the same extension of any site (contract 8)."""
    if one.canonical == other.canonical:
        return True
    if one.text != other.text or one.extension_of is None or other.extension_of is None:
        return False
    return one.extension_of == other.extension_of or not one.extension_of or not other.extension_of


def partly_masked(party: Party) -> bool:
    """Whether a number hides some of its digits; `XXX` alone hides all of them and fits only itself (contract 8)."""
    return "X" in party.canonical and _comparable(party)


def may_be_same_party(one: Party, other: Party) -> bool:
    """Whether two numbers, one of them partly masked, agree in every digit that both show (contract 8).

    They are compared from the right, and must be of one length unless one is a bare extension: only then
    a number in a range is compared as its extension.
    """
    if "X" not in one.canonical and "X" not in other.canonical:
        return False
    bare = one.extension_of == "" or other.extension_of == ""
    texts = (one.text, other.text) if bare else (one.canonical, other.canonical)
    if not bare and len(texts[0]) != len(texts[1]):
        return False
    if any(left != right and left != "X" != right for left, right in zip(*map(reversed, texts), strict=False)):
        return False
    return _comparable(one) and _comparable(other)


def _comparable(party: Party) -> bool:
    """Whether a number shows digits: nothing, only a mask, addresses and codes are compared as a whole."""
    return party.canonical.strip("X") != "" and _DIALLED.match(party.canonical) is not None


class NumberPlan:
    """`canonical(number)` at each site of a group, remembered for the numbers seen most recently."""

    def __init__(self, rules: GroupRules) -> None:
        self._ranges = number_ranges(rules)
        self._sites = rules.sites
        self._short = {name: _short_number_pattern(site) for name, site in rules.sites.items()}
        self.party = lru_cache(maxsize=32_768)(self._party)

    def _party(self, number: str, site: str, trunk_destination: bool = False, lcr_provider: str = "") -> Party:
        """Who `number` names, read at `site`.

        `trunk_destination`: the number is the destination of a leg whose destination kind is trunk;
        there even a short number is not an extension. `lcr_provider`: the call-by-call code that the CDR names.
        """
        rules = self._sites[site]
        digits = number
        if not _DIALLED.match(digits):
            digits = number.replace("(0)", "").translate(_PUNCTUATION).replace("x", "X")
            if digits and not _DIALLED.match(digits):
                text = number.strip()
                # Whose extension it was is not told: it fits any site, as a bare extension does (contract 8).
                return Party(text, "" if rules.pseudonyms and is_pseudonym(text) else None, text)
        if not digits.strip("X"):
            return Party(digits, None, digits)
        if len(digits) <= rules.extension_digits + 1 and _PLUS_BEFORE_FEW.match(digits):
            digits = digits[1:]
        if digits[0] != "+":
            if not trunk_destination and len(digits) <= rules.extension_digits:
                return Party(digits, "", digits)
            digits = self._from_dialled(digits, rules, trunk_destination, lcr_provider)
        elif digits.startswith(f"+{rules.country_code}0"):
            digits = f"+{rules.country_code}{digits[len(rules.country_code) + 2 :]}"
        return self._in_range(digits)

    def _from_dialled(self, digits: str, rules: SiteRules, trunk_destination: bool, lcr_provider: str) -> str:
        if rules.public_access_prefix and digits.startswith(rules.public_access_prefix):
            digits = digits[len(rules.public_access_prefix) :]
        short = trunk_destination and len(digits) <= rules.extension_digits
        if short or self._short[rules.name].match(digits):
            return digits
        digits = _without_carrier_code(digits, rules, lcr_provider)
        if rules.international_prefix and digits.startswith(rules.international_prefix):
            return "+" + digits[len(rules.international_prefix) :]
        if rules.long_distance_prefix and digits.startswith(rules.long_distance_prefix):
            return f"+{rules.country_code}{digits[len(rules.long_distance_prefix) :]}"
        return f"+{rules.country_code}{rules.area_code}{digits}"

    def _in_range(self, canonical: str) -> Party:
        for prefix, site in self._ranges:
            if canonical.startswith(prefix) and 1 <= len(canonical) - len(prefix) <= site.extension_digits:
                return Party(canonical[len(prefix) :], site.name, canonical)
        return Party(canonical, None, canonical)


def text_at(party: Party, site: str) -> str:
    """How rows of `site` write a party: as extension if it is bare or of that site, else as canonical number."""
    return party.text if party.extension_of in {"", site} else party.canonical


def _short_number_pattern(rules: SiteRules) -> re.Pattern[str]:
    patterns = (re.escape(pattern).replace(r"\?", r"\d") for pattern in rules.short_numbers)
    return re.compile(f"(?:{'|'.join(patterns)})\\Z") if rules.short_numbers else re.compile(r"(?!)")


def _without_carrier_code(digits: str, rules: SiteRules, lcr_provider: str) -> str:
    if rules.country_code != "49":
        return digits
    if lcr_provider:
        return digits.removeprefix(lcr_provider)
    code = _CALL_BY_CALL.match(digits)
    return digits[code.end() :] if code else digits
