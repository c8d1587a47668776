"""Which of the numbers that a warehouse holds name a party: what `erase` looks for (contract 5 and 8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.domain.numbers import NumberPlan, Party
from pipeline.domain.pseudonyms import pseudonym_of
from pipeline.domain.rules import GroupRules


class Forms(NamedTuple):
    """How a party is written: (site, number) of legs, `canonical` in charges; `extension` is empty if it has none."""

    written: frozenset[tuple[str, str]]
    canonical: frozenset[str]
    extension: str
    pseudonym: str


def party_of(rules: GroupRules, site: str, number: str) -> Party:
    """Who a number names that somebody at a site has written; a bare extension is that of the site."""
    party = NumberPlan(rules).party(number, site)
    return party._replace(extension_of=site) if party.extension_of == "" else party


def last_digits(party: Party) -> str:
    """What every way to write the party's number ends with: the extension, or the last six digits."""
    return re.sub(r"[^0-9]", "", party.text if party.extension_of else party.canonical)[-6:]


def forms_of(party: Party, rules: GroupRules, numbers: Iterable[tuple[str, str]], key: bytes = b"") -> Forms:
    """Those of the numbers, each written at a site, that name the party; with a key its pseudonym too."""
    plan = NumberPlan(rules)
    owner = party.extension_of or ""
    written = {(site, number) for site, number in numbers if _names(plan.party(number, site), site, party)}
    canonical = {party.canonical} if party.canonical != party.text or not owner else set()
    if owner:
        canonical |= {number_range + party.text for number_range in rules.sites[owner].number_ranges}
    pseudonym = pseudonym_of(party.text, key) if owner and key else ""
    if pseudonym:
        written |= {(site, pseudonym) for site in rules.sites}
        canonical.add(pseudonym)
    return Forms(frozenset(written), frozenset(canonical), party.text if owner else "", pseudonym)


def pattern_of(forms: Forms, names: Iterable[str]) -> str:
    """A pattern (RE2's syntax) that finds the party in a line that could not be read."""
    numbers = (
        {number for _, number in forms.written} | forms.canonical | ({forms.extension} if forms.extension else set())
    )
    whole = "|".join(sorted(map(re.escape, numbers)))
    named = [re.escape(name) for name in sorted(names) if len(name) > 2]
    return "|".join([rf"(^|[^0-9])({whole})([^0-9]|$)", *named])


def _names(found: Party, site: str, party: Party) -> bool:
    if found.canonical == party.canonical and (found.extension_of is None) == (party.extension_of is None):
        return found.extension_of != "" or site == party.extension_of
    if found.text != party.text or party.extension_of is None or found.extension_of is None:
        return False
    return found.extension_of == party.extension_of or (found.extension_of == "" and site == party.extension_of)
