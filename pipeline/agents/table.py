"""The worker's Faust table, whose changelog keeps the state over restarts and rebalances."""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Callable, Iterable

import faust
from faust.streams import _current_event

from pipeline.agents.topics import TABLE

Entries = Callable[[], Iterable[tuple[bytes, bytes]]]


class LegTable:
    """The set of legs: lifecycle messages as they came, and notes (`pipeline.agents.entries`).

    Faust's own `table[key] = value` gives no hold of the changelog's confirmation, and outside of a plain
    `async for` it does not know the event whose partition a key belongs to: each method is given one.
    """

    def __init__(self, app: faust.App, partitions: int, restore: Callable[[Entries], Awaitable[None]]) -> None:
        """`restore` is called with the entries after every recovery."""
        raw = faust.Schema(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        self._table = app.Table(
            TABLE,
            partitions=partitions,
            key_type=bytes,
            value_type=bytes,
            schema=raw,
            options={"driver": "rocksdict"},
        )
        self._table.on_recover(lambda: restore(self._table.data.items))

    def get(self, event: faust.EventT, key: bytes) -> bytes | None:
        """The entry under a key, if there is one."""
        _current_event.set(weakref.ref(event))
        value: bytes | None = self._table.data.get(key)
        return value

    def put(self, event: faust.EventT, key: bytes, value: bytes) -> Awaitable[object]:
        """Write an entry; returns what to await until its changelog has it."""
        _current_event.set(weakref.ref(event))
        self._table.data[key] = value
        return self._tell(event, key, value)

    def remove(self, event: faust.EventT, key: bytes) -> Awaitable[object]:
        """Take out an entry; returns what to await until its changelog has it."""
        _current_event.set(weakref.ref(event))
        del self._table.data[key]
        return self._tell(event, key, None)

    def _tell(self, event: faust.EventT, key: bytes, value: bytes | None) -> Awaitable[object]:
        confirmation: Awaitable[object] = self._table.send_changelog(event.message.partition, key, value)
        return confirmation
