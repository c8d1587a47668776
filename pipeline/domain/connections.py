"""Which legs of a group are one call: those of a site that transfers join, and what links pair (contract 6 and 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.domain.assembly import Assembly, Joins
from pipeline.domain.legs import LegClassifier, Part
from pipeline.domain.links import Moves, Pairing
from pipeline.domain.numbers import NumberPlan
from pipeline.domain.rules import GroupRules
from pipeline.domain.shape import CallShape, SiteCallShape, call_shape
from schemas.cdr import Leg


class Changed:
    """What some legs have changed, until it is told: the calls as they were, and the legs whose calls may be others.

    `alone` are legs that are new and have to do with no other, which most are: they are in neither.
    """

    __slots__ = ("alone", "before", "leg_ids")

    def __init__(self) -> None:
        self.before: list[CallShape] = []
        self.leg_ids: dict[str, None] = {}
        self.alone: dict[str, tuple[Part, int]] = {}

    def note(self, call: CallShape) -> None:
        """Keep a call as it is before it changes."""
        self.before.append(call)
        for site_call in call.site_calls:
            self.leg_ids.update(dict.fromkeys(site_call.leg_ids))


class Connections:
    """The calls of a set of legs, kept up to date leg by leg; `legs` must hold every leg that is entered."""

    def __init__(self, rules: GroupRules, plan: NumberPlan, legs: Mapping[str, Leg]) -> None:
        self._classifiers = {name: LegClassifier(site) for name, site in rules.sites.items()}
        self._assembly = Assembly(legs, self._part)
        self._pairing = Pairing(plan)

    def enter(self, leg: Leg, version: int, changed: Changed) -> None:
        """Enter a leg that is new in the set."""
        part = self._part(leg)
        joins = self._assembly.joins(leg)
        moves = self._pairing.enter(part)
        touched = self._touched(leg, joins, moves)
        if touched:
            self._note(touched, changed)
            changed.leg_ids[leg.leg_id] = None
        else:
            changed.alone[leg.leg_id] = part, version
        self._assembly.enter(leg, joins)
        self._pairing.apply(moves)

    def leave(self, leg: Leg, changed: Changed) -> None:
        """Take out a leg; what it held together falls apart."""
        joins = self._assembly.joins(leg)
        moves = self._pairing.leave(leg.leg_id)
        self._note([leg.leg_id, *self._touched(leg, joins, moves)], changed)
        self._assembly.leave(leg, joins)
        self._pairing.apply(moves)
        del changed.leg_ids[leg.leg_id]

    def single(self, part: Part) -> SiteCallShape:
        """The site call of a leg that has to do with no other."""
        return self._assembly.single(part)

    def put_back(self, leg: Leg) -> None:
        """Enter a leg without looking at what it changes."""
        part = self._part(leg)
        joins, moves = self._assembly.joins(leg), self._pairing.enter(part)
        self._assembly.enter(leg, joins)
        self._pairing.apply(moves)

    def forget(self, legs: Sequence[Leg]) -> None:
        """Take out all legs of a call."""
        self._assembly.forget(legs)
        for leg in legs:
            self._pairing.apply(self._pairing.leave(leg.leg_id))

    def calls(self, leg_ids: Iterable[str]) -> list[CallShape]:
        """The calls that hold these legs."""
        done: set[str] = set()
        calls = []
        for leg_id in leg_ids:
            if leg_id not in done:
                call = self.call(leg_id)
                for site_call in call.site_calls:
                    done.update(site_call.leg_ids)
                calls.append(call)
        return calls

    def call(self, leg_id: str) -> CallShape:
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

    def _touched(self, leg: Leg, joins: Joins, moves: Moves) -> Sequence[str]:
        """The other legs whose calls may change."""
        if not joins.with_it and not moves:
            return ()
        touched = joins.with_it | joins.elsewhere | self._pairing.touched(moves)
        return sorted(touched - {leg.leg_id})

    def _note(self, leg_ids: Iterable[str], changed: Changed) -> None:
        """Keep the calls of these legs as they are; a leg that stood alone is told with the others now."""
        for leg_id in leg_ids:
            if changed.alone.pop(leg_id, None):
                changed.leg_ids[leg_id] = None
            elif leg_id not in changed.leg_ids:
                changed.note(self.call(leg_id))

    def _part(self, leg: Leg) -> Part:
        return self._classifiers[leg.site].part(leg)
