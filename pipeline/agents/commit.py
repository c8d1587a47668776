"""Faust's Kafka transport with guards, as Faust 0.15.3 loses messages without them.

It counts a single unacknowledged message at the committed head as a gap left by compaction and commits past it
(faust-streaming issue 606, pull request 707 open); after a crash that message is lost.

After a start or a rebalance it lets messages into the agents' queues before it has gone back to the committed
offsets, and then empties the queues: what came in between is never processed, and may be committed as a gap.
It takes messages that it fetched before a rebalance for read, and then drops those that come again before them.
And it goes back to committed offsets only where there are any: what it has fetched and dropped of a partition
before its first commit stays dropped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP
from faust.types.tuples import Message

from schemas.topics import LIFECYCLE


class SafeConsumer(Consumer):
    """Loses nothing: commits no offset before its message is done, reads from there on after every rebalance."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting_for_flow: set[TP] = set()

    def _new_offset(self, tp: TP) -> int | None:
        offset: int | None = super()._new_offset(tp)
        if offset is None:
            return None
        unacked = (message.offset for message in self._unacked_messages if message.tp == tp and not message.acked)
        return min(offset, min(unacked, default=offset))

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        """The next messages, without those that were fetched before a rebalance: they come again."""
        async for tp, message in super().getmany(timeout):
            if not self.flow_active or message.generation_id != self.app.consumer_generation_id:
                return
            yield tp, message

    async def perform_seek(self) -> None:
        """Go back to the committed offsets; without one to the beginning."""
        await super().perform_seek()
        for tp in self.assignment():
            if tp.topic == LIFECYCLE.name and not self._read_offset[tp]:
                await self._seek(tp, 0)

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
