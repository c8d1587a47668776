"""Faust's Kafka transport with one guard: it never commits past a message that is not acknowledged.

Faust 0.15.3 counts a single unacknowledged message at the committed head as a gap left by compaction
and commits past it (faust-streaming issue 606, pull request 707 open); after a crash that message is lost.
"""

from __future__ import annotations

from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP


class SafeConsumer(Consumer):
    """Caps the committed offset at the least unacknowledged one."""

    def _new_offset(self, tp: TP) -> int | None:
        offset: int | None = super()._new_offset(tp)
        if offset is None:
            return None
        unacked = (message.offset for message in self._unacked_messages if message.tp == tp and not message.acked)
        return min(offset, min(unacked, default=offset))


class SafeTransport(Transport):
    """The transport that makes `SafeConsumer`s."""

    Consumer = SafeConsumer
