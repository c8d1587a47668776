"""Which legs of a site transfers join: connected components over the three reference fields (contract 6)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from pipeline.domain.call_ids import LegsByCallId
from pipeline.domain.legs import Part, leg_order, references
from pipeline.domain.shape import SiteCallShape
from schemas.cdr import Leg

_FARTHEST = timedelta(hours=24)
_SHAPES = 256

_Nearness = tuple[timedelta, datetime, str]


class Joins(NamedTuple):
    """What a leg's arrival or leaving does to references.

    `wanted` are the CallIds that it refers to. `with_it` are leg ids of legs that refer to it or that it refers to,
    `elsewhere` of those that references to it mean while it is not there: their site calls may change, no others.
    """

    wanted: tuple[str, ...] = ()
    with_it: set[str] | frozenset[str] = frozenset()
    elsewhere: set[str] | frozenset[str] = frozenset()


_NO_JOINS = Joins()


class Assembly:
    """The site calls of a set of legs, kept up to date leg by leg.

    A reference means the leg of that site with that CallId whose start is nearest, at most 24 h away,
    of two equally near the earlier. Only which legs form site calls of several and missing CallIds are stored,
    and the shapes of the site calls that changed last, so a simple call costs two look-ups.
    `legs` must hold every leg that is entered.
    """

    def __init__(self, legs: Mapping[str, Leg], part: Callable[[Leg], Part]) -> None:
        self._legs = legs
        self._part = part
        self._by_call_id = LegsByCallId(legs)
        self._referrers = LegsByCallId(legs)
        self._joined: dict[str, tuple[str, ...]] = {}
        self._shapes: dict[str, SiteCallShape] = {}
        self._missing: dict[str, tuple[str, ...]] = {}

    def site_call(self, leg_id: str) -> SiteCallShape:
        """The site call that holds a leg."""
        leg_ids = self._joined.get(leg_id)
        if leg_ids is None:
            return self.single(self._part(self._legs[leg_id]))
        shape = self._shapes.get(leg_ids[0])
        if shape is None or shape.leg_ids is not leg_ids:
            shape = self._shaped([self._part(self._legs[member]) for member in leg_ids], leg_ids)
        return shape

    def single(self, part: Part) -> SiteCallShape:
        """The site call of a leg that is joined with no other."""
        leg_id = part.leg.leg_id
        return SiteCallShape((part,), (leg_id,), self._missing.get(leg_id, ()))

    def joins(self, leg: Leg) -> Joins:
        """What changes when `leg` arrives, if it is not entered, or leaves, if it is."""
        call_id = leg.record.call_id.strip()
        referrers = self._referrers.near(call_id, leg)
        wanted = references(leg.record)
        if not referrers and not wanted:
            return _NO_JOINS
        with_it, elsewhere = set(), set()
        for referrer in referrers:
            other = self._legs[referrer]
            nearness = _nearness(other, leg)
            if nearness is not None:
                meant = self._meaning(other, call_id, without=leg.leg_id)
                if meant is None:
                    with_it.add(referrer)
                elif nearness < meant:
                    with_it.add(referrer)
                    elsewhere.add(meant[-1])
        for reference in wanted:
            meant = self._meaning(leg, reference)
            if meant is not None:
                with_it.add(meant[-1])
        return Joins(wanted, with_it, elsewhere)

    def enter(self, leg: Leg, joins: Joins) -> None:
        """Enter a leg that is new in the set."""
        self._by_call_id.put(leg.record.call_id.strip(), leg)
        for reference in joins.wanted:
            self._referrers.put(reference, leg)
        if joins.wanted:
            self._note_missing(leg)
        for neighbour in joins.with_it:
            self._note_missing(self._legs[neighbour])
        if joins.elsewhere:
            self._regroup(self._members(joins.with_it | joins.elsewhere) | {leg.leg_id})
        elif joins.with_it:
            self._merge(self._part(leg), joins.with_it)

    def leave(self, leg: Leg, joins: Joins) -> None:
        """Take out a leg; its site call falls into what the other references still join."""
        members = self._members(joins.with_it | joins.elsewhere | {leg.leg_id}) - {leg.leg_id}
        self.forget([leg])
        for neighbour in joins.with_it:
            self._note_missing(self._legs[neighbour])
        self._regroup(members)

    def forget(self, legs: Iterable[Leg]) -> None:
        """Take out all legs of whole site calls."""
        for leg in legs:
            self._by_call_id.take_out(leg.record.call_id.strip(), leg)
            for reference in references(leg.record):
                self._referrers.take_out(reference, leg)
            self._missing.pop(leg.leg_id, None)
            self._joined.pop(leg.leg_id, None)

    def _merge(self, part: Part, with_it: Iterable[str]) -> None:
        """Join a leg with whole site calls; the legs of the longest are in order already."""
        site_calls = {site_call.site_call_id: site_call for site_call in map(self.site_call, with_it)}
        *others, longest = sorted([site_call.parts for site_call in site_calls.values()], key=len)
        parts = list(longest)
        for other in (part, *chain.from_iterable(others)):
            insort(parts, other, key=leg_order)
        self._join(parts)

    def _regroup(self, members: set[str]) -> None:
        """Find the components among the members of whole site calls anew."""
        while members:
            found = {next(iter(members))}
            frontier = list(found)
            while frontier:
                new = self._neighbours(self._legs[frontier.pop()]) - found
                found |= new
                frontier += new
            members -= found
            self._join(sorted((self._part(self._legs[leg_id]) for leg_id in found), key=leg_order))

    def _join(self, parts: Sequence[Part]) -> None:
        """Store a site call; one of a single leg is not worth it."""
        leg_ids = tuple([part.leg.leg_id for part in parts])
        if len(leg_ids) == 1:
            self._joined.pop(leg_ids[0], None)
            return
        self._shaped(parts, leg_ids)
        self._joined.update(dict.fromkeys(leg_ids, leg_ids))

    def _shaped(self, parts: Iterable[Part], leg_ids: tuple[str, ...]) -> SiteCallShape:
        missing = {call_id for leg_id in self._missing.keys() & leg_ids for call_id in self._missing[leg_id]}
        if len(self._shapes) >= _SHAPES:
            self._shapes.clear()
        shape = self._shapes[leg_ids[0]] = SiteCallShape(tuple(parts), leg_ids, tuple(sorted(missing)))
        return shape

    def _members(self, leg_ids: Iterable[str]) -> set[str]:
        return {member for leg_id in leg_ids for member in self.site_call(leg_id).leg_ids}

    def _neighbours(self, leg: Leg) -> set[str]:
        meant = (self._meaning(leg, reference) for reference in references(leg.record))
        neighbours = {meaning[-1] for meaning in meant if meaning is not None}
        call_id = leg.record.call_id.strip()
        for referrer in self._referrers.near(call_id, leg):
            meaning = self._meaning(self._legs[referrer], call_id)
            if meaning is not None and meaning[-1] == leg.leg_id:
                neighbours.add(referrer)
        return neighbours

    def _note_missing(self, leg: Leg) -> None:
        missing = [reference for reference in references(leg.record) if self._meaning(leg, reference) is None]
        if missing:
            self._missing[leg.leg_id] = tuple(sorted(missing))
        else:
            self._missing.pop(leg.leg_id, None)

    def _meaning(self, leg: Leg, call_id: str, without: str = "") -> _Nearness | None:
        """The leg that a reference of `leg` to `call_id` means; the last value is its id."""
        best = None
        for leg_id in self._by_call_id.near(call_id, leg):
            if leg_id != without:
                nearness = _nearness(leg, self._legs[leg_id])
                if nearness is not None and (best is None or nearness < best):
                    best = nearness
        return best


def _nearness(referrer: Leg, leg: Leg) -> _Nearness | None:
    """Compares less the better `leg` fits a reference of `referrer`; `None` if it is too far away."""
    start = leg.record.started_at
    distance = abs(start - referrer.record.started_at)
    return (distance, start, leg.leg_id) if distance <= _FARTHEST else None
