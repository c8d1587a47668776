"""The two ends of calls over links, and which of them may be the same call (contract 8).

LA is the leg that sends a call over a link, LB the leg at the other site that receives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.domain import parties
from pipeline.domain.legs import Part
from pipeline.domain.numbers import NumberPlan, Party, same_party
from pipeline.domain.rules import SiteLink

_BUCKET_SECONDS = 64
_Bucket = tuple[int, str, str, int]


class End(NamedTuple):
    """One end of a call over a link, as pairing looks at it: parties read at the leg's own site.

    `sender` is the site that sends over the link; `destinations` are DestinationNumber and CalledNumber of LA,
    CalledNumber alone of LB; `times` start and delivered time of LA, start of LB.
    """

    leg_id: str
    link: SiteLink
    sender: str
    origin: Party
    destinations: tuple[Party, ...]
    times: tuple[datetime, ...]
    connected_at: datetime | None
    ended_at: datetime | None


def sending_end(part: Part, plan: NumberPlan) -> End | None:
    """The leg as LA, `None` if it leads into no link."""
    link = part.facts.link_to
    if link is None:
        return None
    leg, record = part.leg, part.leg.record
    times = (record.started_at,) if record.delivered_at is None else (record.started_at, record.delivered_at)
    origin, destinations = parties.originator(plan, part), parties.destinations(plan, part)
    return End(leg.leg_id, link, leg.site, origin, destinations, times, record.connected_at, record.ended_at)


def receiving_end(part: Part, plan: NumberPlan) -> End | None:
    """The leg as LB, `None` if it comes from no link."""
    link = part.facts.link_from
    if link is None:
        return None
    leg, record = part.leg, part.leg.record
    origin, called = parties.originator(plan, part), parties.called(plan, part)
    times = (record.started_at,)
    return End(leg.leg_id, link, link.other, origin, (called,), times, record.connected_at, record.ended_at)


def time_difference(sender: End, receiver: End) -> float | None:
    """The smaller time difference in seconds if LA and LB are candidates (contract 8), else `None`."""
    skew = timedelta(seconds=sender.link.clock_skew_seconds)
    difference = min(abs(receiver.times[0] - time) for time in sender.times)
    if difference > skew or not same_party(sender.origin, receiver.origin):
        return None
    if not any(same_party(destination, receiver.destinations[0]) for destination in sender.destinations):
        return None
    if sender.connected_at is not None and receiver.connected_at is not None:
        if receiver.ended_at is not None and sender.connected_at - skew > receiver.ended_at:
            return None
        if sender.ended_at is not None and receiver.connected_at - skew > sender.ended_at:
            return None
    return difference.total_seconds()


class EndIndex:
    """The ends of one side, found by link, direction, origin and time."""

    def __init__(self) -> None:
        self._ends: dict[str, End] = {}
        self._buckets: dict[_Bucket, list[End]] = {}

    def __getitem__(self, leg_id: str) -> End:
        return self._ends[leg_id]

    def enter(self, end: End) -> None:
        """Enter the end of a leg."""
        self._ends[end.leg_id] = end
        for bucket in _own_buckets(end):
            self._buckets.setdefault(bucket, []).append(end)

    def leave(self, leg_id: str) -> None:
        """Take out the end of a leg, if it has one on this side."""
        end = self._ends.pop(leg_id, None)
        if end is not None:
            for bucket in _own_buckets(end):
                self._buckets[bucket].remove(end)
                if not self._buckets[bucket]:
                    del self._buckets[bucket]

    def near(self, end: End) -> Iterator[End]:
        """All that may be candidates of an end of the other side, and some that are none; none of them twice."""
        found: dict[str, End] = {}
        for bucket in _buckets_around(end):
            found.update((other.leg_id, other) for other in self._buckets.get(bucket, ()))
        return iter(found.values())


def _bucket(end: End, seconds: int) -> _Bucket:
    # Two numbers of the same party have the same text: a bare extension fits only that extension.
    return (end.link.number, end.sender, end.origin.text, seconds // _BUCKET_SECONDS)


def _own_buckets(end: End) -> set[_Bucket]:
    return {_bucket(end, int(time.timestamp())) for time in end.times}


def _buckets_around(end: End) -> set[_Bucket]:
    skew = end.link.clock_skew_seconds
    buckets: set[_Bucket] = set()
    for time in end.times:
        first, last = int(time.timestamp()) - skew, int(time.timestamp()) + skew
        seconds = (*range(first, last, _BUCKET_SECONDS), last)
        buckets.update([_bucket(end, second) for second in seconds])
    return buckets
