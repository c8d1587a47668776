"""The two ends of calls over links, and which of them may be the same call (contract 8).

LA is the leg that sends a call over a link, LB the leg at the other site that receives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from pipeline.domain import parties
from pipeline.domain.legs import Part
from pipeline.domain.numbers import NumberPlan, Party, may_be_same_party, partly_masked, same_party
from pipeline.domain.rules import SiteLink

_BUCKET_SECONDS = 32
_Key = TypeVar("_Key")
_Bucket = tuple[int, str, int]
Nearness = tuple[bool, float]
"""What candidates are ordered by: whether only masked numbers make them candidates, time difference in seconds."""


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
    link, record = part.facts.link_to, part.leg.record
    if link is None:
        return None
    times = (record.started_at,) if record.delivered_at is None else (record.started_at, record.delivered_at)
    origin, destinations = parties.originator(plan, part), parties.destinations(plan, part)
    return End(part.leg.leg_id, link, part.leg.site, origin, destinations, times, record.connected_at, record.ended_at)


def receiving_end(part: Part, plan: NumberPlan) -> End | None:
    """The leg as LB, `None` if it comes from no link."""
    link = part.facts.link_from
    if link is None:
        return None
    leg, record = part.leg, part.leg.record
    origin, called = parties.originator(plan, part), parties.called(plan, part)
    times = (record.started_at,)
    return End(leg.leg_id, link, link.other, origin, (called,), times, record.connected_at, record.ended_at)


def nearness(sender: End, receiver: End) -> Nearness | None:
    """How near LA and LB are to each other if they are candidates (contract 8), else `None`."""
    skew = timedelta(seconds=sender.link.clock_skew_seconds)
    difference = min([abs(receiver.times[0] - time) for time in sender.times])
    if difference > skew or not _talk_together(sender, receiver, skew):
        return None
    if _fit(sender, receiver, same_party):
        return False, difference.total_seconds()
    if _fit(sender, receiver, _same_but_for_masks):
        return True, difference.total_seconds()
    return None


def _talk_together(sender: End, receiver: End, skew: timedelta) -> bool:
    if sender.connected_at is None or receiver.connected_at is None:
        return True
    if receiver.ended_at is not None and sender.connected_at - skew > receiver.ended_at:
        return False
    return sender.ended_at is None or receiver.connected_at - skew <= sender.ended_at


def _fit(sender: End, receiver: End, agree: Callable[[Party, Party], bool]) -> bool:
    called = receiver.destinations[0]
    return agree(sender.origin, receiver.origin) and any(agree(number, called) for number in sender.destinations)


def _same_but_for_masks(one: Party, other: Party) -> bool:
    return same_party(one, other) or may_be_same_party(one, other)


class EndIndex:
    """The ends of one side, found by link, direction, time and origin; by a masked origin without it."""

    def __init__(self) -> None:
        self._ends: dict[str, End] = {}
        self._buckets: dict[_Bucket, dict[str, list[End]]] = {}
        self._masked: dict[_Bucket, list[End]] = {}

    def __getitem__(self, leg_id: str) -> End:
        return self._ends[leg_id]

    def enter(self, end: End) -> None:
        """Enter the end of a leg."""
        self._ends[end.leg_id] = end
        for bucket in _own_buckets(end):
            self._buckets.setdefault(bucket, {}).setdefault(end.origin.text, []).append(end)
            if partly_masked(end.origin):
                self._masked.setdefault(bucket, []).append(end)

    def leave(self, leg_id: str) -> None:
        """Take out the end of a leg, if it has one on this side."""
        end = self._ends.pop(leg_id, None)
        if end is not None:
            for bucket in _own_buckets(end):
                _take_out(self._buckets[bucket], end.origin.text, end)
                if not self._buckets[bucket]:
                    del self._buckets[bucket]
                if partly_masked(end.origin):
                    _take_out(self._masked, bucket, end)

    def near(self, end: End) -> Iterator[End]:
        """All that may be candidates of an end of the other side, and some that are none; none of them twice."""
        found: dict[str, End] = {}
        masked = partly_masked(end.origin)
        for bucket in _buckets_around(end):
            by_origin = self._buckets.get(bucket)
            if by_origin is not None:
                # Numbers of the same party have the same text: a bare extension fits only that extension.
                origins = by_origin.values() if masked else (by_origin.get(end.origin.text, ()),)
                for others in (*origins, self._masked.get(bucket, ())):
                    found.update([(other.leg_id, other) for other in others])
        return iter(found.values())


def _take_out(index: dict[_Key, list[End]], key: _Key, end: End) -> None:
    index[key].remove(end)
    if not index[key]:
        del index[key]


def _bucket(end: End, stretch: int) -> _Bucket:
    return (end.link.number, end.sender, stretch)


def _own_buckets(end: End) -> set[_Bucket]:
    return {_bucket(end, int(time.timestamp()) // _BUCKET_SECONDS) for time in end.times}


def _buckets_around(end: End) -> set[_Bucket]:
    skew = end.link.clock_skew_seconds
    stretches: set[int] = set()
    for time in end.times:
        second = int(time.timestamp())
        stretches.update(range((second - skew) // _BUCKET_SECONDS, (second + skew) // _BUCKET_SECONDS + 1))
    return {_bucket(end, stretch) for stretch in stretches}
