"""Which two legs of two sites are the two ends of one call over a link (contract 8).

LA is the leg that sends a call over the link, LB the leg at the other site that receives it.
The pairs are a function of the set of legs: whatever arrives when, the same pairs come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.domain.legs import LegFacts
from pipeline.domain.numbers import NumberPlan, Party, same_party
from pipeline.domain.rules import SiteLink
from schemas.cdr import Leg

_BUCKET_SECONDS = 64


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


_Bucket = tuple[int, str, str, int]


class Pairing:
    """The pairs of all links of a group, kept up to date leg by leg.

    `receiver_of` maps LA's leg id to LB's, `sender_of` the reverse.
    Candidates are taken greedily, one to one, by (time difference, LA.leg_id, LB.leg_id). Greedy choice in one
    cluster of candidates does not depend on any other cluster, so only the cluster around a leg is done anew.
    """

    def __init__(self, plan: NumberPlan) -> None:
        self._plan = plan
        self._senders: dict[str, End] = {}
        self._receivers: dict[str, End] = {}
        self._sender_buckets: dict[_Bucket, list[str]] = {}
        self._receiver_buckets: dict[_Bucket, list[str]] = {}
        self.receiver_of: dict[str, str] = {}
        self.sender_of: dict[str, str] = {}

    def add(self, leg: Leg, facts: LegFacts) -> None:
        """Enter the link ends of a leg that is new in the set; pairs change only by `repair`."""
        if facts.link_to:
            end = self._sender(leg, facts.link_to)
            self._senders[leg.leg_id] = end
            _enter(self._sender_buckets, end)
        if facts.link_from:
            end = self._receiver(leg, facts.link_from, facts.destination_kind == "trunk")
            self._receivers[leg.leg_id] = end
            _enter(self._receiver_buckets, end)

    def remove(self, leg_id: str) -> None:
        """Take out a leg whose content is about to be replaced, and dissolve its pairs."""
        if end := self._senders.pop(leg_id, None):
            _leave(self._sender_buckets, end)
            self._dissolve(leg_id)
        if end := self._receivers.pop(leg_id, None):
            _leave(self._receiver_buckets, end)
            self._dissolve(self.sender_of.get(leg_id, ""))

    def cluster(self, leg: Leg, facts: LegFacts) -> set[str]:
        """The legs in the set whose pairs the arrival or removal of `leg` may change, without `leg`."""
        first: set[str] = set()
        found: set[str] = set()
        if facts.link_to:
            for receiver, _ in self._receivers_for(self._sender(leg, facts.link_to)):
                found.add(receiver)
                first.update(sender for sender, _ in self._senders_for(self._receivers[receiver]))
        if facts.link_from:
            end = self._receiver(leg, facts.link_from, facts.destination_kind == "trunk")
            first.update(sender for sender, _ in self._senders_for(end))
        for sender in first:
            found.update(*self._cluster(sender))
        return found - {leg.leg_id}

    def repair(self, leg_ids: Iterable[str]) -> None:
        """Choose the pairs anew in the clusters of these legs."""
        done: set[str] = set()
        for leg_id in leg_ids:
            senders = {leg_id} & self._senders.keys()
            if receiver := self._receivers.get(leg_id):
                senders.update(sender for sender, _ in self._senders_for(receiver))
            for sender in senders:
                if sender not in done:
                    done |= self._choose(self._cluster(sender)[0])

    def _choose(self, senders: set[str]) -> set[str]:
        for sender in senders:
            self._dissolve(sender)
        candidates = sorted(
            (difference, sender, receiver)
            for sender in senders
            for receiver, difference in self._receivers_for(self._senders[sender])
        )
        for _, sender, receiver in candidates:
            if sender not in self.receiver_of and receiver not in self.sender_of:
                self.receiver_of[sender] = receiver
                self.sender_of[receiver] = sender
        return senders

    def _dissolve(self, sender: str) -> None:
        receiver = self.receiver_of.pop(sender, None)
        if receiver is not None:
            del self.sender_of[receiver]

    def _cluster(self, sender: str) -> tuple[set[str], set[str]]:
        """The senders and the receivers of one link and direction that candidates connect with this sender."""
        senders, receivers = {sender}, set[str]()
        frontier = [sender]
        while frontier:
            for receiver, _ in self._receivers_for(self._senders[frontier.pop()]):
                if receiver not in receivers:
                    receivers.add(receiver)
                    for other, _ in self._senders_for(self._receivers[receiver]):
                        if other not in senders:
                            senders.add(other)
                            frontier.append(other)
        return senders, receivers

    def _receivers_for(self, sender: End) -> Iterator[tuple[str, float]]:
        for leg_id in _near(self._receiver_buckets, sender):
            difference = _candidate(sender, self._receivers[leg_id])
            if difference is not None:
                yield leg_id, difference

    def _senders_for(self, receiver: End) -> Iterator[tuple[str, float]]:
        for leg_id in _near(self._sender_buckets, receiver):
            difference = _candidate(self._senders[leg_id], receiver)
            if difference is not None:
                yield leg_id, difference

    def _sender(self, leg: Leg, link: SiteLink) -> End:
        record = leg.record
        destinations = tuple(
            self._plan.party(number, leg.site, False, record.lcr_provider)
            for number in (record.destination_number, record.called_number)
        )
        times = (record.started_at,) if record.delivered_at is None else (record.started_at, record.delivered_at)
        origin = self._plan.party(record.origination_number, leg.site)
        return End(leg.leg_id, link, leg.site, origin, destinations, times, record.connected_at, record.ended_at)

    def _receiver(self, leg: Leg, link: SiteLink, to_trunk: bool) -> End:
        record = leg.record
        called = self._plan.party(record.called_number, leg.site, to_trunk, record.lcr_provider)
        origin = self._plan.party(record.origination_number, leg.site)
        times = (record.started_at,)
        return End(leg.leg_id, link, link.other, origin, (called,), times, record.connected_at, record.ended_at)


def _candidate(sender: End, receiver: End) -> float | None:
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


def _bucket(end: End, seconds: int) -> _Bucket:
    return (end.link.number, end.sender, end.origin.text, seconds // _BUCKET_SECONDS)


def _enter(buckets: dict[_Bucket, list[str]], end: End) -> None:
    for bucket in {_bucket(end, int(time.timestamp())) for time in end.times}:
        buckets.setdefault(bucket, []).append(end.leg_id)


def _leave(buckets: dict[_Bucket, list[str]], end: End) -> None:
    for bucket in {_bucket(end, int(time.timestamp())) for time in end.times}:
        buckets[bucket].remove(end.leg_id)


def _near(buckets: Mapping[_Bucket, list[str]], end: End) -> set[str]:
    """Leg ids of the other side whose origin has the same text and whose time can be within the link's skew."""
    skew = end.link.clock_skew_seconds
    found: set[str] = set()
    for time in end.times:
        seconds = int(time.timestamp())
        for start in range(seconds - skew, seconds + skew + _BUCKET_SECONDS, _BUCKET_SECONDS):
            found.update(buckets.get(_bucket(end, min(start, seconds + skew)), ()))
    return found
