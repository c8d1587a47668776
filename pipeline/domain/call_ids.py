"""Which legs have to do with a CallId, found by their start: CallIds come again after a restart of the server."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence

from pipeline.domain.cover import REACH_HOURS, hour_of
from schemas.cdr import Leg

_Entry = tuple[int, str]


class LegsByCallId:
    """Leg ids by site and CallId. Most CallIds have one leg, which stands there without a list of its own."""

    def __init__(self, legs: Mapping[str, Leg]) -> None:
        """`legs` must hold every leg that is put in."""
        self._legs = legs
        self._entries: dict[tuple[str, str], str | list[_Entry]] = {}

    def put(self, call_id: str, leg: Leg) -> None:
        """Enter a leg under a CallId of its site."""
        key = (leg.site, call_id)
        known = self._entries.setdefault(key, leg.leg_id)
        if isinstance(known, list):
            insort(known, _entry(leg))
        elif known != leg.leg_id:
            self._entries[key] = sorted([_entry(self._legs[known]), _entry(leg)])

    def take_out(self, call_id: str, leg: Leg) -> None:
        """Take out a leg as it was put in."""
        key = (leg.site, call_id)
        known = self._entries[key]
        if isinstance(known, list) and len(known) > 1:
            known.remove(_entry(leg))
        else:
            del self._entries[key]

    def near(self, call_id: str, leg: Leg) -> Sequence[str]:
        """All legs under a CallId of a leg's site that start at most 24 h from it, and some that start farther away."""
        known = self._entries.get((leg.site, call_id), ())
        if isinstance(known, str):
            return (known,)
        if not known:
            return ()
        hour = hour_of(leg.record.started_at)
        first = bisect_left(known, (hour - REACH_HOURS, ""))
        return [leg_id for _, leg_id in known[first : bisect_left(known, (hour + REACH_HOURS + 1, ""))]]


def _entry(leg: Leg) -> _Entry:
    return hour_of(leg.record.started_at), leg.leg_id
