"""Faust's Kafka transport with two guards, as Faust 0.15.3 loses messages without them.

It counts a single unacknowledged message at the committed head as a gap left by compaction and commits past it
(faust-streaming issue 606, pull request 707 open); after a crash that message is lost.

And after a start or a rebalance it lets messages into the agents' queues before it has gone back to the committed
offsets, and then empties the queues: what came in between is never processed, and may be committed as a gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP


class SafeConsumer(Consumer):
    """Caps the committed offset at the least unacknowledged one; fetches nothing while the flow is about to resume."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting_for_flow: set[TP] = set()

    def _new_offset(self, tp: TP) -> int | None:
        offset: int | None = super()._new_offset(tp)
        if offset is None:
            return None
        unacked = (message.offset for message in self._unacked_messages if message.tp == tp and not message.acked)
        return min(offset, min(unacked, default=offset))

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Note what to fetch once the flow resumes: Faust seeks, and empties its queues, between these calls."""
        self._waiting_for_flow.update(tps)

    def pause_partitions(self, tps: Iterable[TP]) -> None:
        """Fetch nothing more from these partitions."""
        paused = set(tps)
        self._waiting_for_flow -= paused
        super().pause_partitions(paused)

    def resume_flow(self) -> None:
        """Fetch from the partitions that are to be resumed."""
        super().resume_partitions(self._waiting_for_flow)
        self._waiting_for_flow = set()
        super().resume_flow()


class SafeTransport(Transport):
    """The transport that makes `SafeConsumer`s."""

    Consumer = SafeConsumer
