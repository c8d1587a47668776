"""Which legs of a site transfers join: connected components over the three reference fields (contract 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from pipeline.domain.legs import leg_order, references
from schemas.cdr import Leg

_FARTHEST = timedelta(hours=24)


class References:
    """Indexes over a set of legs that answer which legs refer to each other.

    Nothing but the indexes is stored: components are derived on demand, so that a simple call costs two look-ups.
    A reference means the leg of that site with that CallId whose start is nearest, at most 24 h away,
    of two equally near the earlier.
    """

    def __init__(self, legs: Mapping[str, Leg]) -> None:
        self._legs = legs
        self._by_call_id: dict[tuple[str, str], list[str]] = {}
        self._referrers: dict[tuple[str, str], list[str]] = {}

    def add(self, leg: Leg) -> None:
        """Enter a leg that is new in the set."""
        self._by_call_id.setdefault((leg.site, leg.record.call_id), []).append(leg.leg_id)
        for call_id in references(leg.record):
            self._referrers.setdefault((leg.site, call_id), []).append(leg.leg_id)

    def remove(self, leg: Leg) -> None:
        """Take out a leg whose content is about to be replaced."""
        self._by_call_id[leg.site, leg.record.call_id].remove(leg.leg_id)
        for call_id in references(leg.record):
            self._referrers[leg.site, call_id].remove(leg.leg_id)

    def touched_by(self, leg: Leg) -> set[str]:
        """The known legs whose joins the arrival or removal of `leg` may change.

        These are the legs that refer to its CallId, what they mean now, and what `leg` itself refers to.
        """
        touched: set[str] = set()
        for referrer in self._referrers.get((leg.site, leg.record.call_id), ()):
            if referrer != leg.leg_id:
                touched.add(referrer)
                meant = self.resolve(self._legs[referrer], leg.record.call_id)
                if meant is not None:
                    touched.add(meant)
        for call_id in references(leg.record):
            meant = self.resolve(leg, call_id)
            if meant is not None:
                touched.add(meant)
        touched.discard(leg.leg_id)
        return touched

    def resolve(self, leg: Leg, call_id: str) -> str | None:
        """The leg id that a reference of `leg` to `call_id` means, `None` if there is none (yet)."""
        candidates = self._by_call_id.get((leg.site, call_id))
        if not candidates:
            return None
        start = leg.record.started_at

        def distance(leg_id: str) -> tuple[timedelta, object, str]:
            other = self._legs[leg_id].record.started_at
            return (abs(other - start), other, leg_id)

        nearest = min(candidates, key=distance) if len(candidates) > 1 else candidates[0]
        return nearest if abs(self._legs[nearest].record.started_at - start) <= _FARTHEST else None

    def site_call(self, leg_id: str) -> list[Leg]:
        """All legs of the site call that holds `leg_id`, in the order of legs."""
        found = {leg_id}
        frontier = [leg_id]
        while frontier:
            for neighbour in self._neighbours(self._legs[frontier.pop()]):
                if neighbour not in found:
                    found.add(neighbour)
                    frontier.append(neighbour)
        legs = [self._legs[member] for member in found]
        return legs if len(legs) == 1 else sorted(legs, key=leg_order)

    def _neighbours(self, leg: Leg) -> Iterable[str]:
        for call_id in references(leg.record):
            meant = self.resolve(leg, call_id)
            if meant is not None:
                yield meant
        for referrer in self._referrers.get((leg.site, leg.record.call_id), ()):
            if self.resolve(self._legs[referrer], leg.record.call_id) == leg.leg_id:
                yield referrer

    def missing(self, legs: Iterable[Leg]) -> set[str]:
        """The CallIds that these legs refer to and that no leg has (yet)."""
        return {ref for leg in legs for ref in references(leg.record) if self.resolve(leg, ref) is None}
