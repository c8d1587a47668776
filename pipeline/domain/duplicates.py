"""The set of legs: repeated lines are one leg, contradictory lines have one winner (contract 4)."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import NamedTuple

from schemas.cdr import Leg, Position

CONFLICTING_DUPLICATE = "conflicting_duplicate"


class _Sighting(NamedTuple):
    """One content of a leg: as first read, and the last position at which the same fields were read."""

    leg: Leg
    last_position: Position


class LegSet:
    """Legs by leg id, a function of the lines read and never of their order of arrival.

    The same fields again are the same leg, whose first position stays. Of other fields under the same leg id
    the later position wins, flagged `conflicting_duplicate`; A, B, A: A wins, flagged.
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
        return self._sightings.get(leg_id) or [_Sighting(known, known.position)]


def _same_fields(one: Leg, other: Leg) -> bool:
    return one.record == other.record and one.extra == other.extra


def _with(sightings: list[_Sighting], leg: Leg) -> list[_Sighting]:
    merged = []
    found = False
    for sighting in sightings:
        if _same_fields(sighting.leg, leg):
            found = True
            first = min(leg, sighting.leg, key=lambda seen: (seen.position, seen.raw_line))
            if CONFLICTING_DUPLICATE in leg.anomalies or CONFLICTING_DUPLICATE in sighting.leg.anomalies:
                first = _flagged(first)  # one that came back alone was told apart from another before
            merged.append(_Sighting(first, max(sighting.last_position, leg.position)))
        else:
            merged.append(sighting)
    if not found:
        merged.append(_Sighting(leg, leg.position))
    return merged


def _winner(sightings: list[_Sighting]) -> Leg:
    # The raw line decides between two contents that were read at one position, as after a rewrite in place.
    last = max(sightings, key=lambda sighting: (sighting.last_position, sighting.leg.raw_line))
    if len(sightings) == 1:
        return last.leg
    return _flagged(last.leg)


def _flagged(leg: Leg) -> Leg:
    return leg._replace(anomalies=tuple(sorted({*leg.anomalies, CONFLICTING_DUPLICATE})))
