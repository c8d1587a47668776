"""Which legs of a site transfers join: connected components over the three reference fields (contract 6)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.domain.legs import Part, leg_order, references
from schemas.cdr import Leg

_FARTHEST = timedelta(hours=24)

SiteCallParts = tuple[Part, ...]
_Nearness = tuple[timedelta, datetime, str]


class Joins(NamedTuple):
    """What a leg's arrival or leaving does to references, as leg ids of other legs.

    `with_it` are legs that refer to it or that it refers to, `elsewhere` those that references to it mean
    while it is not there.
    """

    with_it: set[str]
    elsewhere: set[str]

    @property
    def touched(self) -> set[str]:
        """The legs whose site calls may change."""
        return self.with_it | self.elsewhere


class Assembly:
    """The site calls of a set of legs, kept up to date leg by leg.

    A reference means the leg of that site with that CallId whose start is nearest, at most 24 h away,
    of two equally near the earlier. Only site calls of several legs and missing CallIds are stored,
    so a simple call costs two look-ups. `legs` must hold every leg that is entered.
    """

    def __init__(self, legs: Mapping[str, Leg], part: Callable[[Leg], Part]) -> None:
        self._legs = legs
        self._part = part
        self._by_call_id: dict[tuple[str, str], list[str]] = {}
        self._referrers: dict[tuple[str, str], list[str]] = {}
        self._joined: dict[str, SiteCallParts] = {}
        self._missing: dict[str, tuple[str, ...]] = {}

    def site_call(self, leg_id: str) -> SiteCallParts:
        """All legs of the site call that holds `leg_id`, in the order of legs."""
        return self._joined.get(leg_id) or (self._part(self._legs[leg_id]),)

    def missing(self, parts: SiteCallParts) -> tuple[str, ...]:
        """The CallIds that these legs refer to and that no leg has (yet), sorted."""
        if not self._missing:
            return ()
        found = {call_id for part in parts for call_id in self._missing.get(part.leg.leg_id, ())}
        return tuple(sorted(found))

    def joins(self, leg: Leg) -> Joins:
        """What changes when `leg` arrives, if it is not entered, or leaves, if it is."""
        with_it, elsewhere = set[str](), set[str]()
        call_id = leg.record.call_id.strip()
        for referrer in self._referrers.get((leg.site, call_id), ()):
            other = self._legs[referrer]
            nearness = _nearness(other, leg)
            if nearness is not None:
                meant = self._meaning(other, call_id, without=leg.leg_id)
                if meant is None:
                    with_it.add(referrer)
                elif nearness < meant:
                    with_it.add(referrer)
                    elsewhere.add(meant[-1])
        for reference in references(leg.record):
            meant = self._meaning(leg, reference)
            if meant is not None:
                with_it.add(meant[-1])
        return Joins(with_it, elsewhere)

    def enter(self, leg: Leg, joins: Joins) -> None:
        """Enter a leg that is new in the set."""
        self._by_call_id.setdefault((leg.site, leg.record.call_id.strip()), []).append(leg.leg_id)
        for reference in references(leg.record):
            self._referrers.setdefault((leg.site, reference), []).append(leg.leg_id)
        self._note_missing(leg)
        for neighbour in joins.with_it:
            self._note_missing(self._legs[neighbour])
        if joins.elsewhere:
            self._regroup(self._members(joins.touched) | {leg.leg_id})
        elif joins.with_it:
            self._merge(self._part(leg), joins.with_it)

    def leave(self, leg: Leg, joins: Joins) -> None:
        """Take out a leg; its site call falls into what the other references still join."""
        members = self._members(joins.touched | {leg.leg_id}) - {leg.leg_id}
        _take_out(self._by_call_id, (leg.site, leg.record.call_id.strip()), leg.leg_id)
        for reference in references(leg.record):
            _take_out(self._referrers, (leg.site, reference), leg.leg_id)
        self._missing.pop(leg.leg_id, None)
        self._joined.pop(leg.leg_id, None)
        for neighbour in joins.with_it:
            self._note_missing(self._legs[neighbour])
        self._regroup(members)

    def _merge(self, part: Part, with_it: Iterable[str]) -> None:
        site_calls = {parts[0].leg.leg_id: parts for parts in map(self.site_call, with_it)}
        if len(site_calls) == 1:
            parts = list(*site_calls.values())
            insort(parts, part, key=leg_order)
        else:
            parts = sorted([part, *(part for parts in site_calls.values() for part in parts)], key=leg_order)
        self._joined.update(dict.fromkeys((part.leg.leg_id for part in parts), tuple(parts)))

    def _regroup(self, members: set[str]) -> None:
        """Find the components among the members of whole site calls anew."""
        while members:
            found = {members.pop()}
            frontier = list(found)
            while frontier:
                new = self._neighbours(self._legs[frontier.pop()]) - found
                found |= new
                frontier += new
            members -= found
            if len(found) > 1:
                parts = tuple(sorted((self._part(self._legs[leg_id]) for leg_id in found), key=leg_order))
                self._joined.update(dict.fromkeys(found, parts))
            else:
                self._joined.pop(*found, None)

    def _members(self, leg_ids: Iterable[str]) -> set[str]:
        return {part.leg.leg_id for leg_id in leg_ids for part in self.site_call(leg_id)}

    def _neighbours(self, leg: Leg) -> set[str]:
        meant = (self._meaning(leg, reference) for reference in references(leg.record))
        neighbours = {meaning[-1] for meaning in meant if meaning is not None}
        call_id = leg.record.call_id.strip()
        for referrer in self._referrers.get((leg.site, call_id), ()):
            meaning = self._meaning(self._legs[referrer], call_id)
            if meaning is not None and meaning[-1] == leg.leg_id:
                neighbours.add(referrer)
        return neighbours

    def _note_missing(self, leg: Leg) -> None:
        missing = tuple(reference for reference in references(leg.record) if self._meaning(leg, reference) is None)
        if missing:
            self._missing[leg.leg_id] = missing
        else:
            self._missing.pop(leg.leg_id, None)

    def _meaning(self, leg: Leg, call_id: str, without: str = "") -> _Nearness | None:
        """The leg that a reference of `leg` to `call_id` means; the last value is its id."""
        candidates = self._by_call_id.get((leg.site, call_id), ())
        found = (_nearness(leg, self._legs[leg_id]) for leg_id in candidates if leg_id != without)
        return min((nearness for nearness in found if nearness is not None), default=None)


def _nearness(referrer: Leg, leg: Leg) -> _Nearness | None:
    """Compares less the better `leg` fits a reference of `referrer`; `None` if it is too far away."""
    start = leg.record.started_at
    distance = abs(start - referrer.record.started_at)
    return (distance, start, leg.leg_id) if distance <= _FARTHEST else None


def _take_out(index: dict[tuple[str, str], list[str]], key: tuple[str, str], leg_id: str) -> None:
    index[key].remove(leg_id)
    if not index[key]:
        del index[key]
