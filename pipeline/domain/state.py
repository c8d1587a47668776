"""A group's state: the set of its legs. A leg goes in, every row that it changes comes out (contract 6 to 8)."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping

from pipeline.domain.assembly import References
from pipeline.domain.charging import Charging
from pipeline.domain.derive import CallParts, CallRows, derive
from pipeline.domain.duplicates import LegSet
from pipeline.domain.legs import LegClassifier, LegFacts
from pipeline.domain.links import Pairing
from pipeline.domain.numbers import NumberPlan
from pipeline.domain.rules import GroupRules
from pipeline.domain.totals import Totals
from schemas.cdr import Leg
from schemas.rows import Call, Charge, LegRow, LinkMatch, Row, SiteCall, Withdrawal

_Key = tuple[str, str]


class Group:
    """The sites that links connect with each other, their legs, and what follows from them.

    The set of legs is the only primary state: it only grows, and a leg that it knows changes nothing.
    All rows are a function of that set, so every order of arrival ends in the same rows.
    The cost of a leg grows with the call that it belongs to, not with the number of legs in state.
    """

    def __init__(self, rules: GroupRules, legs: MutableMapping[str, Leg] | None = None) -> None:
        """`legs` is where the legs are kept, empty at first; a dict if none is given."""
        plan = NumberPlan(rules)
        self._classifiers = {name: LegClassifier(site) for name, site in rules.sites.items()}
        self._set = LegSet({} if legs is None else legs)
        self._legs = self._set.legs
        self._references = References(self._legs)
        self._pairing = Pairing(plan)
        self._charging = Charging(rules, plan)
        self._totals = Totals()

    def __len__(self) -> int:
        """The number of legs in state."""
        return len(self._legs)

    def knows(self, leg: Leg) -> bool:
        """Whether `leg` is in the set already, so that adding it changes nothing."""
        return self._set.knows(leg)

    def add(self, leg: Leg, version: int) -> list[Row]:
        """Add a leg and return every row that changed, with `version`.

        A leg that is known already returns all rows of its call: what a crash cut off is then told again.
        Rows that ceased to exist come as `Withdrawal`. Each row appears at most once.
        """
        if self._set.knows(leg):
            return self._rows_again(leg.leg_id, version)
        around = self._around(leg)
        before = self._derive(around, version)
        self._enter(leg, around)
        around.add(leg.leg_id)
        return self._changes(before, self._derive(around, version), version)

    def restore(self, legs: Iterable[Leg]) -> None:
        """Put back the legs of an earlier run without telling any row."""
        for leg in legs:
            if not self._set.knows(leg):
                around = self._around(leg)
                before = self._derive(around, 0)
                self._enter(leg, around)
                around.add(leg.leg_id)
                self._changes(before, self._derive(around, 0), 0)

    def _around(self, leg: Leg) -> set[str]:
        """The legs in the set whose calls the arrival of `leg` may change."""
        around = self._references.touched_by(leg) | self._pairing.cluster(leg, self._facts(leg))
        known = self._legs.get(leg.leg_id)
        if known is not None:
            around |= self._references.touched_by(known) | self._pairing.cluster(known, self._facts(known))
            around.add(leg.leg_id)
        return around

    def _enter(self, leg: Leg, around: set[str]) -> None:
        known = self._legs.get(leg.leg_id)
        if known is not None:
            self._references.remove(known)
            self._pairing.remove(known.leg_id)
        winner = self._set.add(leg)
        self._references.add(winner)
        self._pairing.add(winner, self._facts(winner))
        self._pairing.repair({*around, leg.leg_id})

    def _facts(self, leg: Leg) -> LegFacts:
        return self._classifiers[leg.site].facts(leg)

    def _derive(self, leg_ids: set[str], version: int) -> list[CallRows]:
        done: set[str] = set()
        rows = []
        for leg_id in sorted(leg_ids) if len(leg_ids) > 1 else leg_ids:
            if leg_id not in done:
                parts = self._call(leg_id)
                done.update(parts.facts)
                rows.append(derive(parts, self._charging, version))
        return rows

    def _call(self, leg_id: str) -> CallParts:
        """The call that holds a leg: its site call and all that pairs connect with it."""
        site_calls = []
        facts: dict[str, LegFacts] = {}
        pairs: dict[str, str] = {}
        frontier = [leg_id]
        while frontier:
            start = frontier.pop()
            if start in facts:
                continue
            legs = self._references.site_call(start)
            site_calls.append(legs)
            for leg in legs:
                facts[leg.leg_id] = self._facts(leg)
                if receiver := self._pairing.receiver_of.get(leg.leg_id):
                    pairs[leg.leg_id] = receiver
                    frontier.append(receiver)
                if sender := self._pairing.sender_of.get(leg.leg_id):
                    frontier.append(sender)
        missing = [self._references.missing(legs) for legs in site_calls]
        return CallParts(site_calls, facts, pairs, missing)

    def _rows_again(self, leg_id: str, version: int) -> list[Row]:
        (rows,) = self._derive({leg_id}, version)
        again: list[Row] = list(_keyed([rows]).values())
        touched = set().union(*(self._totals.apply(None, charge) for charge in rows.charges))
        return again + [self._totals.row(bucket, version) for bucket in sorted(touched)]

    def _changes(self, before: list[CallRows], after: list[CallRows], version: int) -> list[Row]:
        new = _keyed(after)
        old = _keyed(before) if before else {}
        changes: list[Row] = [row for key, row in new.items() if old.get(key) != row]
        changes += [Withdrawal(entity, key, version) for entity, key in old if (entity, key) not in new]
        touched = set()
        for charge in (charge for call in before for charge in call.charges):
            if new.get(("charges", charge.leg_id)) != charge:
                touched |= self._totals.apply(charge, None)
        for charge in (charge for call in after for charge in call.charges):
            if old.get(("charges", charge.leg_id)) != charge:
                touched |= self._totals.apply(None, charge)
        return changes + [self._totals.row(bucket, version) for bucket in sorted(touched)]


def _keyed(calls: Iterable[CallRows]) -> dict[_Key, LegRow | SiteCall | Call | Charge | LinkMatch]:
    keyed: dict[_Key, LegRow | SiteCall | Call | Charge | LinkMatch] = {}
    for rows in calls:
        for leg in rows.legs:
            keyed["legs", leg.leg.leg_id] = leg
        for site_call in rows.site_calls:
            keyed["site_calls", site_call.site_call_id] = site_call
        keyed["calls", rows.call.call_id] = rows.call
        for charge in rows.charges:
            keyed["charges", charge.leg_id] = charge
        for link in rows.links:
            keyed["links", link.from_leg_id] = link
    return keyed
