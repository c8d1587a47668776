"""A group's state: the set of its legs. A leg goes in, every row that it changes comes out (contract 6 to 8)."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence

from pipeline.domain.assembly import Assembly, Joins
from pipeline.domain.charging import Charging
from pipeline.domain.derive import Changes, Derivation
from pipeline.domain.duplicates import LegSet
from pipeline.domain.legs import LegClassifier, Part
from pipeline.domain.links import Moves, Pairing
from pipeline.domain.numbers import NumberPlan
from pipeline.domain.rules import GroupRules
from pipeline.domain.shape import CallShape, SiteCallShape, call_shape
from pipeline.domain.totals import Dimensions, Totals
from schemas.cdr import Leg
from schemas.rows import Charge, Row, Withdrawal


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
        self._assembly = Assembly(self._set.legs, self._part)
        self._pairing = Pairing(plan)
        self._derivation = Derivation(Charging(rules, plan))
        self._totals = Totals()

    def __len__(self) -> int:
        """The number of legs in state."""
        return len(self._set.legs)

    def knows(self, leg: Leg) -> bool:
        """Whether `leg` is in the set already, so that adding it changes nothing."""
        return self._set.knows(leg)

    def add(self, leg: Leg, version: int) -> list[Row]:
        """Add a leg and return every row that changed, with `version`.

        A leg that is known already tells the rows of its call again, so a replay repairs what a crash cut off.
        Rows that ceased to exist come as `Withdrawal`. Each row appears at most once.
        """
        if self._set.knows(leg):
            changes = self._derivation.rows(self._call(leg.leg_id), version)
        else:
            changes = self._take_in(leg, version)
        touched = self._count(changes)
        rows = list(changes.values())
        return rows + [self._totals.row(bucket, version) for bucket in sorted(touched)] if touched else rows

    def restore(self, legs: Iterable[Leg]) -> None:
        """Put back the legs of an earlier run without telling any row."""
        for leg in legs:
            if not self._set.knows(leg):
                self._count(self._take_in(leg, 0))

    def _take_in(self, leg: Leg, version: int) -> Changes:
        known = self._set.legs.get(leg.leg_id)
        if known is None:
            return self._enter(self._set.add(leg), version)
        changes = self._leave(known, version)
        return changes | self._enter(self._set.add(leg), version)

    def _enter(self, leg: Leg, version: int) -> Changes:
        part = self._part(leg)
        joins = self._assembly.joins(leg)
        moves = self._pairing.enter(part)
        touched = self._touched(leg, joins, moves)
        before = self._calls(touched)
        self._assembly.enter(leg, joins)
        self._pairing.apply(moves)
        if touched:
            return self._derivation.changes(before, self._calls([leg.leg_id, *touched]), version)
        return self._derivation.rows_of_one(self._assembly.single(part), version)

    def _leave(self, leg: Leg, version: int) -> Changes:
        joins = self._assembly.joins(leg)
        moves = self._pairing.leave(leg.leg_id)
        touched = self._touched(leg, joins, moves)
        before = self._calls([leg.leg_id, *touched])
        self._assembly.leave(leg, joins)
        self._pairing.apply(moves)
        return self._derivation.changes(before, self._calls(touched), version)

    def _touched(self, leg: Leg, joins: Joins, moves: Moves) -> Sequence[str]:
        """The other legs whose calls may change."""
        if not joins.with_it and not moves:
            return ()
        touched = joins.with_it | joins.elsewhere | self._pairing.touched(moves)
        return sorted(touched - {leg.leg_id})

    def _part(self, leg: Leg) -> Part:
        return self._classifiers[leg.site].part(leg)

    def _calls(self, leg_ids: Iterable[str]) -> list[CallShape]:
        """The calls that hold these legs."""
        done: set[str] = set()
        calls = []
        for leg_id in leg_ids:
            if leg_id not in done:
                call = self._call(leg_id)
                for site_call in call.site_calls:
                    done.update(site_call.leg_ids)
                calls.append(call)
        return calls

    def _call(self, leg_id: str) -> CallShape:
        """The call that holds a leg: its site call and all that pairs connect with it."""
        receiver_of, sender_of = self._pairing.receiver_of, self._pairing.sender_of
        site_calls: list[SiteCallShape] = []
        done: set[str] = set()
        frontier = [leg_id]
        while frontier:
            start = frontier.pop()
            if start not in done:
                site_call = self._assembly.site_call(start)
                site_calls.append(site_call)
                done.update(site_call.leg_ids)
                frontier += [receiver_of[leg_id] for leg_id in receiver_of.keys() & site_call.leg_ids]
                frontier += [sender_of[leg_id] for leg_id in sender_of.keys() & site_call.leg_ids]
        return call_shape(site_calls, receiver_of)

    def _count(self, changes: Changes) -> set[Dimensions]:
        touched: set[Dimensions] = set()
        for row in changes.values():
            if isinstance(row, Charge):
                touched |= self._totals.put(row)
            elif isinstance(row, Withdrawal) and row.entity == "charges":
                touched |= self._totals.drop(row.key)
        return touched
