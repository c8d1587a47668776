"""What the worker does with a batch of lifecycle messages, in the order that loses nothing (docs/delivery.md)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import faust

from pipeline.agents.entries import Floor, floor_entry, message_key
from pipeline.agents.groups import Groups, Held
from pipeline.agents.join import Joined, Output, Source, join, reject
from pipeline.agents.options import WorkerFigures, WorkerOptions
from pipeline.agents.publish import Publisher
from pipeline.agents.rerate import rerate
from pipeline.agents.table import Entries, LegTable
from schemas.cdr import Lifecycle, Rerate
from schemas.codec import decode
from schemas.topics import TURNS, turn

_Outputs = list[tuple[int, Output]]


class Joining:
    """Joins, publishes, stores, acknowledges; then gives up what is too old to stay in state."""

    def __init__(
        self, options: WorkerOptions, groups: Groups, publisher: Publisher, table: LegTable, figures: WorkerFigures
    ) -> None:
        self._options = options
        self._groups = groups
        self._publisher = publisher
        self._table = table
        self._figures = figures
        self._one_at_a_time = asyncio.Lock()

    async def restore(self, entries: Entries) -> int:
        """Rebuild the groups after a start or a rebalance; returns how many legs there are."""
        async with self._one_at_a_time:
            await self._options.archive.note_published()
            legs = self._groups.rebuild(entries, self._options.epoch)
            self._figures.hold(self._groups)
            return legs

    async def take(self, events: list[faust.EventT]) -> None:
        """Return when everything that follows from the messages is safe and they are acknowledged.

        Messages from before a rebalance are left alone: they come again, to whoever has their partition now.
        """
        async with self._one_at_a_time:
            await self._take([event for event in events if not _is_stale(event)])

    async def _take(self, events: list[faust.EventT]) -> None:
        joined: list[tuple[faust.EventT, Joined]] = []
        for event in events:
            result = await join(
                event.value, _source(event), self._groups, self._options.archive, self._options.epoch, datetime.now(UTC)
            )
            if result.order:
                # It may begin groups anew: what was joined before must be safe.
                await self._finish(joined)
                joined = []
                result = await self._carry_out(result.order, event)
            joined.append((event, result))
        await self._finish(joined)

    async def _carry_out(self, order: Rerate, event: faust.EventT) -> Joined:
        source, archive = _source(event), self._options.archive

        async def publish(outputs: list[Output]) -> None:
            await self._publish([(source.partition, output) for output in outputs])

        refusal = await rerate(order, source, self._groups, archive, self._options.epoch, publish)
        return Joined([] if refusal is None else [reject(event.value, source, refusal, datetime.now(UTC))])

    async def _finish(self, joined: list[tuple[faust.EventT, Joined]]) -> None:
        outputs = [(event.message.partition, output) for event, result in joined for output in result.outputs]
        await self._publish(outputs)
        if any(_is_stale(event) for event, _ in joined):
            return
        for held, event in self._touched(joined):
            if held.opened and not held.noted:
                await self._note_floor(held, event)
        await self._store(joined)
        for event, _ in joined:
            event.ack()
        self._count(joined, len(outputs))
        for held, event in self._touched(joined):
            await self._give_up(held, event)
        self._figures.hold(self._groups)

    async def _publish(self, outputs: _Outputs) -> None:
        """Publish each turn when the one before it is confirmed."""
        turns: list[_Outputs] = [[] for _ in TURNS]
        for entry in outputs:
            turns[turn(entry[1].topic)].append(entry)
        for entries in turns:
            await self._publisher.publish(entries)

    async def _store(self, joined: list[tuple[faust.EventT, Joined]]) -> None:
        """Write messages with new legs into the table, and those that are there: a crash may have cut off the rest."""
        confirmations = []
        for event, result in joined:
            if result.message is not None:
                key = message_key(event.message.partition, event.message.offset)
                if result.store:
                    self._groups.of_site(result.message.site).entries.note(key, result.message)
                if result.store or self._table.get(event, key) is not None:
                    confirmations.append(self._table.put(event, key, event.value))
        for confirmation in confirmations:
            await confirmation

    def _count(self, joined: list[tuple[faust.EventT, Joined]], rows: int) -> None:
        self._figures.messages += len(joined)
        self._figures.legs += sum(len(result.message.legs) for _, result in joined if result.message)
        self._figures.rows += rows

    def _touched(self, joined: list[tuple[faust.EventT, Joined]]) -> list[tuple[Held, faust.EventT]]:
        """The groups that these messages are of, each with one of their events."""
        events = {result.message.site: event for event, result in joined if result.message}
        touched = {self._groups.of_site(site).rules.name: event for site, event in events.items()}
        return [(self._groups.named(name), event) for name, event in touched.items()]

    async def _give_up(self, held: Held, event: faust.EventT) -> None:
        """Let what has become too old leave the state of a group, and the table."""
        floor = held.floor_after(self._options.late)
        if not held.opened or (floor <= held.group.floor and not held.group.crowded):
            return
        await self._options.archive.note_published()
        if floor > held.group.floor:
            held.give_up(floor)
            await self._forget_entries(held, event)
        else:
            held.group.forget(floor)

    async def _note_floor(self, held: Held, event: faust.EventT) -> None:
        floor = Floor(held.rules.name, self._options.epoch, held.rules.fingerprint, held.complete_from)
        await self._table.put(event, *floor_entry(floor))
        held.noted = True

    def _entry(self, event: faust.EventT, key: bytes) -> Lifecycle | None:
        data = self._table.get(event, key)
        message = decode(data) if data else None
        return message if isinstance(message, Lifecycle) else None

    async def _forget_entries(self, held: Held, event: faust.EventT) -> None:
        """Take out of the table what the state has given up; before that note from when on the rest is complete."""
        await self._note_floor(held, event)
        confirmations = []
        for key in held.entries.take_before(held.complete_from):
            message = self._entry(event, key)
            if message is not None:
                if any(leg.leg_id in held.group for leg in message.legs):
                    held.entries.note(key, message)
                else:
                    confirmations.append(self._table.remove(event, key))
        for confirmation in confirmations:
            await confirmation


def _is_stale(event: faust.EventT) -> bool:
    """Whether there was a rebalance since the message was fetched."""
    return bool(event.message.generation_id != event.app.consumer_generation_id)


def _source(event: faust.EventT) -> Source:
    return Source(event.message.topic, event.message.partition, event.message.offset)
