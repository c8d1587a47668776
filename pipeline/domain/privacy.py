"""What may leave the machine beside the PBX: legs never recorded, masked numbers, pseudonyms (docs/privacy.md).

Applied to what a line was read as, before it is published. Applied twice it changes nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from pipeline.domain import parties
from pipeline.domain.legs import LegClassifier, Part
from pipeline.domain.numbers import NumberPlan, Party
from pipeline.domain.pseudonyms import pseudonym_of
from pipeline.domain.rules import GroupRules
from schemas.cdr import Leg, Reject

_DIGITS = re.compile(r"[0-9Xx]")
_INTERNATIONAL = re.compile(r"\+[0-9X]+\Z")
# Their texts tell counts and names of columns, nothing of what stands in the line.
_PLAIN_REASONS = frozenset({"wrong_number_of_fields", "no_call_id", "line_too_long"})
_NOT_KEPT = "the line is not kept, as the site has privacy keys; read its file again after a fix"


@dataclass(frozen=True, slots=True)
class SitePrivacy:
    """What the configuration of one site asks for; each of it may be missing.

    `never_recorded` are numbers, `?` for a digit. `masked_digits` of outside destinations are hidden.
    With a `pseudonym_key` the site's users are known by pseudonyms only.
    """

    never_recorded: tuple[str, ...] = ()
    masked_digits: int = 0
    pseudonym_key: bytes = field(default=b"", repr=False)


class _Shown(NamedTuple):
    """A party of a leg as its fields show it, and whether the last digits of an outside number are to be hidden."""

    number_field: str
    name_field: str
    party: Party
    masked: bool


class Guard:
    """Applies one site's privacy to its legs and rejects. A pure function of the entry; not for several threads."""

    def __init__(self, rules: GroupRules, site: str, privacy: SitePrivacy) -> None:
        """`rules` need number plans and links only, and know no pseudonyms: one that is there already stays."""
        self._site = site
        self._privacy = privacy
        self._plan = NumberPlan(rules)
        self._classifier = LegClassifier(rules.sites[site])
        self._never = [_Pattern(entry, self._plan, site) for entry in privacy.never_recorded]
        self._pseudonym = lru_cache(maxsize=4096)(lambda extension: pseudonym_of(extension, privacy.pseudonym_key))

    def __call__(self, entry: Leg | Reject) -> Leg | Reject | None:
        """What may be published of a leg or reject; `None`: nothing of it."""
        return _without_line(entry) if isinstance(entry, Reject) else self.leg(entry)

    def leg(self, leg: Leg) -> Leg | None:
        """The leg with what is to be hidden hidden, the very same one if nothing is; `None` if it is not recorded."""
        part = self._classifier.part(leg)
        shown = self._parties(part)
        if self._never and any(self._is_never_recorded(entry.party) for entry in shown[:3]):
            return None
        changes = {name: text for entry in shown for name, text in self._changes(leg, entry)}
        if not changes:
            return leg
        record = leg.record._replace(**changes)  # type: ignore[arg-type]  # all of these fields are texts
        hidden = any(_is_hidden(changes.get(entry.number_field, "")) for entry in shown[:3])
        return leg._replace(
            record=record,
            anomalies=_with_mask(leg.anomalies) if hidden else leg.anomalies,
            # What the program does not know it cannot protect.
            extra=tuple((name, "") for name, _ in leg.extra),
            raw_line="",
        )

    def _parties(self, part: Part) -> tuple[_Shown, ...]:
        """Originator, called, destination, and who transferred the call."""
        plan, facts = self._plan, part.facts
        outwards = facts.origin_kind != "trunk" or facts.destination_kind in {"trunk", "link"}
        return (
            # Of a transfer's result the first party may be one that was called before.
            _Shown("origination_number", "origination_name", parties.originator(plan, part), facts.result),
            _Shown("called_number", "called_name", parties.called(plan, part), outwards),
            _Shown("destination_number", "destination_name", parties.destination(plan, part), outwards),
            _Shown("transferred_by_number", "transferred_by_name", self._transferrer(part), masked=False),
        )

    def _transferrer(self, part: Part) -> Party:
        return self._plan.party(part.leg.record.transferred_by_number, self._site)

    def _is_never_recorded(self, party: Party) -> bool:
        return any(pattern.fits(party) for pattern in self._never)

    def _changes(self, leg: Leg, shown: _Shown) -> list[tuple[str, str]]:
        """The fields of one party that become another text."""
        number, name = getattr(leg.record, shown.number_field), getattr(leg.record, shown.name_field)
        new_number, new_name = self._as_published(number, name, shown)
        changes = ((shown.number_field, number, new_number), (shown.name_field, name, new_name))
        return [(field_name, new) for field_name, old, new in changes if new != old]

    def _as_published(self, number: str, name: str, shown: _Shown) -> tuple[str, str]:
        party = shown.party
        if self._never and self._is_never_recorded(party):  # who transferred the call: all others ended it above
            return "", ""
        if self._privacy.pseudonym_key:
            if party.extension_of is not None:
                pseudonym = self._pseudonym(party.text)
                return number and pseudonym, name and pseudonym
            if not party.text:  # nobody can tell whose name it is
                return "", ""
        if self._privacy.masked_digits and shown.masked and _is_outside(party):
            return mask(number, self._privacy.masked_digits), ""
        return number, name


