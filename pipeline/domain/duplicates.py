"""The set of legs: repeated lines are one leg, contradictory lines have one winner (contract 4)."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import NamedTuple

from schemas.cdr import Leg, Position

CONFLICTING_DUPLICATE = "conflicting_duplicate"


class _Sighting(NamedTuple):
    """One content of a leg, as first and as last read; both are flagged or none is."""

    first: Leg
    last: Leg


class LegSet:
    """Legs by leg id, a function of the lines read and never of their order of arrival.

    The same fields again are the same leg, whose first position stays. Of other fields under the same leg id
    the later position wins, flagged `conflicting_duplicate`; A, B, A: A wins, flagged. What wins stands at the last
    position at which it was read: so the winner alone, when it comes back from elsewhere, tells what it has beaten.
    `legs` holds the winners; sightings are kept only for legs that were read at more than one position.
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

    def forget(self, leg_id: str) -> None:
        """Take out a leg; where it was read is forgotten too, only its winner may come back."""
        del self.legs[leg_id]
        self._sightings.pop(leg_id, None)

    def _seen(self, leg_id: str) -> list[_Sighting]:
        known = self.legs[leg_id]
        return self._sightings.get(leg_id) or [_Sighting(known, known)]


def _same_fields(one: Leg, other: Leg) -> bool:
    return one.record == other.record and one.extra == other.extra


def _with(sightings: list[_Sighting], leg: Leg) -> list[_Sighting]:
    if any(_same_fields(sighting.last, leg) for sighting in sightings):
        return [_seen_again(known, leg) if _same_fields(known.last, leg) else known for known in sightings]
    return [*sightings, _Sighting(leg, leg)]


def _seen_again(sighting: _Sighting, leg: Leg) -> _Sighting:
    first, last = min(sighting.first, leg, key=_place), max(sighting.last, leg, key=_place)
    if _is_flagged(sighting.last) or _is_flagged(leg):
        first, last = _flagged(first), _flagged(last)  # one that came back alone was told apart from another before
    return _Sighting(first, last)


def _winner(sightings: list[_Sighting]) -> Leg:
    best = max(sightings, key=lambda sighting: _place(sighting.last))
    if len(sightings) == 1 and not _is_flagged(best.last):
        return best.first
    return _flagged(best.last)


def _place(leg: Leg) -> tuple[Position, str]:
    """The raw line decides between two contents that were read at one position, as after a rewrite in place."""
    return leg.position, leg.raw_line


def _is_flagged(leg: Leg) -> bool:
    return CONFLICTING_DUPLICATE in leg.anomalies


def _flagged(leg: Leg) -> Leg:
    return leg._replace(anomalies=tuple(sorted({*leg.anomalies, CONFLICTING_DUPLICATE})))
