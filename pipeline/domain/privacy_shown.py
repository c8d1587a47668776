"""Which numbers views show whole where they hide the last digits of outside destinations (docs/privacy.md)."""

from __future__ import annotations

import re

from pipeline.domain.rules import GroupRules, SiteRules


def whole_numbers(rules: GroupRules) -> str:
    """A pattern of the group's own and short numbers, as they may be dialled, without punctuation (RE2's syntax)."""
    found = {"X*", r"[0-9X]*[A-WYZa-z][0-9A-Za-z]*"}  # nothing but a mask; names and pseudonyms
    for site in rules.sites.values():
        found.add(rf"\+?[0-9]{{1,{site.extension_digits}}}")
        found |= {re.escape(pattern).replace(r"\?", "[0-9]") for pattern in site.short_numbers}
        for dialler in rules.sites.values():
            for number_range in site.number_ranges:
                found |= {f"{form}[0-9]{{1,{site.extension_digits}}}" for form in _dialled(number_range, dialler)}
    return f"^(?:{'|'.join(sorted(found))})$"


def _dialled(number_range: str, dialler: SiteRules) -> set[str]:
    """How a site may dial numbers of a range: in international form, within the country, within the area."""
    digits = number_range.removeprefix("+")
    forms = {dialler.international_prefix + digits}
    country, area = dialler.country_code, dialler.country_code + dialler.area_code
    if digits.startswith(country):
        forms.add(dialler.long_distance_prefix + digits.removeprefix(country))
    if dialler.area_code and digits.startswith(area):
        forms.add(digits.removeprefix(area))
    access = re.escape(dialler.public_access_prefix)
    return {rf"\+{digits}", *(f"(?:{access})?{form}" if access else form for form in forms)}
