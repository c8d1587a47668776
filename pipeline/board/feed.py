"""What the page's readers get: a snapshot when they come, then every change, each with an id to resume after.

All of it runs in one event loop. Everything is bounded: the changes kept for readers that come back, the changes that
wait for a slow reader, and the readers.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

KEPT_EVENTS = 1000
WAITING_EVENTS = 200
READERS = 100


class Event(NamedTuple):
    """A change as server-sent events carry it; `number` counts from 1, `data` is JSON."""

    number: int
    name: str
    data: str


class TooManyReadersError(Exception):
    """As many readers as allowed are there already."""


class Reader:
    """One open page. Its events wait in a queue; `None` is the end: the reader was too slow, or the board stops."""

    def __init__(self, first: list[Event], waiting: int) -> None:
        self.first = first
        self.has_ended = False
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(waiting + 1)  # one place for the end

    def put(self, event: Event) -> bool:
        """Hand over an event; `False` if too many wait already."""
        if self._queue.qsize() >= self._queue.maxsize - 1:
            return False
        self._queue.put_nowait(event)
        return True

    def end(self) -> None:
        """Nothing comes any more. What waits is left out: the reader resumes after the last one that it got."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def next(self) -> Event | None:
        """The next event, or `None` at the end."""
        event = await self._queue.get()
        self.has_ended = event is None
        return event


class Feed:
    """The documents that the page shows, and the changes that made them."""

    def __init__(self, kept: int = KEPT_EVENTS, waiting: int = WAITING_EVENTS, readers: int = READERS) -> None:
        self.life = uuid4().hex[:12]
        """Ids of another life of the board say nothing about this one."""
        self.someone_reads = asyncio.Event()
        self._sections: dict[str, Any] = {}
        self._number = 0
        self._kept: deque[Event] = deque(maxlen=kept)
        self._waiting = waiting
        self._limit = readers
        self._readers: set[Reader] = set()
        self._ended = False

    def update(self, sections: Mapping[str, Any]) -> None:
        """Take sections as they are now and tell all readers what differs."""
        for name, data in _changes(self._sections, sections):
            self._number += 1
            self._tell(Event(self._number, name, json.dumps(data, ensure_ascii=False, separators=(",", ":"))))
        self._sections.update(sections)

    def join(self, last_id: str = "") -> Reader:
        """A new reader. With the id of the last event that it got it gets what came since, where that is still kept.

        Raises TooManyReadersError.
        """
        if len(self._readers) >= self._limit:
            raise TooManyReadersError
        missed = self._since(last_id)
        reader = Reader([self._snapshot()] if missed is None else missed, self._waiting)
        self._readers.add(reader)
        self.someone_reads.set()
        if self._ended:
            reader.end()
        return reader

    def leave(self, reader: Reader) -> None:
        """A reader has gone."""
        self._readers.discard(reader)
        if not self._readers:
            self.someone_reads.clear()

    def end(self) -> None:
        """Send all readers away."""
        self._ended = True
        for reader in self._readers:
            reader.end()

    def id_of(self, event: Event) -> str:
        """The id under which a reader resumes after this event."""
        return f"{self.life}-{event.number}"

    def _tell(self, event: Event) -> None:
        self._kept.append(event)
        for reader in [reader for reader in self._readers if not reader.put(event)]:
            reader.end()
            self.leave(reader)

    def _since(self, last_id: str) -> list[Event] | None:
        life, _, number = last_id.partition("-")
        if life != self.life or not number.isdecimal() or len(number) > 18:
            return None
        last = int(number)
        oldest = self._kept[0].number if self._kept else self._number + 1
        return [event for event in self._kept if event.number > last] if oldest - 1 <= last <= self._number else None

    def _snapshot(self) -> Event:
        sections = {name: list(data.values()) if name == "calls" else data for name, data in self._sections.items()}
        return Event(self._number, "snapshot", json.dumps(sections, ensure_ascii=False, separators=(",", ":")))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Events from the sections before to those after; of the calls one a call: `gone` first, then `call`."""
    for name, data in after.items():
        if name != "calls":
            if name not in before or before[name] != data:
                yield name, data
            continue
        known = before.get("calls", {})
        for call_id in known.keys() - data.keys():
            yield "gone", {"call_id": call_id}
        for call_id, call in reversed(data.items()):
            if known.get(call_id) != call:
                yield "call", call