class _Pattern:
    """One entry of `never_recorded`: the same number in any of its forms."""

    def __init__(self, entry: str, plan: NumberPlan, site: str) -> None:
        # Only what stands before the last digits changes on the way to the canonical form, so `?` keep their places.
        party = plan.party(entry.replace("?", "0"), site)
        self._canonical = _pattern(_overlaid(party.canonical, entry))
        self._extension = _pattern(_overlaid(party.text, entry)) if party.extension_of is not None else None
        self._sites = {"", party.extension_of or site}

    def fits(self, party: Party) -> bool:
        """Whether a number is meant by the entry."""
        if self._canonical.match(party.canonical):
            return True
        return (
            self._extension is not None
            and party.extension_of in self._sites
            and self._extension.match(party.text) is not None
        )


def _overlaid(number: str, entry: str) -> str:
    """The number with `?` at the places, counted from the right, at which the entry has them."""
    signs = list(number)
    for place, sign in enumerate(reversed(entry), 1):
        if sign == "?" and place <= len(signs):
            signs[-place] = "?"
    return "".join(signs)


def _pattern(number: str) -> re.Pattern[str]:
    return re.compile(re.escape(number).replace(r"\?", "[0-9]") + r"\Z")


def mask(number: str, digits: int) -> str:
    """The number with so many of its last digits as X; of an address those before the `@`."""
    head, at, tail = number.partition("@")
    signs = list(head)
    places = [place for place, sign in enumerate(signs) if _DIGITS.match(sign)]
    for place in places[-digits:]:
        signs[place] = "X"
    return "".join(signs) + at + tail


def _is_outside(party: Party) -> bool:
    """Whether a number is one of the PSTN: neither an extension nor a short number; an address, too."""
    return party.extension_of is None and (_INTERNATIONAL.match(party.canonical) is not None or "@" in party.canonical)


def _is_hidden(number: str) -> bool:
    return "X" in number and "@" not in number


def _with_mask(anomalies: tuple[str, ...]) -> tuple[str, ...]:
    """The anomalies with `masked_number` at its place in the contract's order (contract 4)."""
    if "masked_number" in anomalies:
        return anomalies
    behind = anomalies[-1:] if anomalies[-1:] == ("charge_on_result",) else ()
    return (*anomalies[: len(anomalies) - len(behind)], "masked_number", *behind)


def _without_line(reject: Reject) -> Reject:
    """A reject that tells place and reason only: whose numbers are in a line that cannot be read, nobody knows."""
    detail = f"{reject.detail}; {_NOT_KEPT}" if reject.reason in _PLAIN_REASONS else _NOT_KEPT
    return reject._replace(raw=b"", detail=detail)
