"""The set of legs: repeated lines are one leg, contradictory lines have one winner (contract 4)."""

from __future__ import annotations

from collections.abc import MutableMapping
from operator import attrgetter
from typing import NamedTuple

from schemas.cdr import Leg, Position

CONFLICTING_DUPLICATE = "conflicting_duplicate"


class _Sighting(NamedTuple):
    """One content of a leg: `leg` stands where it was read first, `last` is where it was read last.

    Of several spellings of the same fields the greatest is its raw line.
    """

    leg: Leg
    last: Position


class LegSet:
    """Legs by leg id, a function of the lines read and never of their order of arrival.

    The same fields again are the same leg, whose first position stays. Of other fields under the same leg id
    the later position wins, flagged `conflicting_duplicate`; A, B, A: A wins, flagged. What wins stands at the last
    position at which it was read. So a winner that comes back from elsewhere, with its `last_position`, tells which
    lines it has beaten or would beat. `legs` holds the winners; sightings are kept only for legs that were read at
    more than one position.
    """

    def __init__(self, legs: MutableMapping[str, Leg]) -> None:
        self.legs = legs
        self._sightings: dict[str, list[_Sighting]] = {}

    def knows(self, leg: Leg) -> bool:
        """Whether adding `leg` would change nothing."""
        if leg.leg_id not in self.legs:
            return False
        sightings = self._seen(leg.leg_id)
        return _with(sightings, leg) == sightings

    def add(self, leg: Leg) -> Leg:
        """Add a leg; returns the leg that now stands under its id."""
        known = self.legs.get(leg.leg_id)
        if known is None:
            self.legs[leg.leg_id] = leg
            return leg
        if known == leg:
            return known
        sightings = _with(self._seen(leg.leg_id), leg)
        self._sightings[leg.leg_id] = sightings
        winner = _winner(sightings)
        self.legs[leg.leg_id] = winner
        return winner

    def last_position(self, leg_id: str) -> Position | None:
        """Where a leg was read last, `None` where it was read at no position but its own."""
        sightings = self._sightings.get(leg_id)
        if sightings is None:
            return None
        last = max(sighting.last for sighting in sightings)
        return None if last == self.legs[leg_id].position else last

    def forget(self, leg_id: str) -> None:
        """Take out a leg; only its winner may come back, at one or two positions."""
        del self.legs[leg_id]
        self._sightings.pop(leg_id, None)

    def _seen(self, leg_id: str) -> list[_Sighting]:
        known = self.legs[leg_id]
        return self._sightings.get(leg_id) or [_Sighting(known, known.position)]


def _same_fields(one: Leg, other: Leg) -> bool:
    return one.record == other.record and one.extra == other.extra


def _with(sightings: list[_Sighting], leg: Leg) -> list[_Sighting]:
    if any(_same_fields(sighting.leg, leg) for sighting in sightings):
        return [_seen_again(known, leg) if _same_fields(known.leg, leg) else known for known in sightings]
    return [*sightings, _Sighting(leg, leg.position)]


def _seen_again(sighting: _Sighting, leg: Leg) -> _Sighting:
    known, last = sighting
    first = min(known, leg, key=attrgetter("position"))._replace(raw_line=max(known.raw_line, leg.raw_line))
    if _is_flagged(known) or _is_flagged(leg):
        first = _flagged(first)  # one that came back alone was told apart from another before
    return _Sighting(first, max(last, leg.position))


def _winner(sightings: list[_Sighting]) -> Leg:
    # The raw line decides between two contents that were read at one position, as after a rewrite in place.
    leg, last = max(sightings, key=lambda sighting: (sighting.last, sighting.leg.raw_line))
    if len(sightings) == 1 and not _is_flagged(leg):
        return leg
    return _flagged(leg._replace(position=last))


def _is_flagged(leg: Leg) -> bool:
    return CONFLICTING_DUPLICATE in leg.anomalies


def _flagged(leg: Leg) -> Leg:
    return leg._replace(anomalies=tuple(sorted({*leg.anomalies, CONFLICTING_DUPLICATE})))
